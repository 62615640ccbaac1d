"""Addresses of servers: whether one is this machine's own, and who can read what goes there."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a host is this machine itself.

    >>> [is_loopback(host) for host in ("localhost", "::1", "127.0.0.2", "192.168.1.7")]
    [True, True, True, False]
    """
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def in_clear(url: str) -> str:
    """Warn of an address where others can read along; empty where they cannot.

    >>> in_clear("https://example.org/v1"), in_clear("http://127.0.0.1:5000/")
    ('', '')
    >>> in_clear("http://example.org/v1").partition(":")[0]
    'warning'
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or is_loopback(parts.hostname or ""):
        return ""
    return (
        f"warning: http://{parts.netloc} is not encrypted: whoever stands between reads the texts "
        "and the key; use https"
    )

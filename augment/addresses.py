"""Addresses of servers: whether one is this machine's own, and who can read what goes there."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine alone.

    >>> [is_loopback(host) for host in ("localhost", "::1", "127.0.0.2", "a.localhost")]
    [True, True, True, False]
    >>> is_loopback("0.0.0.0"), is_loopback("192.168.1.7"), is_loopback("example.org")
    (False, False, False)
    """
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def stays_here(host: str) -> bool:
    """Whether what is sent to a host stays on this machine; of names, those below "localhost" too.

    >>> stays_here("a.localhost"), stays_here("127.0.0.1"), stays_here("example.org")
    (True, True, False)
    """
    return is_loopback(host) or host.endswith(".localhost")


def in_clear(url: str) -> str:
    """Warn of an address where others can read along; empty where they cannot.

    >>> in_clear("https://example.org/v1"), in_clear("http://127.0.0.1:5000/")
    ('', '')
    >>> in_clear("http://example.org/v1").partition(":")[0]
    'warning'
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or stays_here(parts.hostname or ""):
        return ""
    return (
        f"warning: http://{parts.netloc} is not encrypted: whoever stands between reads the texts "
        "and the key; use https"
    )

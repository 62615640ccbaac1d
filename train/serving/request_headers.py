"""Headers of a request, before any of it is trusted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from augment.addresses import is_loopback


def header_of(scope: Mapping[str, Any], name: bytes) -> bytes:
    """Give a header's value; empty when it is missing or there are two of it."""
    found = [bytes(value) for key, value in scope["headers"] if key == name]
    return found[0] if len(found) == 1 else b""


def names_this_machine(host: bytes) -> bool:
    """Whether a Host header names loopback.

    >>> [names_this_machine(h) for h in (b"127.0.0.1:4445", b"localhost", b"[::1]:80")]
    [True, True, True]
    >>> [names_this_machine(h) for h in (b"", b"evil.example", b"127.0.0.1.evil.example:4445")]
    [False, False, False]
    """
    text = host.decode("latin-1")
    name, colon, port = text.rpartition(":")
    if colon and not text.endswith("]"):
        return port.isdigit() and is_loopback(name)
    return is_loopback(text)

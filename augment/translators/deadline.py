"""Connections that end: a time limit from the first byte out to the last byte in, and what broke.

A limit of the socket holds for each wait alone, and a server that sends a byte now and then is
never late by it. Here the socket itself is shut when the time is up, whatever a library waits for.
"""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from types import TracebackType

_here = threading.local()


class Deadline:
    """Shuts the connections that one thread opens in a block, once the block's time is up."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timers = [self._timer(seconds)]

    def watch(self, sock: socket.socket) -> None:
        """Take note of a connection; a second handle to it outlives its wrapping for TLS."""
        with self._lock:
            self._sockets.append(sock.dup())
            if self.passed:
                self._shut_all()

    def shorten(self, seconds: float) -> None:
        """Leave the block no more than so many seconds from now; called from another thread."""
        timer = self._timer(seconds)
        with self._lock:
            self._timers.append(timer)
        timer.start()

    def _timer(self, seconds: float) -> threading.Timer:
        timer = threading.Timer(seconds, self._shut)
        timer.daemon = True
        return timer

    def _shut(self) -> None:
        with self._lock:
            self.passed = True
            self._shut_all()

    def _shut_all(self) -> None:
        for sock in self._sockets:
            with suppress(OSError):  # the other side was faster
                sock.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Deadline:
        _here.deadline = self
        self._timers[0].start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        _here.deadline = None
        with self._lock:
            for timer in self._timers:
                timer.cancel()
            for sock in self._sockets:
                sock.close()
            self._sockets.clear()


def under_deadline() -> bool:
    """Whether this thread is inside the block of a `Deadline`."""
    return getattr(_here, "deadline", None) is not None


def watched(sock: socket.socket) -> socket.socket:
    """Put a new connection under the deadline of this thread, where there is one."""
    deadline: Deadline | None = getattr(_here, "deadline", None)
    if deadline is not None:
        deadline.watch(sock)
    return sock


def cause_of(error: BaseException, *kinds: type[BaseException]) -> BaseException | None:
    """Find an error of some kind among those that an error came from."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        if isinstance(one, kinds):
            return one
        seen.add(id(one))
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return None


def why_broken(error: BaseException) -> str:
    """Say why a connection failed, without the error's text: addresses and headers stand in it.

    >>> why_broken(OSError("no way", ConnectionRefusedError()))
    'it refused the connection'
    """
    if cause_of(error, ConnectionRefusedError) is not None:
        return "it refused the connection"
    if cause_of(error, socket.gaierror) is not None:
        return "its name cannot be looked up (is there a network?)"
    if cause_of(error, TimeoutError) is not None:
        return "it cannot be reached: no answer in time"
    if cause_of(error, ConnectionError) is not None:
        return "it broke the connection"
    if cause_of(error, ssl.SSLError) is not None:
        return "no safe connection (TLS) to it"
    return f"the connection failed ({type(error).__name__})"

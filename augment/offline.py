"""``--offline``: no socket leaves this machine, whoever asks for one."""

from __future__ import annotations

import os
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from augment.errors import AugmentError

#: What keeps the hub libraries from trying; read by them when they are imported.
HUB_SWITCHES: Final = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
#: The same switches in modules that were imported before: (module, its name of the switch).
_LOADED_SWITCHES: Final = (
    ("huggingface_hub.constants", "HF_HUB_OFFLINE"),
    ("datasets.config", "HF_DATASETS_OFFLINE"),
    ("datasets.config", "HF_HUB_OFFLINE"),
)
#: Events of the interpreter by which something leaves the machine, or asks who is out there.
_CONNECTS: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOK_UPS: Final = frozenset({
    "socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo",
})  # fmt: skip


class OfflineError(AugmentError, ConnectionError):
    """Something wanted the network where it is forbidden, as under ``--offline``."""

    exit_code = 2


class _Guard:
    """Counts the blocks that forbid the network; they may overlap in several threads."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.blocks = 0
        self.here = threading.local()
        self.installed = False
        self.before: list[tuple[Any, str, Any]] = []

    def install(self) -> None:
        with self.lock:
            if not self.installed:  # an audit hook stays for good, and is idle outside of blocks
                sys.addaudithook(self.refuse)
                self.installed = True

    @contextmanager
    def in_this_thread(self) -> Iterator[None]:
        self.install()
        before = getattr(self.here, "forbidden", False)
        self.here.forbidden = True
        try:
            yield
        finally:
            self.here.forbidden = before

    def enter(self) -> None:
        self.install()
        with self.lock:
            self.blocks += 1
            if self.blocks > 1:
                return
            self.before = [(os.environ, name, os.environ.get(name)) for name in HUB_SWITCHES]
            os.environ.update(dict.fromkeys(HUB_SWITCHES, "1"))
            for module, name in _LOADED_SWITCHES:
                if (loaded := sys.modules.get(module)) is not None and hasattr(loaded, name):
                    self.before.append((loaded, name, getattr(loaded, name)))
                    setattr(loaded, name, True)

    def leave(self) -> None:
        with self.lock:
            self.blocks -= 1
            if self.blocks:
                return
            for where, name, value in reversed(self.before):
                if where is not os.environ:
                    setattr(where, name, value)
                elif value is None:
                    os.environ.pop(name, None)
                else:
                    os.environ[name] = value

    def refuse(self, event: str, args: tuple[Any, ...]) -> None:
        if not event.startswith("socket."):
            return
        if self.blocks:
            why = "--offline"
        elif getattr(self.here, "forbidden", False):
            why = "a model is read from its folder"
        else:
            return
        if event in _CONNECTS:
            sock, where = args[0], args[1]
            # Without an address it is a connection that was let through before.
            if where is not None and sock.family != getattr(socket, "AF_UNIX", None):
                raise OfflineError(f"{why}: a connection to {where!r} was refused")
        elif event in _LOOK_UPS and args[0]:
            raise OfflineError(f"{why}: looking up {args[0]!r} was refused")


_GUARD: Final = _Guard()


@contextmanager
def no_network(forbid: bool = True, *, everywhere: bool = True) -> Iterator[None]:
    """Forbid sockets to anywhere for the time of a block.

    Parameters
    ----------
    forbid
        False: do nothing, so that callers need no branch.
    everywhere
        In every thread, and in the programs that are started. False: in this thread alone, where
        a library shall ask no one, while the rest of the process goes on with its own business.

    Raises
    ------
    OfflineError
        In whatever opens a connection, sends a datagram or looks up a host inside the block.
        Sockets between processes of this machine (Unix domain) stay allowed: event loops and
        worker processes need them.

    Notes
    -----
    The interpreter itself is asked (an audit hook), so code that took hold of ``connect`` before
    the block, or calls the C module behind ``socket``, is refused as well. Other programs that are
    started inside the block are on their own; the hub libraries among them find the switches of
    `HUB_SWITCHES` in their environment.
    """
    if not forbid:
        yield
        return
    if not everywhere:
        with _GUARD.in_this_thread():
            yield
        return
    _GUARD.enter()
    try:
        yield
    finally:
        _GUARD.leave()

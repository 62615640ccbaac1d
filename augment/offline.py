"""``--offline``: no socket leaves this machine, whoever asks for one."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from augment.errors import AugmentError

#: What keeps the hub libraries from trying; read by them when they are imported.
HUB_SWITCHES: Final = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")


class OfflineError(AugmentError, ConnectionError):
    """Something wanted the network under ``--offline``."""

    exit_code = 2


@contextmanager
def no_network(forbid: bool = True) -> Iterator[None]:
    """Forbid sockets to anywhere for the time of a block.

    Parameters
    ----------
    forbid
        False: do nothing, so that callers need no branch.

    Raises
    ------
    OfflineError
        In whatever opens a connection or looks up a host inside the block. Sockets between
        processes of this machine (Unix domain) stay allowed: worker processes need them.
    """
    if not forbid:
        yield
        return
    connect, connect_ex, lookup = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def refuse(where: object) -> OfflineError:
        return OfflineError(f"--offline: a connection to {where!r} was refused")

    def checked_connect(self: socket.socket, address: Any) -> None:  # noqa: ANN401
        if self.family != getattr(socket, "AF_UNIX", None):
            raise refuse(address)
        connect(self, address)

    def checked_connect_ex(self: socket.socket, address: Any) -> int:  # noqa: ANN401
        if self.family != getattr(socket, "AF_UNIX", None):
            raise refuse(address)
        return connect_ex(self, address)

    def checked_lookup(host: object, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        raise refuse(host)

    before = {name: os.environ.get(name) for name in HUB_SWITCHES}
    os.environ.update(dict.fromkeys(HUB_SWITCHES, "1"))
    socket.socket.connect = checked_connect  # type: ignore[method-assign,assignment]
    socket.socket.connect_ex = checked_connect_ex  # type: ignore[method-assign,assignment]
    socket.getaddrinfo = checked_lookup
    try:
        yield
    finally:
        socket.socket.connect = connect  # type: ignore[method-assign]
        socket.socket.connect_ex = connect_ex  # type: ignore[method-assign]
        socket.getaddrinfo = lookup
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value

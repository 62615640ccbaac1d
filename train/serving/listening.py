"""The port of a server, taken before anything slow is done, and the server that a signal stops."""

from __future__ import annotations

import asyncio
import errno
import importlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from augment.errors import InputError


@contextmanager
def listening_socket(host: str, port: int) -> Iterator[socket.socket]:
    """Take a port, before anything slow is done.

    Raises
    ------
    InputError
        When the port is in use or not allowed, or the address is not one of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        taken = socket.create_server((host.strip("[]"), port), family=family, backlog=2048)
    except (OSError, UnicodeError) as error:
        number = getattr(error, "errno", None)
        if number == errno.EADDRINUSE:
            said = "is in use; stop what listens there, or give another port (--port)"
        elif number == errno.EACCES:
            said = "may not be used by this user; give a port above 1023 (--port)"
        else:
            said = f"cannot be listened on ({error}); give an address of this machine (--host)"
        raise InputError(f"port {port} on {host!r} {said}") from error
    with taken:
        yield taken


def url_of(taken: socket.socket, host: str) -> str:
    """Give the address under which a taken port answers."""
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return f"http://{shown}:{taken.getsockname()[1]}"


def impatient(seconds: float) -> Any:  # noqa: ANN401
    """Give uvicorn's protocol, made to close connections that send no whole request head in time.

    uvicorn counts the time of a connection between two requests alone: one that sends half a head,
    or nothing, would stay for ever, and some hundreds of them shut everybody out.
    """
    plain: Any = importlib.import_module("uvicorn.protocols.http.auto").AutoHTTPProtocol

    class Impatient(plain):  # type: ignore[misc]
        _waiting: Any = None

        def connection_made(self, transport: Any) -> None:  # noqa: ANN401
            super().connection_made(transport)
            self._look()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            self._look()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._look()

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            super().connection_lost(exc)

        def _look(self) -> None:
            at_work = self.cycle is not None and not self.cycle.response_complete
            if at_work:
                self._stop_waiting()
            elif self._waiting is None:
                self._waiting = self.loop.call_later(seconds, self._close)

        def _stop_waiting(self) -> None:
            if self._waiting is not None:
                self._waiting.cancel()
                self._waiting = None

        def _close(self) -> None:
            self._waiting = None
            if not self.transport.is_closing():
                self.transport.close()

    return Impatient


def _worth_telling(record: logging.LogRecord) -> bool:
    """Whether a log record is a fault: an answer that the server's end cut off is none."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def make_server(uvicorn: Any, settings: Any) -> Any:  # noqa: ANN401
    """Give a server that tells when it is up, and for which a signal is a wish, not a fault."""

    class Server(uvicorn.Server):  # type: ignore[misc]
        when_up: Callable[[], None]

        def stop(self) -> None:
            self.should_exit = True

        async def startup(self, sockets: Any = None) -> None:  # noqa: ANN401
            await super().startup(sockets=sockets)
            if self.started:
                self.when_up()

        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            if threading.current_thread() is not threading.main_thread():
                yield
                return
            wanted = (signal.SIGINT, signal.SIGTERM)
            before = {one: signal.signal(one, self.handle_exit) for one in wanted}
            try:
                yield
            finally:
                for one, handler in before.items():
                    signal.signal(one, handler)

    logging.getLogger("uvicorn.error").addFilter(_worth_telling)
    return Server(settings)

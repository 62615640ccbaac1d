"""The server's log: one JSON object a line, and in it nothing of what a client sent."""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Final, TextIO

LOG: Final = logging.getLogger("augment.serve")
#: Loggers of the libraries below that speak of their own accord.
BELOW: Final = ("uvicorn", "uvicorn.error", "asyncio")


def log_event(event: str, *, level: int = logging.INFO, **values: object) -> None:
    """Write one event; the values must hold nothing of a request's content."""
    LOG.log(level, event, extra={"values": values})


def log_failure(error: BaseException, **values: object) -> None:
    """Write that something failed: which error, and where, but not its message.

    Messages of libraries quote what they were given.
    """
    frames = traceback.extract_tb(error.__traceback__)
    where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-6:]]
    log_event("failure", level=logging.ERROR, error=type(error).__name__, where=where, **values)


class JsonLines(logging.Formatter):
    """One line of JSON for each record."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line; of a library's record its template alone, which quotes nobody."""
        seconds = time.gmtime(record.created)
        values: dict[str, Any] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", seconds) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "event": record.msg if record.name == LOG.name else "library",
        }
        if record.name != LOG.name:
            values["logger"] = record.name
            if record.name != "asyncio":  # it writes out the arguments of what failed
                values["message"] = str(record.msg).strip()
            if record.exc_info and record.exc_info[0]:
                values["error"] = record.exc_info[0].__name__
        values |= getattr(record, "values", {})
        return json.dumps(values, ensure_ascii=False)


class LogLines:
    """Sends the server's log, and that of the libraries below, to a stream while it is open.

    Parameters
    ----------
    stream
        Where to; stderr by default.
    quiet
        No line per request.
    """

    def __init__(self, stream: TextIO | None = None, *, quiet: bool = False) -> None:
        self._handler = logging.StreamHandler(stream or sys.stderr)
        self._handler.setFormatter(JsonLines())
        self._quiet = quiet
        self._before: list[tuple[logging.Logger, int, bool, list[logging.Handler]]] = []

    def __enter__(self) -> LogLines:
        for name in (LOG.name, *BELOW):
            logger = logging.getLogger(name)
            self._before.append((logger, logger.level, logger.propagate, logger.handlers))
            logger.handlers, logger.propagate = [self._handler], False
            # Of uvicorn and asyncio only what went wrong.
            logger.setLevel(logging.INFO if name == LOG.name else logging.WARNING)
        if self._quiet:
            self._handler.addFilter(lambda record: record.msg != "request")
        return self

    def __exit__(self, *_: object) -> None:
        for logger, level, propagate, handlers in self._before:
            logger.setLevel(level)
            logger.handlers, logger.propagate = handlers, propagate
        self._before.clear()

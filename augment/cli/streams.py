"""Standard output and standard error of a command: readers that leave, letters that they lack."""

from __future__ import annotations

import codecs
import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import IO, Final

#: Name of the error handler for letters that an encoding lacks.
_ESCAPED: Final = "augment-escaped"


class Standard(io.TextIOWrapper):
    """A standard stream that knows its own error from those of all other files.

    Attributes
    ----------
    error
        Why it cannot be written to any more; None while it can.
    """

    error: OSError | None = None

    def write(self, text: str) -> int:
        """Write text; an error is remembered."""
        try:
            return super().write(text)
        except OSError as error:
            self._broke(error)
            return len(text)

    def flush(self) -> None:
        """Write what is held back; an error is remembered."""
        try:
            super().flush()
        except OSError as error:
            self._broke(error)

    def _broke(self, error: OSError) -> None:
        self.error = error
        raise error

    def print_no_more(self) -> None:
        """Let this and all that is still to be printed go nowhere: Python tries again at its end.

        Processes that are started from now on print there, too.
        """
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self.fileno())
        os.close(nowhere)


class _Notes(Standard):
    """Standard error: where nobody reads it any more, the work goes on without it."""

    def _broke(self, error: OSError) -> None:
        self.error = error
        self.print_no_more()


@contextmanager
def standard_streams() -> Iterator[None]:
    """Put a `Standard` in the place of both standard streams while a command runs.

    What standard output cannot encode (an arrow in the code page of Windows) is written as JSON
    escapes it, so that JSON stays JSON. UTF-8 stays as it is, and standard error escapes by itself.
    """
    codecs.register_error(_ESCAPED, _escape)
    with (
        _in_place_of(sys.stdout, Standard) as out,
        _in_place_of(sys.stderr, _Notes) as notes,
        redirect_stdout(out),
        redirect_stderr(notes),
    ):
        yield


@contextmanager
def _in_place_of(stream: IO[str] | None, kind: type[Standard]) -> Iterator[IO[str]]:
    if stream is None:  # closed by who started this process
        with open(os.devnull, "w", encoding="utf-8") as nowhere:
            yield nowhere
        return
    if not isinstance(stream, io.TextIOWrapper):  # a notebook's
        yield stream
        return
    stream.flush()
    exact = codecs.lookup(stream.encoding).name == "utf-8" or kind is _Notes
    opened = kind(
        stream.buffer,
        encoding=stream.encoding,
        errors=stream.errors if exact else _ESCAPED,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )
    try:
        yield opened
    finally:
        with suppress(OSError):  # what could not be written was told where it mattered
            opened.flush()
        if opened.error is not None:
            opened.print_no_more()
        opened.detach()  # the stream below is not this one's to close


def _escape(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return json.dumps(error.object[error.start : error.end])[1:-1], error.end

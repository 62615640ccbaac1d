"""Progress and notes: bars on a terminal, sparse lines in a log, silence in a library call.

Everything goes to stderr, because stdout carries results. Core code takes a `Progress` and never
prints; `SILENT` is the default everywhere.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Protocol, TextIO

from augment.errors import AugmentWarning, InputError


class Stage(Protocol):
    """One running stage."""

    def advance(self, n: int = 1) -> None:
        """Count `n` more units as done."""


class Progress(Protocol):
    """What long-running functions report to."""

    def note(self, message: str) -> None:
        """Say one line that the user should see (a choice made, a shortfall)."""

    def warn(self, message: str) -> None:
        """Say one line that a user must see (what leaves the machine, what cannot be trusted).

        Under ``--quiet`` too; where nobody listens it is a Python warning.
        """

    def stage(
        self, name: str, total: int | None, unit: str = "row"
    ) -> AbstractContextManager[Stage]:
        """Open a stage of `total` units as a context manager that gives a `Stage`."""


class _NoStage:
    def advance(self, n: int = 1) -> None:
        pass


class _Silent:
    def note(self, message: str) -> None:
        pass

    def warn(self, message: str) -> None:
        # Of the caller's caller, who is outside of this package or nearer to it.
        warnings.warn(message, AugmentWarning, stacklevel=3)

    def stage(
        self, name: str, total: int | None, unit: str = "row"
    ) -> AbstractContextManager[Stage]:
        return nullcontext(_NoStage())


class _Quiet(_Silent):
    def warn(self, message: str) -> None:
        sys.stderr.write(message + "\n")


SILENT: Progress = _Silent()


def checked_progress(progress: Progress) -> Progress:
    """Give what a run is to report to, or refuse what cannot be told anything.

    Raises
    ------
    InputError
        Naming what is wanted.
    """
    if not all(callable(getattr(progress, name, None)) for name in ("note", "warn", "stage")):
        raise InputError(
            f"progress is {progress!r:.60}; wanted: augment.progress.LineProgress(), "
            "BarProgress(), or an object of your own with note, warn and stage"
        )
    return progress


class _LineStage:
    """Prints when a tenth more is done, and then no more often than every two seconds."""

    def __init__(self, name: str, total: int | None, unit: str, out: TextIO) -> None:
        self.name, self.total, self.unit, self.out = name, total, unit, out
        self.done = 0
        self.start = self.last = time.monotonic()
        self.next_share = 0.1
        #: What was done when it was first reported, and when: the start of models and programs,
        #: which comes before, says nothing about what is left.
        self.begun: tuple[int, float] | None = None

    def advance(self, n: int = 1) -> None:
        self.done += n
        now = time.monotonic()
        share = self.done / self.total if self.total else 0.0
        if now - self.last >= 30 or (share >= self.next_share and now - self.last >= 2):
            self.last, self.next_share = now, share + 0.1
            self.line(now)

    def line(self, now: float, *, ended: bool = False) -> None:
        text = f"{self.name}: {self.done:,}"
        if self.total:
            text += f"/{self.total:,}"
        text += f" {self.unit}s"
        if ended or self.done == self.total:
            text += f", {self.done / max(now - self.start, 1e-9):,.1f}/s"
        elif self.begun is None:
            self.begun = self.done, now
        else:
            done, since = self.begun
            rate = (self.done - done) / max(now - since, 1e-9)
            text += f", {rate:,.1f}/s"
            if self.total and rate > 0:
                text += f", {_clock(max(self.total - self.done, 0) / rate)} left"
        self.out.write(text + "\n")
        self.out.flush()


class LineProgress:
    """For logs: a line per stage and a few in between when it takes long."""

    def __init__(self, out: TextIO | None = None) -> None:
        self.out = out or sys.stderr

    def note(self, message: str) -> None:
        """Write the message as one line."""
        self.out.write(message + "\n")
        self.out.flush()

    warn = note

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str = "row") -> Iterator[Stage]:
        """Report a stage in lines; the last line is written only when the stage ends well."""
        stage = _LineStage(name, total, unit, self.out)
        yield stage
        stage.line(time.monotonic(), ended=True)


class _BarStage:
    def __init__(self, bar: object) -> None:
        self._update = bar.update  # type: ignore[attr-defined]

    def advance(self, n: int = 1) -> None:
        self._update(n)


class BarProgress:
    """For terminals: one tqdm bar per stage with rate and time left."""

    def note(self, message: str) -> None:
        """Write the message above any running bar."""
        from tqdm import tqdm

        tqdm.write(message, file=sys.stderr)

    warn = note

    @contextmanager
    def stage(self, name: str, total: int | None, unit: str = "row") -> Iterator[Stage]:
        """Show a bar while the stage runs."""
        from tqdm import tqdm

        with tqdm(total=total, desc=name, unit=unit, file=sys.stderr, smoothing=0.1) as bar:
            yield _BarStage(bar)


def for_stderr(*, quiet: bool = False) -> Progress:
    """Pick the right kind for this process's stderr."""
    if quiet:
        return _Quiet()
    return BarProgress() if sys.stderr.isatty() else LineProgress()


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"

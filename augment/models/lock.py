"""One fetch of a model at a time: a second one waits, and then finds the model there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def alone(path: Path, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Keep other processes and threads out of a block while this one is in it.

    The system lets go of the lock when a process ends, however it ends.

    Parameters
    ----------
    path
        The lock's file; it is made, and removed at the end.
    waiting
        Called once when another one is in the block.
    """
    try:
        import fcntl
    except ImportError:  # Windows: whoever comes second fails at the rename, and says so
        yield
        return
    while True:
        handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o644)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                waiting = _say_nothing
                fcntl.flock(handle, fcntl.LOCK_EX)
            if not _is_file(handle, path):
                continue  # whoever had it removed it at the end: the lock is on a file of no name
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
            return
        finally:
            os.close(handle)


def _say_nothing() -> None:
    """Take the place of a line that was said already."""


def _is_file(handle: int, path: Path) -> bool:
    try:
        there = path.stat()
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(handle), there)

"""The part of an output: what is written of it beside its place, before it gets its name.

A run holds a lock on it, where the system has such locks, so that two runs cannot write one output
at the same time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from augment.errors import OutputError

_locks: Any = None
with suppress(ImportError):  # on Windows, where a file that is held cannot be renamed
    import fcntl

    _locks = fcntl

#: Parts that this process holds for longer than it writes to them.
_reserved: set[Path] = set()


def part_of(path: Path) -> Path:
    """Say where the part of an output lies while it is written."""
    return path.with_name(f".{path.name}.part")


def left_by_a_kill(out: Path) -> bool:
    """Whether a run was killed while it gave the outputs of an `OutputSet` their names.

    Those that have theirs already are its own, and may be replaced.

    Parameters
    ----------
    out
        The output that is begun first, and gets its name last: its part lies there still.
    """
    return part_of(out).exists() and not out.exists()


@contextmanager
def reserved(path: Path, *, folder: bool = False) -> Iterator[None]:
    """Keep other runs from writing `path`, or the folder `path`, until the block ends.

    Its part lies there from the start. What is left of it at the end is removed.

    Raises
    ------
    OutputError
        When another run is writing it.
    """
    part = part_of(path).absolute()
    with _locked(path, folder=folder):
        _reserved.add(part)
        try:
            yield
        finally:
            _reserved.discard(part)


def held(path: Path, *, folder: bool = False) -> AbstractContextManager[None]:
    """Hold a part, unless this run holds it already."""
    if part_of(path).absolute() in _reserved:
        return nullcontext()
    return _locked(path, folder=folder)


@contextmanager
def _locked(path: Path, *, folder: bool) -> Iterator[None]:
    part = part_of(path)
    handle = _hold(path, part, folder=folder)
    try:
        yield
    finally:
        # Where it was renamed, the next run's part may lie there by now.
        if handle is None or _is_at(handle, part):
            shutil.rmtree(part, ignore_errors=True) if folder else part.unlink(missing_ok=True)
        if handle is not None:
            os.close(handle)


def _hold(path: Path, part: Path, *, folder: bool) -> int | None:
    """Make a part, and lock it; None where there are no such locks."""
    while True:
        try:
            part.mkdir(exist_ok=True) if folder else part.touch()
        except OSError as error:
            raise OutputError(
                f"{path} cannot be written ({error.strerror or error}); give another --out"
            ) from error
        if _locks is None:
            return None
        try:
            handle = os.open(part, os.O_RDONLY)
        except FileNotFoundError:  # removed just now, as below
            continue
        try:
            _locks.flock(handle, _locks.LOCK_EX | _locks.LOCK_NB)
        except BlockingIOError as error:
            os.close(handle)
            raise OutputError(
                f"another run is writing {path} at this moment; wait for it, or give another --out"
            ) from error
        except OSError:  # a file system without locks
            pass
        if _is_at(handle, part):
            return handle
        os.close(handle)  # the run that had it renamed or removed it just now


def _is_at(handle: int, part: Path) -> bool:
    """Whether what is open still lies at its path."""
    try:
        return os.path.samestat(os.fstat(handle), part.stat())
    except FileNotFoundError:
        return False

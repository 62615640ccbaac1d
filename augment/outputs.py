"""Outputs are written beside their place and renamed, and nothing is overwritten unasked."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from augment.errors import InputError, OutputError


def refuse_inputs(paths: Iterable[Path], inputs: Iterable[str | os.PathLike[str]]) -> None:
    """Refuse outputs that are an input, by whatever name, `force` or not.

    Raises
    ------
    InputError
        Naming the path.
    """
    read = {Path(one).resolve() for one in inputs}
    for path in paths:
        if path.resolve() in read:
            raise InputError(f"{path} is the input; an output cannot be written over it")


def check_outputs(
    paths: Iterable[Path], *, force: bool, inputs: Iterable[str | os.PathLike[str]] = ()
) -> None:
    """Refuse, before any work, outputs that are an input, exist or cannot be written.

    Raises
    ------
    InputError
        For an output that is one of the inputs.
    OutputError
        Naming the first path that cannot be used and what to do.
    """
    paths = list(paths)
    refuse_inputs(paths, inputs)
    for path in paths:
        if path.exists() and not force:
            raise OutputError(
                f"{path} exists already; give another name with --out, or --force to replace it"
            )
        if path.is_dir():
            raise OutputError(f"{path} is a folder; a file name is wanted")
        folder = path.parent
        if not folder.is_dir():
            raise OutputError(f"{folder} is no folder; make it first, or give another --out")
        if not os.access(folder, os.W_OK):
            raise OutputError(f"{folder} cannot be written by this user; give another --out")


def part_of(path: Path) -> Path:
    """Say where the part of an output lies while it is written."""
    return path.with_name(f".{path.name}.part")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; rename it into place when the block ends well.

    The content is flushed to the disk before the rename, so that after a power loss either the
    old or the whole new file is there. When the block raises, the part is removed.
    """
    part = part_of(path)
    try:
        yield part
        with part.open("rb") as handle:
            os.fsync(handle.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder beside `path` to fill; put it in place when the block ends well.

    A folder that lies at `path` is replaced as a whole. When the block raises, it stays as it was
    and what was written is removed.
    """
    part, old = part_of(path), path.with_name(f".{path.name}.old")
    for left in (part, old):
        shutil.rmtree(left, ignore_errors=True)
    part.mkdir()
    try:
        yield part
        for file in part.rglob("*"):
            if file.is_file():
                with file.open("rb") as handle:
                    os.fsync(handle.fileno())
        if path.exists():
            path.rename(old)
        part.rename(path)
        _sync_folder(path.parent)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _sync_folder(folder: Path) -> None:
    """Bring a rename to the disk, where the system lets a folder be opened."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows does not; there the rename is as safe as the system makes it
        return
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

"""Outputs are written beside their place and renamed, and nothing is overwritten unasked.

What is written until then is the *part* of an output. A run holds a lock on it, where the system
has such locks, so that two runs cannot write one output at the same time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from augment.broken_text import readable
from augment.errors import AugmentError, InputError, OutputError, WriteError, no_space

_locks: Any = None
with suppress(ImportError):  # on Windows, where a file that is held cannot be renamed
    import fcntl

    _locks = fcntl

#: Parts that this process holds for longer than it writes to them.
_reserved: set[Path] = set()


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
    paths: Iterable[Path],
    *,
    force: bool,
    inputs: Iterable[str | os.PathLike[str]] = (),
    option: str = "--out",
) -> None:
    """Refuse, before any work, outputs that are an input, exist or cannot be written.

    Parameters
    ----------
    paths
        The outputs.
    force
        Whether those that exist may be replaced.
    inputs
        What is read: never replaced.
    option
        The option that names the output, for messages; empty where it has none.

    Raises
    ------
    InputError
        For an output that is one of the inputs.
    OutputError
        Naming the first path that cannot be used and what to do.
    """
    paths = list(paths)
    other = f"another {option}" if option else "another name"
    refuse_inputs(paths, inputs)
    for path in paths:
        if readable(str(path)) != str(path):
            raise OutputError(f"{str(path)!r} is no UTF-8; give {other}")
        if path.exists() and not force:
            raise OutputError(f"{path} exists already; give {other}, or --force to replace it")
        if path.is_dir():
            raise OutputError(f"{path} is a folder; a file name is wanted")
        folder = path.parent
        if not folder.is_dir():
            raise OutputError(f"{folder} is no folder; make it first, or give {other}")
        if not os.access(folder, os.W_OK):
            raise OutputError(f"{folder} cannot be written by this user; give {other}")


def holds_files(folder: Path) -> bool:
    """Whether there is a file in a folder, at any depth, that is no part of an output."""
    return any(
        file.is_file() and not (file.name.startswith(".") and file.name.endswith(".part"))
        for file in folder.rglob("*")
    )


def beside(out: Path, word: str, suffix: str | None = None) -> Path:
    """Name a further output after the first.

    >>> beside(Path("in.csv"), "rejected").name, beside(Path("in.csv"), "manifest", ".json").name
    ('in.rejected.csv', 'in.manifest.json')
    """
    return out.with_name(f"{out.stem}.{word}{out.suffix if suffix is None else suffix}")


def left_by_a_kill(out: Path) -> bool:
    """Whether a run was killed while it gave the outputs of an `OutputSet` their names.

    Those that have theirs already are its own, and may be replaced.

    Parameters
    ----------
    out
        The output that is begun first, and gets its name last: its part lies there still.
    """
    return part_of(out).exists() and not out.exists()


def part_of(path: Path) -> Path:
    """Say where the part of an output lies while it is written."""
    return path.with_name(f".{path.name}.part")


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


class OutputSet(AbstractContextManager["OutputSet"]):
    """Outputs that belong together: when the block ends well they get their names, all or none.

    When it raises, or a name cannot be given, every place is as it was before. The output that was
    begun first gets its name last: where that one is, all are, even after a kill.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> with OutputSet() as outputs:
    ...     outputs.write_text(folder / "a.txt", "a")
    ...     outputs.write_text(folder / "b.txt", "b")
    ...     len([path for path in folder.iterdir() if path.suffix == ".txt"])
    0
    >>> sorted(path.name for path in folder.iterdir())
    ['a.txt', 'b.txt']
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._begun: list[Path] = []

    @contextmanager
    def replacing(self, path: Path) -> Iterator[Path]:
        """Give a path beside `path` to write to.

        Raises
        ------
        OutputError
            When another run is writing it.
        WriteError
            When the disk is full.
        """
        part = part_of(path)
        self._stack.enter_context(_held(path))
        self._begun.append(path)
        try:
            with _told_when_full(path):
                yield part
                _flush(part)
        except BaseException:
            self._begun.remove(path)
            raise

    def write_text(self, path: Path, text: str) -> None:
        """Write a whole file of text.

        Raises
        ------
        OutputError
            When another run is writing it.
        WriteError
            When it cannot be written.
        """
        with self.replacing(path) as part:
            try:
                part.write_text(text, encoding="utf-8", newline="")
            except OSError as error:
                raise WriteError(path, error) from error

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._stack:
            if kind is None:
                self._give_names()

    def _give_names(self) -> None:
        several = len(self._begun) > 1
        set_aside: list[Path] = []
        with ExitStack() as undo:
            for path in reversed(self._begun):
                if several:
                    old = path.with_name(f".{path.name}.old")
                    old.unlink(missing_ok=True)  # of a run that was killed right here
                    undo.callback(_put_back, path, old, existed=path.exists())
                    _set_aside(path, old)
                    set_aside.append(old)
                try:
                    part_of(path).replace(path)
                except OSError as error:
                    raise WriteError(path, error) from error
            for folder in dict.fromkeys(path.parent for path in self._begun):
                _sync_folder(folder)
            undo.pop_all()
        for old in set_aside:
            old.unlink(missing_ok=True)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to; rename it into place when the block ends well.

    The content is flushed to the disk before the rename, so that after a power loss either the
    old or the whole new file is there. When the block raises, the part is removed.

    Raises
    ------
    OutputError
        When another run is writing it.
    WriteError
        When the disk is full.
    """
    with OutputSet() as outputs, outputs.replacing(path) as part:
        yield part


def write_text(path: Path, text: str) -> None:
    """Write a whole file of text beside its place, and rename it.

    Raises
    ------
    OutputError
        When another run is writing it.
    WriteError
        When it cannot be written.
    """
    with OutputSet() as outputs:
        outputs.write_text(path, text)


@contextmanager
def _told_when_full(path: Path) -> Iterator[None]:
    """Say which output a full disk had no space for."""
    try:
        yield
    except AugmentError:
        raise
    except Exception as error:
        if no_space(error):
            raise WriteError(path, error) from error
        raise


def _set_aside(path: Path, old: Path) -> None:
    """Give a file a second name, so that it can be put back; its first name stays."""
    if not path.exists():
        return
    try:
        os.link(path, old)
    except OSError:  # a file system without links: for a moment its place is empty
        path.rename(old)


def _put_back(path: Path, old: Path, *, existed: bool) -> None:
    if not existed:
        path.unlink(missing_ok=True)
    elif old.exists():
        old.replace(path)
        old.unlink(missing_ok=True)  # of two names of one file a rename removes none


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Give an empty folder beside `path` to fill; put it in place when the block ends well.

    A folder that lies at `path` is replaced as a whole. When the block raises, it stays as it was
    and what was written is removed.

    Raises
    ------
    OutputError
        When another run is writing it.
    WriteError
        When the disk is full.
    """
    part, old = part_of(path), path.with_name(f".{path.name}.old")
    with _held(path, folder=True), _told_when_full(path):
        if old.exists() and not path.exists():  # a run was killed between the two renames
            old.rename(path)
        shutil.rmtree(old, ignore_errors=True)
        for left in part.iterdir():
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        yield part
        for file in part.rglob("*"):
            if file.is_file():
                _flush(file)
        if path.exists():
            path.rename(old)
        try:
            part.rename(path)
        except OSError:
            if old.exists():
                old.rename(path)
            raise
        _sync_folder(path.parent)
        shutil.rmtree(old, ignore_errors=True)


def _held(path: Path, *, folder: bool = False) -> AbstractContextManager[None]:
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


def _flush(file: Path) -> None:
    with file.open("r+b") as handle:  # Windows flushes what can be written to alone
        os.fsync(handle.fileno())


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

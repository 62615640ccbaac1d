"""Outputs are written beside their place and renamed, and nothing is overwritten unasked.

What is written until then is the part of an output (`augment.output_parts`).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

from augment.broken_text import readable
from augment.errors import AugmentError, InputError, OutputError, WriteError, no_space
from augment.output_parts import held, part_of


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


def refuse_stream(path: Path) -> None:
    """Refuse ``-``, which is the standard output to many programs: here a file would be called so.

    Raises
    ------
    OutputError
        Asking for a name.
    """
    if str(path) == "-":
        raise OutputError("-: nothing is written to the standard output; give a name")


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
        refuse_stream(path)
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
        self._stack.enter_context(held(path))
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
    with held(path, folder=True), _told_when_full(path):
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

"""What every command on a table asks and checks alike: its input, its columns, its outputs."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import tyro

from augment.config import check_fields, shown_as
from augment.datasets.augmentation.manifest import manifest_of_run, recorded_columns
from augment.datasets.columns import Columns, find_columns
from augment.datasets.formats.table_writer import SUFFIXES, output_kind
from augment.datasets.frames import frame_table, whole_frame
from augment.datasets.table import Table, open_table, say_unread_rows
from augment.errors import AugmentError, InputError, TableError
from augment.outputs import check_outputs
from augment.progress import Progress

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """How the file of a table is read."""

    on_bad_row: Literal["error", "skip"] = "error"
    """A row with too few or too many cells: stop, or skip it and list it."""
    delimiter: Annotated[str | None, shown_as("CHAR")] = None
    """What separates the cells of the input, "tab" for a tab; found when left out."""
    encoding: Annotated[str | None, shown_as("NAME")] = None
    """Encoding of the input, like cp1250; found when left out."""

    def table(self, data: pd.DataFrame | str | PathLike[str]) -> Table:
        """Open a table: a frame, or a path.

        Raises
        ------
        InputError
            When it cannot be read.
        """
        if not isinstance(data, str | PathLike):
            return frame_table(data)
        return open_table(
            data, on_bad_row=self.on_bad_row, delimiter=self.delimiter, encoding=self.encoding
        )

    def frame(self, path: str | PathLike[str], progress: Progress) -> pd.DataFrame:
        """Read the table at a path whole, and say which rows were left out.

        Raises
        ------
        InputError
            When it cannot be read.
        """
        table = self.table(path)
        frame = whole_frame(table)
        say_unread_rows(table, progress)
        return frame


#: Names of these options.
READING: Final = tuple(ReadOptions.__dataclass_fields__)


@dataclass(frozen=True, kw_only=True)
class InputOptions(ReadOptions):
    """Options that every command on one table has."""

    input: Annotated[Path | None, tyro.conf.Positional, shown_as("IN")] = None
    """The table: .csv, .tsv, .xlsx, .jsonl, .json, .parquet, class folders or a saved dataset."""
    force: bool = False
    """Replace outputs that exist."""
    json: bool = False
    """Print the result as JSON."""
    quiet: bool = False
    """No progress on stderr."""

    def __post_init__(self) -> None:
        check_fields(self)
        for name, value in vars(self).items():  # Python callers may give a str
            if name in ("input", "out", "against", "html") and value is not None:
                object.__setattr__(self, name, Path(value))

    def open(self, data: pd.DataFrame | str | PathLike[str] | None = None) -> Table:
        """Open the table: `data`, a frame or a path, or else the input.

        Raises
        ------
        InputError
            When there is none, or it cannot be read.
        """
        given = self.input if data is None else data
        if given is None:
            raise InputError("no table was given; wanted: a file or folder, like IN.csv")
        return self.table(given)

    def as_dict(self) -> dict[str, Any]:
        """Give every option as plain JSON values."""
        return {
            name: str(value) if isinstance(value, Path) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True, kw_only=True)
class TableOptions(InputOptions):
    """Options that the commands on one table of texts and labels have."""

    text: Annotated[str | None, shown_as("COL")] = None
    """Column with the texts; found by itself when left out."""
    label: Annotated[str | None, shown_as("COL")] = None
    """Column with the classes; found by itself when left out; "none" for no classes."""

    def columns(self, table: Table, progress: Progress) -> Columns:
        """Find the columns, and say which were found by themselves."""
        text: str | Sequence[str] | None = self.text
        label, want_label = self.label, self.label != "none"
        if text is None and table.format.kind != "frame":  # as the run took that wrote the table
            recorded, of_labels = recorded_columns(manifest_of_run(Path(table.name)), table.columns)
            if label not in recorded:
                text, label = recorded or None, label or of_labels
        wanted = label if want_label else None
        found = find_columns(table, text=text, label=wanted, want_label=want_label)
        progress.note(f"{table.name}: {table.format.describe()}")
        guessed = " (found; --text to change)" if found.text_found else ""
        progress.note(f"text column: {', '.join(map(repr, found.text))}{guessed}")
        if hint := found.pair_hint():
            progress.note(hint)
        if found.label is not None:
            guessed = " (found; --label to change)" if found.label_found else ""
            progress.note(f"label column: {found.label!r}{guessed}")
        elif want_label:
            could = ", ".join(map(repr, found.label_candidates))
            progress.note(f"label column: none{f'; it could be {could}' if could else ''}")
        return found


def needed_label(table: Table, columns: Columns, purpose: str) -> str:
    """Give the label column, or refuse a table that has none.

    Raises
    ------
    InputError
        Naming the columns that might be it.
    """
    if columns.label is None:
        maybe = columns.label_candidates or table.columns
        raise InputError(
            f"{table.name}: {purpose} needs classes, and no label column was found; name it with "
            f"--label (columns: {', '.join(map(repr, maybe))})"
        )
    return columns.label


def default_output(source: Path, word: str = "") -> Path:
    """Name an output after its input, in the current folder.

    >>> str(default_output(Path("data/in.tsv"), "small")), str(default_output(Path("aclImdb")))
    ('in.small.tsv', 'aclImdb.csv')
    """
    source = Path(os.path.abspath(source))  # "." has no name of its own
    suffix = source.suffix if source.suffix.lower() in SUFFIXES else ".csv"
    return Path(f"{source.stem}.{word}{suffix}" if word else f"{source.stem}{suffix}")


def check_new_tables(
    source: str,
    tables: Iterable[Path],
    others: Iterable[Path] = (),
    *,
    force: bool,
    option: str = "--out",
) -> None:
    """Refuse, before any work, outputs that cannot be written or would replace something.

    Raises
    ------
    InputError
        For a suffix that names no format, an output that is the input, or one that exists.
    """
    tables, others = list(tables), list(others)
    for path in tables:
        output_kind(path)
    check_outputs([*tables, *others], force=force, inputs=[source], option=option)


class Unchanged:
    """Notices whether a file was written to while it was worked on."""

    def __init__(self, path: str | PathLike[str]) -> None:
        self._path = Path(path)
        self._before = self._state()

    def _state(self) -> tuple[int, int] | None:
        try:
            about = os.stat(self._path)
        except OSError:  # a data frame has no file
            return None
        return about.st_size, about.st_mtime_ns

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Say of an error in the block that the file changed, where it did: that is why.

        Raises
        ------
        InputError
            Saying that it changed.
        """
        try:
            yield
        except Exception as error:
            # Of what is no fault of the table, such as a full disk, the error itself is told.
            if isinstance(error, TableError) or not isinstance(error, AugmentError):
                self.check()
            raise

    def check(self) -> None:
        """Refuse to go on with a file that changed.

        Raises
        ------
        InputError
            Saying that it changed.
        """
        if self._state() != self._before:
            raise InputError(f"{self._path} changed while it was worked on; run the command again")

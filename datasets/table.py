"""Tables: rows of cells under named columns, read from a file as often as needed.

A table streams: each iteration reads its file anew and holds a small piece of it, so a table
larger than memory is iterated like a small one. Cells of a CSV file stay the strings that they
are (``1``, ``007``, ``NA``); typed formats keep their types, with None where a value is missing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from augment.datasets.formats.bad_rows import BadRow, OnBadRow, ReadLog, check_on_bad_row
from augment.datasets.formats.column_types import ColumnTypes
from augment.datasets.formats.csv_rows import CsvRows
from augment.datasets.formats.dialect import TableFormat, find_dialect
from augment.datasets.formats.encoding import check_encoding, find_encoding
from augment.datasets.formats.excel_rows import ExcelRows
from augment.datasets.formats.folder_rows import folder_rows
from augment.datasets.formats.hugging_face import SavedRows, is_saved
from augment.datasets.formats.json_rows import json_rows
from augment.datasets.formats.jsonl_rows import JsonlRows
from augment.datasets.formats.parquet_rows import ParquetRows
from augment.datasets.formats.table_file import (
    check_file,
    check_name,
    check_text,
    file_kind,
    with_mark,
)
from augment.datasets.formats.wide_cells import wide_cells
from augment.enumeration import counted
from augment.errors import TableError
from augment.progress import Progress

__all__ = ["BadRow", "Table", "TableFormat", "open_table"]

Rows = Callable[[ReadLog], Iterator[tuple[object, ...]]]


class Table:
    """Rows of cells under named columns; iterate it as often as you like.

    Made by `open_table` and `augment.datasets.frames.frame_table`.

    Attributes
    ----------
    name
        The path as it was given, or ``"<frame>"``.
    columns
        Column names in order, exactly as written; a name may be empty or stand twice, its cells
        are kept by position.
    format
        How the table is written.
    bad_rows
        Rows left out by the last complete pass (with ``on_bad_row="skip"``).
    blank_rows
        Blank rows that the last complete pass passed over; they are no rows of the table.
    stray_quotes
        CSV rows with text behind a closing quote, whose cells were joined as other tools do.
    notes
        What else of the file the last complete pass did not read, a sentence each.
    types
        Those of the columns of a Parquet file, else None.
    """

    def __init__(
        self,
        name: str,
        columns: tuple[str, ...],
        format: TableFormat,
        rows: Rows,
        *,
        on_bad_row: OnBadRow = "error",
        types: ColumnTypes | None = None,
    ) -> None:
        self.name = name
        self.columns = columns
        self.format = format
        self.types = types
        self.bad_rows: tuple[BadRow, ...] = ()
        self.blank_rows = 0
        self.stray_quotes = 0
        self.notes: tuple[str, ...] = ()
        self._rows = rows
        self._on_bad_row: OnBadRow = on_bad_row

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        log = ReadLog(self.name, self._on_bad_row)
        empty = True
        try:
            for row in self._rows(log):
                empty = False
                yield row
        except UnicodeDecodeError as error:
            raise TableError(
                f"{self.name}: the file changed while it was read: {error}; run again"
            ) from error
        self.bad_rows = tuple(log.bad)
        self.blank_rows = log.blank
        self.stray_quotes = log.stray_quotes
        self.notes = tuple(log.notes)
        if empty and log.bad:
            first = log.bad[0]
            raise TableError(
                f"{self.name}: none of the {len(log.bad):,} rows can be read; "
                f"line {first.line}: {first.reason}"
            )

    def __repr__(self) -> str:
        return f"<Table {self.name!r}: {self.format.describe()}, columns {', '.join(self.columns)}>"


def open_table(
    path: str | os.PathLike[str],
    *,
    on_bad_row: OnBadRow = "error",
    delimiter: str | None = None,
    encoding: str | None = None,
    allow_empty: bool = False,
) -> Table:
    r"""Open a table in a file.

    Parameters
    ----------
    path
        A ``.csv``, ``.tsv``, ``.jsonl``, ``.ndjson``, ``.json`` or ``.parquet`` file; with another
        suffix the content decides. The file is read once to tell its encoding (and the keys of
        JSON lines). Or a folder: of class folders with a text file each
        (`augment.datasets.formats.folder_rows`), or saved by the library `datasets`.
    on_bad_row
        ``"error"`` (default) stops at a row that is not whole (too few or too many cells, cut off
        inside quotes, no valid JSON); ``"skip"`` leaves such rows out and lists them in
        `Table.bad_rows`.
    delimiter
        One character (``"tab"`` for a tab); found when left out.
    encoding
        A Python codec name; found when left out.
    allow_empty
        Whether a table with a header and no rows may be opened.

    Returns
    -------
    Table
        Streams the rows anew each time it is iterated.

    Raises
    ------
    InputError
        For an option that cannot be used.
    TableError
        For no file, a folder without classes, an empty file, a header without rows, or no table;
        while iterating, for a row that is not whole.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "avis.csv"
    >>> _ = path.write_bytes("avis;note\n\"bon ; très bon\";007\n".encode("cp1252"))
    >>> table = open_table(path)
    >>> table.format.describe(), table.columns, list(table)
    ('semicolon-separated, cp1252', ('avis', 'note'), [('bon ; très bon', '007')])
    """
    check_on_bad_row(on_bad_row)
    file, name = Path(path), os.fspath(path)
    check_name(name)
    head = b"" if file.is_dir() else check_file(file, name)
    kind = "folder" if file.is_dir() else file_kind(file, head)
    if kind == "folder":
        table = _open_folder(file, name, on_bad_row)
    elif kind == "parquet":
        table = _open_parquet(file, name)
    elif kind == "excel":
        table = _open_excel(file, name, on_bad_row)
    else:
        check_text(name, head)
        if encoding is None:
            encoding = find_encoding(file)
        else:
            encoding = with_mark(encoding, head)
            check_encoding(file, encoding)
        if kind == "jsonl":
            table = _open_jsonl(file, name, encoding, on_bad_row)
        elif kind == "json":
            document = json_rows(file, encoding)
            form = TableFormat("json", encoding, quotechar=None)
            table = Table(name, document.columns, form, lambda log: document.rows(log))
        else:
            table = _open_csv(file, name, encoding, delimiter, on_bad_row)
    if not allow_empty and next(iter(table), None) is None:
        raise TableError(f"{name}: a header and no rows; a table with rows is wanted")
    return table


def unread_rows(table: Table) -> Iterator[str]:
    """Say which rows of a table were left out or repaired, once it was read to its end."""
    for note in unread_parts(table):
        yield f"note: {note}"
    if bad := table.bad_rows:
        yield f"note: {counted(len(bad), 'row')} that could not be read; skipped"
    for one in bad[:10]:
        yield f"  line {one.line}: {one.reason}"


def unread_parts(table: Table) -> Iterator[str]:
    """Say what was left out or repaired besides the bad rows, a sentence each."""
    if others := table.format.sheets[1:]:
        yield (
            f"only the sheet {table.format.sheets[0]!r} is read; move another to the front, "
            f"or save it as a file of its own, to read it ({', '.join(map(repr, others))})"
        )
    yield from table.notes
    for count, noun, what in (
        (table.blank_rows, "blank line", "; passed over"),
        (table.stray_quotes, "row", " with text behind a closing quote; joined on"),
    ):
        if count:
            yield f"{counted(count, noun)}{what}"


def say_unread_rows(table: Table, progress: Progress) -> None:
    """Say `unread_rows` on stderr; every command does that reads a table to its end."""
    for line in unread_rows(table):
        progress.note(line)


def _open_folder(folder: Path, name: str, on_bad_row: OnBadRow) -> Table:
    if is_saved(folder):
        saved = SavedRows(folder)
        columns = saved.header()
        form = TableFormat("dataset", quotechar=None)
        return Table(name, columns, form, lambda log: saved.rows(columns, log))
    try:
        found = folder_rows(folder)
    except PermissionError as error:
        raise TableError(f"{error.filename} cannot be read by this user") from error
    form = TableFormat("folder", quotechar=None)
    return Table(name, found.columns, form, found.rows, on_bad_row=on_bad_row)


def _open_parquet(file: Path, name: str) -> Table:
    reader = ParquetRows(file)
    columns = reader.header()
    form = TableFormat("parquet", quotechar=None)
    return Table(name, columns, form, lambda log: reader.rows(columns, log), types=reader.types())


def _open_excel(file: Path, name: str, on_bad_row: OnBadRow) -> Table:
    reader = ExcelRows(file)
    columns, sheets = reader.header()
    form = TableFormat("excel", quotechar=None, sheets=sheets)
    return Table(name, columns, form, lambda log: reader.rows(columns, log), on_bad_row=on_bad_row)


def _open_jsonl(file: Path, name: str, encoding: str, on_bad_row: OnBadRow) -> Table:
    reader = JsonlRows(file, encoding)
    columns = reader.header(ReadLog(name, on_bad_row))
    if not columns:
        raise TableError(f"{name}: no row has a key; objects with named values are wanted")
    form = TableFormat("jsonl", encoding, quotechar=None)
    return Table(name, columns, form, lambda log: reader.rows(columns, log), on_bad_row=on_bad_row)


def _open_csv(
    file: Path, name: str, encoding: str, delimiter: str | None, on_bad_row: OnBadRow
) -> Table:
    given = delimiter
    if given is None and file.suffix.lower() == ".tsv":
        delimiter = _tsv_delimiter(file, encoding)
    with wide_cells():
        form = find_dialect(file, encoding, delimiter=delimiter)
    reader = CsvRows(file, form)
    columns = reader.header()
    if columns is None:
        raise TableError(f"{name} holds blank lines only; a header and rows are wanted")
    if given is not None and len(columns) == 1:
        _check_delimiter(file, name, form, columns[0])
    return Table(name, columns, form, lambda log: reader.rows(columns, log), on_bad_row=on_bad_row)


def _check_delimiter(file: Path, name: str, given: TableFormat, column: str) -> None:
    """Refuse a delimiter under which a table has one column, where another one cuts it well.

    Whole rows would be taken for texts: labels would be translated with them.
    """
    with wide_cells():
        form = find_dialect(file, given.encoding)
    columns = CsvRows(file, form).header() or ()
    if len(columns) > 1:
        raise TableError(
            f"{name}: {given.separation}, it has one column, {column!r}; {form.separation}, it has "
            f"{len(columns)} ({', '.join(columns)}); leave --delimiter out"
        )


def _tsv_delimiter(file: Path, encoding: str) -> str | None:
    """Take the suffix at its word where the header holds a tab."""
    with file.open(encoding=encoding, newline="") as handle:
        return "\t" if "\t" in handle.readline(1 << 16) else None

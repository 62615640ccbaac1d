"""Tables: rows of cells under named columns, read from a file or a data frame, as often as needed.

A table streams: each iteration reads its file anew and holds a small piece of it, so a table
larger than memory is iterated like a small one. Cells of a CSV file stay the strings that they
are (``1``, ``007``, ``NA``); typed formats keep their types, with None where a value is missing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augment.datasets.bad_rows import BadRow, OnBadRow, ReadLog, check_on_bad_row
from augment.datasets.cell_text import shortest_float
from augment.datasets.column_types import ColumnTypes
from augment.datasets.csv_rows import CsvRows
from augment.datasets.dialect import TableFormat, find_dialect
from augment.datasets.encoding import check_encoding, find_encoding
from augment.datasets.excel_rows import ExcelRows
from augment.datasets.folder_rows import folder_rows
from augment.datasets.hugging_face import SavedRows, is_saved
from augment.datasets.json_rows import json_rows
from augment.datasets.jsonl_rows import JsonlRows
from augment.datasets.parquet_rows import ParquetRows
from augment.datasets.table_file import check_file, check_name, check_text, file_kind, with_mark
from augment.datasets.wide_cells import wide_cells
from augment.enumeration import counted
from augment.errors import InputError, TableError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["BadRow", "Table", "TableFormat", "frame_table", "open_table", "read_frame"]

Rows = Callable[[ReadLog], Iterator[tuple[object, ...]]]


class Table:
    """Rows of cells under named columns; iterate it as often as you like.

    Made by `open_table` and `frame_table`.

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
        (`augment.datasets.folder_rows`), or saved by the library `datasets`.
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


def frame_table(frame: pd.DataFrame, *, name: str = "<frame>") -> Table:
    """Look at a data frame as a table; its values are not touched.

    Parameters
    ----------
    frame
        Any frame with one level of column names. The index is no part of the table.
    name
        What messages call it.

    Returns
    -------
    Table
        Gives None where the frame has a missing value (NaN, NaT, NA).

    Raises
    ------
    InputError
        For something else than a frame, several levels of columns, or no rows.

    Examples
    --------
    >>> import pandas as pd
    >>> list(frame_table(pd.DataFrame({"text": ["a", None], "n": [1, 2]})))
    [('a', 1), (None, 2)]
    """
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        raise InputError(_no_frame(frame))
    if isinstance(frame.columns, pd.MultiIndex):
        raise InputError("the frame has several levels of column names; flatten frame.columns")
    if not len(frame):
        raise InputError("the frame has no rows; a table with rows is wanted")

    def rows(log: ReadLog) -> Iterator[tuple[object, ...]]:
        return zip(*(_values(frame.iloc[:, i]) for i in range(frame.shape[1])), strict=True)

    columns = tuple(str(name) for name in frame.columns)
    return Table(name, columns, TableFormat("frame"), rows)


def read_frame(
    path: str | os.PathLike[str],
    *,
    on_bad_row: OnBadRow = "error",
    delimiter: str | None = None,
    encoding: str | None = None,
    allow_empty: bool = False,
) -> pd.DataFrame:
    """Read a whole table into a data frame, inferring nothing.

    Takes the parameters of `open_table` and raises what it raises.

    Returns
    -------
    pandas.DataFrame
        For CSV every column holds the strings of the file (dtype ``object``): ``1`` stays ``"1"``,
        ``NA`` stays ``"NA"`` and an empty cell ``""``. Typed formats keep their types; a column of
        JSON numbers becomes a number column where no value is missing. ``frame.attrs`` stays
        empty; open the table yourself to see the rows left out.
    """
    table = open_table(
        path, on_bad_row=on_bad_row, delimiter=delimiter, encoding=encoding, allow_empty=allow_empty
    )
    return whole_frame(table)


def unread_rows(table: Table) -> Iterator[str]:
    """Say which rows of a table were left out or repaired, once it was read to its end."""
    if others := table.format.sheets[1:]:
        yield (
            f"note: only the sheet {table.format.sheets[0]!r} is read; move another to the front, "
            f"or save it as a file of its own, to read it ({', '.join(map(repr, others))})"
        )
    for count, noun, what in (
        (len(table.bad_rows), "row", " that could not be read; skipped"),
        (table.blank_rows, "blank line", "; passed over"),
        (table.stray_quotes, "row", " with text behind a closing quote; joined on"),
    ):
        if count:
            yield f"note: {counted(count, noun)}{what}"
    for bad in table.bad_rows[:10]:
        yield f"  line {bad.line}: {bad.reason}"


def whole_frame(table: Table) -> pd.DataFrame:
    """Give the rows of an open file as a data frame, as `read_frame` does."""
    import pandas as pd

    if table.format.kind == "parquet":
        return ParquetRows(Path(table.name)).frame()
    cells: list[list[object]] = [list(column) for column in zip(*table, strict=True)]
    cells = cells or [[] for _ in table.columns]
    frame = pd.DataFrame({i: pd.Series(column, dtype=object) for i, column in enumerate(cells)})
    if table.format.kind in ("jsonl", "json", "dataset", "excel"):
        frame = _numbers_typed(frame)
    frame.columns = pd.Index(table.columns, dtype=object)
    return frame


def _numbers_typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give columns of plain numbers or booleans their dtype; strings and mixtures stay objects."""
    import pandas as pd

    typed = {
        name: frame[name].infer_objects()
        if {type(value) for value in frame[name]} in ({int}, {float}, {bool})
        else frame[name]
        for name in frame.columns
    }
    return pd.DataFrame(typed)


def _no_frame(given: object) -> str:
    name = type(given).__name__
    library = type(given).__module__
    if library.partition(".")[0] == "datasets":  # to_pandas would give numbers for its classes
        name = f"datasets.{name}; give augment.from_dataset(dataset)"
    elif hasattr(given, "to_pandas"):  # of another library, perhaps by the same name
        name = f"{library}.{name}; give frame.to_pandas()"
    return f"a pandas DataFrame is wanted, not {name}"


def _values(column: pd.Series[Any]) -> Iterator[object]:
    missing = column.isna()
    dtype: Any = column.dtype  # of numpy or of pandas
    if dtype.kind == "f" and dtype.itemsize < 8:  # Python's float of it would show noise
        cells = column.to_numpy(dtype=f"float{8 * dtype.itemsize}", na_value=float("nan"))
        return (None if cell != cell else shortest_float(cell) for cell in cells)
    if missing.any():
        return iter(column.astype(object).where(~missing, None))
    if column.dtype.kind in "OMm" or not hasattr(column.dtype, "na_value"):
        return iter(column)
    # Python's numbers, not numpy's, which pandas gives of its own nullable types.
    return iter(column.tolist())


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

"""Writes tables row by row, beside their place, and renames them into it at the end."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, suppress
from math import isfinite
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Literal, Protocol, get_args

from augment.datasets.formats.cell_text import cell_text, is_missing, row_text
from augment.datasets.formats.column_types import ColumnTypes
from augment.datasets.formats.parquet_writer import ParquetSink
from augment.errors import InputError, WriteError
from augment.outputs import OutputSet, check_outputs, replacing

Kind = Literal["csv", "tsv", "excel", "jsonl", "parquet"]

#: suffix -> how a table is written
SUFFIXES: Final[dict[str, Kind]] = {
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
    ".pq": "parquet",
}

#: How a kind is called where it is told.
WRITTEN: Final[dict[Kind, str]] = {
    "csv": "comma-separated UTF-8",
    "tsv": "tab-separated UTF-8",
    "excel": "semicolon-separated UTF-8 that Excel recognises",
    "jsonl": "JSON lines",
    "parquet": "Parquet",
}

#: What separates the cells of a kind that is text.
_DELIMITERS: Final[dict[Kind, str]] = {"csv": ",", "tsv": "\t", "excel": ";"}


class _Sink(Protocol):
    def write(self, cells: Sequence[object]) -> None: ...

    def close(self) -> None: ...

    def abandon(self) -> None: ...


class TableWriter(AbstractContextManager["TableWriter"]):
    r"""Write a table; it appears under its name only when the ``with`` block ends well.

    Parameters
    ----------
    path
        Where the table shall be. A file that lies there is replaced.
    columns
        Column names.
    kind
        ``"csv"``, ``"tsv"``, ``"jsonl"`` or ``"parquet"``; by default what the suffix says. Or
        ``"excel"``: CSV as Excel opens it at a double click where numbers have a comma, as in
        French, with a byte-order mark and semicolons.
    types
        Those of a Parquet input (`Table.types`): a Parquet file keeps them.
    name
        What messages call it; `path` by default.
    outputs
        Those that it belongs to: it gets its name with them.

    Raises
    ------
    InputError
        For a suffix that says nothing, no columns, two columns of one name where the format cannot
        hold them, a row of another length, or a cell that the format cannot hold.
    OutputError
        When the file cannot be put there.
    WriteError
        When it cannot be written on, as where the disk is full.

    Notes
    -----
    CSV is written as UTF-8 without a mark, with ``\n`` line ends, and quotes where a cell could be
    misread without them, so that `open_table` and
    ``pandas.read_csv(path, dtype=str, keep_default_na=False)`` give every cell back as it was.
    A missing value becomes an empty cell.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "out.csv"
    >>> with TableWriter(path, ("text", "label")) as table:
    ...     table.write(("good, really", None))
    >>> path.read_text()
    'text,label\n"good, really",\n'
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        columns: Sequence[str],
        *,
        kind: Kind | None = None,
        types: ColumnTypes | None = None,
        name: str | os.PathLike[str] | None = None,
        outputs: OutputSet | None = None,
    ) -> None:
        self.path = Path(path)
        self.name = str(name or path)
        self.columns = tuple(columns)
        self.kind = kind or output_kind(self.path)
        self.rows = 0
        self._types = types
        self._sink: _Sink | None = None
        self._outputs = outputs
        self._replacing: AbstractContextManager[Path] | None = None
        _check_columns(self.name, self.columns, self.kind)

    def __enter__(self) -> TableWriter:
        check_outputs([self.path], force=True)
        self._replacing = (self._outputs.replacing if self._outputs else replacing)(self.path)
        part = self._replacing.__enter__()
        try:
            self._sink = self._open(part)
        except BaseException as error:
            self._replacing.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def write(self, cells: Sequence[object]) -> None:
        """Write one row of as many cells as there are columns."""
        if self._sink is None:
            raise RuntimeError("TableWriter.write outside of its with block")
        if len(cells) != len(self.columns):
            raise InputError(
                f"{self.name} row {self.rows + 1}: {len(cells)} cells, wanted {len(self.columns)}"
            )
        try:
            self._sink.write(cells)
        except UnicodeEncodeError as error:
            raise InputError(
                f"{self.name} row {self.rows + 1}, column {self._column_of_half(cells)!r}: half of "
                f"a surrogate pair ({error.object[error.start]!r}), which is no text and cannot be "
                "written; correct that cell in the input"
            ) from error
        except UnicodeDecodeError as error:
            raise InputError(
                f"{self.name} row {self.rows + 1}: bytes that are no text ({error.object[:8]!r}), "
                "which cannot be written here; take that column out of the input, or write .parquet"
            ) from error
        except OSError as error:
            raise self._failed(error) from error
        self.rows += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        context, self._replacing = self._replacing, None
        if context is None:
            return
        if kind is not None:
            sink, self._sink = self._sink, None
            try:
                if sink is not None:
                    sink.abandon()
            finally:
                context.__exit__(kind, error, trace)
            return
        try:
            self._complete()
        except BaseException as failure:
            context.__exit__(type(failure), failure, failure.__traceback__)
            raise
        context.__exit__(None, None, None)

    def _complete(self) -> None:
        sink, self._sink = self._sink, None
        if sink is None:
            return
        try:
            sink.close()
        except BaseException as error:
            sink.abandon()
            if isinstance(error, OSError):
                raise self._failed(error) from error
            raise

    def _open(self, part: Path) -> _Sink:
        if self.kind == "parquet":
            return ParquetSink(part, self.columns, self._types)
        try:
            encoding = "utf-8-sig" if self.kind == "excel" else "utf-8"
            handle = part.open("w", encoding=encoding, newline="")
        except OSError as error:
            raise self._failed(error) from error
        if self.kind == "jsonl":
            return _JsonSink(handle, self.columns)
        return _TextSink(handle, self.columns, _DELIMITERS[self.kind])

    def _failed(self, error: OSError) -> WriteError:
        return WriteError(self.name, error)

    def _column_of_half(self, cells: Sequence[object]) -> str:
        for name, cell in zip(self.columns, cells, strict=True):
            try:
                cell_text(cell).encode()
            except UnicodeEncodeError:
                return name
        return ""


def output_kind(path: Path) -> Kind:
    """Tell from its suffix how a table shall be written.

    Raises
    ------
    InputError
        For a suffix that is not known.
    """
    kind = SUFFIXES.get(path.suffix.lower())
    if kind is None:
        raise InputError(
            f"{path}: the suffix {path.suffix!r} names no table format; "
            f"use one of {', '.join(SUFFIXES)}"
        )
    return kind


class _TextSink:
    """CSV and TSV."""

    def __init__(self, handle: IO[str], columns: tuple[str, ...], delimiter: str) -> None:
        self._handle = handle
        self._delimiter = delimiter
        self.write(columns)

    def write(self, cells: Sequence[object]) -> None:
        self._handle.write(row_text(cells, self._delimiter))

    def close(self) -> None:
        self._handle.close()

    def abandon(self) -> None:
        with suppress(OSError):  # what is left cannot be written either, and the reason is told
            self._handle.close()


class _JsonSink:
    """JSON lines."""

    def __init__(self, handle: IO[str], columns: tuple[str, ...]) -> None:
        self._handle = handle
        self._columns = columns

    def write(self, cells: Sequence[object]) -> None:
        row = dict(zip(self._columns, map(_json_value, cells), strict=True))
        self._handle.write(json.dumps(row, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._handle.close()

    def abandon(self) -> None:
        with suppress(OSError):  # what is left cannot be written either, and the reason is told
            self._handle.close()


def _json_value(value: object) -> object:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if is_missing(value):  # NaN is no JSON
        return None
    if isinstance(value, (list, tuple)):
        return [_json_value(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _json_value(item) for key, item in value.items()}
    if isinstance(value, float):  # an infinite number is no JSON: as in a CSV
        return float(value) if isfinite(value) else cell_text(value)
    if isinstance(value, bytes):
        return cell_text(value)
    plain = getattr(value, "tolist", None)  # numbers and arrays of numpy
    return _json_value(plain()) if callable(plain) else str(value)


def _check_columns(path: str, columns: tuple[str, ...], kind: Kind) -> None:
    if kind not in get_args(Kind):
        raise InputError(f"{path}: unknown kind {kind!r}; use {', '.join(get_args(Kind))}")
    if kind in _DELIMITERS and any("\0" in str(name) for name in columns):
        raise InputError(
            f"{path}: a column name holds a NUL character, with which the file would pass for "
            "UTF-16; rename the column, or write .jsonl"
        )
    if not columns:
        raise InputError(f"{path}: a table without columns cannot be written")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice and kind in ("jsonl", "parquet"):
        raise InputError(
            f"{path}: {kind} cannot hold two columns of the same name "
            f"({', '.join(map(repr, twice))}); rename one, or write .csv"
        )

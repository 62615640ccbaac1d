"""Writes rows to a Parquet file in row groups; the only file that knows how pyarrow writes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, Final

from augment.broken_text import readable
from augment.datasets.formats.cell_text import is_missing
from augment.datasets.formats.column_types import ColumnTypes
from augment.errors import InputError
from augment.extras import require
from augment.records import AUG_COLUMNS, COLUMN_TYPES, REJECTION_COLUMNS

GROUP_ROWS: Final = 16_384

#: Types of the columns that this package adds: their first rows, the originals, may be all empty.
_ADDED: Final = {
    **dict.fromkeys((*AUG_COLUMNS, *REJECTION_COLUMNS), "string"),
    **COLUMN_TYPES,
}
_READ: Final[dict[str, Callable[[str], float]]] = {"int64": int, "float64": float}


class ParquetSink:
    """Collects rows and writes them by groups.

    A column's type comes from `types` where they name the column, from the fixed list for the
    columns that this package adds, else from the first row group that holds a value. Where later
    values need a wider type (a fraction behind whole numbers), what was written is written anew.
    The numbers of those added columns are written as numbers also where they come as text, out of
    a CSV; values that do not fit the fixed type are a user's own, and their type is taken.
    """

    def __init__(self, path: Path, columns: tuple[str, ...], types: ColumnTypes | None) -> None:
        self._arrow = require("pyarrow", extra="parquet", purpose="writing a .parquet file")
        self._compute = require("pyarrow.compute", extra="parquet", purpose="writing .parquet")
        self._parquet = require("pyarrow.parquet", extra="parquet", purpose="writing .parquet")
        self._path = path
        self._columns = columns
        self._given: Any = None if types is None else types.schema
        self._categories = {} if types is None else types.categories
        self._schema: Any = None
        self._writer: Any = None
        #: Columns without any value so far: written as text, until it shows what they are.
        self._empty: set[str] = set()
        #: Whether a column keeps NaN, which a Parquet input tells from a missing value.
        self._keeps_nan = [self._is_float(name) for name in columns]
        self._rows: list[tuple[object, ...]] = []
        self._written = 0

    def write(self, cells: Sequence[object]) -> None:
        """Take one row."""
        self._rows.append(
            tuple(
                None if is_missing(cell) and not (keeps and isinstance(cell, float)) else cell
                for cell, keeps in zip(cells, self._keeps_nan, strict=True)
            )
        )
        if len(self._rows) >= GROUP_ROWS:
            self._flush()

    def close(self) -> None:
        """Write what is left and the file's end."""
        if self._rows or self._writer is None:
            self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Close the file without caring for its content."""
        if self._writer is not None:
            with suppress(OSError):  # the disk is full: the reason is told already
                self._writer.close()

    def _flush(self) -> None:
        rows = zip(*self._rows, strict=True) if self._rows else [()] * len(self._columns)
        columns = [self._cells(*column) for column in zip(self._columns, rows, strict=True)]
        if self._schema is None:
            self._schema = self._arrow.schema(
                [
                    self._field(name, values)
                    for name, values in zip(self._columns, columns, strict=True)
                ],
                metadata=self._metadata(),
            )
            self._writer = self._parquet.ParquetWriter(self._path, self._schema)
        elif wider := self._wider(columns):
            self._write_anew(wider)
        arrays = [
            self._array(field.name, values, field.type)
            for field, values in zip(self._schema, columns, strict=True)
        ]
        self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=self._schema))
        self._written += len(self._rows)
        self._rows.clear()

    def _wider(self, columns: Sequence[Sequence[object]]) -> Any:  # noqa: ANN401
        """Give the schema that the next rows need; None where the present one will do."""
        schema = self._schema
        for at, values in enumerate(columns):
            name, kind = schema.field(at).name, schema.field(at).type
            if self._is_given(name) or all(value is None for value in values):
                continue
            if name in self._empty:
                self._empty.discard(name)
                found = self._array(name, values, None).type
            elif kind == self._arrow.int64() and any(isinstance(one, float) for one in values):
                found = self._arrow.float64()
            else:
                continue
            schema = schema.set(at, self._arrow.field(name, found))
        return None if schema.equals(self._schema) else schema

    def _write_anew(self, schema: Any) -> None:  # noqa: ANN401
        """Write what was written until now once more, by another schema."""
        self._writer.close()
        with TemporaryFile(dir=self._path.parent) as before:
            with self._path.open("rb") as written:
                shutil.copyfileobj(written, before)
            groups = self._parquet.ParquetFile(before)
            self._schema = schema
            self._writer = self._parquet.ParquetWriter(self._path, schema)
            for number in range(groups.num_row_groups):
                rows = groups.read_row_group(number)
                arrays = [self._cast(*both) for both in zip(rows.columns, schema, strict=True)]
                self._writer.write_table(self._arrow.Table.from_arrays(arrays, schema=schema))

    def _cast(self, column: Any, field: Any) -> Any:  # noqa: ANN401
        if column.null_count == len(column):
            return self._arrow.nulls(len(column), field.type)
        try:
            return column.cast(field.type)
        except ValueError as error:  # whole numbers that no fraction can stand beside
            first, last = self._written + 1, self._written + len(self._rows)
            raise InputError(
                f"column {field.name!r}, rows {first:,} to {last:,}: a fraction, and before it "
                f"{error}; a Parquet column has one type: write .jsonl or .csv instead"
            ) from error

    def _metadata(self) -> dict[bytes, bytes]:
        """Keep what other programs noted on the columns: all where they are the same, else pandas'.

        pandas believes its note when it reads: it holds for the columns that are still there.
        """
        given: dict[bytes, bytes] = getattr(self._given, "metadata", None) or {}
        if not given or tuple(self._given.names) == self._columns:
            return given
        note = _of_pandas(given.get(b"pandas", b""), set(filter(self._is_given, self._columns)))
        return {} if note is None else {b"pandas": note}

    def _is_given(self, name: str) -> bool:
        return self._given is not None and name in self._given.names

    def _is_float(self, name: str) -> bool:
        return self._is_given(name) and bool(
            self._arrow.types.is_floating(self._given.field(name).type)
        )

    def _cells(self, name: str, values: Sequence[object]) -> Sequence[object]:
        read = None if self._is_given(name) else _READ.get(_ADDED.get(name, ""))
        if read is None:
            return values
        try:
            return [
                (read(cell) if cell else None) if isinstance(cell, str) else cell for cell in values
            ]
        except ValueError:
            return values

    def _field(self, name: str, values: Sequence[object]) -> Any:  # noqa: ANN401
        if self._is_given(name):
            return self._given.field(name).with_nullable(True)
        if name in _ADDED:
            kind = getattr(self._arrow, _ADDED[name])()
            with suppress(InputError):
                self._array(name, values, kind)
                return self._arrow.field(name, kind)
        found = self._array(name, values, None).type
        if str(found) == "null":
            self._empty.add(name)
            found = self._arrow.string()
        return self._arrow.field(name, found)

    def _array(self, name: str, values: Sequence[object], kind: Any) -> Any:  # noqa: ANN401
        try:
            coded = self._coded(name, values, kind)
            return self._arrow.array(values, type=kind) if coded is None else coded
        except UnicodeEncodeError as error:
            at = next(n for n, cell in enumerate(values, 1) if readable(str(cell)) != str(cell))
            raise InputError(
                f"column {name!r}, row {self._written + at:,}: half of a surrogate pair, which is "
                "no text and cannot be written; correct that cell in the input"
            ) from error
        except (ValueError, TypeError, OverflowError) as error:
            first, last = self._written + 1, self._written + len(values)
            wanted = f", wanted {kind}" if kind is not None else ""
            raise InputError(
                f"column {name!r}, rows {first:,} to {last:,}{wanted}: {error}; a Parquet column "
                "has one type: write .jsonl or .csv instead"
            ) from error

    def _coded(self, name: str, values: Sequence[object], kind: Any) -> Any:  # noqa: ANN401
        """Write values as the categories of their column, where they are all among these."""
        categories = self._categories.get(name)
        if categories is None or not self._arrow.types.is_dictionary(kind):
            return None
        plain = self._arrow.array(values, type=kind.value_type)
        codes = self._compute.index_in(plain, value_set=categories)
        if codes.null_count > plain.null_count:
            return None
        return self._arrow.DictionaryArray.from_arrays(
            codes.cast(kind.index_type), categories, ordered=kind.ordered
        )


def _of_pandas(note: bytes, columns: set[str]) -> bytes | None:
    """Give pandas' note on the index and the types of some columns; None where there is none."""
    try:
        found = json.loads(note)
        found["columns"] = [one for one in found["columns"] if one["field_name"] in columns]
        found["index_columns"] = [
            one for one in found["index_columns"] if isinstance(one, dict) or one in columns
        ]
    except (ValueError, KeyError, TypeError):  # no note, or one of another shape
        return None
    return json.dumps(found).encode()

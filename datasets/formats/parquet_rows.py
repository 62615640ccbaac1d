"""Streams the rows of a Parquet file; the only file that knows how pyarrow reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from augment.datasets.formats.bad_rows import ReadLog
from augment.datasets.formats.cell_text import shortest_float
from augment.datasets.formats.column_types import ColumnTypes
from augment.errors import TableError
from augment.extras import require

if TYPE_CHECKING:
    import pandas as pd

BATCH_ROWS: Final = 4096


def types_of_frame(frame: pd.DataFrame) -> ColumnTypes:
    """Give the types that a Parquet file keeps of a frame's columns.

    They are those of numbers, truth values, dates and categories; text and whatever else is of no
    type of its own is left out, and gets its type from its values.
    """
    arrow = require("pyarrow", extra="parquet", purpose="writing a .parquet file")
    names = [str(name) for name in frame.columns]
    plain = frame.iloc[:0].set_axis(names, axis=1)
    typed, categories = [], {}
    for name, dtype in zip(names, frame.dtypes, strict=True):
        if names.count(name) > 1 or dtype.name.startswith("Sparse"):
            continue
        if dtype.name == "category":
            try:
                categories[name] = arrow.array(dtype.categories)
            except (ValueError, TypeError):  # of several types
                continue
        elif dtype.kind not in "biufM":
            continue
        typed.append(name)
    return ColumnTypes(arrow.Schema.from_pandas(plain[typed], preserve_index=False), categories)


def _cells(column: Any) -> list[object]:  # noqa: ANN401  # a pyarrow.Array
    cells: list[object] = column.to_pylist()
    if str(column.type) not in ("float", "halffloat"):
        return cells
    short = column.to_numpy(zero_copy_only=False)
    return [
        None if cell is None else shortest_float(one)
        for cell, one in zip(cells, short, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class ParquetRows:
    """The rows of one file; each call of `rows` reads the file anew."""

    path: Path

    def types(self) -> ColumnTypes:
        """Names and types of the columns."""
        arrow = require("pyarrow", extra="parquet", purpose="reading a .parquet file")
        with self._file() as file:
            schema = file.schema_arrow
            coded = [one.name for one in schema if arrow.types.is_dictionary(one.type)]
            row = self._next(file.iter_batches(batch_size=1)) if coded else None
            found = {} if row is None else {name: row[name].dictionary for name in coded}
            return ColumnTypes(schema, found)

    def header(self) -> tuple[str, ...]:
        """Column names."""
        with self._file() as file:
            return tuple(file.schema_arrow.names)

    def rows(self, columns: tuple[str, ...], log: ReadLog) -> Iterator[tuple[object, ...]]:
        """Give each row as a tuple of Python values, None for null."""
        with self._file() as file:
            batches = file.iter_batches(batch_size=BATCH_ROWS)
            while (batch := self._next(batches)) is not None:
                yield from zip(*map(_cells, batch.columns), strict=True)

    def frame(self) -> pd.DataFrame:
        """Give all rows as a data frame, in which whole numbers with gaps stay whole numbers."""
        with self._file() as file:
            try:
                read: pd.DataFrame = file.read().to_pandas(integer_object_nulls=True)
            except (OSError, ValueError) as error:
                raise TableError(f"{self.path}: the Parquet file is damaged: {error}") from error
        return read

    def _next(self, batches: Any) -> Any:  # noqa: ANN401  # an iterator of pyarrow.RecordBatch
        try:
            return next(batches, None)
        except (OSError, ValueError) as error:
            raise TableError(f"{self.path}: the Parquet file is damaged: {error}") from error

    def _file(self) -> Any:  # noqa: ANN401  # a pyarrow.parquet.ParquetFile
        parquet = require("pyarrow.parquet", extra="parquet", purpose="reading a .parquet file")
        try:
            return parquet.ParquetFile(self.path)
        except (OSError, ValueError) as error:  # pyarrow's errors derive from these
            raise TableError(f"{self.path}: no Parquet file that can be read: {error}") from error

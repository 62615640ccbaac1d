"""Data frames as tables, and tables as data frames."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augment.datasets.formats.bad_rows import OnBadRow, ReadLog
from augment.datasets.formats.cell_text import shortest_float
from augment.datasets.formats.parquet_rows import ParquetRows
from augment.datasets.table import Table, TableFormat, open_table
from augment.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


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

"""To and from the library `datasets` of Hugging Face: its folders, and its objects in Python.

A leaf: that library is loaded when one of these is called.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from augment.datasets.formats.bad_rows import ReadLog
from augment.datasets.formats.column_types import ColumnTypes
from augment.datasets.formats.table_writer import TableWriter
from augment.errors import AugmentError, InputError, TableError, WriteError
from augment.extras import require
from augment.outputs import replacing_folder

if TYPE_CHECKING:
    import datasets
    import pandas as pd

#: Column that tells the parts of a `DatasetDict` apart.
SPLIT: Final = "split"
_BATCH: Final = 1000
#: Most values of that column that count as parts.
_MOST_SPLITS: Final = 10


def is_saved(folder: Path) -> bool:
    """Whether a folder was written by ``save_to_disk``."""
    return (folder / "dataset_dict.json").is_file() or (folder / "state.json").is_file()


@dataclass(frozen=True, slots=True)
class SavedRows:
    """The rows of a folder written by ``save_to_disk``; memory-mapped, so that they stream."""

    path: Path

    def header(self) -> tuple[str, ...]:
        """Column names, with ``split`` in front of them where there are several parts."""
        parts = _parts(_load(self.path))
        names = tuple(next(iter(parts.values())).column_names)
        return names if "" in parts or SPLIT in names else (SPLIT, *names)

    def rows(self, columns: tuple[str, ...], log: ReadLog) -> Iterator[tuple[object, ...]]:
        """Give each row; the numbers of a `ClassLabel` become its names."""
        for name, part in _parts(_load(self.path)).items():
            own = tuple(part.column_names)
            to_names = [_class_names(part, column) for column in own]
            for batch in part.with_format(None).iter(_BATCH):
                for cells in zip(*(batch[column] for column in own), strict=True):
                    row = tuple(
                        names(cell) if names is not None else cell
                        for names, cell in zip(to_names, cells, strict=True)
                    )
                    yield row if len(columns) == len(own) else (name, *row)


def from_dataset(dataset: datasets.Dataset | datasets.DatasetDict) -> pd.DataFrame:
    """Make a data frame of a dataset.

    Parameters
    ----------
    dataset
        A `datasets.Dataset`, or a `DatasetDict`, whose parts are told apart by a column ``split``.

    Returns
    -------
    pandas.DataFrame
        `ClassLabel` columns hold the names of the classes, not their numbers. Whole numbers stay
        whole numbers, with None where one is missing.

    Raises
    ------
    InputError
        For something else.

    Examples
    --------
    >>> import datasets
    >>> from_dataset(datasets.Dataset.from_dict({"text": ["a b"], "label": ["x"]}))
      text label
    0  a b     x
    """
    import pandas as pd

    parts = _parts(dataset)
    frames = []
    for name, part in parts.items():
        frame = part.with_format(None).to_pandas()
        for column, cells in _whole_numbers(part).items():
            frame[column] = cells
        for column in part.column_names:
            names = _class_names(part, column)
            if names is not None:
                frame[column] = [names(value) for value in frame[column]]
        if name and SPLIT not in frame.columns:
            frame.insert(0, SPLIT, name)
        frames.append(frame)
    whole: pd.DataFrame = pd.concat(frames, ignore_index=True)
    return whole


def _whole_numbers(part: Any) -> Mapping[str, pd.Series[Any]]:  # noqa: ANN401
    """Give the columns with whole numbers, alone or in lists, in which some are missing.

    The library makes floats of them, which hold no more than 53 bits.
    """
    kinds = {one.name: one.type for one in part.features.arrow_schema}
    whole = [name for name, kind in kinds.items() if re.search(r"\bu?int\d+\b", str(kind))]
    found = {}
    for name in whole:
        column = part.select_columns([name]).with_format("arrow")[:].column(0)
        cells = column.to_pandas(integer_object_nulls=True)
        if cells.dtype == object:
            found[name] = cells
    return found


def to_dataset(
    data: pd.DataFrame | str | PathLike[str], *, label: str | None = None
) -> datasets.Dataset:
    """Make a dataset of a data frame or of a table in a file.

    Parameters
    ----------
    data
        A data frame, or whatever `open_table` reads.
    label
        A column to make a `ClassLabel` of; none by default. Its classes are ordered as those of a
        training: numbers by size, names by their letters. A row without a label has None.

    Returns
    -------
    datasets.Dataset
        With the cells as they are: those of a CSV file are strings.

    Raises
    ------
    InputError
        For a table that cannot be read, a label that is no column or holds none, or a column of
        values of several types.

    Examples
    --------
    >>> import pandas as pd
    >>> to_dataset(pd.DataFrame({"text": ["a", "b"], "label": ["y", "x"]}), label="label")["label"]
    Column([1, 0])
    """
    # Tables may come from dataset folders, so that module asks this one.
    from augment.datasets.frames import frame_table
    from augment.datasets.survey import class_order, label_string
    from augment.datasets.table import open_table

    library = _library("to_dataset")
    table = open_table(data) if isinstance(data, str | PathLike) else frame_table(data)
    if len(set(table.columns)) < len(table.columns):
        raise InputError(
            f"{table.name}: a dataset cannot hold two columns of one name ({table.columns})"
        )
    if label is not None and label not in table.columns:
        raise InputError(f"{table.name}: no column {label!r} ({', '.join(table.columns)})")
    cells: dict[str, list[object]] = {
        name: list(column)
        for name, column in zip(table.columns, zip(*table, strict=True), strict=True)
    }
    names: tuple[str, ...] = ()
    if label is not None:
        classes = [*map(label_string, cells[label])]
        names = class_order(filter(None, classes))
        if not names:
            raise InputError(f"{table.name}: column {label!r} holds no label")
        number_of = {name: number for number, name in enumerate(names)}
        cells[label] = [*map(number_of.get, classes)]
    try:
        dataset = library.Dataset.from_dict(cells)
    except (ValueError, TypeError, OverflowError) as error:  # pyarrow's errors are of these
        raise InputError(f"{table.name}: {_no_column(library, cells, error)}") from error
    if label is None:
        return dataset
    with _no_bars(library):
        return dataset.cast_column(label, library.ClassLabel(names=[*names]))


def _no_column(library: Any, cells: Mapping[str, list[object]], error: Exception) -> str:  # noqa: ANN401
    """Say which column a dataset cannot hold."""
    for name, column in cells.items():
        try:
            library.Dataset.from_dict({name: column})
        except (ValueError, TypeError, OverflowError) as found:
            return f"column {name!r}: {found}; a column of a dataset has one type, such as text"
    return str(error)


def save_dataset(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    folder: Path,
    *,
    types: ColumnTypes | None = None,
) -> int:
    """Write rows as a folder that ``datasets.load_from_disk`` opens; give their number.

    `types` are those of a Parquet input, and kept.

    The folder is made beside its place and renamed; rows stream through a Parquet file. Where a
    column ``split`` has up to ten different values, the folder holds a `DatasetDict` of them.

    Raises
    ------
    InputError
        For a column that no dataset can hold.
    WriteError
        When the folder cannot be written.
    """
    library = _library("writing a dataset folder")
    try:
        with replacing_folder(folder) as part:
            work = part / ".rows"
            work.mkdir()
            with TableWriter(work / "rows.parquet", columns, types=types, name=folder) as writer:
                for row in rows:
                    writer.write(row)
            with _no_bars(library):
                whole = library.Dataset.from_parquet(
                    str(work / "rows.parquet"), cache_dir=str(work / "cache")
                )
                _by_split(library, whole).save_to_disk(str(part))
            del whole  # it holds the file open that is removed now
            shutil.rmtree(work)
        return writer.rows
    except AugmentError:
        raise
    except ValueError as error:  # a type that the library does not know, such as a map
        raise InputError(f"{folder}: {error}; write .parquet or .jsonl instead") from error
    except OSError as error:
        raise WriteError(folder, error) from error


def _by_split(library: Any, whole: Any) -> Any:  # noqa: ANN401
    """Cut a dataset by its column ``split``, where it has one of few values."""
    if SPLIT not in whole.column_names:
        return whole
    rows_of: dict[str, list[int]] = {}
    for number, name in enumerate(whole[SPLIT]):
        rows_of.setdefault(str(name or ""), []).append(number)
        if len(rows_of) > _MOST_SPLITS:
            return whole
    if not all(re.fullmatch(r"\w+(\.\w+)*", name) for name in rows_of):
        return whole
    bare = whole.remove_columns([SPLIT])
    return library.DatasetDict({name: bare.select(rows) for name, rows in rows_of.items()})


@contextmanager
def _no_bars(library: Any) -> Iterator[None]:  # noqa: ANN401
    """Keep the library's own bars off stderr while it writes."""
    shown = not library.are_progress_bars_disabled()
    library.disable_progress_bars()
    try:
        yield
    finally:
        if shown:
            library.enable_progress_bars()


def _library(purpose: str) -> Any:  # noqa: ANN401
    return require("datasets", extra="huggingface", purpose=purpose)


def _load(folder: Path) -> Any:  # noqa: ANN401
    library = _library("reading a folder saved by the library datasets")
    try:
        return library.load_from_disk(str(folder))
    except (OSError, ValueError, KeyError) as error:
        raise TableError(f"{folder}: no dataset folder that can be read: {error}") from error


def _parts(dataset: Any) -> dict[str, Any]:  # noqa: ANN401
    """Give the parts of a `DatasetDict`, or the dataset itself under an empty name."""
    library = _library("a dataset")
    if isinstance(dataset, library.DatasetDict):
        parts = dict(dataset)
        if not parts:
            raise InputError("the DatasetDict has no parts; one with rows is wanted")
        names = {tuple(part.column_names) for part in parts.values()}
        if len(names) > 1:
            raise InputError(
                f"the parts {', '.join(parts)} have different columns; convert one at a time"
            )
        return parts
    if isinstance(dataset, library.Dataset):
        return {"": dataset}
    raise InputError(
        f"a datasets.Dataset or DatasetDict is wanted, not {type(dataset).__name__} (of a "
        "streamed one take the rows first)"
    )


def _class_names(part: Any, column: str) -> Callable[[Any], str | None] | None:  # noqa: ANN401
    """Turn the numbers of a `ClassLabel` into names; -1 and a missing one have none."""
    feature = part.features[column]
    names = getattr(feature, "names", None)
    if names is None or type(feature).__name__ != "ClassLabel":
        return None

    def name_of(number: Any) -> str | None:  # noqa: ANN401
        if number is None or number != number or number < 0:
            return None
        return str(names[int(number)])

    return name_of

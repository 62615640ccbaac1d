"""Reads whatever holds a table and writes it in another format, cell by cell.

Parts of a `DatasetDict` and of a folder of classes become a column ``split``; a table with such a
column becomes a `DatasetDict` again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import tyro

from augment.config import build, shown_as, split_commas
from augment.datasets.formats.column_types import ColumnTypes
from augment.datasets.formats.hugging_face import is_saved, save_dataset
from augment.datasets.formats.parquet_rows import types_of_frame
from augment.datasets.formats.table_writer import WRITTEN, Kind, TableWriter, output_kind
from augment.datasets.label_map import check_label_map, read_label_map, write_label_map
from augment.datasets.survey import label_string
from augment.datasets.table import Table, say_unread_rows
from augment.datasets.table_options import TableOptions, Unchanged, check_new_tables, needed_label
from augment.datasets.unwanted import UnwantedRows
from augment.errors import InputError
from augment.outputs import check_outputs, refuse_inputs, refuse_stream
from augment.progress import SILENT, Progress, checked_progress

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class ConvertConfig(TableOptions):
    """Read a folder, JSON or any table, and write it in another format.

    IN may be a folder of classes like aclImdb (train/pos/0_9.txt gives text, label, rating, split
    and id), questions in the JSON of SQuAD (text, question, label, title, answer, id), a list of
    objects in JSON, a folder saved by the library datasets, or a .xlsx, .csv, .tsv, .jsonl or
    .parquet file. OUT is one of the last four by its suffix, or a dataset folder without one.
    """

    out: Annotated[Path | None, tyro.conf.Positional, shown_as("OUT")] = None
    """Where to write: .csv, .tsv, .jsonl or .parquet, or without suffix a dataset folder."""
    label_map: Annotated[str | None, shown_as("MAP")] = None
    """Other names for all the labels: neg=0,pos=1, a JSON object, or a file that holds one."""
    drop: Annotated[tuple[str, ...], shown_as("KIND")] = ()
    """Rows to leave out: empty (no text or label), conflicting (a text under several labels, all of
    them), repeated (but for the first); each counted and listed."""
    excel: bool = False
    """Write the .csv with semicolons and a byte-order mark: Excel opens it at a double click where
    numbers have a comma, as in French."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "drop", split_commas(self.drop))


@dataclass(frozen=True)
class Converted:
    """What converting gives.

    Attributes
    ----------
    rows, columns
        Of the table.
    format
        How it was written before.
    path, written
        What was written, and how.
    labels
        Rows of each label, as written; empty where no label map was given.
    dropped
        Kind -> 0-based numbers of the rows left out; empty where none were to be.
    """

    rows: int
    columns: tuple[str, ...]
    format: str
    path: Path
    written: str
    labels: Mapping[str, int] = field(default_factory=dict)
    dropped: Mapping[str, Sequence[int]] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return {**vars(self), "columns": list(self.columns), "path": str(self.path)}


def convert_table(
    data: pd.DataFrame | str | PathLike[str] | None = None,
    out: str | PathLike[str] | None = None,
    config: ConvertConfig | None = None,
    *,
    progress: Progress = SILENT,
    **options: Any,  # noqa: ANN401
) -> Converted:
    r"""Write a table in another format.

    Parameters
    ----------
    data
        A data frame, or whatever `open_table` reads; left out: ``config.input``.
    out
        Where to write; left out: ``config.out``.
    config
        Options; `options` are its fields by name and go before it.
    progress
        Gets notes; silent by default.

    Returns
    -------
    Converted
        Rows, columns and where they lie.

    Raises
    ------
    InputError
        For a table, a path or a label map that cannot be used; nothing was written.

    Examples
    --------
    >>> import tempfile, pandas as pd
    >>> path = Path(tempfile.mkdtemp()) / "out.jsonl"
    >>> frame = pd.DataFrame({"text": ["un bon film"], "label": ["pos"]})
    >>> convert_table(frame, path, label_map={"pos": 1, "neg": 0}).labels
    {'1': 1}
    >>> path.read_text()
    '{"text": "un bon film", "label": "1"}\n'
    """
    checked_progress(progress)
    recipe = _recipe(config, options if out is None else {**options, "out": Path(out)})
    if recipe.out is None or not recipe.out.name:
        raise InputError("no output was given; wanted: augment convert IN OUT, like OUT.csv")
    refuse_stream(recipe.out)
    table = recipe.open(data)
    folder = not recipe.out.suffix
    if recipe.excel and recipe.out.suffix.lower() != ".csv":
        raise InputError(f"{recipe.out}: only a .csv can be written for Excel (--excel)")
    if folder:
        _check_folder(table, recipe.out, force=recipe.force)
    else:
        check_new_tables(table.name, [recipe.out], force=recipe.force, option="")
    unchanged = Unchanged(table.name)
    label_at, mapping = _mapping(table, recipe, progress)
    labels: Counter[str] = Counter()
    unwanted = None
    if recipe.drop:
        unwanted = UnwantedRows(table, recipe.columns(table, progress), recipe.drop)

    def rows() -> Iterator[tuple[object, ...]]:
        for row in table if unwanted is None else unwanted.wanted():
            if label_at is not None and (old := label_string(row[label_at])):
                labels[mapping[old]] += 1
                row = (*row[:label_at], mapping[old], *row[label_at + 1 :])
            yield row
        unchanged.check()
        if unwanted is not None and unwanted.kept == 0:
            raise InputError(f"{table.name}: no row is left (--drop {','.join(recipe.drop)})")

    types = _types(table, data, recipe.out)
    if label_at is not None:
        types = types and types.without(table.columns[label_at])
    kind: Kind | None = "excel" if recipe.excel else None
    if folder:
        n_rows = save_dataset(table.columns, rows(), recipe.out, types=types)
    else:
        with TableWriter(recipe.out, table.columns, kind=kind, types=types) as writer:
            for row in rows():
                writer.write(row)
        n_rows = writer.rows
    say_unread_rows(table, progress)
    return Converted(
        rows=n_rows,
        columns=table.columns,
        format=table.format.describe(),
        path=recipe.out,
        written="a dataset folder" if folder else WRITTEN[kind or output_kind(recipe.out)],
        labels=dict(labels),
        dropped={} if unwanted is None else unwanted.found,
    )


def _recipe(config: ConvertConfig | None, options: Mapping[str, Any]) -> ConvertConfig:
    found = dict(options)
    if isinstance(mapping := found.get("label_map"), Mapping):
        found["label_map"] = write_label_map({str(old): str(mapping[old]) for old in mapping})
    return build(config, ConvertConfig, found)


def _types(table: Table, data: object, out: Path) -> ColumnTypes | None:
    """Give the types of the columns that an output keeps, where it keeps any."""
    if table.format.kind != "frame" or (out.suffix and output_kind(out) != "parquet"):
        return table.types
    return types_of_frame(cast("pd.DataFrame", data))


def _check_folder(table: Table, out: Path, *, force: bool) -> None:
    """Refuse a folder that exists, and with force one that is no dataset folder."""
    refuse_inputs([out], [table.name])
    if out.is_dir() and force:
        if not is_saved(out):
            raise InputError(f"{out} is a folder of something else; it is not replaced")
        return
    check_outputs([out], force=force, option="")


def _mapping(
    table: Table, recipe: ConvertConfig, progress: Progress
) -> tuple[int | None, dict[str, str]]:
    """Read the label map and see that it covers every label of the table."""
    if recipe.label_map is None:
        return None, {}
    given = read_label_map(recipe.label_map)
    mapping = {label_string(old): new for old, new in given.items()}
    label = needed_label(table, recipe.columns(table, progress), "a label map")
    at = table.columns.index(label)
    labels = dict.fromkeys(label_string(row[at]) for row in table)
    check_label_map(mapping, [label for label in labels if label], table.name)
    return at, mapping

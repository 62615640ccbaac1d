"""Splits a table into training, validation and test parts that do not leak.

Rows whose texts are the same once case, spaces and punctuation are set aside lie in one part, and
so do the paraphrases of an augmented table and their originals: of these the parts that are
tested on get the originals alone. Every class is spread by the same shares.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import repeat
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

from augment.blank import is_blank
from augment.config import build, own_options_first, shown_as, split_commas
from augment.datasets.columns import Columns
from augment.datasets.folds import IntArray, grouped_parts
from augment.datasets.formats.table_writer import TableWriter
from augment.datasets.groups import common_keys, common_side_note, connected, telling
from augment.datasets.near_duplicates import near_texts
from augment.datasets.survey import cell_string, label_string
from augment.datasets.table import Table, say_unread_rows
from augment.datasets.table_options import (
    TableOptions,
    Unchanged,
    check_new_tables,
    default_output,
)
from augment.enumeration import counted, enumerated
from augment.errors import InputError
from augment.filters.duplicate import key_of
from augment.outputs import OutputSet, beside
from augment.progress import SILENT, Progress, checked_progress

if TYPE_CHECKING:
    import pandas as pd

#: Names of the parts, by how many there are.
NAMES: Final = {2: ("train", "test"), 3: ("train", "valid", "test")}
#: What connects a row to others.
Keys = list[Hashable]
#: Part number of a row that goes nowhere.
_NOWHERE: Final = -1


@own_options_first
@dataclass(frozen=True, kw_only=True)
class SplitConfig(TableOptions):
    """Split a table into training, validation and test parts that do not leak.

    Rows with the same text, whatever its case, spaces and punctuation, go into one part; every
    class is spread alike. Of an augmented table the paraphrases follow their originals into the
    training part, and the other parts hold originals alone.
    """

    out: Annotated[Path | None, shown_as("NAME.csv", "-o")] = None
    """Written are NAME.train.csv, NAME.valid.csv, NAME.test.csv; by default after the input."""
    shares: Annotated[tuple[str, ...], shown_as("P,P,P")] = ()
    """Shares of training, validation and test part, or of training and test; 0.8,0.1,0.1."""
    near: Annotated[float | None, shown_as("F")] = None
    """Keep texts together that share this much of their letter runs, 0 to 1; 0.7 is sensible."""
    seed: int = 0
    """Decides which rows go where."""

    def __post_init__(self) -> None:
        super().__post_init__()
        given = split_commas(self.shares) or ("0.8", "0.1", "0.1")
        object.__setattr__(self, "shares", given)
        if len(self.parts) not in NAMES:
            point = "; decimals have a point, like 0.8,0.2" if len(given) > 3 else ""
            raise InputError(f"shares {','.join(given)}: two or three numbers are wanted{point}")
        if not (min(self.parts) > 0 and abs(sum(self.parts) - 1) <= 1e-6):  # refuses NaN too
            raise InputError(f"shares {','.join(given)}: numbers above 0 that add up to 1 wanted")

    @property
    def parts(self) -> tuple[float, ...]:
        """The shares as numbers."""
        try:
            return tuple(float(share) for share in self.shares)
        except ValueError as error:
            raise InputError(
                f"shares {','.join(self.shares)}: numbers are wanted, like 0.8,0.1,0.1"
            ) from error

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parts."""
        return NAMES[len(self.parts)]


@dataclass(frozen=True)
class Split:
    """What splitting gives.

    Attributes
    ----------
    counts
        Part -> class -> rows, originals and paraphrases; one empty class without labels.
    groups
        Groups of rows that had to stay together, and held more than one row.
    largest_group
        Rows of the largest.
    left_out
        Reason -> rows that are in no part.
    paths
        The files written; empty for a data frame.
    frames
        The parts; empty where files were written.
    """

    counts: Mapping[str, Mapping[str, int]]
    groups: int
    largest_group: int
    left_out: Mapping[str, int]
    paths: Mapping[str, Path] = field(default_factory=dict)
    frames: Mapping[str, pd.DataFrame] = field(default_factory=dict, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return {
            "parts": {
                name: {"rows": sum(counts.values()), "classes": dict(counts)}
                for name, counts in self.counts.items()
            },
            "groups": self.groups,
            "largest_group": self.largest_group,
            "left_out": dict(self.left_out),
            "out": {name: str(path) for name, path in self.paths.items()},
        }


def split_table(
    data: pd.DataFrame | str | PathLike[str] | None = None,
    config: SplitConfig | None = None,
    *,
    progress: Progress = SILENT,
    **options: Any,  # noqa: ANN401
) -> Split:
    """Split a table into parts that do not leak.

    Parameters
    ----------
    data
        A data frame, whose parts are given as `Split.frames`, or a path, beside which files are
        written; left out: ``config.input``.
    config
        Options; `options` are its fields by name and go before it.
    progress
        Gets notes; silent by default.

    Returns
    -------
    Split
        Rows of each class in each part, and the frames or the paths.

    Raises
    ------
    InputError
        For a table or options that cannot be used; nothing was written.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"text": [f"text number {n // 2}" for n in range(20)], "label": "a"})
    >>> done = split_table(frame, shares=["0.8", "0.2"])
    >>> {name: len(part) for name, part in done.frames.items()}, done.groups
    ({'train': 16, 'test': 4}, 10)
    """
    checked_progress(progress)
    recipe = build(config, SplitConfig, options)
    table = recipe.open(data)
    is_frame = table.format.kind == "frame"
    if is_frame and recipe.out is not None:
        raise InputError("out is for files; write the result's `frames` where you want them")
    out = recipe.out or default_output(Path(table.name))
    paths = {name: beside(out, name) for name in recipe.names}
    # A part of an earlier split would hold rows that now are trained on.
    stale = [one for one in (beside(out, name) for name in NAMES[3]) if one not in paths.values()]
    stale = [] if is_frame else [path for path in stale if path.is_file()]
    if not is_frame:
        check_new_tables(table.name, [*paths.values(), *stale], force=recipe.force)
    unchanged = Unchanged(table.name)
    columns = recipe.columns(table, progress)
    rows = _Rows(table, columns, recipe)
    say_unread_rows(table, progress)
    if rows.with_common_side:
        progress.note(f"note: {common_side_note(rows.with_common_side)}")
    part_of_row = rows.parts()
    counts = rows.counts(part_of_row)
    sizes = rows.group_sizes()
    _check_parts(table.name, counts, sizes, recipe)
    _say_what_lacks(counts, progress)
    unchanged.check()
    about = Split(
        counts=counts,
        groups=sum(size > 1 for size in sizes),
        largest_group=max(sizes, default=0),
        left_out=rows.left_out,
        paths={} if is_frame else paths,
        frames=_frames(data, part_of_row, recipe.names) if is_frame else {},
    )
    if not is_frame:
        with unchanged.watched(), OutputSet() as outputs, ExitStack() as stack:
            writers = [
                stack.enter_context(
                    TableWriter(path, table.columns, types=table.types, outputs=outputs)
                )
                for path in paths.values()
            ]
            for row, part in zip(table, part_of_row, strict=True):
                if part != _NOWHERE:
                    writers[part].write(row)
            unchanged.check()
        for path in stale:
            path.unlink()
            progress.note(f"{path} was a part of an earlier split: removed")
    return about


class _Rows:
    """The rows of a table: their classes, groups, and which of them are originals."""

    def __init__(self, table: Table, columns: Columns, recipe: SplitConfig) -> None:
        self.recipe = recipe
        self.labels: list[str] = []
        self.class_of_row = array("q")
        self.is_original = bytearray()
        self.left_out: dict[str, int] = {}
        #: Rows of text pairs of which one side tells nothing, as more than half of them share it.
        self.with_common_side = 0
        self.groups = self._groups(table, columns)

    def _groups(self, table: Table, columns: Columns) -> IntArray:
        """Connect the rows that share a text, have a near one, or come from the same original."""
        near = [
            self._near(table, column) for column in columns.text if self.recipe.near is not None
        ]
        close: list[Keys] = [[*enumerate(numbers)] for numbers in zip(*near, strict=True)]
        rows: Iterable[tuple[Keys, Keys]] = self._keys(table, columns)
        common: frozenset[Hashable] = frozenset()
        if len(columns.text) > 1:
            rows = list(rows)
            common = common_keys([keys for keys, _ in rows]) | common_keys(close)
            self.with_common_side = sum(not common.isdisjoint(keys) for keys, _ in rows)
        return connected(
            [*telling(keys, common), *telling(near_keys, common), *source]
            for (keys, source), near_keys in zip(rows, close or repeat([]), strict=bool(close))
        )

    def _near(self, table: Table, column: str) -> array[int]:
        at = table.columns.index(column)
        assert self.recipe.near is not None
        return near_texts((cell_string(row[at]) for row in table), self.recipe.near)

    def _keys(self, table: Table, columns: Columns) -> Iterator[tuple[Keys, Keys]]:
        """Give the keys of each row's texts and of its original, and take note of its class."""
        texts_at = [table.columns.index(name) for name in columns.text]
        label_at = None if columns.label is None else table.columns.index(columns.label)
        provenance = _provenance(table)
        numbers: dict[str, int] = {}
        for row in table:
            label = "" if label_at is None else label_string(row[label_at])
            self.class_of_row.append(numbers.setdefault(label, len(numbers)))
            texts = [cell_string(row[at]) for at in texts_at]
            source: Keys = []
            if provenance is not None:
                method_at, source_at = provenance
                self.is_original.append(cell_string(row[method_at]) == "original")
                source = [("source", _source(table, row[source_at]))]
            else:
                self.is_original.append(True)
            yield [key_of(text) for text in texts if not is_blank(text)], source
        self.labels = list(numbers)

    def parts(self) -> array[int]:
        """Give every row the number of its part, or that of none."""
        import numpy as np

        y = np.frombuffer(self.class_of_row, dtype=np.int64)
        original = np.frombuffer(self.is_original, dtype=np.bool_)
        placed = grouped_parts(
            y[original], self.groups[original], self.recipe.parts, seed=self.recipe.seed
        )
        of_group = np.full(int(self.groups.max(initial=-1)) + 1, _NOWHERE, dtype=np.int64)
        of_group[self.groups[original]] = placed
        parts = of_group[self.groups]
        orphans = int((parts == _NOWHERE).sum())
        tested = ~original & (parts > 0)
        parts[tested] = _NOWHERE
        for reason, count in (
            ("paraphrases of rows that are tested on", int(tested.sum())),
            ("paraphrases without their original", orphans),
        ):
            if count:
                self.left_out[reason] = count
        return array("q", parts.tolist())

    def counts(self, parts: array[int]) -> dict[str, dict[str, int]]:
        """Count the rows of each class in each part."""
        found = {name: dict.fromkeys(self.labels, 0) for name in self.recipe.names}
        for part, at in zip(parts, self.class_of_row, strict=True):
            if part != _NOWHERE:
                found[self.recipe.names[part]][self.labels[at]] += 1
        return found

    def group_sizes(self) -> list[int]:
        """Originals of each group."""
        import numpy as np

        original = np.frombuffer(self.is_original, dtype=np.bool_)
        sizes: list[int] = np.bincount(self.groups[original]).tolist()
        return sizes


def _provenance(table: Table) -> tuple[int, int] | None:
    """Where the method and the source of a row stand, in an augmented table."""
    names = ("aug_method", "aug_source_id")
    there = [name for name in names if name in table.columns]
    if not there:
        return None
    if len(there) == 1:
        raise InputError(
            f"{table.name}: column {there[0]!r} without the other of {' and '.join(names)}: which "
            "rows are paraphrases of which cannot be told; give the table as backtranslate wrote it"
        )
    return table.columns.index(names[0]), table.columns.index(names[1])


def _source(table: Table, cell: object) -> int:
    try:
        return int(float(cell_string(cell)))
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"{table.name}: aug_source_id is {cell!r}; the number of an original is wanted"
        ) from error


def _check_parts(
    name: str, counts: Mapping[str, Mapping[str, int]], sizes: Sequence[int], recipe: SplitConfig
) -> None:
    """Refuse a part without rows: what is trained or scored on it would fail, or say nothing."""
    rows = {part: sum(classes.values()) for part, classes in counts.items()}
    if all(rows.values()):
        return
    empty = " and ".join(part for part in rows if not rows[part])
    found = ", ".join(f"{part} {count:,}" for part, count in rows.items())
    together, advice = "", "add rows, or give larger shares (--shares)"
    if (largest := max(sizes, default=0)) > 1:
        together = (
            f"; rows that share a text stay together, which makes {counted(len(sizes), 'group')}, "
            f"the largest of {counted(largest, 'row')}"
        )
        if recipe.near is not None:
            advice += ", or raise near (--near)"
        advice += ", or leave repeated texts out first (augment convert IN OUT --drop repeated)"
    raise InputError(f"{name}: no row for {empty} ({found}){together}; {advice}")


def _say_what_lacks(counts: Mapping[str, Mapping[str, int]], progress: Progress) -> None:
    for name, classes in counts.items():
        # Rows without a label are of no class that every part should have.
        lacking = [repr(label) for label, count in classes.items() if label and not count]
        if lacking:
            shown = enumerated(lacking, 10)
            progress.note(f"note: the {name} part has no row of class {shown}: too few to go round")


def _frames(frame: Any, parts: array[int], names: tuple[str, ...]) -> dict[str, pd.DataFrame]:  # noqa: ANN401
    import numpy as np

    of_row = np.frombuffer(parts, dtype=np.int64)
    return {name: frame.iloc[np.flatnonzero(of_row == at)] for at, name in enumerate(names)}

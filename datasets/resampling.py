"""Balances classes without new texts: rows left out, originals repeated, or a weight for each row.

Which rows are left out or repeated depends on their number and the seed alone, so neither the
order of the classes nor that of anything else decides. Rows that repeat an earlier text, or an
earlier pair of texts, are left out first and repeated last.
"""

from __future__ import annotations

import hashlib
import heapq
import math
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from augment.blank import is_blank
from augment.config import build, own_options_first, shown_as
from augment.datasets.balance import resampling_targets
from augment.datasets.formats.table_writer import TableWriter
from augment.datasets.survey import cell_string, label_string, row_key
from augment.datasets.table import Table, say_unread_rows
from augment.datasets.table_options import (
    TableOptions,
    Unchanged,
    check_new_tables,
    default_output,
    needed_label,
)
from augment.errors import InputError
from augment.progress import SILENT, Progress, checked_progress
from augment.records import AUG_COLUMNS, COLUMN_TYPES

if TYPE_CHECKING:
    import pandas as pd

#: `aug_method` of a repeated original.
COPY: Final = "copy"
#: Column that ``--to weights`` adds.
WEIGHT: Final = "weight"


@own_options_first
@dataclass(frozen=True, kw_only=True)
class BalanceConfig(TableOptions):
    """Balance the classes of a table without making new texts.

    Upwards, originals are repeated, marked as copies in the columns of an augmented table;
    downwards, rows are left out; both ways, every class gets the same size; with weights, no row
    is touched and a column says how much each should count. For new texts see backtranslate.
    """

    out: Annotated[Path | None, shown_as("OUT.csv", "-o")] = None
    """Where to write; by default IN.balanced.csv in the current folder."""
    to: Literal["up", "down", "both", "weights"] = "up"
    """Repeat rows, leave rows out, do either, or only add a column of weights."""
    balance: str = "auto"
    """Rows each class aims at: max, median, mean, min, a number, or xR; auto fits --to."""
    weights: Annotated[str | None, shown_as("COL")] = None
    """Column of numbers: rows with more are kept, or repeated, in proportion more often."""
    seed: int = 0
    """Decides which rows are left out or repeated."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.to not in ("up", "down", "both", "weights"):
            raise InputError(f"to is {self.to!r}; wanted: up, down, both or weights")
        if self.to == "weights" and (self.weights is not None or self.balance != "auto"):
            raise InputError("to='weights' adds weights and draws no rows; leave out the others")


@dataclass(frozen=True)
class Balanced:
    """What balancing gives.

    Attributes
    ----------
    before, after
        Rows of each class.
    unlabelled
        Rows without a label, which are passed through.
    weights
        Weight of a row of each class, with ``to="weights"``.
    path
        The file written; None for a data frame.
    frame
        The balanced table; None where a file was written. Its rows have their index where none is
        repeated, and a new one otherwise.
    """

    before: Mapping[str, int]
    after: Mapping[str, int]
    unlabelled: int
    weights: Mapping[str, float] = field(default_factory=dict)
    path: Path | None = None
    frame: pd.DataFrame | None = field(default=None, repr=False)

    def as_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return {
            "classes": {
                label: {"before": count, "after": self.after[label]}
                for label, count in self.before.items()
            },
            "unlabelled": self.unlabelled,
            "weights": dict(self.weights),
            "out": None if self.path is None else str(self.path),
        }


def balance_table(
    data: pd.DataFrame | str | PathLike[str] | None = None,
    config: BalanceConfig | None = None,
    *,
    progress: Progress = SILENT,
    **options: Any,  # noqa: ANN401
) -> Balanced:
    """Balance the classes of a table without making new texts.

    Parameters
    ----------
    data
        A data frame, of which a balanced one is made, or a path, beside which a file is written;
        left out: ``config.input``.
    config
        Options; `options` are its fields by name and go before it.
    progress
        Gets notes; silent by default.

    Returns
    -------
    Balanced
        Class sizes, and the frame or the path.

    Raises
    ------
    InputError
        For a table or options that cannot be used; nothing was written.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"text": ["one good", "two good", "one bad"], "label": list("aab")})
    >>> done = balance_table(frame)
    >>> done.frame[["text", "aug_method"]].values.tolist()[2:]
    [['one bad', 'original'], ['one bad', 'copy']]
    """
    checked_progress(progress)
    recipe = build(config, BalanceConfig, options)
    table = recipe.open(data)
    added = _added(table, recipe)
    is_frame = table.format.kind == "frame"
    if is_frame and recipe.out is not None:
        raise InputError("out is for files; write the result's `frame` where you want it")
    source = Path(table.name)
    out = recipe.out or default_output(source, "balanced")
    if not is_frame:
        check_new_tables(table.name, [out], force=recipe.force)
    unchanged = Unchanged(table.name)
    columns = recipe.columns(table, progress)
    label = needed_label(table, columns, "balancing")
    rows = _Rows(table, columns.text, label, recipe)
    say_unread_rows(table, progress)
    times = rows.times()
    unchanged.check()
    about = Balanced(
        before=rows.counts,
        after=rows.after(times),
        unlabelled=rows.unlabelled,
        weights=rows.class_weights() if recipe.to == "weights" else {},
        path=None if is_frame else out,
    )
    names = (*table.columns, *added)
    if is_frame:
        return _with_frame(about, list(rows.write(times)), data, added)
    with unchanged.watched(), TableWriter(out, names, types=table.types) as writer:
        for row in rows.write(times):
            writer.write(row.cells)
        unchanged.check()
    return about


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the output: the number of its original, and all its cells."""

    number: int
    cells: tuple[object, ...]


class _Rows:
    """The rows of a table by class, and what becomes of them."""

    def __init__(
        self, table: Table, text: Sequence[str], label: str, recipe: BalanceConfig
    ) -> None:
        self.table, self.recipe = table, recipe
        self.labels: list[str] = []
        self.of_class: list[array[int]] = []
        self.class_of_row = array("i")
        self.repeats = array("I")
        self.row_weights = array("d")
        texts_at = [table.columns.index(name) for name in text]
        label_at = table.columns.index(label)
        weight_at = self._weight_column()
        seen: Counter[bytes] = Counter()
        numbers: dict[str, int] = {}
        for row_number, row in enumerate(table):
            name = label_string(row[label_at])
            texts = [cell_string(row[at]) for at in texts_at]
            key = row_key(texts)
            # A row without a text is worth less than any repetition.
            self.repeats.append(1 << 30 if any(map(is_blank, texts)) else seen[key])
            seen[key] += 1
            if weight_at is not None:
                self.row_weights.append(self._weight(row[weight_at], row_number))
            at = numbers.setdefault(name, len(numbers)) if name else -1
            if name and at == len(self.of_class):
                self.labels.append(name)
                self.of_class.append(array("q"))
            if name:
                self.of_class[at].append(row_number)
            self.class_of_row.append(at)
        if not self.labels:
            raise InputError(f"{table.name}: no row has a label in column {label!r}")
        self.counts = dict(zip(self.labels, map(len, self.of_class), strict=True))
        self.unlabelled = len(self.class_of_row) - sum(self.counts.values())

    def _weight_column(self) -> int | None:
        name = self.recipe.weights
        if name is None:
            return None
        if name not in self.table.columns:
            columns = ", ".join(map(repr, self.table.columns))
            raise InputError(f"{self.table.name}: no column {name!r} for --weights ({columns})")
        return self.table.columns.index(name)

    def _weight(self, cell: object, number: int) -> float:
        try:
            weight = float(cell_string(cell))
        except ValueError:
            weight = -1.0
        if not 0.0 <= weight < math.inf:
            raise InputError(
                f"{self.table.name} row {number}: {self.recipe.weights} is {cell!r}; a number of 0 "
                "or more is wanted"
            )
        return weight

    def times(self) -> array[int]:
        """How often each row stands in the output."""
        times = array("I", [1]) * len(self.class_of_row)
        if self.recipe.to == "weights":
            return times
        targets = resampling_targets(self.counts, self.recipe.balance, self.recipe.to)
        for label, rows in zip(self.labels, self.of_class, strict=True):
            target = targets[label]
            if target < len(rows):
                for number in self._ranked(rows)[target:]:
                    times[number] = 0
            elif target > len(rows):
                self._repeat(label, rows, target, times)
        return times

    def _ranked(self, rows: array[int]) -> list[int]:
        """Rows from the first to keep to the last: seeded, or drawn by weight.

        With weights this is sampling without replacement after Efraimidis and Spirakis (2006):
        the row with the smallest -log(u) / weight comes first, u uniform.
        """

        def rank(number: int) -> tuple[float, float]:
            u = self._uniform(number)
            if not self.row_weights:
                return self.repeats[number], u
            weight = self.row_weights[number]
            return self.repeats[number], -math.log(u) / weight if weight else math.inf

        return sorted(rows, key=rank)

    def _uniform(self, number: int) -> float:
        """Give the row's own number between 0 and 1, both excluded."""
        name = f"{self.recipe.seed}\0{number}".encode()
        drawn = int.from_bytes(hashlib.blake2b(name, digest_size=7).digest(), "big")
        return (drawn + 0.5) / 2**56

    def _repeat(self, label: str, rows: array[int], target: int, times: array[int]) -> None:
        """Repeat rows one by one, always the one that has got least for its weight."""
        ranked = [
            number
            for number in self._ranked(rows)
            if self.repeats[number] < 1 << 30
            and (not self.row_weights or self.row_weights[number] > 0)
        ]
        if not ranked:
            raise InputError(
                f"{self.table.name}: class {label!r} has no row that could be repeated (every "
                "row has an empty text, or every weight is 0)"
            )
        weights = {n: self.row_weights[n] if self.row_weights else 1.0 for n in ranked}
        waiting = [(1 / weights[n], place, n) for place, n in enumerate(ranked)]
        heapq.heapify(waiting)
        for _ in range(target - len(rows)):
            _, place, number = waiting[0]
            times[number] += 1
            heapq.heapreplace(waiting, (times[number] / weights[number], place, number))

    def after(self, times: array[int]) -> dict[str, int]:
        """Rows of each class in the output."""
        return {
            label: sum(times[number] for number in rows)
            for label, rows in zip(self.labels, self.of_class, strict=True)
        }

    def class_weights(self) -> dict[str, float]:
        """Weight of a row of each class: all classes count alike, and the mean row counts 1."""
        total, n_classes = sum(self.counts.values()), len(self.counts)
        return {
            label: round(total / (n_classes * count), 6) for label, count in self.counts.items()
        }

    def write(self, times: array[int]) -> Iterator[_Row]:
        """Rows of the output: in the order of the input, then the copies in the same order."""
        to = self.recipe.to
        weights = self.class_weights() if to == "weights" else {}
        for number, row in enumerate(self.table):
            if to == "weights":
                at = self.class_of_row[number]
                yield _Row(number, (*row, weights[self.labels[at]] if at >= 0 else None))
            elif times[number]:
                about = (str(number), number, "original", "", "", None, None)
                yield _Row(number, row if to == "down" else (*row, *about))
        if max(times, default=0) < 2:
            return
        for number, row in enumerate(self.table):
            for copy in range(1, times[number]):
                yield _Row(
                    number, (*row, f"{number}:{COPY}:{copy}", number, COPY, "", "", None, 0.0)
                )


def _added(table: Table, recipe: BalanceConfig) -> tuple[str, ...]:
    """Columns behind the input's; refuse a table that has them."""
    if "aug_method" in table.columns:
        raise InputError(
            f"{table.name} is an augmented table already; balance the table it was made from, or "
            "let backtranslate balance (--balance)"
        )
    added = {"down": (), "weights": (WEIGHT,)}.get(recipe.to, AUG_COLUMNS)
    if taken := [name for name in added if name in table.columns]:
        raise InputError(
            f"{table.name} has columns named {', '.join(taken)}, which the output needs for "
            "itself; rename them"
        )
    return added


def _with_frame(
    about: Balanced,
    rows: list[_Row],
    frame: Any,  # noqa: ANN401
    added: tuple[str, ...],
) -> Balanced:
    """Make the frame from the given one's own rows, so that its types stay."""
    import pandas as pd

    out = frame.iloc[[row.number for row in rows]]
    # Rows that stand there once keep their index; of repeated ones it would be ambiguous.
    repeated = len({row.number for row in rows}) < len(rows)
    out = out.reset_index(drop=True) if repeated else out.copy()
    for at, name in enumerate(added, len(frame.columns)):
        kind = "float64" if name == WEIGHT else COLUMN_TYPES.get(name, "object")
        out[name] = pd.Series([row.cells[at] for row in rows], dtype=kind, index=out.index)
    return replace(about, frame=out)

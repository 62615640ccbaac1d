"""The rows of a K-fold run: originals, their paraphrases, and what was left out and why."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from augment.blank import is_blank
from augment.datasets.columns import find_columns
from augment.datasets.frames import frame_table
from augment.datasets.groups import common_keys, common_side_note, connected, side_keys, telling
from augment.datasets.survey import alike_labels, cell_string, class_order, label_string
from augment.errors import InputError
from augment.train.label_values import kind_of_values
from augment.train.near_rows import near_copies, near_groups

if TYPE_CHECKING:
    import pandas as pd

IntArray = npt.NDArray[np.int64]
SOURCE, METHOD = "aug_source_id", "aug_method"


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """Originals first, then paraphrases; rows are named by their position here.

    Parameters
    ----------
    texts
        One tuple per row: the text, or both sides of a pair.
    labels
        Class number of each row, shape ``(n_rows,)``.
    classes
        Class names in the order of `class_order`.
    source
        Position of each row's original, shape ``(n_rows,)``; an original names itself.
    source_ids
        ``aug_source_id`` of each original, shape ``(n_originals,)``.
    places
        Row of each original in the table, 0-based, shape ``(n_originals,)``.
    groups
        Group number of each original (see `augment.datasets.groups.source_groups`).
    left_out
        Reason -> number of rows of the table that take no part.
    text_columns, label_column
        Names of the columns used.
    label_kind
        What labels are: text, boolean, integer or number.
    hint
        That another column may be the second side of a pair; empty where nothing speaks for it.
    with_common_side
        Originals with a side of their pair that more than half of all have, which connects none.
    """

    texts: tuple[tuple[str, ...], ...]
    labels: IntArray
    classes: tuple[str, ...]
    source: IntArray
    source_ids: IntArray
    places: IntArray
    groups: IntArray
    left_out: dict[str, int]
    text_columns: tuple[str, ...]
    label_column: str
    label_kind: str = "text"
    hint: str = ""
    with_common_side: int = 0

    @property
    def n_originals(self) -> int:
        """Number of originals."""
        return len(self.source_ids)

    def notes(self) -> Iterator[str]:
        """Say what is odd about the table, a line each."""
        if self.hint:
            yield self.hint
        for reason, n in self.left_out.items():
            yield f"left out: {n:,} x {reason}"
        if self.with_common_side:
            yield common_side_note(self.with_common_side)
        if sentence := alike_labels(self.classes):
            yield sentence
        new = range(self.n_originals, len(self.texts))
        if copies := sum(self.texts[row] == self.texts[self.source[row]] for row in new):
            yield (
                f"{copies:,} of {len(new):,} new rows repeat their own original: they bring "
                "nothing that repeating the originals does not"
            )
        single = sum(n == 1 for n in self.counts(paraphrases=False).values())
        if 2 * single > len(self.classes):
            yield (
                f"{single:,} of {len(self.classes):,} classes have one original alone: does column "
                f"{self.label_column!r} hold the labels (--label)?"
            )

    @property
    def n_paraphrases(self) -> int:
        """Number of paraphrases."""
        return len(self.texts) - self.n_originals

    def text(self, row: int) -> str:
        """Give a row as one text; the line break joins no word pair across a pair's sides."""
        return " \n ".join(self.texts[row])

    def counts(self, *, paraphrases: bool) -> dict[str, int]:
        """Rows per class, of the originals alone or of the paraphrases alone."""
        part = slice(self.n_originals, None) if paraphrases else slice(self.n_originals)
        n = np.bincount(self.labels[part], minlength=len(self.classes))
        return dict(zip(self.classes, n.tolist(), strict=True))

    def sha256(self) -> str:
        """Hash of everything that a result depends on."""
        digest = hashlib.sha256()
        for sides, label, source in zip(
            self.texts, self.labels.tolist(), self.source.tolist(), strict=True
        ):
            digest.update(repr((sides, self.classes[label], source)).encode())
        digest.update(self.source_ids.tobytes())
        return digest.hexdigest()


def labelled_rows(
    frame: pd.DataFrame,
    *,
    name: str = "<frame>",
    text: str | Sequence[str] | None = None,
    label: str | None = None,
    near: float | None = None,
) -> LabelledRows:
    """Pick originals and paraphrases out of a table.

    Parameters
    ----------
    frame
        A plain table, or one with the columns of an augmented table.
    name
        What messages call the table.
    text
        Text column, two for text pairs, or ``"a,b"``; found when None or empty.
    label
        Label column; found when None.
    near
        Put originals into one group that share so much of their letter runs, 0 to 1; None: only
        those that are the same after folding.

    Returns
    -------
    LabelledRows
        Without rows whose text or label is empty, and without paraphrases that repeat, or nearly
        repeat, an original of another group: such a row would show the training side a test text.

    Raises
    ------
    InputError
        When a column is missing, fewer than two classes remain, or a paraphrase names a source
        that the table does not hold.
    """
    columns = find_columns(frame_table(frame, name=name), text=text or None, label=label)
    if columns.label is None:
        maybe = columns.label_candidates
        which = f"perhaps {' or '.join(map(repr, maybe))}; " if maybe else ""
        raise InputError(
            f"{name}: no label column found (columns: {', '.join(map(str, frame.columns))}); "
            f'{which}name it with label="..." (--label)'
        )
    if len(columns.text) > 2:
        raise InputError(f"{name}: {len(columns.text)} text columns given; one or two are wanted")
    source_ids, is_original = _provenance(frame, name)
    given = _column(frame, columns.label)
    labels = [*map(label_string, given)]
    sides = [map(cell_string, _column(frame, column)) for column in columns.text]
    texts = list(zip(*sides, strict=True))
    left_out: dict[str, int] = {}
    usable = _usable(texts, labels, is_original, left_out)

    originals = [row for row in range(len(texts)) if usable[row] and is_original[row]]
    own_texts = [texts[row] for row in originals]
    keys = [*map(side_keys, own_texts)]
    common = common_keys(keys)
    connecting = [telling(own_keys, common) for own_keys in keys]
    groups = connected(connecting)
    if near is not None and own_texts:
        groups = connected(zip(groups.tolist(), *_named(near_groups(own_texts, near)), strict=True))
    group_of_key = {
        key: int(group) for own, group in zip(connecting, groups, strict=True) for key in own
    }
    position = {int(source_ids[row]): at for at, row in enumerate(originals)}
    paraphrases, sources = [], []
    for row in range(len(texts)):
        if is_original[row] or not usable[row]:
            continue
        own = position.get(int(source_ids[row]))
        if own is None:
            _count(left_out, "paraphrase of a row that was left out")
            continue
        if labels[row] != labels[originals[own]]:
            raise InputError(
                f"{name} row {row}: a paraphrase labelled {labels[row]!r} of an original labelled "
                f"{labels[originals[own]]!r}; a paraphrase has its source's label"
            )
        if any(
            group_of_key.get(key, groups[own]) != groups[own]
            for key in telling(side_keys(texts[row]), common)
        ):
            _count(left_out, "paraphrase that repeats another original")
            continue
        paraphrases.append(row)
        sources.append(own)
    copies = near_copies(own_texts, groups, [texts[row] for row in paraphrases], sources)
    for _ in range(int(copies.sum())):
        _count(left_out, "paraphrase that nearly repeats another original")
    paraphrases = [row for row, copy in zip(paraphrases, copies, strict=True) if not copy]
    sources = [own for own, copy in zip(sources, copies, strict=True) if not copy]
    rows = originals + paraphrases
    classes = class_order({labels[row] for row in originals})
    if len(classes) < 2:
        found = f"one class ({classes[0]!r})" if classes else "no label"
        raise InputError(
            f"{name}: column {columns.label!r} holds {found}; at least two classes are wanted"
        )
    number = {c: n for n, c in enumerate(classes)}
    return LabelledRows(
        texts=tuple(texts[row] for row in rows),
        labels=np.array([number[labels[row]] for row in rows], dtype=np.int64),
        classes=classes,
        source=np.array([*range(len(originals)), *sources], dtype=np.int64),
        source_ids=np.array([source_ids[row] for row in originals], dtype=np.int64),
        places=np.array(originals, dtype=np.int64),
        groups=groups,
        left_out=left_out,
        text_columns=columns.text,
        label_column=columns.label,
        label_kind=kind_of_values(given) or "text",
        hint=columns.pair_hint(),
        with_common_side=(
            sum(not common.isdisjoint(own_keys) for own_keys in keys)
            if len(columns.text) > 1
            else 0
        ),
    )


def _column(frame: pd.DataFrame, name: str) -> pd.Series:
    """Give a column; columns may have names that are no strings."""
    return frame.iloc[:, [str(column) for column in frame.columns].index(name)]


def _named(sides: Sequence[IntArray]) -> list[list[tuple[int, int]]]:
    """Give the groups of every side names that no other side has."""
    return [[(side, group) for group in of_row.tolist()] for side, of_row in enumerate(sides)]


def _count(left_out: dict[str, int], reason: str) -> None:
    left_out[reason] = left_out.get(reason, 0) + 1


def _usable(
    texts: Sequence[tuple[str, ...]],
    labels: Sequence[str],
    is_original: Sequence[bool],
    left_out: dict[str, int],
) -> list[bool]:
    """Which rows have a text and a label; the others are counted."""
    usable = []
    for sides, label, original in zip(texts, labels, is_original, strict=True):
        kind = "original" if original else "paraphrase"
        if empty := any(map(is_blank, sides)):
            _count(left_out, f"{kind} without text")
        elif not label.strip():
            _count(left_out, f"{kind} without label")
        usable.append(not empty and bool(label.strip()))
    return usable


def _provenance(frame: pd.DataFrame, name: str) -> tuple[list[int], list[bool]]:
    """Source number of each row, and whether it is an original."""
    has_source, has_method = SOURCE in frame.columns, METHOD in frame.columns
    if not has_source and not has_method:
        return list(range(len(frame))), [True] * len(frame)
    if has_source != has_method:
        there, missing = (SOURCE, METHOD) if has_source else (METHOD, SOURCE)
        raise InputError(
            f"{name}: column {there!r} without {missing!r}: which rows are paraphrases of which "
            "cannot be told; give the table as `augment backtranslate` wrote it, or drop the "
            "aug_ columns to treat every row as an original"
        )
    source_ids = []
    for row, value in enumerate(frame[SOURCE]):
        try:
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            number = math.nan
        if not number.is_integer():
            raise InputError(
                f"{name} row {row}: {SOURCE} is {value!r}; the number of an original is wanted"
            )
        source_ids.append(int(number))
    is_original = [cell_string(value) == "original" for value in frame[METHOD]]
    known: set[int] = set()
    for row, source in enumerate(source_ids):
        if is_original[row] and source in known:
            raise InputError(
                f"{name} row {row}: a second original with {SOURCE} {source}; numbers are unique "
                "in a table as `augment backtranslate` writes it"
            )
        if is_original[row]:
            known.add(source)
    for row, source in enumerate(source_ids):
        if source not in known:
            raise InputError(
                f"{name} row {row}: {SOURCE} {source} names no original of this table, so its "
                "paraphrase cannot be kept out of the test part; give the whole table as "
                "`augment backtranslate` wrote it"
            )
    return source_ids, is_original

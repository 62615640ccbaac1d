"""One pass over a table: what it holds, with numbers per row in memory and no texts."""

from __future__ import annotations

import hashlib
import math
import re
import shlex
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from augment.blank import is_blank
from augment.broken_text import broken_pieces
from augment.datasets.columns import Columns
from augment.datasets.formats.cell_text import is_missing
from augment.datasets.label_map import write_label_map
from augment.datasets.table import Table
from augment.enumeration import counted, enumerated
from augment.filters import Original
from augment.filters.duplicate import key_of
from augment.key_set import KeyMap
from augment.tokens import composed, fold, marked_signs

#: Texts kept from the pass to recognise the language by, spread over the table.
SAMPLE: Final = 400
NO_LABEL: Final = ""
_WHOLE: Final = re.compile(r"-?\d+\.0", re.ASCII)
#: From so many rows, where a text comes so many times, a column is taken for one of labels.
MANY_ROWS: Final = 20
MANY_TIMES: Final = 10


@dataclass(slots=True)
class Survey:
    """What one pass over a table found.

    Attributes
    ----------
    rows
        Rows of the table.
    labels
        Names of the classes, in order of appearance; one empty name without a label column.
    row_label
        For every row the index of its class, or -1 where text or label is empty: such a row is
        passed through and not augmented.
    counts
        Rows of each class, those with an empty text included: they stand in the output too.
    empty_texts, empty_labels
        Rows whose text or label is empty or blank.
    broken_texts
        Rows whose text holds characters of a wrong encoding (see `broken_pieces`).
    repeated_texts
        Rows whose text, folded, stood in an earlier row.
    conflicting_texts
        Different folded texts that stand under more than one label.
    conflicts
        The keys of those texts (see `content_key`).
    decomposed_texts
        Rows whose text is not as `composed` writes it.
    padded_labels, decomposed_labels
        Labels with blanks around them, and such that are not `composed`, as they stand in the
        table, with their rows.
    characters
        Characters of all texts that can be augmented.
    sample
        Up to 400 texts spread over the table.
    """

    rows: int = 0
    labels: list[str] = field(default_factory=list)
    row_label: array[int] = field(default_factory=lambda: array("i"))
    counts: dict[str, int] = field(default_factory=dict)
    empty_texts: int = 0
    empty_labels: int = 0
    broken_texts: int = 0
    repeated_texts: int = 0
    conflicting_texts: int = 0
    conflicts: frozenset[bytes] = frozenset()
    decomposed_texts: int = 0
    padded_labels: Counter[str] = field(default_factory=Counter)
    decomposed_labels: Counter[str] = field(default_factory=Counter)
    characters: int = 0
    sample: list[str] = field(default_factory=list)


def cell_string(cell: object) -> str:
    """Give a cell as `composed` text; a missing value (None, NaN, NA) is the empty text.

    >>> cell_string(3), cell_string(None), cell_string(float("nan"))
    ('3', '', '')
    """
    if isinstance(cell, str):
        return composed(cell)
    return "" if is_missing(cell) else str(cell)


def label_string(cell: object) -> str:
    """Give a label as the name of its class: without blanks around it, whole numbers as such.

    Where a label is missing, pandas makes floats of the others, and 10 becomes 10.0.

    >>> label_string(" pos "), label_string(10.0), label_string("10.0"), label_string(0.5)
    ('pos', '10', '10', '0.5')
    """
    name = cell_string(cell).strip()
    return name[:-2] if _WHOLE.fullmatch(name) else name


def class_order(labels: Iterable[str]) -> tuple[str, ...]:
    """Sort the names of classes: numbers by size and first, all others by name.

    >>> class_order(["pos", "neg"]), class_order(["10", "9", "1", "1"])
    (('neg', 'pos'), ('1', '9', '10'))
    """

    def key(label: str) -> tuple[bool, float, str]:
        try:
            number = float(label)
        except ValueError:
            return True, 0.0, label
        return (False, number, label) if math.isfinite(number) else (True, 0.0, label)

    return tuple(sorted(set(labels), key=key))


def most_telling(rows: int) -> float:
    """Give how many of some rows may share a side of a pair that still tells something of a row.

    More than half of them have one question that is put to every text.
    """
    return max(1, rows / 2)


def row_key(texts: Sequence[str]) -> bytes:
    """Sixteen bytes that are the same for rows whose texts are, each of them folded.

    >>> row_key(["Good film!"]) == row_key(["good  film"])
    True
    >>> row_key(["a", "bc"]) == row_key(["ab", "c"])
    False
    """
    if len(texts) == 1:
        return key_of(texts[0])
    folded = "\n".join(map(fold, texts))
    return hashlib.blake2b(folded.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def content_key(texts: Sequence[str]) -> bytes:
    """Sixteen bytes that are the same for rows whose texts say the same.

    As `row_key`, but smileys and minus signs count: they may be what a label goes by.

    >>> content_key(["Got it :)"]) == content_key(["Got it :("])
    False
    """
    return row_key([*map(marked_signs, texts)])


def alike_labels(labels: Iterable[str]) -> str:
    """Say which classes differ in case alone; nothing where none do.

    >>> alike_labels(["pos", "neg", "Pos"])[:60]
    "'pos' and 'Pos' differ in case alone and count as classes of"
    """
    same: dict[str, list[str]] = {}
    for label in labels:
        same.setdefault(label.casefold(), []).append(label)
    found = [" and ".join(map(repr, names)) for names in same.values() if len(names) > 1]
    if not found:
        return ""
    return (
        f"{'; '.join(found)} differ in case alone and count as classes of their own "
        "(augment convert --label-map makes them one)"
    )


def odd_texts(found: Survey, column: str) -> Iterator[str]:
    """Say when a column of texts looks like one of labels: ten rows and more of each text.

    >>> [line[:59] for line in odd_texts(Survey(rows=40, repeated_texts=38), "class")]
    ["column 'class' holds 2 different texts in 40 rows: does ano"]
    """
    rows = found.rows - found.empty_texts
    different = rows - found.repeated_texts
    if rows >= MANY_ROWS and different * MANY_TIMES <= rows:
        yield (
            f"column {column!r} holds {different:,} different texts in {rows:,} rows: "
            "does another column hold the texts (--text)?"
        )


def odd_labels(found: Survey) -> Iterator[str]:
    """Say what is odd about the names of the classes, a line each.

    >>> table = Survey(counts={"bad": 2}, padded_labels=Counter({"bad ": 1}))
    >>> next(odd_labels(table)).partition(";")[0]
    "labels with blanks around them: 'bad ' (1 row)"
    """
    alike = alike_labels(found.counts)
    if alike:
        yield alike
    odd = {
        "with blanks around them": found.padded_labels,
        "with accents that are characters of their own": found.decomposed_labels,
    }
    for what, labels in odd.items():
        if labels:
            yield (
                f"labels {what}: {enumerated([*map(repr, labels)], 6)} "
                f"({counted(labels.total(), 'row')}); they count as the classes without, but stay "
                "as they are in the table, where other programs see classes of their own"
            )
    if alike or any(odd.values()):
        most = {
            label.casefold(): label for label in sorted(found.counts, key=found.counts.__getitem__)
        }
        one = write_label_map({label: most[label.casefold()] for label in found.counts})
        yield f"to make them one: augment convert IN OUT --label-map {shlex.quote(one)}"


def survey(
    table: Table,
    columns: Columns,
    *,
    sides: Sequence[int] = (0,),
    see: Callable[[Sequence[str]], None] | None = None,
    see_row: Callable[[Sequence[str], str], None] | None = None,
) -> Survey:
    """Pass once over a table.

    Parameters
    ----------
    table
        Any table.
    columns
        Its text and label columns.
    sides
        The text columns that are rewritten, as positions in ``columns.text``: where one of them
        is empty, the row's text counts as empty.
    see
        Called with the texts of every row whose text is not empty.
    see_row
        The same, with the texts and the label.

    Returns
    -------
    Survey
        Counts, and the class of every row.
    """
    texts_at = [table.columns.index(name) for name in columns.text]
    label_at = table.columns.index(columns.label) if columns.label is not None else None
    found = Survey()
    indices: dict[str, int] = {}
    counts: Counter[str] = Counter()
    seen = KeyMap()
    conflicting: set[bytes] = set()
    step = 1
    for number, row in enumerate(table):
        texts = [cell_string(row[at]) for at in texts_at]
        rewritten = [texts[side] for side in sides]
        named = NO_LABEL if label_at is None else row[label_at]
        label = label_string(named)
        empty_text = any(map(is_blank, rewritten))
        empty_label = label_at is not None and not label
        found.empty_texts += empty_text
        found.empty_labels += empty_label
        found.broken_texts += any(map(broken_pieces, rewritten))
        found.decomposed_texts += any(
            isinstance(cell := row[texts_at[side]], str) and cell != rewritten[at]
            for at, side in enumerate(sides)
        )
        index = -1
        if not empty_label:
            index = indices.setdefault(label, len(indices))
            counts[label] += 1
            if isinstance(named, str) and named != named.strip():
                found.padded_labels[named] += 1
            if isinstance(named, str) and named != composed(named):
                found.decomposed_labels[named] += 1
        if not empty_text:
            if see is not None:
                see(texts)
            if see_row is not None:
                see_row(texts, label)
            key = content_key(texts)
            before = seen.setdefault(key, index)
            if before < 0:  # a text without a label contradicts none
                seen[key] = index
            elif before != index >= 0 and key not in conflicting:
                conflicting.add(key)
            found.repeated_texts += len(seen) + found.repeated_texts < (
                number + 1 - found.empty_texts
            )
            if number % step == 0:
                found.sample.append("\n".join(rewritten))
                if len(found.sample) > SAMPLE:
                    found.sample = found.sample[::2]
                    step *= 2
        found.row_label.append(-1 if empty_text else index)
        found.characters += 0 if empty_text or index < 0 else sum(map(len, rewritten))
    found.rows = len(found.row_label)
    found.labels = list(indices)
    found.counts = {label: counts[label] for label in indices}
    found.conflicting_texts = len(conflicting)
    found.conflicts = frozenset(conflicting)
    return found


def originals(table: Table, text: str, found: Survey, *, labels: bool) -> Iterator[Original]:
    """Give every row of a surveyed table to checks that learn.

    Parameters
    ----------
    table, text
        The table and its text column.
    found
        Its survey.
    labels
        Whether the rows carry their labels; else all are empty.
    """
    text_at = table.columns.index(text)
    for number, row in enumerate(table):
        index = found.row_label[number]
        label = found.labels[index] if labels and index >= 0 else ""
        yield Original(number, cell_string(row[text_at]), label)

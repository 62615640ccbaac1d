"""Looks at a table: what is in it, and what can be expected of it.

The table is passed over as a stream; memory keeps keys and numbers of its rows, not their texts.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from os import PathLike
from typing import TYPE_CHECKING, Any, Final

from augment.blank import is_blank
from augment.config import build
from augment.datasets.columns import Columns
from augment.datasets.expectation import Expectation, expect
from augment.datasets.inspection.inspection import InspectConfig, Inspection, Leak, Pair
from augment.datasets.lengths import Lengths, TokenCounter, lengths
from augment.datasets.near_duplicates import NearDuplicates, NearPair
from augment.datasets.survey import (
    cell_string,
    content_key,
    label_string,
    most_telling,
    odd_labels,
    odd_texts,
    row_key,
    survey,
)
from augment.datasets.table import Table, open_table, unread_parts
from augment.datasets.table_options import TableOptions
from augment.errors import InputError, MissingExtraError
from augment.languages import detect_language, language_shares
from augment.offline import no_network
from augment.progress import SILENT, Progress, checked_progress
from augment.tokens import words

if TYPE_CHECKING:
    import pandas as pd

#: Examples shown of each finding, and the characters shown of a text.
EXAMPLES: Final = 5
SHOWN: Final = 160
#: Tokens beyond which `kfold-train` cuts a text by default.
CUT_AT: Final = 256


def inspect_table(
    data: pd.DataFrame | str | PathLike[str] | None = None,
    config: InspectConfig | None = None,
    *,
    progress: Progress = SILENT,
    **options: Any,  # noqa: ANN401
) -> Inspection:
    """Look at a table.

    Parameters
    ----------
    data
        A data frame or a path; left out: ``config.input``.
    config
        Options; `options` are its fields by name and go before it.
    progress
        Gets notes and stages; silent by default.

    Returns
    -------
    Inspection
        Everything that was found. A page for ``config.html`` is made by the command.

    Raises
    ------
    InputError
        For a table or options that cannot be used.

    Examples
    --------
    >>> import pandas as pd
    >>> texts = ["A good film.", "a GOOD film", "Bad."]
    >>> frame = pd.DataFrame({"text": texts, "label": list("aba")})
    >>> found = inspect_table(frame, model="none", near=0.0)
    >>> found.classes, found.repeated_texts, found.conflicting_texts
    ({'a': 2, 'b': 1}, 1, 1)
    """
    checked_progress(progress)
    recipe = build(config, InspectConfig, options)
    table = recipe.open(data)
    columns = recipe.columns(table, progress)
    with no_network(recipe.offline), _Texts(recipe) as texts:
        return _inspect(table, columns, recipe, texts)


class _Texts:
    """The different texts of one or two tables, each under a number, and which are near."""

    def __init__(self, recipe: InspectConfig) -> None:
        self.notes: list[str] = []
        self.numbers: dict[bytes, int] = {}
        self.sides: Counter[bytes] = Counter()
        self.labels: list[str] = []
        self.further_labels: dict[int, set[str]] = {}
        self.words = array("I")
        self.words_by_class: dict[str, array[int]] = {}
        self.tokens: TokenCounter | None = None
        self.near: NearDuplicates | None = None
        if recipe.model != "none":
            try:
                self.tokens = TokenCounter(recipe.model)
            except MissingExtraError as error:
                self.notes.append(f"lengths in words only: {error}")
        if recipe.near:
            try:
                self.near = NearDuplicates(recipe.near)
            except MissingExtraError as error:
                self.notes.append(f"near-repeated texts were not looked for: {error}")

    def __enter__(self) -> _Texts:
        return self

    def __exit__(self, *exc: object) -> None:
        if self.near is not None:
            self.near.close()

    def number(self, texts: Sequence[str], label: str) -> int:
        """Give the number of a text; a new one gets the next, and its label is remembered."""
        key = row_key(texts)
        if key not in self.numbers:
            self.numbers[key] = len(self.numbers)
            self.labels.append(label)
            if self.near is not None:
                self.near.add("\n".join(texts))
        return self.numbers[key]

    def see(self, texts: Sequence[str], label: str) -> None:
        """Take a row of the table that is inspected; the sides of a pair count as one text."""
        text = "\n".join(texts)
        n_words = len(words(text))
        self.words.append(n_words)
        self.words_by_class.setdefault(label, array("I")).append(n_words)
        if self.tokens is not None:
            self.tokens.add(text)
        number = self.number(texts, label)
        if label and not self.labels[number]:
            self.labels[number] = label
        elif label not in ("", self.labels[number]):
            self.further_labels.setdefault(number, set()).add(label)
        self.sides.update(_sides(texts))

    def labels_of(self, number: int) -> set[str]:
        """Give every label that a text of the first table has, of others the first."""
        return {self.labels[number], *self.further_labels.get(number, ())} - {""}

    def shares_side(self, texts: Sequence[str]) -> bool:
        """Whether a side of a pair is one of the first table's, and not of half of its rows."""
        most = most_telling(len(self.words))
        return any(0 < self.sides[key] <= most for key in _sides(texts))


def _apart(labels: set[str], others: set[str]) -> bool:
    """Whether labels differ: a text without a label contradicts none."""
    return bool(labels and others) and labels.isdisjoint(others)


def _sides(texts: Sequence[str]) -> set[bytes]:
    """Give what tells the sides of a pair from others; nothing for a text alone."""
    if len(texts) == 1:
        return set()
    return {row_key([text]) for text in texts if not is_blank(text)}


def _inspect(table: Table, columns: Columns, recipe: InspectConfig, texts: _Texts) -> Inspection:
    found = survey(table, columns, sides=range(len(columns.text)), see_row=texts.see)
    own = len(texts.numbers)
    second = None
    if recipe.against is not None:
        if texts.near is not None:
            texts.near.only_against()
        second = _Second(recipe, columns, texts)
    token_counts = None
    if texts.tokens is not None:
        texts.tokens.finish()
        token_counts = texts.tokens.counts
    near = [] if texts.near is None else texts.near.pairs()
    groups = None if texts.near is None else texts.near.groups()
    other: list[NearPair] = []
    same: list[NearPair] = []
    for pair in near:
        apart = _apart(texts.labels_of(pair.first), texts.labels_of(pair.second))
        (other if apart else same).append(pair)
    shown = [*other, *same][:EXAMPLES]
    guess = detect_language(found.sample)
    methods, counts = _originals(table, columns, found.counts)
    sizes = list(found.counts.values())
    texts.notes += unread_parts(table)
    texts.notes += odd_texts(found, columns.text[0])
    texts.notes += odd_labels(found)
    expectation = _expectation(counts, recipe, texts) if columns.label is not None else None
    labelled = columns.label is not None
    return Inspection(
        name=table.name,
        rows=found.rows,
        columns=table.columns,
        text_column=",".join(columns.text),
        label_column=columns.label,
        format=table.format.describe(),
        encoding=table.format.encoding,
        delimiter=table.format.delimiter,
        language=guess.language,
        languages=language_shares(found.sample, guess.language),
        classes=found.counts if labelled else {},
        imbalance=round(max(sizes) / max(min(sizes), 1), 2) if len(sizes) > 1 else None,
        empty_texts=found.empty_texts,
        empty_labels=found.empty_labels,
        broken_texts=found.broken_texts,
        repeated_texts=found.repeated_texts,
        conflicting_texts=found.conflicting_texts,
        near_repeated_texts=None if groups is None else sum(groups[n] != n for n in range(own)),
        near_other_label=None if groups is None else len(other),
        words=lengths(texts.words),
        tokens=None if token_counts is None else lengths(token_counts),
        tokens_of="" if token_counts is None else recipe.model,
        longer_than_cut=None if token_counts is None else sum(n > CUT_AT for n in token_counts),
        words_by_class=_by_class(texts.words_by_class, found.labels) if labelled else {},
        bad_rows=table.bad_rows,
        methods=methods,
        expectation=expectation,
        against=None if second is None else second.leak(table, columns, own),
        conflict_examples=_conflicts(table, columns, found.conflicts),
        near_examples=_shown([(table, columns)], shown, texts),
        notes=tuple(texts.notes),
    )


class _Second:
    """The rows of a second table, by the numbers of their texts."""

    def __init__(self, recipe: InspectConfig, columns: Columns, texts: _Texts) -> None:
        assert recipe.against is not None
        self.texts = texts
        self.table = open_table(
            recipe.against,
            on_bad_row=recipe.on_bad_row,
            delimiter=recipe.delimiter,
            encoding=recipe.encoding,
        )
        names = self.table.columns
        self.columns = TableOptions(
            text=",".join(columns.text) if set(columns.text) <= set(names) else None,
            label=columns.label if columns.label in names else None,
            quiet=True,
        ).columns(self.table, SILENT)
        self.of_row = array("q")
        self.side_of_row = bytearray()
        self.label_of_row: list[str] = []
        sides = range(len(self.columns.text))
        found = survey(self.table, self.columns, sides=sides, see_row=self._see)
        self.rows = found.rows
        texts.notes += (f"{self.table.name}: {note}" for note in unread_parts(self.table))

    def _see(self, texts: Sequence[str], label: str) -> None:
        self.of_row.append(self.texts.number(texts, label))
        self.side_of_row.append(self.texts.shares_side(texts))
        self.label_of_row.append(label)

    def leak(self, first: Table, columns: Columns, own: int) -> Leak:
        """Say which rows the first table, of `own` different texts, holds as well."""
        both = columns.label is not None and self.columns.label is not None
        other = sum(
            number < own and both and _apart({label} - {""}, self.texts.labels_of(number))
            for number, label in zip(self.of_row, self.label_of_row, strict=True)
        )
        near = None
        shown: list[NearPair] = []
        if self.texts.near is not None:
            pairs = self.texts.near.reached()
            reached = {pair.second for pair in pairs}
            rows = zip(self.of_row, self.side_of_row, strict=True)
            near = sum(number in reached and not side for number, side in rows)
            shown = pairs[:EXAMPLES]
        return Leak(
            name=self.table.name,
            rows=self.rows,
            leaked_rows=sum(number < own for number in self.of_row),
            near_leaked_rows=near,
            other_label=other,
            side_rows=None if len(self.columns.text) == 1 else self._of_one_side(own),
            examples=_shown([(first, columns), (self.table, self.columns)], shown, self.texts),
        )

    def _of_one_side(self, own: int) -> int:
        """Count rows that share a side, and not the pair, with the first table."""
        rows = zip(self.of_row, self.side_of_row, strict=True)
        return sum(number >= own and bool(shared) for number, shared in rows)


def _by_class(found: Mapping[str, array[int]], labels: Sequence[str]) -> dict[str, Lengths]:
    summed = {label: lengths(found[label]) for label in labels if label in found}
    return {label: one for label, one in summed.items() if one is not None}


def _originals(
    table: Table, columns: Columns, counts: Mapping[str, int]
) -> tuple[dict[str, int], Mapping[str, int]]:
    """Rows of each method of an augmented table, and the classes of its originals alone."""
    if "aug_method" not in table.columns or columns.label is None:
        return {}, counts
    method_at = table.columns.index("aug_method")
    label_at = table.columns.index(columns.label)
    methods: Counter[str] = Counter()
    originals = dict.fromkeys(counts, 0)
    for row in table:
        method = cell_string(row[method_at])
        methods[method] += 1
        label = label_string(row[label_at])
        if method == "original" and label:
            originals[label] += 1
    return dict(methods), {label: count for label, count in originals.items() if count}


def _expectation(
    counts: Mapping[str, int], recipe: InspectConfig, texts: _Texts
) -> Expectation | None:
    try:
        return expect(counts, folds=recipe.folds, repeats=recipe.repeats)
    except (InputError, MissingExtraError) as error:
        texts.notes.append(f"what K folds could see is not known: {error}")
        return None


def _cut(sides: Sequence[str]) -> str:
    """Show the start of a text, or of both sides of a pair."""
    room = SHOWN // len(sides)
    plain = [" ".join(side.split()) for side in sides]
    return " / ".join(one if len(one) <= room else one[: room - 1] + "…" for one in plain)


def _rows(table: Table, columns: Columns) -> Iterable[tuple[list[str], str]]:
    texts_at = [table.columns.index(name) for name in columns.text]
    label_at = None if columns.label is None else table.columns.index(columns.label)
    for row in table:
        label = "" if label_at is None else label_string(row[label_at])
        yield [cell_string(row[at]) for at in texts_at], label


def _conflicts(
    table: Table, columns: Columns, keys: frozenset[bytes]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Give some of the texts that stand under more than one label, in the order of the table."""
    if not keys:
        return ()
    labels: dict[bytes, dict[str, None]] = {}
    texts: dict[bytes, str] = {}
    for sides, label in _rows(table, columns):
        key = content_key(sides)
        if label and key in keys and (key in texts or len(texts) < EXAMPLES):
            texts.setdefault(key, _cut(sides))
            labels.setdefault(key, {})[label] = None
    return tuple((text, tuple(labels[key])) for key, text in texts.items())


def _shown(
    tables: Sequence[tuple[Table, Columns]], pairs: Sequence[NearPair], texts: _Texts
) -> tuple[Pair, ...]:
    """Fetch the texts of a few pairs from their tables."""
    wanted = {number for pair in pairs for number in (pair.first, pair.second)}
    if not wanted:
        return ()
    keys = {
        key: number
        for number, key in enumerate(islice(texts.numbers, max(wanted) + 1))
        if number in wanted
    }
    fetched: dict[int, str] = {}
    for table, columns in tables:
        for sides, _ in _rows(table, columns):
            if len(fetched) == len(keys):
                break
            if (number := keys.get(row_key(sides))) is not None:
                fetched.setdefault(number, _cut(sides))
    return tuple(
        Pair(
            fetched[pair.first],
            fetched[pair.second],
            round(pair.similarity, 4),
            (texts.labels[pair.first], texts.labels[pair.second]),
        )
        for pair in pairs
    )

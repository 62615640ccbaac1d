"""Which column holds the text and which the label: by name and by content, or not at all.

A wrong guess costs more than a question, so a guess must be sound twice over: the name says so and
the content does not speak against it, or the content alone leaves one candidate.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from augment.config import split_commas
from augment.datasets.column_facts import ColumnFacts, column_facts, sample
from augment.datasets.column_names import is_about_a_text, label_rank, text_rank
from augment.datasets.table import Table
from augment.errors import InputError
from augment.tokens import composed

#: Mean words of a column that holds sentences rather than names.
_SENTENCE: Final = 3.5


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns a command works on.

    Parameters
    ----------
    text
        Names of the text columns, one or more.
    label
        Name of the label column, None where there is none.
    text_found, label_found
        Whether the name was guessed here rather than given.
    label_candidates
        Columns that might be the label where no single one stood out.
    other_texts
        Other columns that hold sentences, where the text was guessed.
    """

    text: tuple[str, ...]
    label: str | None
    text_found: bool
    label_found: bool
    label_candidates: tuple[str, ...] = ()
    other_texts: tuple[str, ...] = ()

    def pair_hint(self) -> str:
        """Say that the table may be one of text pairs; empty where nothing speaks for it."""
        if not self.other_texts:
            return ""
        names = " and ".join(map(repr, self.other_texts))
        hold = "column {} holds" if len(self.other_texts) == 1 else "columns {} hold"
        return (
            f"{hold.format(names)} sentences, too; for pairs of texts: "
            f"--text {self.text[0]},{self.other_texts[0]}"
        )

    def refuse_rivals(self, table: Table) -> None:
        """Refuse to go on without a label where several columns are called as labels are.

        Raises
        ------
        InputError
            Naming those columns.
        """
        rivals = [name for name in self.label_candidates if label_rank(name) >= 2]
        if rivals:
            raise InputError(
                f"{table.name}: which column is the label? {', '.join(map(repr, rivals))} are "
                f'called as labels are; pass label="{rivals[0]}" (--label), or label="none" for a '
                "table without classes"
            )


def find_columns(
    table: Table,
    *,
    text: str | Sequence[str] | None = None,
    label: str | None = None,
    want_label: bool = True,
    sample_rows: int = 1000,
) -> Columns:
    """Find the text and label columns of a table.

    Parameters
    ----------
    table
        The table; at most 50 times `sample_rows` of its rows are read, and only where something
        must be guessed. Columns named ``aug_*`` are never guessed.
    text
        Name or names of the text columns; found when left out.
    label
        Name of the label column; found when left out.
    want_label
        Whether to look for a label.
    sample_rows
        Rows that the content is judged by.

    Returns
    -------
    Columns
        `Columns.label` is None where no guess is sound: a column of nearly unique values is none.

    Raises
    ------
    InputError
        For a name that is no column or stands twice, and where no text column can be told; the
        message lists the columns with an example of each.

    Examples
    --------
    >>> import pandas as pd
    >>> from augment.datasets.frames import frame_table
    >>> frame = pd.DataFrame({"id": [1, 2, 3], "avis": ["pas mal", "très bien", "bof"],
    ...                       "étiquette": ["bon", "bon", "mal"]})
    >>> found = find_columns(frame_table(frame))
    >>> found.text, found.label, found.label_found
    (('avis',), 'étiquette', True)
    """
    named = None if text is None else tuple(_text_names(table, text))
    chosen = None if label is None else named_column(table, label, "label")
    facts: list[ColumnFacts] = []
    if named is None or (chosen is None and want_label):
        facts = _facts(table, sample_rows)
    others: tuple[str, ...] = ()
    if named is None:
        texts: tuple[str, ...] = (_guess_text(table, facts, taken=chosen),)
        others = tuple(
            fact.name
            for fact in _guessable(facts, (*texts, chosen))
            if _is_text(fact) and fact.words >= _SENTENCE
        )
    else:
        texts = named
    if chosen in texts:
        raise InputError(
            f"{table.name}: {chosen!r} is given as text and as label; pass another label=... "
            "(--label)"
        )
    candidates: tuple[str, ...] = ()
    found = None
    if chosen is None and want_label:
        found, candidates = _guess_label(table, facts, taken=texts)
    named_as_a_class = [fact.name for fact in facts if fact.name in fact.values]
    if found in named_as_a_class and label_rank(found) < 1:
        raise _headless(table, found)
    return Columns(texts, chosen or found, named is None, found is not None, candidates, others)


def _facts(table: Table, rows: int) -> list[ColumnFacts]:
    drawn = sample(table, rows)
    columns = zip(*drawn, strict=True) if drawn else [() for _ in table.columns]
    return [column_facts(name, cells) for name, cells in zip(table.columns, columns, strict=True)]


def _text_names(table: Table, text: str | Sequence[str]) -> list[str]:
    names = [text] if isinstance(text, str) else list(text)
    if isinstance(text, str) and text not in table.columns and "," in text:
        names = list(split_commas(text))
    if not names:
        raise InputError('text names no column; pass text="..." (--text)')
    found = [named_column(table, name, "text") for name in names]
    if twice := next((name for name in found if found.count(name) > 1), None):
        raise InputError(
            f"{table.name}: {twice!r} is given twice as text; a pair is made of two columns "
            '(text="text,question", --text text,question)'
        )
    return found


def named_column(table: Table, name: str, option: str) -> str:
    """Give the column of that name; blanks around it and the form of its accents are forgiven."""
    same = [column for column in table.columns if column == name]
    if not same:
        plain = composed(name).strip()
        same = [column for column in table.columns if composed(column).strip() == plain]
    if len(same) == 1:
        return same[0]
    columns = ", ".join(map(repr, table.columns))
    if same:
        raise InputError(
            f"{table.name}: {len(same)} columns are named {name!r} (columns: {columns}); "
            "rename all but one"
        )
    folded = {column.lower(): column for column in table.columns}
    close = get_close_matches(name.lower(), folded, n=1)
    hint = f"; did you mean {option}={folded[close[0]]!r}?" if close else ""
    raise InputError(f"{_called(table)}: no column {name!r} (columns: {columns}){hint}")


def _guessable(facts: Sequence[ColumnFacts], taken: Sequence[str | None]) -> list[ColumnFacts]:
    return [
        fact
        for fact in facts
        if fact.filled and not fact.name.startswith("aug_") and fact.name not in taken
    ]


def _is_text(fact: ColumnFacts) -> bool:
    if fact.plain > 0.5 or fact.words < 1 or is_about_a_text(fact.name):
        return False
    if text_rank(fact.name) >= 2:
        return fact.distinct > 1 or fact.rows < 3
    wordy = fact.words >= _SENTENCE and fact.filled >= 0.5 * fact.rows
    return wordy and fact.distinct >= min(0.2 * fact.filled, 50)


def _guess_text(table: Table, facts: Sequence[ColumnFacts], *, taken: str | None) -> str:
    candidates = [fact for fact in _guessable(facts, (taken,)) if _is_text(fact)]
    ranks = {text_rank(fact.name) for fact in candidates}
    clearest = max(ranks, default=0)
    if clearest >= 2:
        best = _longest([fact for fact in candidates if text_rank(fact.name) == clearest])
    else:
        best = _longest(candidates)
    if best is None:
        reason = "several could be" if candidates else "none looks like it"
        raise _no_text(table, facts, [fact.name for fact in candidates], reason)
    # Surveys name a column by the question asked; other sentences are a text that lost its header.
    if len(best.name) > 60 and len(best.name.split()) > 6 and not best.name.endswith(("?", ":")):
        raise _headless(table, f"{best.name[:40]}...")
    return named_column(table, best.name, "text")


def _called(table: Table) -> str:
    """Name a table; of a workbook with several sheets the one that is read, too."""
    return f"{table.name} ({table.format.describe()})" if table.format.sheets[1:] else table.name


def _headless(table: Table, name: str) -> InputError:
    return InputError(
        f"{_called(table)}: the first row looks like data, not like column names ({name!r}); put a "
        "line of names above it"
    )


def _longest(facts: Sequence[ColumnFacts]) -> ColumnFacts | None:
    """Give the only column, or the one whose texts are twice as long as every other's."""
    ranked = sorted(facts, key=lambda fact: -_weight(fact))
    if len(ranked) > 1 and _weight(ranked[0]) < 2 * _weight(ranked[1]):
        return None
    return ranked[0] if ranked else None


def _weight(fact: ColumnFacts) -> float:
    """Mean words; a name that is often a text's counts as twice as many."""
    return fact.words * (2 if text_rank(fact.name) == 1 else 1)


def _no_text(
    table: Table, facts: Sequence[ColumnFacts], candidates: Sequence[str], reason: str
) -> InputError:
    shown = "; ".join(f"{fact.name!r}: {fact.example}" for fact in facts[:20])
    more = f"; and {len(facts) - 20} more" if len(facts) > 20 else ""
    first = candidates[0] if candidates else "..."
    which = f" ({', '.join(map(repr, candidates))})" if candidates else ""
    if table.columns.count(first) > 1:
        named_column(table, first, "text")  # refuses a name that two columns have
    return InputError(
        f"{_called(table)}: which column is the text? {reason}{which}; "
        f'pass text="{first}" (--text). columns, each with an example: {shown}{more}'
    )


def _is_label(fact: ColumnFacts) -> bool:
    """Whether the values are few, short and each there again."""
    rank = label_rank(fact.name)
    if rank < 0 or fact.filled < 0.5 * fact.rows or fact.words > 6:
        return False
    if rank == 3:  # a small file may show a class once, and a sorted one only one class
        return fact.distinct <= max(0.5 * fact.filled, 2) or fact.filled < 8
    repeated = fact.distinct >= 2 and fact.once <= 0.34 * fact.distinct
    if rank > 0:
        return repeated and fact.distinct <= 0.5 * fact.filled
    few = 10 if fact.numbers > 0.5 else 30
    return repeated and fact.words <= 3 and fact.distinct <= min(few, max(2, 0.2 * fact.filled))


def _guess_label(
    table: Table, facts: Sequence[ColumnFacts], *, taken: tuple[str, ...]
) -> tuple[str | None, tuple[str, ...]]:
    """Give the label, or else the columns that might be it."""
    sound = [
        fact
        for fact in _guessable(facts, taken)
        if _is_label(fact) and (label_rank(fact.name) == 3 or table.columns.count(fact.name) == 1)
    ]
    for rank in (3, 2, 1, 0):
        alike = [fact for fact in sound if label_rank(fact.name) == rank]
        varied = [fact for fact in alike if fact.distinct > 1]  # the same everywhere tells nothing
        names = tuple(dict.fromkeys(fact.name for fact in varied or alike))
        if len(names) == 1:  # refused where two columns have it: which is meant is not known
            return named_column(table, names[0], "label"), ()
        if names:
            return None, names
    return None, ()

"""What the cells of a column look like, counted over a sample of a table's rows."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

#: A sample is drawn from this many times its size, so that a file sorted by class shows several.
REACH: Final = 50

_NUMBER: Final = re.compile(
    r"[+-]?[\d\s.,:%€$£/_-]*\d[\d\s.,:%€$£/_-]*(?:e[+-]?\d+)?", re.IGNORECASE
)
_DATE: Final = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[T ].*)?"
    r"|(?:\w{3,9},? )?\d{1,2}(?:st|nd|rd|th)? \w{3,9}\.? \d{2,4}(?: \d.*)?"
    r"|(?:\w{3,9},? )?\w{3,9}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:\d{1,2}:\S+ )?(?:\w{3,4} )?\d{4}.*"
)
_ADDRESS: Final = re.compile(
    r"(?:https?|ftp)://\S+|www\.\S+|[\w.+-]+@[\w-]+\.\w+|(?:[A-Za-z]:)?[\\/](?:[^\s\\/]+[\\/])*\S+"
)
_IDENTIFIER: Final = re.compile(r"(?=\S*\d)[A-Za-z0-9_-]{6,}|[0-9a-fA-F-]{16,}")
#: Runs of letters, and single signs of scripts that put no space between words.
_WORD: Final = re.compile(
    "[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\\W\\d_]+(?:['’-][^\\W\\d_]+)*"
)


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """Counts over the sampled cells of one column.

    Parameters
    ----------
    name
        The column's name.
    rows
        Cells looked at.
    filled
        How many are not empty.
    values
        How often each distinct value stands there.
    words
        Mean number of words of the filled cells.
    plain
        Share of the filled cells that are a number, a date, an address or an identifier.
    numbers
        Share of the filled cells that are a number.
    """

    name: str
    rows: int
    filled: int
    values: Counter[str]
    words: float
    plain: float
    numbers: float

    @property
    def distinct(self) -> int:
        """Number of distinct values."""
        return len(self.values)

    @property
    def once(self) -> int:
        """Number of values that stand there only once."""
        return sum(count == 1 for count in self.values.values())

    @property
    def example(self) -> str:
        """A value that shows what stands there, cut to 40 characters."""
        value = " ".join(next(iter(self.values), "").split())
        return repr(value if len(value) <= 40 else value[:39] + "…")


def sample(rows: Iterable[Sequence[object]], size: int) -> list[Sequence[object]]:
    """Draw rows evenly from the first `REACH` times `size`, always the same ones."""
    drawn: list[Sequence[object]] = []
    rng = random.Random(0)
    for number, row in enumerate(islice(rows, size * REACH)):
        if number < size:
            drawn.append(row)
        elif (place := rng.randrange(number + 1)) < size:
            drawn[place] = row
    return drawn


def column_facts(name: str, cells: Iterable[object]) -> ColumnFacts:
    """Count what a column holds.

    >>> facts = column_facts("stars", ["5", "1", "5", ""])
    >>> facts.filled, facts.distinct, facts.once, facts.numbers
    (3, 2, 1, 1.0)
    """
    texts = ["" if cell is None else str(cell).strip() for cell in cells]
    filled = [text for text in texts if text]
    # A text may be a book; its start says what it is.
    starts = [text[:200] for text in filled]
    numbers = sum(_NUMBER.fullmatch(start) is not None for start in starts)
    plain = sum(
        any(form.fullmatch(start) for form in (_NUMBER, _DATE, _ADDRESS, _IDENTIFIER))
        for start in starts
    )
    total = max(len(filled), 1)
    return ColumnFacts(
        name=name,
        rows=len(texts),
        filled=len(filled),
        values=Counter(filled),
        words=sum(len(_WORD.findall(text[:2000])) for text in filled) / total,
        plain=plain / total,
        numbers=numbers / total,
    )

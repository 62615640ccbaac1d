"""What the report of a run shows of its rows: counts, and a bounded sample.

The sample does not grow with the table and does not depend on the order in which rows come: what
is drawn is decided by a seeded hash of where a row came from (bottom-k sampling, Cohen and Kaplan
2007).

References
----------
E. Cohen and H. Kaplan, "Summarizing data using bottom-k sketches", PODC 2007.
"""

from __future__ import annotations

import hashlib
from bisect import insort
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from augment.records import Paraphrase, Rejection
from augment.tokens import words

T = TypeVar("T")

#: Dots of each kind in the scatter plot, pairs at each end of the similarity, refused examples
#: of each reason.
MOST_DOTS, MOST_PAIRS, MOST_EXAMPLES = 1200, 6, 4
#: Characters of a text that are shown; and the length in words from which all count alike.
MOST_CHARACTERS: Final = 1200
LONGEST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Example:
    """A paraphrase or a refused candidate beside its original, as the report shows it.

    Parameters
    ----------
    source_id
        Row number of the original.
    label, pivot
        Its class, and the languages gone through.
    original, text
        The two texts, long ones cut short.
    similarity, change
        As in the table; None where nobody looked.
    reason, detail
        Why it was refused; empty for a kept one.
    """

    source_id: int
    label: str
    pivot: str
    original: str
    text: str
    similarity: float | None
    change: float | None
    reason: str = ""
    detail: str = ""


class Smallest(Generic[T]):
    """The items with the smallest keys among all that were shown, in order.

    >>> kept = Smallest(2)
    >>> for key in (5, 1, 9, 3):
    ...     kept.show((key,), f"item {key}")
    >>> list(kept)
    ['item 1', 'item 3']
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._found: list[tuple[tuple[float | int | str, ...], T]] = []

    def wants(self, key: tuple[float | int | str, ...]) -> bool:
        """Whether an item with this key would be kept."""
        return len(self._found) < self.most or key < self._found[-1][0]

    def show(self, key: tuple[float | int | str, ...], item: T) -> None:
        """Keep the item if its key is among the smallest; keys must differ."""
        if self.wants(key):
            insort(self._found, (key, item), key=lambda pair: pair[0])
            del self._found[self.most :]

    def __iter__(self) -> Iterator[T]:
        return (item for _, item in self._found)

    def __len__(self) -> int:
        return len(self._found)


class RunSample:
    """Counts and examples of one run, collected while its outputs are written.

    Parameters
    ----------
    seed
        Decides what is drawn.

    Attributes
    ----------
    original_lengths, kept_lengths
        Length in words -> texts.
    refused_by_class
        Class -> reason -> candidates.
    kept_dots, refused_dots
        (change, similarity) of kept paraphrases and of refused candidates; the similarity of
        these is None where another check had refused them before it was measured.
    nearest, farthest
        Kept paraphrases most and least like their original.
    examples
        Reason -> refused candidates.
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.original_lengths: Counter[int] = Counter()
        self.kept_lengths: Counter[int] = Counter()
        self.refused_by_class: dict[str, Counter[str]] = {}
        self.kept_dots: Smallest[tuple[float, float]] = Smallest(MOST_DOTS)
        self.refused_dots: Smallest[tuple[float, float | None]] = Smallest(MOST_DOTS)
        self.nearest: Smallest[Example] = Smallest(MOST_PAIRS)
        self.farthest: Smallest[Example] = Smallest(MOST_PAIRS)
        self.examples: dict[str, Smallest[Example]] = {}

    def original(self, text: str) -> None:
        """Count an original."""
        self.original_lengths[_length(text)] += 1

    def kept(self, label: str, done: Paraphrase) -> None:
        """Count a kept paraphrase, and perhaps draw it."""
        self.kept_lengths[_length(done.candidate.text)] += 1
        name = _name(done)
        if done.similarity is not None:
            self.kept_dots.show((self._draw(name),), (done.change, done.similarity))
        likeness = 1 - done.change if done.similarity is None else done.similarity
        for found, key in ((self.nearest, (-likeness, name)), (self.farthest, (likeness, name))):
            if found.wants(key):
                found.show(key, _example(label, done))

    def refused(self, label: str, done: Rejection) -> None:
        """Count a refused candidate, and perhaps draw it."""
        self.refused_by_class.setdefault(label, Counter())[done.reason] += 1
        name = _name(done)
        drawn = (self._draw(name),)
        if done.change is not None and done.reason != "empty":
            self.refused_dots.show(drawn, (done.change, done.similarity))
        found = self.examples.setdefault(done.reason, Smallest(MOST_EXAMPLES))
        if found.wants(drawn):
            found.show(drawn, _example(label, done))

    def _draw(self, name: str) -> str:
        text = f"{self.seed}\0{name}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=8).hexdigest()


def _name(done: Paraphrase | Rejection) -> str:
    one = done.candidate
    return f"{one.source_id}\0{one.method}\0{one.pivot}\0{one.engine}\0{one.variant}"


def _length(text: str) -> int:
    return min(len(words(text)), LONGEST)


def _example(label: str, done: Paraphrase | Rejection) -> Example:
    one = done.candidate
    refusal = (done.reason, done.detail) if isinstance(done, Rejection) else ("", "")
    return Example(
        one.source_id,
        label,
        one.pivot or one.method,
        _cut(one.original),
        _cut(one.text),
        done.similarity,
        done.change,
        refusal[0],
        _cut(refusal[1]),
    )


def _cut(text: str) -> str:
    left_out = len(text) - MOST_CHARACTERS
    return f"{text[:MOST_CHARACTERS]} … ({left_out:,} more characters)" if left_out > 0 else text

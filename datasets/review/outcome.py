"""What decisions make of a table: the page counts by it, and ``--apply`` writes by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from operator import itemgetter
from typing import Final

from augment.datasets.review.decisions import OPEN, Decisions
from augment.datasets.review.items import REFUSED, Items, texts_key

_COUNTS: Final = ("confirmed", "edited", "rescued", "refused", "duplicates", "undecided", "stale")


class Outcome:
    """What becomes of every paraphrase.

    Parameters
    ----------
    items
        The paraphrases.
    decisions
        What was decided about them.

    Attributes
    ----------
    decided
        Number of an item -> the decision about it.
    repeated
        Numbers of the items that were kept or edited, but whose text another row has by then.
    counts
        As in `Reviewed.counts`.

    Notes
    -----
    The filter's own choices go first, so that they keep their place; then what was edited or
    rescued, in the order of the items. Takes time for what is decided only, however long the table.
    """

    def __init__(self, items: Items, decisions: Decisions) -> None:
        self._items = items
        everything = dict(decisions.items())
        known = [(items.by_key[key], one) for key, one in everything.items() if key in items.by_key]
        self.decided = dict(sorted(known, key=itemgetter(0)))
        self.repeated: set[int] = set()
        self.counts = dict.fromkeys(_COUNTS, 0)
        self.counts["undecided"] = len(items) - len(known)
        self.counts["stale"] = len(everything) - len(known)
        #: Number of a class -> rows that came into the table, less those that left it.
        self._moved: Counter[int] = Counter()
        self._settle()

    def _settle(self) -> None:
        items, left, late = self._items, Counter[bytes](), []
        for number, decision in self.decided.items():
            refused = items.kind[number] == REFUSED
            if not refused and decision.verdict != "keep":
                left[items.keys[number]] += 1
                self._moved[items.label[number]] -= 1
            if decision.verdict == "edit" or (refused and decision.verdict == "keep"):
                late.append(number)
            else:
                agreed = refused == (decision.verdict == "refuse")
                self.counts["confirmed" if agreed else "refused"] += 1
        came: set[bytes] = set()
        for number in late:
            edited = self.decided[number].verdict == "edit"
            key = self._key(number)
            if key in came or items.standing[key] > left[key]:
                self.counts["duplicates"] += 1
                self.repeated.add(number)
            else:
                came.add(key)
                self.counts["edited" if edited else "rescued"] += 1
                self._moved[items.label[number]] += 1

    def _key(self, number: int) -> bytes:
        text = self.decided[number].text
        return texts_key(text, self._items[number].beside) if text else self._items.keys[number]

    def stands(self, number: int) -> bool:
        """Tell whether an item is in the reviewed table."""
        verdict = self.decided.get(number, OPEN).verdict
        if not verdict:
            return self._items.kind[number] != REFUSED
        return verdict != "refuse" and number not in self.repeated

    def classes(self) -> Iterator[tuple[str, int, int]]:
        """Give the name of every class, its rows before the review, and those after it."""
        items = self._items
        for name in sorted({*items.originals, *items.labels.names}):
            label = items.labels.find(name)
            before = items.originals.get(name, 0) + items.kept.get(label, 0)
            yield name, before, before + self._moved[label]

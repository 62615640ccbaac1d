"""Which paraphrases a person wants to see, and in which order."""

from __future__ import annotations

import math
import unicodedata
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final, Literal, get_args

from augment.datasets.review.items import KEPT, REFUSED, Items
from augment.errors import InputError
from augment.tokens import APOSTROPHES

Sort = Literal["table", "least-similar", "most-similar", "least-changed", "most-changed"]
#: ``open``: not decided yet; ``decided``: one of the others.
Decided = Literal["", "open", "decided", "keep", "refuse", "edit"]
_WHICH: Final = {"": None, "kept": KEPT, "refused": REFUSED}
#: Checks that refuse what repeats a text.
REPEATS: Final = ("unchanged", "duplicate")


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; every field that is left out lets everything through.

    Parameters
    ----------
    filter
        ``"kept"`` or ``"refused"``: what the paraphrase filter decided.
    label, pivot, reason
        Class, languages gone through, reason of the refusal; None for any.
    decision
        What the person decided.
    min_similarity, max_similarity, min_change, max_change
        Bounds, 0..1; an item without the number passes none that is set.
    search
        What must stand in the original or in the paraphrase, in any letter case, with any
        apostrophe, and however its accents are composed; an accent itself counts.
    sort
        Order: as in the table (the paraphrases of one original together; last those that were
        refused because they repeat a text, on which there is nothing to decide), or by a score.

    Examples
    --------
    >>> Query.of({"label": "mixed", "min_similarity": "0.5"}).min_similarity
    0.5
    """

    filter: str = ""
    label: str | None = None
    pivot: str | None = None
    reason: str | None = None
    decision: Decided = ""
    min_similarity: float | None = None
    max_similarity: float | None = None
    min_change: float | None = None
    max_change: float | None = None
    search: str = ""
    sort: Sort = "table"

    def __post_init__(self) -> None:
        if self.filter not in _WHICH:
            raise InputError(f"filter is {self.filter!r}; wanted: kept or refused")
        if self.decision not in get_args(Decided):
            raise InputError(
                f"decision is {self.decision!r}; known: {', '.join(get_args(Decided))}"
            )
        if self.sort not in get_args(Sort):
            raise InputError(f"sort is {self.sort!r}; known: {', '.join(get_args(Sort))}")
        for name in ("similarity", "change"):
            low, high = getattr(self, f"min_{name}"), getattr(self, f"max_{name}")
            if low is not None and high is not None and low > high:
                raise InputError(f"{name} from {low:g} to {high:g}: the bounds are crossed")

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Query:
        """Build a query from strings, as they stand in an address.

        Raises
        ------
        InputError
            For an unknown name or a value that is none.
        """
        values: dict[str, Any] = {}
        known = {field.name for field in fields(cls)}
        for name, value in given.items():
            if name not in known:
                raise InputError(f"no filter {name!r} (known: {', '.join(sorted(known))})")
            values[name] = _number(name, value) if name.startswith(("min_", "max_")) else value
        return cls(**values)


def _number(name: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise InputError(f"{name} is {value!r}; a number from 0 to 1 is wanted")
    return number


def ordered(items: Items, sort: Sort) -> array[int]:
    """Give the numbers of all items in an order; items without the score come last."""
    numbers = range(len(items))
    key: Callable[[int], object]
    if sort == "table":
        source, kind, reason = items.source, items.kind, items.reason
        repeats = {items.reasons.find(name) for name in REPEATS}
        key = lambda number: (  # noqa: E731
            kind[number] == REFUSED and reason[number] in repeats,
            source[number],
            kind[number],
            number,
        )
    else:
        scores: Sequence[float] = items.similarity if "similar" in sort else items.change
        sign = -1 if sort.startswith("most") else 1
        key = lambda number: (  # noqa: E731
            math.isnan(scores[number]),
            sign * scores[number] if not math.isnan(scores[number]) else 0,
            number,
        )
    return array("q", sorted(numbers, key=key))


def matches(items: Items, query: Query) -> Callable[[int], bool]:
    """Give the test that an item's number passes when the query wants it, decisions left aside."""
    tests: list[Callable[[int], bool]] = []
    kind = _WHICH[query.filter]
    if kind is not None:
        tests.append(lambda number: items.kind[number] == kind)
    for names, column, wanted in (
        (items.labels, items.label, query.label),
        (items.pivots, items.pivot, query.pivot),
        (items.reasons, items.reason, query.reason),
    ):
        if wanted is not None:
            tests.append(_equals(column, names.find(wanted)))
    for scores, low, high in (
        (items.similarity, query.min_similarity, query.max_similarity),
        (items.change, query.min_change, query.max_change),
    ):
        if low is not None or high is not None:
            tests.append(
                _within(
                    scores, -math.inf if low is None else low, math.inf if high is None else high
                )
            )
    if sought := _as_sought(query.search).strip():
        tests.append(lambda number: any(sought in _as_sought(one) for one in items.texts(number)))
    return lambda number: all(test(number) for test in tests)


def _as_sought(text: str) -> str:
    """Fold what a person types in one way and a table holds in another."""
    # Apostrophes first: NFKC makes two characters of an acute accent that stands for one.
    return unicodedata.normalize("NFKC", text.translate(APOSTROPHES).casefold())


def _equals(column: Sequence[int], wanted: int) -> Callable[[int], bool]:
    return lambda number: column[number] == wanted


def _within(column: Sequence[float], low: float, high: float) -> Callable[[int], bool]:
    return lambda number: low <= column[number] <= high

"""What makes candidates: a round trip through a pivot is one, a word augmenter another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from augment.records import Candidate, Translation


class Paraphraser(Protocol):
    """One way to make candidates; a run tries its paraphrasers one after the other.

    Two that differ in `variant` alone share their `name`: the second asks the same pivot for
    another text.
    """

    #: How progress and the manifest's yields name it: the pivot, or the augmenter's name.
    name: str
    #: As it stands in the column ``aug_method``.
    method: str
    #: Languages gone through, as they stand in ``aug_pivot``; empty where there are none.
    pivot: str
    #: Number of its candidates among those of the same name; the first is 0.
    variant: int
    #: Names of its engines that go by rules: wrong the more often the more they change.
    by_rules: frozenset[str]
    #: Everything that decides its texts, part by part: engine, version, direction, decoding.
    identities: tuple[str, ...]

    @property
    def engine(self) -> str:
        """As it stands in the column ``aug_engine``."""

    def paraphrase(
        self, items: Iterable[tuple[int, str]]
    ) -> Iterator[tuple[int, str, Translation]]:
        """Give (row number, original, result) for pairs (row number, text), in their order.

        The same text always gets the same result, whatever stands beside it.
        """

    def describe(self) -> Mapping[str, Any]:
        """Say what it did, for the manifest."""


def candidate_of(by: Paraphraser, source_id: int, original: str, done: Translation) -> Candidate:
    """Offer what a paraphraser made of an original, under the name of what really made it."""
    engine = done.engine or by.engine
    return Candidate(
        source_id,
        original,
        done.text,
        method=by.method,
        pivot=by.pivot,
        engine=engine,
        marks=done.marks,
        variant=by.variant,
        by_rules=goes_by_rules(by, engine),
    )


def goes_by_rules(by: Paraphraser, engine: str) -> bool:
    """Whether one of a paraphraser's engines that stand in `engine`, joined by +, goes by rules."""
    return not by.by_rules.isdisjoint(engine.split("+"))

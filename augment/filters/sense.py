"""Refuses a candidate in which a word has come back in another of its senses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.filters.opposite_words import OPPOSITES, TURNING
from augment.filters.sense_words import SENSES
from augment.records import Candidate
from augment.tokens import words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

METHOD: Final = "backtranslation"


class Sense:
    """A word is gone, and one has come that means what it means elsewhere: "store", "tent".

    Looks for the pairs of words of `augment.filters.sense_words`, in the languages there; of others
    everything passes. A word that the original has as well has not come. Synonyms are what other
    methods than translation are for: they pass. Opposites pass nowhere ("good", "bad"; see
    `augment.filters.opposite_words`), but for those that are turned around ("not easy" for "hard").
    """

    name = "sense"

    def __init__(self, settings: FilterSettings) -> None:
        self.gone_for: dict[str, frozenset[str]] = {}
        for pair in "; ".join(SENSES.get(settings.language, ())).split("; "):
            come, _, gone = pair.partition(": ")
            for word in come.split():
                self.gone_for[word] = self.gone_for.get(word, frozenset()) | {*gone.split()}
        #: Word -> the words that say the same as it, and those that say the opposite, line by line.
        self.opposites: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = {}
        for line in OPPOSITES.get(settings.language, ()):
            one, other = (frozenset(side.split()) for side in line.split(" | "))
            for side, against in ((one, other), (other, one)):
                for word in side:
                    self.opposites.setdefault(word, []).append((side, against))
        self.turning = TURNING.get(settings.language, frozenset())

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        if not (self.gone_for or self.opposites):
            return [PASSED] * len(candidates)
        return [self._look(one.original, one.text, one.method) for one in candidates]

    def _look(self, original: str, text: str, method: str) -> Finding:
        there = words(text.casefold())
        if told := self._opposite(original, there):
            return Finding(told)
        if method != METHOD:
            return PASSED
        come = [word for word in there if word in self.gone_for]
        if not come:
            return PASSED
        before = words(original.casefold())
        for word in come:
            if word in before:
                continue
            gone = self.gone_for[word].intersection(before).difference(there)
            if gone:
                first = next(one for one in before if one in gone)
                return Finding(f"{first!r} came back as {word!r}, in another sense")
        return PASSED

    def _opposite(self, original: str, there: Sequence[str]) -> str:
        """Say which word came back as its opposite, if one did."""
        if self.opposites.keys().isdisjoint(there):
            return ""
        before = words(original.casefold())
        for at, word in enumerate(there):
            for side, against in self.opposites.get(word, ()):
                # In another form it was there before, or its opposite still is.
                if not side.isdisjoint(before) or not against.isdisjoint(there):
                    continue
                for place, one in enumerate(before):
                    turned = self._turned(there, at) or self._turned(before, place)
                    if one in against and not turned:
                        return f"{one!r} came back as {word!r}, its opposite"
        return ""

    def _turned(self, text: Sequence[str], at: int) -> bool:
        """Whether one of the four words before says the opposite of what follows."""
        near = text[max(0, at - 4) : at]
        return any(word in self.turning or word.endswith(("n't", "n’t")) for word in near)

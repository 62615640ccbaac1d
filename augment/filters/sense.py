"""Refuses a candidate in which a word has come back in another of its senses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
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
    methods than translation are for: they pass.
    """

    name = "sense"

    def __init__(self, settings: FilterSettings) -> None:
        self.gone_for: dict[str, frozenset[str]] = {}
        for pair in "; ".join(SENSES.get(settings.language, ())).split("; "):
            come, _, gone = pair.partition(": ")
            for word in come.split():
                self.gone_for[word] = self.gone_for.get(word, frozenset()) | {*gone.split()}

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        if not self.gone_for:
            return [PASSED] * len(candidates)
        return [
            PASSED if candidate.method != METHOD else self._look(candidate.original, candidate.text)
            for candidate in candidates
        ]

    def _look(self, original: str, text: str) -> Finding:
        there = words(text.casefold())
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

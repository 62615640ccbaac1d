"""Refuses a candidate that is coarse where its original is not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from augment.filters.check import PASSED, Finding
from augment.filters.profane_words import PROFANE
from augment.records import Candidate
from augment.tokens import folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings


class Profanity:
    """A coarse word where the original has none.

    A translator that picks the coarse one of two words changes the tone, and in a table for
    toxicity, complaints or sentiment the label. A coarse original may stay coarse. Words come
    from `augment.filters.profane_words`; for other languages everything passes, with a note.
    """

    name = "profanity"

    def __init__(self, settings: FilterSettings) -> None:
        self.language = settings.language
        self.words = frozenset(PROFANE.get(settings.language, "").split())

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        known = self.words
        if not known:
            return [PASSED] * len(candidates)
        return [
            PASSED if known.isdisjoint(folded_words(c.text)) else self._look(c) for c in candidates
        ]

    def _look(self, candidate: Candidate) -> Finding:
        if not self.words.isdisjoint(folded_words(candidate.original)):
            return PASSED
        coarse = next(word for word in folded_words(candidate.text) if word in self.words)
        return Finding(f"coarse word {coarse!r} where the original has none")

    def notes(self) -> list[str]:
        """Say when the language has no list."""
        if self.words:
            return []
        return [f"profanity check: no list of coarse words for {self.language}; all pass"]

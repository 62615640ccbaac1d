"""Refuses a candidate in which more has changed than is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.tokens import change

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings


class Reworded:
    """Too much of the text is new.

    For engines that are wrong the more often the more they change, as those that go by rules are.
    Passes everything unless a greatest change is given.
    """

    name = "reworded"

    def __init__(self, settings: FilterSettings) -> None:
        self.max_change = settings.max_change

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        if self.max_change >= 1.0:
            return [PASSED] * len(candidates)
        return [self._look(candidate.original, candidate.text) for candidate in candidates]

    def _look(self, original: str, text: str) -> Finding:
        share = change(original, text)
        if share <= self.max_change:
            return PASSED
        return Finding(f"change {share:.2f}, at most {self.max_change:g} wanted")

"""Refuses a candidate far shorter or longer than its original."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.records import Candidate

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: Characters by which a text may always differ: a short line doubles its length with one word.
SLACK: Final = 12


class Length:
    """The candidate's length in characters over the original's lies outside the bounds."""

    name = "length"

    def __init__(self, settings: FilterSettings) -> None:
        self.low = settings.min_length_ratio
        self.high = settings.max_length_ratio

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(len(c.original), len(c.text)) for c in candidates]

    def _look(self, original: int, text: int) -> Finding:
        if self.low * original - SLACK / 2 <= text <= self.high * original + SLACK:
            return PASSED
        ratio = text / max(original, 1)
        return Finding(f"length ratio {ratio:.2f}, {self.low:g} to {self.high:g} wanted")

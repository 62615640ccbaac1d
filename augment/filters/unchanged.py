"""Refuses a candidate that says the original again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final
from unicodedata import normalize

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.tokens import change, fold, folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings


#: Accents of Latin, Greek and Cyrillic letters; signs of other scripts are letters themselves.
_ACCENT: Final = re.compile("[\u0300-\u036f]")


class Unchanged:
    """The original itself, but for case, accents, space and punctuation, or too little new.

    A copy adds nothing to a training set but weight for one row.
    """

    name = "unchanged"

    def __init__(self, settings: FilterSettings) -> None:
        self.min_change = settings.min_change
        self.spaces_count = settings.spaces_count

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(candidate.original, candidate.text) for candidate in candidates]

    def _look(self, original: str, text: str) -> Finding:
        if text == original:
            return Finding("identical to the original")
        share = change(original, text)
        # Words in the same order may still be cut apart in another way: half-hour, halfhour.
        if not self.spaces_count and share < 0.5:
            ours, theirs = _joined(original), _joined(text)
            if ours == theirs and fold(original) == fold(text):
                return Finding("identical but for case, space or punctuation")
            if _unaccented(ours) == _unaccented(theirs) and _unaccented(
                fold(original)
            ) == _unaccented(fold(text)):
                return Finding("identical but for accents, case, space or punctuation")
        if share < self.min_change:
            return Finding(f"change {share:.2f}, at least {self.min_change:g} wanted")
        return PASSED


def _joined(text: str) -> str:
    return "".join(folded_words(text))


def _unaccented(text: str) -> str:
    return text if text.isascii() else _ACCENT.sub("", normalize("NFD", text))

"""Refuses a candidate with characters of a wrong encoding that the original does not hold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from augment.broken_text import broken_pieces
from augment.filters.check import PASSED, Finding
from augment.records import Candidate

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings


class Encoding:
    """New characters that were read in the wrong encoding ("Ã©" for "é"), or lost in one."""

    name = "encoding"

    def __init__(self, settings: FilterSettings) -> None:
        pass

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [_look(candidate.original, candidate.text) for candidate in candidates]


def _look(original: str, text: str) -> Finding:
    pieces = broken_pieces(text)
    if not pieces:
        return PASSED
    known = set(broken_pieces(original))
    new = next((piece for piece in pieces if piece not in known), None)
    return PASSED if new is None else Finding(f"broken characters: {new!r}")

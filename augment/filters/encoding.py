"""Refuses a candidate with broken or hidden characters that the original does not hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.broken_text import broken_pieces
from augment.filters.check import PASSED, Finding
from augment.records import Candidate

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings


#: Turns of the writing direction. Texts from right to left may hold them and are not broken; a new
#: one shows a text in another order than it is read.
_DIRECTION: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")


class Encoding:
    """New characters that were read in the wrong encoding ("Ã©" for "é"), or lost in one.

    New control characters and turns of the writing direction are broken characters as well.
    """

    name = "encoding"

    def __init__(self, settings: FilterSettings) -> None:
        pass

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [_look(candidate.original, candidate.text) for candidate in candidates]


def _look(original: str, text: str) -> Finding:
    pieces = _pieces(text)
    if not pieces:
        return PASSED
    known = set(_pieces(original))
    new = next((piece for piece in pieces if piece not in known), None)
    return PASSED if new is None else Finding(f"broken characters: {new!r}")


def _pieces(text: str) -> list[str]:
    turns = [] if text.isascii() else _DIRECTION.findall(text)
    return broken_pieces(text) + turns

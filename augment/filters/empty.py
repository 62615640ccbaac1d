"""Refuses a candidate without anything to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.tokens import fold

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings


class Empty:
    """An empty or blank text, or one of invisible characters alone."""

    name = "empty"

    def __init__(self, settings: FilterSettings) -> None:
        pass

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [_look(candidate.text) for candidate in candidates]


def _look(text: str) -> Finding:
    if not text:
        return Finding("no text came back")
    if text.isspace():
        return Finding("only white space came back")
    if not any(map(str.isprintable, text[:50])) or not fold(text).strip(
        "\u200b\u200c\u200d\u2060\ufeff\u00ad"
    ):
        return Finding("only invisible characters came back")
    return PASSED

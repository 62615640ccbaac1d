"""Refuses a candidate without anything to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from augment.blank import is_blank
from augment.filters.check import PASSED, Finding
from augment.records import Candidate

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
    if not is_blank(text):
        return PASSED
    if not text:
        return Finding("no text came back")
    if text.isspace():
        return Finding("only white space came back")
    return Finding("only invisible characters came back")

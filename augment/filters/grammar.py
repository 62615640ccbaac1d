"""Refuses a candidate with a fault of grammar that its original does not have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.filters.grammar_faults import FAULTS, TURNED
from augment.records import Candidate

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: Where a sentence starts, for the ``^`` of the table.
_START: Final = "(?:^|(?<=[.!?…\\n]))[\\s\"'“”«»()¿¡–—-]*"
_CARET: Final = re.compile(r"(?<!\[)\^")


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_CARET.sub(lambda _: _START, pattern))


def _stands_in(original: str, words: str) -> bool:
    words = words.lstrip(" \n\"'“”«»()¿¡–—-").rstrip()
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", original) is not None


class Grammar:
    """A sequence of words that no sentence of the language has ("I has", "pas rien").

    Looks for the faults of `augment.filters.grammar_faults`, in the languages there, and for turns
    of phrase that took the place of others wrongly (French "c'est" told as "il est"). What the
    original has as well is let pass, wherever it stands there: a name may look like a fault.
    """

    name = "grammar"

    def __init__(self, settings: FilterSettings) -> None:
        self.faults = [_compiled(fault) for fault in FAULTS.get(settings.language, ())]
        self.turned = [
            (_compiled(right), _compiled(wrong))
            for right, wrong in TURNED.get(settings.language, ())
        ]

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(candidate.original, candidate.text) for candidate in candidates]

    def _look(self, original: str, text: str) -> Finding:
        for fault in self.faults:
            found = fault.search(text)
            if found and not fault.search(original) and not _stands_in(original, found[0]):
                return Finding(f"broken grammar: {found[0].strip()[:40]!r}")
        for right, wrong in self.turned:
            there, here = right.findall(original), right.findall(text)
            found = wrong.search(text) if len(there) > len(here) else None
            if found and not wrong.search(original):
                return Finding(f"broken grammar: {found[0]!r} for {there[0]!r}")
        return PASSED

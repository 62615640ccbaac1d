"""Refuses a candidate with a fault of grammar that its original does not have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.filters.grammar_by_rules import TURNED_BY_RULES
from augment.filters.grammar_faults import FAULTS
from augment.filters.grammar_turns import TURNED
from augment.filters.left_out import LeftOut
from augment.filters.left_out_words import NEEDED
from augment.records import Candidate

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: What may stand in front of a sentence.
_FRONT: Final = "\"'“”«»()¿¡–—-"
#: Where a sentence starts: there a sign is put that stands for the ``^`` of the table, because
#: one sign is found many times as fast as a place.
_START: Final = re.compile(rf"(?:^|(?<=\n))[\s{_FRONT}]*|(?<=[.!?…])[\s{_FRONT}]+")
_SIGN: Final = "\x02"
_LEADING: Final = f" \n{_FRONT}{_SIGN}"
_CARET: Final = re.compile(r"(?<!\[)\^")


def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(_CARET.sub(_SIGN, pattern))


def _pairs(
    table: Mapping[str, Sequence[tuple[str, str]]], language: str
) -> list[tuple[re.Pattern[str], re.Pattern[str]]]:
    return [(_compiled(right), _compiled(wrong)) for right, wrong in table.get(language, ())]


def _signed(text: str) -> str:
    return _START.sub(rf"\g<0>{_SIGN}", text)


def _stands_in(original: str, words: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(words)}(?!\w)", original) is not None


class Grammar:
    """A sequence of words that no sentence of the language has ("I has", "pas rien").

    Looks for the faults of `augment.filters.grammar_faults`, in the languages there, and for turns
    of phrase that took the place of others wrongly (`augment.filters.grammar_turns`: French "c'est"
    told as "il est"), for more of them where an engine goes by rules
    (`augment.filters.grammar_by_rules`). What the original has as well is let pass, wherever it
    stands there: a name may look like a fault. And for subjects and articles that were left out, or
    subjects put before a command (`augment.filters.left_out`).
    """

    name = "grammar"

    def __init__(self, settings: FilterSettings) -> None:
        self.faults = [_compiled(fault) for fault in FAULTS.get(settings.language, ())]
        language = settings.language
        self.turned = _pairs(TURNED, language)
        self.turned_by_rules = self.turned + _pairs(TURNED_BY_RULES, language)
        self.left_out = LeftOut(language) if language in NEEDED else None

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(one.original, one.text, one.by_rules) for one in candidates]

    def _look(self, original: str, text: str, by_rules: bool) -> Finding:
        before, after = _signed(original), _signed(text)
        for fault in self.faults:
            if (found := fault.search(after)) is None or fault.search(before):
                continue
            words = found[0].lstrip(_LEADING).replace(_SIGN, "").rstrip()
            if not _stands_in(original, words):
                return Finding(f"broken grammar: {words[:40]!r}")
        for right, wrong in self.turned_by_rules if by_rules else self.turned:
            if (found := wrong.search(after)) is None or wrong.search(before):
                continue
            there = right.findall(before)
            if len(there) > len(right.findall(after)):
                here, was = (part.strip(f",;: {_LEADING}") for part in (found[0], there[0]))
                return Finding(f"broken grammar: {here!r} for {was!r}")
        if self.left_out is not None:
            told = self.left_out.fault(original, text, by_rules=by_rules)
            if told:
                return Finding(f"broken grammar: {told}")
        return PASSED

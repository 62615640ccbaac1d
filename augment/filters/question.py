"""Refuses a candidate that asks where its original tells, tells where it asks, or asks for else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.filters.question_words import QUESTION_WORDS
from augment.records import Candidate
from augment.tokens import folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

_MARKS: Final = re.compile("[?¿？؟⁇⁈⁉՞፧⸮]")
#: In French "est-ce qui" stands behind the question word and asks for nothing itself.
_PARTICLE: Final = re.compile(r"\best[-‐ ]ce (?:que?\b|qui\b|qu['’])", re.I)
_SENTENCE: Final = re.compile(r"[.!…。！;:\n]+|(?<=[?？])")
#: Words from the start of a question among which its question word stands ("in which year ...").
_REACH: Final = 4


class Question:
    """The question mark is gone or new, or the question word asks for another thing.

    The words are looked for at the start of the questions, in the languages of
    `augment.filters.question_words`; the form goes by the marks of all scripts. Only a question
    word that is replaced by one of another group is refused: "what is the reason" may become
    "why".
    """

    name = "question"

    def __init__(self, settings: FilterSettings) -> None:
        self.group_of: dict[str, str] = {}
        for line in QUESTION_WORDS.get(settings.language, ()):
            group, _, words = line.partition(": ")
            self.group_of.update(dict.fromkeys(words.split(), group))

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(candidate.original, candidate.text) for candidate in candidates]

    def _look(self, original: str, text: str) -> Finding:
        before, after = _MARKS.search(original), _MARKS.search(text)
        if not before and not after:
            return PASSED
        if not after:
            return Finding("the original asks, this does not")
        if not before:
            return Finding("asks where the original does not")
        asked_for, asks_for = self._groups(original), self._groups(text)
        lost, new = asked_for - asks_for, asks_for - asked_for
        # "What is the reason ...?" and "Why ...?" ask for the same.
        if not lost or not new or "thing" in lost | new:
            return PASSED
        return Finding(f"asked for {_said(lost)}, asks for {_said(new)} now")

    def _groups(self, text: str) -> frozenset[str]:
        """Find what the questions of a text ask for."""
        found: set[str] = set()
        for part in _SENTENCE.split(text):
            if _MARKS.search(part):
                start = folded_words(_PARTICLE.sub(" ", part))[:_REACH]
                found.update(self.group_of[word] for word in start if word in self.group_of)
        return frozenset(found)


def _said(groups: frozenset[str]) -> str:
    return " and ".join(f"the {group}" for group in sorted(groups))

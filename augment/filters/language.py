"""Refuses a candidate that is not in the source language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.languages import Identifier, identifiable, language_name
from augment.records import Candidate
from augment.tokens import change

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: Compared with beside the source and the pivots. Every further language is one more that a short
#: text can be mistaken for, so the rare ones stand aside unless they are the source or a pivot.
_FREQUENT: Final = (
    "en fr es pt it de nl ca pl ru uk ar fa zh ja ko tr vi id sv cs ro hu el he hi th"
)
#: Too near to be told apart in a line.
_NEAR: Final = (
    {"no", "nb", "nn", "da"},
    {"bs", "hr", "sr"},
    {"id", "ms"},
    {"zh", "yue", "wuu"},
    {"en", "pcm"},
    {"cs", "sk"},
    {"ru", "be", "uk"},
    {"ar", "ary", "arz"},
)
#: Share of words in common with the original beyond which the language is the original's.
_SAME_WORDS: Final = 0.5
_FEWEST_LETTERS: Final = 12
#: Least probability of the other language; the source language then has less.
LEAST_ODDS: Final = 0.5
#: An original is in another language where that is so probable: of 34,000 English, French, Spanish
#: and Catalan texts that finds 28: 27 are, and one quotes.
SURE: Final = 0.9
_LONGEST: Final = 2000
#: Characters of an original by which its language is told, and how many are remembered.
_START: Final = 200
_REMEMBERED: Final = 10_000


def near_languages(code: str) -> set[str]:
    """Give the languages that a line in this one may be taken for.

    >>> sorted(near_languages("cs")), near_languages("fr")
    (['sk'], set())
    """
    return {other for group in _NEAR if code in group for other in group} - {code}


class Language:
    """Another language is clearly more probable than the source language.

    Of an original that is clearly in another language nothing good can come: an engine that was
    told another one leaves half of its words and guesses at the rest. Else, a candidate that shares
    most words with its original is in the original's language, and is not looked at further. A
    short one, a name, or one whose original looks just as foreign gets the benefit of the doubt.
    """

    name = "language"

    def __init__(self, settings: FilterSettings) -> None:
        source = settings.language
        self.source = source
        self.known = identifiable(source)
        near = near_languages(source)
        frequent = [code for code in _FREQUENT.split() if code not in near]
        #: Original -> what `_foreign` says of it: every pivot and variant asks again.
        self._told: dict[str, tuple[str, float]] = {}
        self.identifier = Identifier([source, *settings.others, *frequent])

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        if not self.known:
            return [PASSED] * len(candidates)
        return [self._look(c.original, c.text, *self._of_original(c.original)) for c in candidates]

    def notes(self) -> list[str]:
        """Say when the language is none that can be recognised."""
        if self.known:
            return []
        return [f"language check: {language_name(self.source)} cannot be recognised; all pass"]

    def _look(self, original: str, text: str, of_original: str, surely: float) -> Finding:
        if of_original and surely >= SURE:
            return Finding(f"the original reads as {of_original} ({surely:.2f}), not {self.source}")
        if change(original, text) <= 1 - _SAME_WORDS:
            return PASSED
        top, odds = self._foreign(text)
        if not top or top == of_original:
            return PASSED
        return Finding(f"reads as {top} ({odds:.2f}), not {self.source}")

    def _of_original(self, original: str) -> tuple[str, float]:
        start = original[:_START]
        if start not in self._told:
            if len(self._told) >= _REMEMBERED:
                self._told.clear()
            self._told[start] = self._foreign(start)
        return self._told[start]

    def _foreign(self, text: str) -> tuple[str, float]:
        """Find a language that is clearly more probable than the source, else an empty string."""
        text = text[:_LONGEST]
        if sum(map(str.isalpha, text[: 4 * _FEWEST_LETTERS])) < _FEWEST_LETTERS:
            return "", 0.0
        top, odds = self.identifier.identify(text)
        return ("", 0.0) if top == self.source or odds < LEAST_ODDS else (top, odds)

"""Refuses a candidate that lost or gained a negation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.filters.negation_cues import CUES, Cues
from augment.records import Candidate
from augment.tokens import APOSTROPHES, folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: "If it does not ..., then not even ...": what follows "then" is a clause of its own.
_CLAUSE: Final = re.compile(r"[.!?;:…()\n]+|,\s*(?=(?:entonces|then|alors|llavors|então|allora)\b)")
_WORD: Final = re.compile(r"n't\b|[^\W\d_]+?(?=n't\b)|[^\W\d_]+")
_WORD_OR_SIGN: Final = re.compile(r"\w+|[^\w\s]")

#: Long words behind a negation that count as negated, and the letters that they are compared by.
_SCOPE: Final = 3
#: Words from French "ne" to the "plus" or "peut" that makes it negate, and from "personne" to it.
_REACH: Final = 5
_BEFORE: Final = 3
_SHORT_CLAUSE: Final = re.compile(r"[.!?;:…()\n,]+|\b(?:but|mais|pero|però|mas|ma|aber|maar)\b")
_STEM: Final = 6


class Negation:
    """The number of negations differs, or one left its word for another.

    Cues are counted in the source language from a table (`augment.filters.negation_cues`). "Ne ...
    pas" and "no ... nada" count once, "ne ... que" and "not only" not at all; "impossible" may
    replace "not possible", and no other word makes up for a negation lost; an idiom that negates in
    words only ("no deje de") may go as a whole. Where negations agree ("no tiene ninguna"), the
    second one must not be left alone. A negation has moved
    when the words behind it in the original stand free in the candidate, and those behind it in
    the candidate stood free in the original. For a language without a table everything passes,
    and the chain's notes say so.
    """

    name = "negation"

    def __init__(self, settings: FilterSettings) -> None:
        self.language = settings.language
        self.soft = settings.soft_negations
        self.counter = _Counter(CUES[settings.language]) if settings.language in CUES else None

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        counter = self.counter
        if counter is None:
            return [PASSED] * len(candidates)
        look = _look_at_soft if self.soft else _look
        return [look(counter, candidate.original, candidate.text) for candidate in candidates]

    def notes(self) -> list[str]:
        """Say when the language has no table."""
        if self.counter is not None:
            return []
        return [f"negation check: no list of negating words for {self.language}; all pass"]


def _look(counter: _Counter, original: str, text: str) -> Finding:
    before, after = counter.count(original), counter.count(text)
    if after and (alone := counter.alone(text)) and not counter.alone(original):
        return Finding(f"{alone!r} has lost the negation that it stands with")
    if before == after:
        return _moved(counter, original, text) if before else PASSED
    fewer, more = (text, original) if before > after else (original, text)
    made_up = max(0, counter.count_soft(fewer) - counter.count_soft(more))
    # "Always" in the place of "not always" has lost its negation, whatever else was said.
    if not counter.bared(more, fewer) and abs(before - after) <= made_up + counter.idioms_gone(
        more, fewer
    ):
        return PASSED
    return Finding(f"{before} negations in the original, {after} here")


def _look_at_soft(counter: _Counter, original: str, text: str) -> Finding:
    """Ask for the words that negate in part as well: nothing was said in other words."""
    finding = _look(counter, original, text)
    before, after = counter.count_turning(original), counter.count_turning(text)
    if not finding.passed or before == after:
        return finding
    return Finding(f"{before} words that turn the meaning in the original, {after} here")


def _moved(counter: _Counter, original: str, text: str) -> Finding:
    """Find a negation that left what it negated for something that it did not negate."""
    before, beside = counter.negated(original)
    after, beside_now = counter.negated(text)
    if not before or not after or before & beside_now or after & beside:
        return PASSED
    freed, caught = before & _stems(text), after & _stems(original)
    if freed and caught:
        return Finding(f"negates {min(caught)!r} in place of {min(freed)!r}")
    return PASSED


class _Counter:
    """Counts the negations of one language."""

    def __init__(self, cues: Cues) -> None:
        self.core = frozenset(cues.core.split())
        self.partners = frozenset(cues.partners.split())
        self.particle = frozenset(cues.particle.split())
        self.needing = frozenset(cues.needing.split())
        self.cues = self.core | self.partners | self.particle | self.needing
        #: A quick first look goes by whole words, where "isn't" is "isn" and "t".
        self.signs = self.cues | {"t"} if "n't" in self.cues else self.cues
        self.soft = re.compile(rf"\b(?:{'|'.join(cues.soft.split())})\b")
        self.turning = re.compile(rf"\b(?:{cues.turning_kinds()})\b")
        self.idioms = [
            (
                re.compile(rf"\b(?:{idiom})\b"),
                re.compile(sign if sign[0] == "^" else rf"\b(?:{sign})\b"),
            )
            for idiom, sign in cues.idioms
        ]
        self.concord = re.compile(rf"\b(?:{cues.concord})\b") if cues.concord else None
        self.always = re.compile(rf"({cues.negated})?\b{cues.always}\b") if cues.always else None
        self.openers = frozenset(cues.openers.split())
        self.ignored = re.compile("|".join(cues.ignored)) if cues.ignored else None

    def count(self, text: str) -> int:
        """Negations of a text."""
        if self.signs.isdisjoint(folded_words(text)):
            return 0
        total = 0
        for clause in _CLAUSE.split(self._without_ignored(text)):
            words = [
                (at, word) for at, word in enumerate(_WORD.findall(clause)) if word in self.cues
            ]
            if words:
                total += self._clause(words)
        return total

    def negated(self, text: str) -> tuple[set[str], set[str]]:
        """Stems of up to three long words behind each negation, and of all in its clause."""
        behind: set[str] = set()
        beside: set[str] = set()
        for clause in _SHORT_CLAUSE.split(self._without_ignored(text)):
            words = _WORD.findall(clause)
            if self.cues.isdisjoint(words):
                continue
            left = 0
            for word in words:
                if word in self.cues:
                    left = _SCOPE
                elif len(word) > 3:
                    beside.add(word[:_STEM])
                    if left:
                        behind.add(word[:_STEM])
                        left -= 1
        return behind, beside

    def _without_ignored(self, text: str) -> str:
        text = _plain(text)
        return text if self.ignored is None else self.ignored.sub(" ", text)

    def count_soft(self, text: str) -> int:
        """Words with a negation inside."""
        return sum(1 for _ in self.soft.finditer(self._without_ignored(text)))

    def count_turning(self, text: str) -> int:
        """Words with a negation inside, and others without which a text may say the reverse."""
        return sum(1 for _ in self.turning.finditer(_plain(text)))

    def idioms_gone(self, text: str, other: str) -> int:
        """Idioms of a text of which the other shows no sign."""
        text, other = self._without_ignored(text), self._without_ignored(other)
        gone = 0
        for idiom, sign in self.idioms:
            if idiom.search(text) and not sign.search(other):
                text, found = idiom.subn(" ", text)  # one "no" belongs to one idiom
                gone += found
        return gone

    def bared(self, text: str, other: str) -> bool:
        """Whether the other has "always" where the text has "not always"."""
        if self.always is None:
            return False
        before, after = (self.always.findall(_plain(one)) for one in (text, other))
        return len(before) == len(after) and any(before) and not any(after)

    def alone(self, text: str) -> str:
        """First word that stands behind a verb without the negation it needs; "" for none."""
        if self.concord is None:
            return ""
        for clause in _CLAUSE.split(self._without_ignored(text)):
            for match in self.concord.finditer(clause):
                before = clause[: match.start()]
                words = _WORD_OR_SIGN.findall(before)
                if not words or words[-1] in self.openers or not self.cues.isdisjoint(words):
                    continue
                if not self.soft.search(before):  # "se desconoce qué ni cómo"
                    return match[0]
        return ""

    def _clause(self, words: list[tuple[int, str]]) -> int:
        core = sum(word in self.core for _, word in words)
        if core:
            return core
        if any(word in self.partners for _, word in words):
            return 1
        particles = [at for at, word in words if word in self.particle]
        return int(
            any(
                -_BEFORE <= at - particle <= _REACH
                for at, word in words
                if word in self.needing
                for particle in particles
            )
        )


def _stems(text: str) -> set[str]:
    return {word[:_STEM] for word in _WORD.findall(_plain(text)) if len(word) > 3}


def _plain(text: str) -> str:
    text = text.casefold()
    if not text.isascii():
        text = text.translate(APOSTROPHES)
    return text.replace(" n't", "n't")

"""Refuses a candidate whose numbers are not those of the original."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.filters.large_numbers import LargeNumbers
from augment.filters.measures import Measures
from augment.filters.number_words import LOOSE, STRICT, table
from augment.filters.written_numbers import NUMBER, numbers_in
from augment.records import Candidate
from augment.tokens import folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

_DIGIT: Final = re.compile(r"\d")
_DIGITS: Final = re.compile(r"\d+")
_NUMBER: Final = re.compile(NUMBER)
_ROMAN: Final = re.compile(r"\b[IVXLC]{1,7}(?=\b|e\b|ème\b|º)")
_ROMAN_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
#: Numbers of kings and centuries; a single letter may be a word.
_ROMANS: Final = re.compile(
    r"\b(?=[IVXLC]{2})C{0,3}(?:X[LC]|L?X{0,3})(?:I[VX]|V?I{0,3})(?=\b|e\b|ème\b|º)"
)
#: A number below zero; behind a word or another number the sign is a hyphen, or a range's.
_NEGATIVE: Final = re.compile(r"(?<![^\s(])[-\u2212](?=(\d+(?:[.,]\d+)?))")
_BELOW: Final = re.compile(
    r"\b(?:minus|below|negative|moins|sous|négati\w+|menos|bajo|negativ\w+|menys|sota|unter|meno|sotto)\b",
    re.IGNORECASE,
)
_DATE: Final = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)(?!\d)")
#: Languages with a decimal comma everywhere: "1,500" is one and a half there, and 1,500 elsewhere.
_COMMA: Final = frozenset(("fr", "de", "it", "ca", "nl", "eo", "gl", "oc"))
_THOUSAND: Final = {
    True: re.compile(r"(?<![\d,.])\d{1,3},\d{3}(?![\d,.]*\d)"),
    False: re.compile(r"(?<![\d,.])\d{1,3}\.\d{3}(?![\d,.]*\d)"),
}
_HALF_DAY: Final = re.compile(r"\d\s?[ap]\.?\s?m\b", re.IGNORECASE)


class Numbers:
    """A number is missing, new or another one.

    Written forms do not matter: ``1,000``, ``1.000``, ``1 000`` and ``1000`` are one number,
    ``9:30`` and ``9 h 30`` the same two. A digit may come back as a word and the other way round,
    in the languages whose number words are known (`augment.filters.number_words`); there, plain
    number words must be kept too, and "dos docenas" is 24, "2.3 billion" 2,300 million
    (`augment.filters.written_numbers`); so must "ten thousand" and "2 million" be, whatever stands
    for ten and for million (`augment.filters.large_numbers`). The order of the numbers is free,
    and a number of the original may be said again.
    """

    name = "numbers"

    def __init__(self, settings: FilterSettings) -> None:
        self.strict = table(STRICT.get(settings.language, ""))
        self.keys = frozenset(self.strict)
        self.loose = table(LOOSE.get(settings.language, ""))
        self.large = LargeNumbers(settings.language)
        self.written = self.large.written
        self.measures = Measures(settings.language)
        comma = settings.language in _COMMA
        self.misread = _THOUSAND[comma] if comma or settings.language == "en" else None
        self.thousands = frozenset(word for word, n in self.loose.items() if n in ("100", "1000"))

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(candidate.original, candidate.text) for candidate in candidates]

    def _look(self, original: str, text: str) -> Finding:
        old, new = Counter(_ROMANS.findall(original)), Counter(_ROMANS.findall(text))
        if old - new and new - old:
            return Finding(f"numbers: lost {'+'.join(old - new)}; new {'+'.join(new - old)}")
        before: Sequence[str] = folded_words(original)
        after: Sequence[str] = folded_words(text)
        digits = _DIGIT.search(original) or _DIGIT.search(text)
        if digits and (turned := _other_signs(original, text)):
            return Finding(f"numbers: the sign of {', '.join(turned)} is another one")
        if digits and (turned := _turned_dates(original, text)):
            return Finding(f"numbers: day and month of {', '.join(turned)} have changed places")
        if digits and (misread := self._misread(original, text)):
            return Finding(f"numbers: {', '.join(misread)} is another number in this language")
        lost: Sequence[str] = ()
        gained: Sequence[str] = ()
        if digits or not (self.keys.isdisjoint(before) and self.keys.isdisjoint(after)):
            lost, gained = self._lost_and_gained(original, text)
        if not (lost or gained):
            lost, gained = self.large.differences(original, text)
        parts = [
            f"{what} {', '.join(found[:4])}"
            for what, found in (("lost", lost), ("new", gained))
            if found
        ]
        return Finding(f"numbers: {'; '.join(parts)}") if parts else PASSED

    def _lost_and_gained(self, original: str, text: str) -> tuple[list[str], list[str]]:
        lost, gained = self._differences(original, text)
        # What differs as it is written may be the same in digits.
        if not (lost or gained) or not any(
            self._differences(self.written(original), self.written(text))
        ):
            return [], []
        return sorted(lost.elements()), sorted(gained.elements())

    def _misread(self, original: str, text: str) -> list[str]:
        """Thousands that are written now as the language writes decimals: "1 500", "1,500"."""
        if self.misread is None:
            return []
        return [one for one in self.misread.findall(text) if one not in original]

    def _differences(self, original: str, text: str) -> tuple[Counter[str], Counter[str]]:
        """Numbers lost and gained."""
        before, more_before = self._composed(folded_words(original))
        after, more_after = self._composed(folded_words(text))
        words_before = [word for word in before if word in self.strict]
        words_after = [word for word in after if word in self.strict]
        same_runs = words_before == words_after and _runs(original) == _runs(text)
        if same_runs and not (_grouped(original) or _grouped(text)):
            return Counter(), Counter()  # 9:30 and 9.30, whatever the sign between
        counts_old, counts_new = Counter(numbers_in(original)), Counter(numbers_in(text))
        counts_old.update(self.strict[word] for word in words_before)
        counts_new.update(self.strict[word] for word in words_after)
        lost = self._unmatched(counts_old, counts_new, after, text) - more_after
        gained = self._unmatched(counts_new, counts_old, before, original) - more_before
        if lost and gained:
            lost, gained = _without_decades(lost, gained)
            lost, gained = self._without_other_units(lost, gained, original, text)
        if (lost or gained) and _HALF_DAY.search(original + " " + text):
            lost, gained = _without_clocks(lost, gained)
        if gained and not lost:
            gained = Counter({n: count for n, count in gained.items() if n not in counts_old})
        return lost, gained

    def _composed(self, words: Sequence[str]) -> tuple[Sequence[str], Counter[str]]:
        """Take out "ten thousand" and "vingt mille"; give what they may stand for."""
        if self.thousands.isdisjoint(words):
            return words, Counter()
        left: list[str] = []
        found: Counter[str] = Counter()
        for word in words:
            value = self.loose.get(word) or self.strict.get(word) if left else None
            first = left and (self.strict.get(left[-1]) or self.loose.get(left[-1]))
            if word in self.thousands and first and value:
                left.pop()
                found[str(int(first) * int(value))] += 1
            else:
                left.append(word)
        return left, found

    def _without_other_units(
        self, lost: Counter[str], gained: Counter[str], original: str, text: str
    ) -> tuple[Counter[str], Counter[str]]:
        """Take out 2 against 14: two weeks and fourteen days."""
        for before in self.measures(original):
            for after in self.measures(text):
                if before.equals(after) and lost[before.number] and gained[after.number]:
                    lost -= Counter([before.number])
                    gained -= Counter([after.number])
        return lost, gained

    def _unmatched(
        self, here: Counter[str], there: Counter[str], words: Sequence[str], text: str
    ) -> Counter[str]:
        """Numbers that the other text has neither as such nor in a looser form."""
        missing = here - there
        if missing:
            missing -= Counter(self.loose[word] for word in words if word in self.loose)
        if missing:
            missing -= Counter(str(_roman(found)) for found in _ROMAN.findall(text))
        return missing


def _other_signs(original: str, text: str) -> list[str]:
    """Numbers that are below zero in one text alone, where no word says so."""
    old, new = Counter(_NEGATIVE.findall(original)), Counter(_NEGATIVE.findall(text))
    if old == new or _BELOW.search(f"{original} {text}"):
        return []
    return list((old - new) + (new - old))


def _grouped(text: str) -> bool:
    """Whether a number has groups of three and a decimal part: its signs tell which is which."""
    return any(match["part"] for match in _NUMBER.finditer(text))


def _turned_dates(original: str, text: str) -> list[str]:
    """Dates whose day and month have changed places."""
    old, new = Counter(_DATE.findall(original)), Counter(_DATE.findall(text))
    lost = {sign.join((a, b, c)) for a, sign, b, c in (old - new)}
    turned = {sign.join((b, a, c)) for a, sign, b, c in (new - old)}
    return sorted(lost & turned)


def _runs(text: str) -> list[str]:
    return sorted(run.lstrip("0") for run in _DIGITS.findall(text))


def _roman(letters: str) -> int:
    total = 0
    values = [_ROMAN_VALUES[letter] for letter in letters]
    for value, following in zip(values, [*values[1:], 0], strict=True):
        total += -value if value < following else value
    return total


def _without_decades(lost: Counter[str], gained: Counter[str]) -> tuple[Counter[str], Counter[str]]:
    """Take out 1960 against 60: the 1960s and the sixties."""
    for one, other in ((lost, gained), (gained, lost)):
        for year in [n for n in one if len(n) == 4 and n[:2] in ("18", "19", "20") and n[3] == "0"]:
            same = min(one[year], other[year[2:]])
            one[year] -= same
            other[year[2:]] -= same
    return +lost, +gained


def _without_clocks(lost: Counter[str], gained: Counter[str]) -> tuple[Counter[str], Counter[str]]:
    """Take out 11 against 23, where a time of day is told with am or pm."""
    for hour in range(1, 13):
        for one, other in ((hour, hour + 12), (hour + 12, hour)):
            same = min(lost[str(one)], gained[str(other)])
            if same:
                lost -= Counter({str(one): same})
                gained -= Counter({str(other): same})
    return +lost, +gained

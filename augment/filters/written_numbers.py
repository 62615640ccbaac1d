"""Writes numbers that are told in several words as digits, so that they can be compared."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from augment.filters.number_words import (
    BETWEEN_TENS,
    HALVES,
    LOOSE,
    MINUTES,
    SCALES,
    STRICT,
    table,
)

#: 1 000 or 1,000,000 or 1.000: groups of three behind one sign, and "1 234,56" with a decimal part
#: behind another sign; else digits with one decimal part.
NUMBER: Final = (
    r"(?<!\d)\d{1,3}(?:(?P<sign>[ \u00a0\u202f\u2009.,'’])\d{3})(?:(?P=sign)\d{3})*"
    r"(?:(?!(?P=sign))[.,](?P<part>\d\d?)(?!\d))?(?!\d)"
    r"|\d+(?:[.,]\d+)?"
)
_NUMBER: Final = re.compile(NUMBER)
_FULL_HOUR: Final = re.compile(r"(?<=\d)(?::00(?![\d:])| ?h ?00\b)")
#: "km2" is "km²" and "square kilometres".
_POWER: Final = re.compile(r"\b([kcdm]?m)[23²³]\b")


#: French: sixty, or four times twenty, and up to nineteen more. "Neuf" alone is "new", too.
_TWENTIES: Final = re.compile(
    r"\b(?P<base>quatre[- ]vingts?|soixante)\b(?:(?:-et-| et |-)(?P<more>(?:dix-)?\w+))?",
    re.IGNORECASE,
)


class WrittenNumbers:
    """Turns what a language tells in words and digits together into digits alone.

    ``dos docenas`` becomes 24, ``14,7 mil millones`` 14700000000, ``treinta y cinco`` 35, ``una
    hora y media`` 1.5 and ``10:00`` 10. A text in a language without tables stays as it is, but
    for the full hours and the powers of units.

    Examples
    --------
    >>> write = WrittenNumbers("es")
    >>> write("dos docenas de casas por 2,3 mil millones")
    '24 de casas por 2300000000'
    >>> write("a las 10:00, tras una hora y media")
    'a las 10, tras 1.5 hora'
    """

    def __init__(self, language: str) -> None:
        strict = table(STRICT.get(language, ""))
        ones = {word: n for word, n in table(LOOSE.get(language, "")).items() if n == "1"}
        self.values = strict | ones
        self.by_twenties = language == "fr"
        self.scales = table(SCALES.get(language, ""))
        self.minutes = MINUTES.get(language, {})
        self.rules: list[re.Pattern[str]] = []
        if not self.scales:
            return
        number = rf"(?:(?P<word>\b(?:{_any(self.values)})\b)|(?P<digits>{NUMBER}))"
        tens = [word for word, n in strict.items() if len(n) == 2 and n[1] == "0" and n != "10"]
        units = [word for word, n in self.values.items() if int(n) < 20]
        self.rules = [
            re.compile(pattern, re.IGNORECASE)
            for pattern in (
                rf"\b(?P<minutes>{_any(self.minutes)})\b",
                rf"\b(?P<tens>{_any(tens)}){BETWEEN_TENS[language]}(?P<units>{_any(units)})\b",
                rf"{number}(?P<counted> \w+)? (?P<half>{HALVES[language]})\b",
                rf"{number}(?P<scales>(?:[ \u00a0-](?:{_any(self.scales)})\b(?!·))+)",
            )
        ]

    def __call__(self, text: str) -> str:
        """Give the text with its numbers in digits."""
        text = _POWER.sub(r"\1", _FULL_HOUR.sub("", text))
        text = self.twenties(text)
        for rule in self.rules:
            text = rule.sub(self._digits, text)
        return text

    def twenties(self, text: str) -> str:
        """Write what French counts by twenties, or from sixty on, in digits: "quatre-vingt-dix"."""
        return _TWENTIES.sub(self._twenties, text) if self.by_twenties else text

    def _twenties(self, match: re.Match[str]) -> str:
        base = 80 if match["base"].casefold().startswith("quatre") else 60
        known = {**self.values, "neuf": "9"}
        more = match["more"].casefold().split("-") if match["more"] else []
        if not known.keys() >= set(more):
            return match[0].replace(match["base"], str(base), 1)
        return str(base + sum(int(known[word]) for word in more))

    def _digits(self, match: re.Match[str]) -> str:
        found = match.groupdict()
        if "minutes" in found:
            return self.minutes[found["minutes"].casefold()]
        if "tens" in found:
            return str(self._value(found["tens"]) + self._value(found["units"]))
        value = self._value(found["word"]) if found["word"] else Decimal(normal(match, "digits"))
        if "half" in found:
            return f"{value + Decimal('0.5')}{found['counted'] or ''}"
        for scale in re.findall(r"\w+", found["scales"]):
            value *= int(self.scales[scale.casefold()])
        return str(int(value)) if value == int(value) else f"{value.normalize():f}"

    def _value(self, word: str) -> Decimal:
        return Decimal(self.values[word.casefold()])


def normal(match: re.Match[str], group: str | int = 0) -> str:
    """Digits of a match of `NUMBER` in one form: no groups, a full stop, no zeros at its ends."""
    written = match[group]
    whole, _, part = written.replace(",", ".").partition(".")
    if match["sign"] is not None:
        part = match["part"] or ""
        whole = "".join(filter(str.isdigit, written.removesuffix(part)))
    part = part.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{part}" if part else whole


def numbers_in(text: str) -> list[str]:
    """Numbers of a text in order, each in one normal form."""
    if not text.isascii():
        text = "".join(_ascii_digit(char) for char in text)
    return [normal(match) for match in _NUMBER.finditer(text)]


def _ascii_digit(char: str) -> str:
    if char.isascii():
        return char
    # Arabic-Indic, Devanagari and other digits count as the digits that they are.
    value = unicodedata.decimal(char, None)
    return char if value is None else str(value)


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, words))

"""Finds what a text measures: numbers, each with the unit behind it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final, NamedTuple

from augment.filters.number_words import STRICT, table
from augment.filters.unit_words import CURRENCIES, HALF_DAYS, SIGNS, SIZES, UNITS
from augment.filters.written_numbers import NUMBER, WrittenNumbers, normal

_SIGNS: Final = table(SIGNS)
#: Signs and words of currencies, with the sign.
MONEY: Final = {word: sign for sign, words in CURRENCIES.items() for word in (sign, *words.split())}
_MONEY_SIGNS: Final = "".join(CURRENCIES)
#: Whatever may be a unit; which ones are, the tables tell.
_UNIT: Final = rf"km/h|°\s?[CF]|[%{_MONEY_SIGNS}]|[^\W\d_]+(?:·[^\W\d_]+)?"


class Measure(NamedTuple):
    """A number with its unit.

    Parameters
    ----------
    number
        Its digits, in one form.
    unit
        The sign of the unit, or the half of the day.
    """

    number: str
    unit: str

    def equals(self, other: Measure) -> bool:
        """Whether both are the same in other units.

        >>> Measure("2", "wk").equals(Measure("14", "d"))
        True
        """
        return any(
            self.unit in sizes
            and other.unit in sizes
            and Decimal(self.number) * sizes[self.unit] == Decimal(other.number) * sizes[other.unit]
            for sizes in SIZES
        )


class Measures:
    """Reads the measures of a language.

    Numbers may be words, units words or signs; in a language without tables digits and signs alone
    are read. "One hour" is not: "a minute" and "one second" are said of any short while.

    Examples
    --------
    >>> read = Measures("en")
    >>> read("Three hours and $20")
    {Measure(number='3', unit='h'): 'Three hours', Measure(number='20', unit='$'): '$20'}
    >>> read.half_days("from 9 a.m. to ten in the evening")
    {Measure(number='9', unit='am'): '9 a.m', Measure(number='10', unit='pm'): 'ten in the evening'}
    """

    def __init__(self, language: str) -> None:
        self.numbers = table(STRICT.get(language, ""))
        self.units = MONEY | table(UNITS.get(language, ""))
        self.write = WrittenNumbers(language)
        words = "|".join(self.numbers)
        number = rf"(?P<number>\b(?:{words})\b|{NUMBER})" if words else rf"(?P<number>{NUMBER})"
        self.pattern = re.compile(
            rf"(?:(?P<before>[{_MONEY_SIGNS}])\s?)?{number}(?:[\s-]?(?P<unit>{_UNIT})(?![\w°²³/]))?",
            re.IGNORECASE,
        )
        halves = HALF_DAYS.get(language)
        self.hours = halves and re.compile(
            rf"{number}\s?(?:(?P<am>{halves[0]})|(?P<pm>{halves[1]}))", re.IGNORECASE
        )

    def __call__(self, text: str) -> dict[Measure, str]:
        """Give the measures of a text, each as it is written."""
        found: dict[Measure, str] = {}
        for match in self.pattern.finditer(self.write(text)):
            for unit in (match["before"], self._unit(match["unit"] or "")):
                if unit:
                    found[Measure(self._number(match), unit)] = match[0]
        return found

    def half_days(self, text: str) -> dict[Measure, str]:
        """Give the hours that are told with a half of the day, each as it is written."""
        found = self.hours.finditer(text) if self.hours else ()
        return {
            Measure(self._number(match), "am" if match["am"] else "pm"): match[0] for match in found
        }

    def _number(self, match: re.Match[str]) -> str:
        return self.numbers.get(match["number"].casefold()) or normal(match, "number")

    def _unit(self, written: str) -> str:
        written = "".join(written.split())
        return _SIGNS.get(written) or self.units.get(written.casefold(), "")

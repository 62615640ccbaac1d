"""Refuses a candidate whose currency, unit, day or month is another one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.filters.measures import MONEY, Measure, Measures
from augment.filters.unit_words import CURRENCIES
from augment.records import Candidate
from augment.tokens import folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: Days from Monday, and months from January, as `folded_words` gives them.
_DAYS: Final = {
    "en": "monday tuesday wednesday thursday friday saturday sunday",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
    "ca": "dilluns dimarts dimecres dijous divendres dissabte diumenge",
    "gl": "luns martes mércores xoves venres sábado domingo",
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "de": "montag dienstag mittwoch donnerstag freitag samstag sonntag",
    "nl": "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag",
    "eo": "lundo mardo merkredo ĵaŭdo vendredo sabato dimanĉo",
}
_MONTHS: Final = {
    "en": "january february march april may june july august september october november december",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
    "diciembre",
    "ca": "gener febrer març abril maig juny juliol agost setembre octubre novembre desembre",
    "gl": "xaneiro febreiro marzo abril maio xuño xullo agosto setembro outubro novembro decembro",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro "
    "dezembro",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre "
    "dicembre",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "eo": "januaro februaro marto aprilo majo junio julio aŭgusto septembro oktobro novembro "
    "decembro",
}


_DIGIT: Final = re.compile(r"\d")


class Units:
    """A currency, unit, half of the day, day of the week or month gave way to another of its kind.

    One that is gone alone may be told in other words ("tomorrow"), and one that is new alone may
    stand for a word; only where one is gone and another has come is a candidate refused, and a
    unit only where both stand behind the same number: "two weeks" may come back as "14 days", "3
    hours" as "3 h". "$" may come back as "dollars".
    """

    name = "units"

    def __init__(self, settings: FilterSettings) -> None:
        self.measures = Measures(settings.language)
        self.kinds: list[dict[str, str]] = [MONEY]
        for table in (_DAYS, _MONTHS):
            self.kinds.append({word: word for word in table.get(settings.language, "").split()})
        self.words = frozenset(word for kind in self.kinds for word in kind)

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(candidate.original, candidate.text) for candidate in candidates]

    def _look(self, original: str, text: str) -> Finding:
        words_before, words_after = _words_and_signs(original), _words_and_signs(text)
        if _DIGIT.search(original) or not self.measures.numbers.keys().isdisjoint(words_before):
            for read in (self.measures, self.measures.half_days):
                before = read(original)
                if before and (finding := _other_unit(before, read(text))):
                    return finding
        if self.words.isdisjoint(words_before):
            return PASSED
        for kind in self.kinds:
            named = {kind[word] for word in words_before if word in kind}
            named_after = {kind[word] for word in words_after if word in kind}
            gone, come = named - named_after, named_after - named
            if gone and come:
                return Finding(f"{min(gone)!r} became {min(come)!r}")
        return PASSED


def _words_and_signs(text: str) -> list[str]:
    return [*folded_words(text), *(sign for sign in CURRENCIES if sign in text)]


def _other_unit(before: Mapping[Measure, str], after: Mapping[Measure, str]) -> Finding | None:
    """Say which number stands before another unit than it did."""
    come = {measure.number: measure for measure in after if measure not in before}
    for measure in before:
        if measure not in after and (other := come.get(measure.number)):
            return Finding(f"{before[measure]!r} became {after[other]!r}")
    return None

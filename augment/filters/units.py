"""Refuses a candidate whose currency, unit, day or month is another one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.tokens import folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: Signs of currencies, with the word that may stand for each, in any language.
_CURRENCIES: Final = {
    "€": "euro euros",
    "$": "dollar dollars dólar dólares dolar dolars dòlar dòlars dollaro dollari",
    "£": "pound pounds livre livres libra libras lliura lliures sterlina sterline pfund pond",
    "¥": "yen yens ienes yuan yuans",
    "₹": "rupee rupees roupie roupies rupia rupias rupie",
}
#: Units behind a number in digits, where an engine may leave or exchange the sign.
_UNIT: Final = re.compile(
    r"\d\s?(km/h|mph|kg|km|cm|mm|ml|cl|mg|[kKMGT]B|[KMGT]o|°\s?[CF]|%|kW|[gmlW])(?![\w°²³/])"
)
#: What is one unit: "160 km per hour", and octets.
_SAME: Final = {
    "km/h": "km",
    "Mo": "MB",
    "Go": "GB",
    "To": "TB",
    "ko": "kB",
    "Ko": "kB",
    "KB": "kB",
}
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


class Units:
    """A currency, unit, day of the week or month gave way to another of its kind.

    One that is gone alone may be told in other words ("tomorrow"), and one that is new alone may
    stand for a word; only where one is gone and another has come is a candidate refused. "$" may
    come back as "dollars".
    """

    name = "units"

    def __init__(self, settings: FilterSettings) -> None:
        signs = _CURRENCIES.items()
        money = {word: sign for sign, words in signs for word in (sign, *words.split())}
        self.kinds = [money]
        for table in (_DAYS, _MONTHS):
            self.kinds.append({word: word for word in table.get(settings.language, "").split()})
        self.words = frozenset(word for kind in self.kinds for word in kind)

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(candidate.original, candidate.text) for candidate in candidates]

    def _look(self, original: str, text: str) -> Finding:
        before, after = _units(original), _units(text)
        if finding := _exchanged(before, after):
            return finding
        words_before, words_after = _words_and_signs(original), _words_and_signs(text)
        if self.words.isdisjoint(words_before):
            return PASSED
        for kind in self.kinds:
            before = {kind[word] for word in words_before if word in kind}
            after = {kind[word] for word in words_after if word in kind}
            if finding := _exchanged(before, after):
                return finding
        return PASSED


def _words_and_signs(text: str) -> list[str]:
    return [*folded_words(text), *(sign for sign in _CURRENCIES if sign in text)]


def _units(text: str) -> set[str]:
    found = (unit.replace(" ", "") for unit in _UNIT.findall(text))
    return {_SAME.get(unit, unit) for unit in found}


def _exchanged(before: set[str], after: set[str]) -> Finding | None:
    gone, come = before - after, after - before
    if not gone or not come:
        return None
    return Finding(f"{min(gone)!r} became {min(come)!r}")

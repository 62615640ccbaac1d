"""Refuses a candidate in which names are gone or others stand in their place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import JaroWinkler

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.tokens import folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: Words, each with what stands before it where that may begin a sentence, a title or a quotation.
_WORD: Final = re.compile(
    r"(^\W*|[.!?…:;\n\"“”«»„()\[\]¿¡•|/]['’]?\s*|(?:^|\s)[-–—*]\s*)?([^\W\d_]+)"
)
#: Languages that write every noun with a capital: there only abbreviations are known for names.
_CAPITAL_NOUNS: Final = frozenset({"de", "lb", "gsw", "nds", "ksh"})
#: Least likeness of two spellings of one name (London, Londres; Putin, Poutine).
_ALIKE: Final = 0.83
#: Words with a capital, or of capitals, beyond which capitals say nothing in a text.
_MOSTLY: Final = 0.6


class Names:
    """Names of the original are missing, or names that it does not have came in.

    Notes
    -----
    A name is a word with a capital inside a sentence, or an abbreviation in capitals. At the start
    of a sentence, in texts in capitals or Title Case, and in scripts without case nothing can be
    known so; in German, where nouns have capitals, abbreviations alone count. Spellings are
    compared with room for another form of the same name, and in any case: a name may come back
    in lower case, an adjective may stand for a country.

    A name lost and another gained is a replacement and never passes. Names lost alone are refused
    when their share is above ``max_lost_names``: "President Macron" may become "Macron".

    References
    ----------
    Likeness: Winkler, String Comparator Metrics and Enhanced Decision Rules, 1990.
    """

    name = "names"

    def __init__(self, settings: FilterSettings) -> None:
        self.max_lost = settings.max_lost_names
        self.capital_nouns = settings.language in _CAPITAL_NOUNS

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(candidate.original, candidate.text) for candidate in candidates]

    def _look(self, original: str, text: str) -> Finding:
        before = _names(original, self.capital_nouns)
        after = _names(text, self.capital_nouns)
        if not before and not after:
            return PASSED
        words_before, words_after = set(folded_words(original)), set(folded_words(text))
        lost = [name for name in before if name not in words_after]
        new = [name for name in after if name not in words_before]
        if lost:
            lost = _unlike(lost, words_after)
        if new:
            new = _unlike(new, words_before)
        if not lost:
            return PASSED
        if new:
            return Finding(f"the name {_said(new)} in place of {_said(lost)}")
        if len(lost) > self.max_lost * len(before):
            return Finding(f"{len(lost)} of {len(before)} names gone ({_said(lost)})")
        return PASSED


@lru_cache(maxsize=2048)
def _names(text: str, capital_nouns: bool) -> tuple[str, ...]:
    """Folded names of a text in order, each once."""
    if text.islower():
        return ()
    found: dict[str, None] = {}
    capitals = total = 0
    for start, word in _WORD.findall("\n" + text):
        total += 1
        if not word[0].isupper():
            continue
        capitals += 1
        if len(word) < 2:
            continue
        if word.isupper() or not (start or capital_nouns):
            found[_folded(word)] = None
    if capitals > max(3, _MOSTLY * total):
        return ()
    return tuple(found)


def _folded(word: str) -> str:
    if not word.isascii():
        word = unicodedata.normalize("NFKC", word)
    return word.casefold()


def _unlike(names: Sequence[str], words: Iterable[str]) -> list[str]:
    """Names that no word of a text is another form of."""
    plain = [_bare(word) for word in words if len(word) > 2]
    return [name for name in names if not _has_form(_bare(name), plain)]


def _has_form(name: str, words: Sequence[str]) -> bool:
    for word in words:
        if word[0] == name[0] and (
            JaroWinkler.similarity(name, word) >= _ALIKE
            or (len(name) <= 5 and len(word) > 5 and name[:3] == word[:3])
        ):
            return True
        if len(name) > 3 and len(word) > 3 and (name in word or word in name):
            return True
    return False


def _bare(word: str) -> str:
    """Take the accents off a folded word."""
    if word.isascii():
        return word
    parts = unicodedata.normalize("NFD", word)
    return "".join(char for char in parts if not unicodedata.combining(char)) or word


def _said(names: Sequence[str]) -> str:
    return ", ".join(name.capitalize() for name in names[:3])

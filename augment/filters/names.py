"""Refuses a candidate in which names are gone or others stand in their place."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence, Set
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rapidfuzz.distance import JaroWinkler

from augment.filters.check import PASSED, Finding, Original
from augment.filters.name_forms import SOUNDS, TITLES, forms
from augment.records import Candidate
from augment.tokens import folded_words, unaccented

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: Words, each with what stands before it where that may begin a sentence, a title or a quotation.
_WORD: Final = re.compile(
    r"(^\W*|[.!?…:;\n\"“”«»„()\[\]¿¡•|/]['’]?\s*|(?:^|\s)[-–—*]\s*)?"
    r"(?<![^\W_])([^\W\d_][^\W_]*)"
)
#: "XIXe" is a number, and no name.
_CENTURY: Final = re.compile("[IVXLC]+(?:e|es|ème|èmes)")
_FIRST: Final = re.compile("[A-Za-z0-9]+")
#: Languages that write every noun with a capital: there only abbreviations are known for names.
_CAPITAL_NOUNS: Final = frozenset({"de", "lb", "gsw", "nds", "ksh"})
_DOUBLED: Final = re.compile(r"(.)\1")
#: Least likeness of two spellings of one name (London, Londres; Putin, Poutine).
_ALIKE: Final = 0.83
#: The same where both are written by sound.
_SOUNDS_ALIKE: Final = 0.93
#: Words with a capital, or of capitals, beyond which capitals say nothing in a text.
_MOSTLY: Final = 0.6
#: Words after which no more are learned: whatever the table, the check stays this small.
_MOST_WORDS: Final = 200_000
_FORMS: Final = forms()


class Names:
    """Names of the original are missing, or names that it does not have came in.

    Notes
    -----
    A name is a word with a capital inside a sentence, or an abbreviation in capitals; a word that
    the table writes without a capital elsewhere ("the War", "a Street") is none. At the start of
    a sentence only words count that the table knows as names from the middle of others. In texts
    in capitals or Title Case and in scripts without case nothing can be known so; in German, where
    nouns have capitals, abbreviations alone count. Spellings are compared with room for another
    form of the same name, and in any case: a name may come back in lower case, an abbreviation
    may stand for its words, an adjective for a country (`augment.filters.name_forms`).

    A name lost and another gained is a replacement and never passes. Two and more names lost are
    refused when their share is above ``max_lost_names``, a single one when that is 0: "President
    Macron" may become "Macron", and a name a pronoun.

    References
    ----------
    Likeness: Winkler, String Comparator Metrics and Enhanced Decision Rules, 1990.
    """

    name = "names"

    def __init__(self, settings: FilterSettings) -> None:
        self.max_lost = settings.max_lost_names
        self.capital_nouns = settings.language in _CAPITAL_NOUNS
        self._small: set[str] = set()
        self._inside: set[str] = set()
        self._names = lru_cache(maxsize=2048)(self._find)

    def learn(self, originals: Sequence[Original]) -> None:
        """Take in which words the next rows write with a capital, and which without."""
        for original in originals:
            if len(self._small) > _MOST_WORDS or len(self._inside) > _MOST_WORDS:
                break  # whatever is frequent was seen by now
            for start, word in _words(original.text):
                if word[0].islower():
                    self._small.add(_folded(word))
                elif not start and not word.isupper():
                    self._inside.add(_folded(word))
        self._names.cache_clear()

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(candidate.original, candidate.text) for candidate in candidates]

    def _look(self, original: str, text: str) -> Finding:
        before = self._names(original)
        if not before:
            return PASSED
        words_after = set(folded_words(text))
        lost = [name for name in before if name not in words_after]
        if not lost:
            return PASSED
        words_before = set(folded_words(original))
        # "French" that stands in both does not say that "France" is there still.
        both = words_before & words_after
        lost = _missing(lost, text, both)
        if not lost:
            return PASSED
        new = [name for name in self._names(text) if name not in words_before]
        if new:
            new = _missing(new, original, both)
        if new:
            return Finding(f"the name {_said(new)} in place of {_said(lost)}")
        if len(lost) > self.max_lost * len(before) and (len(lost) > 1 or not self.max_lost):
            return Finding(f"{len(lost)} of {len(before)} names gone ({_said(lost)})")
        return PASSED

    def _find(self, text: str) -> tuple[str, ...]:
        """Folded names of a text in order, each once."""
        if text.islower():
            return ()
        if text.isascii() and text[:1].isupper() and text[1:].islower():
            return self._of_start(text)
        found: dict[str, None] = {}
        capitals = total = 0
        for start, word in _words(text):
            total += 1
            if not word[0].isupper():
                continue
            capitals += 1
            if len(word) < 2 or _CENTURY.fullmatch(word):
                continue
            name = _folded(word)
            if name in self._small or name in TITLES:
                continue  # "STOP", a Street, Mr.
            if word.isupper() or (not self.capital_nouns and (not start or name in self._inside)):
                found[name] = None
        if capitals > max(3, _MOSTLY * total):
            return ()
        return tuple(found)

    def _of_start(self, text: str) -> tuple[str, ...]:
        """Name of a text in which nothing but the first letter is a capital."""
        word = _FIRST.match(text)[0]  # type: ignore[index]  # it begins with a letter
        name = word.lower()
        if len(word) < 2 or name in self._small or name in TITLES:
            return ()
        known = word.isupper() or (not self.capital_nouns and name in self._inside)
        return (name,) if known else ()


def _words(text: str) -> list[tuple[str, str]]:
    return _WORD.findall("\n" + text)


def _folded(word: str) -> str:
    if not word.isascii():
        word = unicodedata.normalize("NFKC", word)
    return word.casefold()


def _missing(names: Sequence[str], text: str, both: Set[str]) -> list[str]:
    """Names that a text has in no other form either; no likeness to words of `both` counts."""
    words = folded_words(text)
    there = set(words)
    bare = {unaccented(word) for word in there}
    plain = {word for word in map(unaccented, there - both) if len(word) > 2}
    written = [word for _, word in _words(text) if word[0].isupper()]
    sounded = [
        _sounded(word) for word in map(_folded, written) if len(word) > 2 and word not in both
    ]
    initials = unaccented("".join(word[0] for word in words))
    # A language turns the letters of an abbreviation round: NATO, OTAN; DNA, ADN.
    letters = {
        tuple(sorted(_folded(word))) for word in written if word.isupper() and len(word) <= 5
    }
    return [
        name
        for name in names
        if not (
            unaccented(name) in bare
            or _has_form(unaccented(name), plain)
            or _sounds_like(_sounded(name), sounded)
            or any(there.issuperset(form) for form in _FORMS.get(name, ()))
            or tuple(sorted(name)) in letters
            or (2 <= len(name) <= 5 and unaccented(name) in initials)
        )
    ]


def _has_form(name: str, words: Iterable[str]) -> bool:
    for word in words:
        if word[0] == name[0] and (
            JaroWinkler.similarity(name, word) >= _ALIKE
            or (len(name) <= 5 and len(word) > 5 and name[:3] == word[:3])
        ):
            return True
        if len(name) > 3 and len(word) > 3 and (name in word or word in name):
            return True
    return False


def _sounds_like(name: str, words: Sequence[str]) -> bool:
    return any(JaroWinkler.similarity(name, word) >= _SOUNDS_ALIKE for word in words)


def _sounded(word: str) -> str:
    """Take the accents off, and write one sound in one way."""
    word = unaccented(word)
    for spelled, sound in SOUNDS:
        word = word.replace(spelled, sound)
    return _DOUBLED.sub(r"\1", word)


def _said(names: Sequence[str]) -> str:
    return ", ".join(name.capitalize() for name in names[:3])

"""Synonyms from the thesauri that offices and Linux distributions ship, one per language.

The English one is made from WordNet. Their format (MyThes): an index of words with the place of
their entry, and entries of one line per meaning, its synonyms parted by ``|``, those that are not
plain synonyms named as such: ``film (generic term)``.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Final

from augment.languages import language_name

#: Meanings of a word that are looked at, and synonyms of each: the first are the most usual.
_MEANINGS: Final = 2
_EACH: Final = 3
#: Debian's package of a language, where it is not mythes-LANG.
_PACKAGES: Final = {"en": "mythes-en-us", "pt": "mythes-pt-pt", "de": "mythes-de"}


class Thesaurus:
    """Synonyms of single words.

    Parameters
    ----------
    index
        Its file ``th_*.idx``; the ``.dat`` lies beside it.
    """

    def __init__(self, index: Path) -> None:
        self.data = index.with_suffix(".dat")
        raw = index.read_bytes()
        encoding = raw.split(b"\n", 1)[0].strip().decode("ascii", "replace")
        self.encoding = encoding or "utf-8"
        self._places: dict[str, int] = {}
        for line in raw.decode(self.encoding, "replace").splitlines()[2:]:
            word, _, place = line.rpartition("|")
            if place.isdigit():
                self._places[word] = int(place)
        digest = hashlib.sha256(raw).hexdigest()[:8]
        self.name = f"{index.stem}@{digest}"
        self._synonyms = lru_cache(maxsize=20_000)(self._found)

    def synonyms(self, word: str) -> tuple[str, ...]:
        """Synonyms of a word in lower case, single words alone; empty where it has none.

        A word that may be of several kinds (a noun and a verb) has none here, because nothing
        tells which one it is. A synonym counts where it names the word as its own in turn, under
        its most usual meaning: else it is a rare word, or one of another meaning.
        """
        return self._synonyms(word.lower())

    def _found(self, word: str) -> tuple[str, ...]:
        lines = self._entry(word)
        kinds = {line.partition("|")[0] for line in lines}
        if len(kinds) != 1 or any("Nom" in kind and "Verbe" in kind for kind in kinds):
            return ()
        found = [synonym for line in lines[:_MEANINGS] for synonym in _of_meaning(line)[:_EACH]]
        both_ways = (
            one
            for one in found
            if one != word and word in _of_meaning((*self._entry(one), "")[0])[:_EACH]
        )
        return tuple(dict.fromkeys(both_ways))

    def _entry(self, word: str) -> tuple[str, ...]:
        """Lines of a word, one per meaning."""
        place = self._places.get(word)
        if place is None:
            return ()
        with self.data.open("rb") as data:
            data.seek(place)
            _, _, count = self._line(data).rpartition("|")
            return tuple(self._line(data) for _ in range(int(count) if count.isdigit() else 0))

    def _line(self, data: BinaryIO) -> str:
        return data.readline().decode(self.encoding, "replace").strip()


def _of_meaning(line: str) -> list[str]:
    """Plain synonyms of a line; where it has none, the similar words."""
    plain: list[str] = []
    similar: list[str] = []
    for part in line.split("|")[1:]:
        word, _, kind = part.partition(" (")
        if word.isalpha() and kind in ("", "similar term)"):
            (similar if kind else plain).append(word.lower())
    return plain or similar


def _folders() -> list[Path]:
    data = os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share")
    home = os.environ.get("XDG_DATA_HOME", str(Path.home() / ".local" / "share"))
    return [Path(one) / "mythes" for one in (home, *data.split(":")) if one]


def find_thesaurus(language: str) -> Thesaurus | None:
    """Give the thesaurus of a language; None where this machine has none.

    Looked for in the folder ``mythes`` of the user's and the system's data folders
    (``~/.local/share``, ``/usr/share``).
    """
    for folder in _folders():
        found = [*folder.glob(f"th_{language}_*.idx"), *folder.glob(f"th_{language}.idx")]
        # One file may lie there under the names of several countries: the language's own first.
        own = f"_{language}_{language.upper()}"
        for index in sorted(found, key=lambda path: (own not in path.name, path.name)):
            if index.with_suffix(".dat").is_file():
                return Thesaurus(index)
    return None


def how_to_get(language: str) -> str:
    """Say which line brings the thesaurus of a language.

    >>> how_to_get("fr")
    'no thesaurus for French is on this machine; sudo apt-get install mythes-fr'
    """
    package = _PACKAGES.get(language, f"mythes-{language}")
    made = " (made from WordNet)" if language == "en" else ""
    return (
        f"no thesaurus for {language_name(language)} is on this machine; "
        f"sudo apt-get install {package}{made}"
    )

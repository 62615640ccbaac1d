"""A translator of your own: word by word, from the glossary in ``AUGMENT_GLOSSARY``.

Install it beside augment, and it is an engine like the others::

    pip install examples/glossary_engine
    export AUGMENT_GLOSSARY=examples/glossary_engine/glossary.csv
    augment backtranslate examples/reviews_en.csv --translator glossary --pivot es

The glossary is a CSV whose head names languages and whose rows hold words that mean the same.
Where several words stand for one (good, fine, nice - bueno), the way back may choose another one
than the way there came from: that is what makes the paraphrase.
"""

from __future__ import annotations

import csv
import hashlib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from augment.errors import InputError, PairError
from augment.records import Translation

VARIABLE = "AUGMENT_GLOSSARY"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


class Glossary:
    """The engine: it knows its pairs, and opens a translator for one direction."""

    name = "glossary"
    host = ""  # nothing leaves this machine

    def pairs(self) -> frozenset[tuple[str, str]]:
        """Every pair of the glossary's languages; none while there is no glossary."""
        if not os.environ.get(VARIABLE):
            return frozenset()
        languages = _read()[0]
        return frozenset((a, b) for a in languages for b in languages if a != b)

    def open(self, source: str, target: str) -> GlossaryTranslator:
        """Make one direction ready."""
        if not os.environ.get(VARIABLE):
            raise InputError(f"glossary needs a glossary: set the environment variable {VARIABLE}")
        languages, rows = _read()
        if source not in languages or target not in languages:
            raise PairError(f"the glossary has {', '.join(languages)}, not {source} → {target}")
        here, there = languages.index(source), languages.index(target)
        words: dict[str, str] = {}
        for row in rows:  # the last row of a word counts: on the way back it is another one
            words[row[here].casefold()] = row[there]
        # Whatever would change a translation belongs into the identity: the store goes by it.
        version = hashlib.sha256(repr(sorted(words.items())).encode()).hexdigest()[:8]
        return GlossaryTranslator(words, f"glossary:{source}-{target}@{version}")

    def how_to_get(self, source: str, target: str) -> str:
        """Say the line that would bring a pair."""
        return f"export {VARIABLE}=FILE.csv (with columns {source} and {target})"


class GlossaryTranslator:
    """One direction: texts in, as many translations out, in order."""

    window = 256  # texts at once; what may be lost when the process is killed

    def __init__(self, words: dict[str, str], identity: str) -> None:
        self.words = words
        self.identity = identity

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Translate word by word; unknown words stay, and are marked for the filter."""
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Translation:
        unknown: list[str] = []

        def word(match: re.Match[str]) -> str:
            found = self.words.get(match[0].casefold())
            if found is None:
                unknown.append(f"*{match[0]}")
                return match[0]
            return found.capitalize() if match[0][0].isupper() else found

        return Translation(_WORD.sub(word, text), marks=tuple(unknown))

    def close(self) -> None:
        """Nothing is held open."""


def _read() -> tuple[list[str], list[list[str]]]:
    path = Path(os.environ[VARIABLE])
    try:
        with path.open(encoding="utf-8", newline="") as file:
            languages, *rows = csv.reader(file)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{VARIABLE}={str(path)!r} cannot be read as a glossary: {error}"
        ) from error
    return languages, [row for row in rows if len(row) == len(languages)]

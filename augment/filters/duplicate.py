"""Refuses a candidate that another row says already."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from augment.filters.check import PASSED, Finding
from augment.key_set import KeySet
from augment.records import Candidate
from augment.tokens import fold, folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings


def key_of(text: str) -> bytes:
    """Sixteen bytes that are the same for texts which `augment.tokens.fold` makes the same.

    Sets hold these keys instead of the texts (`augment.key_set`), however long the rows.
    """
    return _remembered(text) if len(text) <= 2000 else _hash(text)


def _hash(text: str, *, plain: bool = False) -> bytes:
    key = text if plain else fold(text)
    return blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).digest()


#: A candidate's key is asked for twice, when it is checked and when it is settled.
_remembered = lru_cache(maxsize=4096)(_hash)


class Duplicate:
    """A text that equals, after folding, any original or any candidate accepted before.

    `originals` and `accepted` are filled by the chain.
    """

    name = "duplicate"

    def __init__(self, settings: FilterSettings | None = None) -> None:
        self.originals = KeySet()
        self.accepted = KeySet()
        self.spaces_count = settings is not None and settings.spaces_count

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self.look(self.key(candidate.text)) for candidate in candidates]

    def key(self, text: str) -> bytes:
        """Give the key of a text; where spaces count, one of its words as they are cut."""
        if self.spaces_count:
            return _hash("\uffff".join(folded_words(text)), plain=True)
        return key_of(text)

    def look(self, key: bytes) -> Finding:
        """Find whether a key is taken."""
        if key in self.originals:
            return Finding("the same text as an original")
        if key in self.accepted:
            return Finding("the same text as a paraphrase accepted before")
        return PASSED

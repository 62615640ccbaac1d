"""Refuses a candidate that another row says already."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.tokens import fold

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings


def key_of(text: str) -> bytes:
    """Sixteen bytes that are the same for texts which `augment.tokens.fold` makes the same.

    Sets hold these keys instead of the texts: a hundred bytes a row, however long the rows.
    """
    return _remembered(text) if len(text) <= 2000 else _hash(text)


def _hash(text: str) -> bytes:
    return blake2b(fold(text).encode("utf-8", "surrogatepass"), digest_size=16).digest()


#: A candidate's key is asked for twice, when it is checked and when it is settled.
_remembered = lru_cache(maxsize=4096)(_hash)


class Duplicate:
    """A text that equals, after folding, any original or any candidate accepted before.

    `originals` and `accepted` are filled by the chain.
    """

    name = "duplicate"

    def __init__(self, settings: FilterSettings | None = None) -> None:
        self.originals: set[bytes] = set()
        self.accepted: set[bytes] = set()

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self.look(key_of(candidate.text)) for candidate in candidates]

    def look(self, key: bytes) -> Finding:
        """Find whether a key is taken."""
        if key in self.originals:
            return Finding("the same text as an original")
        if key in self.accepted:
            return Finding("the same text as a paraphrase accepted before")
        return PASSED

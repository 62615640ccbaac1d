"""What the checks found on candidates that they have seen before, kept in the translation store.

A second run, or one that goes on after an interruption, gets its translations from the store; what
then takes time is to check them all again, and most of that is encoding sentences. The findings on
a window of candidates depend on nothing but the window, the checks and what these learned from the
table, so they are written down under a key of all that, and a window seen before is not checked
again.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from augment.filters.check import Filter
    from augment.filters.settings import FilterSettings
    from augment.records import Candidate
    from augment.store import Store

_PACKAGE = Path(__file__).resolve().parents[1]


class Ruling(NamedTuple):
    """What all checks together found on one candidate.

    Parameters
    ----------
    rank
        Place in the chain of the check that refuses it; -1 where none does.
    reason, detail
        That check's name and words; empty where none does.
    similarity
        The score of the similarity check, 0..1, where it came to that.
    change
        Share of the words that differ from the original's, 0..1.
    """

    rank: int
    reason: str
    detail: str
    similarity: float | None
    change: float


#: What of a candidate decides the findings on it.
_looked_at = attrgetter(
    *("source_id", "original", "text", "method", "pivot", "engine", "marks", "by_rules")
)


class Recall:
    """Findings of one chain of checks, by window.

    Parameters
    ----------
    store
        The translation store, which keeps them.
    identity
        Hash of everything beside the candidates that decides the findings, see `identity_of`.
    """

    def __init__(self, store: Store, identity: bytes) -> None:
        self._store = store
        self._identity = identity

    def key(self, candidates: Sequence[Candidate], taken: Sequence[bool]) -> bytes:
        """Hash a window: its candidates, and which of them are duplicates by now."""
        rows = [*map(_looked_at, candidates)]
        said = json.dumps((rows, taken)).encode()  # escapes make bytes of any text
        return blake2b(said, digest_size=16, key=self._identity).digest()

    def get(self, key: bytes) -> list[Ruling] | None:
        """Give the findings on a window; None where it was not seen before."""
        found = self._store.findings(key)
        return None if found is None else [Ruling(*one) for one in json.loads(found)]

    def put(self, key: bytes, judged: Sequence[Ruling]) -> None:
        """Write the findings on a window down."""
        self._store.put_findings(key, json.dumps(judged))


def identity_of(
    filters: Sequence[Filter], settings: FilterSettings, *decided: object
) -> bytes | None:
    """Hash what decides the findings of a chain.

    Parameters
    ----------
    filters, settings
        Its checks, and the thresholds they were made with.
    *decided
        Whatever else does: versions of libraries, the rows that checks learn from.

    Returns
    -------
    bytes or None
        32 bytes; None where findings cannot be told to stay the same: with a check of another
        package, or an encoder whose weights may change under its name.
    """
    from augment.filters.settings import CHARACTERS
    from augment.minilm import NAME

    places = [f"{type(check).__module__}.{type(check).__qualname__}" for check in filters]
    if not all(place.startswith("augment.filters.") for place in places):
        return None
    if settings.measure not in (NAME, CHARACTERS):
        return None
    programs = [getattr(check, "program", "") for check in filters]
    said = repr((places, programs, settings, _rules(), decided))
    return blake2b(said.encode("utf-8", "surrogatepass"), digest_size=32).digest()


@lru_cache(maxsize=1)
def _rules() -> bytes:
    """Hash the code of the checks, so that findings do not outlive the rules they come from."""
    hashed = blake2b(digest_size=16)
    for path in sorted([*_PACKAGE.glob("*.py"), *_PACKAGE.glob("filters/*.py")]):
        hashed.update(path.read_bytes())
    return hashed.digest()

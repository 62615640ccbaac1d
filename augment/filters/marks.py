r"""Refuses a candidate in which the engine left words untranslated, or its own marks.

Rule-based engines mark a word that they do not know (``*word``), cannot transfer (``@word``) or
cannot inflect (``#word``), and join what they could not place with ``+``. A name that the original
holds too comes back marked and right; a marked word that the original does not hold is a word of
the pivot, or a dictionary form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.tokens import folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

_STRAY: Final = re.compile(
    r"(?<![\w*@#&/.:=-])[*@#]+(?:[^\W\d_]+|\d|[^\w\s*@#])"  # *word @word #word *800 #,
    r"|\\[@*#^$/~]"  # an escaped sign
    r"|\^[^\s$^]+\$"  # ^lemma<n><sg>$
    r"|\w<(?:n|np|vblex|vbser|vbmod|vaux|adj|adv|prn|det|pr|cnjcoo|num|ij)>"  # lemma<n>
    r"|[^\W\d_]{2,}\++[^\W\d_]{2,}"  # verb+pronoun, not generated
)
_SIGNS: Final = re.compile(r"[*@#+^$\\<>/]")


class Marks:
    """Too many words that the engine marked and the original does not hold, or stray marks."""

    name = "marks"

    def __init__(self, settings: FilterSettings) -> None:
        self.max_marked = settings.max_marked

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(candidate) for candidate in candidates]

    def _look(self, candidate: Candidate) -> Finding:
        stray = _stray(candidate.text)
        if stray and len(stray) > len(_stray(candidate.original)):
            known = set(_stray(candidate.original))
            new = next((mark for mark in stray if mark not in known), stray[-1])
            return Finding(f"engine mark {new[:40]!r} in the text")
        if not candidate.marks:
            return PASSED
        original = set(folded_words(candidate.original))
        left = [mark for mark in candidate.marks if not original.issuperset(_plain(mark))]
        share = len(left) / max(1, len(folded_words(candidate.text)))
        if share <= self.max_marked:
            return PASSED
        shown = ", ".join(left[:3])
        return Finding(
            f"{share:.0%} of the words marked by the engine ({shown}), "
            f"at most {self.max_marked:.0%} wanted"
        )


def _stray(text: str) -> list[str]:
    return _STRAY.findall(text) if _SIGNS.search(text) else []


def _plain(mark: str) -> tuple[str, ...]:
    return folded_words(_SIGNS.sub(" ", mark))

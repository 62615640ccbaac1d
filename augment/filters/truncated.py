"""Refuses a candidate that stops before its original is over."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.tokens import folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: A full stop behind a title, an initial or "EE. UU." ends no sentence.
_SENTENCE_END: Final = re.compile(
    r"(?:(?<!\b[^\W\d_])(?<!\b(?:EE|UU|Sr|Dr|Mr|Ms|St))(?<!\b(?:Sra|Dra|Mrs))\.|[!?…。！？।])"
    r"[.!?…。！？।]*[\"'”’»)\]]*(?=\s|$)"
)
_DANGLING: Final = re.compile(r"(?:[,;:(\[«“]|\s[-–—])\s*$")

_STOP: Final = re.compile(r"[.!?…。！？।:;][\"'”’»)\]\s]*$")
#: Length over the original's from which nothing can be missing, with all sentences and without.
_WHOLE: Final = 0.85
_WHOLE_SENTENCES: Final = 0.95
#: A sentence is there when more than this share of its telling words is, by their first letters.
_LEAST_OF_SENTENCE: Final = 0.2
_FEWEST_TELLING: Final = 3
#: Length over that of the other sentences up to which one of them may be missing.
_WITHOUT_IT: Final = 1.35
_STEM: Final = 5


class Truncated:
    """Sentences or the end of the text are missing.

    Notes
    -----
    Only a candidate clearly shorter than its original is looked at. It is refused when most of
    several sentences are gone, when next to no word of one sentence came back, when it stops at a
    comma, or when the words of the original's start are there
    and those of its end are not. Where the full stop is gone with them, half of the last words are
    enough, since an end told in other words keeps its own; where all but a little of the length is
    there, they must be three at least.
    """

    name = "truncated"

    def __init__(self, settings: FilterSettings) -> None:
        pass

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [_look(candidate.original, candidate.text) for candidate in candidates]


def _look(original: str, text: str) -> Finding:
    ratio = len(text) / max(1, len(original))
    if ratio >= _WHOLE_SENTENCES or len(original) < 20:
        return PASSED
    sentences = len(_SENTENCE_END.findall(original))
    if sentences and (ratio < _WHOLE or len(_SENTENCE_END.findall(text)) < sentences):
        finding = _sentence_lost(original, text)
        if not finding.passed:
            return finding
    if ratio >= _WHOLE:
        return PASSED
    if _DANGLING.search(text) and not _DANGLING.search(original):
        return Finding(f"stops at {text.rstrip()[-1]!r} after {ratio:.0%} of the length")
    if sentences >= 2 and ratio < 0.75:
        left = max(1, len(_SENTENCE_END.findall(text)))
        if left <= sentences / 2:
            return Finding(f"{left} of {sentences} sentences, {ratio:.0%} of the length")
    before, after = folded_words(original), folded_words(text)
    if not _STOP.search(text) and _STOP.search(original):
        return _end_lost(before, after, most=0.55, least_drop=0.0)
    if ratio < 0.75:
        return _end_lost(before, after, most=0.25, least_drop=0.3)
    # Two words are soon told in others, and the full stop is there.
    return _end_lost(before, after, most=0.1, least_drop=0.3, fewest=_FEWEST_TELLING)


def _sentence_lost(original: str, text: str) -> Finding:
    sentences = [part for part in _SENTENCE_END.split(original) if part.strip()]
    if len(sentences) < 2:
        return PASSED
    there = {word[:_STEM] for word in folded_words(text)}
    stems = [{w[:_STEM] for w in folded_words(part) if len(w) > 3} for part in sentences]
    known = Counter(stem for found in stems for stem in found)
    for sentence, found in zip(sentences, stems, strict=True):
        own = [stem for stem in found if known[stem] == 1]  # "that" and "have" are everywhere
        if len(own) < _FEWEST_TELLING:
            continue
        if len(text) > _WITHOUT_IT * (len(original) - len(sentence)):
            continue  # something else fills its place: it is told in other words
        share = sum(stem in there for stem in own) / len(own)
        if share <= _LEAST_OF_SENTENCE:
            return Finding(
                f"a sentence is missing: {share:.0%} of the words of {sentence.strip()[:40]!r}"
            )
    return PASSED


def _end_lost(
    before: Sequence[str],
    after: Sequence[str],
    *,
    most: float,
    least_drop: float,
    fewest: int = 0,
) -> Finding:
    third = len(before) // 3
    if len(before) < 10 or sum(len(word) > 3 for word in before[-third:]) < fewest:
        return PASSED
    there = {word[:_STEM] for word in after}
    start = _present(before[:third], there)
    end = _present(before[-third:], there)
    if end <= most and start - end >= least_drop:
        return Finding(
            f"the end is missing: {start:.0%} of the first words came back, {end:.0%} of the last"
        )
    return PASSED


def _present(words: Sequence[str], there: set[str]) -> float:
    """Share of the words that came back; articles and the like, which come anyway, left aside."""
    telling = [word for word in words if len(word) > 3]
    if len(telling) < 2:
        telling = list(words)
    return sum(word[:_STEM] in there for word in telling) / len(telling)

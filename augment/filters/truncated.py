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
    r"(?:(?<!\b[^\W\d_])(?<!\b(?:EE|UU|Sr|Dr|Mr|Ms|St))(?<!\b(?:Sra|Dra|Mrs))\.|[!?…।])"
    r"[.!?…。！？।]*[\"'”’»)\]]*(?=\s|$)|[。！？]+[.!?…।]*[\"'”’»)\]」』]*"
)
_DANGLING: Final = re.compile(r"(?:[,;:(\[«“]|\s[-–—])\s*$")

#: Words that end no sentence, by language; a pronoun joined to its verb ("prends-le") may.
_UNFINISHED: Final = {
    "en": "the a an and or but of my your our their its",
    "fr": "le la les un du des de au aux et ou mais que ne je il ils on me te se ce "
    "mon ton son notre votre leur mes tes ses nos vos leurs",
    "es": "el la los las un del de al y o que con por para en mi tu su lo le se me te",
    "ca": "el la els les un del dels de al als i o que amb per en",
    "it": "il la gli i le un del della di al e o che con per in",
    "pt": "o a os as um do da dos das de ao e ou que com por em",
}
_STOP: Final = re.compile(r"[.!?…。！？।:;][\"'”’»)\]\s]*$")
#: Characters of an original below which only its end is looked at.
_SHORTEST: Final = 20
#: Words of an original below which its end cannot be told from the rest.
_FEWEST_WORDS: Final = 3
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
    Only a candidate clearly shorter than its original is looked at. It is refused when one of
    several sentences is gone, when next to no word of one sentence came back, when it stops at a
    comma or at a word that ends no sentence, when the full stop is gone together with the last
    word, when its words are the original's first ones, or when the words of the original's start
    are there and those of its end are not. Where the full stop is gone with them, half of the last
    words are enough, since an end told in other words keeps its own; where all but a little of the
    length is there, they must be three at least.
    """

    name = "truncated"

    def __init__(self, settings: FilterSettings) -> None:
        words = _UNFINISHED.get(settings.language, "").replace(" ", "|")
        self._unfinished = re.compile(rf"(?:^|\s)({words})[\s.!?…]*$", re.I) if words else None

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(candidate.original, candidate.text) for candidate in candidates]

    def _look(self, original: str, text: str) -> Finding:
        ratio = len(text) / max(1, len(original))
        if ratio >= _WHOLE_SENTENCES:
            return PASSED
        if ratio < _WHOLE:
            finding = self._broken_off(original, text, ratio)
            if not finding.passed:
                return finding
        return PASSED if len(original) < _SHORTEST else _part_lost(original, text, ratio)

    def _broken_off(self, original: str, text: str, ratio: float) -> Finding:
        """Whether it stops where no sentence does, or has lost its last word with the full stop."""
        if _DANGLING.search(text) and not _DANGLING.search(original):
            return Finding(f"stops at {text.rstrip()[-1]!r} after {ratio:.0%} of the length")
        open_end = self._unfinished
        if open_end and (last := open_end.search(text)) and not open_end.search(original):
            return Finding(f"stops at {last[1]!r} after {ratio:.0%} of the length")
        before, after = folded_words(original), folded_words(text)
        if len(after) < len(before) and all(map(_alike, before, after)):
            return Finding(f"these are the first {len(after)} words of {len(before)}")
        if len(before) < _FEWEST_WORDS or _STOP.search(text) or not _STOP.search(original):
            return PASSED
        if before[-1][:_STEM] in {word[:_STEM] for word in after}:
            return PASSED
        return Finding(f"no full stop and no {before[-1]!r} at the end, {ratio:.0%} of the length")


def _alike(one: str, other: str) -> bool:
    """Whether two words differ in their endings at most."""
    n = max(_STEM - 1, min(_STEM, len(one), len(other)))
    return one[:n] == other[:n]


def _part_lost(original: str, text: str, ratio: float) -> Finding:
    """Whether sentences, or words of the end, are missing."""
    sentences = len(_SENTENCE_END.findall(original))
    if sentences and (ratio < _WHOLE or len(_SENTENCE_END.findall(text)) < sentences):
        finding = _sentence_lost(original, text)
        if not finding.passed:
            return finding
    if ratio >= _WHOLE:
        return PASSED
    left = max(1, len(_SENTENCE_END.findall(text)))
    # Two are soon joined in fewer words; of three that came back as two, more of the length does.
    if (sentences >= 2 and ratio < 0.75 and left <= sentences / 2) or (
        sentences >= 3 and ratio < 0.8 and left < sentences
    ):
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

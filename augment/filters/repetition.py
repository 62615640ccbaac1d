"""Refuses a candidate that loops, as neural translators do when they lose the thread."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from operator import eq
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.tokens import folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

_LONGEST_PHRASE: Final = 8
_RUN_OF_CHARACTERS: Final = re.compile(r"(.{1,6}?)\1{5,}", re.DOTALL)
#: Times that a phrase of three words comes back before a text is said to oscillate.
_OSCILLATIONS: Final = 3
_SENTENCE: Final = re.compile(r"[^.!?…。！？\n]+")


class Repetition:
    """A word, a phrase, a sentence or a group of letters said far more often than before.

    Notes
    -----
    A loop is judged against the original, so "very, very, very good" may stay so. A phrase that
    comes back between others three times is the oscillation of decoders that lost the thread.

    References
    ----------
    Lee et al., Hallucinations in Neural Machine Translation, 2018 (oscillation). Raunak et al.,
    The Curious Case of Hallucinations in Neural Machine Translation, NAACL 2021.
    """

    name = "repetition"

    def __init__(self, settings: FilterSettings) -> None:
        pass

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [_look(candidate.original, candidate.text) for candidate in candidates]


def _look(original: str, text: str) -> Finding:
    after, before = folded_words(text), folded_words(original)
    spare = len(after) - len(set(after))
    if spare >= 2:
        finding = _loop(before, after, spare)
        if not finding and spare > len(before) - len(set(before)):
            finding = (
                _sentence(original, text) or _poorer(before, after) or _oscillation(before, after)
            )
        if finding:
            return Finding(finding)
    return _characters(original, after)


def _loop(before: Sequence[str], after: Sequence[str], spare: int) -> str:
    """Find a phrase said several times in a row; `spare` words of the text stood there before."""
    for size in range(1, min(_LONGEST_PHRASE, len(after) // 2) + 1):
        # Four words and more said twice are a loop already; shorter phrases do it in speech.
        wanted = 2 if size >= 4 else 3
        again = size * (wanted - 1)
        if spare < again or sum(map(eq, after, after[size:])) < again:
            continue
        times, at = _runs(after, size)
        if times >= wanted and times > _runs(before, size)[0]:
            return f"{' '.join(after[at : at + size])!r} {times} times in a row"
    return ""


def _runs(words: Sequence[str], size: int) -> tuple[int, int]:
    """Most times that a phrase of `size` words follows itself, and where it starts."""
    longest = run = at = 0
    for end in range(size, len(words)):
        run = run + 1 if words[end] == words[end - size] else 0
        if run > longest:
            longest, at = run, end - run - size + 1
    return longest // size + 1, at


def _oscillation(before: Sequence[str], after: Sequence[str]) -> str:
    """Find a phrase of three words that comes back between others, as it did not before."""
    if len(after) < 3 * _OSCILLATIONS:
        return ""
    counts = Counter(zip(after, after[1:], after[2:], strict=False))
    phrase, times = counts.most_common(1)[0]
    if times < _OSCILLATIONS:
        return ""
    usual = Counter(zip(before, before[1:], before[2:], strict=False)).most_common(1)
    if usual and times - usual[0][1] < 2:
        return ""
    return f"{' '.join(phrase)!r} comes back {times} times"


def _sentence(original: str, text: str) -> str:
    """Find a sentence of four words and more that is said again."""
    counts = Counter(folded_words(part) for part in _SENTENCE.findall(text))
    again = [words for words, times in counts.items() if times > 1 and len(words) >= 4]
    if not again:
        return ""
    before = Counter(folded_words(part) for part in _SENTENCE.findall(original))
    if max(counts[words] for words in again) <= max(before.values(), default=1):
        return ""
    return f"the sentence {' '.join(again[0])[:60]!r} {counts[again[0]]} times"


def _poorer(before: Sequence[str], after: Sequence[str]) -> str:
    """Find a text of ten words and more that has far fewer different ones than the original."""
    if len(after) < 10 or not before:
        return ""
    share, usual = len(set(after)) / len(after), len(set(before)) / len(before)
    if share >= 0.65 * usual:
        return ""
    word, times = Counter(after).most_common(1)[0]
    return (
        f"{share:.0%} different words where the original has {usual:.0%} ({word!r} {times} times)"
    )


def _characters(original: str, words: Sequence[str]) -> Finding:
    """Find letters said again and again in one long word, unless the original does it too."""
    if max(map(len, words), default=0) < 12:
        return PASSED
    for word in words:
        if len(word) >= 12 and (match := _RUN_OF_CHARACTERS.search(word)):
            known = _RUN_OF_CHARACTERS.search(original.casefold())
            if known is None or len(match[0]) > 2 * len(known[0]):
                return Finding(f"{match[1]!r} {len(match[0]) // len(match[1])} times in a row")
    return PASSED

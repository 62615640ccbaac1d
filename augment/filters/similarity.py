"""Refuses a candidate whose meaning is too far from the original's, or too near."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from augment.filters.check import Finding
from augment.filters.meaning import CHARACTERS, letter_triples
from augment.records import Candidate

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings


class Similarity:
    """Cosine of the sentence vectors outside the bounds; the finding's score is the cosine.

    For a script that the encoder cannot read, the cosine of the counts of letter triples takes
    its place (`FilterSettings.measure` says which one is used).

    Raises
    ------
    MissingExtraError
        At once, and not at the first candidate, when what the encoder needs is not installed.
    """

    name = "similarity"

    def __init__(self, settings: FilterSettings) -> None:
        self.low = settings.min_similarity
        self.high = settings.max_similarity
        self.measure = settings.measure
        self.meaning = settings.meaning
        self.meaning.require()
        #: For the manifest: a name may come to stand for other weights.
        self.weights_sha256 = self.meaning.weights_sha256()

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._judge(score) for score in self._scores(candidates)]

    def _scores(self, candidates: Sequence[Candidate]) -> list[float]:
        originals = [candidate.original for candidate in candidates]
        texts = [candidate.text for candidate in candidates]
        if not texts:
            return []
        if self.measure == CHARACTERS:
            return [character_cosine(*pair) for pair in zip(originals, texts, strict=True)]
        return self.meaning.similarity(originals, texts)

    def notes(self) -> list[str]:
        """Say what measures similarity where it is not an encoder that reads the language."""
        if self.measure == CHARACTERS:
            return [
                "similarity check: the English encoder cannot read this script; letter triples "
                "are compared instead, which see wording and not meaning (--encoder to name a "
                "multilingual one)"
            ]
        return []

    def _judge(self, score: float) -> Finding:
        score = round(score, 4)
        if score < self.low:
            return Finding(f"similarity {score:.2f}, at least {self.low:g} wanted", score)
        if score > self.high:
            return Finding(f"similarity {score:.2f}, at most {self.high:g} wanted", score)
        return Finding("", score)


def character_cosine(original: str, text: str) -> float:
    """Cosine of the counts of letter triples, 0..1; equal texts give 1.

    Examples
    --------
    >>> round(character_cosine("привет мир", "привет, мир!"), 2)
    1.0
    """
    left, right = letter_triples(original), letter_triples(text)
    product = sum(count * right[triple] for triple, count in left.items())
    norm = math.sqrt(sum(n * n for n in left.values()) * sum(n * n for n in right.values()))
    return min(1.0, product / norm) if norm else 0.0

"""Refuses a candidate spelled unlike the table: letter salad, broken encodings, word debris."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from augment.filters.check import PASSED, Finding, Original
from augment.filters.duplicate import key_of
from augment.records import Candidate

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: Characters of originals below which the model knows too little, and the check stands aside.
FEWEST_CHARACTERS: Final = 100_000
#: Originals that tell how much scores spread.
_SPREAD: Final = 1000
#: Least spread taken for true. Texts of one mould ("flights from X to Y") spread less, and every
#: other wording of theirs would seem strange; prose measures 2.6.
_LEAST_SPREAD: Final = 2.0
#: Texts shorter than this spread too much to be judged, in characters.
_SHORTEST: Final = 12


class Fluency:
    """The characters follow one another far less as in the table than those of the original do.

    Notes
    -----
    A character n-gram model is fitted on the originals (`augment.filters.character_model`). A
    candidate and its original are both scored by it without the original's own counts, so that
    neither profits from the original being there. Refused is a candidate whose mean log
    probability lies more than ``max_strangeness`` standard deviations below its original's; the
    standard deviation is that of originals of the same length.

    The model sees spelling and short words in a row, not grammar: see
    benchmarks/results/filter_quality.md for what it catches and what it does not.
    """

    name = "fluency"

    def __init__(self, settings: FilterSettings) -> None:
        self.max_strangeness = settings.max_strangeness
        self._model: Any = None
        self._sample: list[tuple[bytes, str]] = []
        self._spread: float | None = None

    def learn(self, originals: Sequence[Original]) -> None:
        """Count the n-grams of the next originals."""
        if self._model is None:
            from augment.filters.character_model import CharacterModel

            self._model = CharacterModel()
        texts = [original.text for original in originals]
        self._model.add(texts)
        # A sample that does not depend on the order of the rows: the smallest keys.
        keyed = {key_of(text): text for text in texts}
        self._sample = sorted({**dict(self._sample), **keyed}.items())[:_SPREAD]
        self._spread = None

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        if self._model is None or self._model.characters < FEWEST_CHARACTERS:
            return [PASSED] * len(candidates)
        return [
            PASSED
            if strangeness <= self.max_strangeness or len(candidate.text) < _SHORTEST
            else Finding(
                f"spelled {strangeness:.1f} standard deviations less like the table than the "
                f"original, at most {self.max_strangeness:g} wanted"
            )
            for candidate, strangeness in zip(candidates, self.strangeness(candidates), strict=True)
        ]

    def strangeness(self, candidates: Sequence[Candidate]) -> list[float]:
        """Count the standard deviations by which each candidate scores below its original."""
        originals = [candidate.original for candidate in candidates]
        texts = [candidate.text for candidate in candidates]
        own, usual = self._model.score(texts, originals)
        gaps = usual - own
        noise = self._noise()
        return [
            round(float(gap) * len(text) ** 0.5 / noise, 4)
            for gap, text in zip(gaps, texts, strict=True)
        ]

    def _noise(self) -> float:
        """Spread of the scores of originals of one character; it shrinks with the root of n."""
        if self._spread is None:
            import numpy as np

            texts = [text for _, text in self._sample if len(text) >= _SHORTEST]
            scores = self._model.score([""] * len(texts), texts)[1]
            lengths = np.array([len(text) for text in texts])
            off = np.abs(scores - np.median(scores))
            # 1.4826 median deviations are a standard deviation; names and numbers are outliers.
            self._spread = max(float(np.median(off * np.sqrt(lengths))) * 1.4826, _LEAST_SPREAD)
        return self._spread

    def notes(self) -> list[str]:
        """Say when the table is too small to learn from."""
        if self._model is not None and self._model.characters >= FEWEST_CHARACTERS:
            return []
        return [
            f"fluency check: fewer than {FEWEST_CHARACTERS:,} characters of originals to learn "
            "from; all pass"
        ]

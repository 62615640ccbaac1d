"""Refuses a candidate in which more has changed than is wanted, or than rules can be trusted with.

An engine that goes by rules is wrong about one word in three that it changes, so that a sentence
is right the more seldom the more of its words are new. Its share of new words matters less: one
word of four is right more often than three of twelve. `rewording` puts both in one number, which
tells right from wrong better than either (benchmarks/results/rule_engines.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.segments import sentences
from augment.tokens import change, folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings


def changed_words(original: str, text: str) -> float:
    """Count the words in which two texts differ; one for another is one.

    >>> changed_words("We saw the old house.", "We saw the aged house.")
    1.0
    """
    return change(original, text) * (len(folded_words(original)) + len(folded_words(text))) / 2


def rewording(original: str, text: str) -> float:
    """Words changed in a sentence, times the root of the share of words that changed.

    Parameters
    ----------
    original, text
        Any two texts; words of several sentences are counted per sentence of the original.

    Returns
    -------
    float
        0 for the same words, about 1 for two of eight; grows with the length of a sentence.

    Examples
    --------
    >>> rewording("We saw the old house.", "We saw the aged house.")
    0.4472135954999579
    >>> rewording("We saw the old house.", "He looked in the aged house.")
    2.7920341232611294
    """
    lines = filter(str.strip, original.splitlines())
    n_sentences = max(1, sum(len(sentences(line)) for line in lines))
    return float(changed_words(original, text) * change(original, text) ** 0.5 / n_sentences)


class Reworded:
    """Too much of the text is new.

    Passes what no engine by rules made, unless a greatest change is given.
    """

    name = "reworded"

    def __init__(self, settings: FilterSettings) -> None:
        self.max_change = settings.max_change
        self.max_rewording = settings.max_rewording

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [self._look(candidate) for candidate in candidates]

    def _look(self, candidate: Candidate) -> Finding:
        original, text = candidate.original, candidate.text
        if self.max_change < 1.0 and (share := change(original, text)) > self.max_change:
            return Finding(f"change {share:.2f}, at most {self.max_change:g} wanted")
        if candidate.by_rules and (found := rewording(original, text)) > self.max_rewording:
            return Finding(
                "too much was changed for an engine that goes by rules (rewording "
                f"{found:.2f}, at most {self.max_rewording:g})"
            )
        return PASSED

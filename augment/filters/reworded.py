"""Refuses a candidate in which more has changed than is wanted, or what rules get wrong.

An engine that goes by rules is wrong about one word in three that it changes, so that a sentence
is right the more seldom the more of its words are new. Its share of new words matters less: one
word of four is right more often than three of twelve. `rewording` puts both in one number, which
tells right from wrong better than either (benchmarks/results/rule_engines.md). And where nothing
but endings of words has changed, another gender, number, person or tense has come in, and no other
words for the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.segments import sentences
from augment.tokens import change, folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: Letters that two forms of one word share at least, and most letters of their endings.
_STEM: Final = 3
_ENDING: Final = 3
#: Small words that change with the noun that they stand before, in French and Spanish.
_AGREEING: Final = tuple(
    frozenset(forms.split())
    for forms in (
        *(
            "le la les",
            "un une",
            "ce cet cette ces",
            "du des",
            "au aux",
            "mon ma mes",
            "ton ta tes",
        ),
        *("son sa ses", "el la los las", "un una unos unas", "este esta estos estas"),
    )
)


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


def new_endings(original: str, text: str) -> list[tuple[str, str]]:
    """Give the words that differ in their endings, where nothing else differs; else none.

    >>> new_endings("They are all dead.", "They are all deadly.")
    [('dead', 'deadly')]
    >>> new_endings("They are all dead.", "They are all gone.")
    []
    >>> new_endings("La chanteuse entre.", "Le chanteur entre.")
    [('chanteuse', 'chanteur')]
    """
    before, after = folded_words(original), folded_words(text)
    if len(before) != len(after):
        return []
    pairs = [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]]
    new = [pair for pair in pairs if not any(forms.issuperset(pair) for forms in _AGREEING)]
    return new if all(_of_one_word(*pair) for pair in new) else []


def _of_one_word(one: str, other: str) -> bool:
    stem = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    short, long = sorted((len(one), len(other)))
    return (
        one.isalpha()
        and other.isalpha()
        and stem >= _STEM
        and long - stem <= _ENDING
        and 2 * stem >= short
    )


class Reworded:
    """Too much of the text is new, or an engine by rules has changed nothing but endings.

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
        if candidate.by_rules and (new := new_endings(original, text)):
            told = ", ".join(f"{one!r} for {old!r}" for old, one in new[:3])
            return Finding(f"nothing but endings of words has changed: {told}")
        return PASSED

r"""Keeps Apertium's tagger from changing its mind: a piece is tagged alike whatever came before it.

The tagger knows the combinations of word classes ("ambiguity classes") that its training text
held. When a word comes with another one, ``find_similar_ambiguity_class`` looks for a known
combination that includes it, and writes what it finds over the class that it keeps for unknown
words (Apertium 3.8, tagger_utils.cc: the result is a reference). From then on unknown words and
other new combinations are tagged differently, and a word may even be lost, because the tag that is
chosen is none of its own. On news sentences this happens in one sentence of seven to every one.

So no new combination is let through: the readings of such a word are cut down, in front of the
tagger, to the largest known combination among them. Whether one is known is asked of a second
tagger process, once per combination of readings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Final

#: Says for every combination of readings whether the tagger knows it.
Known = Callable[[Sequence[tuple[str, ...]]], list[bool]]

# Superblanks and escaped characters come first: what looks like a word inside them is none.
_UNIT = re.compile(r"\[(?:[^\\\]]|\\.)*\]|\\.|\^((?:[^\\$/]|\\.)*)/((?:[^\\$]|\\.)*)\$", re.DOTALL)
# Without a backslash nothing is escaped, so what stands between ^ and $ is a word: much faster.
_AMBIGUOUS = re.compile(r"\^[^$/]*/([^$/]*/[^$]*)\$")
_READING = re.compile(r"(?:[^\\/]|\\.)+", re.DOTALL)
#: Readings beyond this number are not combined any more: the first one alone is taken.
_MOST_READINGS: Final = 8


class AmbiguityClasses:
    """Cuts the readings of words down to combinations that the tagger knows.

    Parameters
    ----------
    known
        Asked once per combination.

    Examples
    --------
    >>> classes = AmbiguityClasses(lambda asked: [len(readings) < 3 for readings in asked])
    >>> classes.settle(["^a/a<det>$ ^b/b<n>/b<v>/b<adj>$"])
    ['^a/a<det>$ ^b/b<n>/b<v>$']
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self._settled: dict[str, str] = {}
        self._changed: set[str] = set()

    def settle(self, analysed: Sequence[str]) -> list[str]:
        """Rewrite analysed pieces; words with one reading, and unknown ones, stay as they are."""
        ambiguous = [_ambiguous(piece) for piece in analysed]
        new = {unit for units in ambiguous for unit in units}.difference(self._settled)
        if new:
            self._ask(sorted(new))
        return [
            piece if self._changed.isdisjoint(units) else _UNIT.sub(self._unit, piece)
            for piece, units in zip(analysed, ambiguous, strict=True)
        ]

    def _unit(self, match: re.Match[str]) -> str:
        readings = match[2]
        if readings not in self._changed:
            return match[0]
        return f"^{match[1]}/{self._settled[readings]}$"

    def _ask(self, units: list[str]) -> None:
        readings = {unit: tuple(_READING.findall(unit)) for unit in units}
        answers = self._known(list(readings.values()))
        for (unit, all_of_it), known in zip(readings.items(), answers, strict=True):
            self._settled[unit] = unit if known else "/".join(self._largest(all_of_it))
            if not known:
                self._changed.add(unit)

    def _largest(self, readings: tuple[str, ...]) -> tuple[str, ...]:
        """Find the largest known part of the readings; earlier readings go before later ones."""
        if len(readings) <= _MOST_READINGS:
            for size in range(len(readings) - 1, 1, -1):
                parts = list(combinations(readings, size))
                for part, known in zip(parts, self._known(parts), strict=True):
                    if known:
                        return part
        return readings[:1]  # a single class is always known


def _ambiguous(piece: str) -> list[str]:
    """Give the readings of every word of a piece that has more than one."""
    if "\\" not in piece:
        return _AMBIGUOUS.findall(piece)
    return [match[2] for match in _UNIT.finditer(piece) if match[2] and "/" in match[2]]

"""Which accepted paraphrases are kept when there are more than a class needs.

Spread first: no original gets a second paraphrase before every original that has one got its
first. Among the choices that remain, the most varied: for the first of an original, the one that
changes most of the text; for the next, the one that lies farthest from the original and from those
already kept (greedy max-min, Gonzalez 1985). Ties are broken by a seeded hash, so neither the
order of the table nor that of the pivots decides.

References
----------
T. F. Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer
Science 38 (1985).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from augment.tokens import change


@dataclass(frozen=True, slots=True)
class Choice:
    """An accepted paraphrase that waits for the decision.

    Parameters
    ----------
    number
        What it is known by; its text is asked for by this number.
    source_id
        Row number of its original.
    change
        Share of the text that changed, 0..1.
    made_by
        Name of the paraphraser.
    """

    number: int
    source_id: int
    change: float
    made_by: str = ""


def choose(
    pool: Iterable[Choice],
    text: Callable[[int], str],
    *,
    needed: int | None = None,
    per_row: int | None = None,
    seed: int = 0,
) -> list[Choice]:
    """Choose what is kept of one class.

    Parameters
    ----------
    pool
        Accepted paraphrases of one class.
    text
        Gives the text of a choice by its number; asked only where an original has several.
    needed
        How many to keep at most; None: all that `per_row` allows.
    per_row
        Most paraphrases of one original; None: no limit.
    seed
        Decides between equals.

    Returns
    -------
    list of Choice
        In the order in which they were chosen.

    Examples
    --------
    >>> pool = [Choice(0, 5, 0.2), Choice(1, 5, 0.4), Choice(2, 9, 0.1)]
    >>> [c.number for c in choose(pool, ["a b c", "a d e", "f"].__getitem__, needed=2)]
    [1, 2]
    """
    by_source: dict[int, list[Choice]] = {}
    for choice in pool:
        by_source.setdefault(choice.source_id, []).append(choice)
    ranked = [_rank(choices, text, per_row, seed) for choices in by_source.values()]
    chosen: list[Choice] = []
    for turn in range(max(map(len, ranked), default=0)):
        row = [choices[turn] for choices in ranked if len(choices) > turn]
        chosen.extend(sorted(row, key=lambda choice: _order(choice, seed)))
        if needed is not None and len(chosen) >= needed:
            return chosen[:needed]
    return chosen


def _rank(
    choices: Sequence[Choice], text: Callable[[int], str], per_row: int | None, seed: int
) -> list[Choice]:
    """Order the paraphrases of one original: each next one farthest from all before it."""
    left = sorted(choices, key=lambda choice: _order(choice, seed))
    if len(left) == 1:
        return left
    texts = {choice.number: text(choice.number) for choice in left}
    distance = {choice.number: choice.change for choice in left}
    ranked: list[Choice] = []
    while left and (per_row is None or len(ranked) < per_row):
        best = max(left, key=lambda choice: distance[choice.number])
        left.remove(best)
        ranked.append(best)
        for choice in left:
            apart = change(texts[best.number], texts[choice.number])
            distance[choice.number] = min(distance[choice.number], apart)
    return ranked


def _order(choice: Choice, seed: int) -> tuple[float, bytes]:
    name = f"{seed}\0{choice.source_id}\0{choice.number}"
    return -choice.change, hashlib.blake2b(name.encode(), digest_size=8).digest()

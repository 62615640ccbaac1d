"""Which accepted paraphrases are kept when there are more than a class needs.

Spread first: no original gets a second paraphrase before every original that has one got its
first. Among the choices that remain, the most varied: for the first of an original, the one that
changes most of the text; for the next, the one that lies farthest from the original and from those
already kept (greedy max-min, Gonzalez 1985). An engine that goes by rules is wrong the more often
the more it changes: of its paraphrases those that change least come first, behind those of others.
Ties are broken by a seeded hash, so neither the order of the table nor that of the pivots decides.

References
----------
T. F. Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer
Science 38 (1985).
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from augment.tokens import change

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Pool:
    """Accepted paraphrases of one class that wait for the decision, 18 bytes each.

    Attributes
    ----------
    numbers
        What each is known by; its text is asked for by this number.
    sources
        Row numbers of their originals.
    worths
        How much each is wanted: the share of the text that changed, 0..1; of an engine that goes
        by rules, its rewording (`augment.filters.reworded`) less than nothing.
    makers
        Which paraphraser made each, by its place among them.
    """

    __slots__ = ("makers", "numbers", "sources", "worths")

    def __init__(self) -> None:
        self.numbers = array("I")
        self.sources = array("I")
        self.worths = array("d")
        self.makers = array("H")

    def add(self, number: int, source: int, worth: float, maker: int = 0) -> None:
        """Put a paraphrase in."""
        self.numbers.append(number)
        self.sources.append(source)
        self.worths.append(worth)
        self.makers.append(maker)

    def __len__(self) -> int:
        return len(self.numbers)


def choose(
    pool: Pool,
    text: Callable[[int], str],
    *,
    needed: int | None = None,
    per_row: int | None = None,
    seed: int = 0,
) -> NDArray[np.intp]:
    """Choose what is kept of one class.

    Parameters
    ----------
    pool
        Accepted paraphrases of one class.
    text
        Gives the text of a paraphrase by its number; asked only where an original has several.
    needed
        How many to keep at most; None: all that `per_row` allows.
    per_row
        Most paraphrases of one original; None: no limit.
    seed
        Decides between equals.

    Returns
    -------
    ndarray, intp, (n_kept,)
        Places in the pool: by original, those of one original as they were chosen.

    Examples
    --------
    >>> pool = Pool()
    >>> for number, source, changed in ((0, 5, 0.2), (1, 5, 0.4), (2, 9, 0.1)):
    ...     pool.add(number, source, changed)
    >>> choose(pool, ["a b c", "a d e", "f"].__getitem__, needed=2).tolist()
    [1, 2]
    """
    import numpy as np

    sources = np.array(pool.sources)
    turns = _turns(pool, sources, text, per_row, seed)
    if needed is not None:
        sizes = np.cumsum(np.bincount(turns[turns >= 0], minlength=1))
        last = int(np.searchsorted(sizes, needed, side="left"))
        if last < len(sizes):
            turns[turns > last] = -1
            over = int(sizes[last]) - needed
            at = np.flatnonzero(turns == last)
            hashes = np.array([_hash(pool, place, seed) for place in at.tolist()], dtype=np.uint64)
            worths = np.array(pool.worths)[at]
            turns[at[np.lexsort((hashes, -worths))[len(at) - over :]]] = -1
    kept = np.flatnonzero(turns >= 0)
    ordered: NDArray[np.intp] = kept[np.lexsort((turns[kept], sources[kept]))]
    return ordered


def _turns(
    pool: Pool,
    sources: NDArray[np.uint32],
    text: Callable[[int], str],
    per_row: int | None,
    seed: int,
) -> NDArray[np.int32]:
    """For each paraphrase its place among those of its original; -1 beyond `per_row`."""
    import numpy as np

    turns = np.zeros(len(pool), dtype=np.int32)
    order = np.argsort(sources, kind="stable")
    starts = np.flatnonzero(np.diff(sources[order], prepend=sources[order[:1]] + 1))
    ends = np.append(starts[1:], len(order))
    for several in np.flatnonzero(ends - starts > 1):
        places = order[starts[several] : ends[several]]
        ranked = _rank(pool, places.tolist(), text, per_row, seed)
        turns[places] = -1
        turns[ranked] = range(len(ranked))
    return turns


def _rank(
    pool: Pool,
    places: Sequence[int],
    text: Callable[[int], str],
    per_row: int | None,
    seed: int,
) -> list[int]:
    """Order the paraphrases of one original: each next one farthest from all before it."""
    left = sorted(places, key=lambda place: (-pool.worths[place], _hash(pool, place, seed)))
    texts = {place: text(pool.numbers[place]) for place in left}
    # Of what goes by rules it stays below zero: the worth decides, however far they lie apart.
    distance = {place: pool.worths[place] for place in left}
    ranked: list[int] = []
    while left and (per_row is None or len(ranked) < per_row):
        best = max(left, key=distance.__getitem__)
        left.remove(best)
        ranked.append(best)
        for place in left:
            distance[place] = min(distance[place], change(texts[best], texts[place]))
    return ranked


def _hash(pool: Pool, place: int, seed: int) -> int:
    name = f"{seed}\0{pool.sources[place]}\0{pool.numbers[place]}"
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "big")

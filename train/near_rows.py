"""Rows that say almost what another original says: folds that part the two leak."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from augment.datasets.near_duplicates import NEAR, jaccard, near_texts
from augment.datasets.survey import most_telling
from augment.tokens import fold

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Texts = Sequence[tuple[str, ...]]
#: Originals of one group of near texts that a new row is compared with.
_MOST_COMPARED = 500


def near_copies(
    originals: Texts, groups: IntArray, new: Texts, sources: Sequence[int]
) -> BoolArray:
    """Find new rows that are nearer to an original of another group than their own source is.

    Such a row would show the training side almost the text of a test row. Where source and other
    original are near each other themselves, the new row adds nothing to that.

    Parameters
    ----------
    originals, groups
        Texts of every original, one or two sides, and its group.
    new, sources
        Texts of every new row, and the position of its original.

    Returns
    -------
    ndarray of bool, shape ``(len(new),)``
        Whether some side shares `NEAR` of its letter runs with that side of an original of another
        group, and its source's side does not.

    Examples
    --------
    >>> rows = [("Who wrote the play about the Danish prince?",), ("When was the wheel invented?",)]
    >>> near_copies(rows, np.arange(2), [("When was the wheel invented, please?",)], [0]).tolist()
    [True]
    """
    found = np.zeros(len(new), dtype=bool)
    for side in range(len(new[0]) if new else 0):
        own = [fold(texts[side]) for texts in originals]
        theirs = [fold(texts[side]) for texts in new]
        of_text = near_texts([*own, *theirs])
        near: dict[int, list[int]] = {}
        for at, first in enumerate(of_text[: len(own)]):
            near.setdefault(first, []).append(at)
        for at, text in enumerate(theirs):
            source = sources[at]
            others = near.get(of_text[len(own) + at], ())[:_MOST_COMPARED]
            found[at] |= any(
                jaccard(text, own[other]) >= NEAR > jaccard(own[source], own[other])
                for other in others
                if groups[other] != groups[source]
            )
    return found


def near_groups(texts: Texts, threshold: float) -> list[IntArray]:
    """Give every row, side by side, the number of its group of near texts.

    Of a pair, a side to which more than half of the rows have a near one is near none: it tells
    nothing of a row.
    """
    sides = []
    for side in range(len(texts[0])):
        near = np.array(near_texts((row[side] for row in texts), threshold), dtype=np.int64)
        if len(texts[0]) > 1:
            common = np.bincount(near)[near] > most_telling(len(texts))
            near[common] = np.flatnonzero(common)
        sides.append(near)
    return sides


def n_parted(texts: Texts, groups: IntArray) -> int:
    """Count originals that have a near text in another group.

    >>> rows = [("When was the wheel invented?",), ("When was the wheel invented, please?",)]
    >>> n_parted(rows, np.array([0, 1])), n_parted(rows, np.array([0, 0]))
    (2, 0)
    """
    return int(_parted(texts, groups).sum())


def n_near(texts: Texts, others: Texts) -> int:
    """Count the texts that are near one of the others.

    >>> n_near([("When was the wheel invented?",)], [("When was the wheel invented, please?",)])
    1
    """
    if not texts:
        return 0
    both = [*texts, *others]
    parted = _parted(both, np.arange(len(both)) >= len(texts))
    return int(parted[: len(texts)].sum())


def near_trained_sentence(near: int, scored: int) -> str:
    """Say that so many of the rows that score a model nearly repeat what it was trained on."""
    return (
        f"nearly repeated in the training ({NEAR:.0%} of their letters): {near:,} of the "
        f"{scored:,} rows that score the model, so these scores are flattered; --valid-share with "
        f"--near {NEAR:g}, or augment split --near {NEAR:g}, keeps such rows together"
    )


def _parted(texts: Texts, groups: IntArray | BoolArray) -> BoolArray:
    """Which texts have a near text in another group."""
    parted = np.zeros(len(texts), dtype=bool)
    for near in near_groups(texts, NEAR):
        least = np.full(len(texts), len(texts), dtype=np.int64)
        most = np.full(len(texts), -1, dtype=np.int64)
        np.minimum.at(least, near, groups)
        np.maximum.at(most, near, groups)
        parted |= (least != most)[near]
    return parted

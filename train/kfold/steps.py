"""How coarse a score is: what the rows are worth that two arms answer differently.

A score of few rows moves in steps, and two arms that differ in a row or two of every test part
differ, by chance, by the same amount in all of them. The standard deviation of such differences
is near 0, and any test would be sure of them. They are therefore taken to spread by at least what
rounding to such a step hides.

Which step that is, the rows say that the arms answer differently. In macro F1 a row of a class of
five is worth a hundred rows of a class of five hundred; but where the arms differ in a hundred
rows of large classes as well, the differences move in finer steps than that, and their own
standard deviation can be believed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from augment.train.metrics import matthews

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Step:
    """What a row is worth that two arms answer differently.

    Parameters
    ----------
    worth
        In the score, 0..1: the root of the mean square over all such rows of all test parts.
    label
        Name of the class that has most part in it; empty where all count alike (accuracy).
    rows
        Rows of that class, or of all, in a test part, on average.
    row_worth
        What one of them is worth.
    """

    worth: float
    label: str = ""
    rows: float = 0.0
    row_worth: float = 0.0

    @property
    def hidden_sd(self) -> float:
        """Standard deviation that rounding hides of a difference of two scores.

        Two errors of rounding, each spread evenly over a step, have it together.

        Examples
        --------
        >>> round(Step(0.1).hidden_sd, 4)
        0.0408
        """
        return self.worth / math.sqrt(6.0)


def row_worths(metric: str, counts: IntArray) -> FloatArray:
    """Give what a row of each class is worth in a score of a test part; 0 for absent classes.

    A row is worth ``1 / n`` of the accuracy. In macro F1 every class counts alike, so a row of a
    rare class is worth more. Of Matthews' correlation it is what a single mistake costs.

    Parameters
    ----------
    metric
        ``accuracy``, ``macro_f1`` or ``mcc``.
    counts
        Rows of each class in the test part.

    Examples
    --------
    >>> row_worths("accuracy", np.array([3, 1])).tolist()
    [0.25, 0.25]
    >>> row_worths("macro_f1", np.array([4, 1])).tolist()
    [0.125, 0.5]
    >>> row_worths("mcc", np.array([50, 50])).round(3).tolist()
    [0.02, 0.02]
    """
    there = counts > 0
    if metric == "accuracy":
        return np.asarray(there / counts.sum(), dtype=np.float64)
    if metric == "macro_f1":
        return np.asarray(there / np.maximum(counts, 1) / there.sum(), dtype=np.float64)
    worth = np.zeros(len(counts))
    by_size = np.argsort(-counts, kind="stable")
    for own in np.flatnonzero(there):
        table = np.diag(counts)
        table[own, own] -= 1
        table[own, by_size[0] if by_size[0] != own else by_size[1]] += 1
        worth[own] = matthews(np.diag(counts)) - matthews(table)
    return worth


def step_between(
    metric: str,
    classes: Sequence[str],
    tested: Sequence[IntArray],
    baseline: Sequence[IntArray],
    candidate: Sequence[IntArray],
) -> Step:
    """Give the step in which the differences of two arms move.

    Parameters
    ----------
    metric
        Name of the score.
    classes
        Names of the classes.
    tested
        Class numbers of the rows of each test part.
    baseline, candidate
        What the arms answer there.

    Returns
    -------
    Step
        Of the rows that they answer differently; where there are none, of the class whose rows
        are worth most, because nothing is known of the others.

    Examples
    --------
    >>> right = np.array([0] * 8 + [1] * 2)
    >>> other = np.array([1] + [0] * 7 + [1] * 2)
    >>> step_between("macro_f1", ["a", "b"], [right], [right], [other])
    Step(worth=0.0625, label='a', rows=8.0, row_worth=0.0625)
    """
    n = len(classes)
    counts = np.array([np.bincount(labels, minlength=n) for labels in tested])
    worths = np.array([row_worths(metric, part) for part in counts])
    differ = np.array(
        [
            np.bincount(labels[one != other], minlength=n)
            for labels, one, other in zip(tested, baseline, candidate, strict=True)
        ]
    )
    if differ.any():
        squares = (worths**2 * differ).sum(axis=0)
        worth = math.sqrt(float(squares.sum() / differ.sum()))
        own = int(squares.argmax())
    else:
        own = int(worths.mean(axis=0).argmax())
        worth = float(worths[:, own].mean())
    if metric == "accuracy":  # a row of any class is worth the same
        return Step(worth, rows=float(counts.sum(axis=1).mean()), row_worth=worth)
    there = counts[:, own] > 0
    return Step(
        worth=worth,
        label=classes[own],
        rows=float(counts[:, own].mean()),
        row_worth=float(worths[there, own].mean()),
    )

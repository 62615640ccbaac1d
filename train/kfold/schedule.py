"""Which row stands in which batch: the one place where the fairness of the arms is decided.

Augmentation does three things at once. It adds new texts, it adds optimizer steps, and it changes
how often each class is seen. The last two help by themselves and cost nothing, so the control
must have them too. The two arms compared are therefore made from one plan:

- A plan is a sequence of batches of originals of the training part, class by class in turn, the
  originals of a class one after another in shuffled rounds. Every original of a class appears
  equally often, give or take one.
- The arm `oversampled` trains on the plan as it is: repeated originals.
- The arm `augmented` trains on the same plan with a share of the places of every batch given to a
  paraphrase of the very original that stands there, each original's paraphrases in turn. An
  original without paraphrases stays itself, so a class that got none (because it was the largest)
  keeps its part of the batch.

Both arms then agree in the number of steps, the classes in every batch, the originals behind
every batch, the order, the initial head and the seed of the dropout. They differ in the texts,
and in nothing else. Drawing the paraphrases on their own would look simpler, but would let the
arms differ in which originals are stressed; letting the control repeat only those originals that
have paraphrases would hand it a worse sample than anyone would choose.

With the share ``natural`` the augmented arm is what one gets by training on the augmented table
as it lies: all rows in one pool, shuffled every epoch. Its control has, at the place of every
paraphrase, an original of the same class, again all equally often.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
DEFAULT_EPOCHS, FEWEST_STEPS = 5.0, 100


@dataclass(frozen=True, slots=True)
class FairPair:
    """Batches of the augmented arm and of its control, shape ``(steps, batch_size)`` each."""

    augmented: IntArray
    oversampled: IntArray


def planned_steps(
    n_rows: int, *, batch_size: int, epochs: float | None = None, steps: int | None = None
) -> int:
    """Optimizer steps for a training set of `n_rows`.

    Without `steps` and `epochs`, five epochs, and at least 100 steps: a small set needs more
    epochs than a large one to be learnt at all.

    Examples
    --------
    >>> planned_steps(500, batch_size=16), planned_steps(20, batch_size=16)
    (157, 100)
    """
    if steps is not None:
        return steps
    found = max(1, math.ceil((epochs or DEFAULT_EPOCHS) * n_rows / batch_size))
    return found if epochs else max(found, FEWEST_STEPS)


def own_batches(
    labels: IntArray,
    train: IntArray,
    *,
    steps: int,
    batch_size: int,
    rng: np.random.Generator,
    balanced: bool = False,
) -> IntArray:
    """Batches of originals in shuffled rounds, or class by class in turn.

    Parameters
    ----------
    labels
        Class number of every row.
    train
        Rows of the training part.
    steps, batch_size
        Shape of the result.
    rng
        Source of the order.
    balanced
        Draw every class equally often.

    Returns
    -------
    ndarray of shape (steps, batch_size)
        Row numbers.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sorted(own_batches(np.zeros(4), np.arange(4), steps=2, batch_size=2, rng=rng).ravel())
    [np.int64(0), np.int64(1), np.int64(2), np.int64(3)]
    """
    if balanced:
        return _class_by_class(labels, train, steps * batch_size, rng).reshape(steps, batch_size)
    rounds = _rounds(train, rng)
    return _take(rounds, steps * batch_size).reshape(steps, batch_size)


def fair_pair(
    labels: IntArray,
    source: IntArray,
    train: IntArray,
    *,
    steps: int,
    batch_size: int,
    share: float | Literal["natural"],
    rng: np.random.Generator,
) -> FairPair:
    """Batches of the augmented arm and its control (see the module's first lines).

    Parameters
    ----------
    labels, source
        Class number and original of every row; shape ``(n_rows,)``.
    train
        Originals of the training part. Only their paraphrases are used.
    steps, batch_size
        Shape of the batches of either arm.
    share
        Part of every batch that may be paraphrases, above 0 and up to 1; or ``"natural"``.
    rng
        Source of the order.

    Returns
    -------
    FairPair
        Equal in shape and, place by place, in class.
    """
    rows = np.arange(len(source))
    own: dict[int, list[int]] = {int(row): [] for row in train}
    for row in rows[source != rows].tolist():
        if int(source[row]) in own:
            own[int(source[row])].append(row)
    if share == "natural":
        pool = np.array([*train.tolist(), *(p for ps in own.values() for p in ps)], dtype=np.int64)
        augmented = _take(_rounds(pool, rng), steps * batch_size)
        oversampled = augmented.copy()
        taken = source[augmented] != augmented
        for c in np.unique(labels[train]):
            places = np.flatnonzero(taken & (labels[augmented] == c))
            oversampled[places] = _take(_rounds(train[labels[train] == c], rng), len(places))
    else:
        oversampled = _class_by_class(labels, train, steps * batch_size, rng)
        augmented = oversampled.copy()
        turns = {row: _rounds(np.array(ps), rng) for row, ps in own.items() if ps}
        # The running total decides how many places of a batch go to paraphrases, so that the
        # share is met over the run whatever the batch size; which places is drawn.
        due = np.floor(np.arange(steps + 1) * share * batch_size + 1e-9).astype(int)
        for step in range(steps):
            chosen = rng.permutation(batch_size)[: due[step + 1] - due[step]]
            for place in (step * batch_size + np.sort(chosen)).tolist():
                turn = turns.get(int(oversampled[place]))
                if turn is not None:
                    augmented[place] = next(turn)
    shape = (steps, batch_size)
    return FairPair(augmented.reshape(shape), oversampled.reshape(shape))


def _rounds(rows: IntArray, rng: np.random.Generator) -> Iterator[int]:
    """Give the rows again and again, each round in an order of its own."""
    while True:
        yield from rng.permutation(rows).tolist()


def _take(rows: Iterator[int], n: int) -> IntArray:
    return np.fromiter((next(rows) for _ in range(n)), dtype=np.int64, count=n)


def _class_by_class(
    labels: IntArray, train: IntArray, n: int, rng: np.random.Generator
) -> IntArray:
    """Take `n` originals in rounds over the classes and, within a class, over its rows."""
    classes = np.unique(labels[train])
    rounds = {int(c): _rounds(train[labels[train] == c], rng) for c in classes}
    turn = _rounds(classes, rng)
    return np.fromiter((next(rounds[next(turn)]) for _ in range(n)), dtype=np.int64, count=n)

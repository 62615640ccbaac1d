"""Extra parts of a run: less to train on, and folds that leak, to show what leaking would feign."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from augment.datasets.folds import Fold, grouped_folds
from augment.errors import InputError
from augment.train.kfold.labelled import LabelledRows

IntArray = npt.NDArray[np.int64]
#: The part with all rows, and the one with folds that leak; a point of the curve is its number.
WHOLE, LEAKING = "", "leaking"


def smaller_splits(
    rows: LabelledRows, splits: list[Fold], per_class: int, *, seed: int
) -> list[Fold]:
    """Keep at most `per_class` originals of each class in every training part.

    The test parts stay as they are, and the originals kept for a number are among those kept for
    any larger one.
    """
    found = []
    for split in splits:
        rng = np.random.default_rng([seed, split.repeat, split.fold, 1])
        order = rng.permutation(split.train)
        labels = rows.labels[order]
        kept = [order[labels == c][:per_class] for c in range(len(rows.classes))]
        train = np.sort(np.concatenate(kept))
        found.append(Fold(split.repeat, split.fold, train, split.test))
    return found


def usable_points(rows: LabelledRows, splits: list[Fold], points: tuple[int, ...]) -> list[int]:
    """Points of the curve that leave some class of some training part smaller than it is.

    Raises
    ------
    InputError
        When there are points, and none of them does.
    """
    largest = max(int(np.bincount(rows.labels[split.train]).max()) for split in splits)
    usable = [point for point in points if point < largest]
    if points and not usable:
        raise InputError(
            f"curve: the largest class has {largest} originals to train on, and every point "
            f"({', '.join(map(str, points))}) is at least that; give smaller ones"
        )
    return usable


def leaking_splits(rows: LabelledRows, *, folds: int, repeats: int, seed: int) -> list[Fold]:
    """Ordinary stratified folds over originals and paraphrases, as if each row were alone.

    This is what not to do: paraphrases of a test row, and the same text again, are trained on.
    """
    n = len(rows.texts)
    return grouped_folds(
        rows.labels,
        np.arange(n),
        folds=folds,
        repeats=repeats,
        seed=seed,
        names=rows.classes,
    )

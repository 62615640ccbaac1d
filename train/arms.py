"""What each arm trains on in one fold: its batches, and how many rows they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from augment.datasets.folds import Split
from augment.errors import InputError
from augment.train.config import (
    AUGMENTED,
    ORIGINAL,
    OVERSAMPLED,
    WEIGHTED,
    KFoldConfig,
)
from augment.train.labelled import LabelledRows
from augment.train.schedule import fair_pair, own_batches, planned_steps

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ArmPlan:
    """Batches of one arm in one fold.

    Parameters
    ----------
    batches
        Rows of every optimizer step, shape ``(steps, batch_size)``.
    n_train
        Size of the training set that the batches stand for.
    share_seen
        Part of the places in all batches that paraphrases hold, 0..1.
    loss
        What the arm minimises.
    """

    batches: IntArray
    n_train: int
    share_seen: float
    loss: Literal["plain", "weighted", "focal"]


def chosen_arms(config: KFoldConfig, rows: LabelledRows) -> tuple[str, ...]:
    """Arms of a run: those asked for, else all that the table allows but `weighted`.

    Raises
    ------
    InputError
        When `augmented` is asked for and the table holds no paraphrases.
    """
    if not rows.n_paraphrases and AUGMENTED in config.arms:
        raise InputError(
            "arms: 'augmented' needs paraphrases and the table has none; "
            "write some with `augment backtranslate` first"
        )
    if config.arms:
        return config.arms
    return (ORIGINAL, OVERSAMPLED, AUGMENTED) if rows.n_paraphrases else (ORIGINAL, OVERSAMPLED)


def plan_arm(arm: str, rows: LabelledRows, split: Split, config: KFoldConfig) -> ArmPlan:
    """Batches of an arm in one fold.

    The same seed in every arm gives the pair of `augmented` and `oversampled` one common plan
    (see `augment.train.schedule`). `weighted` trains on the originals as they come, for as many
    steps as that pair, with a loss weighted by class.
    """
    rng = np.random.default_rng([config.seed, split.repeat, split.fold])
    train, labels = split.train, rows.labels
    n_own = len(train)
    n_enlarged = _enlarged(rows, train)
    if arm in (ORIGINAL, WEIGHTED):
        batches = own_batches(
            labels,
            train,
            steps=_steps(n_own if arm == ORIGINAL else n_enlarged, config),
            batch_size=config.batch_size,
            rng=rng,
            balanced=config.sampler == "balanced" and arm == ORIGINAL,
        )
        return ArmPlan(batches, n_own, 0.0, "weighted" if arm == WEIGHTED else config.loss)
    steps = _steps(n_enlarged, config)
    if not rows.n_paraphrases:
        batches = own_batches(
            labels, train, steps=steps, batch_size=config.batch_size, rng=rng, balanced=True
        )
        return ArmPlan(batches, n_enlarged, 0.0, config.loss)
    pair = fair_pair(
        labels,
        rows.source,
        train,
        steps=steps,
        batch_size=config.batch_size,
        share=config.share,
        rng=rng,
    )
    batches = pair.augmented if arm == AUGMENTED else pair.oversampled
    seen = float((batches >= rows.n_originals).mean())
    return ArmPlan(batches, n_enlarged, seen, config.loss)


def _enlarged(rows: LabelledRows, train: IntArray) -> int:
    """Rows of the enlarged training part: with its paraphrases, else every class as the largest."""
    if rows.n_paraphrases:
        inside = np.zeros(rows.n_originals, dtype=bool)
        inside[train] = True
        return len(train) + int(inside[rows.source[rows.n_originals :]].sum())
    counts = np.bincount(rows.labels[train], minlength=len(rows.classes))
    return int(counts.max()) * len(rows.classes)


def _steps(n_rows: int, config: KFoldConfig) -> int:
    """Optimizer steps for a training set of `n_rows`."""
    return planned_steps(
        n_rows, batch_size=config.batch_size, epochs=config.epochs, steps=config.steps
    )

"""What each arm trains on in one fold: its batches, and how many rows they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from augment.datasets.folds import Fold
from augment.errors import InputError
from augment.train.kfold.config import (
    AUGMENTED,
    MATCHED,
    ORIGINAL,
    OVERSAMPLED,
    WEIGHTED,
    KFoldConfig,
)
from augment.train.kfold.label_check import LabelCheck
from augment.train.kfold.labelled import LabelledRows
from augment.train.kfold.schedule import fair_pair, own_batches, planned_steps

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
    label_refused
        New rows of the training part that the label check keeps out.
    """

    batches: IntArray
    n_train: int
    share_seen: float
    loss: Literal["plain", "weighted", "focal"]
    label_refused: int = 0


def chosen_arms(config: KFoldConfig, rows: LabelledRows) -> tuple[str, ...]:
    """Arms of a run: those asked for, else three that the table allows.

    Without paraphrases the question is whether balancing helps: then the originals are also trained
    as they come for as many steps, where balancing adds steps.

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
        return config.arm_names
    if rows.n_paraphrases:
        return ORIGINAL, OVERSAMPLED, AUGMENTED
    if config.steps is not None or len(set(rows.counts(paraphrases=False).values())) == 1:
        return ORIGINAL, OVERSAMPLED
    return ORIGINAL, MATCHED, OVERSAMPLED


class ArmPlans:
    """Plans of all arms over the rows of all tables.

    Parameters
    ----------
    rows
        Originals, the main table's paraphrases, then the new rows of other tables.
    owned
        Arm -> positions of its new rows; the arms made of new rows, the main one first.
    config
        Batch size, steps, share and seed.
    check
        Keeps new rows out of a training part; None: all are used.

    Notes
    -----
    Every arm of new rows has a control with the same plan (see `augment.train.kfold.schedule`). The
    control of the first is `oversampled`; another arm shares it where the two plans are the same,
    else its control is named after it.
    """

    def __init__(
        self,
        rows: LabelledRows,
        owned: Mapping[str, IntArray],
        config: KFoldConfig,
        check: LabelCheck | None = None,
    ) -> None:
        self.rows, self.owned, self.config, self.check = rows, dict(owned), config, check

    def with_controls(self, arms: tuple[str, ...], splits: list[Fold]) -> dict[str, str]:
        """Give every arm that trains, in order -> the arm of new rows that it is matched to."""
        first = next((arm for arm in self.owned if arm in arms), next(iter(self.owned), ""))
        matched = {arm: arm if arm in self.owned else first for arm in arms}
        if OVERSAMPLED not in arms:
            return matched
        for arm in self.owned:
            if arm == first or arm not in arms:
                continue
            same = all(
                np.array_equal(
                    self.plan(OVERSAMPLED, first, split).batches,
                    self.plan(OVERSAMPLED, arm, split).batches,
                )
                for split in splits
            )
            if not same:
                matched[f"{OVERSAMPLED}-{arm}"] = arm
        return matched

    def plan(self, arm: str, matched_to: str, split: Fold) -> ArmPlan:
        """Batches of an arm in one fold.

        The same seed in every arm gives an arm of new rows and its control one common plan.
        `original_matched` and `weighted` train on the originals as they come, for as many steps
        as that pair, the latter with a loss weighted by class.
        """
        config, rows = self.config, self.rows
        rng = np.random.default_rng([config.seed, split.repeat, split.fold])
        train, labels = split.train, rows.labels
        refused = self._refused(train)
        source = self._source(matched_to, refused)
        n_own, n_enlarged = len(train), self._enlarged(train, source)
        if arm in (ORIGINAL, MATCHED, WEIGHTED):
            batches = own_batches(
                labels,
                train,
                steps=self._steps(n_own if arm == ORIGINAL else n_enlarged),
                batch_size=config.batch_size,
                rng=rng,
                balanced=config.sampler == "balanced" and arm != WEIGHTED,
            )
            return ArmPlan(batches, n_own, 0.0, "weighted" if arm == WEIGHTED else config.loss)
        steps = self._steps(n_enlarged)
        if not matched_to:
            batches = own_batches(
                labels, train, steps=steps, batch_size=config.batch_size, rng=rng, balanced=True
            )
            return ArmPlan(batches, n_enlarged, 0.0, config.loss)
        pair = fair_pair(
            labels,
            source,
            train,
            steps=steps,
            batch_size=config.batch_size,
            share=config.share,
            rng=rng,
        )
        batches = pair.augmented if arm in self.owned else pair.oversampled
        seen = float((batches >= rows.n_originals).mean())
        n_refused = int(np.isin(refused, self.owned[arm]).sum()) if arm in self.owned else 0
        return ArmPlan(batches, n_enlarged, seen, config.loss, n_refused)

    def leaking(self, split: Fold) -> ArmPlan:
        """Batches of folds that ignore which row was made from which: class by class in turn."""
        config = self.config
        rng = np.random.default_rng([config.seed, split.repeat, split.fold])
        refused = np.intersect1d(split.train, self._refused(split.train))
        train = np.setdiff1d(split.train, refused)
        steps = self._steps(len(train))
        batches = own_batches(
            self.rows.labels,
            train,
            steps=steps,
            batch_size=config.batch_size,
            rng=rng,
            balanced=True,
        )
        seen = float((batches >= self.rows.n_originals).mean())
        return ArmPlan(batches, len(train), seen, config.loss, len(refused))

    def _refused(self, train: IntArray) -> IntArray:
        """Give the new rows that the label check keeps out of a training part."""
        return self.check.refused(train) if self.check else np.empty(0, dtype=np.int64)

    def _source(self, arm: str, refused: IntArray) -> IntArray:
        """Original of every row, as far as that arm may use it; all other rows name themselves."""
        own = np.arange(len(self.rows.source))
        if arm:
            mine = np.setdiff1d(self.owned[arm], refused)
            own[mine] = self.rows.source[mine]
        return own

    def _enlarged(self, train: IntArray, source: IntArray) -> int:
        """Rows of the enlarged training part: with its paraphrases, else classes as the largest."""
        added = np.flatnonzero(source != np.arange(len(source)))
        if len(added):
            return len(train) + int(np.isin(source[added], train).sum())
        counts = np.bincount(self.rows.labels[train], minlength=len(self.rows.classes))
        return int(counts.max()) * len(self.rows.classes)

    def _steps(self, n_rows: int) -> int:
        """Optimizer steps for a training set of `n_rows`."""
        return planned_steps(
            n_rows,
            batch_size=self.config.batch_size,
            epochs=self.config.epochs,
            steps=self.config.steps,
        )

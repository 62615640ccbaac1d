"""What one arm reached, over all its runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from augment.train.kfold.labelled import LabelledRows
from augment.train.kfold.units import Unit
from augment.train.metrics import (
    SCORES,
    ClassScores,
    Scores,
    beats_guessing,
    calibration_error,
    class_scores,
    confusion,
    score,
)

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class ArmResult:
    """Scores of one arm.

    Parameters
    ----------
    name
        The arm.
    folds
        Scores of each fold, repeat by repeat.
    per_class
        Class name -> scores over all out-of-fold predictions.
    confusion
        Rows by label and prediction, all repeats together.
    ece
        Expected calibration error of all out-of-fold predictions together, 0..1, in 15 bins; a
        single fold has too few rows a bin for it (see `augment.train.metrics.calibration_error`).
    units
        What was trained.
    tested
        Class numbers of the rows of each test part.
    answers
        What was predicted of them.
    """

    name: str
    folds: tuple[Scores, ...]
    per_class: dict[str, ClassScores]
    confusion: IntArray
    ece: float
    units: tuple[Unit, ...]
    tested: tuple[IntArray, ...]
    answers: tuple[IntArray, ...]

    @property
    def learned(self) -> bool:
        """Whether it is right more often than guessing (`augment.train.metrics.beats_guessing`)."""
        return beats_guessing(self.confusion, repeats=len({unit.repeat for unit in self.units}))

    def values(self, metric: str) -> list[float]:
        """One score of every fold."""
        return [float(getattr(fold, metric)) for fold in self.folds]

    def mean(self, metric: str) -> float:
        """Mean of a score over folds and repeats."""
        return float(np.mean(self.values(metric)))

    def sd(self, metric: str) -> float:
        """Give the standard deviation of a score over folds and repeats."""
        return float(np.std(self.values(metric), ddof=1))

    def metrics(self) -> dict[str, Any]:
        """Everything as plain values, for JSON."""
        scores = {
            name: {"mean": self.mean(name), "sd": self.sd(name), "folds": self.values(name)}
            for name in SCORES
        }
        return {
            **scores,
            "per_class": {name: asdict(value) for name, value in self.per_class.items()},
            "ece": self.ece,
            "better_than_guessing": self.learned,
            "confusion": self.confusion.tolist(),
            "steps": [unit.steps for unit in self.units],
            "seconds": [unit.seconds for unit in self.units],
            "n_train": [unit.n_train for unit in self.units],
            "n_train_originals": [unit.n_train_originals for unit in self.units],
            "n_test": [len(unit.test) for unit in self.units],
            "paraphrase_share": [unit.share_seen for unit in self.units],
            "label_refused": [unit.label_refused for unit in self.units],
        }


def arm_result(arm: str, rows: LabelledRows, units: Sequence[Unit]) -> ArmResult:
    """Compute an arm's results from its finished units."""
    n = len(rows.classes)
    table = np.zeros((n, n), dtype=np.int64)
    folds, every_label, every_p, answers = [], [], [], []
    for unit in units:
        labels, p = rows.labels[list(unit.test)], np.array(unit.probabilities)
        every_label.append(labels)
        every_p.append(p)
        folds.append(score(labels, p))
        answers.append(p.argmax(axis=1))
        table += confusion(labels, answers[-1], n)
    per_class = dict(zip(rows.classes, class_scores(table), strict=True))
    ece = calibration_error(np.concatenate(every_label), np.concatenate(every_p))
    return ArmResult(
        name=arm,
        folds=tuple(folds),
        per_class=per_class,
        confusion=table,
        ece=ece,
        units=tuple(units),
        tested=tuple(every_label),
        answers=tuple(answers),
    )

"""How good predictions are: scores with intervals, every class, and the worst mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from augment.train.metrics import (
    ClassScores,
    Scores,
    beats_guessing,
    bootstrap_intervals,
    calibration_error,
    class_scores,
    confusion,
    score,
)

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
#: Mistakes shown.
HARDEST: Final = 10


@dataclass(frozen=True, slots=True)
class Mistake:
    """A row that was put into the wrong class.

    `row` is its 0-based number in the table, `score` the probability of the class predicted, and
    `label_score` that of the right one.
    """

    row: int
    text: tuple[str, ...]
    label: str
    predicted: str
    score: float
    label_score: float


@dataclass(frozen=True)
class Assessment:
    """Scores of one set of predictions.

    Parameters
    ----------
    classes
        Class names, in the order of the model's outputs.
    scores
        Accuracy, macro F1, Matthews correlation, log loss.
    ci95
        95 % intervals of accuracy and macro F1 over the rows drawn anew (bootstrap). They say
        what another sample of rows would give this model, not what another training would.
    ece
        Expected calibration error, 0..1 (see `augment.train.metrics.calibration_error`).
    per_class
        Precision, recall, F1 and number of rows of each class.
    confusion
        Rows by label (first axis) and prediction (second).
    mistakes
        The wrong predictions that the model was surest of, worst first.
    left_out
        Reason -> rows that were not scored.
    trained_on
        Rows whose text the model was trained on: where there are any, the scores are too good.
    side_trained_on
        Other rows of which the model was trained on one side of the pair.
    near_trained_on
        Rows that nearly repeat a text that the model was trained on, as far as its texts are at
        hand: in its own training.
    """

    classes: tuple[str, ...]
    scores: Scores
    ci95: dict[str, tuple[float, float]]
    ece: float
    per_class: dict[str, ClassScores]
    confusion: IntArray
    mistakes: tuple[Mistake, ...]
    left_out: dict[str, int] = field(default_factory=dict)
    trained_on: int = 0
    side_trained_on: int = 0
    near_trained_on: int = 0

    @property
    def rows(self) -> int:
        """Rows scored."""
        return int(self.confusion.sum())

    @property
    def accuracy(self) -> float:
        """Part of the rows put into the right class."""
        return self.scores.accuracy

    @property
    def learned(self) -> bool:
        """Whether it is right more often than guessing (`augment.train.metrics.beats_guessing`)."""
        return beats_guessing(self.confusion)

    @property
    def macro_f1(self) -> float:
        """Mean F1 of the classes that occur."""
        return self.scores.macro_f1

    def as_dict(self) -> dict[str, Any]:
        """Give plain values, for JSON."""
        return {
            "rows": self.rows,
            **asdict(self.scores),
            "ece": self.ece,
            "ci95": {name: list(interval) for name, interval in self.ci95.items()},
            "classes": list(self.classes),
            "per_class": {name: asdict(value) for name, value in self.per_class.items()},
            "confusion": self.confusion.tolist(),
            "hardest_errors": [{**asdict(m), "text": list(m.text)} for m in self.mistakes],
            "left_out": self.left_out,
            "trained_on": self.trained_on,
            "side_trained_on": self.side_trained_on,
            "near_trained_on": self.near_trained_on,
        }


def assess(
    labels: IntArray,
    probabilities: FloatArray,
    classes: Sequence[str],
    texts: Sequence[tuple[str, ...]],
    *,
    rows: Sequence[int] | None = None,
    left_out: dict[str, int] | None = None,
    trained_on: int = 0,
    side_trained_on: int = 0,
    near_trained_on: int = 0,
    seed: int = 0,
) -> Assessment:
    """Score class probabilities against labels.

    Parameters
    ----------
    labels, probabilities
        Class numbers, shape ``(n_rows,)``, and probabilities, shape ``(n_rows, n_classes)``.
    classes
        Class names.
    texts
        The text of each row, or both sides of a pair.
    rows
        Number of each row in its table; 0, 1, ... by default.
    left_out, trained_on, side_trained_on, near_trained_on
        Passed on.
    seed
        Of the bootstrap.
    """
    p = np.asarray(probabilities, float)
    predicted = p.argmax(axis=1)
    table = confusion(labels, predicted, len(classes))
    sure = p[np.arange(len(p)), predicted]
    wrong = np.flatnonzero(predicted != labels)
    hardest = wrong[np.argsort(-sure[wrong], kind="stable")][:HARDEST]
    return Assessment(
        classes=tuple(classes),
        scores=score(labels, p),
        ci95=bootstrap_intervals(table, seed=seed),
        ece=calibration_error(labels, p),
        per_class=dict(zip(classes, class_scores(table), strict=True)),
        confusion=table,
        mistakes=tuple(
            Mistake(
                row=int(row if rows is None else rows[row]),
                text=tuple(texts[row]),
                label=classes[int(labels[row])],
                predicted=classes[int(predicted[row])],
                score=round(float(sure[row]), 6),
                label_score=round(float(p[row, labels[row]]), 6),
            )
            for row in hardest.tolist()
        ),
        left_out=left_out or {},
        trained_on=trained_on,
        side_trained_on=side_trained_on,
        near_trained_on=near_trained_on,
    )

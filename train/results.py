"""Results of a K-fold run, computed from its finished units and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from augment.train.comparison import Comparison, compare
from augment.train.config import AUGMENTED, ORIGINAL, OVERSAMPLED
from augment.train.labelled import LabelledRows
from augment.train.metrics import SCORES, ClassScores, Scores, class_scores, confusion, score
from augment.train.units import Unit

if TYPE_CHECKING:
    import pandas as pd

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
    units
        What was trained.
    """

    name: str
    folds: tuple[Scores, ...]
    per_class: dict[str, ClassScores]
    confusion: IntArray
    units: tuple[Unit, ...]

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
            "confusion": self.confusion.tolist(),
            "steps": [unit.steps for unit in self.units],
            "seconds": [unit.seconds for unit in self.units],
            "n_train": [unit.n_train for unit in self.units],
            "n_train_originals": [unit.n_train_originals for unit in self.units],
            "n_test": [len(unit.test) for unit in self.units],
            "paraphrase_share": [unit.share_seen for unit in self.units],
        }


@dataclass(frozen=True)
class KFoldResult:
    """What a K-fold run found.

    Parameters
    ----------
    name
        The table, as given.
    metric
        The score that the verdict compares.
    arms
        Name -> result.
    comparison
        The verdict: augmented minus oversampled where both were run; None for a single arm.
    naive
        Augmented minus original: what one would report without a control, and why one would be
        wrong; None where either was not run.
    class_counts
        Class name -> (originals, paraphrases).
    left_out
        Reason -> rows that took no part.
    folds
        One line per repeat, fold and arm.
    oof
        Out-of-fold predictions, one line per original, repeat and arm.
    run
        Configuration, versions, hashes and seeds.
    folder
        Where the files lie; None when nothing was written.
    """

    name: str
    metric: str
    arms: dict[str, ArmResult]
    comparison: Comparison | None
    naive: Comparison | None
    class_counts: dict[str, tuple[int, int]]
    left_out: dict[str, int]
    folds: pd.DataFrame
    oof: pd.DataFrame
    run: Mapping[str, Any]
    folder: Path | None = None

    @property
    def verdict(self) -> str | None:
        """``helps``, ``hurts`` or ``no measurable difference``; None for a single arm."""
        return self.comparison.verdict if self.comparison else None

    def metrics(self) -> dict[str, Any]:
        """Give the content of ``metrics.json``."""
        return {
            "metric": self.metric,
            "arms": {name: arm.metrics() for name, arm in self.arms.items()},
            "comparison": _plain(self.comparison),
            "naive": _plain(self.naive),
            "classes": {
                name: {"originals": n, "paraphrases": m}
                for name, (n, m) in self.class_counts.items()
            },
            "left_out": self.left_out,
        }


def collect(
    rows: LabelledRows,
    units: Sequence[Unit],
    *,
    name: str,
    metric: str,
    run: Mapping[str, Any],
    folder: Path | None,
) -> KFoldResult:
    """Compute a run's results.

    Parameters
    ----------
    rows
        The rows of the run.
    units
        All its units, sorted by repeat, fold and arm order.
    name, metric, run, folder
        Passed on, see `KFoldResult`.
    """
    import pandas as pd

    by_arm: dict[str, list[Unit]] = {}
    for unit in units:
        by_arm.setdefault(unit.arm, []).append(unit)
    arms = {arm: _arm_result(arm, rows, of_arm) for arm, of_arm in by_arm.items()}
    originals, paraphrases = rows.counts(paraphrases=False), rows.counts(paraphrases=True)
    any_arm = next(iter(by_arm.values()))
    ratio = float(np.mean([len(u.test) / u.n_train_originals for u in any_arm]))

    def compared(baseline: str, candidate: str) -> Comparison | None:
        if baseline not in arms or candidate not in arms:
            return None
        return compare(
            arms[baseline].values(metric),
            arms[candidate].values(metric),
            test_to_train=ratio,
            baseline=baseline,
            candidate=candidate,
            metric=metric,
        )

    candidate = AUGMENTED if AUGMENTED in arms else [*arms][-1]
    baseline = next((a for a in (OVERSAMPLED, ORIGINAL, *arms) if a in arms and a != candidate), "")
    if candidate == OVERSAMPLED or (candidate != AUGMENTED and ORIGINAL in arms):
        baseline = ORIGINAL
    return KFoldResult(
        name=name,
        metric=metric,
        arms=arms,
        comparison=compared(baseline, candidate),
        naive=compared(ORIGINAL, AUGMENTED),
        class_counts={c: (originals[c], paraphrases[c]) for c in rows.classes},
        left_out=rows.left_out,
        folds=pd.DataFrame([_fold_line(unit, rows) for unit in units]),
        oof=pd.concat([_predictions(unit, rows) for unit in units], ignore_index=True),
        run=run,
        folder=folder,
    )


def _arm_result(arm: str, rows: LabelledRows, units: Sequence[Unit]) -> ArmResult:
    n = len(rows.classes)
    table = np.zeros((n, n), dtype=np.int64)
    folds = []
    for unit in units:
        labels, p = rows.labels[list(unit.test)], np.array(unit.probabilities)
        folds.append(score(labels, p))
        table += confusion(labels, p.argmax(axis=1), n)
    per_class = dict(zip(rows.classes, class_scores(table), strict=True))
    return ArmResult(arm, tuple(folds), per_class, table, tuple(units))


def _fold_line(unit: Unit, rows: LabelledRows) -> dict[str, Any]:
    values = score(rows.labels[list(unit.test)], np.array(unit.probabilities))
    return {
        "repeat": unit.repeat,
        "fold": unit.fold,
        "arm": unit.arm,
        **asdict(values),
        "n_train": unit.n_train,
        "n_train_originals": unit.n_train_originals,
        "n_test": len(unit.test),
        "steps": unit.steps,
        "paraphrase_share": unit.share_seen,
        "seconds": unit.seconds,
    }


def _predictions(unit: Unit, rows: LabelledRows) -> pd.DataFrame:
    import pandas as pd

    test, p = list(unit.test), np.array(unit.probabilities)
    names = np.array(rows.classes, dtype=object)
    return pd.DataFrame(
        {
            "aug_source_id": rows.source_ids[test],
            "repeat": unit.repeat,
            "fold": unit.fold,
            "arm": unit.arm,
            "label": names[rows.labels[test]],
            "predicted": names[p.argmax(axis=1)],
            **{f"prob_{c}": p[:, n] for n, c in enumerate(rows.classes)},
        }
    )


def _plain(comparison: Comparison | None) -> dict[str, Any] | None:
    if comparison is None:
        return None
    values = asdict(comparison)
    return {**values, "ci95": list(comparison.ci95), "differences": list(comparison.differences)}

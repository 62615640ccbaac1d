"""Results of a K-fold run, computed from its finished units and from nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from augment.datasets.detectable import smallest_detectable
from augment.train.kfold.arm_result import ArmResult, arm_result
from augment.train.kfold.comparison import Comparison, judge
from augment.train.kfold.config import of_new_rows
from augment.train.kfold.contrasts import Contrasts
from augment.train.kfold.doubts import doubts
from augment.train.kfold.labelled import LabelledRows
from augment.train.kfold.parts import LEAKING, WHOLE
from augment.train.kfold.units import Unit
from augment.train.metrics import score

if TYPE_CHECKING:
    import pandas as pd

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CurvePoint:
    """The comparisons with at most `per_class` originals of each class to train on.

    Parameters
    ----------
    per_class
        That number; None for all originals.
    n_train
        Originals in a training part, on average.
    scores
        Arm -> mean score.
    comparisons
        Each candidate against its fair control.
    """

    per_class: int | None
    n_train: float
    scores: dict[str, float]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True)
class LeakGap:
    """What folds that leak would have feigned: all rows shuffled into folds, paraphrases too.

    Parameters
    ----------
    arm
        The arm whose score it flatters.
    metric
        Name of the score.
    grouped, leaking
        Mean score of originals, with folds that keep an original's rows together and with folds
        that do not.
    ci95
        95 % interval of the difference. The folds are not the same, so they are not paired.
    """

    arm: str
    metric: str
    grouped: float
    leaking: float
    ci95: tuple[float, float]

    @property
    def gap(self) -> float:
        """How much the leak adds."""
        return self.leaking - self.grouped


@dataclass(frozen=True, repr=False)
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
    candidates
        Every arm of new rows against its own control; the first is `comparison`.
    curve
        Points of the learning curve, ascending, all originals last; empty when not asked for.
    leak
        The leak gap; None when not asked for.
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
    candidates: tuple[Comparison, ...] = ()
    curve: tuple[CurvePoint, ...] = ()
    leak: LeakGap | None = None

    def __repr__(self) -> str:
        scores = ", ".join(f"{name} {arm.mean(self.metric):.3f}" for name, arm in self.arms.items())
        verdict = f"; {self.verdict}" if self.verdict else ""
        return f"<KFoldResult of {self.name!r}: {self.metric} {scores}{verdict}>"

    @property
    def label_refused(self) -> dict[str, list[int]]:
        """Arm of new rows -> rows that the label check kept out, in each test round.

        Empty where the check was off.
        """
        if not self.run.get("label_check", {}).get("training_parts"):
            return {}
        arms = {c.candidate: self.arms[c.candidate] for c in self.candidates}
        return {
            name: [unit.label_refused for unit in arm.units]
            for name, arm in arms.items()
            if of_new_rows(name)
        }

    @property
    def doubts(self) -> list[str]:
        """Why all scores are too good, a sentence each; empty where nothing speaks for it."""
        return doubts(self.run)

    @property
    def verdict(self) -> str | None:
        """``helps``, ``hurts`` or ``no measurable difference``; None for a single arm."""
        return self.comparison.verdict if self.comparison else None

    @property
    def sentence(self) -> str:
        """The verdict as one sentence that a person can act on."""
        from augment.train.kfold.summary import verdict_sentence

        return verdict_sentence(self)

    def metrics(self) -> dict[str, Any]:
        """Give all scores and comparisons by name, as in ``metrics.json``."""
        return {
            "metric": self.metric,
            "arms": {name: arm.metrics() for name, arm in self.arms.items()},
            "comparison": _plain(self.comparison),
            "naive": _plain(self.naive),
            "candidates": [_plain(c) for c in self.candidates],
            "curve": [
                {**asdict(p), "comparisons": [_plain(c) for c in p.comparisons]} for p in self.curve
            ],
            "leak_gap": {**asdict(self.leak), "gap": self.leak.gap} if self.leak else None,
            "classes": {
                name: {"originals": n, "paraphrases": m}
                for name, (n, m) in self.class_counts.items()
            },
            "left_out": self.left_out,
            "doubts": self.doubts,
            "sentence": self.sentence,
        }


def collect(
    rows: LabelledRows,
    units: Sequence[Unit],
    *,
    name: str,
    metric: str,
    matched: Mapping[str, str],
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
    matched
        Arm -> the arm of new rows that it is matched to, itself for such an arm.
    name, metric, run, folder
        Passed on, see `KFoldResult`.
    """
    import pandas as pd

    whole = [unit for unit in units if unit.part == WHOLE]
    arms = _arm_results(rows, whole, matched)
    originals, paraphrases = rows.counts(paraphrases=False), rows.counts(paraphrases=True)
    comparing = Contrasts(arms, matched, metric, _test_to_train(whole))
    candidates = comparing.settled()
    return KFoldResult(
        name=name,
        metric=metric,
        arms=arms,
        comparison=candidates[0] if candidates else None,
        naive=comparing.naive(),
        candidates=tuple(candidates),
        curve=_curve(rows, units, matched, metric),
        leak=_leak(rows, units, arms, metric),
        class_counts={c: (originals[c], paraphrases[c]) for c in rows.classes},
        left_out=rows.left_out,
        folds=pd.DataFrame([_fold_line(unit, rows) for unit in whole]),
        oof=pd.concat([_predictions(unit, rows) for unit in whole], ignore_index=True),
        run=run,
        folder=folder,
    )


def _arm_results(
    rows: LabelledRows, units: Sequence[Unit], matched: Mapping[str, str]
) -> dict[str, ArmResult]:
    """Results of every arm that has units, in the order of `matched`."""
    by_arm: dict[str, list[Unit]] = {arm: [] for arm in matched}
    for unit in units:
        by_arm.setdefault(unit.arm, []).append(unit)
    return {arm: arm_result(arm, rows, own) for arm, own in by_arm.items() if own}


def _test_to_train(units: Sequence[Unit]) -> float:
    return float(np.mean([len(unit.test) / unit.n_train_originals for unit in units]))


def _curve(
    rows: LabelledRows, units: Sequence[Unit], matched: Mapping[str, str], metric: str
) -> tuple[CurvePoint, ...]:
    """Comparisons with the control at every point, and with all originals, corrected together."""
    points = sorted({int(unit.part) for unit in units if unit.part.isdecimal()})
    if not points:
        return ()
    ratio = _test_to_train([unit for unit in units if unit.part == WHOLE])
    found, compared, reasons = [], [], []
    for point in [*points, None]:
        part = WHOLE if point is None else str(point)
        of_part = [unit for unit in units if unit.part == part]
        arms = _arm_results(rows, of_part, matched)
        comparing = Contrasts(arms, matched, metric, ratio)
        pairs = comparing.pairs()
        compared.append([comparing.against(*pair) for pair in pairs])
        reasons.append([comparing.withheld(*pair) for pair in pairs])
        found.append(
            CurvePoint(
                per_class=point,
                n_train=float(np.mean([unit.n_train_originals for unit in of_part])),
                scores={name: arm.mean(metric) for name, arm in arms.items()},
                comparisons=(),
            )
        )
    flat = [one for of_point in compared for one in of_point]
    settled = iter(judge(flat, [[]] * len(flat), [why for of_point in reasons for why in of_point]))
    return tuple(
        replace(point, comparisons=tuple(next(settled) for _ in of_point))
        for point, of_point in zip(found, compared, strict=True)
    )


def _leak(
    rows: LabelledRows, units: Sequence[Unit], arms: Mapping[str, ArmResult], metric: str
) -> LeakGap | None:
    """Compare leaking folds with grouped ones, both scored on originals alone."""
    leaking = [_on_originals(unit, rows.n_originals) for unit in units if unit.part == LEAKING]
    leaking = [unit for unit in leaking if unit.test]
    if len(leaking) < 2:
        return None
    grouped, leaked = arms[leaking[0].arm], arm_result(leaking[0].arm, rows, leaking)
    spread = math.hypot(grouped.sd(metric), leaked.sd(metric))
    half = smallest_detectable(spread, len(leaking), _test_to_train(grouped.units))
    gap = leaked.mean(metric) - grouped.mean(metric)
    return LeakGap(
        arm=grouped.name,
        metric=metric,
        grouped=grouped.mean(metric),
        leaking=leaked.mean(metric),
        ci95=(gap - half, gap + half),
    )


def _on_originals(unit: Unit, n_originals: int) -> Unit:
    """Give a unit as if it had been tested on its originals alone."""
    kept = [at for at, row in enumerate(unit.test) if row < n_originals]
    return replace(
        unit,
        test=tuple(unit.test[at] for at in kept),
        probabilities=tuple(unit.probabilities[at] for at in kept),
    )


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
        "label_refused": unit.label_refused,
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

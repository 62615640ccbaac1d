"""Results of a K-fold run, computed from its finished units and from nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from augment.train.arm_result import ArmResult, arm_result
from augment.train.comparison import Comparison, compare, judge
from augment.train.config import FLOORS, OF_ORIGINALS, ORIGINAL, OVERSAMPLED
from augment.train.labelled import LabelledRows
from augment.train.metrics import score
from augment.train.parts import LEAKING, WHOLE
from augment.train.units import Unit

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
        Mean score with folds that keep an original's rows together, and with folds that do not.
    """

    arm: str
    metric: str
    grouped: float
    leaking: float

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
            if name not in (*OF_ORIGINALS, *FLOORS)
        }

    @property
    def verdict(self) -> str | None:
        """``helps``, ``hurts`` or ``no measurable difference``; None for a single arm."""
        return self.comparison.verdict if self.comparison else None

    @property
    def sentence(self) -> str:
        """The verdict as one sentence that a person can act on."""
        from augment.train.summary import verdict_sentence

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
    candidates, naive = _compared(arms, matched, metric)
    return KFoldResult(
        name=name,
        metric=metric,
        arms=arms,
        comparison=candidates[0] if candidates else None,
        naive=naive,
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


def _compared(
    arms: Mapping[str, ArmResult], matched: Mapping[str, str], metric: str
) -> tuple[list[Comparison], Comparison | None]:
    """Every candidate against its control, verdicts settled; and the naive difference."""

    def against(baseline: str, candidate: str) -> Comparison:
        units = arms[candidate].units
        return compare(
            arms[baseline].values(metric),
            arms[candidate].values(metric),
            test_to_train=float(np.mean([len(u.test) / u.n_train_originals for u in units])),
            step=float(np.mean([1 / len(u.test) for u in units])),
            baseline=baseline,
            candidate=candidate,
            metric=metric,
        )

    news = [arm for arm in arms if matched.get(arm) == arm]
    naive = against(ORIGINAL, news[0]) if news and ORIGINAL in arms else None
    pairs = []
    for arm in news:
        own = f"{OVERSAMPLED}-{arm}"
        control = own if own in arms else OVERSAMPLED
        if control not in arms:
            control = next((a for a in arms if a != arm and a not in (*news, *FLOORS)), "")
        if not control:
            control = next((a for a in arms if a != arm), "")
        if control:
            pairs.append((control, arm))
    if not news:
        tuned = [arm for arm in arms if arm not in FLOORS]
        trained = tuned if len(tuned) > 1 else [*arms]
        if len(trained) > 1:
            baseline = ORIGINAL if ORIGINAL in trained else trained[0]
            rest = [arm for arm in trained if arm != baseline]
            pairs.append((baseline, OVERSAMPLED if OVERSAMPLED in rest else rest[-1]))
    found = [against(*pair) for pair in pairs]
    others = [
        [
            against(arm, candidate)
            for arm in arms
            if candidate in news and arm in OF_ORIGINALS and arm != control
        ]
        for control, candidate in pairs
    ]
    return judge(found, others), naive


def _curve(
    rows: LabelledRows, units: Sequence[Unit], matched: Mapping[str, str], metric: str
) -> tuple[CurvePoint, ...]:
    """Comparisons at every point, and with all originals."""
    points = sorted({int(unit.part) for unit in units if unit.part.isdecimal()})
    found = []
    for point in [*points, None] if points else []:
        part = WHOLE if point is None else str(point)
        of_part = [unit for unit in units if unit.part == part]
        arms = _arm_results(rows, of_part, matched)
        comparisons, _ = _compared(arms, matched, metric)
        found.append(
            CurvePoint(
                per_class=point,
                n_train=float(np.mean([unit.n_train_originals for unit in of_part])),
                scores={name: arm.mean(metric) for name, arm in arms.items()},
                comparisons=tuple(comparisons),
            )
        )
    return tuple(found)


def _leak(
    rows: LabelledRows, units: Sequence[Unit], arms: Mapping[str, ArmResult], metric: str
) -> LeakGap | None:
    leaking = [unit for unit in units if unit.part == LEAKING]
    if not leaking:
        return None
    arm = leaking[0].arm
    flattered = arm_result(arm, rows, leaking).mean(metric)
    return LeakGap(arm=arm, metric=metric, grouped=arms[arm].mean(metric), leaking=flattered)


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

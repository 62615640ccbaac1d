"""Whether one arm beats another, from the same folds, without fooling oneself.

The scores of K folds are not independent: any two training parts share most of their rows, and a
plain t-test over folds takes that for agreement. Nadeau and Bengio's correction widens the
standard error by the ratio of test to training rows. Original rows only are counted, because
paraphrases of training rows are no new information about the population.

A gain counts as one only over the best honest use of the originals: `helps` is said when the
candidate beats its control and every other arm made of originals alone that was run, each at the
same level (an intersection-union test, which keeps the level without a correction). Where several
candidates are judged at once, their p-values are corrected by Holm's method.

Differences that are alike by chance are no proof: what they spread by at least is told by the rows
that the arms answer differently (`augment.train.kfold.steps`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from augment.datasets.detectable import (
    LEVEL,
    found_with_power,
    smallest_detectable,
    standard_error,
)
from augment.errors import InputError
from augment.extras import require
from augment.train.kfold.steps import Step

Verdict = Literal["helps", "hurts", "no measurable difference"]
#: Why a difference is no verdict: neither arm was shown to have learned anything; the control is no
#: fair one; it is significant alone and not among all; another arm of originals is not beaten.
Withheld = Literal["", "unlearned", "control", "holm", "arm"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A paired comparison of two arms over folds and repeats.

    Parameters
    ----------
    baseline, candidate
        Names of the arms; the gain is candidate minus baseline.
    metric
        Name of the score compared.
    gain
        Mean difference over all folds, in units of the score (0.01 is one point).
    sd
        Standard deviation of the differences.
    spread
        The standard deviation that interval, p-value and the two smallest gains go by: `sd`, or
        where the differences are more alike than the rows behind them allow, what these hide of
        it (see `augment.train.kfold.steps`).
    ci95
        95 % interval of the gain.
    p_value
        Two-sided, of no difference at all.
    smallest_detectable
        The smallest gain that this experiment would have called significant at the 5 % level.
    smallest_at_80_power
        The smallest true gain that it would have found four times out of five.
    test_to_train
        Test rows divided by training rows, originals only.
    verdict
        ``helps`` or ``hurts`` where `p_adjusted` is below 0.05.
    differences
        Per fold, in the order of the runs.
    p_adjusted
        The p-value that the verdict goes by: of a gain over every arm made of originals alone,
        after Holm's correction for the number of candidates (see `judge`).
    unbeaten
        The arm of originals that stands against a gain over the baseline; None without one.
    withheld
        Why there is no verdict: ``unlearned`` (neither arm was shown to do better than guessing),
        ``control`` (the baseline is no fair control), ``holm`` (significant alone, not after the
        correction), ``arm`` (see `unbeaten`); empty where the verdict says it all.
    step
        What a row is worth that the two arms answer differently; None where that is not known.
    """

    baseline: str
    candidate: str
    metric: str
    gain: float
    sd: float
    spread: float
    ci95: tuple[float, float]
    p_value: float
    smallest_detectable: float
    smallest_at_80_power: float
    test_to_train: float
    verdict: Verdict
    differences: tuple[float, ...]
    p_adjusted: float
    unbeaten: str | None = None
    withheld: Withheld = ""
    step: Step | None = None

    def smallest_with(self, n_runs: int) -> float:
        """Smallest gain that so many folds would call significant, if they differ as these do.

        Parameters
        ----------
        n_runs
            Folds times repeats, at least 2.
        """
        return smallest_detectable(self.spread, n_runs, self.test_to_train)

    @property
    def outcome(self) -> str:
        """The verdict in a word or three, and where there is none, that there is none."""
        return {
            "unlearned": "nothing can be said",
            "control": "no fair comparison",
            "holm": "no gain to be relied on" if self.gain > 0 else "no loss to be relied on",
            "arm": "no gain to be relied on",
        }.get(self.withheld, self.verdict)


def compare(
    baseline_scores: Sequence[float],
    candidate_scores: Sequence[float],
    *,
    test_to_train: float,
    step: Step | None = None,
    baseline: str = "oversampled",
    candidate: str = "augmented",
    metric: str = "macro_f1",
) -> Comparison:
    """Compare two arms scored on the same folds by the corrected resampled t-test.

    Parameters
    ----------
    baseline_scores, candidate_scores
        One score per fold and repeat, paired by position; at least 2.
    test_to_train
        Test rows divided by training rows, originals only (0.25 for 5 folds).
    step
        What a row is worth that the two arms answer differently (`step_between`). Differences that
        are alike by chance are taken to spread by what such steps hide of them.
    baseline, candidate, metric
        Names for the result.

    Returns
    -------
    Comparison
        Gain, interval, p-value, smallest detectable gain and verdict.

    Raises
    ------
    InputError
        When the two differ in length, hold fewer than two scores, or a score is not finite.

    References
    ----------
    C. Nadeau and Y. Bengio, Inference for the Generalization Error, Machine Learning 52, 2003.
    R. Bouckaert and E. Frank, Evaluating the Replicability of Significance Tests, PAKDD 2004
    (repeated folds).

    Examples
    --------
    >>> compare([0.70, 0.72, 0.71], [0.80, 0.81, 0.82], test_to_train=0.5).verdict
    'helps'
    >>> compare([0.70, 0.72, 0.71], [0.70, 0.72, 0.71], test_to_train=0.5).p_value
    1.0
    """
    stats = require("scipy.stats", extra="train", purpose="the comparison")
    before, after = np.asarray(baseline_scores, float), np.asarray(candidate_scores, float)
    if before.shape != after.shape or before.ndim != 1 or len(before) < 2:
        raise InputError(
            f"{len(before)} scores of {baseline!r} and {len(after)} of {candidate!r}: the same "
            "number, at least 2, is wanted"
        )
    if not (np.isfinite(before).all() and np.isfinite(after).all()):
        raise InputError(f"scores of {baseline!r} and {candidate!r} must be finite numbers")
    d = after - before
    n = len(d)
    gain, sd = float(d.mean()), float(d.std(ddof=1))
    spread = max(sd, step.hidden_sd) if step is not None else sd
    spread = 0.0 if spread < 1e-12 else spread
    error = standard_error(spread, n, test_to_train)
    detectable = smallest_detectable(spread, n, test_to_train)
    if error > 0:
        p_value = float(2 * stats.t.sf(abs(gain) / error, n - 1))
    else:
        p_value = 1.0 if abs(gain) < 1e-12 else 0.0
    verdict: Verdict = "no measurable difference"
    if p_value < LEVEL:
        verdict = "helps" if gain > 0 else "hurts"
    return Comparison(
        baseline=baseline,
        candidate=candidate,
        metric=metric,
        gain=gain,
        sd=sd,
        spread=spread,
        ci95=(gain - detectable, gain + detectable),
        p_value=p_value,
        smallest_detectable=detectable,
        smallest_at_80_power=found_with_power(spread, n, test_to_train),
        test_to_train=test_to_train,
        verdict=verdict,
        differences=tuple(d.tolist()),
        p_adjusted=p_value,
        step=step,
    )


def judge(
    candidates: Sequence[Comparison],
    others: Sequence[Sequence[Comparison]],
    withheld: Sequence[Withheld] = (),
) -> list[Comparison]:
    """Settle the verdicts of all candidates of a run together.

    Parameters
    ----------
    candidates
        Each candidate against its fair control.
    others
        For each, its comparisons with the other arms made of originals alone.
    withheld
        For each, why it can have no verdict whatever the numbers are; none by default.

    Returns
    -------
    list of Comparison
        The candidates with `p_adjusted`, `unbeaten`, `withheld` and `verdict` settled.

    References
    ----------
    S. Holm, A Simple Sequentially Rejective Multiple Test Procedure, Scandinavian Journal of
    Statistics 6, 1979. R. Berger, Multiparameter Hypothesis Testing and Acceptance Sampling,
    Technometrics 24, 1982 (intersection-union tests).

    Examples
    --------
    >>> a = compare([0.70, 0.72, 0.71], [0.73, 0.76, 0.75], test_to_train=0.1)
    >>> a.verdict, [c.verdict for c in judge([a, a], [[], []])]
    ('helps', ['helps', 'helps'])
    >>> as_good = compare([0.74, 0.75, 0.74], [0.73, 0.76, 0.75], test_to_train=0.1,
    ...                   baseline="original")
    >>> judge([a], [[as_good]])[0].unbeaten
    'original'
    """
    hardest: list[tuple[float, str | None]] = []
    for candidate, beside in zip(candidates, others, strict=True):
        found: tuple[float, str | None] = (candidate.p_value, None)
        if candidate.gain > 0:
            for other in beside:
                p = other.p_value if other.gain > 0 else 1.0
                found = max(found, (p, other.baseline), key=lambda pair: pair[0])
        hardest.append(found)
    settled = []
    adjusted = holm([p for p, _ in hardest])
    reasons = withheld or [""] * len(candidates)
    for candidate, p, (alone, arm), reason in zip(
        candidates, adjusted, hardest, reasons, strict=True
    ):
        verdict: Verdict = "no measurable difference"
        why: Withheld = reason
        if not why and p < LEVEL:
            verdict = "helps" if candidate.gain > 0 else "hurts"
        elif not why and candidate.p_value < LEVEL:
            why = "holm" if alone < LEVEL else "arm"
        settled.append(
            replace(
                candidate,
                p_adjusted=p,
                verdict=verdict,
                unbeaten=arm if why == "arm" else None,
                withheld=why,
            )
        )
    return settled


def holm(p_values: Sequence[float]) -> list[float]:
    """Correct p-values for their number by Holm's step-down method.

    Examples
    --------
    >>> [round(p, 3) for p in holm([0.04, 0.01, 0.03])]
    [0.06, 0.03, 0.06]
    """
    n, largest = len(p_values), 0.0
    adjusted = [0.0] * n
    for rank, at in enumerate(np.argsort(p_values, kind="stable").tolist()):
        largest = max(largest, min(1.0, (n - rank) * p_values[at]))
        adjusted[at] = largest
    return adjusted

from __future__ import annotations

import math

import numpy as np
import pytest

from augment.errors import InputError
from augment.train.kfold.comparison import compare, smallest_detectable, standard_error
from augment.train.kfold.steps import Step, row_worths, step_between
from augment.train.metrics import score

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize(
    ("folds", "repeats", "factor", "detectable"),
    [
        (5, 1, 0.671, 1.86),
        (10, 1, 0.459, 1.04),
        (5, 5, 0.539, 1.11),
        (10, 3, 0.380, 0.78),
        (10, 10, 0.348, 0.69),
    ],
)
def test_known_designs(folds, repeats, factor, detectable):
    """Factors of the standard error and smallest gains, in points, for differences of sd 1."""
    n, ratio = folds * repeats, 1 / (folds - 1)
    assert standard_error(1.0, n, ratio) == pytest.approx(factor, abs=5e-4)
    assert smallest_detectable(1.0, n, ratio) == pytest.approx(detectable, abs=5e-3)


@pytest.mark.parametrize("seed", range(5))
def test_without_correction_it_is_the_paired_t_test(seed):
    rng = np.random.default_rng(seed)
    before = rng.normal(0.7, 0.05, 10)
    after = before + rng.normal(0.01, 0.02, 10)
    ours = compare(before.tolist(), after.tolist(), test_to_train=0.0)
    theirs = stats.ttest_rel(after, before)
    interval = theirs.confidence_interval(0.95)
    assert ours.p_value == pytest.approx(theirs.pvalue)
    assert ours.ci95 == pytest.approx((interval.low, interval.high))


def test_correction_widens_by_the_known_factor():
    before, after = [0.70, 0.71, 0.69, 0.72, 0.70], [0.72, 0.72, 0.73, 0.73, 0.71]
    plain = compare(before, after, test_to_train=0.0)
    corrected = compare(before, after, test_to_train=0.25)
    widened = (corrected.ci95[1] - corrected.gain) / (plain.ci95[1] - plain.gain)
    assert widened == pytest.approx(math.sqrt((1 / 5 + 1 / 4) * 5))
    t = corrected.gain / standard_error(corrected.sd, 5, 0.25)
    assert corrected.p_value == pytest.approx(2 * stats.t.sf(t, 4))
    assert corrected.smallest_detectable == pytest.approx(corrected.ci95[1] - corrected.gain)
    assert corrected.smallest_at_80_power > corrected.smallest_detectable


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ([0.80, 0.81, 0.80, 0.82, 0.81], "helps"),
        ([0.60, 0.61, 0.60, 0.62, 0.61], "hurts"),
        ([0.75, 0.66, 0.74, 0.67, 0.71], "no measurable difference"),
        ([0.70, 0.71, 0.70, 0.72, 0.71], "no measurable difference"),
    ],
)
def test_verdict_follows_the_interval(after, verdict):
    found = compare([0.70, 0.71, 0.70, 0.72, 0.71], after, test_to_train=0.25)
    low, high = found.ci95
    assert found.verdict == verdict
    assert (found.verdict == "no measurable difference") == (low <= 1e-9 and high >= -1e-9)
    assert (found.p_value < 0.05) == (found.verdict != "no measurable difference")


def test_false_alarms_stay_rare_where_the_plain_test_cries_wolf():
    """Folds that share a random effect: the plain t-test alarms far too often, ours does not."""
    rng = np.random.default_rng(1)
    folds, ratio = 5, 0.25
    # Differences of one experiment correlate by ratio / (1 + ratio), as the correction assumes.
    rho = ratio / (1 + ratio)
    plain = ours = 0
    for _ in range(2000):
        shared = rng.normal() * math.sqrt(rho)
        d = shared + rng.normal(size=folds) * math.sqrt(1 - rho)
        plain += compare([0] * folds, d.tolist(), test_to_train=0.0).p_value < 0.05
        ours += compare([0] * folds, d.tolist(), test_to_train=ratio).p_value < 0.05
    assert ours / 2000 < 0.065
    assert plain / 2000 > 0.09


@pytest.mark.parametrize(
    ("before", "after"), [([0.5], [0.6]), ([0.5, 0.6], [0.5]), ([0.5, 0.6], [0.5, math.nan])]
)
def test_refuses_scores_that_do_not_pair(before, after):
    with pytest.raises(InputError):
        compare(before, after, test_to_train=0.25)


def test_differences_alike_by_chance_are_no_proof():
    """Two equal arms scored on few rows: their differences are often the same in both folds."""
    drawn = np.random.default_rng(0)
    for folds, rows in ((2, 10), (2, 20), (3, 10), (5, 10)):
        scores = drawn.binomial(rows, 0.8, size=(2, 1500, folds)) / rows
        found = [
            compare(a, b, test_to_train=1 / (folds - 1), step=Step(1 / rows)).p_value < 0.05
            for a, b in zip(*scores, strict=True)
        ]
        assert np.mean(found) <= 0.06
    sure = compare([0.5] * 5, [0.9] * 5, test_to_train=0.25, step=Step(0.01))
    assert sure.verdict == "helps"
    assert sure.smallest_detectable > 0


def simulated(sizes, recalls, gains, *, folds, metric, rng):
    """Two arms that answer alike in 7 of 10 rows, tested in stratified folds."""
    n = len(sizes)
    labels = np.repeat(np.arange(n), sizes)
    fold = np.concatenate([(rng.permutation(k) + rng.integers(folds)) % folds for k in sizes])
    luck, other = rng.random((2, len(labels)))
    wrong = (labels + rng.integers(1, n, len(labels))) % n
    chance = np.where(rng.random(len(labels)) < 0.7, luck, other)
    recall, better = np.array(recalls)[labels], np.array(gains)[labels]
    before = np.where(luck < recall, labels, wrong)
    after = np.where(chance < recall + better, labels, wrong)
    parts = [fold == k for k in range(folds)]
    tested, one, two = ([rows[part] for part in parts] for rows in (labels, before, after))
    scores = [
        [
            getattr(score(own, np.eye(n)[answer]), metric)
            for own, answer in zip(tested, answers, strict=True)
        ]
        for answers in (one, two)
    ]
    step = step_between(metric, [*map(str, range(n))], tested, one, two)
    return compare(*scores, test_to_train=1 / (folds - 1), step=step, metric=metric)


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "mcc"])
@pytest.mark.parametrize(
    ("sizes", "recalls", "folds"),
    [
        ((10, 10), (0.8, 0.8), 2),
        ((50, 50, 4), (1.0, 1.0, 0.6), 2),  # only the rare class is not sure
        ((50, 50, 8), (0.99, 0.99, 0.6), 2),
        ((20, 10, 5), (0.8, 0.8, 0.5), 3),
        ((40, 4, 4, 4), (0.95, 0.5, 0.5, 0.5), 5),
    ],
)
def test_few_rows_and_rare_classes_raise_no_false_alarms(metric, sizes, recalls, folds):
    rng = np.random.default_rng(3)
    drawn = {"folds": folds, "metric": metric, "rng": rng}
    nothing = [0.0] * len(sizes)
    found = [simulated(sizes, recalls, nothing, **drawn).p_value < 0.05 for _ in range(250)]
    assert np.mean(found) <= 0.05


@pytest.mark.parametrize("metric", ["macro_f1", "mcc"])
def test_a_gain_of_large_classes_is_not_hidden_by_a_rare_one(metric):
    """Recall of two classes of 300 rows rises by ten points, beside one of five rows."""
    rng = np.random.default_rng(4)
    drawn = {"folds": 5, "metric": metric, "rng": rng}
    found = [simulated((300, 300, 5), (0.7, 0.7, 0.5), (0.1, 0.1, 0.0), **drawn) for _ in range(60)]
    assert np.mean([c.p_value < 0.05 for c in found]) > 0.5
    for c in found:
        assert c.sd == pytest.approx(np.std(c.differences, ddof=1))
        assert c.spread >= c.sd


def test_the_step_is_that_of_the_rows_answered_differently():
    labels = np.array([0] * 8 + [1] * 2)
    rare, common = labels.copy(), labels.copy()
    rare[-1], common[0] = 0, 1
    classes = ["many", "few"]
    one = step_between("macro_f1", classes, [labels], [labels], [rare])
    assert (one.label, one.rows, one.worth) == ("few", 2.0, 0.25)
    both = step_between("macro_f1", classes, [labels] * 2, [labels] * 2, [rare, common])
    assert both.worth == pytest.approx(((0.25**2 + 0.0625**2) / 2) ** 0.5)
    assert both.row_worth == 0.25
    alike = step_between("macro_f1", classes, [labels], [labels], [labels])
    assert (alike.label, alike.worth) == ("few", 0.25)  # nothing is known of the others
    assert row_worths("mcc", np.array([9, 0])).tolist() == [0.0, 0.0]

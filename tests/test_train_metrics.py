from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.train.metrics import (
    Constant,
    beats_guessing,
    bootstrap_intervals,
    class_scores,
    confusion,
    matthews,
    score,
)

metrics = pytest.importorskip("sklearn.metrics")


@settings(deadline=None, max_examples=80)
@given(st.integers(2, 5), st.integers(2, 60), st.integers(0, 10**6))
def test_agrees_with_scikit_learn(n_classes, n_rows, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(n_classes, size=n_rows)
    p = rng.dirichlet(np.full(n_classes, 0.5), size=n_rows)
    predicted = p.argmax(axis=1)
    ours = score(labels, p)
    assert ours.accuracy == pytest.approx(metrics.accuracy_score(labels, predicted))
    assert ours.macro_f1 == pytest.approx(
        metrics.f1_score(labels, predicted, average="macro", zero_division=0)
    )
    if len(set(labels)) > 1 or len(set(predicted)) > 1:
        assert ours.mcc == pytest.approx(metrics.matthews_corrcoef(labels, predicted))
    assert ours.log_loss == pytest.approx(
        metrics.log_loss(labels, p, labels=list(range(n_classes))), rel=1e-6
    )
    table = confusion(labels, predicted, n_classes)
    everything = list(range(n_classes))
    assert (table == metrics.confusion_matrix(labels, predicted, labels=everything)).all()
    reference = metrics.precision_recall_fscore_support(
        labels, predicted, labels=everything, zero_division=0
    )
    for c, found in enumerate(class_scores(table)):
        expected = [float(column[c]) for column in reference]
        assert [found.precision, found.recall, found.f1, found.support] == pytest.approx(expected)


def test_a_constant_prediction_has_no_correlation():
    assert matthews(confusion(np.array([0, 1, 1]), np.array([1, 1, 1]), 2)) == 0.0


def test_a_certain_wrong_answer_costs_much_but_not_infinitely():
    found = score(np.array([0]), np.array([[0.0, 1.0]]))
    assert 30 < found.log_loss < 40


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.8, 0.2), (0.6, 0.3, 0.1)])
@pytest.mark.parametrize("repeats", [1, 3])
def test_guesses_seldom_beat_guessing(shares, repeats):
    rng = np.random.default_rng(0)
    labels = rng.choice(len(shares), 120, p=shares)
    answers = rng.choice(len(shares), 120, p=shares)  # a model that knows the shares, and no more
    tables = [confusion(rng.permutation(labels), answers, len(shares)) for _ in range(2000)]
    beaten = np.mean([beats_guessing(table * repeats, repeats=repeats) for table in tables])
    assert 0.02 < beaten < 0.075


def test_better_than_guessing_though_the_frequent_class_alone_is_right_more_often():
    table = np.array([[60, 30], [6, 24]])
    assert np.trace(table) / table.sum() < Constant.of(table).accuracy
    assert beats_guessing(table)
    assert not beats_guessing(np.array([[90, 0], [30, 0]]))  # one answer to all
    assert not beats_guessing(np.array([[10, 40], [40, 10]]))  # always the other one
    assert not beats_guessing(np.array([[5, 0], [0, 0]]))  # labels of one class


@settings(deadline=None, max_examples=40)
@given(st.integers(2, 5), st.integers(2, 60), st.integers(0, 10**6))
def test_the_constant_answer_agrees_with_scikit_learn(n_classes, n_rows, seed):
    labels = np.random.default_rng(seed).integers(n_classes, size=n_rows)
    found = Constant.of(confusion(labels, labels, n_classes))
    answers = np.full(n_rows, found.label)
    assert found.accuracy == pytest.approx(metrics.accuracy_score(labels, answers))
    right = metrics.f1_score(labels, answers, average="macro", zero_division=0)
    assert found.macro_f1 == pytest.approx(right)


@pytest.mark.parametrize("right", [True, False])
def test_where_all_rows_are_right_or_none_the_interval_is_no_point(right):
    table = np.array([[6, 0], [0, 4]]) if right else np.array([[0, 6], [4, 0]])
    low, high = bootstrap_intervals(table)["accuracy"]
    assert (
        (low, high) == (pytest.approx(0.7225, abs=1e-3), 1.0)
        if right
        else (
            0.0,
            pytest.approx(0.2775, abs=1e-3),
        )
    )


@pytest.mark.parametrize(
    ("n", "shares", "recalls"),
    [
        (100, [0.95, 0.05], [0.995, 0.8]),
        (60, [0.9, 0.1], [0.99, 0.8]),
        (50, [0.5, 0.5], [0.98, 0.98]),
        (100, [0.5, 0.5], [0.8, 0.8]),
    ],
)
def test_the_interval_of_macro_f1_holds_the_true_one(n, shares, recalls):
    """Errors of a rare class are seldom among a hundred rows: a bootstrap alone misses a fifth."""
    truth = np.array([
        [shares[0] * recalls[0], shares[0] * (1 - recalls[0])],
        [shares[1] * (1 - recalls[1]), shares[1] * recalls[1]],
    ])  # fmt: skip
    true = float((2 * np.diag(truth) / (truth.sum(axis=0) + truth.sum(axis=1))).mean())
    rng = np.random.default_rng(0)
    held = 0
    for draw in range(200):
        table = rng.multinomial(n, truth.ravel()).reshape(2, 2)
        low, high = bootstrap_intervals(table, seed=draw, draws=300)["macro_f1"]
        held += low <= true <= high
    assert held >= 186  # 93 %


def test_classes_without_a_row_change_no_interval():
    """With many classes the prior of each is so small that draws of it come to nothing."""
    table = np.zeros((150, 150), dtype=np.int64)
    table[np.arange(145), np.arange(145)] = 3
    assert bootstrap_intervals(table) == bootstrap_intervals(table[:145, :145])
    low, high = bootstrap_intervals(table)["macro_f1"]
    assert 0.98 < low < high == 1.0
    table[:4, 145:149] += np.eye(4, dtype=np.int64)  # classes that are predicted and have no row
    low, high = bootstrap_intervals(table)["macro_f1"]
    assert 0.9 < low < high < 1.0

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.datasets.folds import grouped_folds
from augment.datasets.groups import source_groups
from augment.errors import InputError


@pytest.mark.parametrize(
    ("texts", "groups"),
    [
        ([("A film.",), ("a  FILM",), ("another",)], [0, 0, 1]),
        ([("x",), ("y",), ("z",)], [0, 1, 2]),
        # Pairs: connected through either side, over any number of steps.
        ([("a", "1"), ("b", "1"), ("b", "2"), ("c", "3")], [0, 0, 0, 1]),
        # ... also when one row's left side is another's right side.
        ([("a", "b"), ("b", "c"), ("d", "e"), ("f", "g")], [0, 0, 1, 2]),
        # A side that more than half of the rows share connects nothing; the same pair does.
        ([("q", "1"), ("q", "2"), ("q", "2"), ("r", "3")], [0, 1, 1, 2]),
        ([("q", "1"), ("q", "1"), ("q", "1"), ("q", "2")], [0, 0, 0, 1]),
        ([("q", ""), ("q", ""), ("q", "2")], [0, 0, 1]),
        ([("same",), ("same",), ("same",), ("other",)], [0, 0, 0, 1]),
        # An empty side connects nothing; two rows of punctuation are told apart.
        ([("a", ""), ("b", " ")], [0, 1]),
        ([("!!!",), ("???",), ("!!!",)], [0, 1, 0]),
        ([("😀",), ("😡",)], [0, 1]),
    ],
)
def test_groups(texts, groups):
    assert source_groups(texts).tolist() == groups


@st.composite
def grouped_labels(draw):
    """Rows in groups of 1 to 6, of any mixture of classes, each class in enough groups."""
    folds = draw(st.integers(2, 6))
    n_classes = draw(st.integers(2, 4))
    labels, groups = [], []
    for c in range(n_classes):  # enough single rows of every class
        for _ in range(draw(st.integers(folds, folds + 12))):
            labels.append(c)
            groups.append(len(groups))
    for _ in range(draw(st.integers(0, 8))):
        group = len(groups) + 1000
        for _ in range(draw(st.integers(1, 6))):
            labels.append(draw(st.integers(0, n_classes - 1)))
            groups.append(group)
    order = draw(st.permutations(range(len(labels))))
    return np.array(labels)[order], np.array(groups)[order], folds


@settings(deadline=None, max_examples=150)
@given(grouped_labels(), st.integers(0, 2**31), st.integers(1, 3))
def test_no_group_on_both_sides_and_every_row_tested_once(drawn, seed, repeats):
    labels, groups, folds = drawn
    splits = grouped_folds(labels, groups, folds=folds, repeats=repeats, seed=seed)
    assert len(splits) == folds * repeats
    for split in splits:
        assert not set(groups[split.train]) & set(groups[split.test])
        assert sorted([*split.train, *split.test]) == list(range(len(labels)))
        assert set(labels[split.train]) == set(labels)
    for repeat in range(repeats):
        tested = np.concatenate([s.test for s in splits if s.repeat == repeat])
        assert sorted(tested.tolist()) == list(range(len(labels)))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(6, 40), min_size=2, max_size=5), st.integers(0, 999))
def test_single_rows_are_stratified_to_the_row(sizes, seed):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    splits = grouped_folds(labels, np.arange(len(labels)), folds=5, seed=seed)
    counts = np.array([np.bincount(labels[s.test], minlength=len(sizes)) for s in splits])
    assert (counts.max(axis=0) - counts.min(axis=0)).max() <= 1
    assert counts.sum(axis=1).max() - counts.sum(axis=1).min() <= len(sizes)


def unevenness(labels, tests):
    """Variance over the folds of each class's share in them, summed over classes."""
    counts = np.array([np.bincount(labels[test], minlength=labels.max() + 1) for test in tests])
    return (counts / counts.sum(axis=0)).var(axis=0).sum()


def test_stratifies_at_least_as_well_as_scikit_learn():
    model_selection = pytest.importorskip("sklearn.model_selection")
    rng = np.random.default_rng(0)
    ours, theirs = [], []
    for seed in range(12):
        sizes = rng.geometric(0.4, size=70)
        groups = np.repeat(np.arange(70), sizes)
        labels = rng.choice(4, size=len(groups), p=[0.6, 0.25, 0.1, 0.05])
        if len(np.unique(groups[labels == 3])) < 5:
            continue
        splits = grouped_folds(labels, groups, folds=5, seed=seed)
        ours.append(unevenness(labels, [split.test for split in splits]))
        reference = model_selection.StratifiedGroupKFold(5, shuffle=True, random_state=seed)
        parts = [test for _, test in reference.split(groups, labels, groups)]
        theirs.append(unevenness(labels, parts))
    assert len(ours) >= 8
    assert np.mean(ours) <= np.mean(theirs)


def test_groups_are_looked_through_once_however_often_they_are_dealt(monkeypatch):
    looked, unique = [], np.unique
    monkeypatch.setattr(np, "unique", lambda *a, **b: looked.append(a) or unique(*a, **b))
    labels, groups = np.arange(60) % 3, np.arange(60) // 2
    counts = []
    for repeats in (1, 4):
        grouped_folds(labels, groups, folds=3, repeats=repeats)
        counts.append(len(looked))
    assert counts[1] == 2 * counts[0]


def test_folds_stay_those_of_earlier_runs():
    """Recorded results name a seed: with it come the same folds."""
    rng = np.random.default_rng(5)
    groups = np.repeat(np.arange(40), rng.geometric(0.4, size=40))
    labels = rng.choice(3, size=len(groups))
    splits = grouped_folds(labels, groups, folds=4, seed=2)
    assert [split.test[:4].tolist() for split in splits] == [
        [8, 9, 11, 16],
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [15, 17, 18, 19],
    ]


def test_seed_decides_and_repeats_differ():
    labels, groups = np.arange(40) % 2, np.arange(40)

    def parts(**options):
        return [s.test.tolist() for s in grouped_folds(labels, groups, folds=4, **options)]

    assert parts(seed=3) == parts(seed=3)
    assert parts(seed=3) != parts(seed=4)
    both = parts(seed=3, repeats=2)
    assert both[:4] == parts(seed=3)
    assert both[4:] != both[:4]


@pytest.mark.parametrize(
    ("labels", "groups", "folds", "message"),
    [
        ([0, 0, 0, 1, 1], [0, 1, 2, 3, 4], 3, r"class 'b' has 2 rows, fewer than folds=3; lower"),
        ([0, 0, 0, 1, 1, 1], [0, 1, 2, 3, 3, 4], 3, "3 rows of 2 different texts"),
        ([0, 0, 1, 1], [0, 1, 2, 2], 2, "add rows of that class"),
        ([0, 1], [0, 1], 1, "at least 2"),
    ],
)
def test_refuses_what_cannot_be_split(labels, groups, folds, message):
    with pytest.raises(InputError, match=message):
        grouped_folds(labels, groups, folds=folds, names=["a", "b"])

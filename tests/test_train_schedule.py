from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.train.kfold.schedule import fair_pair, own_batches


@st.composite
def tables(draw):
    """Labels and sources of originals, some with paraphrases; and a training part."""
    n_classes = draw(st.integers(2, 4))
    sizes = draw(st.lists(st.integers(2, 12), min_size=n_classes, max_size=n_classes))
    labels = np.repeat(np.arange(n_classes), sizes)
    n = len(labels)
    sources = draw(st.lists(st.integers(0, n - 1), min_size=1, max_size=40))
    train = np.array([row for row in range(n) if row % 4], dtype=np.int64)
    return (
        np.concatenate([labels, labels[sources]]),
        np.array([*range(n), *sources], dtype=np.int64),
        train,
        n,
    )


@settings(deadline=None, max_examples=120)
@given(
    tables(),
    st.sampled_from([0.25, 0.5, 1.0, "natural"]),
    st.integers(1, 30),
    st.integers(1, 17),
    st.integers(0, 999),
)
def test_the_arms_differ_in_the_texts_alone(table, share, steps, batch_size, seed):
    labels, source, train, n = table
    pair = fair_pair(
        labels,
        source,
        train,
        steps=steps,
        batch_size=batch_size,
        share=share,
        rng=np.random.default_rng(seed),
    )
    assert pair.augmented.shape == pair.oversampled.shape == (steps, batch_size)
    # Place by place the same class; never a row whose original is in the test part.
    assert (labels[pair.augmented] == labels[pair.oversampled]).all()
    assert set(source[pair.augmented].ravel()) <= set(train)
    assert set(pair.oversampled.ravel()) <= set(train)
    if share != "natural":
        assert (source[pair.augmented] == pair.oversampled).all()
        per_batch = (pair.augmented >= n).sum(axis=1)
        assert per_batch.max() <= np.ceil(share * batch_size)


@settings(deadline=None, max_examples=60)
@given(tables(), st.integers(1, 40), st.integers(0, 999))
def test_the_control_repeats_the_originals_of_a_class_evenly(table, steps, seed):
    labels, source, train, _ = table
    pair = fair_pair(
        labels,
        source,
        train,
        steps=steps,
        batch_size=8,
        share=0.5,
        rng=np.random.default_rng(seed),
    )
    seen = np.bincount(pair.oversampled.ravel(), minlength=len(labels))
    per_class = [seen[train[labels[train] == c]] for c in np.unique(labels[train])]
    assert all(counts.max() - counts.min() <= 1 for counts in per_class)
    totals = [int(counts.sum()) for counts in per_class]
    assert max(totals) - min(totals) <= 1


def test_share_is_met_over_the_run_when_every_original_has_paraphrases():
    labels = np.tile([0, 1], 20)
    source = np.array([*range(20), *range(20)])
    for share, batch_size in ((0.3, 16), (0.5, 5), (1.0, 4)):
        pair = fair_pair(
            labels,
            source,
            np.arange(20),
            steps=40,
            batch_size=batch_size,
            share=share,
            rng=np.random.default_rng(0),
        )
        assert (pair.augmented >= 20).mean() == pytest.approx(share, abs=0.01)


def test_each_paraphrase_of_an_original_has_its_turn():
    source = np.array([0, 1, 0, 0, 0, 1])
    labels = np.array([0, 1, 0, 0, 0, 1])
    pair = fair_pair(
        labels,
        source,
        np.arange(2),
        steps=30,
        batch_size=2,
        share=1.0,
        rng=np.random.default_rng(0),
    )
    seen = np.bincount(pair.augmented.ravel(), minlength=6)
    assert seen.tolist() == [0, 0, 10, 10, 10, 30]


def test_natural_control_keeps_the_originals_of_the_pool_in_place():
    labels = np.array([0] * 6 + [1] * 6 + [0] * 9)
    source = np.array([*range(12), *[0, 1, 2] * 3])
    pair = fair_pair(
        labels,
        source,
        np.arange(12),
        steps=21,
        batch_size=4,
        share="natural",
        rng=np.random.default_rng(3),
    )
    is_original = pair.augmented < 12
    assert (pair.oversampled[is_original] == pair.augmented[is_original]).all()
    assert np.bincount(pair.augmented.ravel(), minlength=21).tolist() == [4] * 21
    # The repeats go to all originals of the class, not only to those with paraphrases.
    repeats = np.bincount(pair.oversampled[~is_original], minlength=12)
    assert repeats.tolist() == [6] * 6 + [0] * 6


@pytest.mark.parametrize("balanced", [False, True])
def test_own_batches_cover_every_row(balanced):
    labels = np.array([0] * 9 + [1] * 3)
    batches = own_batches(
        labels,
        np.arange(12),
        steps=6,
        batch_size=6,
        rng=np.random.default_rng(0),
        balanced=balanced,
    )
    seen = np.bincount(batches.ravel(), minlength=12)
    assert seen.tolist() == ([2] * 9 + [6] * 3 if balanced else [3] * 12)
    assert seen[:9].sum() == (18 if balanced else 27)

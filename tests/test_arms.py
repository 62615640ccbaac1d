"""Arms of several tables, their controls, smaller training parts and the judging of many."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from augment.datasets.folds import grouped_folds
from augment.errors import InputError
from augment.train.kfold.arms import ArmPlans
from augment.train.kfold.candidates import joined, matched
from augment.train.kfold.comparison import compare, holm, judge
from augment.train.kfold.config import KFoldConfig
from augment.train.kfold.labelled import labelled_rows
from augment.train.kfold.parts import leaking_splits, smaller_splits, usable_points

pytest.importorskip("scipy")


def table(copies, method):
    rows = [(f"text {i}", "ab"[i % 2], i, "original") for i in range(24)]
    rows += [
        (f"{method} {i} {n}", "ab"[i % 2], i, method) for i in range(24) for n in range(copies)
    ]
    return pd.DataFrame(rows, columns=["text", "label", "aug_source_id", "aug_method"])


def two_tables(copies, **options):
    rows = labelled_rows(table(1, "backtranslation"), text="text", label="label")
    enlarged, owned = joined(rows, {"eda": matched(table(copies, "eda"), rows, name="eda.csv")})
    owned = {"augmented": np.arange(24, 48), **owned}
    splits = grouped_folds(rows.labels[:24], rows.groups, folds=3)
    return ArmPlans(enlarged, owned, KFoldConfig(**options)), enlarged, owned, splits


ARMS = ("original", "oversampled", "augmented", "eda")


def test_every_arm_trains_on_its_own_rows_of_the_training_part_only():
    plans, rows, owned, splits = two_tables(3)
    for split in splits:
        for arm in ("augmented", "eda"):
            seen = np.unique(plans.plan(arm, arm, split).batches)
            new = seen[seen >= 24]
            assert len(new)
            assert set(new) <= set(owned[arm])
            assert set(rows.source[seen]) <= set(split.train)


def test_a_control_is_shared_only_where_the_plans_are_the_same():
    plans, _, _, splits = two_tables(1)
    assert plans.with_controls(ARMS, splits)["oversampled"] == "augmented"
    assert "oversampled-eda" not in plans.with_controls(ARMS, splits)
    plans, _, _, splits = two_tables(9, epochs=5.0)
    with_controls = plans.with_controls(ARMS, splits)
    assert with_controls["oversampled-eda"] == "eda"
    for control, arm in (("oversampled", "augmented"), ("oversampled-eda", "eda")):
        a, b = (plans.plan(name, arm, splits[0]).batches for name in (control, arm))
        assert a.shape == b.shape
        assert (plans.rows.source[b] == a).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(text=t["text"].replace("text 3", "other")), "original 3"),
        (lambda t: t[t["aug_source_id"] != 5], "1 original of the main table is not in it"),
        (lambda t: t[t["aug_method"] == "original"], "no new rows"),
    ],
)
def test_a_table_of_other_originals_is_refused(change, message):
    rows = labelled_rows(table(1, "backtranslation"), text="text", label="label")
    with pytest.raises(InputError, match=message):
        matched(change(table(1, "eda")), rows, name="eda.csv")


def test_smaller_parts_are_nested_and_keep_the_test_rows():
    rows = labelled_rows(table(1, "x"), text="text", label="label")
    splits = grouped_folds(rows.labels[:24], rows.groups, folds=3)
    few, more = (smaller_splits(rows, splits, n, seed=0) for n in (2, 5))
    for whole, small, middle in zip(splits, few, more, strict=True):
        assert set(small.train) < set(middle.train) < set(whole.train)
        assert np.bincount(rows.labels[small.train]).tolist() == [2, 2]
        assert (small.test == whole.test).all()
    assert usable_points(rows, splits, (2, 8)) == [2]
    with pytest.raises(InputError, match="give smaller ones"):
        usable_points(rows, splits, (8, 9))


def test_leaking_folds_do_leak_and_cover_every_row():
    rows = labelled_rows(table(2, "x"), text="text", label="label")
    splits = leaking_splits(rows, folds=3, repeats=1, seed=0)
    assert sorted(row for split in splits for row in split.test) == list(range(72))
    assert any(set(rows.source[s.train]) & set(rows.source[s.test]) for s in splits)


def test_holm_against_a_worked_example_and_in_any_order():
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_a_gain_must_beat_every_use_of_the_originals_and_survive_the_number_of_arms():
    base = [0.70, 0.71, 0.70, 0.72, 0.71]
    good = [score + d for score, d in zip(base, (0.10, 0.09, 0.11, 0.10, 0.10), strict=True)]
    fair = compare(base, good, test_to_train=0.25)
    weak = compare(base, base, test_to_train=0.25)
    as_good = compare(good, good, test_to_train=0.25, baseline="original")
    assert judge([fair], [[]])[0].verdict == "helps"
    held = judge([fair], [[as_good]])[0]
    assert (held.verdict, held.unbeaten) == ("no measurable difference", "original")
    crowd = judge([fair] + [weak] * 4, [[]] * 5)
    assert crowd[0].p_adjusted == pytest.approx(5 * fair.p_value)


@pytest.mark.parametrize("arms", ["eda=", "2x=a.csv", "augmented=a.csv", "eda=a.csv,eda=b.csv"])
def test_config_refuses_arms(arms):
    with pytest.raises(InputError, match="arms"):
        KFoldConfig(arms=arms)


def test_config_keeps_names_and_files():
    config = KFoldConfig(arms="eda=a.csv,augmented,original", curve=(20, 5))
    assert config.arm_names == ("original", "augmented", "eda")
    assert str(config.arm_files["eda"]) == "a.csv"
    assert config.curve_points == (5, 20)


def test_a_second_column_of_sentences_is_told_of():
    frame = pd.DataFrame(
        {
            "text": [f"The volcano woke up in March {i} after a long silence." for i in range(20)],
            "question": [f"When did volcano {i} wake up?" for i in range(20)],
            "label": ["match", "mismatch"] * 10,
        }
    )
    assert "--text text,question" in next(labelled_rows(frame).notes())
    assert not list(labelled_rows(frame, text="text", label="label").notes())

"""Which arms are compared, by which ratio, and where no verdict can be: from hand-made answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("scipy")

from augment.datasets.detectable import found_with_power, smallest_detectable, standard_error
from augment.datasets.folds import grouped_folds
from augment.errors import InputError
from augment.train.kfold.candidates import joined, matched
from augment.train.kfold.comparison import compare
from augment.train.kfold.config import KFoldConfig
from augment.train.kfold.labelled import labelled_rows
from augment.train.kfold.results import collect
from augment.train.kfold.steps import Step
from augment.train.kfold.summary import summary
from augment.train.kfold.units import Unit
from augment.train.material import gather
from augment.train.near_rows import n_parted
from augment.train.train_config import TrainConfig

NOTHING = {"training_parts": 0, "stood_aside": {}, "refused_before_with_all_labels": {}}
CLEAN = {"known_to_model": 0, "nearly_repeated": 0}
RUN = {"label_check": NOTHING, "identity": {}, "rows": CLEAN}


def rows_of(labels, *, paraphrases=True):
    frame = pd.DataFrame({
        "text": [f"{n} {chr(97 + n % 26) * 9} {n * 7919}" for n in range(len(labels))],
        "label": labels, "aug_source_id": range(len(labels)), "aug_method": "original",
    })  # fmt: skip
    if paraphrases:
        new = frame.assign(text="so " + frame["text"], aug_method="backtranslation")
        frame = pd.concat([frame, new], ignore_index=True)
    return labelled_rows(frame, text="text", label="label")


def splits_of(rows, folds=5):
    n = rows.n_originals
    return grouped_folds(rows.labels[:n], rows.groups, folds=folds)


def units(rows, splits, wrong, *, steps=10, part="", n_train=None):
    """Units of every arm, with so many wrong answers in each of its folds."""
    found = []
    for arm, errors in wrong.items():
        for split, n_wrong in zip(splits, errors, strict=True):
            labels = rows.labels[split.test]
            answers = labels.copy()
            answers[:n_wrong] = (answers[:n_wrong] + 1) % len(rows.classes)
            p = np.full((len(labels), len(rows.classes)), 0.1 / max(len(rows.classes) - 1, 1))
            p[np.arange(len(labels)), answers] = 0.9
            took = steps[arm] if isinstance(steps, dict) else steps
            found.append(
                Unit(
                    repeat=split.repeat, fold=split.fold, arm=arm,
                    n_train=n_train or len(split.train),
                    n_train_originals=n_train or len(split.train), steps=took, share_seen=0.0,
                    seconds=1.0, test=tuple(split.test.tolist()),
                    probabilities=tuple(map(tuple, p.tolist())), part=part,
                )
            )  # fmt: skip
    return found


def collected(rows, all_units, matched_to, metric="accuracy"):
    return collect(
        rows, all_units, name="t.csv", metric=metric, matched=matched_to, run=RUN, folder=None
    )


def test_balancing_is_judged_against_as_many_steps():
    rows = rows_of(["a", "b"] * 50, paraphrases=False)
    splits = splits_of(rows)
    steps = {"original": 5, "original_matched": 20, "oversampled": 20}
    wrong = {"original": [8, 7, 8, 8, 7], "oversampled": [4, 3, 4, 3, 4]}
    alone = collected(rows, units(rows, splits, wrong, steps=steps), dict.fromkeys(wrong, ""))
    assert alone.comparison.p_value < 0.05
    assert (alone.verdict, alone.comparison.withheld) == ("no measurable difference", "control")
    assert alone.sentence.startswith("No fair comparison")
    assert "run the arm original_matched" in alone.sentence
    wrong["original_matched"] = [4, 4, 3, 4, 3]
    found = collected(rows, units(rows, splits, wrong, steps=steps), dict.fromkeys(wrong, ""))
    assert (found.comparison.baseline, found.comparison.withheld) == ("original_matched", "")
    assert found.verdict == "no measurable difference"
    assert found.naive.baseline == "original"


def test_new_rows_without_a_control_get_no_verdict():
    rows = rows_of(["a", "b"] * 50)
    wrong = {"original": [8, 7, 8, 8, 7], "augmented": [4, 3, 4, 3, 4]}
    to = {"original": "augmented", "augmented": "augmented"}
    found = collected(rows, units(rows, splits_of(rows), wrong), to)
    assert (found.verdict, found.comparison.outcome) == (
        "no measurable difference",
        "no fair comparison",
    )


def test_a_floor_is_no_fair_control_of_new_rows():
    """It differs in its method: the gain over it may be the encoder's, whatever the rows are."""
    rows = rows_of(["a", "b"] * 50)
    wrong = {"tfidf": [8, 7, 8, 8, 7], "augmented": [4, 3, 4, 3, 4]}
    to = {"tfidf": "", "augmented": "augmented"}
    steps = {"tfidf": 0, "augmented": 10}
    found = collected(rows, units(rows, splits_of(rows), wrong, steps=steps), to)
    assert found.comparison.p_value < 0.05
    assert (found.verdict, found.comparison.withheld) == ("no measurable difference", "control")
    assert "a floor is another method" in found.sentence
    assert "run the arm oversampled" in found.sentence


def test_arms_that_learned_nothing_get_no_verdict():
    rows = rows_of(["a", "b"] * 50)
    wrong = {"oversampled": [11, 11, 11, 11, 11], "augmented": [10, 10, 10, 9, 10]}
    to = dict.fromkeys(wrong, "augmented")
    found = collected(rows, units(rows, splits_of(rows), wrong), to)
    assert found.comparison.gain > 0
    assert (found.verdict, found.comparison.withheld) == ("no measurable difference", "unlearned")
    assert found.metrics()["comparison"]["withheld"] == "unlearned"


@pytest.mark.parametrize(
    ("metric", "labels", "row"),
    [
        ("accuracy", ["a", "b"] * 50, "one of the 20 of a test part is worth 5.0"),
        ("macro_f1", ["a"] * 90 + ["b"] * 10, "one of class 'b', of which a test part has 2, is"),
    ],
)
def test_differences_more_alike_than_their_rows_allow_are_told(metric, labels, row):
    rows = rows_of(labels)
    to = dict.fromkeys(("oversampled", "augmented"), "augmented")
    splits = splits_of(rows)
    control, new = (units(rows, splits, {arm: [0] * 5}) for arm in to)
    for one in (control, new):  # one row of the last class more is right in every fold
        for at, unit in enumerate(one):
            last = [n for n, row in enumerate(unit.test) if rows.labels[row] == 1]
            p = [*unit.probabilities]
            for n in last[: 2 if one is control else 1]:
                p[n] = p[n][::-1]
            one[at] = replace(unit, probabilities=tuple(p))
    found = collected(rows, control + new, to, metric)
    c = found.comparison
    assert c.sd == pytest.approx(0.0, abs=1e-9)
    assert c.spread == pytest.approx(c.step.worth / 6**0.5)
    assert c.smallest_detectable == pytest.approx(smallest_detectable(c.spread, 5, 0.25))
    told = (
        "alike by chance: augmented − oversampled spreads by 0.0 points over the folds, less than "
        f"single rows allow: {row}"
    )
    assert told in summary(found)
    assert found.metrics()["comparison"]["step"]["worth"] == c.step.worth


def test_differences_that_spread_as_their_rows_do_are_taken_as_they_are():
    rows = rows_of(["a", "b"] * 50)
    to = dict.fromkeys(("oversampled", "augmented"), "augmented")
    plain = {"oversampled": [6, 5, 7, 5, 6], "augmented": [4, 5, 4, 3, 2]}
    found = collected(rows, units(rows, splits_of(rows), plain), to)
    assert found.comparison.spread == found.comparison.sd
    assert "alike by chance" not in summary(found)


def curve():
    rows = rows_of(["a", "b"] * 50)
    splits = splits_of(rows)
    to = dict.fromkeys(("original", "oversampled", "augmented"), "augmented")
    wrong = {"oversampled": [7, 8, 7, 7, 8], "augmented": [5, 5, 4, 5, 5]}
    few = units(rows, splits, wrong, part="5", n_train=10)
    all_rows = units(rows, splits, {"original": [5, 4, 5, 4, 4], **wrong})
    return rows, collected(rows, few + all_rows, to)


def test_a_point_of_the_curve_is_as_sure_as_the_whole_run():
    """Thin training parts share less with each other than whole ones, not more."""
    _, found = curve()
    few, whole = found.curve
    assert (few.per_class, whole.per_class, few.n_train) == (5, None, 10)
    one, other = few.comparisons[0], whole.comparisons[0]
    assert one.ci95 == other.ci95
    again = compare(
        [1 - n / 20 for n in (7, 8, 7, 7, 8)], [1 - n / 20 for n in (5, 5, 4, 5, 5)],
        test_to_train=0.25, step=Step(0.05),
    )  # fmt: skip
    assert one.ci95 == pytest.approx(again.ci95)


def test_the_curve_is_one_test_of_all_its_points():
    """Against the control alone, at every point, corrected for their number."""
    _, found = curve()
    p = [point.comparisons[0].p_value for point in found.curve]
    assert p[0] == p[1] < 0.05
    assert [point.comparisons[0].p_adjusted for point in found.curve] == pytest.approx(
        [2 * p[0]] * 2
    )
    assert found.comparison.p_adjusted > p[0]  # `original` was run beside, at all rows
    assert "corrected for all its comparisons" in summary(found)


def test_the_leak_is_scored_on_originals_and_has_an_interval():
    rows = rows_of(["a", "b"] * 50)
    splits, n = splits_of(rows), rows.n_originals
    own = units(rows, splits, {"oversampled": [4] * 5, "augmented": [4, 5, 4, 5, 4]})
    everything = grouped_folds(rows.labels, np.arange(len(rows.texts)), folds=5)
    leaking = units(rows, everything, {"augmented": [0] * 5}, part="leaking")
    spoilt = []
    for unit in leaking:  # every paraphrase is answered wrongly, every original rightly
        p = [
            one if row < n else one[::-1]
            for row, one in zip(unit.test, unit.probabilities, strict=True)
        ]
        spoilt.append(
            Unit(**{**{f: getattr(unit, f) for f in unit.__slots__}, "probabilities": tuple(p)})
        )
    found = collected(rows, own + spoilt, dict.fromkeys(("oversampled", "augmented"), "augmented"))
    assert found.leak.leaking == 1.0
    low, high = found.leak.ci95
    assert low < found.leak.gap < high
    assert f"{100 * found.leak.gap:+.1f} points (95 % interval" in summary(found)


def test_a_row_of_a_rare_class_is_no_proof():
    """Two rows answered otherwise, one in each of two folds: macro F1 moves by 25 points."""
    rows = rows_of(["a"] * 98 + ["b"] * 2)
    splits = splits_of(rows, folds=2)
    found = []
    for arm, right in (("oversampled", False), ("augmented", True)):
        for split in splits:
            labels = rows.labels[split.test]
            answers = labels if right else np.zeros_like(labels)
            p = np.eye(2)[answers] * 0.8 + 0.1
            found.append(
                Unit(0, split.fold, arm, 50, 50, 10, 0.0, 1.0, tuple(split.test.tolist()),
                     tuple(map(tuple, p.tolist())))
            )  # fmt: skip
    for metric in ("macro_f1", "mcc"):
        judged = collected(
            rows, found, dict.fromkeys(("oversampled", "augmented"), "augmented"), metric
        )
        assert judged.comparison.gain > 0.4
        assert judged.comparison.p_value > 0.05, metric


def test_power_is_that_of_the_t_test():
    """By simulation: with few folds the sum of two quantiles promises too much."""
    rng = np.random.default_rng(0)
    for n in (2, 3, 5):
        true = found_with_power(1.0, n, 0.25)
        # Differences whose mean has the variance that the correction presumes.
        draws = rng.normal(size=(40_000, n)) + rng.normal(scale=0.5, size=(40_000, 1)) + true
        sd = draws.std(axis=1, ddof=1)
        seen = draws.mean(axis=1) / sd >= smallest_detectable(1.0, n, 0.25)
        assert seen.mean() == pytest.approx(0.8, abs=0.015), n
        assert true > smallest_detectable(1.0, n, 0.25) > standard_error(1.0, n, 0.25)


NEAR = "Who invented the first steam engine that was used in mines?"


def near_table():
    own = [
        ("When did the first war end in the east of Europe?", "DATE"),
        (NEAR, "HUM"),
        ("Which river is the longest in the whole of Asia?", "LOC"),
        ("What is a quark?", "DESC"),
    ]
    frame = pd.DataFrame(own, columns=["text", "label"])
    return frame.assign(aug_source_id=range(4), aug_method="original")


def with_new(frame, text, source, label):
    new = {"text": text, "label": label, "aug_source_id": source, "aug_method": "llm"}
    return pd.concat([frame, pd.DataFrame([new])], ignore_index=True)


def test_new_rows_that_nearly_repeat_another_original_are_left_out_and_told():
    frame = near_table()
    rows = labelled_rows(frame, text="text", label="label")
    copy = with_new(frame, NEAR.replace("?", " please?"), 0, "DATE")
    copy = with_new(copy, "When did the first war in the east of Europe end?", 0, "DATE")
    found = matched(copy, rows, name="llm.csv")
    assert found.n_paraphrases == 1
    assert found.left_out == {"paraphrase that nearly repeats another original": 1}
    enlarged, owned = joined(rows, {"llm": found})
    assert len(owned["llm"]) == 1
    assert enlarged.left_out == {"paraphrase that nearly repeats another original (arm llm)": 1}


def test_a_new_row_of_a_near_original_stays():
    """It shows no more of the other one than its own source does."""
    frame = near_table()
    frame = pd.concat(
        [frame, frame.iloc[[1]].assign(text=NEAR.replace("mines", "mine"), aug_source_id=4)]
    )
    frame = with_new(frame.reset_index(drop=True), NEAR.replace("mines", "the mine"), 4, "HUM")
    rows = labelled_rows(frame, text="text", label="label")
    assert (rows.n_paraphrases, rows.left_out) == (1, {})
    assert len(set(rows.groups.tolist())) == 5
    together = labelled_rows(frame, text="text", label="label", near=0.7)
    assert len(set(together.groups.tolist())) == 4
    assert together.groups[1] == together.groups[4]


def test_pairs_are_grouped_side_by_side():
    frame = pd.DataFrame({
        "text": [NEAR, NEAR.replace("mines", "mine"), "What is a quark made of?", "Where is Oslo?"],
        "question": ["is it true", "who knows", "what is it then", NEAR],
        "label": ["a", "b", "a", "b"],
    })  # fmt: skip
    rows = labelled_rows(frame, text="text,question", label="label", near=0.7)
    assert rows.groups.tolist() == [0, 0, 1, 0]  # the fourth has the first's text on its other side


@pytest.mark.parametrize("number", ["0.7", "nan", "inf", "x", None])
def test_an_original_has_a_whole_number(number):
    frame = with_new(near_table(), "A new row?", 0, "DATE").astype({"aug_source_id": object})
    frame.loc[4, "aug_source_id"] = number
    with pytest.raises(InputError, match="row 4: aug_source_id is .*number of an original"):
        labelled_rows(frame, text="text", label="label")
    frame.loc[4, "aug_source_id"] = "0.0"  # a column with gaps was read as numbers somewhere
    assert labelled_rows(frame, text="text", label="label").n_paraphrases == 1


@pytest.mark.parametrize("near", [None, 0.7])
def test_one_question_put_to_every_text_connects_no_pairs(near):
    frame = near_table()
    frame["question"] = "Is it about history?"
    copy = with_new(frame, "When did the first war in the east of Europe end?", 0, "DATE")
    copy = with_new(copy, frame["text"][3], 0, "DATE")
    copy["question"] = "Is it about history?"
    rows = labelled_rows(copy, text="question,text", label="label", near=near)
    assert rows.groups.tolist() == [0, 1, 2, 3]
    assert rows.n_paraphrases == 1
    assert rows.left_out == {"paraphrase that repeats another original": 1}
    assert any(note.startswith("4 rows have a side of their pair") for note in rows.notes())
    assert n_parted(rows.texts[:4], rows.groups) == 0
    other = frame.assign(text=["What is tin?", "Who is Ann?", "Where is Oslo?", "Why is it so?"])
    scored = labelled_rows(other, text="question,text", label="label")
    material = gather(rows, scored, TrainConfig())
    assert material.train.tolist() == [0, 1, 2, 3]
    assert (material.source == 0).sum() == 2  # the original and its paraphrase


def test_near_is_a_share():
    with pytest.raises(InputError, match="near=0"):
        KFoldConfig(near=0)

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from augment.train.assessment import assess
from augment.train.assessment_text import assessment_text
from augment.train.kfold.comparison import compare, judge
from augment.train.kfold.summary import (
    guessing_sentence,
    points,
    unpredicted_sentence,
    verdict_sentence,
)

pytest.importorskip("scipy")

BASE = [0.70, 0.71, 0.70, 0.72, 0.71]


def arm(values, *, steps=10, repeats=1):
    units = [SimpleNamespace(steps=steps, repeat=at // 5) for at in range(5 * repeats)]
    return SimpleNamespace(mean=lambda metric: sum(values) / len(values), units=units)


def result(
    shifts, *, withheld="", beside=None, steps=(10, 10), n=1, repeats=1, folder=None, **names
):
    """One comparison or `n` alike, with arms of originals beside, and why it cannot stand."""
    after = [score + shift for score, shift in zip(BASE, shifts, strict=True)]
    found = compare(BASE * repeats, after * repeats, test_to_train=0.25, **names)
    beside = beside or {}
    others = [compare(own, after, test_to_train=0.25, baseline=a) for a, own in beside.items()]
    settled = judge([found] * n, [others] * n, [withheld] * n)
    arms = {name: arm(own) for name, own in beside.items()}
    arms |= {
        found.baseline: arm(BASE, steps=steps[0], repeats=repeats),
        found.candidate: arm(after, steps=steps[1], repeats=repeats),
    }
    return SimpleNamespace(comparison=settled[0], candidates=settled, arms=arms, folder=folder)


@pytest.mark.parametrize("folder", [None, Path("d.kfold")])
@pytest.mark.parametrize("repeats", [1, 2, 5])
def test_what_more_repeats_would_see_is_said(repeats, folder):
    found = result([0.05, -0.04, 0.03, -0.05, 0.01], repeats=repeats, folder=folder)
    sentence = verdict_sentence(found)
    c = found.comparison
    assert c.smallest_with(5 * repeats) == c.smallest_detectable
    if repeats == 5:
        assert "with 5 repeats" not in sentence
        assert "--resume" not in sentence
        return
    # What five repeats see is the quantile and the corrected error of 25 folds.
    seen = 2.0639 * (1 / 25 + 0.25) ** 0.5 * c.sd
    assert c.smallest_with(25) == pytest.approx(seen, rel=1e-4)
    assert c.smallest_with(25) < 0.85 * c.smallest_detectable
    assert f"(about {points(seen)} with 5 repeats)" in sentence
    assert ("--repeats 5 --resume adds them to this run" in sentence) == (folder is not None)


@pytest.mark.parametrize(
    ("shifts", "names", "parts"),
    [
        (
            [0.10, 0.10, 0.11, 0.09, 0.10],
            {},
            ["raised macro F1 by 10.0 points", "use the augmented table", "repeated originals"],
        ),
        (
            [-0.10, -0.10, -0.11, -0.09, -0.10],
            {"metric": "accuracy"},
            ["lowered accuracy by 10.0 points", "do not train on these paraphrases"],
        ),
        (
            [0.05, -0.04, 0.03, -0.05, 0.01],
            {},
            ["No measurable difference", "0.0 points", "could only have seen", "points or more"],
        ),
        (
            [0.10, 0.10, 0.11, 0.09, 0.10],
            {"baseline": "original", "withheld": "control", "steps": (10, 30)},
            ["No fair comparison", "the originals alone", "also trains longer and sees evener"],
        ),
        (
            [0.10, 0.10, 0.11, 0.09, 0.10],
            {"baseline": "original_matched", "withheld": "control"},
            ["as long on the originals as they come", "but it sees other shares of the classes"],
        ),
        (
            [0.10, 0.10, 0.11, 0.09, 0.10],
            {"candidate": "llm"},
            ["new rows of arm llm raised", "use the table of llm for the final model"],
        ),
        (
            [-0.10, -0.10, -0.11, -0.09, -0.10],
            {"candidate": "llm", "baseline": "oversampled-llm"},
            ["against training as long on repeated originals", "do not train on these new rows"],
        ),
        (
            [0.10, 0.10, 0.11, 0.09, 0.10],
            {"beside": {"weighted": [0.9, 0.91, 0.9, 0.92, 0.9]}},
            ["No gain to be relied on", "did not beat weighted classes", "train on the originals"],
        ),
        (
            [0.10, 0.10, 0.11, 0.09, 0.10],
            {"beside": {"original": [0.60, 0.95, 0.60, 0.90, 0.55]}},
            ["was not shown to beat the originals", "8.8 points above", "more folds or repeats"],
        ),
        (
            [0.05, -0.04, 0.03, -0.05, 0.01],
            {"beside": {"original_matched": [0.9, 0.91, 0.9, 0.92, 0.9]}},
            [
                "No measurable",
                "train on the originals trained as long",
                "(arm original_matched, 0.906",
            ],
        ),
        (
            [-0.10, -0.10, -0.11, -0.09, -0.10],
            {"baseline": "tfidf"},
            ["lowered macro F1", "do not train on these paraphrases; train on the originals"],
        ),
        (
            [0.04, 0.09, 0.02, 0.08, 0.06],
            {"n": 2},
            ["p = 0.039 by itself", "0.078 after Holm's correction", "more folds or repeats"],
        ),
        (
            [0.10, 0.10, 0.11, 0.09, 0.10],
            {"baseline": "original_matched", "candidate": "oversampled"},
            ["Repeating originals", "the originals as they come", "train on the balanced rows"],
        ),
    ],
)
def test_the_verdict_says_what_to_do(shifts, names, parts):
    sentence = verdict_sentence(result(shifts, **names))
    assert all(part in sentence for part in parts), sentence
    assert sentence[0].isupper()
    assert sentence.count(". ") == 0  # one sentence
    assert "95 % interval" in sentence


def test_a_run_that_could_see_nothing_says_so():
    sentence = verdict_sentence(result([0.29, -0.7, 0.29, -0.72, -0.71], metric="accuracy"))
    assert "Nothing can be said" in sentence
    assert "could not have seen any change of accuracy" in sentence
    assert "--folds, --repeats, --steps" in sentence


def test_arms_that_learned_nothing_are_not_compared():
    shifts = [0.01, 0.02, 0.01, 0.02, 0.02]
    found = result(shifts, withheld="unlearned", metric="accuracy")
    assert (found.comparison.verdict, found.comparison.outcome) == (
        "no measurable difference",
        "nothing can be said",
    )
    sentence = verdict_sentence(found)
    assert sentence.startswith("Nothing can be said: augmented and oversampled were not shown to")
    assert "--epochs" in sentence


def test_arms_that_do_no_better_than_guessing_are_named():
    def arm(table, accuracy, learned):
        return SimpleNamespace(
            confusion=np.array(table),
            learned=learned,
            mean=lambda metric: {"accuracy": accuracy}[metric],
            per_class=dict.fromkeys(("neg", "pos")),
        )

    arms = {
        "original": arm([[60, 30], [6, 4]], 0.64, learned=False),
        "augmented": arm([[80, 10], [2, 8]], 0.88, learned=True),
    }
    told = guessing_sentence(SimpleNamespace(arms=arms))
    scale = "without any model, always answering 'neg': accuracy 0.900, macro F1 0.474"
    assert told.startswith(scale + "; no better than guessing, right no more often")
    assert "original (accuracy 0.640)" in told
    assert "augmented" not in told
    assert guessing_sentence(SimpleNamespace(arms={"augmented": arms["augmented"]})) == scale


def test_an_assessment_says_that_a_model_is_no_better_than_guessing():
    labels = np.array([0] * 90 + [1] * 10)
    answers = np.array([0] * 60 + [1] * 30 + [0] * 6 + [1] * 4)
    for predicted, told in ((answers, True), (labels, False)):
        text = assessment_text(assess(labels, np.eye(2)[predicted], ("neg", "pos"), [("a",)] * 100))
        assert ("NO BETTER THAN GUESSING" in text) == told
        assert "always answering 'neg': accuracy 0.900, macro F1 0.474" in text


def test_a_single_arm_has_no_verdict():
    assert "nothing to compare" in verdict_sentence(SimpleNamespace(comparison=None))


@pytest.mark.parametrize(
    ("value", "plain", "signed"),
    [
        (0.0123, "1.2", "+1.2"),
        (-0.0123, "−1.2", "−1.2"),
        (-0.0001, "0.0", "0.0"),
        (0, "0.0", "0.0"),
    ],
)
def test_points(value, plain, signed):
    assert points(value) == plain
    assert points(value, sign=True) == signed


def test_an_arm_that_never_predicts_a_class_is_named():
    def arm(*predicted):
        return SimpleNamespace(confusion=np.diag(predicted), per_class=dict.fromkeys("abc"))

    lost = arm(5, 3, 0)
    lost.confusion[2, 0] = 4
    arms = {"original": lost, "oversampled": lost, "augmented": arm(5, 3, 4)}
    told = unpredicted_sentence(SimpleNamespace(arms=arms))
    assert told.startswith("not learned: original and oversampled never predicted 'c'; train long")
    # A class without a row cannot be found, and is no fault of an arm.
    assert unpredicted_sentence(SimpleNamespace(arms={"original": arm(5, 3, 0)})) == ""


def test_an_assessment_names_the_classes_never_predicted():
    labels, sure = np.array([0, 0, 1, 2]), np.eye(3)[[0, 0, 1, 1]]
    texts = [("one",), ("two",), ("three",), ("four",)]
    assert "never predicted: 'c'" in assessment_text(assess(labels, sure, "abc", texts))
    labels[3] = 1
    assert "never predicted" not in assessment_text(assess(labels, sure, "abc", texts))


def test_names_of_classes_break_no_table():
    names = ["a|b", "c\nd", "e\u202ef"]
    labels, sure = np.array([0, 0, 1, 2]), np.eye(3)[[0, 1, 1, 0]]
    found = assess(labels, sure, names, [("one",), ("two",), ("th\u202eree",), ("four",)])
    told = assessment_text(found)
    table = told[told.index("precision") : told.index("hardest")].splitlines()
    shown = ("a|b", "c␊d", "e⟨U+202E⟩f")
    starts = [line[:12].strip() for line in table if line.startswith(shown)]
    assert starts == [*shown, *shown]
    assert "row 3: e⟨U+202E⟩f, taken for a|b" in told
    assert "\u202e" not in told
    assert len({line.index("predicted") for line in told.splitlines() if "<- pred" in line}) == 1


def test_many_classes_that_are_never_predicted_make_no_long_line():
    names = [f"a class with a long name, the number {n}" for n in range(60)]
    table = np.zeros((60, 60), int)
    table[:, 0] = 5
    lost = SimpleNamespace(confusion=table, per_class=dict.fromkeys(names))
    told = unpredicted_sentence(SimpleNamespace(arms={"original": lost, "augmented": lost}))
    assert "original and augmented never predicted 59 classes ('a class" in told
    assert len(told) < 700
    found = assess(np.arange(60), np.eye(60)[[0] * 60], names, [("one",)] * 60)
    assert "never predicted: 59 classes ('a class" in assessment_text(found)
    assert max(map(len, assessment_text(found).splitlines())) < 700

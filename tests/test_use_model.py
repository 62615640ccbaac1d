"""A trained model at work: order, formats, pairs, scores, and every folder that is no model."""

from __future__ import annotations

import io
import json
import shlex
import shutil
import threading

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from safetensors.torch import load_file, save_file

from augment.cli import main
from augment.errors import DamagedFileError, InputError, OutputError
from augment.train import model_input
from augment.train.assessment import assess
from augment.train.evaluate_model import evaluate_model
from augment.train.metrics import bootstrap_intervals, calibration_error, confusion
from augment.train.predict_table import predict_table
from augment.train.predictor import Predictor
from augment.train.testing import tiny_encoder
from augment.train.train_model import train_model

WORDS = ["the", "a", "film", "plot", "was", "is", "good", "bad", *map(str, range(100))]
FAST = {"device": "cpu", "precision": "fp32"}


def table(n=40):
    words = np.random.default_rng(0).choice(WORDS[:6], (n, 3))
    return pd.DataFrame(
        {
            "id": range(n),
            "text": [f"{' '.join(w)} {('good', 'bad')[i % 2]} {i}" for i, w in enumerate(words)],
            "label": [("pos", "neg")[i % 2] for i in range(n)],
        }
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A model of single texts, one of pairs, and the encoder under both."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("made")
    encoder = str(tiny_encoder(folder / "encoder", WORDS))
    options = {**FAST, "model": encoder, "steps": 60, "lr": 0.003, "batch_size": 8}
    train_model(table(), **options, out=folder / "single")
    frame = table().assign(question="was the film good")
    train_model(frame, **options, text="text,question", out=folder / "pairs")
    return folder


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def model(made):
    return str(made / "single")


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "parquet", "tsv"])
def test_columns_rows_and_types_stay_and_predictions_follow(model, here, suffix, monkeypatch):
    monkeypatch.setattr(model_input, "WINDOW", 7)  # several windows, the last one short
    frame = table().drop(columns="label")
    frame.loc[3, "text"] = ""
    name = f"in.{suffix}"
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
        frame.to_parquet(name)
    elif suffix == "jsonl":
        frame.to_json(name, orient="records", lines=True)
    else:
        frame.to_csv(name, index=False, sep="\t" if suffix == "tsv" else ",")
    done = predict_table(model, name, **FAST)
    assert done.path.name == f"in.predicted.{suffix}"
    read = {"parquet": pd.read_parquet, "jsonl": lambda p: pd.read_json(p, lines=True)}
    separator = "\t" if suffix == "tsv" else ","
    found = read.get(suffix, lambda p: pd.read_csv(p, sep=separator))(done.path)
    assert list(found) == ["id", "text", "predicted", "score", "prob_neg", "prob_pos"]
    assert found["id"].tolist() == list(range(40))
    filled = found[found["id"] != 3]
    assert filled["predicted"].tolist() == [("pos", "neg")[i % 2] for i in filled["id"]]
    assert np.allclose(filled["score"], filled[["prob_neg", "prob_pos"]].max(axis=1))
    assert np.allclose(filled["prob_neg"] + filled["prob_pos"], 1, atol=2e-6)
    assert found.loc[3, "score"] != found.loc[3, "score"] or found.loc[3, "score"] is None
    assert (done.rows, done.empty, done.counts) == (40, 1, {"neg": 19, "pos": 20})


def test_a_frame_comes_back_with_its_index(model):
    frame = table().set_index(pd.Index([f"r{n}" for n in range(40)]))
    found = predict_table(model, frame, **FAST).frame
    assert list(found.index) == list(frame.index)
    assert (found["predicted"] == frame["label"]).all()


def test_probabilities_do_not_depend_on_the_window(model, monkeypatch):
    table().to_csv("in.csv", index=False)
    written = []
    for window in (3, 4096):
        monkeypatch.setattr(model_input, "WINDOW", window)
        predict_table(model, "in.csv", **FAST, out=f"{window}.csv")
        written.append(pd.read_csv(f"{window}.csv"))
    pd.testing.assert_frame_equal(*written, atol=2e-6)


def test_texts_on_the_command_line_and_what_is_no_text(model, made, here, capsys):
    texts = table()["text"][:2].tolist()
    assert main(["predict", model, *texts]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["pos", "neg"]
    assert main(["predict", model, texts[0], "--json"]) == 0
    [found] = json.loads(capsys.readouterr().out)
    assert set(found) == {"label", "score", "scores"}
    assert set(found["scores"]) == {"neg", "pos"}
    assert main(["predict", model, "in.csv"]) == 2
    assert "no such file" in capsys.readouterr().err
    assert main(["predict", model, "in.cvs"]) == 2  # and not "in.cvs" as a text
    assert "no such file" in capsys.readouterr().err
    for name in ("in.csv.gz", "in.xlsx", "./in.zip", "in/"):  # no texts either
        assert main(["predict", model, name]) == 2
        assert "no such file" in capsys.readouterr().err
    (here / "my film.csv").write_text("text\na\n")
    assert main(["predict", model, "my film.csv", texts[0]]) == 2
    assert f"augment predict {shlex.join([model, 'my film.csv'])}\n" in capsys.readouterr().err
    for nothing in ("", " ", "\u200b"):
        assert main(["predict", model, nothing]) == 2
        assert "an empty text" in capsys.readouterr().err
    assert main(["predict", model]) == 2
    assert main(["predict", str(made / "pairs"), texts[0], "was the film good"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert main(["predict", str(made / "pairs"), texts[0]]) == 2
    assert "both sides" in capsys.readouterr().err


def test_names_of_classes_break_no_line_and_are_left_alone_in_json(model, made, here, capsys):
    shutil.copytree(made / "single", here / "m")
    named({"0": "a\u202eb", "1": "c\nd"})(here / "m")
    texts = table()["text"][:2].tolist()
    assert main(["predict", "m", *texts]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["c␊d", "a⟨U+202E⟩b"]
    assert main(["predict", "m", texts[0], "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["label"] == "c\nd"
    table().to_csv("in.csv", index=False)
    assert main(["predict", "m", "in.csv", "--quiet"]) == 0
    out = capsys.readouterr().out
    assert "  c␊d: 20\n" in out
    assert "  a⟨U+202E⟩b: 20\n" in out
    assert set(pd.read_csv("in.predicted.csv")["predicted"]) == {"a\u202eb", "c\nd"}


def test_pairs_take_the_columns_of_their_training(made, here):
    pairs = str(made / "pairs")
    frame = table().assign(question="was the film good")[["question", "id", "text"]]
    found = predict_table(pairs, frame, **FAST).frame
    assert (found["predicted"] == table()["label"]).all()
    with pytest.raises(InputError, match="no columns 'text' and 'question'"):
        predict_table(pairs, frame.rename(columns={"question": "q"}), **FAST)
    renamed = frame.rename(columns={"question": "q", "text": "t"})
    again = predict_table(pairs, renamed, text="t,q", **FAST).frame
    assert again["score"].equals(found["score"])
    with pytest.raises(InputError, match="pairs of texts"):
        Predictor(pairs).predict(["one"])


def test_evaluate_is_what_scikit_learn_says(model, capsys):
    metrics = pytest.importorskip("sklearn.metrics")
    frame = table()
    frame.loc[:8, "label"] = frame["label"][:9].map({"pos": "neg", "neg": "pos"})
    found = evaluate_model(model, frame, **FAST)
    predicted = predict_table(model, frame, **FAST).frame
    labels = frame["label"].tolist()
    assert found.accuracy == pytest.approx(metrics.accuracy_score(labels, predicted["predicted"]))
    assert found.macro_f1 == pytest.approx(
        metrics.f1_score(labels, predicted["predicted"], average="macro")
    )
    assert found.confusion.tolist() == (
        metrics.confusion_matrix(labels, predicted["predicted"]).tolist()
    )
    assert found.scores.log_loss == pytest.approx(
        metrics.log_loss(labels, predicted[["prob_neg", "prob_pos"]]), abs=1e-4
    )
    low, high = found.ci95["accuracy"]
    assert low < found.accuracy < high
    assert sorted(one.row for one in found.mistakes) == list(range(9))
    scores = [one.score for one in found.mistakes]
    assert scores == sorted(scores, reverse=True)
    frame.to_csv("d.csv", index=False)
    assert main(["evaluate", model, "d.csv", "--json", "--precision", "fp32"]) == 0
    out, _ = capsys.readouterr()
    assert json.loads(out)["macro_f1"] == pytest.approx(found.macro_f1)
    assert main(["evaluate", model, "d.csv", "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert "hardest errors" in out
    assert err == ""


def test_evaluation_looks_at_originals_alone(model):
    frame = table().assign(aug_source_id=range(40), aug_method="original")
    copies = frame.assign(aug_method="backtranslation", label="neg")
    found = evaluate_model(model, pd.concat([frame, copies]), **FAST)
    assert (found.rows, found.accuracy) == (40, 1.0)
    assert found.left_out == {"paraphrase": 40}


def test_pairs_of_which_one_side_was_trained_on_are_named_so(made, here, capsys):
    frame = table().assign(question="was the film good")  # of every row: it tells nothing
    new = frame.assign(text=[f"plot {word} {n}" for n, word in enumerate(["good", "bad"] * 20)])
    new.loc[:4, "text"] = frame.loc[:4, "text"]
    new.loc[:4, "question"] = "was it bad"
    found = evaluate_model(str(made / "pairs"), new, **FAST)
    assert (found.trained_on, found.side_trained_on) == (0, 5)
    assert found.as_dict()["side_trained_on"] == 5
    new.to_csv("new.csv", index=False)
    assert main(["evaluate", str(made / "pairs"), "new.csv", "--quiet"]) == 0
    assert "of 5 of the 40 rows the model was trained on one side" in capsys.readouterr().out
    found = evaluate_model(str(made / "pairs"), frame, **FAST)
    assert (found.trained_on, found.side_trained_on) == (40, 0)


def test_scores_on_rows_of_the_training_are_named_so(model, made, capsys):
    frame = table()
    frame.loc[30:, "text"] = [f"film plot {word} {n}" for n, word in enumerate(["good", "bad"] * 5)]
    frame.loc[0, "text"] = frame.loc[0, "text"].upper() + " !"  # the same text, written otherwise
    frame.to_csv("d.csv", index=False)
    assert main(["evaluate", model, "d.csv", "--quiet"]) == 0
    assert "NOT TO BE TRUSTED: 30 of the 40 rows" in capsys.readouterr().out
    found = evaluate_model(model, frame, **FAST)
    assert (found.trained_on, found.as_dict()["trained_on"]) == (30, 30)
    assert evaluate_model(model, frame[30:], **FAST).trained_on == 0
    pairs = frame.assign(question=["was the film good"] * 20 + ["is it"] * 20)
    assert evaluate_model(str(made / "pairs"), pairs, **FAST).trained_on == 20


def test_labels_that_the_model_does_not_know(model):
    frame = table()
    frame.loc[[1, 2], "label"] = "mixed"
    with pytest.raises(InputError, match=r"'mixed' \(2 rows\); it knows neg, pos"):
        evaluate_model(model, frame)


def test_an_output_is_not_replaced_and_a_column_not_doubled(model):
    table().to_csv("in.csv", index=False)
    predict_table(model, "in.csv", **FAST)
    with pytest.raises(OutputError, match="--force"):
        predict_table(model, "in.csv", **FAST)
    predict_table(model, "in.csv", **FAST, force=True)
    with pytest.raises(InputError, match=r"in\.csv is the input"):
        predict_table(model, "in.csv", **FAST, out="in.csv", force=True)
    assert list(pd.read_csv("in.csv").columns) == ["id", "text", "label"]
    with pytest.raises(InputError, match="a column 'predicted' already"):
        predict_table(model, "in.predicted.csv", **FAST)


def empty(folder):
    for file in folder.iterdir():
        file.unlink()


def no_tokenizer(folder):
    for name in ("tokenizer.json", "vocab.txt", "tokenizer_config.json"):
        (folder / name).unlink(missing_ok=True)


def no_weights(folder):
    (folder / "model.safetensors").rename(folder / "model.bin")


def cut_weights(folder):
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])


def edit(folder, name, change):
    values = json.loads((folder / name).read_text())
    change(values)
    (folder / name).write_text(json.dumps(values))


def nameless(folder):
    edit(folder, "config.json", lambda v: v.update(id2label={"0": "LABEL_0", "1": "LABEL_1"}))


def unnamed(folder):
    edit(folder, "config.json", lambda v: (v.pop("id2label"), v.pop("label2id")))


def unnamed_three(folder):
    """The same with another class in the head: without names the library takes two for granted."""
    unnamed(folder)
    weights = load_file(folder / "model.safetensors")
    for key in ("classifier.weight", "classifier.bias"):
        weights[key] = torch.cat([weights[key], weights[key][:1]])
    save_file(weights, folder / "model.safetensors", {"format": "pt"})


def named(names):
    return lambda folder: edit(folder, "config.json", lambda v: v.update(id2label=names))


def narrow(folder):
    edit(folder, "config.json", lambda v: v.update(vocab_size=9))


def recorded(**fields):
    return lambda folder: edit(folder, "training.json", lambda v: v.update(fields))


def no_json(folder):
    (folder / "config.json").write_text("{")


def no_record(folder):
    (folder / "training.json").write_text("[")


def deep_record(folder):
    (folder / "training.json").write_text("[" * 100_000)


def list_record(folder):
    (folder / "training.json").write_text("[]")


@pytest.mark.parametrize(
    ("spoil", "kind", "message"),
    [
        (empty, InputError, "no config.json"),
        (no_tokenizer, InputError, "no tokenizer"),
        (no_weights, InputError, "convert-checkpoint"),
        (cut_weights, DamagedFileError, "cannot be loaded"),
        (nameless, InputError, "no names.*id2label"),
        (unnamed, InputError, "no names.*id2label"),
        (unnamed_three, InputError, "its 3 classes have no names.*id2label"),
        (named({"0": "a", "1": "a"}), InputError, "two of its classes have the same name, 'a'"),
        (named({"0": "a"}), InputError, "head has 2 classes, and its config.json has 1 names"),
        (
            named(dict(zip("012", "abc", strict=True))),
            InputError,
            "head has 2 classes, and its config.json has 3 names",
        ),
        (named({"0": "a", "2": "b"}), InputError, "counted from 0, is wanted"),
        (named(["a", "b"]), InputError, "counted from 0, is wanted"),
        (named({}), InputError, "counted from 0, is wanted"),
        (narrow, DamagedFileError, r"word_embeddings.weight is of size \[\d+, \d+\]"),
        (no_json, DamagedFileError, "no valid JSON"),
        (no_record, DamagedFileError, "training.json: no valid JSON"),
        (deep_record, DamagedFileError, "training.json: no valid JSON"),
        (list_record, DamagedFileError, "training.json: no JSON object"),
        *(
            (recorded(**{name: value}), DamagedFileError, f"training.json: {name} is .* is wanted")
            for name, value in (
                ("text_columns", 3),
                ("text_columns", "text"),
                ("text_columns", ["a", "b", "c"]),
                ("label_column", 3),
                ("label_kind", "word"),
                ("label_names", ["a"]),
                ("label_names", {"0": 1}),
                ("classes", [1]),
                ("max_tokens", "x"),
                ("max_tokens", 0),
                ("max_tokens", True),
                ("truncation", "start"),
                ("adapters", "no"),
                ("base_model", 3),
                ("base_revision", []),
            )
        ),
    ],
)
def test_a_folder_that_is_no_whole_model(made, here, spoil, kind, message):
    shutil.copytree(made / "single", here / "m")
    spoil(here / "m")
    with pytest.raises(kind, match=message) as error:
        Predictor("m")
    assert "\n" not in str(error.value)


def test_the_command_that_converts_weights_is_one_that_a_shell_takes(made, here):
    folder = here / "my model"
    shutil.copytree(made / "single", folder)
    no_weights(folder)
    with pytest.raises(InputError) as error:
        Predictor(folder)
    assert f"augment convert-checkpoint {shlex.quote(str(folder / 'model.bin'))};" in str(
        error.value
    )


def test_adapters_that_do_not_fit_are_told_in_one_line(made, here):
    pytest.importorskip("peft")
    options = {**FAST, "model": str(made / "encoder"), "steps": 1, "lora": True}
    train_model(table(), **options, out="m")
    config = (here / "m" / "config.json").read_text()
    for spoil, said in (
        (unnamed, "classes have no names"),
        (named(dict(zip("012", "abc", strict=True))), "head has 2 classes"),
    ):
        spoil(here / "m")
        with pytest.raises(InputError, match=said):
            Predictor("m")
        (here / "m" / "config.json").write_text(config)
    (here / "m" / "adapter_model.safetensors").write_bytes(b"x" * 100)
    with pytest.raises(DamagedFileError, match="cannot be loaded"):
        Predictor("m")


def test_names_may_be_given_to_a_model_that_has_none(made, here):
    shutil.copytree(made / "single", here / "m")
    unnamed_three(here / "m")
    assert Predictor("m", labels=["x", "y", "z"]).labels == ("x", "y", "z")
    with pytest.raises(InputError, match="3 different names are wanted, got x, y"):
        Predictor("m", labels=["x", "y"])


def test_encoders_files_and_names_that_are_no_classifier(made, model, here):
    with pytest.raises(InputError, match="never trained"):
        Predictor(made / "encoder")
    (here / "file").write_text("x")
    for name in ("file", "no/such/folder/here", "nothing"):
        with pytest.raises(InputError):
            Predictor(name)
    with pytest.raises(InputError, match="takes at most 64 tokens"):
        Predictor(model, max_tokens=100)
    with pytest.raises(InputError, match="not a single string"):
        Predictor(model).predict("text")
    with pytest.raises(InputError, match="is no text"):
        Predictor(model).predict([3.5])
    assert Predictor(model).predict_proba([]).shape == (0, 2)


def test_threads_share_a_predictor(model):
    predictor = Predictor(model, **FAST)
    texts = table()["text"].tolist()
    expected = predictor.predict_proba(texts)
    found, errors = {}, []

    def work(n):
        try:
            for _ in range(3):
                found[n] = predictor.predict_proba(texts[n:])
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert not errors
    for n, p in found.items():
        assert np.allclose(p, expected[n:], atol=1e-6)


def test_intervals_are_those_of_rows_drawn_anew():
    """Against the plain bootstrap that draws rows."""
    rng = np.random.default_rng(0)
    labels = rng.integers(3, size=300)
    predicted = np.where(rng.random(300) < 0.7, labels, rng.integers(3, size=300))
    drawn = [rng.integers(300, size=300) for _ in range(2000)]
    plain = np.quantile([(labels[d] == predicted[d]).mean() for d in drawn], [0.025, 0.975])
    found = bootstrap_intervals(confusion(labels, predicted, 3), seed=1)
    assert np.allclose(found["accuracy"], plain, atol=0.01)
    low, high = found["macro_f1"]
    assert 0.6 < low < high < 0.95


def test_calibration_error_of_the_sure_and_the_honest():
    p = np.tile([0.7, 0.3], (1000, 1))
    honest = (np.arange(1000) % 10 >= 7).astype(int)
    assert calibration_error(honest, p) == pytest.approx(0.0, abs=1e-9)
    assert calibration_error(np.zeros(1000, int), p) == pytest.approx(0.3)
    worst = assess(honest, p, ("a", "b"), [("t",)] * 1000)
    assert len(worst.mistakes) == 10
    assert worst.mistakes[0].label == "b"


def test_rows_that_cannot_be_read_are_left_out_where_asked(made, here, capsys):
    (here / "t.csv").write_text("text,label\nthe film was good,pos\ntoo, many,pos\na plot,neg\n")
    model = str(made / "single")
    for command in ("predict", "evaluate"):
        assert main([command, model, "t.csv"]) == 2
        assert "--on-bad-row skip" in capsys.readouterr().err
        assert main([command, model, "t.csv", "--on-bad-row", "skip"]) == 0
        assert "line 3: 3 cells, wanted 2" in capsys.readouterr().err
    assert len(pd.read_csv("t.predicted.csv")) == 2
    (here / "t.csv").write_bytes("text;label\nЕщё;pos\nфильм;neg\n".encode("cp1251"))
    assert main([
        "predict", model, "t.csv", "--encoding", "cp1251", "--delimiter", ";", "--force"
    ]) == 0  # fmt: skip
    assert pd.read_csv("t.predicted.csv")["text"].tolist() == ["Ещё", "фильм"]


def given_on_stdin(monkeypatch, text):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text)))


def test_standard_input_is_read_a_text_a_line(made, monkeypatch, capsys):
    given_on_stdin(monkeypatch, b"the film was good\n\n  \r\nthe plot is bad\r\n")
    assert main(["predict", str(made / "single"), "-"]) == 0
    one, none, blank, other = capsys.readouterr().out.splitlines()
    assert one.startswith("pos (")
    assert none == blank == ""
    assert other.startswith("neg (")
    given_on_stdin(monkeypatch, b"the film\twas it good\n")
    assert main(["predict", str(made / "pairs"), "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["label"] in ("pos", "neg")
    given_on_stdin(monkeypatch, b"a\tb\nno pair\n")
    assert main(["predict", str(made / "pairs"), "-"]) == 2
    assert "line 2: " in capsys.readouterr().err
    given_on_stdin(monkeypatch, b"caf\xe9\n")
    assert main(["predict", str(made / "single"), "-"]) == 2
    assert "no UTF-8" in capsys.readouterr().err
    assert main(["predict", str(made / "single")]) == 2
    assert "MODEL - reads a text a line" in capsys.readouterr().err

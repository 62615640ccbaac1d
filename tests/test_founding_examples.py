"""The five example folders: each script runs to its end on its own data, with a model made here."""

import csv
import importlib.util
import inspect
import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import numpy as np
import torch

import augment
from augment.cli import COMMANDS
from augment.train.testing import tiny_encoder

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
NAMES = ("movie_origin", "imdb_bert", "lora_sentiment", "french_pairs", "electra_ratings")
SETTINGS = {"epochs": 2.0, "max_tokens": 48}

needs_apertium = pytest.mark.skipif(
    shutil.which("lt-proc") is None, reason="Apertium is not installed"
)


def script(name):
    """The module of an example's run.py."""
    path = EXAMPLES / name / "run.py"
    spec = importlib.util.spec_from_file_location(f"example_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(path, delimiter=","):
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter=delimiter, strict=True))


def figures(out):
    return json.loads((out / "figures.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def vocabulary():
    texts = [path.read_text(encoding="utf-8") for path in EXAMPLES.rglob("*.txt")]
    tables = ("reviews_en.csv", "movie_origin/synopses.csv", "french_pairs/paires.csv")
    texts += [(EXAMPLES / table).read_text(encoding="utf-8") for table in tables]
    return sorted({word for text in texts for word in re.findall(r"[a-z]+", text.lower())})


@pytest.fixture
def encoder(tmp_path, vocabulary):
    """Make a small encoder of the kind that the example is meant for."""
    return lambda kind: str(tiny_encoder(tmp_path / kind, vocabulary, kind=kind))


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield tmp_path
    torch.set_num_threads(before)


@needs_apertium
def test_movie_origin_enlarges_the_training_part_alone(here, encoder, capsys):
    out = here / "made"
    script("movie_origin").main(model=encoder("bert"), out=out, **SETTINGS)
    larger, test = rows(out / "films.train.augmented.csv"), rows(out / "films.test.csv")
    new = [row for row in larger if row["aug_method"] == "backtranslation"]
    assert len(new) >= 5
    assert {row["country"] for row in new} == {"France", "India", "Japan"}
    assert not {row["title"] for row in larger} & {row["title"] for row in test}
    found = figures(out)
    sizes = {row["country"]: 0 for row in larger}
    for row in larger:
        sizes[row["country"]] += 1
    assert {name: about["after"] for name, about in found["yield"]["classes"].items()} == sizes
    assert found["validation"]["rows"] == len(test)
    scored = augment.evaluate_model(out / "model", out / "films.test.csv")
    assert scored.accuracy == pytest.approx(found["validation"]["accuracy"])
    printed = capsys.readouterr().out
    assert f"India: 13 → {sizes['India']}" in printed
    assert f"accuracy {scored.accuracy:.3f}" in printed


def test_imdb_bert_saves_what_it_scored(here, encoder, capsys):
    out = here / "made"
    script("imdb_bert").main(model=encoder("bert"), out=out, **SETTINGS)
    model = augment.Predictor(out / "model")
    assert model.labels == ("mixed", "negative", "positive")
    assert figures(out)["validation"]["rows"] == 42
    printed = capsys.readouterr().out
    for question in script("imdb_bert").QUESTIONS:
        answer = model.predict([question])[0]
        assert f"{question}\n  {answer.label} ({answer.score:.2f})" in printed


def test_imdb_bert_takes_codes_of_any_number_of_classes(here, encoder):
    out = here / "made"
    script("imdb_bert").main(
        data=EXAMPLES / "reviews_en.csv",
        label="stars",
        label_names=("1=awful", "2=poor", "3=middling", "4=good", "5=superb"),
        model=encoder("bert"),
        out=out,
        **SETTINGS,
    )
    assert set(augment.Predictor(out / "model").labels) == {
        "awful",
        "poor",
        "middling",
        "good",
        "superb",
    }


def test_lora_sentiment_trains_adapters_and_answers_in_the_form_promised(here, encoder, capsys):
    out = here / "made"
    script("lora_sentiment").main(model=encoder("distilbert"), rank=4, out=out, **SETTINGS)
    assert (out / "model" / "adapter_model.safetensors").is_file()
    assert set(augment.Predictor(out / "model").labels) == {"POSITIVE", "NEGATIVE"}
    printed = capsys.readouterr().out
    assert "177 of 210 rows" in printed
    assert len(re.findall(r"^  (?:POSITIVE|NEGATIVE) \((?:0\.\d\d|1\.00)\)$", printed, re.M)) == 3


def test_lora_sentiment_names_the_columns_that_are_there(here):
    with pytest.raises(augment.AugmentError, match=r"no column 'stern' \(columns: id, text"):
        script("lora_sentiment").main(label="stern", out=here / "made")


@needs_apertium
def test_french_pairs_rewrites_questions_and_judges_them(here, encoder, capsys):
    out = here / "made"
    script("french_pairs").main(
        model=encoder("camembert"), folds=2, steps=2, max_tokens=48, out=out
    )
    table = rows(out / "paires.augmented.csv")
    assert len([row for row in table if row["aug_method"] == "original"]) == 40
    by_source = {row["aug_source_id"]: row for row in table if row["aug_method"] == "original"}
    new = [row for row in table if row["aug_method"] != "original"]
    assert new
    assert {row["aug_pivot"] for row in new} <= {"ca", "es"}
    for row in new:
        source = by_source[row["aug_source_id"]]
        assert row["thème"] == source["thème"] != "Sciences"
        assert row["texte"] == source["texte"]
        assert row["question"] != source["question"]
    found = figures(out)
    assert set(found["kfold"]["arms"]) == {"original", "oversampled", "augmented"}
    printed = capsys.readouterr().out
    assert "verdict: augmented − oversampled" in printed
    refused = re.search(r"^refused: (.*)$", printed, re.M)[1]
    assert sum(map(int, re.findall(r"\d+", refused))) == len(
        rows(out / "paires.augmented.rejected.csv")
    )
    assert augment.Predictor(out / "model").text_columns == ("texte", "question")
    assert (out / "kfold" / "report.html").is_file()


def test_french_pairs_wants_two_columns(here):
    with pytest.raises(augment.AugmentError, match="two columns are wanted"):
        script("french_pairs").main(text="texte", out=here / "made")


def test_electra_ratings_reads_the_folder_and_balances(here, encoder, capsys):
    out = here / "made"
    script("electra_ratings").main(model=encoder("electra"), out=out, **SETTINGS)
    found = figures(out)
    assert set(augment.Predictor(out / "model").labels) == set("12347889") | {"10"}
    assert found["options"]["sampler"] == "balanced"
    printed = capsys.readouterr().out
    assert "48 reviews read" in printed
    assert f"{found['distance']['mean']:.2f} stars off on average" in printed


def test_electra_ratings_scores_on_a_folder_of_its_own(here, encoder):
    held_out = here / "test"
    for side, name in (("neg", "0_1.txt"), ("pos", "0_10.txt")):
        (held_out / side).mkdir(parents=True)
        (held_out / side / name).write_text(f"a text of its own, {side}", encoding="utf-8")
    script("electra_ratings").main(
        valid=held_out, model=encoder("electra"), out=here / "made", **SETTINGS
    )
    assert figures(here / "made")["validation"]["rows"] == 2


def test_distances_are_counted_in_stars():
    class Found:
        classes, rows = ("10", "1", "9"), 4
        confusion = np.array([[1, 0, 1], [0, 1, 0], [0, 1, 0]])

    found = script("electra_ratings").distances(Found)
    assert found == {"mean": 9 / 4, "within_one": 3 / 4, "right_side": 3 / 4}


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_replaced_unasked_and_errors_are_one_line(name, here):
    done = subprocess.run(
        [sys.executable, EXAMPLES / name / "run.py", "--data", "gone.csv", "--out", "made"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "gone.csv" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert inspect.signature(script(name).main).parameters["force"].default is False


@pytest.mark.parametrize("name", NAMES)
def test_readme_is_one_screen_and_its_flags_exist(name):
    readme = (EXAMPLES / name / "README.md").read_text(encoding="utf-8")
    assert len(readme.splitlines()) <= 60
    known = set(inspect.signature(script(name).main).parameters)
    lines = re.findall(r"^python run\.py.*$", readme.replace("\\\n", " "), re.M)
    assert "python run.py" in lines
    assert any("--data" in line and "--model" in line for line in lines)
    for line in lines:
        flags = [word for word in shlex.split(line) if word.startswith("--")]
        assert {flag[2:].replace("-", "_") for flag in flags} <= known
    for command in re.findall(r"^augment (\S+)", readme, re.M):
        assert command in COMMANDS


def test_data_are_small_unequal_and_without_repetitions():
    films = rows(EXAMPLES / "movie_origin" / "synopses.csv")
    pairs = rows(EXAMPLES / "french_pairs" / "paires.csv", ";")
    reviews = list((EXAMPLES / "electra_ratings" / "reviews").rglob("*.txt"))
    for texts, labels in (
        ([row["synopsis"] for row in films], [row["country"] for row in films]),
        ([row["texte"] + row["question"] for row in pairs], [row["thème"] for row in pairs]),
        ([path.read_text(encoding="utf-8") for path in reviews], [p.stem for p in reviews]),
    ):
        assert len(set(texts)) == len(texts) == len(labels)
    sizes = sorted(sum(r["country"] == c for r in films) for c in {r["country"] for r in films})
    assert sizes[-1] >= 4 * sizes[0]
    for path in reviews:
        assert (int(path.stem.split("_")[1]) > 5) == (path.parent.name == "pos")

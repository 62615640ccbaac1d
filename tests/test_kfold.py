"""The whole experiment on a tiny model built here: fair, paired, reproducible, resumable."""

from __future__ import annotations

import dataclasses
import gc
import inspect
import json
import os
import subprocess
import sys
import time
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from augment.cli import main
from augment.datasets.table_options import ReadOptions
from augment.datasets.visible import unbroken
from augment.errors import AugmentError, DamagedFileError, InputError, OutputError
from augment.progress import LineProgress
from augment.train.kfold.config import KFoldConfig
from augment.train.kfold.figures import draw_figures
from augment.train.kfold.kfold import kfold_train
from augment.train.kfold.report import render_report
from augment.train.training_options import TrainingOptions

WORDS = ["the", "a", "film", "plot", "actor", "music", "very", "rather", "was", "is"]
WORDS += ["good", "bad", "great", "awful", "fine", "dull"]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory):
    """A random BERT of two thin layers with a word-level vocabulary."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("model") / "tiny"
    folder.mkdir()
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *map(str, range(500))]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = BertModel(
            BertConfig(
                vocab_size=len(vocabulary),
                hidden_size=32,
                num_hidden_layers=2,
                num_attention_heads=2,
                intermediate_size=64,
                max_position_embeddings=64,
            )
        )
    model.save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def one_thread(monkeypatch, tmp_path):
    import torch

    monkeypatch.chdir(tmp_path)
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def table(n=36, *, paraphrases=True, seed=0):
    """Two classes told apart by one word, a third of the rows positive; two paraphrases each."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        label = "pos" if i % 3 == 0 else "neg"
        mood = rng.choice(["good", "great"] if label == "pos" else ["bad", "awful"])
        text = " ".join([*rng.choice(WORDS[:10], 4), str(mood), str(i)])
        rows.append((text, label, str(i), "original"))
    if paraphrases:
        for text, label, source, _ in rows[:n:3]:
            rows += [(f"rather {text}", label, source, "backtranslation")]
            rows += [(f"{text} very", label, source, "backtranslation")]
    columns = ["text", "label", "aug_source_id", "aug_method"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame if paraphrases else frame[["text", "label"]]


def options(tiny, **more):
    defaults = {"model": str(tiny), "folds": 3, "steps": 6, "lr": 3e-3, "batch_size": 8}
    return {**defaults, "precision": "fp32", "device": "cpu", **more}


def scores(metrics):
    """Metrics without the only thing that differs between equal runs."""
    for arm in metrics["arms"].values():
        arm.pop("seconds")
    return metrics


def test_augmented_table(tiny, tmp_path):
    table().to_csv("reviews.csv", index=False)
    result = kfold_train("reviews.csv", **options(tiny, repeats=2))
    assert list(result.arms) == ["original", "oversampled", "augmented"]
    folder = tmp_path / "reviews.kfold"
    metrics = json.loads((folder / "metrics.json").read_text())
    page = (folder / "report.html").read_text()
    assert unbroken(metrics["sentence"]) in page
    assert '(<span class="option">--' in page
    for arm in metrics["arms"].values():
        assert {"accuracy", "macro_f1", "mcc", "log_loss", "steps", "seconds", "n_train"} <= set(
            arm
        )
        assert len(arm["accuracy"]["folds"]) == 6
        assert arm["accuracy"]["mean"] == pytest.approx(np.mean(arm["accuracy"]["folds"]))
        assert arm["accuracy"]["sd"] == pytest.approx(np.std(arm["accuracy"]["folds"], ddof=1))
    arms = metrics["arms"]
    assert arms["oversampled"]["steps"] == arms["augmented"]["steps"]
    assert arms["oversampled"]["n_train"] == arms["augmented"]["n_train"]
    assert all(0 < share < 0.5 for share in arms["augmented"]["paraphrase_share"])
    fair = metrics["comparison"]
    assert (fair["baseline"], fair["candidate"]) == ("oversampled", "augmented")
    assert (metrics["naive"]["baseline"], metrics["naive"]["candidate"]) == (
        "original",
        "augmented",
    )
    assert fair["gain"] == pytest.approx(
        arms["augmented"]["macro_f1"]["mean"] - arms["oversampled"]["macro_f1"]["mean"]
    )
    assert {"ci95", "p_value", "smallest_detectable", "verdict", "metric"} <= set(fair)

    oof = pd.read_csv(folder / "oof.csv")
    assert list(oof.columns) == [
        *["aug_source_id", "repeat", "fold", "arm", "label", "predicted", "prob_neg", "prob_pos"]
    ]
    for _, part in oof.groupby(["arm", "repeat"]):
        assert sorted(part["aug_source_id"]) == list(range(36))
    assert np.allclose(oof["prob_neg"] + oof["prob_pos"], 1, atol=1e-5)
    per_arm = oof.groupby(["arm", "repeat", "fold"])["aug_source_id"].apply(tuple).unstack("arm")
    assert (per_arm["original"] == per_arm["augmented"]).all()
    folds = pd.read_csv(folder / "folds.csv")
    assert len(folds) == 18
    assert folds["macro_f1"].tolist()[:1] == [arms["original"]["macro_f1"]["folds"][0]]
    for figure in ("gain", "fold_scores", "per_class_f1", "confusion", "class_counts"):
        assert (folder / "figures" / f"{figure}.png").read_bytes().startswith(b"\x89PNG")
    run = json.loads((folder / "run.json").read_text())
    assert run["identity"]["model_revision"].startswith("sha256:")
    assert {"torch", "transformers", "augment"} <= set(run["versions"])


def test_a_test_row_was_never_trained_on(tiny, monkeypatch):
    """Looks at the rows that really reach the model, not at the plan."""
    from augment.train import finetune

    seen = []

    def spy(model, tokens, labels, batches, recipe, **more):
        seen.append(np.unique(batches))

    monkeypatch.setattr(finetune, "fine_tune", spy)
    frame = table()
    frame.loc[1, "text"] = frame.loc[4, "text"].upper() + " !"  # the same text, written otherwise
    result = kfold_train(frame, **options(tiny))
    source = frame["aug_source_id"].astype(int).to_numpy()
    of_fold = [
        unit
        for units in zip(*(a.units for a in result.arms.values()), strict=True)
        for unit in units
    ]
    assert len(of_fold) == len(seen) == 9
    for unit, rows in zip(of_fold, seen, strict=True):
        assert not set(source[rows]) & set(unit.test)
        assert {1, 4} <= set(unit.test) or not {1, 4} & set(unit.test)
        assert (unit.arm == "augmented") == bool((rows >= 36).any())


def test_learns(tiny):
    found = kfold_train(table(48), **options(tiny, steps=60, arms=("oversampled",)))
    assert found.arms["oversampled"].mean("accuracy") > 0.9


def test_the_seed_decides_the_scores(tiny):
    short = options(tiny, folds=2, arms=("oversampled", "augmented"))
    first, again, other = (kfold_train(table(), **short, seed=seed) for seed in (0, 0, 1))
    assert scores(first.metrics()) == scores(again.metrics())
    assert scores(other.metrics()) != scores(again.metrics())


def test_the_search_for_garbage_after_a_run_is_among_its_own_objects(tiny, monkeypatch):
    from augment.train import passes

    give_back = passes.give_memory_back

    def spy(device):
        searched.append(len(gc.get_objects()))
        give_back(device)

    before, searched = len(gc.get_objects()), []
    monkeypatch.setattr(passes, "give_memory_back", spy)
    kfold_train(table(18), **options(tiny, folds=2, steps=1, arms=("original",)))
    assert len(searched) == 2
    assert searched[1] < before / 5
    assert gc.get_freeze_count() == 0
    with pytest.raises(AugmentError, match="diverged"):
        kfold_train(table(18), **options(tiny, folds=2, lr=1e12, arms=("original",)))
    assert gc.get_freeze_count() == 0


def test_killed_run_goes_on_and_ends_the_same(tiny, tmp_path, monkeypatch):
    table().to_csv("d.csv", index=False)
    whole = kfold_train("d.csv", **options(tiny, out=tmp_path / "whole"))

    from augment.train.kfold import units

    add, written = units.UnitStore.add, []

    def die_after_four(self, unit):
        add(self, unit)
        written.append(unit.key)
        if len(written) == 4:
            raise KeyboardInterrupt

    monkeypatch.setattr(units.UnitStore, "add", die_after_four)
    with pytest.raises(KeyboardInterrupt):
        kfold_train("d.csv", **options(tiny, out=tmp_path / "part"))
    monkeypatch.undo()
    monkeypatch.chdir(tmp_path)
    assert not (tmp_path / "part" / "metrics.json").exists()
    # A unit that was being written when the process died leaves a part that is not read.
    (tmp_path / "part" / "units" / ".repeat0-fold2-original.json.part").write_text('{"rep')
    with pytest.raises(OutputError, match="--resume goes on"):
        kfold_train("d.csv", **options(tiny, out=tmp_path / "part"))
    with pytest.raises(InputError, match=r"another configuration \(folds: 3 before, 4 now"):
        kfold_train("d.csv", **options(tiny, out=tmp_path / "part", resume=True, folds=4))
    resumed = kfold_train("d.csv", **options(tiny, out=tmp_path / "part", resume=True))
    assert scores(resumed.metrics()) == scores(whole.metrics())
    for name in ("oof.csv",):
        assert (tmp_path / "part" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    early = sorted((tmp_path / "part" / "units").glob("*.json"), key=lambda p: p.stat().st_mtime)
    assert len(early) == 9


def test_repeats_and_arms_of_originals_are_added_to_a_finished_run(tiny, tmp_path):
    table().to_csv("d.csv", index=False)
    first = kfold_train("d.csv", **options(tiny, out=tmp_path / "run"))
    finished = {path: path.stat().st_mtime_ns for path in (tmp_path / "run/units").glob("*.json")}
    more = {"repeats": 2, "arms": (*first.arms, "weighted", "tfidf")}
    added = kfold_train("d.csv", **options(tiny, out=tmp_path / "run", resume=True, **more))
    anew = kfold_train("d.csv", **options(tiny, out=tmp_path / "anew", **more))
    assert scores(added.metrics()) == scores(anew.metrics())
    assert len(added.arms["augmented"].folds) == 6
    assert all(path.stat().st_mtime_ns == before for path, before in finished.items())
    run = json.loads((tmp_path / "run" / "run.json").read_text())
    assert run["added"]["repeats"] == 2
    assert run["added"]["arms"] == [*more["arms"]]
    report = (tmp_path / "run" / "report.html").read_text()
    assert "<td>repeats</td><td>2</td>" in report
    assert "<td>()</td>" not in report
    assert "<td>{}</td>" not in report
    # What was added stays, also where it is not asked for again; and other versions are told only
    # of libraries that both runs have.
    path = tmp_path / "run" / "run.json"
    path.write_text(json.dumps({**run, "versions": {**run["versions"], "another": "1"}}))
    kept = kfold_train("d.csv", **options(tiny, out=tmp_path / "run", resume=True, curve=(4,)))
    assert [*kept.arms] == [*added.arms]
    assert scores(kept.metrics())["arms"] == scores(added.metrics())["arms"]
    assert len(kept.curve) == 2
    assert kept.run["versions_before"] == []
    again = kfold_train("d.csv", **options(tiny, out=tmp_path / "run", resume=True))
    assert len(again.curve) == 2
    # Another arm of new rows would change what the others are compared with, and corrected for.
    with pytest.raises(InputError, match=r"arms: \['augmented'\] before, \['augmented', 'words'\]"):
        words = ("original", "oversampled", "augmented", "words")
        kfold_train("d.csv", **options(tiny, out=tmp_path / "run", resume=True, arms=words))


def test_a_control_is_added_with_its_own_for_another_table(tiny, tmp_path):
    table().to_csv("d.csv", index=False)
    frame = table()
    frame[(frame["aug_method"] == "original") | (frame.index % 3 == 0)].to_csv("w.csv", index=False)
    given = options(tiny, out=tmp_path / "run", steps=None, epochs=1)
    kfold_train("d.csv", **{**given, "arms": ("original", "augmented", "w=w.csv")})
    more = ("original", "oversampled", "augmented", "w=w.csv")
    added = kfold_train("d.csv", **{**given, "arms": more}, resume=True)
    assert "oversampled-w" in added.arms
    assert [c.baseline for c in added.candidates] == ["oversampled", "oversampled-w"]


def test_sigkill_at_any_moment_loses_no_finished_unit(tiny, tmp_path):
    table().to_csv("d.csv", index=False)
    arguments = ["--model", str(tiny), "--folds", "3", "--steps", "30", "--device", "cpu"]
    command = [sys.executable, "-m", "augment", "kfold-train", "d.csv", *arguments]
    units = tmp_path / "d.kfold" / "units"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment) as process:
        while process.poll() is None and len(list(units.glob("*.json"))) < 3:
            time.sleep(0.005)
        process.kill()
    finished = {path.name: path.read_bytes() for path in units.glob("*.json")}
    assert len(finished) >= 3
    same = {"model": str(tiny), "folds": 3, "steps": 30, "device": "cpu"}
    resumed = kfold_train("d.csv", **same, resume=True)
    whole = kfold_train("d.csv", **same, out=tmp_path / "whole")
    assert scores(resumed.metrics()) == scores(whole.metrics())
    for name, content in finished.items():
        assert (units / name).read_bytes() == content
    oof = "oof.csv"
    assert (tmp_path / "d.kfold" / oof).read_bytes() == (tmp_path / "whole" / oof).read_bytes()


def test_runs_side_by_side_change_nothing(tiny, tmp_path):
    """Called from a script without a guard, on its standard output nothing but the script's own."""
    table(18).to_csv("reviews.csv", index=False)
    script = tmp_path / "script.py"
    script.write_text(
        "from augment.train.kfold.kfold import kfold_train\n"
        f"for workers in (1, 2):\n"
        f"    kfold_train('reviews.csv', out=f'run{{workers}}', workers=workers,\n"
        f"                **{options(tiny, folds=2)!r})\n"
        "print('done')\n"
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "done\n", "")
    one, two = (json.loads((tmp_path / f"run{n}" / "metrics.json").read_text()) for n in (1, 2))
    assert scores(one) == scores(two)
    assert (tmp_path / "run1" / "oof.csv").read_bytes() == (tmp_path / "run2/oof.csv").read_bytes()


def test_a_training_process_that_dies_is_told_with_the_way_on(tiny, monkeypatch):
    monkeypatch.setattr(subprocess, "Popen", _dying(subprocess.Popen))
    with pytest.raises(AugmentError, match=r"ended by itself \(exit code 3\).*--resume"):
        kfold_train(table(18), **options(tiny, folds=2, workers=2))


def _dying(popen):
    def start(command, **more):
        return popen([sys.executable, "-c", "import sys; sys.exit(3)"], **more)

    return start


def test_what_a_training_process_raises_comes_through(tiny):
    with pytest.raises(AugmentError, match="diverged"):
        kfold_train(table(18), **options(tiny, folds=2, workers=2, lr=1e12))


def test_a_run_that_could_not_be_written_leaves_a_folder_that_can_be_used(
    tiny, tmp_path, monkeypatch
):
    from augment.train.kfold import run_folder

    def full(path, value):
        with run_folder.replacing(path):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_folder, "write_json", full)
    with pytest.raises(OSError, match="No space"):
        kfold_train(table(), **options(tiny, out=tmp_path / "run"))
    monkeypatch.undo()
    kfold_train(table(), **options(tiny, out=tmp_path / "run", steps=1))


def test_units_of_other_versions_are_kept_and_told(tiny, tmp_path, capsys):
    table().to_csv("d.csv", index=False)
    chosen = options(tiny, out=tmp_path / "run", steps=1)
    kfold_train("d.csv", **chosen)
    path = tmp_path / "run" / "run.json"
    before = json.loads(path.read_text())
    old = {**before["versions"], "torch": "1.13.0"}
    path.write_text(json.dumps({**before, "versions": old}))
    for _ in range(2):  # it stays written down
        kfold_train("d.csv", **chosen, resume=True, progress=LineProgress())
        assert "torch: '1.13.0' before" in capsys.readouterr().err
        assert json.loads(path.read_text())["versions_before"] == [old]


def test_missing_values_of_any_kind_are_left_out(tiny):
    frame = table(30).convert_dtypes()
    frame.loc[3, "label"] = pd.NA
    frame.loc[4, "text"] = pd.NA
    result = kfold_train(frame, **options(tiny, steps=1))
    assert result.left_out["original without label"] == 1
    assert result.left_out["original without text"] == 1


def test_force_replaces_a_run_and_nothing_else(tiny, tmp_path):
    frame = table()
    kfold_train(frame, **options(tiny, out=tmp_path / "run", steps=1))
    (tmp_path / "run" / "notes.txt").write_text("mine")
    kfold_train(frame, **options(tiny, out=tmp_path / "run", steps=2, force=True))
    assert json.loads((tmp_path / "run" / "run.json").read_text())["identity"]["steps"] == 2
    assert (tmp_path / "run" / "notes.txt").read_text() == "mine"
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").write_text("mine")
    with pytest.raises(OutputError, match="holds no K-fold run"):
        kfold_train(frame, **options(tiny, out=tmp_path / "other", force=True))


def test_plain_table_runs_two_arms_and_says_how_to_add_the_third(tiny, tmp_path, capsys):
    table(paraphrases=False).to_csv("plain.csv", index=False)
    arguments = ["plain.csv", "--model", str(tiny), "--folds", "3", "--steps", "3"]
    assert main(["kfold-train", *arguments]) == 0
    out, err = capsys.readouterr()
    assert "augmented" not in out.split("\n\n")[0]
    assert "augment backtranslate" in out
    assert "no paraphrases" in err
    metrics = json.loads((tmp_path / "plain.kfold" / "metrics.json").read_text())
    assert list(metrics["arms"]) == ["original", "oversampled"]
    assert metrics["comparison"]["baseline"] == "original"
    assert main(["kfold-train", *arguments, "--resume", "--json", "--quiet"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out) == metrics
    assert not err
    assert metrics["naive"] is None
    # Every class as large as the largest: 16 negatives in each training part of 24.
    assert metrics["arms"]["oversampled"]["n_train"] == [32, 32, 32]


def test_command_prints_json_and_takes_the_last_augmented_table(tiny, tmp_path, capsys):
    (tmp_path / ".augment").mkdir()
    table().to_csv("r.augmented.csv", index=False)
    (tmp_path / ".augment" / "last_augmented").write_text("r.augmented.csv\n")
    arguments = ["--model", str(tiny), "--folds", "3", "--steps", "2", "--json"]
    assert main(["kfold-train", *arguments, "--arms", "oversampled,augmented"]) == 0
    out, err = capsys.readouterr()
    assert list(json.loads(out)["arms"]) == ["oversampled", "augmented"]
    assert "fine-tuning" in err
    assert (tmp_path / "r.augmented.kfold" / "report.html").is_file()


@pytest.mark.parametrize("loss", ["weighted", "focal"])
@pytest.mark.parametrize("share", [0.3, "natural"])
def test_other_losses_shares_and_arms(tiny, loss, share):
    arms = ("original", "oversampled", "augmented", "weighted")
    result = kfold_train(table(), **options(tiny, loss=loss, share=share, arms=arms, steps=2))
    assert list(result.arms) == list(arms)
    assert result.comparison.candidate == "augmented"


def test_text_pairs(tiny):
    frame = table(paraphrases=False)
    frame["question"] = [f"was {i // 2}" for i in range(len(frame))]
    result = kfold_train(frame, **options(tiny, text="text,question", steps=2))
    for unit in result.arms["original"].units:  # two rows share each question
        assert {row ^ 1 for row in unit.test} == set(unit.test)


def test_lora(tiny):
    pytest.importorskip("peft")
    result = kfold_train(
        table(), **options(tiny, lora=True, folds=2, steps=40, lr=2e-2, arms=("oversampled",))
    )
    assert result.arms["oversampled"].mean("accuracy") > 0.7


def test_rows_without_text_or_label_are_left_out_and_counted(tiny):
    frame = table(39)
    frame.loc[37, "text"] = "  "
    frame.loc[38, "label"] = ""
    frame.loc[36, "text"] = ""  # has two paraphrases
    repeated = frame.loc[len(frame) - 3].copy()
    repeated["text"] = frame.loc[1, "text"] + "."
    result = kfold_train(pd.concat([frame, repeated.to_frame().T]), **options(tiny, steps=1))
    assert result.left_out == {
        "original without text": 2,
        "original without label": 1,
        "paraphrase of a row that was left out": 2,
        "paraphrase that repeats another original": 1,
    }


class Page(HTMLParser):
    """Collects the text and every address in a page."""

    def __init__(self):
        super().__init__()
        self.text, self.addresses, self.tags = [], [], []

    def handle_data(self, data):
        self.text.append(data)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.addresses += [value for key, value in attrs if key in ("src", "href")]


def test_report_stands_alone_and_escapes(tiny, tmp_path):
    frame = table()
    frame["label"] = frame["label"].map({"pos": "<script>alert(1)</script>", "neg": "a & $b$ 😀"})
    kfold_train(frame, **options(tiny, out=tmp_path / "run", steps=1))
    page = Page()
    page.feed((tmp_path / "run" / "report.html").read_text(encoding="utf-8"))
    assert page.addresses
    assert all(address.startswith("data:image/png;base64,") for address in page.addresses)
    assert "script" not in page.tags
    text = " ".join(page.text)
    assert "<script>alert(1)</script>" in text
    assert "fair control" in text
    assert "points or more" in text


def test_the_report_says_where_single_rows_set_the_limit(tiny):
    found = kfold_train(table(), **options(tiny))
    names = ("gain", "fold_scores", "class_counts", "per_class_f1", "confusion")
    pictures = dict.fromkeys(names, b"")
    for above, told in ((0.0, 0), (0.05, 1)):
        c = found.comparison
        c = dataclasses.replace(c, spread=c.sd + above)
        page = render_report(dataclasses.replace(found, candidates=(c,)), pictures)
        assert page.count("Alike by chance: augmented − oversampled spreads by") == told


def test_the_report_says_what_is_not_shown_and_what_long_texts_lose(tiny):
    found = kfold_train(table(), **options(tiny, steps=1))
    pictures = draw_figures(found)
    page = render_report(found, pictures)
    assert "lose their" not in page
    assert "most frequent" not in page
    assert "<th>" not in page
    for truncation in ("middle", "end"):
        run = {**found.run, "rows": {**found.run["rows"], "cut_off": 2}}
        run["identity"] = {**run["identity"], "truncation": truncation, "max_tokens": 9}
        page = render_report(dataclasses.replace(found, run=run), pictures)
        assert f"2 texts are longer than 9 tokens and lose their {truncation} (" in page
    counts = {**found.class_counts, **{f"class {n}": (1, 0) for n in range(29)}}
    arms = {}
    for name, arm in found.arms.items():
        scores = {label: next(iter(arm.per_class.values())) for label in counts}
        arms[name] = dataclasses.replace(arm, per_class=scores)
    page = render_report(dataclasses.replace(found, class_counts=counts, arms=arms), pictures)
    assert page.count("The 30 most frequent of the 31 classes are shown.</figcaption>") == 3


def bad_inputs(tiny, tmp_path):
    """Name -> arguments, and what the one line must say."""
    good = table(paraphrases=False)
    good.to_csv("good.csv", index=False)
    good.assign(label="pos").to_csv("one_class.csv", index=False)
    good.iloc[:8].to_csv("few.csv", index=False)
    frame = table()
    frame[frame["aug_source_id"] != "3"].to_csv("fine.csv", index=False)
    frame.drop(index=3).to_csv("orphan.csv", index=False)
    frame.drop(columns="aug_source_id").to_csv("no_source.csv", index=False)
    empty = tmp_path / "empty_model"
    empty.mkdir()
    bare = tmp_path / "no_tokenizer"
    bare.mkdir()
    (bare / "config.json").write_text("{}")
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for file in tiny.iterdir():
        (damaged / file.name).write_bytes(file.read_bytes())
    weights = damaged / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:200])
    m = ["--model", str(tiny)]
    return {
        "no file": (["nowhere.csv", *m], "nowhere.csv"),
        "nothing given": (m, "augment kfold-train DATA.csv"),
        "one class": (["one_class.csv", *m], "one class"),
        "few rows": (["few.csv", *m], "fewer than folds=5"),
        "unknown arm": (["good.csv", *m, "--arms", "original,magic"], "'magic'"),
        "no paraphrases": (["good.csv", *m, "--arms", "augmented"], "no paraphrases|paraphrases"),
        "folds": (["good.csv", *m, "--folds", "1"], "folds=1"),
        "both": (["good.csv", *m, "--epochs", "3", "--steps", "9"], "give one of the two"),
        "share": (["good.csv", *m, "--share", "1.5"], "share=1.5"),
        "no label column": (["good.csv", *m, "--label", "lable"], "did you mean"),
        "no source column": (["no_source.csv", *m], "aug_source_id"),
        "no such source": (["orphan.csv", *m], "names no original"),
        "empty model folder": (["good.csv", "--model", str(empty)], "config.json"),
        "no tokenizer": (["good.csv", "--model", str(bare)], "no tokenizer"),
        "damaged weights": (["good.csv", "--model", str(damaged)], "cannot be loaded"),
        "no such folder": (["good.csv", "--model", "./nothing/here"], "no such folder"),
        "hub offline": (["good.csv", "--model", "org/none", "--offline"], "--offline forbids"),
        "no folder for out": (["good.csv", *m, "--out", "no/where/run"], "no folder"),
    }


def test_bad_input_is_one_line_exit_2_and_nothing_written(tiny, tmp_path, capsys):
    cases = bad_inputs(tiny, tmp_path)
    before = sorted(tmp_path.rglob("*"))
    for name, (arguments, message) in cases.items():
        code = main(["kfold-train", *arguments])
        out, err = capsys.readouterr()
        lines = [line for line in err.splitlines() if line.startswith("augment: ")]
        assert code == 2, (name, err)
        assert len(lines) == 1, (name, err)
        assert message.split("|")[0] in lines[0] or message.split("|")[-1] in lines[0], (name, err)
        assert "Traceback" not in err
        assert out == ""
        assert sorted(tmp_path.rglob("*")) == before, name


def test_damaged_packaged_weights(monkeypatch, tmp_path):
    from augment import minilm

    (tmp_path / "model.safetensors").write_bytes(b"not these")
    monkeypatch.setattr(minilm, "packaged_folder", lambda: tmp_path)
    with pytest.raises(DamagedFileError, match="sha256"):
        kfold_train(table(), model="minilm")


def test_unreachable_hub_is_one_clear_line(monkeypatch):
    import transformers

    def unreachable(*args, **kwargs):
        raise OSError("We couldn't connect to the hub\nmany\nlines")

    monkeypatch.setattr(transformers.AutoConfig, "from_pretrained", unreachable)
    with pytest.raises(InputError, match="cannot be reached") as found:
        kfold_train(table(), model="some-org/some-bert")
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"loss": "hinge"},
        {"sampler": "x"},
        {"metric": "f1"},
        {"resume": True, "force": True},
        {"folds": 1},
        {"repeats": 0},
        {"lr": 0.0},
        {"epochs": -1},
        {"share": "all"},
        {"share": 0},
    ],
)
def test_config_refuses(wrong):
    with pytest.raises(InputError, match=next(iter(wrong))):
        KFoldConfig(**wrong)


def test_config_orders_arms_and_every_field_has_help():
    assert KFoldConfig(arms=("augmented,original",)).arms == ("original", "augmented")
    source = "".join(
        Path(inspect.getsourcefile(one)).read_text(encoding="utf-8")
        for one in (KFoldConfig, TrainingOptions, ReadOptions)
    )
    for field in dataclasses.fields(KFoldConfig):
        after = source.split(f"    {field.name}: ", 1)[1]
        assert after.split("\n", 1)[1].lstrip().startswith('"""'), field.name


def test_the_columns_are_those_of_the_run_that_wrote_the_table(tiny):
    """Of a table of pairs whose questions were rewritten, the texts alone say nothing."""
    frame = pd.DataFrame({
        "text": [f"a text {n}" for n in range(12)],
        "question": [f"is it good {n + 20}" for n in range(12)],
        "about": ["x", "y"] * 6,
        "label": ["y", "x"] * 6,
    })  # fmt: skip
    frame.to_csv("pairs.augmented.csv", index=False)
    made = {"resolved": {"text": ["text", "question"], "label": "about"}}
    Path("pairs.augmented.manifest.json").write_text(json.dumps(made))
    given = options(tiny, folds=2, steps=1, arms=("original",))
    found = kfold_train("pairs.augmented.csv", **given)
    assert found.run["identity"]["text"] == ["text", "question"]
    assert found.run["identity"]["label"] == "about"
    named = kfold_train("pairs.augmented.csv", **given, text="question", label="label", out="o")
    assert named.run["identity"]["text"] == ["question"]
    assert named.run["identity"]["label"] == "label"


def test_a_second_run_into_one_folder_is_refused(tiny, monkeypatch):
    """Two at once mixed their runs: the options of one beside the results of the other."""
    from augment.train.kfold.experiment import Experiment

    train, seen = Experiment.units, []

    def meanwhile(self, *given):
        with pytest.raises(OutputError, match="another run is writing one"):
            kfold_train(table(), **options(tiny, steps=1, folds=2), out="one", force=True)
        seen.append(1)
        return train(self, *given)

    with monkeypatch.context() as patch:
        patch.setattr(Experiment, "units", meanwhile)
        kfold_train(table(), **options(tiny, steps=1, folds=2), out="one")
    assert seen == [1]
    kfold_train(table(), **options(tiny, steps=1, folds=2), out="one", force=True)
    assert [one.name for one in Path().iterdir()] == ["one"]


def test_more_tokens_than_the_model_takes_are_refused(tiny):
    with pytest.raises(InputError, match=r"max_tokens=65: .* takes at most 64 tokens"):
        kfold_train(table(), **options(tiny, max_tokens=65))
    done = kfold_train(table(), **options(tiny, steps=1, folds=2))
    assert done.run["identity"]["max_tokens"] == 64


def test_a_training_that_diverges_in_its_last_step_is_stopped(tiny, capsys):
    """Its loss was computed before that step; the scores of such a model are no scores."""
    table().to_csv("d.csv", index=False)
    given = ["--model", str(tiny), "--lr", "1e30", "--steps", "1", "--device", "cpu"]
    assert main(["kfold-train", "d.csv", *given, "--folds", "2", "--arms", "original"]) == 1
    said = capsys.readouterr().err
    assert "arm 'original', repeat 0, fold 0: training diverged by step 1" in said
    assert not Path("d.kfold/metrics.json").exists()
    assert main(["train", "d.csv", *given]) == 1
    assert "diverged by step 1" in capsys.readouterr().err
    assert not Path("d.model").exists()

"""The label check under K-fold: fitted in each training part, blind to the labels of test rows."""

from __future__ import annotations

import dataclasses
import json
import random

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from augment.datasets.augmentation.manifest import read_manifest, refused_by_label
from augment.datasets.folds import grouped_folds
from augment.datasets.words import augment_words
from augment.errors import InputError
from augment.train.kfold.arms import ArmPlans
from augment.train.kfold.config import KFoldConfig
from augment.train.kfold.kfold import kfold_train
from augment.train.kfold.label_check import LabelCheck
from augment.train.kfold.labelled import labelled_rows
from augment.train.kfold.summary import summary
from augment.train.testing import tiny_encoder

WORDS = {
    "food": ("soup", "bread", "cheese", "pepper", "butter", "salad", "lemon", "rice"),
    "sport": ("goal", "match", "team", "runner", "coach", "league", "tennis", "score"),
}


def table(n=72, *, mislabelled=5):
    """Two classes of `n` / 2 rows, one new row each; every fifth has the other class's words."""
    draw = random.Random(0)
    rows = []
    for at in range(n):
        label, other = ("food", "sport") if at % 2 else ("sport", "food")
        wrong = mislabelled and at % mislabelled == 0
        text = " ".join(draw.sample(WORDS[label], 4))
        new = " ".join(draw.sample(WORDS[other if wrong else label], 4))
        rows.append((f"{text} {at}", label, at, "original", False))
        rows.append((f"now {new} {at}", label, at, "backtranslation", bool(wrong)))
    columns = ["text", "label", "aug_source_id", "aug_method", "wrong"]
    return pd.DataFrame(rows, columns=columns).sort_values("aug_method", kind="stable")[::-1]


def rows_and_splits():
    rows = labelled_rows(table(), text="text", label="label")
    n = rows.n_originals
    return rows, grouped_folds(rows.labels[:n], rows.groups, folds=3)


def other_labels(rows, originals):
    """The rows with the labels of some originals, and of what was made of them, exchanged."""
    labels = rows.labels.copy()
    there = np.isin(rows.source, originals)
    labels[there] = 1 - labels[there]
    return dataclasses.replace(rows, labels=labels)


def plans_of(rows):
    owned = {"augmented": np.arange(rows.n_originals, len(rows.source))}
    return ArmPlans(rows, owned, KFoldConfig(), LabelCheck(rows))


def test_labels_of_test_rows_have_no_say_in_what_is_trained_on():
    rows, splits = rows_and_splits()
    for split in splits:
        with_theirs, with_others = plans_of(rows), plans_of(other_labels(rows, split.test))
        for arm in ("augmented", "oversampled"):
            a, b = (p.plan(arm, "augmented", split) for p in (with_theirs, with_others))
            assert (a.batches == b.batches).all()
            assert (a.n_train, a.label_refused) == (b.n_train, b.label_refused)
        assert with_theirs.plan("augmented", "augmented", split).label_refused > 5
        # Fitted on the whole table, it would have refused other rows of the training part.
        everything = np.arange(rows.n_originals)
        leaky = [
            set(p.check.refused(everything))
            & set(np.flatnonzero(np.isin(rows.source, split.train)))
            for p in (with_theirs, with_others)
        ]
        assert leaky[0] != leaky[1]


def test_rows_kept_out_reach_neither_batches_nor_counts():
    rows, splits = rows_and_splits()
    made = table()
    wrong_texts = {(text,) for text in made["text"][made["wrong"]]}
    plans, wrong = plans_of(rows), np.array([texts in wrong_texts for texts in rows.texts])
    free = ArmPlans(rows, plans.owned, plans.config)
    for split in splits:
        mine = np.flatnonzero(wrong & np.isin(rows.source, split.train))
        plan, without = (p.plan("augmented", "augmented", split) for p in (plans, free))
        assert set(mine) & set(without.batches.ravel().tolist())
        assert not set(mine) & set(plan.batches.ravel().tolist())
        assert (plan.label_refused, without.label_refused) == (len(mine), 0)
        assert plan.n_train == without.n_train - len(mine)
        control = plans.plan("oversampled", "augmented", split)
        assert (rows.source[plan.batches] == control.batches).all()
        assert control.label_refused == 0
        leaking = dataclasses.replace(split, train=np.sort(np.concatenate([split.train, mine])))
        assert not set(mine) & set(plans.leaking(leaking).batches.ravel().tolist())


@pytest.fixture(scope="module")
def options(tmp_path_factory):
    words = [*WORDS["food"], *WORDS["sport"], "now"]
    model = tiny_encoder(tmp_path_factory.mktemp("model") / "tiny", words)
    return {"model": str(model), "folds": 3, "steps": 2, "device": "cpu", "precision": "fp32"}


def test_a_run_records_and_tells_what_was_kept_out(options, tmp_path):
    result = kfold_train(table(), label_check="on", out=tmp_path / "on", **options)
    arms = result.metrics()["arms"]
    assert sum(arms["augmented"]["label_refused"]) == 2 * table()["wrong"].sum()  # in 2 parts of 3
    assert arms["oversampled"]["label_refused"] == [0, 0, 0]
    folds = pd.read_csv(tmp_path / "on" / "folds.csv")
    counts = folds[folds["arm"] == "augmented"]["label_refused"].tolist()
    assert counts == arms["augmented"]["label_refused"]
    page = (tmp_path / "on" / "report.html").read_text()
    assert "<h2>Label check</h2>" in page
    assert f"<td>{', '.join(map(str, counts))}</td>" in page
    assert "new rows kept out of training, by test round, " in summary(result)
    run = json.loads((tmp_path / "on" / "run.json").read_text())
    assert run["label_check"]["training_parts"] == 3
    assert run["identity"]["label_check"] == run["label_check"]["min_label_odds"] == 0.7
    with pytest.raises(InputError, match=r"label_check: 0.7 before, None now"):
        kfold_train(table(), out=tmp_path / "on", resume=True, **options)
    off = kfold_train(table(), out=tmp_path / "off", **options)
    assert set(off.metrics()["arms"]["augmented"]["label_refused"]) == {0}
    assert "Label check" not in (tmp_path / "off" / "report.html").read_text()
    assert "label check" not in summary(off)


def test_a_table_chosen_with_all_labels_is_checked_anew_and_told(options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table().to_csv("t.csv", index=False)
    manifest = {"config": {"label_check": True, "no_filter": []}, "totals": {}}
    (tmp_path / "t.manifest.json").write_text(json.dumps(manifest))
    told = "that a classifier of all labels, those of the test rows too, refused before"
    clean = kfold_train("t.csv", out="clean", **options)
    assert min(clean.arms["augmented"].metrics()["label_refused"]) > 0
    assert told not in summary(clean)  # it refused nothing, so no label had a say
    manifest["totals"] = {"rejected": {"label": 3}}
    (tmp_path / "t.manifest.json").write_text(json.dumps(manifest))
    result = kfold_train("t.csv", out="auto", **options)
    assert min(result.arms["augmented"].metrics()["label_refused"]) > 0
    assert f"augmented (t.csv) is without 3 candidates {told}" in summary(result)
    assert told in (tmp_path / "auto" / "report.html").read_text()
    off = kfold_train("t.csv", out="off", label_check="off", **options)
    assert set(off.arms["augmented"].metrics()["label_refused"]) == {0}
    assert told in summary(off)  # not checked anew, but it was chosen so all the same
    other = kfold_train("t.csv", out="other", arms=("original", "oversampled"), **options)
    assert told not in summary(other)


def test_the_manifest_of_a_real_run_says_what_labels_refused(tmp_path):
    frame = table(n=60)
    frame = frame[frame["aug_method"] == "original"][["text", "label"]]
    frame.to_csv(tmp_path / "in.csv", index=False)
    for out, more in (("on", {"label_check": True}), ("off", {})):
        augment_words(
            tmp_path / "in.csv", out=tmp_path / f"{out}.csv", method="swap", balance="none",
            per_row=1, store="none", no_filter="similarity", **more,
        )  # fmt: skip
        refused = refused_by_label(read_manifest(tmp_path / f"{out}.csv"))
        assert refused == (0 if more else None)
    assert read_manifest(tmp_path / "in.csv") == {}


def test_a_frame_of_a_run_says_itself_what_labels_refused(options, tmp_path, monkeypatch):
    """In memory as from the file: what was chosen with all labels is checked anew and told."""
    monkeypatch.chdir(tmp_path)
    made = table()
    made[made["aug_method"] == "original"][["text", "label"]].to_csv("in.csv", index=False)
    given = {"method": "swap", "balance": "none", "per_row": 1, "store": "none",
             "no_filter": "similarity", "label_check": True}  # fmt: skip
    done = augment_words(pd.read_csv("in.csv"), **given)
    json.dumps(done.frame.attrs)  # parquet wants it
    file = augment_words("in.csv", out="out.csv", **given)
    same = [kfold_train(one, **options).run for one in (done.frame, file.frame, "out.csv")]
    for run in same:
        assert run["label_check"]["training_parts"] == 3
    frames = [run["label_check"]["refused_before_with_all_labels"] for run in same]
    assert frames[0] == frames[1] == {"augmented (<frame>)": 0}
    carried = done.frame.copy()
    carried.attrs["augment"]["totals"]["rejected"]["label"] = 3
    told = "augmented (<frame>) is without 3 candidates"
    assert told in summary(kfold_train(carried, **options))
    assert kfold_train(table(), **options).run["label_check"]["training_parts"] == 0


def test_a_check_that_stands_aside_says_so(options):
    result = kfold_train(table(n=24), label_check="on", **options)
    assert set(result.arms["augmented"].metrics()["label_refused"]) == {0}
    said = "it stood aside in 3 of 3 training parts (fewer than two classes have 20 rows)"
    assert said in summary(result)


def test_nothing_to_check_is_refused(options):
    plain = table()[lambda t: t["aug_method"] == "original"][["text", "label"]]
    with pytest.raises(InputError, match="label_check='on': there are no new rows"):
        kfold_train(plain, label_check="on", **options)
    with pytest.raises(InputError, match="label_check='yes': one of auto, on, off"):
        KFoldConfig(label_check="yes")

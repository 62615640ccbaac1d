"""Splitting: no text on two sides, every class by its shares, evaluation on originals alone."""

import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.cli import main
from augment.datasets.folds import grouped_parts
from augment.datasets.groups import connected
from augment.datasets.split import split_table
from augment.datasets.table import open_table
from augment.errors import InputError
from augment.tokens import fold

SHARED = Path(__file__).parents[1].parent / "shared" / "data"


def frame(n, labels="ab", repeat=1):
    return pd.DataFrame(
        {
            "text": [f"Text number {at // repeat}!" for at in range(n)],
            "label": [labels[at % len(labels)] for at in range(n)],
        }
    )


def letters(n):
    """Give a text that is near no other."""
    return "".join(random.Random(n).choices("abcdefghiklmnoprstu ", k=80))


def test_shares_and_classes():
    done = split_table(frame(1000, "aaab"))
    assert {name: len(part) for name, part in done.frames.items()} == {
        "train": 800,
        "valid": 100,
        "test": 100,
    }
    assert done.counts["test"] == {"a": 75, "b": 25}
    together = pd.concat(done.frames.values()).sort_index()
    assert together.equals(frame(1000, "aaab"))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), min_size=1, max_size=80),
    st.integers(0, 5),
)
def test_no_group_lies_on_two_sides(rows, seed):
    groups = np.array([group for group, _ in rows])
    labels = np.array([label for _, label in rows])
    parts = grouped_parts(labels, groups, (0.6, 0.2, 0.2), seed=seed)
    assert parts.shape == groups.shape
    assert set(parts.tolist()) <= {0, 1, 2}
    for group in set(groups.tolist()):
        assert len(set(parts[groups == group].tolist())) == 1


@pytest.mark.parametrize(
    ("size", "wanted"),
    [(10, (8, 1, 1)), (20, (16, 2, 2)), (5, (4, 1, 0)), (100, (80, 10, 10)), (1, (1, 0, 0))],
)
def test_rows_are_dealt_out_in_proportion(size, wanted):
    parts = grouped_parts(np.zeros(size, int), np.arange(size), (0.8, 0.1, 0.1))
    counts = np.bincount(parts, minlength=3)
    assert counts[0] == wanted[0]
    assert sorted(counts[1:].tolist()) == sorted(wanted[1:])


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=60),
    st.sampled_from(
        [(0.8, 0.1, 0.1), (0.7, 0.15, 0.15), (0.8, 0.2), (0.15, 0.85), (0.5, 0.3, 0.2)]
    ),
    st.integers(0, 5),
)
def test_small_classes_do_not_all_round_the_same_way(sizes, shares, seed):
    labels = np.repeat(np.arange(len(sizes)), sizes)
    parts = grouped_parts(labels, np.arange(len(labels)), shares, seed=seed)
    found = np.zeros((len(sizes), len(shares)))
    np.add.at(found, (labels, parts), 1)
    assert np.abs(found - np.outer(sizes, shares)).max() <= 1
    assert np.abs(found.sum(axis=0) - np.multiply(shares, len(labels))).max() <= 2


@pytest.mark.parametrize("rows_each", [1, 2, 5])
def test_small_classes_of_small_groups_have_the_shares_together(rows_each):
    groups = np.arange(50 * 4 * rows_each) // rows_each
    parts = grouped_parts(groups // 4, groups, (0.8, 0.1, 0.1))
    assert np.bincount(parts).tolist() == [160 * rows_each, 20 * rows_each, 20 * rows_each]


def test_a_part_without_rows_is_refused(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    frame(200, repeat=190).to_csv("in.csv", index=False)
    assert main(["split", "in.csv"]) == 2
    said = capsys.readouterr().err
    assert "(train 190, valid 10, test 0); rows that share a text stay together" in said
    assert "makes 2 groups, the largest of 190 rows; add rows, or give larger shares" in said
    assert not list(tmp_path.glob("in.t*.csv"))
    assert main(["split", "in.csv", "--shares", "0.8,0.2"]) == 0
    with pytest.raises(
        InputError, match=r"no row for valid and test \(train 3, valid 0, test 0\); add"
    ):
        split_table(frame(3, "a"))


def test_groups_join_through_shared_keys():
    assert connected([["a"], ["b"], [], ["b", "c"], ["c", "a"]]).tolist() == [0, 0, 1, 0, 0]


def test_equal_texts_stay_together_whatever_their_writing():
    data = pd.DataFrame(
        {
            "text": [f"Text, number {n}" for n in range(50)]
            + [f"TEXT number {n}!!" for n in range(50)],
            "label": ["a", "b"] * 50,
        }
    )
    done = split_table(data, seed=3)
    assert (done.groups, done.largest_group) == (50, 2)
    seen = [{fold(text) for text in part["text"]} for part in done.frames.values()]
    assert not seen[0] & seen[1]
    assert not seen[0] & seen[2]
    assert not seen[1] & seen[2]


def test_near_texts_stay_together_when_asked():
    pytest.importorskip("rensa")
    texts = [letters(n) for n in range(20)]
    both = [text + end for text in texts for end in ("", " so it was")]
    data = pd.DataFrame({"text": both, "label": "a"})
    apart = split_table(data, shares=["0.5", "0.5"])
    together = split_table(data, shares=["0.5", "0.5"], near=0.7)
    assert apart.groups == 0
    assert together.groups == 20


@pytest.mark.parametrize("columns", ["title", "title,body"])
def test_empty_texts_are_near_none(columns):
    pytest.importorskip("rensa")
    data = pd.DataFrame(
        {
            "title": [letters(n) if n % 2 else "" for n in range(60)],
            "body": [letters(1000 + n) for n in range(60)],
            "label": ["x", "x", "y", "y"] * 15,
        }
    )
    done = split_table(data, text=columns, near=0.7, shares=["0.8", "0.2"])
    assert done.groups == 0
    assert 0 < (done.frames["test"]["title"] == "").sum() < 12


def augmented():
    originals = frame(40)
    originals["aug_source_id"] = range(40)
    originals["aug_method"] = "original"
    new = originals.copy()
    new["text"] = "Another way to say " + new["text"]
    new["aug_method"] = "backtranslation"
    return pd.concat([originals, new], ignore_index=True)


def test_of_an_augmented_table_only_originals_are_tested_on():
    done = split_table(augmented(), shares=["0.75", "0.25"])
    train, test = done.frames["train"], done.frames["test"]
    assert len(test) == 10
    assert set(test["aug_method"]) == {"original"}
    assert Counter(train["aug_method"]) == {"original": 30, "backtranslation": 30}
    assert not set(train["aug_source_id"]) & set(test["aug_source_id"])
    assert done.left_out == {"paraphrases of rows that are tested on": 10}


def test_a_paraphrase_that_repeats_another_original_ties_the_two():
    data = augmented()
    data.loc[40, "text"] = data.loc[39, "text"]  # paraphrase of row 0 says what row 39 says
    for seed in range(8):
        done = split_table(data, shares=["0.5", "0.5"], seed=seed)
        for part in done.frames.values():
            ids = set(part[part["aug_method"] == "original"]["aug_source_id"])
            assert (0 in ids) == (39 in ids)


def test_text_pairs_do_not_leak_through_either_side():
    data = pd.DataFrame(
        {
            "text": [f"a paragraph number {n // 4}" for n in range(80)],
            "question": [f"what about {n % 60}?" for n in range(80)],
            "label": ["x", "y"] * 40,
        }
    )
    done = split_table(data, text="text,question", shares=["0.5", "0.5"])
    train, test = done.frames.values()
    for column in ("text", "question"):
        assert not set(train[column]) & set(test[column])


@pytest.mark.parametrize("near", [None, 0.7])
def test_one_question_put_to_every_text_keeps_no_rows_together(tmp_path, monkeypatch, capsys, near):
    if near:
        pytest.importorskip("rensa")
    monkeypatch.chdir(tmp_path)
    data = pd.DataFrame(
        {
            "question": "Is this passage about a sport that is played with a ball?",
            "body": [letters(n // 2) for n in range(200)],
            "label": ["x", "x", "y", "y"] * 50,
        }
    )
    data.to_csv("in.csv", index=False)
    options = ["--shares", "0.8,0.2", *(["--near", str(near)] if near else [])]
    assert main(["split", "in.csv", "--text", "question,body", *options]) == 0
    out, said = capsys.readouterr()
    assert "note: 200 rows have a side of their pair that more than half" in said
    assert "100 groups of rows" in out
    train, test = (pd.read_csv(f"in.{name}.csv") for name in ("train", "test"))
    assert (len(train), len(test)) == (160, 40)
    assert not set(train["body"]) & set(test["body"])


def test_a_table_that_a_run_wrote_is_split_by_the_columns_of_the_run(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data = pd.DataFrame(
        {
            "context": [f"a long paragraph that has the number {n // 2}" for n in range(40)],
            "question": [f"what is told there about number {n % 20} of all?" for n in range(40)],
            "topic": ["x", "y"] * 20,
        }
    )
    path = tmp_path / "d.csv"
    data.to_csv(path, index=False)
    resolved = {"text": ["context", "question"], "label": "topic"}
    (tmp_path / "d.manifest.json").write_text(json.dumps({"resolved": resolved}))
    split_table(path, shares=["0.5", "0.5"])
    train, test = (pd.read_csv(tmp_path / f"d.{name}.csv") for name in ("train", "test"))
    assert not set(train["question"]) & set(test["question"])
    # Another program's file of that name is none of ours.
    (tmp_path / "e.csv").write_bytes(path.read_bytes())
    (tmp_path / "e.manifest.json").write_text('{"resolved": {"text": [{"a": 1}], "label": []}}')
    assert main(["split", "e.csv", "--shares", "0.5,0.5"]) == 0
    capsys.readouterr()
    # What is asked for goes before what the run took.
    assert main(["split", str(path), "--text", "context", "--force"]) == 0
    assert "text column: 'context'" in capsys.readouterr().err
    assert main(["split", str(path), "--label", "context", "--force"]) == 0
    assert "label column: 'context'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("shares", "wanted"),
    [
        (["0.8"], "two or three numbers"),
        (["0.8", "0.1"], "add up to 1"),
        (["1.2", "-0.2"], "above 0"),
        (["a", "b"], "numbers are wanted"),
        (["nan", "0.5"], "add up to 1"),
    ],
)
def test_shares_that_make_no_sense_are_refused(shares, wanted):
    with pytest.raises(InputError, match=wanted):
        split_table(frame(10), shares=shares)


def test_half_of_the_provenance_is_refused():
    data = augmented().drop(columns="aug_method")
    with pytest.raises(InputError, match="'aug_source_id' without"):
        split_table(data)
    data = augmented()
    data["aug_source_id"] = data["aug_source_id"].astype(object)
    data.loc[3, "aug_source_id"] = "x"
    with pytest.raises(InputError, match="aug_source_id is 'x'"):
        split_table(data)


def test_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    frame(100).to_csv("in.csv", index=False)
    assert main(["split", "in.csv", "--shares", "0.6,0.2,0.2"]) == 0
    out, _ = capsys.readouterr()
    assert "in.valid.csv" in out
    parts = {
        name: (tmp_path / f"in.{name}.csv").read_bytes() for name in ("train", "valid", "test")
    }
    assert sum(data.count(b"\n") - 1 for data in parts.values()) == 100
    assert main(["split", "in.csv", "--shares", "0.6,0.2,0.2"]) == 2
    assert "in.train.csv exists already" in capsys.readouterr().err
    assert main(["split", "in.csv", "--shares", "0.6,0.2,0.2", "--force", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["parts"]["test"] == {"rows": 20, "classes": {"a": 10, "b": 10}}
    assert parts["test"] == (tmp_path / "in.test.csv").read_bytes()
    assert main(["split", "in.csv", "--out", "deep/x.csv"]) == 2
    assert "deep is no folder" in capsys.readouterr().err


def test_a_class_too_small_to_go_round_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data = frame(30, "a")
    data.loc[0, "label"] = "rare"
    data.to_csv("in.csv", index=False)
    assert main(["split", "in.csv", "--label", "label"]) == 0
    assert "the test part has no row of class 'rare'" in capsys.readouterr().err


def test_rows_without_a_label_are_no_class_that_a_part_lacks(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    data = frame(30, "a")
    data.loc[0, "label"] = ""
    data.to_csv("in.csv", index=False)
    assert main(["split", "in.csv", "--label", "label", "--shares", "0.8,0.2"]) == 0
    assert "no row of class" not in capsys.readouterr().err


@pytest.mark.skipif(not SHARED.is_dir(), reason="the development data are not here")
@pytest.mark.parametrize("name", ["sms_spam/sms_spam", "trec6/trec6"])
def test_real_tables_do_not_leak(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = split_table(SHARED / f"{name}.csv", seed=1)
    texts = {
        part: {fold(str(row[0])) for row in open_table(path)} for part, path in done.paths.items()
    }
    assert not texts["train"] & texts["test"]
    assert not texts["train"] & texts["valid"]
    total = sum(sum(counts.values()) for counts in done.counts.values())
    for label in done.counts["train"]:
        whole = sum(counts[label] for counts in done.counts.values())
        assert done.counts["test"][label] == pytest.approx(0.1 * whole, abs=2)
    assert total == sum(1 for _ in open_table(SHARED / f"{name}.csv"))


def test_a_part_of_an_earlier_split_does_not_stay_beside_new_ones(tmp_path, monkeypatch, capsys):
    """Its rows would be in the new training part: as a validation file it would lie."""
    monkeypatch.chdir(tmp_path)
    frame(40).to_csv("in.csv", index=False)
    assert main(["split", "in.csv"]) == 0
    for name in ("train", "test"):
        (tmp_path / f"in.{name}.csv").unlink()
    assert main(["split", "in.csv", "--shares", "0.8,0.2"]) == 2
    assert "in.valid.csv exists already" in capsys.readouterr().err
    assert main(["split", "in.csv", "--shares", "0.8,0.2", "--force"]) == 0
    assert "in.valid.csv was a part of an earlier split: removed" in capsys.readouterr().err
    assert not (tmp_path / "in.valid.csv").exists()
    assert main(["split", "in.csv", "--shares", "0,8,0,2", "--force"]) == 2
    assert "decimals have a point" in capsys.readouterr().err

"""Balancing without new texts: which rows stand how often, and what marks them."""

import csv
import json
from collections import Counter

import pandas as pd
import pytest

from augment.cli import main
from augment.datasets.balance import resampling_targets
from augment.datasets.resampling import balance_table
from augment.errors import InputError
from augment.records import AUG_COLUMNS


def frame(sizes, **extra):
    rows = [
        {"text": f"text {label} {n}", "label": label, **{k: v(n) for k, v in extra.items()}}
        for label, size in sizes.items()
        for n in range(size)
    ]
    return pd.DataFrame(rows)


def sizes(done):
    return dict(Counter(done.frame["label"]))


@pytest.mark.parametrize(
    ("balance", "to", "after"),
    [
        ("auto", "up", {"a": 9, "b": 9, "c": 9}),
        ("auto", "down", {"a": 3, "b": 3, "c": 3}),
        ("auto", "both", {"a": 4, "b": 4, "c": 4}),
        ("median", "up", {"a": 9, "b": 4, "c": 4}),
        ("median", "down", {"a": 4, "b": 4, "c": 3}),
        ("5", "both", {"a": 5, "b": 5, "c": 5}),
        ("x2", "up", {"a": 18, "b": 18, "c": 18}),
        ("min", "down", {"a": 3, "b": 3, "c": 3}),
        ("x0.01", "down", {"a": 1, "b": 1, "c": 1}),  # a class is never emptied
        ("x0.5", "down", {"a": 5, "b": 4, "c": 3}),
    ],
)
def test_class_sizes(balance, to, after):
    done = balance_table(frame({"a": 9, "b": 4, "c": 3}), balance=balance, to=to)
    assert sizes(done) == after == done.after
    assert resampling_targets({"a": 9, "b": 4, "c": 3}, balance, to) == after


def test_copies_say_so_and_are_spread():
    done = balance_table(frame({"a": 10, "b": 4}))
    out = done.frame
    assert list(out.columns) == ["text", "label", *AUG_COLUMNS]
    assert out["aug_id"].is_unique
    originals, copies = out[:14], out[14:]
    assert set(originals["aug_method"]) == {"original"}
    assert originals["aug_source_id"].tolist() == list(range(14))
    assert set(copies["aug_method"]) == {"copy"}
    for _, row in copies.iterrows():
        assert row["text"] == originals["text"][row["aug_source_id"]]
    times = Counter(copies["aug_source_id"])
    assert max(times.values()) - min(times.values()) <= 1  # 6 copies of 4 rows


def test_the_seed_decides_and_only_the_seed():
    data = frame({"a": 40, "b": 10})
    first = balance_table(data, to="down", seed=1).frame
    assert first.equals(balance_table(data, to="down", seed=1).frame)
    assert not first.equals(balance_table(data, to="down", seed=2).frame)
    assert first["text"].tolist() == [t for t in data["text"] if t in set(first["text"])]


def test_repeated_and_empty_texts_go_first():
    data = pd.DataFrame(
        {
            "text": ["One text.", "one TEXT", "", "another", "third", "b1", "b2", "b3"],
            "label": list("aaaaabbb"),
        }
    )
    out = balance_table(data, to="down").frame
    kept = out[out["label"] == "a"]["text"].tolist()
    assert kept == ["One text.", "another", "third"]
    up = balance_table(data, balance="9").frame
    assert "" not in up[up["aug_method"] == "copy"]["text"].tolist()


@pytest.mark.parametrize("text", ["question,text", "text,question"])
def test_of_text_pairs_both_sides_count(text):
    data = frame({"no": 80, "yes": 20}).assign(question="Is this about sport?")
    data.loc[[1, 81], "text"] = data.loc[[0, 80], "text"].to_numpy()
    data.loc[2, "question"] = ""
    kept = balance_table(data, text=text, to="down").frame
    numbers = kept.index[kept["label"] == "no"]
    assert numbers.max() > 40  # not simply the first ones
    assert not {1, 2} & set(balance_table(data, text=text, to="down", balance="78").frame.index)
    copies = balance_table(data, text=text, to="up", balance="30").frame[100:]
    assert copies["aug_source_id"].nunique() == 10
    assert 81 not in set(copies["aug_source_id"])


def test_weights_draw_in_proportion():
    data = frame({"a": 400, "b": 100}, w=lambda n: 9 if n % 2 else 1)
    kept = balance_table(data, to="down", weights="w").frame
    odd = (kept[kept["label"] == "a"]["w"] == 9).mean()
    assert odd > 0.75  # half would be chance
    data = frame({"a": 44, "b": 2}, w=lambda n: 2 if n % 2 else 1)
    copies = balance_table(data, weights="w").frame
    drawn = Counter(copies[copies["aug_method"] == "copy"]["w"])
    assert drawn[2] == pytest.approx(2 * drawn[1], abs=2)
    zero = frame({"a": 10, "b": 5}, w=lambda n: 1 if n == 0 else 0)
    assert set(balance_table(zero, weights="w").frame.query("aug_method == 'copy'")["text"]) == {
        "text b 0"
    }


def test_a_column_of_weights():
    done = balance_table(frame({"a": 30, "b": 10}), to="weights")
    assert done.weights == {"a": 0.666667, "b": 2.0}
    by_class = done.frame.groupby("label")["weight"].sum()
    assert by_class["a"] == pytest.approx(by_class["b"], abs=1e-4)
    assert done.frame["weight"].mean() == pytest.approx(1, abs=1e-5)


def test_frames_keep_their_types():
    data = frame({"a": 3, "b": 1}, n=lambda n: n, when=lambda n: pd.Timestamp("2026-01-01"))
    data["label"] = data["label"].astype("category")
    out = balance_table(data).frame
    assert out[list(data)].dtypes.equals(data.dtypes)
    assert out["aug_source_id"].dtype == "int64"


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = frame({"a": 6, "b": 2})
    data.loc[len(data)] = ['said "no", twice\nand left', ""]
    data.to_csv(tmp_path / "in.csv", index=False)
    return tmp_path


def test_the_command(table, capsys):
    assert main(["balance", "in.csv", "--json", "--quiet"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["classes"] == {"a": {"before": 6, "after": 6}, "b": {"before": 2, "after": 6}}
    assert found["unlabelled"] == 1
    with (table / "in.balanced.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert len(rows) == 13
    assert rows[8]["text"] == 'said "no", twice\nand left'  # passed through
    before = (table / "in.balanced.csv").read_bytes()
    assert main(["balance", "in.csv", "--force", "--quiet"]) == 0
    assert (table / "in.balanced.csv").read_bytes() == before


BAD = [
    (["nothere.csv"], "nothere.csv"),
    ([], "no table was given"),
    (["in.csv", "--balance", "most"], "'most' is not known; wanted: auto, max, median, mean, min"),
    (["in.csv", "--balance", "none"], "names no size"),
    (["in.csv", "--weights", "w"], "no column 'w' for --weights"),
    (["in.csv", "--weights", "text"], "row 0: text is 'text a 0'; a number of 0 or more"),
    (["in.csv", "--to", "weights", "--balance", "max"], "adds weights and draws no rows"),
    (["in.csv", "--label", "none"], "needs classes"),
    (["in.csv", "--out", "in.csv", "--force"], "is the input"),
    (["in.csv", "--out", "x.docx"], "names no table format"),
    (["in.csv", "--out", "taken.csv"], "exists already"),
    (["augmented.csv"], "augmented table already"),
]


@pytest.mark.parametrize(("arguments", "wanted"), BAD)
def test_bad_input_gets_one_line_and_nothing_written(arguments, wanted, table, capsys):
    (table / "taken.csv").write_text("mine")
    (table / "augmented.csv").write_text("text,label,aug_method\na b c d,x,original\n")
    names = sorted(table.iterdir())
    assert main(["balance", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert wanted in err.strip().splitlines()[-1]
    assert sorted(table.iterdir()) == names
    assert (table / "taken.csv").read_text() == "mine"


def test_a_weight_column_is_not_written_over():
    with pytest.raises(InputError, match="columns named weight"):
        balance_table(frame({"a": 3, "b": 2}, weight=lambda n: 1), to="weights")

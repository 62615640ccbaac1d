"""Texts of invisible characters alone are empty to every command, as they are to the filter."""

import json

import pandas as pd
import pytest

from augment.blank import is_blank
from augment.datasets.convert import convert_table
from augment.datasets.inspection.inspect_table import inspect_table
from augment.datasets.resampling import balance_table
from augment.datasets.split import split_table
from augment.train.demo.page import refused

BLANK = [
    "",
    " \t",
    "\u200b",
    "\ufeff",
    "\u00a0",
    "\u2060",
    "\u3164",
    "\u2800",
    "\ufe0f",
    "\u200b\n",
]


def table(other="beside"):
    texts = [f"a film of {n} hours" for n in range(20)] + BLANK
    labels = ["pos" if n % 2 else "neg" for n in range(len(texts))]
    return pd.DataFrame({"text": texts, "label": labels, "other": other})


@pytest.mark.parametrize("text", BLANK)
def test_blank(text):
    assert is_blank(text)
    assert not is_blank(text + "x")


@pytest.mark.parametrize("text", [".", "?!", "😀", "\ue000", "\U0001fae9", "\u0301", "ㅎ", "⠁"])
def test_not_blank(text):
    assert not is_blank(text)


def test_inspect_counts_them():
    found = inspect_table(table(), text="text", label="label")
    assert (found.empty_texts, found.conflicting_texts, found.repeated_texts) == (len(BLANK), 0, 0)
    pairs = inspect_table(table(), text="other,text", label="label")
    assert pairs.empty_texts == len(BLANK)


def test_convert_leaves_them_out(tmp_path):
    data, out = tmp_path / "in.csv", tmp_path / "out.csv"
    table().to_csv(data, index=False)
    convert_table(data, out, drop="empty")
    assert pd.read_csv(out)["text"].tolist() == table()["text"].tolist()[:20]


def test_balance_repeats_none_and_a_split_holds_none_together():
    up = balance_table(table(), text="text", label="label", balance="40").frame
    assert not up[up["aug_method"] == "copy"]["text"].map(is_blank).any()
    split_table(table(), text="text", label="label")


def test_training_leaves_them_out():
    pytest.importorskip("sklearn")
    from augment.train.kfold.labelled import labelled_rows

    rows = labelled_rows(table(), text="text", label="label")
    assert rows.left_out == {"original without text": len(BLANK)}
    assert len(rows.labels) == 20


@pytest.mark.parametrize("text", BLANK)
def test_nothing_is_answered_to_them(text):
    assert refused((text,), ("text",)) == "write a text first"
    pytest.importorskip("pydantic_core")
    from augment.train.serving.request import RequestError, RequestLimits, parse_predict

    limits = RequestLimits(sides=1, max_texts=3, max_chars=20, max_body_bytes=100)
    with pytest.raises(RequestError, match="text is empty") as refusal:
        parse_predict(json.dumps({"text": text}).encode(), limits)
    assert refusal.value.status == 422

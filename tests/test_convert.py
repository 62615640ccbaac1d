"""`augment convert`, label maps, and the way to and from the library datasets."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from augment.cli import main
from augment.datasets.convert import convert_table
from augment.datasets.formats.hugging_face import from_dataset, to_dataset
from augment.datasets.frames import read_frame
from augment.datasets.inspection.inspect_table import inspect_table
from augment.datasets.label_map import read_label_map, write_label_map
from augment.datasets.table import open_table
from augment.errors import InputError

hf = pytest.importorskip("datasets")

CELLS = [('He said "no",\nthen left / stayed', "neg"), ("été ; 007", "pos"), ("", "neg")]


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pd.DataFrame(CELLS, columns=["text", "label"]).to_csv("in.csv", index=False)
    return tmp_path


@pytest.mark.parametrize("names", [["a.jsonl", "b.parquet", "c", "d.tsv", "e.csv"], ["a", "b.csv"]])
def test_there_and_back_gives_every_cell(names, table):
    before = "in.csv"
    for name in names:
        done = convert_table(before, name)
        assert (done.rows, done.columns) == (3, ("text", "label"))
        before = name
    assert list(open_table(before)) == CELLS
    assert sorted(path.name for path in table.iterdir()) == sorted(["in.csv", *names])


def test_a_dataset_folder_keeps_the_types_of_a_parquet_file(table):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    given = pa.table({"text": ["x", "y"], "n": pa.array([1, None], pa.int16())})
    parquet.write_table(given, "typed.parquet")
    convert_table("typed.parquet", "folder")
    found = hf.load_from_disk("folder")
    assert str(found.features["n"].dtype) == "int16"
    assert found["text"][:] == ["x", "y"]
    counts = pa.array([[("a", 1)], []], pa.map_(pa.string(), pa.int64()))
    parquet.write_table(given.append_column("counts", counts), "map.parquet")
    with pytest.raises(InputError, match=r"^no: .*map.*write \.parquet or \.jsonl"):
        convert_table("map.parquet", "no")
    assert not (table / "no").exists()


def test_a_parquet_file_keeps_nan_and_null_apart(table):
    pa = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    nan = float("nan")
    cells = {
        "text": ["a", "b", "c"],
        **{f"f{bits}": pa.array(np.array([nan, 0.5, 1], f"float{bits}"),
                                mask=np.array([False, False, True])) for bits in (16, 32, 64)},
    }  # fmt: skip
    parquet.write_table(pa.table(cells), "typed.parquet")
    convert_table("typed.parquet", "out.parquet")
    found = parquet.read_table("out.parquet")
    for name in found.column_names[1:]:
        assert str(found[name].to_pylist()) == "[nan, 0.5, None]"
        assert found[name].type == cells[name].type
    convert_table("typed.parquet", "out.csv")
    assert [row[3] for row in open_table("out.csv")] == ["", "0.5", ""]
    frame = pd.DataFrame({"text": ["a", "b"], "n": [nan, 0.5]})
    convert_table(frame, "frame.parquet")
    assert parquet.read_table("frame.parquet")["n"].to_pylist() == [None, 0.5]


def test_categories_keep_their_order_and_those_without_rows(table, monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.setattr("augment.datasets.formats.parquet_writer.GROUP_ROWS", 2)
    of = pd.CategoricalDtype(["bad", "none", "good", "best"], ordered=True)
    labels = pd.Series(["best", "good", None, "bad", "best"], dtype=of)
    frame = pd.DataFrame({"text": list("vwxyz"), "label": labels})
    frame.to_parquet("in.parquet")
    convert_table("in.parquet", "out.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet("out.parquet"), frame)


def test_a_label_map_leaves_the_types_of_the_other_columns(table):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"text": ["x", "y"], "label": [0, 1]}, index=pd.Index([7, 9], name="id"))
    frame["n"] = pd.array([1, None], dtype="Int16")
    frame.to_parquet("typed.parquet")
    convert_table("typed.parquet", "mapped.parquet", label="label", label_map="0=no,1=yes")
    found = pd.read_parquet("mapped.parquet")
    assert list(found["label"]) == ["no", "yes"]
    pd.testing.assert_frame_equal(found[["text", "n"]], frame[["text", "n"]])


def test_a_dataset_folder_is_named_as_it_will_be(table):
    (table / "twice.csv").write_text("text,note,note\na,1,2\n")
    with pytest.raises(InputError, match=r"^folder: parquet cannot hold two columns"):
        convert_table("twice.csv", "folder")
    assert not (table / "folder").exists()


def test_excel_gets_semicolons_and_a_mark_and_every_cell_comes_back(table, capsys):
    assert main(["convert", "in.csv", "fr.csv", "--excel", "--quiet"]) == 0
    assert (table / "fr.csv").read_bytes().startswith(b"\xef\xbb\xbftext;label\n")
    assert list(open_table("fr.csv")) == CELLS
    for out in ("fr.tsv", "fr.jsonl", "fr.parquet", "fr"):
        assert main(["convert", "in.csv", out, "--excel", "--quiet"]) == 2
        assert f"{out}: only a .csv can be written for Excel" in capsys.readouterr().err
        assert not (table / out).exists()


def test_types_stay_between_typed_formats(table):
    frame = pd.DataFrame({"text": ["a b", "c d"], "n": [1, 2], "x": [0.5, 1.5], "l": [["a"], []]})
    convert_table(frame, "a.parquet")
    convert_table("a.parquet", "b.jsonl")
    convert_table("b.jsonl", "folder")
    convert_table("folder", "c.parquet")
    found = read_frame("c.parquet")
    assert found[["text", "n", "x"]].equals(frame[["text", "n", "x"]])
    assert [list(cell) for cell in found["l"]] == [["a"], []]


def test_a_dataset_dict_becomes_a_column_and_a_dict_again(table):
    names = hf.ClassLabel(names=["neg", "pos"])
    part = hf.Dataset.from_dict({"text": ["a", "b"], "label": [1, -1]}).cast_column("label", names)
    hf.DatasetDict({"train": part, "test": part.select([0])}).save_to_disk("saved")
    opened = open_table("saved")
    assert opened.format.describe() == "Hugging Face dataset folder"
    assert opened.columns == ("split", "text", "label")
    wanted = [("train", "a", "pos"), ("train", "b", None), ("test", "a", "pos")]
    assert list(opened) == wanted
    convert_table("saved", "flat.jsonl")
    convert_table("flat.jsonl", "again")
    again = hf.load_from_disk("again")
    assert {name: len(part) for name, part in again.items()} == {"train": 2, "test": 1}
    assert again["test"].column_names == ["text", "label"]
    frame = from_dataset(hf.load_from_disk("saved"))
    assert frame["label"].tolist() == ["pos", None, "pos"] or frame["label"].isna().tolist() == [
        False,
        True,
        False,
    ]


def test_whole_numbers_with_gaps_stay_whole_numbers():
    big = 2**60 + 1
    cells = {"n": [None, big, 3], "some": [[big, None], None, [1]], "f": [None, 1.5, 2.0],
             "deep": [{"a": None}, {"a": big}, {"a": 1}], "m": [1, 2, 3]}  # fmt: skip
    dataset = hf.Dataset.from_dict(cells)
    frame = from_dataset(dataset)
    assert frame["n"].tolist() == cells["n"]
    assert frame["deep"].tolist() == cells["deep"]
    assert frame["m"].dtype.kind == "i"
    assert frame["f"].dtype.kind == "f"
    again = to_dataset(frame)
    assert again.features == dataset.features
    assert again.to_dict() == cells
    assert from_dataset(dataset.select([2, 1]))["n"].tolist() == [3, big], "rows that were chosen"
    parts = from_dataset(hf.DatasetDict({"a": dataset.select([0]), "b": dataset.select([1])}))
    assert parts["n"].tolist() == [None, big]


def test_objects_of_the_library():
    frame = pd.DataFrame({"text": ["a", "b", "c"], "label": ["y", "x", "y"]})
    dataset = to_dataset(frame, label="label")
    assert dataset.features["label"].names == ["x", "y"]
    assert from_dataset(dataset).equals(frame)
    assert not hf.are_progress_bars_disabled()
    with pytest.raises(InputError, match="no column 'nothere'"):
        to_dataset(frame, label="nothere")
    with pytest.raises(InputError, match="not list"):
        from_dataset([])
    with pytest.raises(InputError, match="different columns"):
        from_dataset(hf.DatasetDict({"a": dataset, "b": dataset.remove_columns("label")}))


@pytest.mark.parametrize(
    ("labels", "names", "numbers"),
    [
        ([*range(12)], [*map(str, range(12))], [*range(12)]),
        ([10, 2, None], ["2", "10"], [1, 0, None]),
        ([" b", "a", "b", " "], ["a", "b"], [1, 0, 1, None]),
        ([1, "n", 1.0], ["1", "n"], [0, 1, 0]),
        ([True, False], ["False", "True"], [1, 0]),
        (pd.Categorical(["y", None, "x"], categories=["z", "y", "x"]), ["x", "y"], [1, None, 0]),
    ],
)
def test_classes_of_a_dataset_are_ordered_as_in_a_training(labels, names, numbers):
    frame = pd.DataFrame({"text": ["a"] * len(labels), "label": labels})
    dataset = to_dataset(frame, label="label")
    assert dataset.features["label"].names == names
    assert dataset["label"][:] == numbers
    assert dataset.column_names == ["text", "label"]


def test_what_no_dataset_can_hold_is_refused_by_name():
    frame = pd.DataFrame({"text": ["a", "b"], "label": ["x", "y"], "year": [1999, "old"]})
    with pytest.raises(InputError, match="column 'year'.*has one type"):
        to_dataset(frame, label="label")
    with pytest.raises(InputError, match="column 'year'"):
        to_dataset(pd.DataFrame({"year": [1, 2**70]}))
    with pytest.raises(InputError, match="column 'label' holds no label"):
        to_dataset(frame[["text"]].assign(label=None), label="label")
    with pytest.raises(InputError, match="column 'text'.*surrogate"):
        to_dataset(pd.DataFrame({"text": ["\ud83d"]}, dtype=object))


def test_a_folder_is_replaced_only_when_it_is_one_and_asked(table, capsys):
    convert_table("in.csv", "out")
    assert main(["convert", "in.csv", "out"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert main(["convert", "in.csv", "out", "--force", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == 3
    (table / "mine").mkdir()
    (table / "mine" / "letter.txt").write_text("dear")
    assert main(["convert", "in.csv", "mine", "--force"]) == 2
    assert "is not replaced" in capsys.readouterr().err
    assert (table / "mine" / "letter.txt").exists()


def test_labels_are_mapped(table, capsys):
    (table / "map.json").write_text('{"neg": 0, "pos": 1, "none": 2}')
    assert (
        main(["convert", "in.csv", "out.csv", "--label", "label", "--label-map", "map.json"]) == 0
    )
    assert "0 2, 1 1" in capsys.readouterr().out
    assert [row[1] for row in open_table("out.csv")] == ["0", "1", "0"]
    assert [row[0] for row in open_table("out.csv")] == [text for text, _ in CELLS]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("neg=0", "does not cover 1 of the labels: 'pos' (it has 'neg')"),
        ("a=1,b=2", "does not cover 2 of the labels: 'neg', 'pos'"),
        ("nothere.json", "no file 'nothere.json'"),
        ("neg=0,pos", "'pos' is no pair"),
        ('{"neg": 0, "pos": [1]}', 'label map: an object like {"neg": 0'),
        ('{"neg": 0', "label map: no valid JSON"),
        ("neg=0,neg=1,pos=2", "'neg' stands for both '0' and '1'"),
        ("list.json", "an object like"),
        ("broken.json", "no valid JSON"),
    ],
)
def test_a_map_that_does_not_fit_is_refused(given, wanted, table, capsys):
    (table / "list.json").write_text("[1]")
    (table / "broken.json").write_text("{")
    code = main(["convert", "in.csv", "out.csv", "--label", "label", "--label-map", given])
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert wanted in err.strip().splitlines()[-1]
    assert not (table / "out.csv").exists()


@given(st.dictionaries(st.text(min_size=1).map(str.strip).filter(bool), st.text()))
def test_a_map_that_is_written_is_read_back(mapping):
    assume(mapping)
    assert read_label_map(write_label_map(mapping)) == mapping


def test_a_comma_in_a_name_parts_nothing():
    found = read_label_map("Très positif, bien=pos, Négatif=neg,")
    assert found == {"Très positif, bien": "pos", "Négatif": "neg"}


def test_maps_may_hold_anything_but_lists(tmp_path):
    path = tmp_path / "m.json"
    path.write_text('{"a": true, "b": null, "c": "é"}', encoding="utf-8")
    assert read_label_map(str(path)) == {"a": "True", "b": "", "c": "é"}


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["in.csv"], "no output was given"),
        ([], "no output was given"),
        (["nothere", "out.csv"], "no such file: nothere"),
        (["-", "out.csv"], "-: the standard input is not read"),
        (["in.csv", "-"], "-: nothing is written to the standard output; give a name"),
        (["in.csv", "-", "--force"], "-: nothing is written to the standard output; give a name"),
        (["in.csv", "out.xlsx"], "names no table format"),
        (["in.csv", "in.csv", "--force"], "is the input"),
        (["broken", "out.csv"], "no dataset folder that can be read"),
    ],
)
def test_bad_input_gets_one_line_and_nothing_written(arguments, wanted, table, capsys):
    (table / "broken").mkdir()
    (table / "broken" / "state.json").write_text("{}")
    names = sorted(table.iterdir())
    assert main(["convert", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert wanted in err.strip().splitlines()[-1]
    assert sorted(table.iterdir()) == names


def test_a_library_that_is_missing_is_named(table, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "datasets", None)
    assert main(["convert", "in.csv", "out"]) == 2
    assert 'pip install "augment-text[huggingface]"' in capsys.readouterr().err


MESSY = [
    ("good film", "a"), ("Good film!", "b"), ("bad", "b"), ("", "a"),
    ("fine", " "), ("ok one", "a"), ("OK one", "a"), (" ", "b"),
]  # fmt: skip


def test_rows_that_are_better_not_trained_on_can_be_left_out(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    pd.DataFrame(MESSY, columns=["text", "label"]).to_csv("in.csv", index=False)
    assert main(["convert", "in.csv", "all.csv"]) == 0
    assert read_frame("all.csv").equals(read_frame("in.csv"))
    capsys.readouterr()
    assert main(["convert", "in.csv", "out.csv", "--drop", "empty,conflicting,repeated"]) == 0
    assert Path("out.csv").read_text() == "text,label\nbad,b\nok one,a\n"
    said = capsys.readouterr().out
    assert "left out, empty: 3 (rows 3, 4, 7; the first is 0)" in said
    assert "left out, conflicting: 2 (rows 0, 1; the first is 0)" in said
    assert "left out, repeated: 1 (rows 6; the first is 0)" in said
    done = convert_table("in.csv", "one.csv", drop="repeated")
    assert dict(done.dropped) == {"repeated": [1, 6]}
    assert done.rows == 6
    assert main(["inspect", "in.csv", "--model", "none"]) == 0
    assert "--drop empty,conflicting,repeated" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--drop", "bad"], "no 'bad'; wanted: empty, conflicting, repeated"),
        (["--drop", "conflicting", "--label", "none"], "need a label column"),
        (["--drop", "conflicting"], "no row is left"),
    ],
)
def test_leaving_out_what_cannot_be(options, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    pd.DataFrame(MESSY[:2], columns=["text", "label"]).to_csv("in.csv", index=False)
    assert main(["convert", "in.csv", "out.csv", *options]) == 2
    assert said in capsys.readouterr().err
    assert not Path("out.csv").exists()


def test_texts_that_a_smiley_or_a_minus_tells_apart_contradict_nothing(tmp_path):
    rows = [
        ("I got the job :)", "pos"),
        ("I got the job :(", "neg"),
        ("I got the job!  :-)", "pos"),
        ("it was -5 outside", "cold"),
        ("It was 5 outside.", "warm"),
        ("see http://a.org", "a"),
        ("see http//a.org", "b"),
    ]
    frame = pd.DataFrame(rows, columns=["text", "label"])
    done = convert_table(frame, tmp_path / "out.csv", drop=["conflicting", "repeated"])
    assert done.dropped == {"conflicting": [5, 6], "repeated": [2]}
    found = inspect_table(frame, model="none", near=0.0)
    assert (found.repeated_texts, found.conflicting_texts) == (2, 1)
    assert found.conflict_examples == (("see http://a.org", ("a", "b")),)


def test_a_frame_keeps_the_types_of_its_columns(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pd.DataFrame({"text": ["a", "b", "c"], "label": ["x", "y", "x"]}, dtype=object)
    frame["short"] = pd.Series([0.1, None, 2.5], dtype="float32")
    frame["byte"] = pd.Series([1, 2, 3], dtype="int8")
    frame["nullable"] = pd.array([1, None, 3], dtype="Int32")
    frame["tenth"] = pd.array([0.1, None, 3], dtype="Float32")
    frame["flag"] = pd.array([True, None, False], dtype="boolean")
    kinds = pd.CategoricalDtype(["low", "mid", "high"], ordered=True)
    frame["level"] = pd.Series(["high", None, "low"], dtype=kinds)
    frame["when"] = pd.to_datetime(["2020-01-01", None, "2021-01-01"]).tz_localize("Europe/Paris")
    frame["mixed"] = ["1", 2.5, None]
    convert_table(frame.drop(columns="mixed"), tmp_path / "t.parquet")
    found = pd.read_parquet(tmp_path / "t.parquet")
    for name in ("short", "byte", "nullable", "tenth", "flag", "level", "when"):
        assert found[name].dtype == frame[name].dtype, name
        pd.testing.assert_series_equal(found[name], frame[name])
    convert_table(frame.drop(columns="mixed"), tmp_path / "folder", label_map={"x": 1, "y": 0})
    again = hf.load_from_disk(str(tmp_path / "folder"))
    assert again.features["short"].dtype == "float32"
    assert again["label"][:] == ["1", "0", "1"]
    convert_table(frame, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text().splitlines()[1].split(",")[2] == "0.1"
    convert_table(frame, tmp_path / "t.jsonl")
    row = json.loads((tmp_path / "t.jsonl").read_text().splitlines()[0])
    assert (row["short"], row["tenth"], row["mixed"]) == (0.1, 0.1, "1")
    convert_table(tmp_path / "t.parquet", tmp_path / "u.csv")
    assert pd.read_csv(tmp_path / "u.csv", dtype=str)["short"].tolist()[0] == "0.1"

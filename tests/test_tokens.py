from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Indel

from augment.tokens import change, fold, folded_words, marked_signs, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The cat sat.", ["The", "cat", "sat"]),
        ("L'été, c’est fini", ["L", "été", "c", "est", "fini"]),
        ("don't", ["don", "t"]),
        ("1,000 km/h", ["1", "000", "km", "h"]),
        ("我爱NLP，真的", ["我", "爱", "NLP", "真", "的"]),
        ("これは本です", list("これは本です")),
        ("यह अच्छी फिल्म है।", ["यह", "अच्छी", "फिल्म", "है"]),
        ("Привет, мир!", ["Привет", "мир"]),
        ("שָׁלוֹם עולם", ["שָׁלוֹם", "עולם"]),
        ("cafe\u0301 noir", ["cafe\u0301", "noir"]),
        ("😀 ... _", []),
        ("", []),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


def test_thai_is_cut_and_keeps_its_vowel_signs_on_their_letters():
    found = words("ฉันรักคุณ")
    assert len(found) >= 4
    assert "".join(found) == "ฉันรักคุณ"
    assert not any(unicodedata.combining(word[0]) for word in found)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("“Don’t” stop!", "don't stop"),
        ("L’ÉTÉ — fini", "l'été - fini."),
        ("half - hour", "half-hour"),
        ("ﬁne", "fine"),
        ("STRASSE", "straße"),
        ("caf\u00e9", "cafe\u0301"),
        ("a\u200bb\u00adc", "abc"),
        ("1 000 €", "1\u202f000 €"),
        ("ＡＢＣ", "abc"),
        ("wait...", "Wait…"),
    ],
)
def test_same_text(one, other):
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("...", "!?"),
        ("1.5", "15"),
        ("10 20", "1020"),
        ("good 😀", "good 😡"),
        ("$5", "5"),
        ("resume", "résumé"),
        ("日本", "日木"),
        ("", "."),
    ],
)
def test_another_text(one, other):
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I got the job :)", "I got the job :("),
        ("I got the job :-)", "I got the job :/"),
        ("job:)", "job:("),
        ("sure ;)", "sure"),
        ("¡Sí! :)", "¡Sí! :'("),
        ("（好：）", "好：（"),
        ("it was -5 outside", "it was 5 outside"),
        ("-5", "5"),
        ("(−5 °C)", "(5 °C)"),
        ("from 3, -5 on", "from 3, 5 on"),
        ("-$5", "$5"),
    ],
)
def test_smileys_and_minus_signs_can_be_told_apart(one, other):
    assert fold(marked_signs(one)) != fold(marked_signs(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I got the job :)", "I GOT the job!  :-))"),
        ("fine =(", "fine :["),
        ("it was -5", "It was –5."),
        ("see http://a.org/b", "see http//a.org/b"),
        ("c:/data", "c/data"),
        ("ingredients:(milk)", "ingredients (milk)"),
        ("sizes (in cm: 5)", "sizes in cm 5"),
        ("half-hour", "half - hour"),
        ("pages 3-5", "pages 3 – 5"),
        ("A - 5 eggs", "A 5 eggs"),
        ("Tom &amp;", "Tom amp"),
        ("12:30", "12.30"),
        ("x :/home", "x home"),
    ],
)
def test_what_is_no_sign_is_folded_away(one, other):
    assert fold(marked_signs(one)) == fold(marked_signs(other))


@given(st.text(alphabet="ab5 :;=-()[]/'é", max_size=30))
def test_signs_hide_no_letter(text):
    assert [*filter(str.isalnum, marked_signs(text).replace("\ua7f7", ""))] == [
        *filter(str.isalnum, text)
    ]


def test_only_blank_folds_to_nothing():
    assert fold(" \n\t") == ""
    assert fold("—") != ""


@given(st.text(max_size=80))
def test_folding_twice_is_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet="abc XYZ,.!'’é1", max_size=40))
def test_case_and_punctuation_do_not_count(text):
    if any(map(str.isalnum, text)):
        assert fold(text) == fold(f"  «{text.upper()}» !")


@given(st.text(max_size=60), st.text(max_size=60))
def test_change_is_a_symmetric_share(one, other):
    share = change(one, other)
    assert 0.0 <= share <= 1.0
    assert share == pytest.approx(change(other, one))
    assert change(one, one) == 0.0


@given(
    st.lists(st.sampled_from("abcde"), max_size=12), st.lists(st.sampled_from("abcde"), max_size=12)
)
def test_change_counts_words_like_the_longest_common_subsequence(one, other):
    if not one and not other:
        return
    table = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i, left in enumerate(one):
        for j, right in enumerate(other):
            table[i + 1][j + 1] = (
                table[i][j] + 1 if left == right else max(table[i][j + 1], table[i + 1][j])
            )
    expected = 1 - 2 * table[-1][-1] / (len(one) + len(other))
    assert change(" ".join(one), " ".join(other)) == pytest.approx(expected)


def test_change_of_texts_without_words_compares_characters():
    assert change("!!!", "!!!") == 0.0
    assert change("!!!", "???") == 1.0


def test_long_texts_take_the_same_path_as_short_ones():
    one, other = "word other " * 3000, "word another " * 3000
    assert change(one, other) == pytest.approx(0.5)
    assert change(one, other) == Indel.normalized_distance(folded_words(one), folded_words(other))

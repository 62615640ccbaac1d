"""What methods that change words leave alone, and what counts as one word."""

import unicodedata
from functools import partial

import pytest

from augment.augmenters import METHODS, Order, open_augmenter
from augment.augmenters.frame import Frame
from augment.augmenters.grammar import fixed
from augment.filters import FilterSettings
from augment.filters.negation import Negation
from augment.records import Candidate

pytest.importorskip("nlpaug")

WORD_METHODS = [
    name for name, about in METHODS.items() if not (about.needs or name.startswith("sentence"))
]
#: Language, text and what its meaning hangs on.
TURNING = [
    ("en", "I would hardly call this a good film.", ["hardly"]),
    ("en", "The hero barely survives the boring first hour of it.", ["barely"]),
    ("en", "She rarely smiles and the story seldom works for me.", ["rarely", "seldom"]),
    ("en", "It fails to be funny, and the plot lacks any sense.", ["fails", "lacks"]),
    ("en", "I refuse to recommend this book to any of my friends.", ["refuse"]),
    ("en", "The movie was anything but good and I left it early.", ["anything but"]),
    ("en", "This is far from good and it is too long for children.", ["far", "too"]),
    ("en", "Few people enjoy it; little remains of what I wish for.", ["Few", "little", "wish"]),
    ("fr", "Ce film est loin d'être bon et manque de rythme.", ["loin", "manque"]),
    ("fr", "Je n'ai guère aimé ce film et je ne l'ai point compris.", ["n'ai", "guère", "point"]),
    ("fr", "Il y a peu de bonnes scènes dans ce film trop lent.", ["peu", "trop"]),
    ("fr", "On rit rarement et l'histoire tient à peine debout.", ["rarement", "peine"]),
]


def made(name, language, text):
    augmenter = open_augmenter(Order(name, language, strength=0.4))
    return [augmenter.augment([text], variant)[0].text for variant in range(12)]


@pytest.mark.parametrize("name", WORD_METHODS)
@pytest.mark.parametrize(("language", "text", "kept"), TURNING)
def test_words_that_turn_the_meaning_stay(name, language, text, kept):
    if name == "synonym" or not METHODS[name].serves(language):
        return
    for out in made(name, language, text):
        for word in kept:
            assert word.lower() in out.lower(), out


def negation(original, text, language, *, soft):
    check = Negation(FilterSettings(language=language, soft_negations=soft))
    return check.check([Candidate(0, original, text)])[0].detail


@pytest.mark.parametrize(
    ("language", "original", "text"),
    [
        ("en", "I would hardly call this a good film.", "I would call this a good film."),
        ("en", "The movie was anything but good.", "The movie was good."),
        ("en", "I refuse to recommend it.", "I recommend it."),
        ("fr", "Ce film est loin d'être bon.", "Ce film est bon."),
        ("fr", "Il y a peu de bonnes scènes.", "Il y a de bonnes scènes."),
    ],
)
def test_the_check_of_methods_that_change_words_asks_for_them(language, original, text):
    assert "turn the meaning" in negation(original, text, language, soft=True)
    assert negation(original, text, language, soft=False) == ""  # others may say it otherwise
    assert negation(original, original, language, soft=True) == ""
    for name in WORD_METHODS:
        assert METHODS[name].thresholds["soft_negations"], name


def test_other_words_are_not_fixed():
    for word in ("film", "under", "until", "wonderful", "note", "music"):
        assert not fixed(word, "en"), word
    for word in ("film", "histoire", "magnifique", "bonne"):
        assert not fixed(word, "fr"), word


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("hi", "यह फिल्म बहुत अच्छी थी और मुझे कहानी पसंद आई"),
        ("ta", "இந்த திரைப்படம் மிகவும் நன்றாக இருந்தது எனக்கு கதை பிடித்தது"),
        ("bn", "এই চলচ্চিত্রটি খুব ভালো ছিল এবং গল্পটি আমার পছন্দ হয়েছে"),
        ("ar", "كانَ الفِيلمُ جَيِّدًا جِدًّا وأعجَبَتني القِصَّةُ كَثيرًا"),
        ("he", "הַסֶּרֶט הָיָה טוֹב מְאֹד וְאָהַבְתִּי אֶת הַסִּפּוּר"),
        ("fa", "این فیلم را می\u200cخواهم دوباره ببینم و خیلی خوب بود"),
        ("fr", "L\u2019e\u0301te\u0301 fut tre\u0300s beau et le cafe\u0301 e\u0301tait bon"),
    ],
)
def test_vowel_signs_stay_in_their_word(language, text):
    assert [str(word) for word in Frame(text).words] == text.split()
    for name in ("swap", "delete", "crop", "eda"):
        for out in made(name, language, text):
            assert {*out.lower().split()} <= {*text.lower().split()}, (name, out)
    for out in made("split", language, text):
        assert out.replace(" ", "") == text.replace(" ", "")
        for part in out.split():
            assert unicodedata.category(part[0])[0] != "M", out


@pytest.mark.parametrize(
    ("language", "text", "kept"),
    [
        ("en", "COVID-19 changed the way we watch films.", ["COVID-19"]),
        ("en", "The B-52 and the F-16 fly in GPT-4 dreams.", ["B-52", "F-16", "GPT-4"]),
        ("en", "A five-star hotel, not a 3-star one.", ["five-star", "3-star"]),
        ("en", "It took twenty-one days and thirty-five people.", ["twenty-one", "thirty-five"]),
        ("fr", "Il faut vingt-et-un jours, trente-cinq euros.", ["vingt-et-un", "trente-cinq"]),
        ("fr", "La COVID-19 a changé le monde.", ["COVID-19"]),
    ],
)
def test_compounds_with_numbers_stay_whole(language, text, kept):
    words = [str(word) for word in Frame(text, partial(fixed, language=language)).words]
    assert not any(set(one.split("-")) & {*words} or one in words for one in kept), words
    for name in ("keyboard", "swap", "delete", "crop", "eda", "split", "ocr"):
        for out in made(name, language, text):
            assert all(one.lower() in out.lower() for one in kept), (name, out)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("{name} likes %s and ${total} items, please respond soon.", ["{name}", "%s", "${total}"]),
        ("Dear {{ user.name }}, see [LINK] or [PHONE_NUMBER].", ["{{ user.name }}", "[LINK]"]),
        ("Hello %(first)s, <USER> wrote [NOM 2] about dinner.", ["%(first)s", "<USER>", "[NOM 2]"]),
        ("The U.S. version, e.g. of films before J.-C. came.", ["U.S.", "e.g.", "J.-C."]),
    ],
)
def test_placeholders_and_initials_stay(text, kept):
    for name in ("keyboard", "swap", "delete", "crop", "eda", "split", "ocr", "spelling"):
        for out in made(name, "en", text):
            assert all(one in out for one in kept), (name, out)


def test_words_in_brackets_are_words():
    text = "It was [really] good {or so}. I am. We go."
    assert Frame(text).words[2:4] == ["really", "good"]
    assert Frame(text).words[-4:] == ["I", "am", "We", "go"]
    assert Frame("a 5% discount").words == ["a", "discount"]

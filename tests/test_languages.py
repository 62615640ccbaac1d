from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from augment.errors import InputError
from augment.languages import (
    _ENTRIES,
    Identifier,
    detect_language,
    identifiable,
    identify,
    language_code,
    language_name,
    language_shares,
)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("French", "fr"),
        ("français", "fr"),
        ("francais", "fr"),
        ("fra", "fr"),
        ("fre", "fr"),
        ("FR", "fr"),
        ("fr_CA", "fr"),
        ("fra_Latn", "fr"),
        ("pt-BR", "pt"),
        ("zh-Hans", "zh"),
        ("español", "es"),
        ("Castilian", "es"),
        ("anglais", "en"),
        (" Deutsch ", "de"),
        ("русский", "ru"),
        ("日本語", "ja"),
        ("nob", "nb"),
        ("ast", "ast"),
        ("Haitian Creole", "ht"),
    ],
)
def test_code(name, code):
    assert language_code(name) == code


@pytest.mark.parametrize("name", ["xx", "klingon", "", "fr fr", "../fr", "english please"])
def test_unknown_name_is_an_input_error_that_quotes_it(name):
    with pytest.raises(InputError) as raised:
        language_code(name)
    assert repr(name) in str(raised.value)


def test_a_typing_error_gets_the_closest_name():
    with pytest.raises(InputError, match=r"fr \(French\)"):
        language_code("Frnech")


def test_table_is_consistent():
    heads = [entry[0].split() for entry in _ENTRIES]
    codes = [head[0] for head in heads]
    assert len(codes) == len(set(codes))
    for code, longer in heads:
        assert len(code) in (2, 3)
        for alternative in longer.split(","):
            assert language_code(alternative) == code
        assert language_code(language_name(code)) == code


def test_every_language_of_the_identifier_has_a_name():
    labels = LanguageIdentifier.from_model_file(MODEL_FILE).labels
    missing = [label for label in labels if label != "zxx" and not _named(label)]
    assert missing == []


def _named(label):
    try:
        return bool(language_name(label))
    except InputError:
        return False


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Le film était vraiment très long et plutôt ennuyeux.", "fr"),
        ("The film was very long and rather boring.", "en"),
        ("La película fue muy larga y bastante aburrida.", "es"),
        ("La pel·lícula va ser molt llarga i força avorrida.", "ca"),
        ("Фильм был очень длинным и довольно скучным.", "ru"),
        ("映画はとても長くて退屈でした。", "ja"),
    ],
)
def test_identify(text, code):
    found, probability = identify(text)
    assert found == code
    assert 0.5 < probability <= 1.0
    assert Identifier(["en", "fr", "es", "ca", "ru", "ja"]).identify(text)[0] == code


def test_threads_share_one_model():
    texts = ["Une phrase en français.", "A sentence in English.", "Una frase en español."] * 30
    expected = [identify(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(identify, texts)) == expected


def test_codes_that_the_identifier_calls_otherwise():
    assert identifiable("nb")
    assert identifiable("ki")
    assert not identifiable("haw")


def test_many_short_lines_are_judged_together():
    lines = ["Oui.", "Merci !", "C'est bon.", "Je ne sais pas.", "Viens ici.", "Où est-il ?"] * 3
    guess = detect_language(lines)
    assert (guess.language, guess.sure) == ("fr", True)
    assert guess.share > 0.9


def test_markup_and_links_do_not_count():
    texts = [
        "<br /><div class='x'>https://example.org/the/way/to/go</div> Bonjour à tous, "
        "voici mon avis sur ce restaurant où nous avons dîné."
    ]
    assert detect_language(texts).language == "fr"


@pytest.mark.parametrize("texts", [[], [""], ["123", "!!!"], ["ok"]])
def test_too_little_to_be_sure(texts):
    assert not detect_language(texts).sure


def test_two_halves_are_not_sure():
    english = "The weather was fine and everybody went to the beach to enjoy the sunshine. " * 4
    french = "Il faisait beau et tout le monde est allé à la plage pour profiter du soleil. " * 4
    guess = detect_language([english, french] * 5)
    assert not guess.sure
    assert {guess.language, guess.others[0][0]} == {"en", "fr"}


FILM = "The film number {} was good and I liked it very much, thanks."
PELICULA = "La película {} fue muy buena y me gustó mucho, gracias a todos los actores. "


@pytest.mark.parametrize(
    "odd",
    [
        ["x" * 5000],
        ["ha" * 2500],
        ["x" * 2000],
        [PELICULA.format(0) * 70],
        [PELICULA.format(0) * 70, PELICULA.format(1) * 70],
    ],
)
def test_a_few_long_rows_do_not_decide_for_all(odd):
    guess = detect_language([*map(FILM.format, range(40)), *odd])
    assert (guess.language, guess.sure) == ("en", True)


def test_a_huge_text_leaves_the_others_in_sight():
    texts = ["ha" * 5_000_000, *map(FILM.format, range(40))]
    guess = detect_language(texts)
    assert (guess.language, guess.sure) == ("en", True)
    assert guess.letters > 40 * 40


def test_noise_is_no_language_and_counts_as_text_all_the_same():
    guess = detect_language(["x" * 2000] * 3)
    assert (guess.language, guess.share, guess.sure) == ("", 0.0, False)
    assert guess.letters > 0
    english = FILM.format(1)
    assert not detect_language(["x" * 2000, english]).sure


def test_a_language_that_cannot_be_recognised_is_no_fault():
    assert language_shares(["ok bueno", "hola"], "ast") == {"unclear": 1.0}
    assert Identifier(["ast"]).identify("hola") == ("", 0.0)

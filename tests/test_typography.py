"""Paraphrases are set as their originals are, where these are consistent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.typography import as_written


@pytest.mark.parametrize(
    ("original", "text", "wanted"),
    [
        ("Tu viens ?", "tu arrives?", "Tu arrives ?"),
        ("Tu viens\u202f?!", "Tu arrives?!", "Tu arrives\u202f?!"),
        ("Tu viens?", "Tu arrives ?", "Tu arrives?"),
        ("Tu viens ? Oui!", "Tu arrives? Oui!", "Tu arrives? Oui!"),  # in two minds
        (
            "Il dit : oui",
            "À 10:30 il dit: oui (http://a.fr:80)",
            "À 10:30 il dit : oui (http://a.fr:80)",
        ),
        ("« Oui » ?", "« Non»?", "« Non » ?"),
        ("Il part.", "Où va-t-il ?", "Où va-t-il ?"),
        ("«\u202fOui\u202f» : bon !", "«\u202fOui\u202f»: bien!", "«\u202fOui\u202f» : bien !"),
        ("L’été d’or", "L'été d'argent", "L’été d’argent"),
        ("L'été d'or", "L’été d’argent", "L'été d'argent"),
        ("L’été d'or", "L'été d’argent", "L'été d’argent"),
        ("Bon…", "Bien...", "Bien…"),
        ("Bon...", "Bien…", "Bien..."),
        ("- Reste ici.", "- reste là.", "- Reste là."),
        ("reste ici.", "Reste là.", "reste là."),
        ("RESTE DEHORS TOUJOURS.", "Reste là.", "RESTE LÀ."),
        ("OK!", "Fine!", "Fine!"),
        ("10 PM.", "At ten in the evening.", "At ten in the evening."),
        ("它用CPU计算。", "它用Intel处理器计算。", "它用Intel处理器计算。"),
        ("istanbul'da su ılık", "Ilık su İstanbul'da", "Ilık su İstanbul'da"),
        ("Bill paid the bill.", "The bill was paid by Bill.", "The bill was paid by Bill."),
        ("Il est français.", "C'est un Français.", "C'est un Français."),
        ("What? WHAT did you say?", "What did you say?", "What did you say?"),
        ("Ok, [PERSON].", "Well, [Person].", "Well, [PERSON]."),
        ("Give IT to us, at the US office.", "Give it to us.", "Give it to us."),
        ("NASA saw it.", "Nasa viewed it.", "NASA viewed it."),
        (
            "Autographed by a man. I saw.",
            "Autographed By a man. I saw.",
            "Autographed by a man. I saw.",
        ),
        ("It was late... so we left.", "It was dark... So we left.", "It was dark... so we left."),
        ("Wir essen mit Anna.", "Mit Anna das Essen.", "Mit Anna das Essen."),
        ("Grab the rail in may.", "Grab The rail in March.", "Grab the rail in March."),
        (
            "Read it. It is good.",
            "Read it! it is fine... so long.",
            "Read it! It is fine... so long.",
        ),
        ("Read it, e.g. now. It is good.", "Read it. it is fine.", "Read it. it is fine."),
        ("My phone rang.", "iPhone calls.", "iPhone calls."),
        ("12 days", "twelve days", "twelve days"),
        ("Oui.", "", ""),
        ("Oui.", "?!", "?!"),
    ],
)
def test_follows_the_original(original, text, wanted):
    assert as_written(original, text) == wanted


WORDS = ("I", "Bill", "bill", "BILL", "saw", "the", "The", "us", "US", "…", "...", "?", "[PERSON]")


@given(st.lists(st.sampled_from(WORDS)))
def test_a_text_is_its_own_fixed_point(words):
    text = " ".join(words)
    assert as_written(text, text) == text


@given(st.text(), st.text())
def test_any_text_is_set_once_and_for_all(original, text):
    done = as_written(original, text)
    assert as_written(original, done) == done
    assert as_written(text, text).casefold() == text.casefold()


@pytest.mark.parametrize(
    "text",
    [
        "The shop closes at 6 p.m. and opens at nine.",
        "The U.S. army left, etc. in May.",
        "Ca. zehn Leute kamen am 3. mit Dr. med. Wolf.",
        "En 44 av. notre ère, p. ex. là.",
    ],
)
def test_no_capital_behind_an_abbreviation(text):
    assert as_written("The shop is open. We left.", text) == text

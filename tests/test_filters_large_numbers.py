"""Large numbers told with words: "ten thousand", "2,3 milliards", "miles de millones"."""

from decimal import Decimal

import pytest

from augment.filters.large_numbers import LargeNumbers


@pytest.mark.parametrize(
    ("language", "text", "told", "bare"),
    [
        ("en", "two hundred and five thousand men", ["205000"], []),
        ("en", "nineteen hundred, and twenty-five thousand", ["1900", "25000"], []),
        ("en", "hundreds of thousands", [], ["100000"]),
        ("en", "2 million 10 years ago", ["2000000"], []),
        ("en", "It was $3M, 10,000 or one", [], []),
        ("en", "1" * 60 + " five hundred", ["500"], []),
        ("fr", "mille neuf cent quatre-vingt-quinze", ["1995"], []),
        ("fr", "soixante-dix mille, dix pour cent, 50 cents, un cent", ["70000"], []),
        ("es", "14,7 mil millones, ciento veinte mil", ["14700000000", "120000"], []),
        ("es", "mil novecientos ochenta y cinco, doscientos", ["1985", "200"], []),
        ("ca", "dos-cents mil; milers de milions", ["200000"], ["1000000000"]),
        ("sw", "elfu mbili", [], []),
    ],
)
def test_they_are_read(language, text, told, bare):
    found = LargeNumbers(language)(text)
    assert found == ([*map(Decimal, told)], [*map(Decimal, bare)])


@pytest.mark.parametrize(
    ("language", "original", "text", "wanted"),
    [
        ("en", "It lost 3 million dollars.", "It lost 3 billion dollars.", "lost 3000000; new 3"),
        ("en", "Ten thousand people came.", "Four thousand people came.", "new 4000"),
        ("en", "Ten thousand people came.", "Many people came.", "lost 10000"),
        ("en", "Millions of birds.", "Billions of birds.", "lost 1000000; new 1000000000"),
        ("en", "Two hundred dollars.", "Two thousand dollars.", "lost 200; new 2000"),
        ("fr", "Dix mille personnes.", "Six mille personnes.", "lost 10000; new 6000"),
        ("fr", "Deux millions d'euros.", "Deux milliards d'euros.", "lost 2000000"),
        ("es", "Doscientos euros.", "Trescientos euros.", "lost 200; new 300"),
        ("es", "Ganó 3 millones.", "Ganó 3 billones.", "lost 3000000"),
        ("ca", "Hi ha 2 milions.", "Hi ha 2 bilions.", "lost 2000000"),
        ("pt", "Mais de dez mil.", "Mais de quatro mil.", "lost 10000; new 4000"),
        ("de", "Er hat 3 Millionen.", "Er hat 3 Milliarden.", "lost 3000000"),
    ],
)
def test_another_one_is_refused(refusal, language, original, text, wanted):
    assert wanted in refusal("numbers", original, text, language=language)


@pytest.mark.parametrize(
    ("language", "original", "text"),
    [
        ("en", "Ten thousand people came.", "10,000 people came."),
        ("en", "It cost $3 million.", "It cost $3M."),
        ("en", "From 340 million to 500 million.", "Between 340 and 500 million."),
        ("en", "Thousands of birds came.", "A great many birds came."),
        ("en", "A hundred years.", "One hundred years."),
        ("fr", "De deux à trois millions d'années.", "De deux millions à trois millions d'ans."),
        ("fr", "Dix pour cent des gens.", "10 % des gens."),
        ("fr", "Cela coûte un cent.", "Cela coûte un centime."),
        ("es", "Cuesta mil euros.", "Cuesta 1000 euros."),
    ],
)
def test_the_same_in_other_words_passes(refusal, language, original, text):
    assert refusal("numbers", original, text, language=language) == ""

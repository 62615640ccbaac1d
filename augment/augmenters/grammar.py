"""Words that an augmenter leaves alone: those that carry grammar, that negate, and that count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from augment.filters.negation_cues import CUES, Cues
from augment.filters.number_words import STRICT, table

#: Frequent words of four letters and more that carry grammar and no content; shorter ones are
#: never replaced in any language.
_GRAMMAR: Final = {
    "en": "about above after again against also although among another anyone been before behind "
    "being below between both cannot could does doing down during each either else ever every "
    "everything from further have having here hers herself himself however into itself just many "
    "might more most much must myself neither nobody nothing once only other others ought ours "
    "over quite rather same shall should since some someone something such than that their theirs "
    "them themselves then there these they this those though through under until upon very well "
    "were what when where whether which while whom whose will with within without would your "
    "yours yourself",
    "fr": "afin ainsi alors après aucun aucune aussi autre autres avant avec avoir beaucoup bien "
    "celle celles celui cela cependant ceux chaque chez comme comment contre dans depuis deux donc "
    "dont elle elles encore entre était étaient étant être eux fait faire jamais juste leur leurs "
    "lorsque mais même mêmes moins nous notre nôtre où parce pendant peut plus plusieurs pour "
    "pourquoi quand quel quelle quelles quelque quelques quels quoi rien sans sauf seulement selon "
    "sera serait ses sien soit sommes sont sous suis tandis tant toujours tous tout toute toutes "
    "très trop une vers voici voilà votre vôtre vous avait avaient avons avez ont avoir fois puis",
    "es": "algo algún alguna ante antes aquel aquella aquello aunque bajo bien cada como cómo con "
    "contra cual cuál cuando cuándo cuanto desde donde dónde durante ella ellas ellos entonces "
    "entre eran eres esta está están estaba este esto estos estas había haber hace hacia hasta "
    "incluso mientras mismo mucha mucho muchos muy nada nadie nosotros nuestra nuestro nunca otra "
    "otro otros para pero poco porque pues quien quién sino sobre solo sólo somos también tampoco "
    "tanto tenía tiene toda todas todo todos unas unos usted ustedes vosotros",
}
_JOINTS: Final = re.compile("['’-]")
#: Articles and "of" that lose their vowel before a word; what else does is a pronoun with its verb.
_ELIDED: Final = {
    "fr": frozenset("ld"),
    "ca": frozenset("ld"),
    "oc": frozenset("ld"),
    "it": frozenset(
        ["l", "d", "un", "dell", "nell", "all", "dall", "sull", "coll", "quell", "bell"]
    ),
}
#: Phrases that are one word with what is elided.
_ADVERBS: Final = frozenset(["d'abord", "d'accord", "d'ailleurs", "d'emblée", "d'habitude"])
_BEFORE_ELISION: Final = tuple("aàâáeéèêëhiîïíoôóòœuùûú")


def grammar_words(language: str) -> frozenset[str]:
    """Frequent words of four letters and more without content; empty for other languages.

    >>> "without" in grammar_words("en"), "avec" in grammar_words("fr")
    (True, True)
    """
    return frozenset(_GRAMMAR.get(language, "").split())


def content_start(word: str, language: str) -> int | None:
    """Say where the word of content begins in one with an apostrophe; None where it holds none.

    An elided article stands before it. Of a pronoun with its verb (``c'est``, ``it's``) nothing can
    be another word, nor of an adverb in two words.

    >>> [content_start(word, "fr") for word in ("film", "l’histoire", "c'est", "d'abord")]
    [0, 2, None, None]
    """
    plain = word.lower().replace("’", "'")
    before, apostrophe, _ = plain.partition("'")
    if not apostrophe:
        return 0
    if before not in _ELIDED.get(language, ()) or plain in _ADVERBS or plain.count("'") > 1:
        return None
    return len(before) + 1


def fits_elision(word: str) -> bool:
    """Whether a word may stand behind an elision: it begins with a vowel, or with an h.

    >>> fits_elision("Histoire"), fits_elision("film")
    (True, False)
    """
    return word.lower().startswith(_BEFORE_ELISION)


@dataclass(frozen=True, slots=True)
class _Negations:
    """Words that turn the meaning in one language: whole ones, ends or beginnings, and kinds."""

    words: frozenset[str]
    parts: tuple[str, ...]
    kinds: re.Pattern[str]


@lru_cache(maxsize=16)
def _negations(language: str) -> _Negations:
    cues = CUES.get(language, Cues(""))
    words = f"{cues.core} {cues.partners} {cues.particle}".split()
    # n't stands at the end of a word, French n' at its start.
    parts = tuple(word for word in words if "'" in word) + (("n'",) if language == "fr" else ())
    return _Negations(frozenset(words), parts, re.compile(cues.turning_kinds()))


@lru_cache(maxsize=16)
def _number_words(language: str) -> frozenset[str]:
    return frozenset(table(STRICT.get(language, "")))


def fixed(word: str, language: str) -> bool:
    """Whether a word, or a part of a compound, decides the meaning by itself.

    It negates, wholly or in part, or is a number in words.

    >>> fixed("seven", "en"), fixed("jamais", "fr"), fixed("film", "fr")
    (True, True, False)
    >>> fixed("twenty-one", "en"), fixed("hardly", "en"), fixed("rarement", "fr")
    (True, True, True)
    """
    numbers = _number_words(language)
    return negates(word, language) or any(part in numbers for part in _parts(word))


def negates(word: str, language: str) -> bool:
    """Whether a word negates: to lose it, or another in its place, turns the meaning round.

    >>> [negates(word, "en") for word in ("not", "didn’t", "note", "scarcely", "lacks")]
    [True, True, False, True, True]
    """
    negations = _negations(language)
    plain = word.lower().replace("’", "'")
    return any(plain.endswith(p) or plain.startswith(p) for p in negations.parts) or any(
        part in negations.words or negations.kinds.fullmatch(part) is not None
        for part in _parts(plain)
    )


def _parts(word: str) -> Iterator[str]:
    """Give a word, and what stands between its hyphens and apostrophes."""
    yield word
    parts = _JOINTS.split(word)
    if len(parts) > 1:
        yield from parts

"""Ways of making candidates other than translating: one file per family, one table of them all.

Each method says for which languages it makes sense and which checks of the paraphrase filter do
not fit it; asked for another language it is refused, never applied as if the text were English.
Adding a method = one file here, one line in `METHODS`, one test file. Other packages add theirs
through the entry-point group ``augment.augmenters``: a `Method` under its name; under the name of
a method of this table it takes its place.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, Final, Protocol, cast

from augment.augmenters.others import load_other, made_ready, points
from augment.errors import InputError
from augment.languages import language_name
from augment.records import Translation

#: Languages written in Latin letters, which the confusions of optical character recognition are of.
_LATIN: Final = frozenset(
    [
        "af",
        "an",
        "ast",
        "br",
        "ca",
        "ceb",
        "co",
        "cs",
        "cy",
        "da",
        "de",
        "en",
        "eo",
        "es",
        "et",
        "eu",
        "fi",
        "fil",
        "fo",
        "fr",
        "fur",
        "fy",
        "ga",
        "gd",
        "gl",
        "hr",
        "ht",
        "hu",
        "ia",
        "id",
        "is",
        "it",
        "jv",
        "la",
        "lb",
        "li",
        "lt",
        "lv",
        "mg",
        "mi",
        "ms",
        "mt",
        "nb",
        "nl",
        "nn",
        "no",
        "oc",
        "pl",
        "pt",
        "rm",
        "ro",
        "sc",
        "sk",
        "sl",
        "sq",
        "sv",
        "sw",
        "tl",
        "tr",
        "vi",
        "wa",
        "wo",
        "xh",
        "zu",
    ]
)
#: Languages whose keyboard nlpaug knows.
_KEYBOARDS: Final = frozenset(["de", "en", "es", "fr", "he", "it", "nl", "pl", "tr", "uk"])
#: Languages written without spaces between words.
_UNSPACED: Final = frozenset(["bo", "dz", "ja", "km", "lo", "my", "th", "wuu", "yue", "zh"])


@dataclass(frozen=True, slots=True)
class Order:
    """What a method is asked for.

    Parameters
    ----------
    method
        Its name in the table.
    language
        Code of the language of the texts.
    seed
        Decides, together with text, method and variant, every draw.
    strength
        Share of the words (or sentences) that change, above 0 up to 1; None: the method's own.
    model, url, prompt, temperature
        For the methods that need them.
    """

    method: str
    language: str
    seed: int = 0
    strength: float | None = None
    model: str | None = None
    url: str | None = None
    prompt: str | None = None
    temperature: float = 1.0


class Augmenter(Protocol):
    """One method made ready for one language."""

    #: As it stands in the column ``aug_engine``: ``nlpaug@1.1.11``.
    engine: str
    #: Engine, version and every parameter: whatever would change a text.
    identity: str
    #: Texts to hand over at once.
    window: int
    #: Whether its texts cost enough to be kept in the translation store.
    costly: bool

    def augment(self, texts: Sequence[str], variant: int) -> list[Translation]:
        """Make one text of each, the same for the same text and variant, whatever stands beside."""

    def notes(self) -> Iterable[str]:
        """Say what the user should know of this method on this machine."""

    def close(self) -> None:
        """Give back processes, memory or connections."""


@dataclass(frozen=True, slots=True)
class Method:
    """One line of the table.

    Parameters
    ----------
    factory
        ``"module:name"`` or a callable; takes an `Order` and gives an `Augmenter`.
    about
        What it does, in a few words.
    languages
        Codes that it serves; None: every language but those in `but`.
    but
        Codes that it cannot serve.
    left_out
        Checks of the filter that would refuse what the method is for.
    thresholds
        Fields of `FilterSettings` with another default for it.
    needs
        Options that it cannot do without.
    """

    factory: str | Callable[[Order], Augmenter]
    about: str
    languages: frozenset[str] | None = None
    but: frozenset[str] = frozenset()
    left_out: tuple[str, ...] = ()
    thresholds: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()

    def serves(self, language: str) -> bool:
        """Whether it makes sense for a language."""
        return language not in self.but and (self.languages is None or language in self.languages)


#: A few changed letters or words are what these methods are for, in a long text too. The least
#: similarity stays as it is: on SST-2, SMS and French subtitles (120 texts each) it refuses at most
#: 2.6 % of the noise, 5.8 % of split words, and no swap; those are short texts whose one word of
#: content is gone.
#: Nothing is said in other words, so a lost "hardly" is made up for by nothing.
#: Typing errors and words in another order are meant to be spelled unlike the table, and to have
#: faults of grammar.
_SMALL: Final = {"min_change": 0.01, "max_strangeness": 100.0, "soft_negations": True}
_GRAMMAR: Final = ("grammar", "proofreading")

#: name -> what it is and where it is made.
METHODS: Final[dict[str, Method]] = {
    "keyboard": Method(
        "augment.augmenters.noise:keyboard",
        "typing errors: letters beside each other on the language's own keyboard (nlpaug)",
        languages=_KEYBOARDS,
        left_out=_GRAMMAR,
        thresholds=_SMALL,
    ),
    "ocr": Method(
        "augment.augmenters.noise:ocr",
        "reading errors of optical character recognition, of Latin letters (nlpaug)",
        languages=_LATIN,
        left_out=(*_GRAMMAR, "numbers"),  # it writes 0 for o, and leaves the text's numbers alone
        thresholds=_SMALL,
    ),
    "spelling": Method(
        "augment.augmenters.noise:spelling",
        "frequent misspellings, from nlpaug's dictionary",
        languages=frozenset({"en"}),
        left_out=_GRAMMAR,
        thresholds=_SMALL,
    ),
    "split": Method(
        "augment.augmenters.noise:split",
        "a space within words (nlpaug); such a text differs from its original in spaces alone",
        but=_UNSPACED,
        left_out=_GRAMMAR,
        thresholds={**_SMALL, "spaces_count": True},
    ),
    "swap": Method(
        "augment.augmenters.noise:swap",
        "neighbouring words exchanged (nlpaug)",
        but=_UNSPACED,
        left_out=_GRAMMAR,
        thresholds=_SMALL,
    ),
    "delete": Method(
        "augment.augmenters.noise:delete",
        "words left out (nlpaug)",
        but=_UNSPACED,
        left_out=_GRAMMAR,
        thresholds=_SMALL,
    ),
    "crop": Method(
        "augment.augmenters.noise:crop",
        "a run of words left out (nlpaug)",
        but=_UNSPACED,
        left_out=(*_GRAMMAR, "truncated"),
        thresholds=_SMALL,
    ),
    "eda": Method(
        "augment.augmenters.eda:eda",
        "one of the four operations of Wei and Zou (2019), each in turn",
        but=_UNSPACED,
        left_out=_GRAMMAR,
        thresholds=_SMALL,
    ),
    "synonym": Method(
        "augment.augmenters.eda:synonym",
        "words replaced by synonyms of a thesaurus of the language",
        but=_UNSPACED,
        thresholds=_SMALL,
    ),
    "sentence-shuffle": Method(
        "augment.augmenters.sentence_order:shuffle",
        "the sentences between the first and the last in another order",
        thresholds=_SMALL,
    ),
    "sentence-drop": Method(
        "augment.augmenters.sentence_order:drop",
        "sentences left out, never the first or the last",
        left_out=("truncated", "numbers", "negation"),
        thresholds={**_SMALL, "min_length_ratio": 0.5},
    ),
    "contextual": Method(
        "augment.augmenters.masked:contextual",
        "words replaced by what a masked language model expects there (--model)",
        but=_UNSPACED,
        thresholds=_SMALL,
        needs=("model",),
    ),
    "seq2seq": Method(
        "augment.augmenters.seq2seq:seq2seq",
        "a paraphrase model of this machine (--model)",
        needs=("model",),
    ),
    "llm": Method(
        "augment.augmenters.endpoint:llm",
        "a language model behind an OpenAI-compatible address (--url, --model)",
        needs=("url", "model"),
    ),
}

#: Options of single methods -> those that take them.
OPTIONS: Final[dict[str, tuple[str, ...]]] = {
    "strength": tuple(
        name for name in METHODS if name not in ("seq2seq", "llm", "sentence-shuffle")
    ),
    "model": ("contextual", "seq2seq", "llm"),
    "url": ("llm",),
    "prompt": ("seq2seq", "llm"),
    "temperature": ("seq2seq", "llm"),
}


def method_names() -> list[str]:
    """Names of all methods, those of other packages included."""
    return list(dict.fromkeys([*METHODS, *points()]))


def find_method(name: str) -> Method:
    """Give a method by name.

    Raises
    ------
    InputError
        For an unknown name, with the known ones, and for a method of another package that cannot be
        loaded.

    Examples
    --------
    >>> find_method("spelling").serves("fr")
    False
    """
    if (point := points().get(name)) is not None:
        return load_other(point)
    if name in METHODS:
        return METHODS[name]
    known = method_names()
    close = get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise InputError(f"unknown method {name!r}{hint} (known: {', '.join(known)})")


def check_order(order: Order) -> Method:
    """Find the method of an order, and refuse what it cannot do.

    Raises
    ------
    InputError
        For an unknown method, a language that it makes no sense for, an option that it lacks, or
        a strength out of range.
    """
    method = find_method(order.method)
    if not method.serves(order.language):
        others = [name for name in METHODS if METHODS[name].serves(order.language)]
        serves = f" (it serves {', '.join(sorted(method.languages))})" if method.languages else ""
        raise InputError(
            f"method {order.method!r} makes no sense for {language_name(order.language)} "
            f"({order.language}){serves}; methods that have: {', '.join(others)}"
        )
    for option in method.needs:
        if not getattr(order, option):
            raise InputError(f"method {order.method!r} needs {option}=... (--{option})")
    if order.strength is not None and not 0 < order.strength <= 1:  # refuses NaN too
        raise InputError(
            f"strength is {order.strength!r}; a number above 0 up to 1 is wanted: the share of "
            "the words that change"
        )
    return method


def open_augmenter(order: Order) -> Augmenter:
    """Make a method ready.

    Raises
    ------
    InputError
        As `check_order`.
    MissingExtraError
        When the library that it needs is not installed.

    Examples
    --------
    >>> swap = open_augmenter(Order("sentence-shuffle", "en"))
    >>> swap.augment(["Good. It was long. It was dark. See it."], 0)[0].text
    'Good. It was dark. It was long. See it.'
    """
    factory = check_order(order).factory
    if order.method in points():
        return cast(Augmenter, made_ready(order.method, lambda: _resolved(factory)(order)))
    return _resolved(factory)(order)


def _resolved(factory: str | Callable[[Order], Augmenter]) -> Callable[[Order], Augmenter]:
    if not isinstance(factory, str):
        return factory
    module, _, name = factory.partition(":")
    return cast("Callable[[Order], Augmenter]", getattr(importlib.import_module(module), name))

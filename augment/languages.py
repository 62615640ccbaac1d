"""Names and codes of languages, and which language texts are in."""

from __future__ import annotations

import copy
import re
import threading
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from augment.errors import InputError
from augment.language_table import TABLE

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

_ENTRIES: Final = [line.split("; ") for line in TABLE.strip().splitlines()]
_NAMES: Final = {entry[0].split()[0]: entry[1] for entry in _ENTRIES}


def _key(name: str) -> str:
    """Names compare without case, accents, spaces and hyphens."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c) and c not in " -_'’")


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    found: dict[str, str] = {}
    for head, name, *others in _ENTRIES:
        code, alternatives = head.split()
        for written in (code, *alternatives.split(","), name, *", ".join(others).split(", ")):
            if written:
                found.setdefault(_key(written), code)
    return found


#: A region, script or variant behind a code: ``pt_BR``, ``zh-Hans``, ``fra_Latn``.
_SUBTAG: Final = re.compile(r"([A-Za-z]{2,3})[-_][A-Za-z0-9_-]{2,}")


def language_code(name_or_code: str) -> str:
    """Give the code of a language named in any common way.

    Parameters
    ----------
    name_or_code
        ISO 639-1, -2 or -3 code in any case, with or without region or script, or the name in
        English, in the language itself or (for frequent languages) in French and Spanish.

    Returns
    -------
    str
        ISO 639-1 where there is one, else ISO 639-3.

    Raises
    ------
    InputError
        For an unknown language, with the closest known ones.

    Examples
    --------
    >>> [language_code(name) for name in ("French", "français", "fra", "fr_CA", "FR")]
    ['fr', 'fr', 'fr', 'fr', 'fr']
    """
    codes = _codes()
    given = name_or_code.strip()
    if (code := codes.get(_key(given))) is not None:
        return code
    if (match := _SUBTAG.fullmatch(given)) and (code := codes.get(match[1].lower())) is not None:
        return code
    close = dict.fromkeys(
        codes[key] for key in get_close_matches(_key(given), codes, n=4, cutoff=0.75)
    )
    hint = ", ".join(f"{code} ({_NAMES[code]})" for code in list(close)[:3])
    raise InputError(
        f"unknown language {name_or_code!r}; give an ISO code or a name, such as "
        + (hint or "fr, fra or French")
    )


def language_name(code: str) -> str:
    """English name of a language.

    Raises
    ------
    InputError
        For an unknown code.

    Examples
    --------
    >>> language_name("ca")
    'Catalan'
    """
    return _NAMES[language_code(code)]


def shown_language(code: str) -> str:
    """Give the English name of a language, or the code where there is none ("unclear").

    Examples
    --------
    >>> shown_language("fr"), shown_language("unclear")
    ('French', 'unclear')
    """
    try:
        return language_name(code)
    except InputError:
        return code


#: Our code where the identifier's label is another one.
_FROM_LABEL: Final = {"kik": "ki"}
_TO_LABEL: Final = {"ki": "kik", "nb": "no"}
_lock: Final = threading.Lock()
_loaded: dict[frozenset[str], LanguageIdentifier] = {}


def _identifier(labels: frozenset[str] = frozenset()) -> LanguageIdentifier:
    """Load the model once; restricted copies share its tables."""
    with _lock:
        if labels not in _loaded:
            if frozenset() not in _loaded:
                from augment.language_model import load_identifier

                _loaded[frozenset()] = load_identifier()
            if labels:
                limited = copy.copy(_loaded[frozenset()])
                limited.set_languages(labels)
                _loaded[labels] = limited
        return _loaded[labels]


def identifiable(code: str) -> bool:
    """Whether the identifier knows the language."""
    return _TO_LABEL.get(code, code) in _identifier().labels


def identify(text: str) -> tuple[str, float]:
    """Most probable language of one text.

    Parameters
    ----------
    text
        Any text; the longer, the surer.

    Returns
    -------
    tuple of str and float
        Code and probability, 0..1, among the 140 languages that the identifier knows. A text
        without letters has a probability near 0.

    Notes
    -----
    The model is loaded on first use, once per process; threads may share it.

    Examples
    --------
    >>> identify("Le film était vraiment très long et plutôt ennuyeux.")[0]
    'fr'
    """
    label, probability = _identifier().classify(text)
    return _FROM_LABEL.get(label, label), float(probability)


class Identifier:
    """Identifies one of a few languages, many times.

    Parameters
    ----------
    among
        Codes of languages; those that the identifier does not know are left out.
    """

    def __init__(self, among: Iterable[str]) -> None:
        self._wanted = {_TO_LABEL.get(code, code): code for code in among}
        known = frozenset(self._wanted) & frozenset(_identifier().labels)
        self._limited = _identifier(known) if known else None

    def identify(self, text: str) -> tuple[str, float]:
        """Most probable of the languages and its probability among them; ``("", 0)`` of none."""
        if self._limited is None:
            return "", 0.0
        label, probability = self._limited.classify(text)
        return self._wanted[label], float(probability)


#: What the identifier says of numbers and noise.
NO_LANGUAGE: Final = "zxx"
#: Fewer letters than these say too little of a language, whatever the identifier makes of them.
_ENOUGH_LETTERS: Final = 40
#: More of the letters than this share are in the language of the whole.
_ENOUGH_OF_THEM: Final = 0.6


@dataclass(frozen=True, slots=True)
class Guess:
    """Which language many texts are in.

    Parameters
    ----------
    language
        Code of the most frequent language; ``""`` where nothing reads as one.
    share
        Its share of the letters, 0..1.
    letters
        Letters looked at, those of noise included; a long text counts as one of 150.
    others
        The next languages with their shares, largest first, at most three.
    """

    language: str
    share: float
    letters: int
    others: tuple[tuple[str, float], ...] = ()

    @property
    def sure(self) -> bool:
        """Whether to rely on it: letters enough, and more than 60 % of them in that language."""
        return self.letters >= _ENOUGH_LETTERS and self.share > _ENOUGH_OF_THEM

    @property
    def doubt(self) -> str:
        """Why not to rely on it, where it is not sure."""
        if self.letters < _ENOUGH_LETTERS:
            return f"{self.letters} letters tell too little, {_ENOUGH_LETTERS} are wanted"
        if not self.language:
            return "it reads as noise"
        found = ((self.language, self.share), *self.others)
        shares = ", ".join(f"{share:.0%} {shown_language(code)}" for code, share in found)
        return f"it reads as {shares}; of one language more than {_ENOUGH_OF_THEM:.0%} are wanted"


_NOT_LANGUAGE: Final = re.compile(r"https?://\S+|<[^<>]{1,200}>|&\w{1,8};|[@#]\w+|\d+")
_CHUNK: Final = 300
#: From here on a text is looked at for itself, and its length gives it no more weight: one long
#: row among forty is one row.
_LONG: Final = _CHUNK // 2
_READ: Final = 500
_LOOKED_AT: Final = 200_000


def detect_language(texts: Sequence[str]) -> Guess:
    """Find the language of a column of texts.

    Short texts are joined to pieces of some 300 letters before they are looked at, since a line
    of three words is often taken for a neighbouring language. Links and markup are left out.

    Parameters
    ----------
    texts
        Texts, a sample is enough; the first 500 characters of each are looked at, and at most
        200,000 of all, from texts spread evenly.

    Returns
    -------
    Guess
        The language, its share, and whether to rely on it.

    Examples
    --------
    >>> detect_language(["Une belle histoire.", "Je me suis ennuyé du début à la fin."]).language
    'fr'
    """
    total = sum(min(len(text), _READ) for text in texts)
    step = max(1, -(-total // _LOOKED_AT))
    letters: Counter[str] = Counter()
    for piece, most in _pieces(texts[::step]):
        label, probability = identify(piece)
        if probability > 0.0:
            letters[label] += min(most, sum(map(str.isalpha, piece)))
    looked_at = letters.total()
    del letters[NO_LANGUAGE]
    if not letters:
        return Guess("", 0.0, looked_at)
    ranked = [(label, count / looked_at) for label, count in letters.most_common(4)]
    (language, share), *others = ranked
    return Guess(language, share, looked_at, tuple(others))


def _pieces(texts: Iterable[str]) -> Iterator[tuple[str, int]]:
    """Give what to look at, and for how many letters each piece counts at most."""
    waiting: list[str] = []
    size = 0
    for text in texts:
        plain = " ".join(_NOT_LANGUAGE.sub(" ", text[: 10 * _READ]).split())[:_READ]
        if not any(map(str.isalpha, plain)):
            continue
        if len(plain) >= _LONG:
            yield plain, _LONG
            continue
        waiting.append(plain)
        size += len(plain)
        if size >= _CHUNK:
            yield "\n".join(waiting), size
            waiting, size = [], 0
    if waiting:
        yield "\n".join(waiting), size


#: A text says its language by chance with fewer letters, or when the identifier is less sure.
_FEWEST_LETTERS: Final = 20
_SURE: Final = 0.9
_READ_OF_EACH: Final = 2000
#: Share of the texts in another language from which it is told.
_WORTH_A_NOTE: Final = 0.01


def language_shares(texts: Sequence[str], main: str) -> dict[str, float]:
    """Share of the texts that read clearly as each language.

    Parameters
    ----------
    texts
        A sample.
    main
        Language of the whole.

    Returns
    -------
    dict
        Code -> share, largest first; ``unclear`` are texts with next to no letters. A text too
        short to be sure of goes to the likeliest of the languages that are there for sure, and to
        `main` where that is not clear.

    Examples
    --------
    >>> language_shares(["Le film était vraiment très long et plutôt ennuyeux.", "ok", "!"], "fr")
    {'fr': 0.6667, 'unclear': 0.3333}
    """
    counts: Counter[str] = Counter()
    doubtful = []
    for text in texts:
        language, odds = identify(text[:_READ_OF_EACH])
        letters = sum(map(str.isalpha, text[:_READ_OF_EACH]))
        if letters >= _FEWEST_LETTERS and odds >= _SURE and language != NO_LANGUAGE:
            counts[language] += 1
        else:
            doubtful.append(text)
    # One clear text of a language may be a name or a quotation; two are a find.
    there = {name for name, count in counts.items() if count > 1} | {main} - {"", NO_LANGUAGE}
    alone = [name for name in counts if name not in there]
    counts[main if main in there else "unclear"] += sum(counts.pop(name) for name in alone)
    among = Identifier(there) if there else None
    for text in doubtful:
        letters = sum(map(str.isalpha, text[:_READ_OF_EACH]))
        known = among is not None and letters > 1
        of_these, odds = among.identify(text[:_READ_OF_EACH]) if among and known else ("", 0.0)
        if of_these and odds < _SURE and main in there:
            of_these = main
        counts[of_these or "unclear"] += 1
    return {name: round(count / len(texts), 4) for name, count in counts.most_common() if count}


def other_languages(shares: Mapping[str, float], main: str) -> dict[str, float]:
    """Pick the languages besides the main one that a reader should hear of: a hundredth and more.

    >>> other_languages({"fr": 0.9, "en": 0.06, "unclear": 0.035, "es": 0.005}, "fr")
    {'en': 0.06}
    """
    known = (main, "unclear")
    return {code: n for code, n in shares.items() if code not in known and n >= _WORTH_A_NOTE}

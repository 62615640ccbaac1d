"""Test doubles for code that uses this package: engines that need nothing and cannot fail unasked.

>>> engine = FakeEngine({("en", "es"), ("es", "en")}, lambda source, target, text: text.upper())
>>> engine.open("en", "es").translate(["good film"])
[Translation(text='GOOD FILM', marks=(), error='')]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from augment.errors import PairError
from augment.records import Translation

Translate = Callable[[str, str, str], str]


def swap_words(source: str, target: str, text: str) -> str:
    """Translate by rule: every word gets the target's code in front, or loses the source's.

    A round trip gives the text back with its first two words exchanged, so that it is a paraphrase
    whose origin can be read off.

    >>> there = swap_words("en", "es", "a good film")
    >>> there, swap_words("es", "en", there)
    ('es_a es_good es_film', 'good a film')
    """
    prefix = f"{source}_"
    words = text.split(" ")
    if any(word.startswith(prefix) for word in words):
        back = [word.removeprefix(prefix) for word in words]
        return " ".join([*back[1::-1], *back[2:]])
    return " ".join(f"{target}_{word}" for word in words)


class FakeTranslator:
    """One direction that applies a function; counts what it was asked.

    Parameters
    ----------
    identity
        As in `augment.translators.Translator`.
    function
        Makes a translation of a text. What it raises becomes the error of that text.
    window
        Texts taken at once.

    Attributes
    ----------
    seen
        Every text that was asked for, in order.
    """

    def __init__(self, identity: str, function: Callable[[str], str], *, window: int = 8) -> None:
        self.identity = identity
        self.function = function
        self.window = window
        self.seen: list[str] = []
        self.closed = False

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Apply the function to every text."""
        self.seen.extend(texts)
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Translation:
        try:
            return Translation(self.function(text))
        except Exception as error:
            return Translation("", error=f"{type(error).__name__}: {error}")

    def close(self) -> None:
        """Note that it was closed."""
        self.closed = True


class FakeEngine:
    """An engine over a function of (source, target, text).

    Parameters
    ----------
    pairs
        Directed pairs of language codes.
    function
        Makes a translation; `swap_words` by default.
    name, host
        As in `augment.translators.Engine`; a host makes it an online one.
    window
        Texts taken at once.
    """

    def __init__(
        self,
        pairs: Iterable[tuple[str, str]],
        function: Translate = swap_words,
        *,
        name: str = "fake",
        host: str = "",
        window: int = 8,
    ) -> None:
        self.name = name
        self.window = window
        self.host = host
        self.function = function
        self._pairs = frozenset(pairs)
        self.opened: list[FakeTranslator] = []

    def pairs(self) -> frozenset[tuple[str, str]]:
        """Give the pairs it was made with."""
        return self._pairs

    def open(self, source: str, target: str) -> FakeTranslator:
        """Open one direction."""
        if (source, target) not in self._pairs:
            raise PairError(f"{self.name} has no pair {source} → {target}")
        translator = FakeTranslator(
            f"{self.name}:{source}-{target}@1",
            lambda text: self.function(source, target, text),
            window=self.window,
        )
        self.opened.append(translator)
        return translator

    def how_to_get(self, source: str, target: str) -> str:
        """Nothing to install."""
        return ""

"""Easy data augmentation: synonym replacement, random insertion, random swap, random deletion.

The number of words that change is n = alpha * l for a text of l words, at least one; deletion
leaves each word out with probability alpha (alpha is the option ``strength``, 0.1 by default as
the paper recommends). A text's variants go through the four operations in turn, from one that the
seed chooses, as the paper makes a quarter of its texts with each. Signs, spaces, case, numbers and
addresses stay, where the paper's program takes them out.

References
----------
J. Wei and K. Zou, "EDA: Easy Data Augmentation Techniques for Boosting Performance on Text
Classification Tasks", EMNLP-IJCNLP 2019.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from augment._version import __version__
from augment.augmenters import Order
from augment.augmenters.frame import Frame
from augment.augmenters.grammar import fixed, grammar_words
from augment.augmenters.seeding import draw_seed
from augment.augmenters.thesaurus import Thesaurus, find_thesaurus, how_to_get
from augment.errors import InputError
from augment.records import Translation

ALPHA: Final = 0.1
_Operation = Callable[["Eda", Frame, random.Random], "list[str | None]"]


class Eda:
    """The four operations, or the first alone.

    Parameters
    ----------
    order
        What is asked for.
    thesaurus
        Where synonyms come from; without one, swap and deletion are left of the four.
    """

    window = 256
    costly = False

    def __init__(self, order: Order, thesaurus: Thesaurus | None) -> None:
        self.order = order
        self.thesaurus = thesaurus
        self.alpha = order.strength or ALPHA
        self.operations = _OPERATIONS[order.method] if thesaurus else _WITHOUT_SYNONYMS
        source = f"+{thesaurus.name}" if thesaurus else ""
        self.engine = f"{order.method}@{__version__}{source}"
        self.identity = (
            f"{self.engine}:{order.language}#alpha{self.alpha:g},seed{order.seed},"
            f"{'+'.join(self.operations)}"
        )
        self._fixed = partial(fixed, language=order.language)
        self._kept = grammar_words(order.language)

    def augment(self, texts: Sequence[str], variant: int) -> list[Translation]:
        """Make one text of each; one without a word that can change comes back as it is."""
        return [Translation(self._one(text, variant)) for text in texts]

    def _one(self, text: str, variant: int) -> str:
        frame = Frame(text, self._fixed)
        if not frame.words:
            return text
        # Which operation comes first is the text's; its variants then take their turns.
        first = draw_seed(self.order.seed, self.order.method, 0, text)
        drawn = random.Random(draw_seed(self.order.seed, self.order.method, variant, text))
        for turn in range(len(self.operations)):
            name = self.operations[(first + variant + turn) % len(self.operations)]
            words = _APPLY[name](self, frame, drawn)
            if words != frame.words:
                return frame.text(words)
        return text

    def count(self, words: Sequence[str]) -> int:
        """Words to change, n = alpha * l and at least one."""
        return max(1, int(self.alpha * len(words)))

    def replaceable(self, frame: Frame) -> list[int]:
        """Places of the content words that have a synonym."""
        assert self.thesaurus is not None
        return [
            at
            for at, word in enumerate(frame.words)
            if len(word) >= 4
            and word.lower() not in self._kept
            and not frame.is_name(at)
            and self.thesaurus.synonyms(word)
        ]

    def synonym(self, word: str, drawn: random.Random) -> str:
        """Draw a synonym, in the case of the word."""
        assert self.thesaurus is not None
        found = drawn.choice(self.thesaurus.synonyms(word))
        if word.isupper():
            return found.upper()
        return found.capitalize() if word[0].isupper() else found

    def notes(self) -> Iterable[str]:
        """Say which operations are left where there is no thesaurus."""
        if self.thesaurus is None:
            yield (
                f"method {self.order.method}: {how_to_get(self.order.language)}; until then "
                "random swap and deletion alone, which leave no sentences"
            )

    def close(self) -> None:
        """Nothing is held open."""


def _replace(eda: Eda, frame: Frame, drawn: random.Random) -> list[str | None]:
    """Put synonyms in the place of n words."""
    words = frame.words
    out: list[str | None] = list(words)
    places = eda.replaceable(frame)
    for at in drawn.sample(places, min(len(places), eda.count(words))):
        out[at] = eda.synonym(words[at], drawn)
    return out


def _insert(eda: Eda, frame: Frame, drawn: random.Random) -> list[str | None]:
    """Put n synonyms of words of the text at random places of it."""
    words = frame.words
    out: list[str | None] = list(words)
    places = eda.replaceable(frame)
    for at in drawn.choices(places, k=eda.count(words)) if places else ():
        beside = drawn.randrange(len(words))
        new = eda.synonym(words[at].lower(), drawn)
        out[beside] = f"{out[beside]} {new}"
    return out


def _swap(eda: Eda, frame: Frame, drawn: random.Random) -> list[str | None]:
    """Exchange two words, n times; the text still starts as it did, with a capital or not."""
    words = frame.words
    out = list(words)
    if len(out) < 2:
        return list(out)
    for _ in range(eda.count(words)):
        one, other = drawn.sample(range(len(out)), 2)
        out[one], out[other] = out[other], out[one]
    return list(out)


def _delete(eda: Eda, frame: Frame, drawn: random.Random) -> list[str | None]:
    """Leave each word out with probability alpha; at least one goes, and one stays."""
    words = frame.words
    gone = [drawn.random() < eda.alpha for _ in words]
    if all(gone):
        gone[drawn.randrange(len(words))] = False
    return [None if out else word for word, out in zip(words, gone, strict=True)]


_APPLY: Final[dict[str, _Operation]] = {
    "synonyms": _replace,
    "insertion": _insert,
    "swap": _swap,
    "deletion": _delete,
}
_OPERATIONS: Final = {"eda": tuple(_APPLY), "synonym": ("synonyms",)}
_WITHOUT_SYNONYMS: Final = ("swap", "deletion")


def eda(order: Order) -> Eda:
    """Make the four operations ready."""
    return Eda(order, find_thesaurus(order.language))


def synonym(order: Order) -> Eda:
    """Make synonym replacement ready.

    Raises
    ------
    InputError
        When this machine has no thesaurus of the language; the message says how to get it.
    """
    thesaurus = find_thesaurus(order.language)
    if thesaurus is None:
        raise InputError(f"method 'synonym': {how_to_get(order.language)}")
    return Eda(order, thesaurus)

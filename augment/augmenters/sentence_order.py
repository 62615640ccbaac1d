"""Mixes of the sentences of a longer text: another order, or some left out.

The first and the last sentence stay where they are. Reviews and articles say there what they are
about and how they judge it, so with them the label stays. Sentences are never taken from another
row: a text made of two originals would belong to both sides of a split between them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from augment._version import __version__
from augment.augmenters import Order
from augment.augmenters.seeding import draw_seed
from augment.records import Translation
from augment.segments import cut, sentences

#: Sentences that a text must have: one between the first and the last to drop, two to exchange.
FEWEST: Final = {"sentence-drop": 3, "sentence-shuffle": 4}
_STRENGTH: Final = 0.25

_Mix = Callable[[list[str], random.Random, float], list[str]]


class SentenceOrder:
    """One mix of sentences; a text of too few comes back as it is, and counts as unchanged.

    Parameters
    ----------
    order
        What is asked for.
    mix
        Takes the sentences between the first and the last, and gives others.
    """

    window = 256
    costly = False

    def __init__(self, order: Order, mix: _Mix) -> None:
        self.order = order
        self.strength = order.strength or _STRENGTH
        self.engine = f"{order.method}@{__version__}"
        self.identity = f"{self.engine}#strength{self.strength:g},seed{order.seed}"
        self.fewest = FEWEST[order.method]
        self._mix = mix

    def augment(self, texts: Sequence[str], variant: int) -> list[Translation]:
        """Make one text of each."""
        return [Translation(self._one(text, variant)) for text in texts]

    def _one(self, text: str, variant: int) -> str:
        pieces = cut(text, max_chars=1_000_000)
        if len(pieces.pieces) > 1:  # lines: sentences are mixed across them, the breaks are not
            parts = [
                f"{sentence.strip()} " for piece in pieces.pieces for sentence in sentences(piece)
            ]
        else:
            parts = sentences(text)
        if len(parts) < self.fewest:
            return text
        drawn = random.Random(draw_seed(self.order.seed, self.order.method, variant, text))
        # A last inner sentence may have lost its space to a line break: each brings its own.
        inner = [part if part[-1:].isspace() else f"{part} " for part in parts[1:-1]]
        mixed = self._mix(inner, drawn, self.strength)
        return "".join([parts[0], *mixed, parts[-1]]).strip()

    def notes(self) -> Iterable[str]:
        """Say which texts have nothing to give."""
        yield (
            f"method {self.order.method}: texts of fewer than {self.fewest} sentences give nothing"
        )

    def close(self) -> None:
        """Nothing is held open."""


def _shuffled(inner: list[str], drawn: random.Random, strength: float) -> list[str]:
    """Another order of the sentences; where there is one, never the same."""
    mixed = inner[:]
    for _ in range(8):
        drawn.shuffle(mixed)
        if mixed != inner:
            break
    return mixed


def _dropped(inner: list[str], drawn: random.Random, strength: float) -> list[str]:
    """Leave out a share of the sentences, at least one."""
    n_gone = max(1, round(strength * len(inner)))
    gone = set(drawn.sample(range(len(inner)), n_gone))
    return [sentence for at, sentence in enumerate(inner) if at not in gone]


def shuffle(order: Order) -> SentenceOrder:
    """Another order of the sentences between the first and the last."""
    return SentenceOrder(order, _shuffled)


def drop(order: Order) -> SentenceOrder:
    """Sentences between the first and the last left out."""
    return SentenceOrder(order, _dropped)

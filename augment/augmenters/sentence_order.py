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

#: A sentence behind the number of its line.
_Placed = tuple[int, str]
_Mix = Callable[[list[_Placed], random.Random, float], list[_Placed]]


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
        pieces = cut(text, max_chars=len(text) + 1)
        # Each sentence with the line that it stands in: lines and blank lines stay.
        placed = [
            (line, sentence.strip())
            for line, piece in enumerate(pieces.pieces)
            for sentence in sentences(piece)
        ]
        if len(placed) < self.fewest:
            return text
        drawn = random.Random(draw_seed(self.order.seed, self.order.method, variant, text))
        mixed = [placed[0], *self._mix(placed[1:-1], drawn, self.strength), placed[-1]]
        lines: dict[int, list[str]] = {}
        for line, sentence in mixed:
            lines.setdefault(line, []).append(sentence)
        out = [pieces.glue[0]]
        for line, glue in enumerate(pieces.glue[1:]):
            if line in lines:
                out += [" ".join(lines[line]), glue]
        return "".join(out)

    def notes(self) -> Iterable[str]:
        """Say which texts have nothing to give."""
        yield (
            f"method {self.order.method}: texts of fewer than {self.fewest} sentences give nothing"
        )

    def close(self) -> None:
        """Nothing is held open."""


def _shuffled(inner: list[_Placed], drawn: random.Random, strength: float) -> list[_Placed]:
    """Another order of the sentences in the same places; where there is one, never the same."""
    mixed = [sentence for _, sentence in inner]
    before = mixed[:]
    for _ in range(8):
        drawn.shuffle(mixed)
        if mixed != before:
            break
    return [(line, sentence) for (line, _), sentence in zip(inner, mixed, strict=True)]


def _dropped(inner: list[_Placed], drawn: random.Random, strength: float) -> list[_Placed]:
    """Leave out a share of the sentences, at least one."""
    n_gone = max(1, round(strength * len(inner)))
    gone = set(drawn.sample(range(len(inner)), n_gone))
    return [one for at, one in enumerate(inner) if at not in gone]


def shuffle(order: Order) -> SentenceOrder:
    """Another order of the sentences between the first and the last."""
    return SentenceOrder(order, _shuffled)


def drop(order: Order) -> SentenceOrder:
    """Sentences between the first and the last left out."""
    return SentenceOrder(order, _dropped)

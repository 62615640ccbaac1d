"""A character n-gram model in fixed memory, scored over batches of texts.

A leaf: numpy is loaded here, and nothing imports this at its top.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from augment.tokens import folded_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Longest n-gram.
ORDER: Final = 5
_BITS: Final = 20
_MASK: Final = (1 << _BITS) - 1
#: Weight of the shorter n-gram, in counts.
_DISCOUNT: Final = 4.0
_LONGEST: Final = 1000
#: Pairs scored at once: what is worked on stays in the processor's cache.
_BLOCK: Final = 64
_SLOT_BITS: Final = 16
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)


class CharacterModel:
    """Counts of character n-grams, hashed into tables of fixed size.

    Notes
    -----
    The probability of a character is interpolated over n-grams of length 1 to 5, each order
    weighing the shorter one with four counts. Tables take 20 MiB however many texts are added;
    collisions make rare n-grams look a little more frequent.

    References
    ----------
    Chen and Goodman, An Empirical Study of Smoothing Techniques for Language Modeling, 1999
    (Jelinek-Mercer interpolation with additive weights).
    """

    def __init__(self) -> None:
        self.tables = [np.zeros(1 << _BITS, dtype=np.int32) for _ in range(ORDER)]
        self.characters = 0
        slots = 1 << _SLOT_BITS
        self._scratch = np.zeros(slots, dtype=np.int64), np.zeros(slots, dtype=bool)

    def add(self, texts: Sequence[str]) -> None:
        """Count the n-grams of texts."""
        codes, _, places = _codes(texts)
        self.characters += len(codes)
        for order, (table, hashes) in enumerate(zip(self.tables, _hashes(codes), strict=True)):
            np.add.at(table, hashes[places >= order], 1)

    def score(self, texts: Sequence[str], originals: Sequence[str]) -> NDArray[np.float64]:
        """Mean log probability of a character of each text and of its original, nats.

        Parameters
        ----------
        texts
            What is judged.
        originals
            For each text one that was added; its own counts are taken out for both.

        Returns
        -------
        ndarray, float64, (2, n_texts)
            Of the texts and of the originals; 0 and below, 0 for one without words.
        """
        blocks = [
            self._score(texts[at : at + _BLOCK], originals[at : at + _BLOCK])
            for at in range(0, len(texts), _BLOCK)
        ]
        return np.concatenate(blocks, axis=1) if blocks else np.zeros((2, 0))

    def _score(self, texts: Sequence[str], originals: Sequence[str]) -> NDArray[np.float64]:
        codes, rows, places = _codes([*texts, *originals])
        first = int(np.searchsorted(rows, len(texts)))  # where the originals begin
        pairs = rows % len(texts)
        hashes = _hashes(codes)
        # The context of an n-gram is the shorter n-gram that ends one place before.
        context = np.full(len(codes), float(self.characters))
        chance = np.full(len(codes), 1.0 / 64)
        for order in range(ORDER):
            keys = (pairs << _BITS) | hashes[order]
            own = _own_counts(keys, first, places[first:] >= order, self._scratch)
            left = (self.tables[order][hashes[order]] - own).astype(np.float64)
            np.maximum(context, 0, out=context)
            chance *= _DISCOUNT
            chance += np.clip(left, 0, context)
            context += _DISCOUNT
            chance /= context
            context[1:] = left[:-1]
            context[0] = 0
        # The padding in front is context; n-grams that end in it reach into the text before.
        inside = places >= ORDER - 1
        logs = np.log(np.maximum(chance[inside], 1e-9))
        rows = rows[inside]
        counts = np.bincount(rows, minlength=2 * len(texts))
        sums = np.bincount(rows, weights=logs, minlength=2 * len(texts))
        scores: NDArray[np.float64] = sums / np.maximum(counts, 1)
        return scores.reshape(2, len(texts))


def _codes(
    texts: Sequence[str],
) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """Code points of all texts in one row, the text that each belongs to, and its place there."""
    plain = [f"\x02\x02\x02\x02 {' '.join(folded_words(text))[:_LONGEST]} \x03" for text in texts]
    raw = "".join(plain).encode("utf-32-le", "surrogatepass")
    lengths = np.array([len(text) for text in plain], dtype=np.int64)
    starts = np.repeat(np.cumsum(lengths) - lengths, lengths)
    codes = np.frombuffer(raw, dtype="<u4").astype(np.uint64)
    return codes, np.repeat(np.arange(len(texts)), lengths), np.arange(len(codes)) - starts


def _hashes(codes: NDArray[np.uint64]) -> list[NDArray[np.int64]]:
    """For each order, the hashed n-gram that ends at each character."""
    found = []
    rolling = np.zeros(len(codes), dtype=np.uint64)
    for order in range(ORDER):
        shifted = np.zeros_like(codes)
        shifted[order:] = codes[: len(codes) - order]
        rolling = (rolling + shifted + np.uint64(order + 1)) * _FACTOR
        rolling ^= rolling >> np.uint64(29)
        found.append(((rolling * _FACTOR) >> np.uint64(64 - _BITS)).astype(np.int64) & _MASK)
    return found


def _own_counts(
    keys: NDArray[np.int64],
    first: int,
    counted: NDArray[np.bool_],
    scratch: tuple[NDArray[np.int64], NDArray[np.bool_]],
) -> NDArray[np.int64]:
    """How often each n-gram stands in the text that is left out.

    `keys` name n-gram and pair; those from `first` on are of the texts that are left out, and of
    them `counted` tells which count. A table of slots finds almost every key at once; the few that
    share a slot with another are looked up one by one.
    """
    slots = ((keys.astype(np.uint64) * _FACTOR) >> np.uint64(64 - _SLOT_BITS)).astype(np.int64)
    own, own_slots = keys[first:][counted], slots[first:][counted]
    holder, contested = scratch  # whatever they hold of earlier keys is written over or not asked
    holder[slots] = -1
    holder[own_slots] = own
    held = holder[own_slots] == own
    counts = np.bincount(own_slots[held], minlength=1 << _SLOT_BITS)
    # A key that holds no slot counts nothing there; whatever its slot counts is of another.
    found: NDArray[np.int64] = counts[slots] * (holder[slots] == keys)
    if not held.all():
        others, times = np.unique(own[~held], return_counts=True)
        contested[slots] = False
        contested[own_slots[~held]] = True
        asked = np.flatnonzero(contested[slots])
        at = np.minimum(np.searchsorted(others, keys[asked]), len(others) - 1)
        found[asked] += times[at] * (others[at] == keys[asked])
    return found

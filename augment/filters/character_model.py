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

    def add(self, texts: Sequence[str]) -> None:
        """Count the n-grams of texts."""
        codes, _, places = _codes(texts)
        self.characters += len(codes)
        for order, (table, hashes) in enumerate(zip(self.tables, _hashes(codes), strict=True)):
            np.add.at(table, hashes[places >= order], 1)

    def score(self, texts: Sequence[str], without: Sequence[str]) -> NDArray[np.float64]:
        """Mean log probability of a character of each text, nats.

        Parameters
        ----------
        texts
            What is judged.
        without
            For each text one that was added, whose own counts are taken out first.

        Returns
        -------
        ndarray, float64, (n_texts,)
            0 and below; 0 for a text without words.
        """
        codes, rows, places = _codes(texts)
        own_codes, own_rows, own_places = _codes(without)
        left = []
        for order, (table, hashes, own) in enumerate(
            zip(self.tables, _hashes(codes), _hashes(own_codes), strict=True)
        ):
            inside = own_places >= order
            left.append(table[hashes] - _own_counts(rows, hashes, own_rows[inside], own[inside]))
        total = self.characters
        chance = np.full(len(codes), 1.0 / 64)
        for order in range(ORDER):
            # The context of an n-gram is the shorter n-gram that ends one place before.
            context = np.full(len(codes), float(total))
            if order:
                context[1:] = left[order - 1][:-1]
                context[0] = 0
            weight = np.maximum(context, 0) + _DISCOUNT
            chance = (np.clip(left[order], 0, np.maximum(context, 0)) + _DISCOUNT * chance) / weight
        # The padding in front is context; n-grams that end in it reach into the text before.
        logs = np.log(np.maximum(chance, 1e-9))[places >= ORDER - 1]
        rows = rows[places >= ORDER - 1]
        counts = np.bincount(rows, minlength=len(texts))
        sums = np.bincount(rows, weights=logs, minlength=len(texts))
        scores: NDArray[np.float64] = sums / np.maximum(counts, 1)
        return scores


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
    rows: NDArray[np.int64],
    hashes: NDArray[np.int64],
    own_rows: NDArray[np.int64],
    own: NDArray[np.int64],
) -> NDArray[np.int64]:
    """How often each n-gram stands in the text that is left out."""
    keys, counts = np.unique((own_rows << _BITS) | own, return_counts=True)
    wanted = (rows << _BITS) | hashes
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[at] == wanted, counts[at], 0)

"""Drawing translations word by word, with a chance that belongs to the text alone.

CTranslate2 can draw by itself, but from one stream of random numbers for each of its threads: what
a text gets would depend on the texts beside it. Here the chance of a word is a number made of the
seed, the text, the variant and the place of the word, so batch size, order and workers change
nothing.

The engine writes the most probable continuation and reports its scores at every place. From the
first place on, the word that the chance picks is compared with the one written: as long as they are
the same, the text stands; where they differ, the picked word is put and the engine continues from
there. The result is a true draw from the model, as if every word had been drawn in turn, for some
four to eight decodings a text. The idea of checking a draft against the wanted distribution is that
of speculative sampling.

References
----------
Leviathan, Kalman and Matias, "Fast Inference from Transformers via Speculative Decoding", ICML
2023.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from augment.decoding import Decoding
from augment.translators.subwords import END

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Continues texts: (sources, beginnings, longest) -> (tokens with the beginning, scores of each).
Continue = Callable[
    [Sequence[Sequence[str]], Sequence[Sequence[str]], int], Sequence[tuple[list[str], list[Any]]]
]
#: Most bytes of scores at once.
SCORES: Final = 1 << 28


@dataclass(slots=True)
class _Draw:
    source: Sequence[str]
    key: bytes
    tokens: list[str]
    done: bool = False


def draw(
    sources: Sequence[Sequence[str]],
    go_on: Continue,
    *,
    decoding: Decoding,
    tokens: Sequence[str],
    prefix: Sequence[str] = (),
    longest: int,
    banned: Sequence[str] = ("<unk>", "<pad>", "<s>"),
) -> list[list[str]]:
    """Draw one translation of every source.

    Parameters
    ----------
    sources
        Tokens of each text; different ones.
    go_on
        The engine.
    decoding
        Temperature, `top_k`, seed and variant.
    tokens
        The model's tokens in the order of their scores.
    prefix
        Tokens with which every translation starts.
    longest
        Tokens after which a text is given up; it then has no end token.
    banned
        Tokens that are never drawn.

    Returns
    -------
    list of list of str
        Tokens of every translation, with its prefix and, where it ended, its end token.
    """
    shut = np.array([n for n, token in enumerate(tokens) if token in banned], dtype=np.int64)
    draws = [_Draw(source, _key(source, decoding), list(prefix)) for source in sources]
    while waiting := [one for one in draws if not one.done]:
        written = go_on([d.source for d in waiting], [d.tokens for d in waiting], longest)
        for one, (text, scores) in zip(waiting, written, strict=True):
            _follow(one, text, scores, decoding, tokens, shut, longest)
    return [one.tokens for one in draws]


def _follow(
    one: _Draw,
    text: Sequence[str],
    scores: Sequence[Any],
    decoding: Decoding,
    tokens: Sequence[str],
    shut: NDArray[np.int64],
    longest: int,
) -> None:
    """Take over what was written as far as the draw agrees, and the first word that differs."""
    start = len(one.tokens)
    for place in range(start, len(text)):
        picked = tokens[_pick(np.asarray(scores[place]), one.key, place, decoding, shut)]
        one.tokens.append(picked)
        if picked == END:
            one.done = True
            return
        if len(one.tokens) >= longest:
            one.done = True
            return
        if picked != text[place]:
            return
    if len(one.tokens) == start:  # the engine wrote nothing more: there is nothing to draw
        one.done = True


def _pick(
    scores: NDArray[np.float32], key: bytes, place: int, decoding: Decoding, shut: NDArray[np.int64]
) -> int:
    """Give the number of the token that the chance of this place picks."""
    values = scores.astype(np.float64).ravel()
    values[shut] = -np.inf
    among = np.arange(len(values))
    if decoding.top_k and decoding.top_k < len(values):
        # In the order of their numbers: which of two equal scores stands first must not matter.
        among = np.sort(np.argpartition(values, -decoding.top_k)[-decoding.top_k :])
    chances = np.exp((values[among] - values[among].max()) / decoding.temperature)
    heap = np.cumsum(chances)
    return int(among[min(np.searchsorted(heap, _chance(key, place) * heap[-1]), len(among) - 1)])


def _key(source: Sequence[str], decoding: Decoding) -> bytes:
    text = f"{decoding.seed}\0{decoding.variant}\0" + "\0".join(source)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _chance(key: bytes, place: int) -> float:
    """Evenly spread number, 0 to 1 (excluded), that belongs to a text and a place."""
    digest = hashlib.blake2b(place.to_bytes(4, "big"), key=key, digest_size=7).digest()
    return float(int.from_bytes(digest, "big") >> 3) / float(1 << 53)

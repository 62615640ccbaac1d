"""Where two texts differ, word by word, for people who compare them."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from rapidfuzz.distance import Indel

from augment.tokens import words

#: Longest texts, in words and marks, that are aligned; of longer ones only the ends are compared.
MOST_ALIGNED: Final = 4000
_MARK: Final = re.compile(r"\S")


class Piece(NamedTuple):
    """A stretch of a text, and whether the other text lacks it."""

    changed: bool
    text: str


def differences(original: str, text: str) -> tuple[list[Piece], list[Piece]]:
    """Cut two texts into stretches that they share and stretches that they do not.

    Words are compared as they are written, punctuation mark by mark, and white space not at all.
    What is shared is the longest common subsequence.

    Parameters
    ----------
    original, text
        Any two texts. Beyond 4,000 words, what lies between a shared start and a shared end
        counts as changed.

    Returns
    -------
    (list of Piece, list of Piece)
        The pieces of each text, which put together give it back.

    Examples
    --------
    >>> left, right = differences("A good film.", "A fine film, really.")
    >>> "".join(f"[{text}]" if changed else text for changed, text in left)
    'A [good] film.'
    >>> "".join(f"[{text}]" if changed else text for changed, text in right)
    'A [fine] film[, really].'
    """
    left, right = _spans(original), _spans(text)
    left_words = [original[start:end] for start, end in left]
    right_words = [text[start:end] for start, end in right]
    left_changed, right_changed = [True] * len(left), [True] * len(right)
    for left_at, right_at, length in _shared(left_words, right_words):
        left_changed[left_at : left_at + length] = [False] * length
        right_changed[right_at : right_at + length] = [False] * length
    return _pieces(original, left, left_changed), _pieces(text, right, right_changed)


def _spans(text: str) -> list[tuple[int, int]]:
    """Places of the words and of every mark between them."""
    spans: list[tuple[int, int]] = []
    at = 0
    for word in words(text):
        start = text.index(word, at)
        spans += [mark.span() for mark in _MARK.finditer(text, at, start)]
        at = start + len(word)
        spans.append((start, at))
    return spans + [mark.span() for mark in _MARK.finditer(text, at)]


def _shared(left: list[str], right: list[str]) -> list[tuple[int, int, int]]:
    """Stretches that stand in both: where in each, and how long."""
    if max(len(left), len(right)) <= MOST_ALIGNED:
        return [
            (step.src_start, step.dest_start, step.src_end - step.src_start)
            for step in Indel.opcodes(left, right)
            if step.tag == "equal"
        ]
    shorter = min(len(left), len(right))
    start = 0
    while start < shorter and left[start] == right[start]:
        start += 1
    end = 0
    while end < shorter - start and left[-1 - end] == right[-1 - end]:
        end += 1
    return [(0, 0, start), (len(left) - end, len(right) - end, end)]


def _pieces(text: str, spans: list[tuple[int, int]], changed: list[bool]) -> list[Piece]:
    """Join neighbours of a kind; the white space around a changed stretch is not part of it."""
    pieces: list[Piece] = []
    at = 0
    index = 0
    while index < len(spans):
        first = index
        while index < len(spans) and changed[index] == changed[first]:
            index += 1
        if not changed[first]:
            continue
        start, end = spans[first][0], spans[index - 1][1]
        if start > at:
            pieces.append(Piece(False, text[at:start]))
        pieces.append(Piece(True, text[start:end]))
        at = end
    if at < len(text):
        pieces.append(Piece(False, text[at:]))
    return pieces

"""Which words mattered for a class: each is left out in turn, and the model asked again."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from augment.errors import InputError
from augment.tokens import word_places

if TYPE_CHECKING:
    from augment.train.predictor import Prediction, Predictor, Text

FloatArray = npt.NDArray[np.float64]
Place = tuple[int, int, int]
#: A part of a text that is read: the side it belongs to, where it begins there, and its text.
Part = tuple[int, int, str]

#: Texts that the model is asked about at most, unless the caller says otherwise.
MAX_TEXTS: Final = 128
#: Belong to the emoji before them.
_JOINERS: Final = "\u200d\ufe0e\ufe0f"


@dataclass(frozen=True, slots=True)
class Effect:
    """What leaving out one stretch of a text does to the class.

    Parameters
    ----------
    side
        0, or 1 for the second text of a pair.
    start, end
        Where it stands: ``sides[side][start:end]``.
    weight
        How far the log-odds of the class fall without it: above 0 it speaks for the class,
        below 0 against it.
    without
        Probability of the class without it, 0..1.
    """

    side: int
    start: int
    end: int
    weight: float
    without: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A prediction, and what every part of the text did for one class.

    Parameters
    ----------
    sides
        The text, or both of a pair.
    prediction
        What the model says about them.
    label
        The class that is explained.
    probability
        Its probability, 0..1.
    effects
        Of every stretch that was left out, in the order of the text; empty for a text without
        words.
    words_each
        Words of a stretch: 1, and more where one by one would take too many passes.
    unread
        Of each side, where the part begins and ends that the model does not read; both are the end
        of a text that it reads whole.
    """

    sides: tuple[str, ...]
    prediction: Prediction
    label: str
    probability: float
    effects: tuple[Effect, ...]
    words_each: int
    unread: tuple[tuple[int, int], ...]

    def text_of(self, effect: Effect) -> str:
        """Give the stretch of an effect as it is written."""
        return self.sides[effect.side][effect.start : effect.end]

    def strongest(self, most: int) -> list[Effect]:
        """Give the effects that moved the class farthest, in either direction, strongest first."""
        return sorted(self.effects, key=lambda effect: -abs(effect.weight))[:most]


def explain(
    predictor: Predictor, text: Text, *, label: str | None = None, max_texts: int = MAX_TEXTS
) -> Explanation:
    """Say which words of a text mattered for its class, by leaving them out.

    Parameters
    ----------
    predictor
        The model.
    text
        A text, or both sides of a pair.
    label
        The class to explain; the predicted one by default.
    max_texts
        Most texts that the model is asked about beside the text itself, 1 or more. Where there
        are more words, stretches of as many words as needed are left out together (of a pair,
        at least one on each side).

    Returns
    -------
    Explanation
        An effect per word; emoji and their like count as words, and in scripts without spaces
        each character is one.

    Raises
    ------
    InputError
        For something else than a text or a pair, as the model was trained, for an unknown class,
        and for `max_texts` below 1.

    Notes
    -----
    Occlusion (Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks"), on
    words as in Li, Monroe and Jurafsky 2016, "Understanding neural networks through
    representation erasure": what the class loses in log-odds when a word is gone. Log-odds tell
    effects apart where probabilities are all near 1. Of two words that say the same, neither is
    missed much: effects are those of single stretches, and do not add up.

    Examples
    --------
    >>> explain(predictor, "a waste of time").strongest(1)  # doctest: +SKIP
    [Effect(side=0, start=2, end=7, weight=2.31, without=0.41)]
    """
    from augment.train.predictor import as_sides, prediction_of

    if max_texts < 1:
        raise InputError(f"max_texts={max_texts}: at least 1 is wanted")
    if label is not None and label not in predictor.labels:
        raise InputError(f"label={label!r} is no class of {predictor.name} ({_all(predictor)})")
    [sides] = as_sides([text])
    unread = predictor.unread(sides)
    # Without what is cut out, or leaving a word out would let in another one from there.
    parts = [
        part
        for number, (side, (begin, end)) in enumerate(zip(sides, unread, strict=True))
        for part in ((number, 0, side[:begin]), (number, end, side[end:]))
    ]
    seen = _joined([text for _, _, text in parts])
    stretches, words_each = _stretches(parts, max_texts)
    whole = [sides] if seen == sides else [sides, seen]
    found = predictor.predict_proba([*whole, *(_without(parts, place) for place in stretches)])
    prediction = prediction_of(predictor.labels, found[0])
    at = predictor.labels.index(prediction.label if label is None else label)
    odds = _log_odds(found, at)
    base, first = len(whole) - 1, len(whole)
    return Explanation(
        sides=sides,
        prediction=prediction,
        label=predictor.labels[at],
        probability=float(found[0, at]),
        effects=tuple(
            Effect(*place, weight=float(odds[base] - odds[row]), without=float(found[row, at]))
            for row, place in enumerate(stretches, start=first)
        ),
        words_each=words_each,
        unread=unread,
    )


def _all(predictor: Predictor) -> str:
    return ", ".join(predictor.labels)


def _stretches(parts: Sequence[Part], most: int) -> tuple[list[Place], int]:
    """Cut what is read into at most `most` stretches of as few words as that allows."""
    units = [[(at + start, at + end) for start, end in _units(text)] for _, at, text in parts]
    each = max(1, -(-sum(map(len, units)) // most))
    # Each part is cut for itself, which may leave a stretch too many; a part is one at least.
    longest = max(map(len, units))
    while each < longest and sum(-(-len(one) // each) for one in units) > most:
        each += 1
    found = [
        (side, group[0][0], group[-1][1])
        for (side, _, _), one in zip(parts, units, strict=True)
        for group in (one[start : start + each] for start in range(0, len(one), each))
    ]
    return found, each


def _units(text: str) -> list[tuple[int, int]]:
    """Give the places of words, and of the symbols between them: an emoji may say it all."""
    found: list[tuple[int, int]] = []
    behind = 0
    for start, end in [*word_places(text), (len(text), len(text))]:
        found += _symbols(text, behind, start)
        if start < end:
            found.append((start, end))
        behind = end
    return found


def _symbols(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Give the runs of emoji and their like in a part of a text."""
    found: list[tuple[int, int]] = []
    for at in range(start, end):
        goes_on = bool(found) and found[-1][1] == at
        if goes_on and (_is_symbol(text[at]) or text[at] in _JOINERS):
            found[-1] = (found[-1][0], at + 1)
        elif _is_symbol(text[at]):
            found.append((at, at + 1))
    return found


def _is_symbol(character: str) -> bool:
    # Those of ASCII ("<br>", "a=b") are no emoji.
    return not character.isascii() and unicodedata.category(character)[0] == "S"


def _without(parts: Sequence[Part], place: Place) -> tuple[str, ...]:
    """Give what is read of every side, a stretch left out."""
    side, start, end = place
    return _joined(
        [
            _left_out(text, start - at, end - at)
            if number == side and at <= start < at + len(text)
            else text
            for number, at, text in parts
        ]
    )


def _joined(texts: Sequence[str]) -> tuple[str, ...]:
    """Put together, for each side, what is read before its gap and behind it."""
    pairs = zip(texts[::2], texts[1::2], strict=True)
    return tuple(" ".join(filter(None, both)) for both in pairs)


def _left_out(text: str, start: int, end: int) -> str:
    """Leave a stretch out, and one of the two gaps around it: it leaves no hole of two blanks."""
    before, behind = text[:start], text[end:]
    if not before or before[-1].isspace():
        behind = behind.lstrip()
    if not behind:
        before = before.rstrip()
    return before + behind


def _log_odds(probabilities: FloatArray, at: int) -> FloatArray:
    """Log-odds of one class, shape ``(n_rows,)``; from the others' sum, exact also near 1."""
    tiny = np.finfo(np.float64).tiny
    others = np.delete(probabilities, at, axis=1).sum(axis=1)
    odds: FloatArray = np.log(np.maximum(probabilities[:, at], tiny)) - np.log(
        np.maximum(others, tiny)
    )
    return odds

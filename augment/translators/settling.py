"""Decides which answers of a window to believe, by asking again for the doubtful ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from augment.translators.answers import Memory, agree, doubt
from augment.translators.refusals import ServiceFailure

#: Answers to one doubtful piece, of which two in a row must agree.
CONFIRMED_OF: Final = 5


@dataclass(slots=True)
class Spot:
    """One piece that was answered, and what is held against its answer.

    Parameters
    ----------
    piece, answer
        What was asked, and what came.
    error
        Why the answer is not believed; empty where it is.
    of_text
        The error is this piece's, and no fault of the service.
    """

    piece: str
    answer: str
    error: str = ""
    of_text: bool = False
    suspected: bool = False
    #: The answer is another text's too: the first one does not count any more.
    clashed: bool = False
    asked_again: bool = False
    #: Asked again after a clash, so that its answer stands for itself.
    asked_for_itself: bool = False


def settle(
    spots: Sequence[Spot],
    ask: Callable[[str], str],
    memory: Memory,
    direction: str,
    *,
    stumbling: bool = False,
    varies: bool = False,
) -> bool:
    """Ask again for every answer that may belong to another text, until none is left.

    Once two texts have the same answer, no answer of the window is believed unasked.

    Parameters
    ----------
    spots
        The answers of one window, in its order; what is in each `Spot` is settled.
    ask
        Asks for one piece while nobody else does; raises `ServiceFailure`.
    memory
        Answers to earlier texts; takes up those that are believed.
    direction
        Names the two languages.
    stumbling
        The service had faults around these answers: every one of them is asked for twice.
    varies
        The service words the same translation differently each time.

    Returns
    -------
    bool
        Whether answers were mixed up.

    Notes
    -----
    Ends: every round asks for a spot that was not asked before, or drops one.
    """
    for spot in spots:
        spot.suspected = stumbling or bool(doubt(spot.piece, spot.answer))
    waiting = deque(spots)
    mixed_up = False
    while waiting:
        spot = waiting.popleft()
        if spot.error or (spot.suspected and not _confirmed(spot, ask, varies)):
            continue
        clash = memory.clash(spot.piece, spot.answer, direction)
        if clash is None or (spot.asked_again and not clash.same_direction):
            memory.remember(spot.piece, spot.answer, direction)
            continue
        if not mixed_up:
            mixed_up = True
            for one in spots:
                one.suspected = True
            waiting.extend(spots)
        # Of two texts with one answer either may have the wrong one.
        twins = [one for one in spots if one.piece == clash.other and not one.error]
        if twins:
            memory.forget(spot.answer)
        fresh = [one for one in (*twins, spot) if not one.asked_for_itself]
        for one in fresh:
            one.suspected = one.clashed = True
        if fresh:
            waiting.extend(fresh if spot in fresh else [*fresh, spot])
            continue
        for one in (*twins, spot):
            one.error = "it gives the same answer to quite different texts"
    return mixed_up


def _confirmed(spot: Spot, ask: Callable[[str], str], varies: bool) -> bool:
    """Ask for one piece until two answers in a row agree; the last one stands."""
    if spot.asked_for_itself or (spot.asked_again and not spot.clashed):
        return True
    last = "" if spot.clashed else spot.answer
    spot.asked_again, spot.asked_for_itself = True, spot.clashed
    try:
        for _ in range(CONFIRMED_OF):
            answer = ask(spot.piece)
            if last and agree(last, answer, varies=varies):
                spot.answer = answer
                return True
            last = answer
    except ServiceFailure as failure:
        spot.error, spot.of_text = failure.why, failure.of_text
        return False
    spot.error = "its answers to the same text do not agree"
    return False

"""Several translators of one direction, each taking over where those before it failed.

What any of them translated before is taken from the store first, so a run that goes on asks nobody
for a text that somebody has translated. Every result names the engine that it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from augment.errors import GivenUpError, PairError, TranslatorError
from augment.records import Translation

if TYPE_CHECKING:
    from augment.round_trip import Stored


class FailOver:
    """One direction with translators in the order of trying; a leg like `Stored`.

    A text that one translator fails at goes to the next one. A translator that gives up as a whole
    is not asked again in this run; when the last one gives up, the run stops with what was
    translated in the store.

    Parameters
    ----------
    note
        Gets a line when a translator is given up, or cannot do the direction.

    Attributes
    ----------
    identities, identity
        Identities of the translators in the order of trying, apart and in one line.
    window
        Texts at once of the first translator; the others get theirs piece by piece.
    """

    identities: tuple[str, ...]
    identity: str
    window: int

    def __init__(self, note: Callable[[str], None] = lambda message: None) -> None:
        self.note = note
        self.legs: list[Stored] = []
        self.names: list[str] = []
        self.given_up: dict[str, str] = {}
        self._left_out: list[TranslatorError] = []

    def add(self, name: str, leg: Callable[[], Stored]) -> None:
        """Open the direction with one more engine; one that lacks it or is broken is left out."""
        try:
            opened = leg()
        except TranslatorError as error:
            self._left_out.append(error)
            return
        self.legs.append(opened)
        self.names.append(name)

    def check(self) -> None:
        """Refuse a direction that nobody can do, and say who cannot where somebody else can.

        Raises
        ------
        PairError
            When no engine has the pair.
        TranslatorError
            When those that have it cannot be used.
        """
        if not self.legs:
            lacking = all(isinstance(error, PairError) for error in self._left_out)
            kind = PairError if lacking else TranslatorError
            raise kind("; ".join(map(str, self._left_out)))
        for why in self._left_out:
            self.note(f"{why}; {' and '.join(self.names)} will do")
        self.identities = tuple(leg.identity for leg in self.legs)
        self.identity = " or ".join(self.identities)
        self.window = self.legs[0].window

    @property
    def from_store(self) -> int:
        """Translations found in the store."""
        return sum(leg.from_store for leg in self.legs)

    @property
    def from_earlier_runs(self) -> int:
        """Those of them that were there before this run."""
        return sum(leg.from_earlier_runs for leg in self.legs)

    @property
    def translated(self) -> int:
        """Translations made anew."""
        return sum(leg.translated for leg in self.legs)

    @property
    def delivered(self) -> list[str]:
        """Engines that gave any translation."""
        return [name for name, count in self.describe().items() if count]

    def describe(self) -> dict[str, Any]:
        """Engine -> translations that it gave, from the store or anew."""
        pairs = zip(self.names, self.legs, strict=True)
        return {name: leg.from_store + leg.translated for name, leg in pairs}

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Translate texts: from the store, else by the first translator that can.

        Raises
        ------
        GivenUpError
            When every translator has given up.
        """
        done: dict[str, Translation] = {}
        for name, leg in zip(self.names, self.legs, strict=True):
            waiting = [text for text in dict.fromkeys(texts) if text not in done]
            for text, found in zip(waiting, leg.stored(waiting), strict=True):
                if found is not None:
                    done[text] = replace(found, engine=name)
        errors: dict[str, list[str]] = {}
        for number, (name, leg) in enumerate(zip(self.names, self.legs, strict=True)):
            waiting = [text for text in dict.fromkeys(texts) if text not in done]
            for start in range(0, len(waiting), leg.window):
                if name in self.given_up:
                    break
                part = waiting[start : start + leg.window]
                for text, one in zip(part, self._ask(number, part), strict=True):
                    if one.error:
                        errors.setdefault(text, []).append(one.error)
                    else:
                        done[text] = replace(one, engine=name)
        if len(self.given_up) == len(self.legs) and not any(text in done for text in texts):
            kept = self.legs[0].store.lasts
            raise GivenUpError("; ".join(self.given_up.values()), kept=kept)
        return [
            done.get(text) or Translation("", error="; ".join(errors.get(text, ["given up"])))
            for text in texts
        ]

    def _ask(self, number: int, texts: Sequence[str]) -> list[Translation]:
        name = self.names[number]
        try:
            return self.legs[number].translate(texts)
        except TranslatorError as error:
            why = error.why if isinstance(error, GivenUpError) else str(error).partition("; ")[0]
            self.given_up[name] = why
            others = [one for one in self.names[number + 1 :] if one not in self.given_up]
            if others:
                self.note(f"{self.given_up[name]}; {others[0]} goes on")
            return [Translation("", error=self.given_up[name]) for _ in texts]

    def interrupt(self) -> None:
        """End the waits of all translators: the run is being left."""
        for leg in self.legs:
            leg.interrupt()

    def close(self) -> None:
        """Close the translators; the store stays open."""
        for leg in self.legs:
            leg.close()

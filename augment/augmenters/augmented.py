"""An augmenter as a `Paraphraser`: what a run asks for candidates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from augment.augmenters import Augmenter
from augment.augmenters.others import named
from augment.records import Translation
from augment.round_trip import Stored, round_trips
from augment.store import Store


class _Variant:
    """One variant of an augmenter, as a `Translator` that the store knows by its identity."""

    def __init__(self, name: str, augmenter: Augmenter, variant: int) -> None:
        self.name = name
        self.augmenter = augmenter
        self.variant = variant
        self.identity = f"{augmenter.identity}#{variant}" if variant else augmenter.identity
        self.window = augmenter.window

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Make one text of each.

        Raises
        ------
        AugmentError
            When a method of another package fails, or gives something else than it should.
        """
        with named(self.name, "failed"):
            made = list(self.augmenter.augment(texts, self.variant))
            if len(made) != len(texts):
                raise ValueError(f"{len(texts)} texts went in, and {len(made)} answers came out")
            for one in made:
                if not isinstance(one, Translation) or not isinstance(one.text, str):
                    raise TypeError(f"gave {one!r:.80}; wanted: a Translation whose text is a str")
        return made

    def interrupt(self) -> None:
        """End the augmenter's waits, where it has any: the run is being left."""
        if (interrupt := getattr(self.augmenter, "interrupt", None)) is not None:
            interrupt()

    def close(self) -> None:
        """Leave it open: it serves other variants too, and is closed by who opened it."""


class Augmented:
    """Candidates from an augmenter: the `Paraphraser` of one method and variant.

    Parameters
    ----------
    name
        Name of the method.
    augmenter
        What makes the texts.
    variant
        Which of the texts that it can make of one original.
    store
        The translation store; used where the texts are costly.
    """

    pivot = ""
    by_rules = frozenset[str]()

    def __init__(self, name: str, augmenter: Augmenter, variant: int, store: Store) -> None:
        self.name = name
        self.method = f"words:{name}"
        self.engine = augmenter.engine
        self.variant = variant
        self.augmenter = augmenter
        self._leg = _Variant(name, augmenter, variant)
        self._stored = Stored(self._leg, store) if augmenter.costly else None
        self.identities: tuple[str, ...] = (augmenter.identity,)

    def paraphrase(
        self, items: Iterable[tuple[int, str]]
    ) -> Iterator[tuple[int, str, Translation]]:
        """Give (row number, original, result) for pairs (row number, text), in their order."""
        if self._stored is not None:
            yield from round_trips(items, [self._stored])
            return
        waiting = iter(items)
        while window := list(islice(waiting, self._leg.window)):
            results = self._leg.translate([text for _, text in window])
            for (row, text), result in zip(window, results, strict=True):
                yield row, text, result

    def describe(self) -> dict[str, Any]:
        """Engine, parameters, and how many texts were new and how many stored."""
        about: dict[str, Any] = {"engine": self.engine, "augmenter": self.augmenter.identity}
        if self._stored is not None:
            about |= {
                "from_store": self._stored.from_store,
                "from_earlier_runs": self._stored.from_earlier_runs,
                "translated": self._stored.translated,
            }
        return about

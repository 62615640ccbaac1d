"""Texts through a chain of translators, every leg at work at the same time.

Each leg runs in a thread of its own and hands its windows to the next one, so the way back of one
window is under way while the next is on its way out: with engines that are processes of their own
(or that let go of Python's lock) all cores are used, and results still come in input order.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol, runtime_checkable

from augment.broken_text import readable
from augment.decoding import BEST, Decoding
from augment.errors import GivenUpError
from augment.fail_over import FailOver
from augment.records import Translation
from augment.store import Store, text_key
from augment.translators import Engine, Translator, Varied
from augment.typography import as_written

if TYPE_CHECKING:
    from augment.planning import Plan

_QUEUED: Final = 2  # windows waiting between two legs


@runtime_checkable
class SeveralAtOnce(Protocol):
    """A translator that finds several variants of a text with one search."""

    #: Identities of the variants, its own among them.
    siblings: tuple[str, ...]

    def translate_all(self, texts: Sequence[str]) -> list[list[Translation]]:
        """Translate texts; for each its variants, in the order of `siblings`."""


class Stored:
    """A translator that looks into the store first, and writes down whatever is new.

    Repeated texts within a window are translated once.

    Parameters
    ----------
    translator
        Does the work for texts that the store does not have.
    store
        The translation store.
    """

    def __init__(self, translator: Translator, store: Store) -> None:
        self.translator = translator
        self.store = store
        self.identity = translator.identity
        self.identities = (self.identity,)
        self.label: str = getattr(translator, "label", "")
        self.window = translator.window
        self.from_store = 0
        self.from_earlier_runs = 0
        self.translated = 0

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Translate texts; new results are on disk before this returns.

        Raises
        ------
        GivenUpError
            When the translator is asked no more, with what is left of its work.
        """
        keys = [text_key(text) for text in texts]
        found = self._look_up(keys, texts)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            try:
                new = dict(zip(missing, self._translate([*missing.values()]), strict=True))
            except GivenUpError as error:
                raise error.with_store(self.store.lasts) from error
            own = {key: variants[self.identity] for key, variants in new.items()}
            for identity in next(iter(new.values())):
                entries = [(key, variants[identity]) for key, variants in new.items()]
                self.store.put(identity, entries)
            self.translated += sum(not one.error for one in own.values())
            found.update(own)
        return [found[key] for key in keys]

    def stored(self, texts: Sequence[str]) -> list[Translation | None]:
        """Give what the store has of these texts; None for the others."""
        keys = [text_key(text) for text in texts]
        found = self._look_up(keys, texts)
        return [found.get(key) for key in keys]

    def _look_up(self, keys: Sequence[bytes], texts: Sequence[str]) -> dict[bytes, Translation]:
        found, earlier = self.store.look_up(self.identity, list(dict.fromkeys(keys)))
        self.from_store += len(found)
        self.from_earlier_runs += earlier
        if found and (remember := getattr(self.translator, "remember", None)) is not None:
            known = {key: text for key, text in zip(keys, texts, strict=True) if key in found}
            remember([*known.values()], [found[key] for key in known])
        return found

    def interrupt(self) -> None:
        """End the translator's waits, where it has any: the run is being left."""
        if (interrupt := getattr(self.translator, "interrupt", None)) is not None:
            interrupt()

    def _translate(self, texts: list[str]) -> list[dict[str, Translation]]:
        """Translate texts; for each, identity of a variant -> the translation.

        One search gives all variants of a text: those that were not asked for yet go into the
        store with the one that was.
        """
        if not isinstance(self.translator, SeveralAtOnce):
            done = self.translator.translate(texts)
            return [{self.identity: _storable(self, one)} for one in done]
        return [
            dict(
                zip(
                    self.translator.siblings,
                    (_storable(self, one) for one in variants),
                    strict=True,
                )
            )
            for variants in self.translator.translate_all(texts)
        ]

    def close(self) -> None:
        """Close the translator; the store stays open."""
        self.translator.close()


class RoundTrip:
    """Paraphrases by translating there and back: the `Paraphraser` of one plan.

    Parameters
    ----------
    plan
        The route and its engines.
    store
        The translation store.
    note
        Gets a line when a translator is given up and the next one takes over.
    decoding
        How neural engines choose words, and which of several variants this one gives.
    """

    method = "backtranslation"

    def __init__(
        self,
        plan: Plan,
        store: Store,
        note: Callable[[str], None] = lambda message: None,
        *,
        decoding: Decoding = BEST,
    ) -> None:
        self.name = self.pivot = plan.pivot
        self.variant = decoding.variant
        self.by_rules = plan.by_rules
        self.languages = plan.route.languages
        self.legs: list[Stored | FailOver] = []
        several = any(len(engines) > 1 for engines in plan.engines)
        try:
            for number, (engines, leg) in enumerate(
                zip(plan.engines, plan.route.legs, strict=True)
            ):
                of_leg = decoding.of_leg(last=number == len(plan.engines) - 1)
                opened = FailOver(note)
                self.legs.append(opened)  # before it is filled, so that what was opened is closed
                for engine in engines:
                    opened.add(engine.name, partial(_stored, engine, *leg, of_leg, store))
                opened.check()
                if not several:
                    self.legs[-1] = opened.legs[0]
        except BaseException:
            self.close()
            raise
        self.identities = tuple(one for leg in self.legs for one in leg.identities)
        labels = [getattr(leg, "label", "") or plan.engine for leg in self.legs]
        self._asked_first = plan.engine if several else "+".join(dict.fromkeys(labels))

    @property
    def engine(self) -> str:
        """Engines that delivered; those that are asked first, as long as none of several has."""
        several = [leg for leg in self.legs if isinstance(leg, FailOver)]
        return "+".join(dict.fromkeys(n for leg in several for n in leg.delivered)) or (
            self._asked_first
        )

    def paraphrase(
        self, items: Iterable[tuple[int, str]]
    ) -> Iterator[tuple[int, str, Translation]]:
        """Give (row number, original, result) for pairs (row number, text), in their order.

        Results have the typography of their original (`augment.typography`).
        """
        with closing(round_trips(items, self.legs)) as results:
            for row, original, result in results:
                yield row, original, replace(result, text=as_written(original, result.text))

    def describe(self) -> dict[str, Any]:
        """Route, translators, and how many translations were new and how many stored."""
        about = {
            "route": list(self.languages),
            "engine": self.engine,
            "translators": list(self.identities),
            "from_store": sum(leg.from_store for leg in self.legs),
            "from_earlier_runs": sum(leg.from_earlier_runs for leg in self.legs),
            "translated": sum(leg.translated for leg in self.legs),
        }
        several = [leg.describe() for leg in self.legs if isinstance(leg, FailOver)]
        return {**about, "by_engine": several} if several else about

    def close(self) -> None:
        """Close the translators; the store stays open."""
        for leg in self.legs:
            leg.close()


def _stored(engine: Engine, source: str, target: str, decoding: Decoding, store: Store) -> Stored:
    """Open one direction; an engine that has a choice is told how to decode."""
    if isinstance(engine, Varied):
        return Stored(engine.open_decoding(source, target, decoding), store)
    return Stored(engine.open(source, target), store)


def variants_of(plan: Plan, decoding: Decoding) -> int:
    """How many different paraphrases of one text a plan can give.

    With beam search the engine of the way back decides, with draws any engine on the way.
    """
    legs = plan.engines[-1:] if decoding.kind == "beam" else plan.engines
    return max(
        engines[0].most_variants(decoding) if isinstance(engines[0], Varied) else 1
        for engines in legs
    )


@dataclass(slots=True)
class _Window:
    """Texts on their way; `state` holds what they are by now."""

    items: list[tuple[int, str]]
    state: list[Translation]


class _Broken:
    def __init__(self, error: BaseException) -> None:
        self.error = error


def round_trips(
    items: Iterable[tuple[int, str]], legs: Sequence[Translator], *, window: int | None = None
) -> Generator[tuple[int, str, Translation]]:
    """Send texts through all legs in turn.

    Parameters
    ----------
    items
        Pairs (row number, text); read as they are needed.
    legs
        Translators, the first from the source language, the last back into it.
    window
        Texts handed over at once; the smallest of the legs' own by default.

    Yields
    ------
    tuple
        (row number, original, result), in input order. The result's marks are those of the last
        leg. A text that fails on one leg goes no further and carries that leg's error.

    Raises
    ------
    Exception
        Whatever a translator raises, after the windows before it were given out.
    """
    size = window or min(leg.window for leg in legs)
    stop = threading.Event()
    queues: list[queue.Queue[_Window | _Broken | None]] = [
        queue.Queue(_QUEUED) for _ in range(len(legs) + 1)
    ]
    threads = [
        threading.Thread(target=_run_leg, args=(leg, queues[n], queues[n + 1], stop), daemon=True)
        for n, leg in enumerate(legs)
    ]
    threads.append(
        threading.Thread(target=_feed, args=(iter(items), size, queues[0], stop), daemon=True)
    )
    for thread in threads:
        thread.start()
    try:
        while (done := queues[-1].get()) is not None:
            if isinstance(done, _Broken):
                raise done.error
            for (row, original), result in zip(done.items, done.state, strict=True):
                yield row, original, result
    except BaseException:  # the run is being left: nobody should wait for a pause of minutes
        for leg in legs:
            if (interrupt := getattr(leg, "interrupt", None)) is not None:
                interrupt()
        raise
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _feed(
    items: Iterator[tuple[int, str]],
    size: int,
    out: queue.Queue[_Window | _Broken | None],
    stop: threading.Event,
) -> None:
    try:
        while batch := list(islice(items, size)):
            if not _put(out, _Window(batch, [Translation(text) for _, text in batch]), stop):
                return
    except BaseException as error:  # handed to the caller's thread
        _put(out, _Broken(error), stop)
    _put(out, None, stop)


def _run_leg(
    leg: Translator,
    source: queue.Queue[_Window | _Broken | None],
    out: queue.Queue[_Window | _Broken | None],
    stop: threading.Event,
) -> None:
    while (window := _get(source, stop)) is not None:
        if isinstance(window, _Window):
            try:
                window.state = _translate(leg, window.state)
            except BaseException as error:  # handed to the caller's thread
                _put(out, _Broken(error), stop)
                return
        if not _put(out, window, stop):
            return
    _put(out, None, stop)


def _translate(leg: Translator, state: list[Translation]) -> list[Translation]:
    alive = [number for number, before in enumerate(state) if not before.error]
    after = list(state)
    results = leg.translate([state[number].text for number in alive])
    for number, result in zip(alive, results, strict=True):
        result = _storable(leg, result)
        if result.engine and (before := state[number].engine):
            names = dict.fromkeys((*before.split("+"), *result.engine.split("+")))
            result = replace(result, engine="+".join(names))
        after[number] = result
    return after


def _storable(leg: Translator, result: Translation) -> Translation:
    """Turn an empty translation into a failure, and half a character into the sign for a lost one.

    The store holds UTF-8; what is broken is refused by the paraphrase filter.
    """
    if result.error or result.text.strip():
        text = readable(result.text)
        return result if text == result.text else replace(result, text=text)
    return replace(result, error=f"{leg.identity} gave an empty translation")


def _put(
    out: queue.Queue[_Window | _Broken | None],
    value: _Window | _Broken | None,
    stop: threading.Event,
) -> bool:
    while not stop.is_set():
        try:
            out.put(value, timeout=0.1)
        except queue.Full:
            continue
        return True
    return False


def _get(
    source: queue.Queue[_Window | _Broken | None], stop: threading.Event
) -> _Window | _Broken | None:
    while not stop.is_set():
        try:
            return source.get(timeout=0.1)
        except queue.Empty:
            continue
    return None

"""Paraphrases of texts in memory, for code that has its own loop: checked, different, in order.

For a whole table use `augment.back_translate`, which also balances classes, streams, and tells
duplicates over all rows.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from augment.augmenters import Augmenter, Method, Order, check_order, open_augmenter
from augment.augmenters.augmented import Augmented
from augment.blank import is_blank
from augment.config import split_commas
from augment.errors import InputError
from augment.filters import Filter, FilterChain, FilterSettings, build_filters
from augment.filters.presets import Strictness
from augment.languages import detect_language, language_code
from augment.minilm import NAME
from augment.paraphraser import Paraphraser, candidate_of
from augment.planning import plan_round_trips
from augment.progress import SILENT
from augment.records import Candidate, Paraphrase, Rejection
from augment.round_trip import RoundTrip
from augment.store import Store, store_at
from augment.text_list import only_texts
from augment.tokens import composed


@dataclass
class _Opened:
    """What is open while the texts come."""

    stack: ExitStack
    store: Store
    trips: list[RoundTrip] = field(default_factory=list)
    augmenters: dict[str, Augmenter] = field(default_factory=dict)
    filters: dict[str, list[Filter]] = field(default_factory=dict)


class TextParaphraser:
    """Gives several checked paraphrases of each text.

    Parameters
    ----------
    pivot
        Languages to go through, as ``--pivot``: ``"es,ca"``. With neither pivots nor methods: up
        to three pivots that this machine reaches.
    method
        Methods of `augment.augmenters`, as ``--method``; tried after the pivots.
    source
        Language of the texts; recognised from the first ones when left out.
    translator
        As the option of ``augment backtranslate``.
    strength, model, url, prompt, temperature, seed
        As the options of ``augment words``.
    min_similarity, min_change, max_change, filter, encoder
        Thresholds, preset and sentence encoder of the checks, as the options of ``augment
        backtranslate``; the calibrated defaults when left out.
    no_filter
        Checks to leave out.
    store
        Translation store; ``"none"`` keeps nothing beyond this object, None takes
        ``.augment/store.sqlite``.

    Attributes
    ----------
    rejected
        What the last call refused, each with its reason; texts that failed have none.
    failed
        The errors of the last call, one per text and paraphraser that failed.

    Notes
    -----
    Engines are opened at the first call and stay open until `close` (or the end of a ``with``).
    The object may be pickled, open or not: the copy opens its own.

    Examples
    --------
    >>> made = TextParaphraser(method="swap", source="en", no_filter="similarity")
    >>> [len(found) for found in made.paraphrase(["It was a very good film and I liked it."], n=3)]
    [3]
    """

    def __init__(
        self,
        *,
        pivot: str | Sequence[str] = (),
        method: str | Sequence[str] = (),
        source: str | None = None,
        translator: str = "auto",
        strength: float | None = None,
        model: str | None = None,
        url: str | None = None,
        prompt: str | None = None,
        temperature: float = 1.0,
        seed: int = 0,
        min_similarity: float | None = None,
        min_change: float | None = None,
        max_change: float | None = None,
        filter: Strictness = "normal",
        encoder: str = NAME,
        no_filter: str | Sequence[str] = (),
        store: str | None = "none",
    ) -> None:
        self.pivots = split_commas(pivot if isinstance(pivot, str) else tuple(pivot))
        self.methods = split_commas(method if isinstance(method, str) else tuple(method))
        self.source = language_code(source) if source else None
        self.translator = translator
        self.asked: dict[str, Any] = {
            "seed": seed,
            "strength": strength,
            "model": model,
            "url": url,
            "prompt": prompt,
            "temperature": temperature,
        }
        self.thresholds: dict[str, Any] = {
            name: value
            for name, value in (
                ("min_similarity", min_similarity),
                ("min_change", min_change),
                ("max_change", max_change),
                ("strictness", filter),
                ("encoder", encoder),
            )
            if value is not None
        }
        self.no_filter = split_commas(no_filter if isinstance(no_filter, str) else tuple(no_filter))
        self.store = store
        self.rejected: list[Rejection] = []
        self.failed: list[str] = []
        self._opened: _Opened | None = None

    def paraphrase(self, texts: Iterable[str], n: int = 1) -> list[list[Paraphrase]]:
        """Make up to `n` paraphrases of each text.

        Parameters
        ----------
        texts
            Any texts; an empty one gives nothing.
        n
            Most paraphrases of one text, 1 or more.

        Returns
        -------
        list of list of Paraphrase
            One list per text, in order; shorter than `n` where no more passed every check. Each
            differs from every text of the call and from every other paraphrase.

        Raises
        ------
        InputError
            When the language is not clear, an option is no good, or for what is no list of texts.
        """
        if not hasattr(n, "__index__") or n < 1:
            raise InputError(f"n is {n!r}; a whole number of at least 1 is wanted")
        texts = [*map(composed, only_texts(texts))]
        opened = self._open(texts)
        shared = FilterChain()
        for text in texts:
            shared.see_original(text)
        chains = {name: shared.with_filters(made) for name, made in opened.filters.items()}
        self.rejected, self.failed = [], []
        try:
            found = self._filled(texts, n, opened, chains)
            for line in (line for chain in chains.values() for line in chain.missed()):
                SILENT.warn(line)
            return found
        except BaseException:  # engines that were told to stop must not be asked again
            self.close()
            raise

    def _filled(
        self, texts: Sequence[str], n: int, opened: _Opened, chains: Mapping[str, FilterChain]
    ) -> list[list[Paraphrase]]:
        found: list[list[Paraphrase]] = [[] for _ in texts]
        for one in self._paraphrasers(opened, n):
            open_ = [
                (at, text)
                for at, text in enumerate(texts)
                if not is_blank(text) and len(found[at]) < n
            ]
            if not open_:
                break
            for result in chains[one.method].apply(list(self._candidates(one, open_))):
                if isinstance(result, Paraphrase):
                    found[result.candidate.source_id].append(result)
                else:
                    self.rejected.append(result)
        return found

    def _candidates(self, by: Paraphraser, items: Sequence[tuple[int, str]]) -> Iterator[Candidate]:
        for at, original, done in by.paraphrase(items):
            if done.error:
                self.failed.append(done.error)
                continue
            yield candidate_of(by, at, original, done)

    def _paraphrasers(self, opened: _Opened, n: int) -> Iterator[Paraphraser]:
        yield from opened.trips
        for variant in range(2 * n + 1):
            for name, augmenter in opened.augmenters.items():
                yield Augmented(name, augmenter, variant, opened.store)

    def _open(self, texts: Sequence[str]) -> _Opened:
        if self._opened is None:
            source = self.source or _language(texts)
            with ExitStack() as stack:
                made = _Opened(stack, stack.enter_context(store_at(self.store)))
                if self.pivots or not self.methods:
                    self._open_trips(made, source)
                for name in self.methods:
                    self._open_method(made, name, source)
                made.stack = stack.pop_all()
            self._opened = made
            # An object that is let go without `close` must not leave engines and files behind.
            weakref.finalize(self, made.stack.close)
        return self._opened

    def _open_trips(self, made: _Opened, source: str) -> None:
        languages: set[str] = set()
        for plan in plan_round_trips(self.pivots, source, self.translator):
            trip = RoundTrip(plan, made.store)
            made.stack.callback(trip.close)
            made.trips.append(trip)
            languages.update(plan.route.languages)
        others = tuple(sorted(languages - {source}))
        settings = FilterSettings(language=source, others=others, **self.thresholds)
        made.filters["backtranslation"] = build_filters(settings, disabled=self.no_filter)

    def _open_method(self, made: _Opened, name: str, source: str) -> None:
        order = Order(name, source, **self.asked)
        about: Method = check_order(order)
        augmenter = open_augmenter(order)
        made.stack.callback(augmenter.close)
        made.augmenters[name] = augmenter
        settings = FilterSettings(language=source, **{**about.thresholds, **self.thresholds})
        disabled = (*self.no_filter, *about.left_out)
        made.filters[f"words:{name}"] = build_filters(settings, disabled=disabled)

    def close(self) -> None:
        """Give back what is open; the next call opens it again."""
        if self._opened is not None:
            self._opened.stack.close()
            self._opened = None

    def __enter__(self) -> TextParaphraser:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_opened": None, "rejected": [], "failed": []}


def _language(texts: Sequence[str]) -> str:
    guess = detect_language(texts[:400])
    if not guess.sure:
        raise InputError(
            f'the language of the texts is not clear ({guess.doubt}); pass source="..."'
        )
    return guess.language

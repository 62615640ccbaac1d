"""Augmenters as one of the approaches of a run: the methods of ``augment words``."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

from augment.augmenters import Method, Order, check_order, open_augmenter
from augment.augmenters.augmented import Augmented
from augment.augmenters.endpoint import Endpoint
from augment.augmenters.sentence_order import FEWEST
from augment.datasets.augmentation.variants import few_passed
from augment.paraphraser import Paraphraser
from augment.store import Store

if TYPE_CHECKING:
    from augment.datasets.augmentation.production import Yield
    from augment.datasets.augmentation.recipe import WordsConfig

#: Texts asked of one original for each that is needed: some are refused, some repeat another.
_ASKED_FOR_EACH: Final = 2
#: Most texts asked of one original by one method: beyond, a method repeats itself.
MOST: Final = 50


class Methods:
    """The `Approach` of ``augment words``.

    Parameters
    ----------
    recipe
        Its methods and what they need.
    source
        Code of the language of the texts.
    needed
        Most new rows that one original must give; None without a target.

    Notes
    -----
    Each method makes several variants of an original, as many as its class may need. They are
    tried in turn: the first of every method, then the second of every method.
    """

    tag = "words"
    kind = "method"
    verb = "rewritten"

    def __init__(self, recipe: WordsConfig, source: str, needed: int | None) -> None:
        self.orders = {
            name: Order(
                name,
                source,
                seed=recipe.seed,
                strength=recipe.strength,
                model=recipe.model,
                url=recipe.url,
                prompt=recipe.prompt,
                temperature=recipe.temperature,
            )
            for name in recipe.method
        }
        self.names: Sequence[str] = list(self.orders)
        self.languages: Sequence[str] = ()
        self._table: dict[str, Method] = {
            f"words:{name}": check_order(order) for name, order in self.orders.items()
        }
        self.methods: Collection[str] = tuple(self._table)
        self.endpoints = [
            Endpoint(order.url)
            for order in self.orders.values()
            if order.method == "llm" and order.url
        ]
        if needed is None:
            each = recipe.per_row or len(self.names)
            asked = math.ceil(each / len(self.names)) if recipe.per_row else 1
        else:
            each = min(needed, recipe.per_row or needed)
            asked = math.ceil(_ASKED_FOR_EACH * each / len(self.names)) + 1
        self.variants = min(asked, MOST)
        self._said: list[str] = []

    def lines(self) -> Iterator[str]:
        """One line per method."""
        for name, method in self._table.items():
            yield f"method {name.partition(':')[2]}: {method.about}"

    def leaving(self, characters: int) -> Iterator[str]:
        """Say which address gets how much."""
        for endpoint in self.endpoints:
            yield from endpoint.leaving(characters, self.variants)

    def left_out(self, method: str) -> Sequence[str]:
        """Name the checks that would refuse what the method is for."""
        return self._table[method].left_out

    def thresholds(self, method: str) -> Mapping[str, Any]:
        """Thresholds of the method's own."""
        return self._table[method].thresholds

    def open(
        self, store: Store, stack: ExitStack, note: Callable[[str], None]
    ) -> list[Paraphraser]:
        """Open every method once; its variants share what it holds."""
        opened = {}
        for name, order in self.orders.items():
            opened[name] = open_augmenter(order)
            stack.callback(opened[name].close)
            self._said.extend(opened[name].notes())
        return [
            Augmented(name, augmenter, variant, store)
            for variant in range(self.variants)
            for name, augmenter in opened.items()
        ]

    def notes(self) -> Sequence[str]:
        """Give what the opened methods have to say."""
        return self._said

    def remedy(self) -> str:
        """Say what to do where next to nothing passed."""
        return "other methods (--method) may give more"

    def shortfall(self, per_row: int | None, yields: Mapping[str, Yield]) -> str:
        """Say why a class stays short."""
        few = few_passed(yields)
        if per_row:
            return (
                f"its originals gave {per_row} each, or were asked {self.variants} times by every "
                f"method; a larger --per-row or more methods (--method) would give more{few}"
            )
        asked = f"every original was asked {self.variants} times by every method"
        if self.orders.keys() <= FEWEST.keys():
            return f"{asked}; these need several sentences: other methods (--method) do not{few}"
        return f"{asked}; more methods (--method) or a larger --strength would give more{few}"

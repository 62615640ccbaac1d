"""What differs between the commands that add rows: what makes the candidates, and its words."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Protocol

from augment.paraphraser import Paraphraser
from augment.store import Store

if TYPE_CHECKING:
    from augment.datasets.augmentation.production import Yield


class Approach(Protocol):
    """What one command makes its candidates with, planned and not yet opened."""

    @property
    def tag(self) -> str:
        """Start of the signature: ``bt``, ``words``."""

    @property
    def kind(self) -> str:
        """What one of its names is: ``pivot``, ``method``."""

    @property
    def verb(self) -> str:
        """What was not done to a text that failed: ``translated``, ``rewritten``."""

    @property
    def names(self) -> Sequence[str]:
        """Pivots or methods, in the order of trying."""

    @property
    def methods(self) -> Collection[str]:
        """What stands in ``aug_method`` of its candidates; each has checks of its own."""

    @property
    def languages(self) -> Sequence[str]:
        """Languages that a candidate may be left in by mistake, beside the source language."""

    def lines(self) -> Iterator[str]:
        """Say what was chosen, a line each."""

    def leaving(self, characters: int) -> Iterator[str]:
        """Say what leaves this machine, a line per host, for texts of that many characters."""

    def left_out(self, method: str) -> Sequence[str]:
        """Names of the checks that make no sense for candidates of `method`."""

    def thresholds(self, method: str) -> Mapping[str, Any]:
        """Fields of `FilterSettings` that are other than the default for `method`."""

    def open(
        self, store: Store, stack: ExitStack, note: Callable[[str], None]
    ) -> list[Paraphraser]:
        """Open the paraphrasers, in the order of trying; what must be closed goes on the stack.

        `note` gets a line when something changes during the run.
        """

    def notes(self) -> Sequence[str]:
        """Say what came out when the paraphrasers were opened."""

    def shortfall(self, per_row: int | None, yields: Mapping[str, Yield]) -> str:
        """Say why a class stays short, and what would give more, after what came of the run."""

    def remedy(self) -> str:
        """Say what to do where next to nothing passes."""

"""Round trips through pivots, as one of the approaches of a run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from augment.errors import AugmentError
from augment.paraphraser import Paraphraser
from augment.planning import Plan, plan_round_trips
from augment.round_trip import RoundTrip
from augment.store import Store

if TYPE_CHECKING:
    from augment.datasets.recipe import BacktranslateConfig


class Pivots:
    """The `Approach` of ``augment backtranslate``.

    Parameters
    ----------
    recipe
        Its pivots and its translator.
    source
        Code of the language of the texts.
    """

    tag = "bt"
    kind = "pivot"
    methods: Collection[str] = (RoundTrip.method,)
    verb = "translated"

    def __init__(self, recipe: BacktranslateConfig, source: str) -> None:
        self.recipe = recipe
        self.source = source
        self.plans = plan_round_trips(
            recipe.pivot,
            source,
            recipe.translator,
            url=recipe.url or "",
            offline=recipe.offline,
        )
        self.names: Sequence[str] = [plan.pivot for plan in self.plans]
        gone_through = {language for plan in self.plans for language in plan.route.languages}
        self.languages: Sequence[str] = sorted(gone_through - {source})

    def lines(self) -> Iterator[str]:
        """One line per route."""
        for plan in self.plans:
            yield f"pivot {plan}"

    def leaving(self, characters: int) -> Iterator[str]:
        """One line per host: every translation of a text counts as long as the text is."""
        for host in dict.fromkeys(host for plan in self.plans for host in plan.hosts):
            asked = [(plan.pivot, *plan.asks(host)) for plan in self.plans if host in plan.hosts]
            total = characters * sum(legs for _, legs, _ in asked)
            pivots = ", ".join(pivot for pivot, _, _ in asked)
            first = any(is_first for _, _, is_first in asked)
            backup = "" if first else ", and only texts that the translators before it fail at"
            yield (
                f"up to about {total:,} characters go to {host} "
                f"(pivot {pivots}; the way there and the way back){backup}"
            )

    def left_out(self, method: str) -> Sequence[str]:
        """Every check looks at a round trip."""
        return ()

    def thresholds(self, method: str) -> Mapping[str, Any]:
        """Change nothing: the calibrated defaults were made for round trips."""
        return {}

    def open(
        self, store: Store, stack: ExitStack, note: Callable[[str], None]
    ) -> list[Paraphraser]:
        """Open every route."""
        return [self._open(plan, store, stack, note) for plan in self.plans]

    def _open(
        self, plan: Plan, store: Store, stack: ExitStack, note: Callable[[str], None]
    ) -> RoundTrip:
        trip = RoundTrip(plan, store, note)
        stack.callback(trip.close)
        return trip

    def notes(self) -> Sequence[str]:
        """Nothing beyond the routes."""
        return ()

    def shortfall(self, per_row: int | None) -> str:
        """Name pivots that this machine reaches and the run did not use."""
        if per_row:
            return (
                f"its originals gave {per_row} each, or went through every pivot; a larger "
                "--per-row or more pivots (--pivot) would give more"
            )
        return (
            "every original went through every pivot; more pivots (--pivot) would give "
            f"more{self._unused()}"
        )

    def _unused(self) -> str:
        try:
            routes = plan_round_trips([], self.source, self.recipe.translator, at_most=99)
        except AugmentError:  # chains, or an engine for any pair: nothing to name
            return ""
        used = set(self.names)
        names = [plan.pivot for plan in routes if plan.pivot not in used and not plan.hosts]
        return f", for instance {','.join(names[:4])}" if names else ""

"""From the user's pivots to round trips with an engine on every leg."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from augment.errors import PairError
from augment.languages import language_name
from augment.routes import (
    Route,
    find_route,
    missing_pairs,
    parse_pivot,
    round_trip_pivots,
)
from augment.translators import LOCAL, Engine, load_engine

#: Order among pivots that are equally near, when the user names none. Round trips between close
#: languages (Spanish and Galician) change little, so the more distant ones stand first.
PREFERRED: Final = ("es", "en", "fr", "ca", "eo", "gl", "pt", "it")
#: Pivots taken when the user names none.
DEFAULT_PIVOTS: Final = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """A route, and the engine of each of its legs."""

    route: Route
    engines: tuple[Engine, ...]

    @property
    def pivot(self) -> str:
        """Languages gone through, as they stand in ``aug_pivot``."""
        return self.route.pivot

    @property
    def engine(self) -> str:
        """Engines used, as they stand in ``aug_engine``."""
        return "+".join(dict.fromkeys(engine.name for engine in self.engines))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that get to see the texts; none for engines of this machine."""
        return tuple(dict.fromkeys(engine.host for engine in self.engines if engine.host))

    def __str__(self) -> str:
        return f"{self.pivot}: {self.route} ({self.engine})"


def plan_round_trips(
    pivots: Sequence[str],
    source: str,
    translator: str = "auto",
    *,
    at_most: int = DEFAULT_PIVOTS,
) -> list[Plan]:
    """Find a route and engines for every pivot.

    Parameters
    ----------
    pivots
        Languages or chains; empty: the nearest ones that the engines at hand reach.
    source
        Code of the source language.
    translator
        An engine's name, or ``auto``: for every leg the best engine of this machine.
    at_most
        Pivots taken when none is named.

    Returns
    -------
    list of Plan
        One per pivot, in the order given, each pivot once.

    Raises
    ------
    InputError
        For an unknown engine or language, or a pivot that is the source language.
    PairError
        When a pivot cannot be reached; the message says which line installs what is missing.
    """
    engines = [load_engine(name) for name in (LOCAL if translator == "auto" else (translator,))]
    owners: dict[tuple[str, str], Engine] = {}
    for engine in reversed(engines):
        owners.update(dict.fromkeys(engine.pairs() or (), engine))
    anything = next((engine for engine in engines if engine.pairs() is None), None)
    pairs = None if anything else frozenset(owners)
    for pivot in pivots:
        parse_pivot(pivot, source)
    routes = (
        [_route(pivot, source, pairs, engines) for pivot in pivots]
        if pivots
        else _default_routes(source, pairs, engines, at_most)
    )
    unique = {route.pivot: route for route in routes}
    return [
        Plan(route, tuple(owners.get(leg) or anything or engines[0] for leg in route.legs))
        for route in unique.values()
    ]


def _route(
    pivot: str, source: str, pairs: frozenset[tuple[str, str]] | None, engines: Sequence[Engine]
) -> Route:
    try:
        return find_route(pivot, source, pairs)
    except PairError as error:
        raise PairError(f"{error}. {how_to_get([pivot], source, engines)}") from error


def _default_routes(
    source: str,
    pairs: frozenset[tuple[str, str]] | None,
    engines: Sequence[Engine],
    at_most: int,
) -> list[Route]:
    if pairs is None:
        pivots = [code for code in ("en", "fr", "es", "de") if code != source][:at_most]
        return [find_route(pivot, source, None) for pivot in pivots]

    def rank(route: Route) -> tuple[int, int]:
        known = route.pivot in PREFERRED
        return len(route.languages), PREFERRED.index(route.pivot) if known else len(PREFERRED)

    routes = sorted(round_trip_pivots(source, pairs), key=rank)[:at_most]
    if not routes:
        raise PairError(
            f"no translator on this machine knows {language_name(source)} ({source}). "
            f"{how_to_get([], source, engines)}"
        )
    return routes


def how_to_get(pivots: Sequence[str], source: str, engines: Sequence[Engine]) -> str:
    """Say which line installs what would lead from `source` through `pivots` and back.

    Without pivots: which languages could be installed for `source` at all.
    """
    if not pivots:
        pivots = [code for code in PREFERRED if code != source]
    lines: list[str] = []
    for pair in missing_pairs(pivots, source):
        if any(pair in (engine.pairs() or ()) for engine in engines):
            continue
        hint = next((line for engine in engines if (line := engine.how_to_get(*pair))), "")
        if hint:
            lines.append(hint)
    if lines:
        return "To install: " + "  or: ".join(dict.fromkeys(lines))
    return "No package brings it; an online service may: --translator google"

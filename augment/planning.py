"""From the user's pivots to round trips with engines on every leg.

``auto`` takes, for every direction, the best engine of this machine that has it: `LOCAL` lists
them, neural ones before rule-based ones. Which *way* is taken is decided first, by the fewest
translations: a direct rule-based pair goes before two neural ones, since every translation loses
meaning and takes its time, and whoever sees the plan and wants otherwise names an engine. Among
equally long ways the better engines decide.

Engines that the user names, ``deepl,google``, stand behind each other on every leg: each one takes
over where those before it fail.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from augment.config import split_commas
from augment.errors import InputError, PairError
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
#: Pivots taken from an engine that takes any.
_ANYWHERE: Final = ("en", "fr", "es", "de")


@dataclass(frozen=True, slots=True)
class Plan:
    """A route, and the engines of each of its legs in the order of trying."""

    route: Route
    engines: tuple[tuple[Engine, ...], ...]

    @property
    def pivot(self) -> str:
        """Languages gone through, as they stand in ``aug_pivot``."""
        return self.route.pivot

    @property
    def engine(self) -> str:
        """Engines that are asked first, as they stand in ``aug_engine`` when none fails."""
        return "+".join(dict.fromkeys(engines[0].name for engines in self.engines))

    @property
    def by_rules(self) -> frozenset[str]:
        """Names of the engines that go by rules."""
        every = (engine for engines in self.engines for engine in engines)
        return frozenset(one.name for one in every if getattr(one, "by_rules", False))

    @property
    def hosts(self) -> tuple[str, ...]:
        """Hosts that get to see the texts; none for engines of this machine."""
        return tuple(dict.fromkeys(e.host for engines in self.engines for e in engines if e.host))

    def asks(self, host: str) -> tuple[int, bool]:
        """Legs that may go to `host`, and whether it is asked first on any of them."""
        legs = [engines for engines in self.engines if any(e.host == host for e in engines)]
        return len(legs), any(engines[0].host == host for engines in legs)

    def __str__(self) -> str:
        chains = [", else ".join(engine.name for engine in engines) for engines in self.engines]
        if len(set(chains)) == 1:
            return f"{self.pivot}: {self.route} ({chains[0]})"
        legs = (f"{a} → {b} {names}" for (a, b), names in zip(self.route.legs, chains, strict=True))
        return f"{self.pivot}: {self.route} ({'; '.join(legs)})"


class _Hands:
    """The engines at hand, and which of them can do which pair."""

    def __init__(self, engines: Sequence[Engine], *, only_best: bool) -> None:
        self.engines = engines
        self.only_best = only_best
        self.known = {id(engine): engine.pairs() for engine in engines}
        self.ranks: dict[tuple[str, str], int] = {}
        for rank, engine in reversed([*enumerate(engines)]):
            self.ranks.update(dict.fromkeys(self.known[id(engine)] or (), rank))
        self.pairs = frozenset(self.ranks)
        self.anything = any(pairs is None for pairs in self.known.values())

    def of(self, source: str, target: str) -> tuple[Engine, ...]:
        """Engines that have a pair, in the order of trying."""
        found = [e for e in self.engines if self._has(e, source, target)]
        return tuple(found[:1] if self.only_best else found)

    def _has(self, engine: Engine, source: str, target: str) -> bool:
        pairs = self.known[id(engine)]
        if pairs is not None:
            return (source, target) in pairs
        return not _lacks(engine, source, target)

    def route(self, pivot: str, source: str) -> Route:
        """Find the way through a pivot."""
        if self.anything:
            direct = find_route(pivot, source, None)
            lacking = [leg for leg in direct.legs if not self.of(*leg)]
            if not lacking:
                return direct
            services = (e for e in self.engines if self.known[id(e)] is None)
            why = "; ".join(_lacks(e, *lacking[0]) for e in services)
            if not self.pairs:
                raise PairError(why)
        try:
            return find_route(pivot, source, self.pairs, self.ranks)
        except PairError as error:
            if self.anything:
                raise PairError(f"{error}; {why}") from None
            raise PairError(f"{error}. {how_to_get([pivot], source, self.engines)}") from error

    def default_routes(self, source: str, at_most: int) -> list[Route]:
        """Choose pivots that the user did not name."""

        def order(route: Route) -> tuple[int, int, int]:
            known = route.pivot in PREFERRED
            cost = sum(self.ranks.get(leg, 0) for leg in route.legs)
            place = PREFERRED.index(route.pivot) if known else len(PREFERRED)
            return len(route.languages), cost, place

        routes = sorted(round_trip_pivots(source, self.pairs, self.ranks), key=order)
        if not routes and self.anything:
            direct = (find_route(p, source, None) for p in _ANYWHERE if p != source)
            routes = [one for one in direct if all(self.of(*leg) for leg in one.legs)]
            if not routes:
                self.route(next(p for p in _ANYWHERE if p != source), source)  # says who lacks it
        if not routes:
            raise PairError(
                f"no translator on this machine knows {language_name(source)} ({source}). "
                f"{how_to_get([], source, self.engines)}"
            )
        return routes[:at_most]


def _lacks(engine: Engine, source: str, target: str) -> str:
    """Ask an engine that takes any pair whether it really does; it may know beforehand."""
    lacks = getattr(engine, "lacks", None)
    return str(lacks(source, target)) if lacks is not None else ""


def choose_engines(translator: str, *, url: str = "", offline: bool = False) -> list[Engine]:
    """Load the engines that a user names.

    Parameters
    ----------
    translator
        ``auto``, a name, or several in the order of trying: ``"deepl,google"``. ``auto`` among
        several stands for the engines of this machine.
    url
        Address of an own server, for the one engine among them that can have one.
    offline
        Refuse engines that ask a host.

    Raises
    ------
    InputError
        For an unknown engine, one named twice, an address that nobody takes, or a host under
        ``--offline``.
    """
    names: list[str] = []
    for name in split_commas(translator):
        names.extend(LOCAL if name == "auto" else (name,))
    if not names:
        raise InputError(f"translator is {translator!r}; wanted: auto, or the name of an engine")
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"translator {translator!r} names {name!r} twice; once is enough")
    engines = [load_engine(name) for name in names]
    if url:
        takers = [engine for engine in engines if hasattr(engine, "at")]
        at_home = [engine for engine in takers if engine.name == "libre"] or takers
        if not at_home:
            raise InputError(
                f"url is for the translator 'libre' (an own LibreTranslate server); {translator} "
                "takes none"
            )
        there = at_home[0].at(url)
        engines = [there if engine is at_home[0] else engine for engine in engines]
    for engine in engines if offline else ():
        if engine.host:
            raise InputError(
                f"--offline forbids every connection, and {engine.name} asks {engine.host}; "
                "leave one of the two out"
            )
    return engines


def plan_round_trips(
    pivots: Sequence[str],
    source: str,
    translator: str = "auto",
    *,
    at_most: int = DEFAULT_PIVOTS,
    url: str = "",
    offline: bool = False,
) -> list[Plan]:
    """Find a route and engines for every pivot.

    Parameters
    ----------
    pivots
        Languages or chains; empty: the nearest ones that the engines at hand reach.
    source
        Code of the source language.
    translator, url, offline
        See `choose_engines`. With ``auto`` every leg has the best engine of this machine; named
        engines stand behind each other on every leg.
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
        When a pivot cannot be reached; the message says which line installs what is missing, or
        which languages a service has.
    """
    engines = choose_engines(translator, url=url, offline=offline)
    for pivot in pivots:
        parse_pivot(pivot, source)
    hands = _Hands(engines, only_best=translator.strip() == "auto")
    routes = (
        [hands.route(pivot, source) for pivot in pivots]
        if pivots
        else hands.default_routes(source, at_most)
    )
    unique = {route.pivot: route for route in routes}
    return [Plan(route, tuple(hands.of(*leg) for leg in route.legs)) for route in unique.values()]


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
        # Engines stand best first; the last that can is the one of the least to install.
        hints = [line for engine in engines if (line := engine.how_to_get(*pair))]
        lines.extend([*hints[:1], *hints[-1:]])
    if lines:
        return "To install: " + "  or: ".join(dict.fromkeys(lines))
    return "No package brings it; an online service may: --translator google"

"""Ways from the source language through a pivot and back, over directed pairs.

Rule-based pairs are directed: French into Esperanto exists where Esperanto into French does not.
A route is therefore searched in a directed graph, once for the way out and once for the way back,
and may go through helping languages: French through English is fr → ca → en → ca → fr.

The fewest translations win, because every one of them loses meaning and takes its time; among
equally many, the better engines do (a pair's rank: 0 for the best engine at hand).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from augment.enumeration import first_of
from augment.errors import InputError, PairError
from augment.languages import language_code, language_name

Pairs = frozenset[tuple[str, str]]
#: Directed pair -> rank of the best engine that has it, 0 for the best of all.
Ranks = Mapping[tuple[str, str], int]
#: Pivots that a message names.
_NAMED: Final = 20


@dataclass(frozen=True, slots=True)
class Route:
    """One round trip.

    Parameters
    ----------
    pivot
        As the user names it: ``"es"``, or a chain ``"ca>en"``.
    languages
        Every language in turn; the first and the last are the source language.
    """

    pivot: str
    languages: tuple[str, ...]

    @property
    def legs(self) -> tuple[tuple[str, str], ...]:
        """Directed pairs in the order of their use."""
        return tuple(pairwise(self.languages))

    def __str__(self) -> str:
        return " → ".join(self.languages)


def parse_pivot(text: str, source: str) -> tuple[str, ...]:
    """Read one ``--pivot`` value into language codes.

    Parameters
    ----------
    text
        A language or a chain of them: ``"es"``, ``"Spanish"``, ``"ca>en"``.
    source
        Code of the source language.

    Raises
    ------
    InputError
        For an unknown language, an empty part, or a chain that starts, ends or stands still at
        the source language.

    Examples
    --------
    >>> parse_pivot("ca > English", "fr")
    ('ca', 'en')
    """
    parts = [part.strip() for part in text.split(">")]
    if not all(parts):
        raise InputError(f"pivot {text!r}: a language is missing; write it like 'es' or 'ca>en'")
    codes = tuple(language_code(part) for part in parts)
    if source in (codes[0], codes[-1]):
        raise InputError(
            f"pivot {text!r} is the source language ({language_name(source)}); back-translation "
            "needs another one. Name the source with --source if it was recognised wrongly"
        )
    if any(a == b for a, b in pairwise(codes)):
        raise InputError(f"pivot {text!r} goes from a language to itself")
    return codes


def find_route(pivot: str, source: str, pairs: Pairs | None, ranks: Ranks | None = None) -> Route:
    """Find the round trip with the fewest translations.

    Parameters
    ----------
    pivot
        A language or a chain.
    source
        Code of the source language.
    pairs
        Directed pairs at hand; None when every pair can be had.
    ranks
        How good the engine of each pair is; all the same by default.

    Returns
    -------
    Route
        Among routes of equal length, the one with the best engines; among those, the first in
        alphabetical order of its languages, so the choice is the same everywhere.

    Raises
    ------
    PairError
        When the pairs do not lead there, or not back.

    Examples
    --------
    >>> pairs = frozenset({("fr", "ca"), ("ca", "fr"), ("ca", "en"), ("en", "ca")})
    >>> print(find_route("en", "fr", pairs))
    fr → ca → en → ca → fr
    """
    stops = (source, *parse_pivot(pivot, source), source)
    route = _route(stops, pairs, ranks)
    if isinstance(route, Route):
        return route
    raise PairError(_no_way(pivot, source, *route, pairs or frozenset()))


def _route(
    stops: tuple[str, ...], pairs: Pairs | None, ranks: Ranks | None
) -> Route | tuple[str, str]:
    """Join the shortest paths between the stops; or give the two that nothing leads between."""
    languages: list[str] = [stops[0]]
    for start, end in pairwise(stops):
        path = shortest_path(start, end, pairs, ranks)
        if path is None:
            return start, end
        languages.extend(path[1:])
    return Route(">".join(stops[1:-1]), tuple(languages))


def shortest_path(
    start: str, end: str, pairs: Pairs | None, ranks: Ranks | None = None
) -> tuple[str, ...] | None:
    """Shortest chain of languages from `start` to `end`, or None.

    Among the shortest ones the sum of the ranks decides, then the alphabet.

    >>> pairs = frozenset({("fr", "ca"), ("ca", "es"), ("fr", "en"), ("en", "es")})
    >>> shortest_path("fr", "es", pairs, {("fr", "ca"): 1, ("ca", "es"): 1})
    ('fr', 'en', 'es')
    """
    if pairs is None or (start, end) in pairs:
        return (start, end)
    rank = ranks or {}
    targets: dict[str, list[str]] = {}
    for here, there in pairs:
        targets.setdefault(here, []).append(there)
    paths: list[tuple[int, int, tuple[str, ...]]] = [(1, 0, (start,))]
    seen: set[str] = set()
    while paths:
        length, cost, path = heapq.heappop(paths)
        if path[-1] == end:
            return path
        if path[-1] in seen:
            continue
        seen.add(path[-1])
        for there in targets.get(path[-1], []):
            if there not in seen:
                leg = rank.get((path[-1], there), 0)
                heapq.heappush(paths, (length + 1, cost + leg, (*path, there)))
    return None


def round_trip_pivots(source: str, pairs: Pairs, ranks: Ranks | None = None) -> list[Route]:
    """List every single-language round trip from `source`, shortest first.

    The order among equally long ones is alphabetical.
    """
    others = sorted({language for pair in pairs for language in pair} - {source})
    found = (_route((source, language, source), pairs, ranks) for language in others)
    # A language with no way there or no way back is no pivot.
    routes = [route for route in found if isinstance(route, Route)]
    return sorted(routes, key=lambda route: (len(route.languages), route.pivot))


def pivot_names(source: str, pairs: Iterable[tuple[str, str]]) -> str:
    """Pivots that can be used from `source`, for messages."""
    names = [route.pivot for route in round_trip_pivots(source, frozenset(pairs))]
    return first_of(names, _NAMED) or "none"


def _no_way(pivot: str, source: str, start: str, end: str, pairs: Pairs) -> str:
    return (
        f"pivot {pivot!r}: nothing on this machine leads from {language_name(start)} ({start}) to "
        f"{language_name(end)} ({end}); pivots that work from {source}: "
        f"{pivot_names(source, pairs)}"
    )


def missing_pairs(pivots: Sequence[str], source: str) -> list[tuple[str, str]]:
    """Direct pairs that a user would install to reach `pivots` from `source`."""
    out: list[tuple[str, str]] = []
    for pivot in pivots:
        stops = (source, *parse_pivot(pivot, source), source)
        out.extend(pairwise(stops))
    return list(dict.fromkeys(out))

"""Checks that a candidate must pass to be kept: one file per check, one table of them all.

Adding a check = one file here, one line in `FILTERS`, one test file. Other packages add theirs
through the entry-point group ``augment.filters``: a class that takes the `FilterSettings` and has
a ``name`` and a ``check`` method; under the name of a check of this table it takes its place. A
check that must know the whole table or its labels has a ``learn`` method as well
(`augment.filters.check.Learner`); one that cannot check everything says so in ``notes``, and in
``missed`` what it failed to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final, cast

from augment.errors import AugmentError, InputError, one_line
from augment.filters.chain import FilterChain
from augment.filters.check import PASSED, Filter, Finding, Learner, Original
from augment.filters.settings import FilterSettings

__all__ = [
    "FILTERS",
    "PASSED",
    "Filter",
    "FilterChain",
    "FilterSettings",
    "Finding",
    "Learner",
    "Original",
    "build_filters",
    "filters_of_others",
    "known_filters",
    "runs",
]

#: Name of a check -> where its class is, in the order of running: the cheap ones first, and
#: `duplicate` before what looks at meaning, so that a repeated text is told as one.
FILTERS: Final[dict[str, str]] = {
    "empty": "augment.filters.empty:Empty",
    "unchanged": "augment.filters.unchanged:Unchanged",
    "reworded": "augment.filters.reworded:Reworded",
    "duplicate": "augment.filters.duplicate:Duplicate",
    "notice": "augment.filters.notice:Notice",
    "encoding": "augment.filters.encoding:Encoding",
    "markup": "augment.filters.markup:Markup",
    "marks": "augment.filters.marks:Marks",
    "length": "augment.filters.length:Length",
    "repetition": "augment.filters.repetition:Repetition",
    "truncated": "augment.filters.truncated:Truncated",
    "numbers": "augment.filters.numbers:Numbers",
    "units": "augment.filters.units:Units",
    "negation": "augment.filters.negation:Negation",
    "question": "augment.filters.question:Question",
    "person": "augment.filters.person:Person",
    "names": "augment.filters.names:Names",
    "profanity": "augment.filters.profanity:Profanity",
    "language": "augment.filters.language:Language",
    "grammar": "augment.filters.grammar:Grammar",
    "sense": "augment.filters.sense:Sense",
    "fluency": "augment.filters.fluency:Fluency",
    "label": "augment.filters.label:Label",
    "proofreading": "augment.filters.proofreading:Proofreading",
    "similarity": "augment.filters.similarity:Similarity",
    "swapped": "augment.filters.swapped:Swapped",
}
#: What ``disabled=["all"]`` leaves standing: rows without text, and rows that are there already.
_ALWAYS: Final = ("empty", "duplicate")
#: Checks that need sentence vectors run last, on what the others left.
_COSTLY: Final = ("similarity", "swapped")
GROUP: Final = "augment.filters"


def known_filters() -> dict[str, str]:
    """Names of all checks and where their classes are.

    Those of other packages run before the costly checks of meaning, or, under the name of a check
    of this package, in its place.
    """
    others = {point.name: point.value for point in entry_points(group=GROUP)}
    known = {name: others.get(name, place) for name, place in FILTERS.items()}
    costly = {name: known.pop(name) for name in _COSTLY}
    return {**known, **{name: others[name] for name in others if name not in costly}, **costly}


def build_filters(settings: FilterSettings, *, disabled: Sequence[str] = ()) -> list[Filter]:
    """Make the checks.

    Parameters
    ----------
    settings
        Thresholds and the source language.
    disabled
        Names of checks to leave out; ``"all"`` leaves out every one but empty and duplicate.

    Returns
    -------
    list of Filter
        In the order of running.

    Raises
    ------
    InputError
        For an unknown name, with the known ones, and for a check of another package that cannot
        be loaded.
    MissingExtraError
        When the similarity check is wanted and what it needs is not installed.

    Examples
    --------
    >>> settings = FilterSettings(language="en")
    >>> [check.name for check in build_filters(settings, disabled=["all"])]
    ['empty', 'duplicate']
    """
    known = known_filters()
    for name in disabled:
        if name not in known and name != "all":
            close = get_close_matches(name, known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            raise InputError(f"no check is called {name!r}{hint} (checks: {', '.join(known)}, all)")
    return [_made(name, place, settings) for name, place in known.items() if runs(name, disabled)]


def runs(name: str, disabled: Sequence[str]) -> bool:
    """Whether a check runs where some are left out by name, or all.

    >>> runs("language", ["names"]), runs("language", ["all"]), runs("empty", ["all"])
    (True, False, True)
    """
    return name not in disabled and ("all" not in disabled or name in _ALWAYS)


def filters_of_others() -> dict[str, tuple[str, str]]:
    """Give the checks of other packages: name -> package, and why it cannot be loaded or ''."""
    found: dict[str, tuple[str, str]] = {}
    for point in entry_points(group=GROUP):
        why = ""
        try:
            _resolve(point.value)
        except Exception as error:  # whatever another package raises
            why = one_line(error)
        found[point.name] = (point.dist.name if point.dist else "?", why)
    return found


def _made(name: str, place: str, settings: FilterSettings) -> Filter:
    try:
        return cast(Filter, _resolve(place)(settings))
    except Exception as error:
        if isinstance(error, AugmentError) or place == FILTERS.get(name):
            raise
        package = filters_of_others()[name][0]
        raise InputError(
            f"check {name!r} of package {package} cannot be loaded: {one_line(error)}; leave it "
            f"out with --no-filter {name}"
        ) from error


def _resolve(place: str) -> Any:  # noqa: ANN401
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)

"""The size that each class aims at."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Callable, Mapping
from typing import Final, Literal

from augment.errors import InputError

#: Classes whose sizes lie within this share of the largest count as balanced already.
ALREADY_BALANCED: Final = 0.05
#: What ``auto`` does when the classes are balanced already, or when there is only one.
GROWTH: Final = 2.0

_NAMED: Final[dict[str, Callable[[list[int]], float]]] = {
    "max": max,
    "median": statistics.median,
    "mean": statistics.fmean,
}
_WANTED_SIZES: Final = "auto, max, median, mean, min, a number of rows, or xR"
_WANTED: Final = "auto, none, max, median, mean, a number of rows, or xR (x2: twice the largest)"


def check_balance(balance: str, wanted: str = _WANTED) -> str:
    """Check the spelling of a balance, and give it in lower case; `wanted` is for messages.

    Raises
    ------
    InputError
        For anything but the forms that `balance_targets` knows.
    """
    form = balance.strip().lower()
    if form in ("auto", "none", *_NAMED):
        return form
    if re.fullmatch(r"\d+", form) and int(form) > 0:
        if len(form) > 9:
            raise InputError(f"balance {balance!r}: fewer than a billion rows a class are wanted")
        return form
    if re.fullmatch(r"x\d{1,6}(\.\d{1,6})?", form) and float(form[1:]) > 0:
        return form
    raise InputError(f"balance {balance!r} is not known; wanted: {wanted}")


def resolve_auto(balance: str, counts: Mapping[str, int]) -> str:
    """Say what ``auto`` means for these class sizes; any other balance stays as it is.

    Examples
    --------
    >>> resolve_auto("auto", {"ham": 4827, "spam": 747})
    'max'
    >>> resolve_auto("auto", {"neg": 2000, "pos": 1990})
    'x2'
    """
    if balance != "auto":
        return balance
    largest, smallest = max(counts.values()), min(counts.values())
    return f"x{GROWTH:g}" if smallest >= (1 - ALREADY_BALANCED) * largest else "max"


def balance_targets(counts: Mapping[str, int], balance: str) -> dict[str, int] | None:
    """Give the number of rows that each class aims at.

    Parameters
    ----------
    counts
        Rows of each class; at least one class.
    balance
        ``max``, ``median`` or ``mean`` of the class sizes, a number of rows, ``xR`` for R times
        the largest class, ``none``, or ``auto``: ``max``, and ``x2`` where the classes are within
        5 % of each other already, so that asking for more rows never does nothing.

    Returns
    -------
    dict or None
        Never below the class's own size: originals are never dropped. None for ``none``: no
        target, every row gets its paraphrases.

    Raises
    ------
    InputError
        For an unknown balance.

    Examples
    --------
    >>> balance_targets({"ham": 90, "spam": 30}, "max")
    {'ham': 90, 'spam': 90}
    >>> balance_targets({"ham": 90, "spam": 30}, "x1.5")
    {'ham': 135, 'spam': 135}
    """
    form = resolve_auto(check_balance(balance), counts)
    if form == "none":
        return None
    goal = _goal(counts, form)
    return {label: max(size, goal) for label, size in counts.items()}


def _goal(counts: Mapping[str, int], form: str) -> int:
    """Rows a class that a checked balance stands for, whatever the classes have."""
    sizes = list(counts.values())
    if form in _NAMED:
        return math.ceil(_NAMED[form](sizes))
    if form.startswith("x"):
        return max(1, math.floor(float(form[1:]) * max(sizes) + 0.5))
    return int(form)


def resampling_targets(
    counts: Mapping[str, int], balance: str, to: Literal["up", "down", "both"]
) -> dict[str, int]:
    """Give the number of rows that each class gets by leaving rows out or repeating them.

    Parameters
    ----------
    counts
        Rows of each class; at least one class.
    balance
        ``max``, ``median``, ``mean`` or ``min`` of the class sizes, a number of rows, ``xR`` for
        R times the largest class, or ``auto``: ``max`` upwards, ``min`` downwards, ``median`` both
        ways.
    to
        ``up`` leaves classes above the aim alone, ``down`` those below it, ``both`` none.

    Returns
    -------
    dict
        Rows of each class afterwards.

    Raises
    ------
    InputError
        For an unknown balance.

    Examples
    --------
    >>> counts = {"ham": 90, "eggs": 40, "spam": 30}
    >>> resampling_targets(counts, "median", "down")
    {'ham': 40, 'eggs': 40, 'spam': 30}
    """
    form = balance.strip().lower()
    if form == "auto":
        form = {"up": "max", "down": "min", "both": "median"}[to]
    if form == "none":
        raise InputError("balance 'none' names no size; wanted: " + _WANTED_SIZES)
    form = form if form == "min" else check_balance(form, _WANTED_SIZES)
    goal = min(counts.values()) if form == "min" else _goal(counts, form)
    least, greatest = (0 if to == "down" else goal), (math.inf if to == "up" else goal)
    return {label: max(least, size if size <= greatest else goal) for label, size in counts.items()}

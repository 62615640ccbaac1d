"""How many rows each class wants: imbalanced-learn's ``sampling_strategy`` of over-samplers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from augment.errors import InputError

#: ``auto`` and the like, float, {class: rows}, or a function of y that gives such a dict.
Strategy = str | float | Mapping[Any, int] | Callable[[Any], Mapping[Any, int]]


def new_rows(strategy: Strategy, labels: Sequence[Any]) -> dict[Any, int]:
    """Say how many rows each class wants, as imbalanced-learn's over-samplers do.

    Raises
    ------
    InputError
        For an unknown strategy, a class that is not there, or fewer rows than a class has.

    Examples
    --------
    >>> new_rows("auto", ["a", "a", "a", "b"])
    {'b': 2}
    >>> new_rows(0.7, ["a", "a", "a", "b"])
    {'b': 1}
    """
    counts = Counter(labels)
    if len(counts) < 2 and not isinstance(strategy, Mapping):
        raise InputError(f"y has {len(counts)} class; two or more are wanted")
    if callable(strategy):
        given = np.asarray(labels)
        if given.tolist() != [*labels]:  # of several kinds, which numpy writes as text
            given = np.array(labels, dtype=object)
        strategy = strategy(given)
    if isinstance(strategy, Mapping):
        return _by_class(strategy, counts)
    largest, smallest = max(counts.values()), min(counts.values())
    if isinstance(strategy, str):
        majority = max(counts, key=counts.__getitem__)
        minority = min(counts, key=counts.__getitem__)
        chosen = {
            "minority": {minority},
            "not minority": set(counts) - {minority},
            "not majority": set(counts) - {majority},
            "all": set(counts),
        }
        chosen["auto"] = chosen["not majority"]
        if strategy not in chosen:
            raise InputError(
                f"sampling_strategy is {strategy!r}; wanted: {', '.join(map(repr, chosen))}, a "
                "float, a dict, or a function"
            )
        wanted = {label: largest - counts[label] for label in counts if label in chosen[strategy]}
    elif isinstance(strategy, bool) or not isinstance(strategy, int | float):
        raise InputError(
            f"sampling_strategy is {strategy!r}; wanted: 'auto', 'minority' and the like, a float, "
            "a dict, or a function"
        )
    else:
        if len(counts) != 2 or not 0 < strategy <= 1 or strategy * largest < smallest:
            raise InputError(
                f"sampling_strategy is {strategy!r}; a float is for two classes: rows of the "
                f"smaller over the larger, from {smallest / largest:.2f} up to 1"
            )
        minority = min(counts, key=counts.__getitem__)
        wanted = {minority: int(strategy * largest) - smallest}
    return dict(sorted(wanted.items(), key=lambda item: str(item[0])))


def _by_class(strategy: Mapping[Any, int], counts: Counter[Any]) -> dict[Any, int]:
    for label, rows in strategy.items():
        if label not in counts:
            known = ", ".join(map(repr, counts))
            raise InputError(f"sampling_strategy names class {label!r}; y has {known}")
        if isinstance(rows, bool) or rows != int(rows):
            raise InputError(
                f"sampling_strategy wants {rows!r} rows of class {label!r}; a whole number is "
                "wanted"
            )
        if rows < counts[label]:
            raise InputError(
                f"sampling_strategy wants {rows} rows of class {label!r}, which has "
                f"{counts[label]}; originals are never dropped"
            )
    return {label: int(rows) - counts[label] for label, rows in strategy.items()}

"""Folds that cannot leak: rows with the same text stay together, classes are spread evenly.

A row repeated in a table and split between training and test part is a question asked with its
answer in hand. Rows whose texts are the same once case, spaces and punctuation are set aside
therefore form one *group*, and a group lies on one side of every split. For text pairs one
shared side is enough: the groups are the connected parts of the graph of shared texts.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from augment.errors import InputError
from augment.tokens import fold as same_text

IntArray = npt.NDArray[np.int64]
#: Orders tried where large groups make the folds uneven, and the rows up to which it is cheap.
TRIES, MOST_ROWS_TRIED = 8, 50_000


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold of one repeat.

    Parameters
    ----------
    repeat, fold
        0-based numbers.
    train, test
        Positions of the rows on each side, ascending; shape ``(n_train,)`` and ``(n_test,)``.
    """

    repeat: int
    fold: int
    train: IntArray
    test: IntArray


def source_groups(texts: Sequence[tuple[str, ...]]) -> IntArray:
    """Give every row the number of its group: rows that share a text.

    Parameters
    ----------
    texts
        One tuple per row: the text, or both sides of a text pair. A side that is empty after
        normalisation connects nothing.

    Returns
    -------
    ndarray of shape (n_rows,)
        Group numbers, 0-based, in order of first appearance.

    Examples
    --------
    >>> source_groups([("Good film!",), ("bad",), ("good  film",)]).tolist()
    [0, 1, 0]
    >>> source_groups([("a", "x"), ("b", "x"), ("b", "y"), ("c", "z")]).tolist()
    [0, 0, 0, 1]
    """
    return connected([[key for side in sides if (key := same_text(side))] for sides in texts])


def connected(keys: Iterable[Iterable[Hashable]]) -> IntArray:
    """Give every row the number of its group: rows that share a key, directly or through others.

    Parameters
    ----------
    keys
        The keys of each row; a row without any is alone.

    Returns
    -------
    ndarray of shape (n_rows,)
        Group numbers, 0-based, in order of first appearance.

    Examples
    --------
    >>> connected([["a"], ["b"], ["a", "b"], []]).tolist()
    [0, 0, 0, 1]
    """
    parent: list[int] = []
    first: dict[Hashable, int] = {}

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = parent[parent[row]]
            row = parent[row]
        return row

    for row, own in enumerate(keys):
        parent.append(row)
        for key in own:
            a, b = root(first.setdefault(key, row)), root(row)
            parent[max(a, b)] = min(a, b)
    number: dict[int, int] = {}
    return np.array(
        [number.setdefault(root(row), len(number)) for row in range(len(parent))], dtype=np.int64
    )


def grouped_folds(
    labels: npt.ArrayLike,
    groups: npt.ArrayLike,
    *,
    folds: int = 5,
    repeats: int = 1,
    seed: int = 0,
    names: Sequence[str] | None = None,
) -> list[Fold]:
    """Split rows into stratified folds that no group crosses.

    Groups that hold the largest part of a class are placed first, each where its classes are
    rarest so far; single rows of common classes come last and even out what is left. The share
    of every class is thus within a row or so of equal whenever the groups allow it.

    Parameters
    ----------
    labels
        Class number of each row, 0-based, shape ``(n_rows,)``.
    groups
        Group number of each row, shape ``(n_rows,)``; see `source_groups`.
    folds
        Number of folds, at least 2.
    repeats
        How often the whole is split anew, at least 1.
    seed
        Seed of the order in which equal choices are taken.
    names
        Class names, for messages.

    Returns
    -------
    list of Fold
        ``repeats * folds`` splits; within one repeat every row is in exactly one test part.

    Raises
    ------
    InputError
        When a class lies in fewer groups than there are folds, or the groups are so large that
        a training part would lack a class.

    Examples
    --------
    >>> splits = grouped_folds([0, 0, 1, 1], [0, 1, 2, 3], folds=2, seed=7)
    >>> [sorted(split.test.tolist()) == split.test.tolist() for split in splits]
    [True, True]
    """
    y, g = np.asarray(labels, dtype=np.int64), np.asarray(groups, dtype=np.int64)
    if folds < 2:
        raise InputError(f"folds={folds!r}: at least 2 are wanted")
    if repeats < 1:
        raise InputError(f"repeats={repeats!r}: at least 1 is wanted")
    names = names or [str(c) for c in range(int(y.max(initial=-1)) + 1)]
    _check_classes(y, g, folds, names)
    splits = []
    for repeat in range(repeats):
        fold_of = _best_of_several(y, g, folds, np.random.default_rng([seed, repeat]))
        for fold in range(folds):
            test = np.flatnonzero(fold_of == fold)
            train = np.flatnonzero(fold_of != fold)
            _check_training_part(y, train, folds, names)
            splits.append(Fold(repeat, fold, train, test))
    return splits


def grouped_parts(
    labels: npt.ArrayLike, groups: npt.ArrayLike, shares: Sequence[float], *, seed: int = 0
) -> IntArray:
    """Split rows into stratified parts of given shares that no group crosses.

    Parameters
    ----------
    labels
        Class number of each row, 0-based, shape ``(n_rows,)``.
    groups
        Group number of each row, shape ``(n_rows,)``; see `source_groups`.
    shares
        Share of each part, each above 0; they add up to 1.
    seed
        Seed of the order in which equal choices are taken.

    Returns
    -------
    ndarray of shape (n_rows,)
        Number of the part of each row.

    Notes
    -----
    Each group goes where its classes lack most, rows being dealt out as seats are in the method
    of Webster and Sainte-Laguë: every class is within a row or so of its shares whenever the
    groups allow it.

    Examples
    --------
    >>> parts = grouped_parts([0] * 10 + [1] * 10, range(20), (0.8, 0.2), seed=1)
    >>> [int((parts[:10] == n).sum()) for n in (0, 1)]
    [8, 2]
    """
    y, g = np.asarray(labels, dtype=np.int64), np.asarray(groups, dtype=np.int64)
    wanted = np.asarray(shares, dtype=float)
    if not len(y):
        return np.zeros(0, dtype=np.int64)
    return _best_of_several(y, g, len(wanted), np.random.default_rng(seed), wanted)


def _best_of_several(
    y: IntArray,
    g: IntArray,
    folds: int,
    rng: np.random.Generator,
    shares: npt.NDArray[np.float64] | None = None,
) -> IntArray:
    """Assign in several orders and keep the evenest; one is even enough without large groups."""
    tries = TRIES if len(np.unique(g)) < len(g) <= MOST_ROWS_TRIED else 1
    drawn = [_assign(y, g, folds, rng, shares) for _ in range(tries)]
    return min(drawn, key=lambda fold_of: _unevenness(y, fold_of, folds, shares))


def _unevenness(
    y: IntArray, fold_of: IntArray, folds: int, shares: npt.NDArray[np.float64] | None
) -> float:
    """Variance over the folds of each class's share in them, summed over classes."""
    counts = np.zeros((folds, int(y.max()) + 1))
    np.add.at(counts, (fold_of, y), 1)
    found = counts / np.maximum(counts.sum(axis=0), 1)
    if shares is None:
        return float(found.var(axis=0).sum())
    return float(((found - shares[:, None]) ** 2).sum())


def _assign(
    y: IntArray,
    g: IntArray,
    folds: int,
    rng: np.random.Generator,
    shares: npt.NDArray[np.float64] | None,
) -> IntArray:
    """Fold number of each row; folds are equally large unless there are shares."""
    n_classes = int(y.max()) + 1
    numbers, group_of = np.unique(g, return_inverse=True)
    members: list[list[int]] = [[] for _ in numbers]
    for row, group in enumerate(group_of.tolist()):
        members[group].append(row)
    totals = np.bincount(y, minlength=n_classes).astype(float)
    mass = np.array(
        [
            (np.bincount(y[rows], minlength=n_classes) / np.maximum(totals, 1)).max()
            for rows in members
        ]
    )
    order = np.lexsort((rng.random(len(members)), -mass))
    per_class = np.zeros((folds, n_classes))
    per_fold = np.zeros(folds)
    fold_of = np.empty(len(y), dtype=np.int64)
    weight = 1.0 / np.maximum(totals, 1.0) ** 2
    for group in order.tolist():
        rows = members[group]
        counts = np.bincount(y[rows], minlength=n_classes)
        if shares is None:
            crowding, fullness = per_class @ (counts * weight), per_fold
        else:
            crowding = ((per_class + counts / 2) / shares[:, None]) @ (counts * weight)
            fullness = per_fold / shares
        best = int(np.lexsort((rng.random(folds), fullness, np.round(crowding, 12)))[0])
        per_class[best] += counts
        per_fold[best] += len(rows)
        fold_of[rows] = best
    return fold_of


def _check_classes(y: IntArray, g: IntArray, folds: int, names: Sequence[str]) -> None:
    """Refuse a class with fewer groups than folds."""
    for c, name in enumerate(names):
        rows = np.flatnonzero(y == c)
        n_groups = len(np.unique(g[rows]))
        if n_groups < folds:
            same = "" if n_groups == len(rows) else f" of {n_groups} different texts"
            advice = f"lower folds to {n_groups}, " if n_groups >= 2 else ""
            raise InputError(
                f"class {name!r} has {len(rows)} rows{same}, fewer than folds={folds}; {advice}"
                "add rows of that class, merge it with another, or leave it out"
            )


def _check_training_part(y: IntArray, train: IntArray, folds: int, names: Sequence[str]) -> None:
    """Refuse a split whose training part lacks a class."""
    missing = np.setdiff1d(np.arange(len(names)), y[train])
    if len(missing):
        raise InputError(
            f"class {names[int(missing[0])]!r} has nearly all its rows in one group of rows that "
            f"share a text, so that a training part of {folds} folds would lack it; choose other "
            "text columns, or leave the class out"
        )

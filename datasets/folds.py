"""Folds that cannot leak: groups of rows lie on one side of every split, classes are spread evenly.

Which rows make a group is told by `augment.datasets.groups`; here groups are dealt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from augment.enumeration import counted
from augment.errors import InputError

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
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
        Group number of each row, shape ``(n_rows,)``; see `augment.datasets.groups`.
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
    dealer = _Dealer(y, g, folds)
    splits = []
    for repeat in range(repeats):
        fold_of = dealer.best_of_several(np.random.default_rng([seed, repeat]))
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
        Group number of each row, shape ``(n_rows,)``; see `augment.datasets.groups`.
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
    The shares of a class are rarely whole rows: what one class rounds away the next ones make up
    for (see `_wanted_rows`), so that the whole has its shares too, however small the classes. Each
    group then goes where its classes lack most, rows being dealt out as seats are in the method of
    Webster and Sainte-Laguë. Every class is within a row or so of its shares, and every part within
    a few rows, whenever the groups allow it.

    Examples
    --------
    >>> parts = grouped_parts([0] * 10 + [1] * 10, range(20), (0.8, 0.2), seed=1)
    >>> [int((parts[:10] == n).sum()) for n in (0, 1)]
    [8, 2]
    """
    y, g = np.asarray(labels, dtype=np.int64), np.asarray(groups, dtype=np.int64)
    if not len(y):
        return np.zeros(0, dtype=np.int64)
    dealer = _Dealer(y, g, len(shares), np.asarray(shares, dtype=float))
    return dealer.best_of_several(np.random.default_rng(seed))


def _wanted_rows(classes: IntArray, counts: IntArray, shares: FloatArray) -> FloatArray:
    """Rows of each class for each part: its shares in whole groups, shape ``(classes, parts)``.

    A class gives every part what is surely due to it; what is left, less than a group for each
    part, goes to those that it owes most, what the classes before owe counting half: in full it
    would outweigh the shares of small classes. `classes` and `counts` hold the classes of all
    groups, and the rows that each has in its group.
    """
    wanted = np.zeros((int(classes.max()) + 1, len(shares)))
    owed = np.zeros(len(shares))
    order = np.lexsort((counts, classes))
    found, starts = np.unique(classes[order], return_index=True)
    for c, sizes in zip(found, np.split(counts[order], starts[1:]), strict=True):
        rows, group = sizes.sum(), sizes[(len(sizes) - 1) // 2]  # the usual one, not the largest
        due = np.round(shares * rows / group, 9)
        wanted[c] = np.floor(due) * group
        left = shares * rows - wanted[c]
        first = np.argsort(np.round(-left - owed / 2, 9), kind="stable")
        owed += left
        for part in first:
            if due[part] % 1:  # else all that is due is there
                more = min(group, rows - wanted[c].sum())
                wanted[c, part] += more
                owed[part] -= more
    return wanted


class _Dealer:
    """Deals groups of rows out to folds, each to where its classes lack most.

    Parameters
    ----------
    y, g
        Class and group of each row.
    folds
        Number of folds.
    shares
        Share of each fold; None: equal ones.
    """

    def __init__(
        self, y: IntArray, g: IntArray, folds: int, shares: FloatArray | None = None
    ) -> None:
        self.y, self.folds, self.shares = y, folds, shares
        self.totals = np.maximum(np.bincount(y), 1).astype(float)
        _, self.group_of = np.unique(g, return_inverse=True)
        cells, counts = np.unique(self.group_of * len(self.totals) + y, return_counts=True)
        groups, classes = np.divmod(cells, len(self.totals))
        self.mass = np.zeros(int(groups.max()) + 1)
        np.maximum.at(self.mass, groups, counts / self.totals[classes])
        #: Of every group its classes, each with its rows.
        self.held: list[list[tuple[int, int]]] = [[] for _ in self.mass]
        for group, c, n in zip(groups.tolist(), classes.tolist(), counts.tolist(), strict=True):
            self.held[group].append((c, n))
        if shares is not None:
            self.wanted = _wanted_rows(classes, counts, shares)

    def best_of_several(self, rng: np.random.Generator) -> IntArray:
        """Deal in several orders and keep the evenest; one is even enough without large groups."""
        tries = TRIES if len(self.held) < len(self.y) <= MOST_ROWS_TRIED else 1
        return min((self.deal(rng) for _ in range(tries)), key=self.unevenness)

    def unevenness(self, fold_of: IntArray) -> float:
        """Variance over the folds of each class's share in them, summed over classes."""
        counts = np.zeros((self.folds, len(self.totals)))
        np.add.at(counts, (fold_of, self.y), 1)
        found = counts / self.totals
        if self.shares is None:
            return float(found.var(axis=0).sum())
        return float(((found - self.wanted.T / self.totals) ** 2).sum())

    def deal(self, rng: np.random.Generator) -> IntArray:
        """Fold number of each row, for one order of the groups."""
        order = np.lexsort((rng.random(len(self.held)), -self.mass))
        draws = rng.random((len(order), self.folds))
        weight = (1.0 / self.totals**2).tolist()
        # Lists: of so few numbers at a time NumPy takes several times as long.
        per_class = [[0] * self.folds for _ in weight]
        per_fold = [0] * self.folds
        fold_of_group = np.empty(len(order), dtype=np.int64)
        wanted, of_fold = [[1.0] * self.folds for _ in weight], [1.0] * self.folds
        if self.shares is not None:
            # Where no row is due, one is worse than one too many elsewhere, but not forbidden.
            wanted = (np.maximum(self.wanted, 0.4) / self.totals[:, None]).tolist()
            of_fold = self.shares.tolist()
        for group, draw in zip(order.tolist(), draws, strict=True):
            crowding = [0.0] * self.folds
            for c, n in self.held[group]:
                worth = n * weight[c]
                full = per_class[c]
                if self.shares is not None:
                    full = [(m + n / 2) / s for m, s in zip(full, wanted[c], strict=True)]
                crowding = [so_far + m * worth for so_far, m in zip(crowding, full, strict=True)]
            least = (round(one * 1e12) for one in crowding)
            fullness = [n / s for n, s in zip(per_fold, of_fold, strict=True)]
            best = min(zip(least, fullness, draw.tolist(), range(self.folds), strict=True))[-1]
            for c, n in self.held[group]:
                per_class[c][best] += n
                per_fold[best] += n
            fold_of_group[group] = best
        return fold_of_group[self.group_of]


def _check_classes(y: IntArray, g: IntArray, folds: int, names: Sequence[str]) -> None:
    """Refuse a class with fewer groups than folds."""
    for c, name in enumerate(names):
        rows = np.flatnonzero(y == c)
        n_groups = len(np.unique(g[rows]))
        if n_groups < folds:
            same = "" if n_groups == len(rows) else f" of {n_groups} different texts"
            advice = f"lower folds to {n_groups}, " if n_groups >= 2 else ""
            raise InputError(
                f"class {name!r} has {counted(len(rows), 'row')}{same}, fewer than folds={folds}; "
                f"{advice}add rows of that class, merge it with another, or leave it out"
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

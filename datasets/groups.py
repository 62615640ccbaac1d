"""Which rows belong together: groups that lie on one side of every split.

A row repeated in a table and split between training and test part is a question asked with its
answer in hand. Rows whose texts are the same once case, spaces and punctuation are set aside
therefore form one *group*, and a group lies on one side of every split. For text pairs one
shared side is enough, unless more than half of the rows share it (one question put to every text):
the groups are the connected parts of the graph of shared texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from augment.datasets.survey import most_telling
from augment.enumeration import counted
from augment.tokens import fold as same_text

IntArray = npt.NDArray[np.int64]


def source_groups(texts: Sequence[tuple[str, ...]]) -> IntArray:
    """Give every row the number of its group: rows that share a text.

    Parameters
    ----------
    texts
        One tuple per row: the text, or both sides of a text pair. A side that is empty after
        normalisation connects nothing, nor does one that more than half of the rows share.

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
    >>> source_groups([("a", "good?"), ("b", "good?"), ("b", "good?"), ("c", "bad?")]).tolist()
    [0, 1, 1, 2]
    """
    rows = [*map(side_keys, texts)]
    common = common_keys(rows)
    return connected(telling(keys, common) for keys in rows)


def side_keys(sides: Iterable[str]) -> list[Hashable]:
    """Give the folded sides of a row that are not empty.

    >>> side_keys(["Is it good?", " "])
    ['isitgood']
    """
    return [key for side in sides if (key := same_text(side))]


def common_keys(rows: Sequence[Collection[Hashable]]) -> frozenset[Hashable]:
    """Find the keys that so many rows share that they tell nothing of a row.

    Parameters
    ----------
    rows
        The keys of each row: of its text, or of both sides of a text pair.

    Examples
    --------
    >>> common_keys([["is it good", n] for n in range(3)])
    frozenset({'is it good'})
    """
    counts = Counter(key for keys in rows for key in set(keys))
    most = most_telling(len(rows))
    return frozenset(key for key, n in counts.items() if n > most)


def common_side_note(rows: int) -> str:
    """Say that so many rows have a side that keeps none of them together.

    >>> common_side_note(30).partition(" that ")[0]
    '30 rows have a side of their pair'
    """
    return (
        f"{counted(rows, 'row')} have a side of their pair that more than half of the table has: "
        "it keeps no rows together, the other side does"
    )


def telling(keys: Collection[Hashable], common: Collection[Hashable]) -> list[Hashable]:
    """Give those keys of a row that connect it to others: where all are common, all as one.

    >>> telling(["is it good", "a"], {"is it good"}), telling(["is it good"], {"is it good"})
    (['a'], [('is it good',)])
    """
    found: list[Hashable] = [key for key in keys if key not in common]
    if keys and not found:
        found.append(tuple(keys))
    return found


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

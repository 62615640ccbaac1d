"""Cells of any length for `csv`, whose limit is one number for the whole process."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

#: Longest cell that is read, in characters; a longer one is a quote that never closes.
LONGEST_CELL: Final = 200_000_000

_lock = threading.Lock()
_users = 0
_before = 0


@contextmanager
def wide_cells() -> Iterator[None]:
    """Lift `csv.field_size_limit` while the block runs, in any number of threads at once.

    The first to enter notes the limit and the last to leave puts it back, so that nobody lowers
    it under another's feet and it ends as it was.

    Examples
    --------
    >>> import csv
    >>> limit = csv.field_size_limit()
    >>> with wide_cells():
    ...     row = next(csv.reader(["x" * 1_000_000]))
    >>> len(row[0]), csv.field_size_limit() == limit
    (1000000, True)
    """
    global _users, _before
    with _lock:
        if _users == 0:
            _before = csv.field_size_limit(LONGEST_CELL)
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                csv.field_size_limit(_before)

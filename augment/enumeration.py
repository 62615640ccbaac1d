"""Many names in one sentence: the first of them."""

from __future__ import annotations

from collections.abc import Sequence


def enumerated(names: Sequence[object], most: int) -> str:
    """Join names by commas, at most so many of them.

    >>> enumerated(["a", "b"], 2), enumerated([4, 5, 6], 2)
    ('a, b', '4, 5, ...')
    """
    shown = [*map(str, names[:most]), *(["..."] if len(names) > most else [])]
    return ", ".join(shown)

"""Names and numbers in a sentence."""

from __future__ import annotations

from collections.abc import Sequence


def enumerated(names: Sequence[object], most: int) -> str:
    """Join names by commas, at most so many of them.

    >>> enumerated(["a", "b"], 2), enumerated([4, 5, 6], 2)
    ('a, b', '4, 5, ...')
    """
    shown = [*map(str, names[:most]), *(["..."] if len(names) > most else [])]
    return ", ".join(shown)


def first_of(names: Sequence[str], most: int) -> str:
    """Join names by commas, and behind the first ones say how many there are more.

    >>> first_of(["a", "b"], 2), first_of(["a", "b", "c", "d"], 2)
    ('a, b', 'a, b and 2 more')
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def counted(number: int, noun: str) -> str:
    """Put a number before a noun, in the plural where it is not one.

    >>> counted(1, "row"), counted(1200, "row"), counted(0, "new row"), counted(2, "class")
    ('1 row', '1,200 rows', '0 new rows', '2 classes')
    """
    plural = "es" if noun.endswith("s") else "s"
    return f"{number:,} {noun}{'' if number == 1 else plural}"

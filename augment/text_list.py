"""The texts that a Python caller hands over, told from what only looks like a list of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from augment.errors import InputError


def listed(texts: Iterable[Any]) -> list[Any]:
    """Give what a list, an array, a series or a generator holds.

    Raises
    ------
    InputError
        For a single string, and for a table or a mapping, whose names would be taken for texts.

    Examples
    --------
    >>> listed(text.strip() for text in ("a ", " b"))
    ['a', 'b']
    >>> listed("a good film")
    Traceback (most recent call last):
        ...
    augment.errors.InputError: a list of texts is wanted, not a single string; write [text]
    """
    if isinstance(texts, str):
        raise InputError("a list of texts is wanted, not a single string; write [text]")
    if isinstance(texts, bytes | Mapping) or hasattr(texts, "columns"):
        raise InputError(
            f"a list of texts is wanted, not a {type(texts).__name__}; give one column of it, like "
            'frame["text"]'
        )
    try:
        return list(texts)
    except TypeError as error:
        raise InputError(f"a list of texts is wanted, not a {type(texts).__name__}") from error


def only_texts(texts: Iterable[Any]) -> list[str]:
    """Give texts as `listed` does, and refuse whatever is none.

    Raises
    ------
    InputError
        Naming the row.
    """
    found = listed(texts)
    for row, text in enumerate(found):
        if not isinstance(text, str):
            raise InputError(f"row {row}: {text!r:.60} is no text ({type(text).__name__})")
    return found

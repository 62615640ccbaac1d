"""What every JSON row has to be: no key twice, and no half of a character."""

from __future__ import annotations

import json


class _RepeatedKeyError(ValueError):
    pass


def only_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Make an object of its pairs: the ``object_pairs_hook`` of `json`, which keeps the last one.

    Raises
    ------
    ValueError
        For a key that stands twice.
    """
    row = dict(pairs)
    if len(row) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _RepeatedKeyError(f"the key {twice!r} stands twice")
    return row


#: Why a row with such a character is refused.
HALF = "half of a surrogate pair (a cut emoji), which is no text"


def has_half_characters(value: object, written: str) -> bool:
    """Whether a value that was read from `written` holds half of a surrogate pair."""
    if "\\ud" not in written.lower():
        return False
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False

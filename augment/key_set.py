"""Sets of hash keys that take a dozen bytes a key, where Python's own take over a hundred."""

from __future__ import annotations

from array import array
from typing import Final

_SMALLEST: Final = 1024


class KeySet:
    """A set of hash keys, of which eight bytes each are remembered.

    Parameters
    ----------
    keys
        What is inside from the start: hashes of eight bytes or more.

    Notes
    -----
    Open addressing in one flat array, at most two thirds full: 12 to 24 bytes a key. Two of n keys
    agree in their first 64 bits with a probability below n²/2⁶⁵: 3e-8 for a million texts, 3e-4
    for a hundred million. What then happens is that one new text passes for a repeated one; never
    that a repeated one passes for new.

    Examples
    --------
    >>> seen = KeySet([b"8 bytes!"])
    >>> b"8 bytes!" in seen, b"another!" in seen, len(seen)
    (True, False, 1)
    """

    __slots__ = ("_count", "_mask", "_most", "_table")

    def __init__(self, keys: tuple[bytes, ...] | list[bytes] = ()) -> None:
        self._count = 0
        self._take(array("Q", bytes(8 * _SMALLEST)))
        for key in keys:
            self.add(key)

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: bytes) -> bool:
        return self._table[self._slot(_number(key))] != 0

    def add(self, key: bytes) -> bool:
        """Put a key in; tell whether it is new."""
        number = _number(key)
        slot = self._slot(number)
        if self._table[slot]:
            return False
        self._table[slot] = number
        self._count += 1
        if self._count > self._most:
            self._grow()
        return True

    def _take(self, table: array[int]) -> None:
        self._table = table
        self._mask = len(table) - 1
        self._most = len(table) * 2 // 3

    def _slot(self, number: int) -> int:
        """Find where a key is, or would be."""
        table, mask = self._table, self._mask
        slot = number & mask
        while (there := table[slot]) and there != number:
            slot = (slot + 1) & mask
        return slot

    def _grow(self) -> None:
        before = self._table
        self._take(array("Q", bytes(16 * len(before))))
        for number in before:
            if number:
                self._table[self._slot(number)] = number


class KeyMap(KeySet):
    """A `KeySet` that remembers a number with each key.

    Examples
    --------
    >>> first = KeyMap()
    >>> first.setdefault(b"8 bytes!", 3), first.setdefault(b"8 bytes!", 5)
    (3, 3)
    """

    __slots__ = ("_values",)

    def __init__(self) -> None:
        self._values = array("i", bytes(4 * _SMALLEST))
        super().__init__()

    def setdefault(self, key: bytes, value: int) -> int:
        """Give the number of a key; that of a new one is `value`."""
        slot = self._slot(_number(key))
        if self._table[slot]:
            return self._values[slot]
        self._values[slot] = value
        self.add(key)
        return value

    def __setitem__(self, key: bytes, value: int) -> None:
        """Give a key that is there another number."""
        self._values[self._slot(_number(key))] = value

    def _grow(self) -> None:
        before, values = self._table, self._values
        self._take(array("Q", bytes(16 * len(before))))
        self._values = array("i", bytes(8 * len(before)))
        for number, value in zip(before, values, strict=True):
            if number:
                slot = self._slot(number)
                self._table[slot] = number
                self._values[slot] = value


def _number(key: bytes) -> int:
    """Give the first 64 bits of a key; none of all zeros, which means an empty slot."""
    return int.from_bytes(key[:8], "little") or 1

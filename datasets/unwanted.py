"""Rows that are better not trained on: without text or label, under two labels, or there twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Literal, get_args

from augment.blank import is_blank
from augment.datasets.columns import Columns
from augment.datasets.survey import cell_string, content_key, label_string, survey
from augment.datasets.table import Table
from augment.errors import InputError

Unwanted = Literal["empty", "conflicting", "repeated"]
KINDS: Final[tuple[str, ...]] = get_args(Unwanted)


class UnwantedRows:
    """Tells which rows of a table are unwanted, and counts them.

    Texts are the same where they are for ``augment inspect``: but for case, space and punctuation,
    of which smileys and minus signs count.

    Parameters
    ----------
    table, columns
        The rows; where conflicts are wanted they are surveyed first, as by ``augment inspect``.
    kinds
        ``empty``: no text, or no label where there is a label column. ``conflicting``: its text
        stands under several labels; none of these rows stays. ``repeated``: an earlier row has its
        text.

    Attributes
    ----------
    found
        Kind -> 0-based numbers of its rows, once `wanted` has gone through them all.
    kept
        How many others there were.

    Raises
    ------
    InputError
        For a kind that there is not, or ``conflicting`` without a label column.
    """

    def __init__(self, table: Table, columns: Columns, kinds: Sequence[str]) -> None:
        if unknown := [kind for kind in kinds if kind not in KINDS]:
            raise InputError(f"drop: no {unknown[0]!r}; wanted: {', '.join(KINDS)}")
        self.table, self.kinds = table, kinds
        self.texts_at = [table.columns.index(name) for name in columns.text]
        self.label_at = None if columns.label is None else table.columns.index(columns.label)
        if "conflicting" in kinds and self.label_at is None:
            raise InputError("drop: conflicting labels need a label column; name it with --label")
        self.found: dict[str, list[int]] = {}
        self.kept = 0
        self._conflicting: frozenset[bytes] = frozenset()
        if "conflicting" in kinds:
            self._conflicting = survey(table, columns, sides=range(len(columns.text))).conflicts

    def wanted(self) -> Iterator[tuple[object, ...]]:
        """Give the other rows."""
        self.found = {kind: [] for kind in self.kinds}
        self.kept = 0
        seen: set[bytes] = set()
        for number, row in enumerate(self.table):
            why = self._unwanted(row, seen)
            if why:
                self.found[why].append(number)
            else:
                self.kept += 1
                yield row

    def _unwanted(self, row: Sequence[object], seen: set[bytes]) -> str:
        key = self._key(row)
        if "empty" in self.kinds and (not key or not self._label(row)):
            return "empty"
        if key in self._conflicting:
            return "conflicting"
        if "repeated" in self.kinds and key:
            if key in seen:
                return "repeated"
            seen.add(key)
        return ""

    def _key(self, row: Sequence[object]) -> bytes:
        """Key of a row's texts; empty where one of them is."""
        texts = [cell_string(row[at]) for at in self.texts_at]
        return b"" if any(map(is_blank, texts)) else content_key(texts)

    def _label(self, row: Sequence[object]) -> str:
        return "none" if self.label_at is None else label_string(row[self.label_at])

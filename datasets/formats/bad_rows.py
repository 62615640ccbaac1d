"""What a pass over a table noticed: rows that cannot be read, blank rows, repaired quotes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from augment.errors import InputError, TableError

OnBadRow = Literal["error", "skip"]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that was left out: the line of the file where it starts (1-based), and why."""

    line: int
    reason: str


@dataclass(slots=True)
class ReadLog:
    """Collects what one pass notices, or stops at the first bad row.

    Parameters
    ----------
    name
        The table's name, for messages.
    on_bad_row
        ``"error"`` raises at the first bad row, ``"skip"`` lists it and goes on.
    bad, blank, stray_quotes
        Rows left out, blank rows passed over, and rows whose quotes were repaired.
    notes
        What else of the file was not read, a sentence each.
    """

    name: str
    on_bad_row: OnBadRow = "error"
    bad: list[BadRow] = field(default_factory=list)
    blank: int = 0
    stray_quotes: int = 0
    notes: list[str] = field(default_factory=list)

    def refuse(self, line: int, reason: str) -> None:
        """Note a bad row.

        Raises
        ------
        TableError
            When bad rows are errors.
        """
        if self.on_bad_row == "error":
            raise TableError(
                f"{self.name} line {line}: {reason}; correct that row, or pass "
                'on_bad_row="skip" (--on-bad-row skip) to leave such rows out and list them'
            )
        self.bad.append(BadRow(line, reason))


def check_on_bad_row(value: str) -> None:
    """Refuse a word that is neither ``"error"`` nor ``"skip"``."""
    if value not in ("error", "skip"):
        raise InputError(f'on_bad_row {value!r} is unknown; pass "error" or "skip"')

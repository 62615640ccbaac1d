"""Streams the rows of a delimited text file and tells the rows that are not whole."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from augment.datasets.formats.bad_rows import ReadLog
from augment.datasets.formats.dialect import TableFormat, csv_reader, keep_backslashes
from augment.datasets.formats.wide_cells import LONGEST_CELL, wide_cells
from augment.enumeration import counted, enumerated
from augment.errors import TableError

#: Rows, and characters, that are read before they are handed on.
BATCH_ROWS: Final = 1024
BATCH_CHARS: Final = 1 << 20
#: Good rows before a bad one that tell whether the table puts blanks behind its delimiters.
STYLE_ROWS: Final = 20
#: So many rows with such blanks, one behind the other, are no prose: the table is written so here.
MOST_PROSE: Final = 8


class _Lines:
    """Hands lines to the parser and remembers the last one and how much it handed on."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.last = ""
        self.chars = 0
        self._lines = lines

    def __iter__(self) -> Iterator[str]:
        for line in self._lines:
            self.last = line
            self.chars += len(line)
            yield line


@dataclass(frozen=True, slots=True)
class CsvRows:
    """The rows of one file under one format; each call of `rows` reads the file anew."""

    path: Path
    format: TableFormat

    def header(self) -> tuple[str, ...] | None:
        """Column names: the first row that is not blank; None where there is none."""
        with self._open() as handle:
            reading = _Reading(self, handle)
            return reading.header(ReadLog(str(self.path)))

    def rows(self, columns: tuple[str, ...], log: ReadLog) -> Iterator[tuple[object, ...]]:
        """Give each row as a tuple of strings, as long as `columns`.

        Raises
        ------
        TableError
            At a row that is not whole, unless `log` collects such rows.
        """
        with self._open() as handle:
            reading = _Reading(self, handle)
            if reading.header(log) != columns:
                raise TableError(
                    f"{self.path}: the header changed while the file was read; run again when "
                    "nothing writes to it"
                )
            while True:
                batch, more = reading.batch(len(columns), log)
                yield from batch
                if not more:
                    return

    def _open(self) -> TextIO:
        return self.path.open(encoding=self.format.encoding, newline="")


class _Reading:
    """One pass: the parser, the line it has come to, and the log."""

    def __init__(self, source: CsvRows, handle: TextIO) -> None:
        self.path = source.path
        self.format = source.format
        self.skipped = 0
        if source.format.sep_line:
            handle.readline()
            self.skipped = 1
        lines: Iterable[str] = handle
        if source.format.escapechar:
            lines = keep_backslashes(handle)
        self.lines = _Lines(lines)
        self.reader = csv_reader(self.lines, source.format)
        self.names: tuple[str, ...] = ()
        self.after_bad = False
        self.good: list[tuple[str, ...]] = []
        self.earlier: list[tuple[str, ...]] = []
        self.held: list[tuple[int, list[str]]] = []

    def header(self, log: ReadLog) -> tuple[str, ...] | None:
        with wide_cells():
            try:
                for row in self.reader:
                    if row:
                        self.names = tuple(row)
                        return self.names
                    log.blank += 1
            except csv.Error as error:
                raise TableError(
                    f"{self.path} line {self.line}: the header cannot be read ({error})"
                ) from error
        return None

    @property
    def line(self) -> int:
        """Line of the file that was read last."""
        return int(self.reader.line_num) + self.skipped

    def batch(self, width: int, log: ReadLog) -> tuple[list[tuple[str, ...]], bool]:
        """Read some rows; the flag says whether there may be more."""
        good: list[tuple[str, ...]] = []
        self.earlier, self.good = self.good[-STYLE_ROWS:], good
        append, reader, lines = good.append, self.reader, self.lines
        limit = lines.chars + BATCH_CHARS
        with wide_cells():
            while True:
                start = self.line + 1
                try:
                    for row in reader:
                        if len(row) == width and not self.after_bad:
                            append(tuple(row))
                        else:
                            good.extend(map(tuple, self.closer(row, start, width, log)))
                        if lines.chars > limit or len(good) >= BATCH_ROWS:
                            return good, True
                        start = reader.line_num + self.skipped + 1
                    self.refuse_held(log)
                    return good, False
                except csv.Error as error:
                    if repaired := self.broken(str(error), start, width, log):
                        append(repaired)

    def closer(self, row: list[str], start: int, width: int, log: ReadLog) -> list[list[str]]:
        """Look closer at a row of another length, or one behind a bad one; give what is a row."""
        # DOS ends files with a \x1a of their own.
        if not row or (len(row) == 1 < width and not row[0].strip(" \t\x1a")):
            log.blank += 1
            return []
        if len(row) != width:
            self.uneven(row, start, width, log)
            return []
        # Behind a bad row come the lines of its broken cell, and one may happen to have as many
        # commas as a row. Prose puts a blank behind its commas, most tables do not.
        if _blanks(row) and not self.writes_blanks():
            self.held.append((start, row))
            if len(self.held) < MOST_PROSE:
                return []
            rows = [held for _, held in self.held]
            self.held.clear()
        else:
            self.refuse_held(log)
            rows = [row]
        self.after_bad = False
        return rows

    def writes_blanks(self) -> bool:
        """Whether the table itself puts blanks behind its delimiters, by its last good rows.

        Where none came before, nothing tells prose from rows, and nothing is taken for prose.
        """
        rows = [*self.earlier, *self.good][-STYLE_ROWS:]
        return _blanks(self.names) or 2 * sum(map(_blanks, rows)) >= len(rows)

    def refuse_held(self, log: ReadLog) -> None:
        for start, _ in self.held:
            log.refuse(start, "looks like the remainder of the bad row before it")
        self.held.clear()

    def refuse(self, start: int, reason: str, log: ReadLog) -> None:
        self.refuse_held(log)
        self.after_bad = True
        log.refuse(start, reason)

    def uneven(self, row: list[str], start: int, width: int, log: ReadLog) -> None:
        cells = counted(len(row), "cell")
        names = enumerated([*map(repr, self.names)], 8)
        span = f", spread over lines {start} to {self.line}" if self.line > start else ""
        if width == 1:
            cause = "the cells are separated by another character (--delimiter)"
        elif len(row) > width:
            cause = "a delimiter inside a text that is not quoted"
        else:
            cause = "a row cut short, or a line break inside a text that is not quoted"
        self.refuse(start, f"{cells}{span}, wanted {width} ({names}); perhaps {cause}", log)

    def broken(self, error: str, start: int, width: int, log: ReadLog) -> tuple[str, ...] | None:
        """Deal with a row that the strict parser refused; give it where only a quote is stray."""
        if "end of data" in error:
            end = f" (the file ends at line {self.line})" if self.line > start else ""
            reason = f"the file ends inside a quoted cell that opens in this row{end}: cut off"
        elif "field limit" in error:
            reason = f"a cell of more than {LONGEST_CELL:,} characters: a quote never closes"
        elif self.line > start:
            reason = (
                f"a quoted cell runs on to line {self.line}, where text follows its closing quote: "
                "a quote opens here that was never closed"
            )
        else:
            return self.lenient(start, width, log)
        self.refuse(start, reason, log)
        return None

    def lenient(self, start: int, width: int, log: ReadLog) -> tuple[str, ...] | None:
        """Read one line again as other tools do: text behind a closing quote joins its cell."""
        rows = list(csv_reader([self.lines.last, "\n"], self.format, strict=False))
        if len(rows) != 2:  # a quote was still open, and swallowed the empty line
            self.refuse(start, "text follows a closing quote, and another never closes", log)
        elif len(rows[0]) != width:
            self.uneven(rows[0], start, width, log)
        else:
            log.stray_quotes += 1
            return tuple(rows[0])
        return None


def _blanks(row: Sequence[str]) -> bool:
    return any(cell.startswith(" ") for cell in row)

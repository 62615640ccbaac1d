"""How a table's text is written: delimiter, quoting, escapes, and Excel's ``sep=`` line.

Every candidate reads the start of the file with the same strict parser that reads the whole file
later, and is charged for what does not fit: rows with another number of cells than the header,
text behind a closing quote, a quote that never closes, quotes that stand loose in a cell. The
cheapest one wins, and on a tie the more usual one. A file without any delimiter that fits its
header has one column, and then no character at all separates.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from augment.errors import InputError, TableError

if TYPE_CHECKING:
    from _csv import Reader

#: Characters read from a file's start to tell how it is written.
PREFIX: Final = 1 << 20
DELIMITERS: Final = (",", ";", "\t", "|")
#: Stands for "nothing separates" in `csv`, which wants a character: a noncharacter of Unicode.
NO_DELIMITER: Final = "\U0010ffff"

_NAMES: Final = {",": "comma-separated", ";": "semicolon-separated", "\t": "tab-separated"}
_ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8 with BOM",
    "utf-16": "UTF-16 with BOM",
    "utf-16-le": "UTF-16 LE without BOM",
    "utf-16-be": "UTF-16 BE without BOM",
    "utf-32": "UTF-32 with BOM",
}
#: Kinds that are written in one way only.
_KINDS: Final = {
    "frame": "data frame",
    "parquet": "Parquet",
    "folder": "class folders",
    "dataset": "Hugging Face dataset folder",
}
_PROPERLY_QUOTED: Final = re.compile('"(?:[^"]|"")*"', re.DOTALL)
_BACKSLASH: Final = re.compile(r"\\(.?)", re.DOTALL)
_SEP_LINE: Final = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TableFormat:
    r"""How a table is written, as it was found.

    Parameters
    ----------
    kind
        ``frame`` is a table in memory, ``folder`` one of class folders, ``dataset`` one that the
        library `datasets` has saved.
    encoding
        Python codec name; empty where there is none to choose (parquet, frame).
    delimiter
        One character; empty where the table has one column, or is no CSV.
    quotechar
        ``"`` or None where quotes are plain text.
    escapechar
        ``\\`` where quotes inside a cell are written ``\"``, else None.
    sep_line
        Whether the first line is Excel's ``sep=;``.
    sheets
        Of an Excel workbook the sheets that hold any row; the first is read.

    Examples
    --------
    >>> TableFormat("csv", "utf-8-sig", ";").describe()
    'semicolon-separated, UTF-8 with BOM'
    """

    kind: Literal["csv", "jsonl", "json", "parquet", "folder", "dataset", "frame", "excel"]
    encoding: str = ""
    delimiter: str = ""
    quotechar: str | None = '"'
    escapechar: str | None = None
    sep_line: bool = False
    sheets: tuple[str, ...] = ()

    def describe(self) -> str:
        """Say it in a few words, for a person."""
        if self.kind == "excel":
            others = ", ".join(map(repr, self.sheets[1:]))
            return f"Excel, sheet {self.sheets[0]!r}" + (f" (not read: {others})" if others else "")
        if self.kind in _KINDS:
            return _KINDS[self.kind]
        named = {"jsonl": "JSON lines", "json": "JSON"}
        parts = [named.get(self.kind) or self.separation]
        parts.append(_ENCODINGS.get(self.encoding, self.encoding))
        if self.kind == "csv" and self.quotechar is None:
            parts.append("quotes are plain text")
        if self.escapechar:
            parts.append("quotes escaped with a backslash")
        return ", ".join(parts)

    @property
    def separation(self) -> str:
        """How the cells of a CSV file are separated, in words."""
        if not self.delimiter:
            return "one column"
        return _NAMES.get(self.delimiter, f"separated by {self.delimiter!r}")


def csv_reader(lines: Iterable[str], found: TableFormat, *, strict: bool = True) -> Reader:
    """Make a `csv.reader` for this format, by default one that refuses what is not whole."""
    return csv.reader(
        lines,
        delimiter=found.delimiter or NO_DELIMITER,
        quotechar=found.quotechar,
        quoting=csv.QUOTE_NONE if found.quotechar is None else csv.QUOTE_MINIMAL,
        escapechar=found.escapechar,
        strict=strict,
    )


def keep_backslashes(lines: Iterable[str]) -> Iterator[str]:
    r"""Double each backslash that escapes neither a quote nor a backslash.

    `csv` drops every escape character it meets, so ``C:\new`` would lose its backslash.
    """
    for line in lines:
        yield _BACKSLASH.sub(_doubled, line) if "\\" in line else line


def _doubled(match: re.Match[str]) -> str:
    return match[0] if match[1] in ('"', "\\") and match[1] else "\\" + match[0]


def find_dialect(
    path: Path, encoding: str, *, delimiter: str | None = None, complete_below: int = PREFIX
) -> TableFormat:
    """Tell a CSV file's delimiter and quoting from its first million characters.

    Parameters
    ----------
    path
        The file.
    encoding
        Its codec.
    delimiter
        When given, only the quoting is looked for; ``"tab"`` is understood.
    complete_below
        Characters to read.

    Raises
    ------
    InputError
        For a delimiter that is not one character, or a quote or line break.
    TableError
        When no way of reading gives even a header.
    """
    with path.open(encoding=encoding, newline="") as handle:
        text = handle.read(complete_below)
        whole = not handle.read(1)
    if not text.strip(" \r\n"):
        raise TableError(f"{path} holds blank lines only; a header and rows are wanted")
    lines = list(io.StringIO(text, newline=""))
    if not whole and len(lines) > 1:
        lines.pop()  # cut in the middle by us, not by its writer
    sep = _SEP_LINE.fullmatch(lines[0]) if lines else None
    if sep:
        lines = lines[1:]
    if delimiter is None and sep:
        delimiter = sep[1]
    delimiters = DELIMITERS if delimiter is None else (_one_character(delimiter),)
    return _cheapest(path, encoding, lines, delimiters, whole, sep is not None, delimiter is None)


def _cheapest(
    path: Path,
    encoding: str,
    lines: list[str],
    delimiters: tuple[str, ...],
    whole: bool,
    sep_line: bool,
    guessing: bool,
) -> TableFormat:
    backslashes = any('\\"' in line for line in lines)
    styles: list[tuple[str | None, str | None]] = [('"', None), (None, None)]
    if backslashes:
        styles.insert(1, ('"', "\\"))
    best: tuple[float, TableFormat] | None = None
    for delim in (*delimiters, "") if guessing else delimiters:
        for quotechar, escapechar in styles:
            form = TableFormat("csv", encoding, delim, quotechar, escapechar, sep_line)
            cost = _cost(form, lines, whole, guessing)
            if cost is not None and (best is None or cost < best[0] - 1e-9):
                best = cost, form
    if best is None:
        raise TableError(
            f"{path}: no header could be read under any of the usual delimiters; pass delimiter=..."
        )
    return best[1]


def _cost(form: TableFormat, lines: list[str], whole: bool, guessing: bool) -> float | None:
    """Lines that do not fit this way of reading, per line; None where it is out of the question."""
    trial = _Trial(form, lines, whole)
    header = trial.header
    if header is None:
        return None
    width = len(header)
    if form.delimiter and guessing and width < 2:
        return None
    cost = trial.misfit(width) / max(len(lines) - 1, 1)
    if any(n.startswith(" ") and _in_quotes(n)[:-1] not in trial.raw_header for n in header[1:]):
        cost += 0.01  # a comma of prose, where another delimiter fits as well
    if form.delimiter or trial.header_is_quoted:
        return cost
    # One column fits everything, so a bare delimiter in the header counts against it, and rules
    # it out where it cuts the header into what look like names.
    return cost + (2.5 if _looks_cut(header[0]) else 0.5)


def _looks_cut(header: str) -> bool:
    return any(
        delim in header
        and all(part == part.strip() and len(part) <= 40 for part in header.split(delim))
        for delim in DELIMITERS
    )


class _Trial:
    """One reading of the file's start."""

    def __init__(self, form: TableFormat, lines: list[str], whole: bool) -> None:
        self.form, self.lines, self.whole = form, lines, whole
        source = keep_backslashes(lines) if form.escapechar else iter(lines)
        self._reader = csv_reader(source, form)
        ends = re.escape(form.delimiter or NO_DELIMITER) + "\r\n"
        self._escaped_cell = re.compile(
            rf'(?<![^{ends}])"(?:[^"\\]|\\.|"")*"(?![^{ends}])', re.DOTALL
        )
        self.header: list[str] | None = None
        self.raw_header = ""
        self.header_is_quoted = False
        self._header_cost = 0.0
        try:
            self.header = next(row for row in self._reader if row)
        except (StopIteration, csv.Error):
            return
        start = next(i for i, line in enumerate(lines) if line.strip("\r\n"))
        self.raw_header = "".join(lines[start : self._reader.line_num])
        self.header_is_quoted = form.quotechar is not None and lines[start].startswith('"')
        self._header_cost = self._loose_quotes(self.header, start)

    def misfit(self, width: int) -> float:
        """Sum what each row costs; a row that swallowed many lines costs as many."""
        total = self._header_cost
        while True:
            start = self._reader.line_num
            try:
                row = next(self._reader)
            except StopIteration:
                return total
            except csv.Error as error:
                total += self._broken(start, "end of data" in str(error))
                continue
            if not row:
                continue
            if len(row) != width:
                total += self._reader.line_num - start
            total += self._loose_quotes(row, start)

    def _broken(self, start: int, cut: bool) -> float:
        lines = self._reader.line_num - start
        if not cut:
            return lines
        if not self.whole:
            return 0.0 if start else lines
        # A file that stops in the middle of a line was cut off in this cell; one that ends well
        # has a quote that was never meant to open anything.
        ended_well = self.lines[-1].endswith(("\n", "\r"))
        return lines if ended_well else lines - 0.7

    def _loose_quotes(self, row: list[str], start: int) -> float:
        if self.form.quotechar is None:
            if not any(cell.startswith('"') for cell in row):
                return 0.0
            return 1.0 if any(_PROPERLY_QUOTED.fullmatch(cell) for cell in row) else 0.5
        quoted = [cell for cell in row if '"' in cell]
        if not quoted:
            return 0.0
        raw = "".join(self.lines[start : self._reader.line_num])
        if self.form.escapechar:
            return 0.05 * ('"' in self._escaped_cell.sub("", raw))
        return 0.05 * any(_in_quotes(cell) not in raw for cell in quoted)


def _in_quotes(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def _one_character(delimiter: str) -> str:
    named = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}
    char = named.get(delimiter.lower(), delimiter)
    if len(char) != 1 or char in '"\r\n\\' or char == NO_DELIMITER:
        raise InputError(
            f"delimiter {delimiter!r} cannot separate cells; pass one character, "
            'such as ";" or "tab"'
        )
    return char

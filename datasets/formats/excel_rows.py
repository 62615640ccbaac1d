"""Streams the rows of an Excel workbook's sheet; the only file that knows how openpyxl reads."""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from augment.datasets.formats.bad_rows import ReadLog
from augment.enumeration import counted
from augment.errors import TableError
from augment.extras import require

_FORMULA: Final = re.compile(rb"<(\w+:)?f[\s/>]")


@dataclass(frozen=True, slots=True)
class ExcelRows:
    """The rows of the first sheet that has any; each call of `rows` reads the file anew.

    A cell is what Excel shows without its format: text, a number, a truth value; a date without a
    time is its day (``2024-02-01``), and a formula what it came to when the file was saved.
    """

    path: Path

    def header(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Column names, from the first row that is not blank; and the sheets that have any."""
        first: dict[str, tuple[object, ...]] = {}
        with self._book() as book:
            for sheet in book.worksheets:
                if (row := next(filter(_width, _rows(sheet)), None)) is not None:
                    first[sheet.title] = row
        if not first:
            raise TableError(f"{self.path} holds blank sheets only; a header and rows are wanted")
        row = next(iter(first.values()))
        return tuple(_name(cell) for cell in row[: _width(row)]), tuple(first)

    def rows(self, columns: tuple[str, ...], log: ReadLog) -> Iterator[tuple[object, ...]]:
        """Give each row as a tuple of Python values, None for a cell without content."""
        with self._book() as book:
            header = False
            for sheet in book.worksheets:
                gap = 0  # blank rows since the last one with content; formats may run on below it
                for number, row in enumerate(_rows(sheet), 1):
                    width = _width(row)
                    if not width:
                        gap += header
                        continue
                    log.blank, gap = log.blank + gap, 0
                    if not header:
                        header = True
                    elif width > len(columns):
                        names = ", ".join(map(repr, columns[:8]))
                        log.refuse(number, f"{width} cells, wanted {len(columns)} ({names})")
                    else:
                        cells = map(_value, row[: len(columns)])
                        yield (*cells, *[None] * (len(columns) - len(row)))
                if header:
                    log.notes += _not_worked_out(sheet)
                    return

    @contextmanager
    def _book(self) -> Iterator[Any]:
        openpyxl = require("openpyxl", extra="excel", purpose="reading an Excel workbook")
        # The library guards against hostile XML only where this one is installed.
        require("defusedxml", extra="excel", purpose="reading an Excel workbook")
        damaged = (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError)
        with warnings.catch_warnings(), self.path.open("rb") as file:
            warnings.simplefilter("ignore")  # of charts, styles and rules, which are not read
            try:
                book = openpyxl.load_workbook(file, read_only=True, data_only=True)
            except damaged as error:
                first = str(error).partition("\n")[0]
                raise TableError(
                    f"{self.path}: no Excel workbook that can be read: {first}"
                ) from error
            try:
                yield book
            except damaged as error:
                if isinstance(error, TableError):
                    raise
                raise TableError(f"{self.path}: the Excel workbook is damaged: {error}") from error
            finally:
                book.close()


def _rows(sheet: Any) -> Iterator[tuple[object, ...]]:  # noqa: ANN401
    """Give the values of each row up to the last cell that the file holds of it.

    The size that a sheet states of itself is a note of the program that wrote it, and may be too
    small: all rows and cells beyond would be left out.
    """
    sheet.reset_dimensions()
    rows: Iterator[tuple[object, ...]] = sheet.iter_rows(values_only=True)
    return rows


def _not_worked_out(sheet: Any) -> Iterator[str]:  # noqa: ANN401
    """Say how many formulas have no value, in a sentence, if there are any.

    Excel saves what a formula came to; libraries that write workbooks do not work it out.
    """
    # The library's own parser, which is guarded against hostile XML.
    xml = require("openpyxl.xml.functions", extra="excel", purpose="reading an Excel workbook")
    with sheet._get_source() as source:
        tail, found = b"", False
        while not found and (piece := source.read(1 << 20)):
            found = _FORMULA.search(tail + piece) is not None
            tail = piece[-100:]
    if not found:
        return
    count, first = 0, ""
    with sheet._get_source() as source:
        for _, element in xml.iterparse(source):
            name = element.tag.rpartition("}")[2]
            if name == "c" and element.get("t") != "str":  # "str": worked out, to a text
                parts = {one.tag.rpartition("}")[2]: one.text for one in element}
                if "f" in parts and not parts.get("v"):
                    first = first or element.get("r", "")
                    count += 1
            elif name == "row":
                element.clear()
    if count:
        yield (
            f"{counted(count, 'formula')} without a saved value (like {first}), read as empty; "
            "open the workbook in Excel or LibreOffice and save it to have it worked out"
        )


def _width(row: tuple[object, ...]) -> int:
    """Cells up to the last one with content."""
    return max((at for at, cell in enumerate(row, 1) if cell is not None and cell != ""), default=0)


def _name(cell: object) -> str:
    return "" if cell is None else str(_value(cell))


def _value(cell: object) -> object:
    """Give a cell as a plain value.

    >>> _value(datetime.datetime(2024, 2, 1)), _value(2.0), _value("a")
    ('2024-02-01', 2, 'a')
    """
    if isinstance(cell, datetime.datetime):
        whole_day = cell.time() == datetime.time()
        return cell.date().isoformat() if whole_day else cell.isoformat(sep=" ")
    if isinstance(cell, datetime.date | datetime.time):
        return cell.isoformat()
    if isinstance(cell, datetime.timedelta):
        return str(cell)
    return int(cell) if isinstance(cell, float) and cell.is_integer() else cell

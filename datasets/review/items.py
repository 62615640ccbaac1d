"""The paraphrases of an augmented table, kept and refused, to be found and shown by number.

The texts lie in a temporary file; memory holds where each one is, and the few numbers that are
filtered and sorted by, some 600 bytes a paraphrase. Not for several threads at once.
"""

from __future__ import annotations

import marshal
import math
import tempfile
from array import array
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from augment.datasets.formats.cell_text import cell_text
from augment.datasets.review.decisions import Key, pair_hash
from augment.datasets.review.review import ReviewFiles
from augment.datasets.survey import label_string, row_key
from augment.datasets.table import Table
from augment.errors import TableError

KEPT, REFUSED = 0, 1


@dataclass(frozen=True, slots=True)
class Item:
    """One paraphrase beside its original.

    Parameters
    ----------
    number
        Its place: kept ones first, each in the order of their table.
    aug_id, source_id, method, engine, similarity, change
        As in the table; numbers that are missing are NaN.
    pivot
        Languages gone through, or the method where there are none.
    label
        Its class.
    original, text
        The two texts; for text pairs those of the rewritten columns, below each other.
    beside
        What stands in the other text columns, below each other; empty where there are none.
    refused
        Whether the filter refused it, with `reason` and `detail`.
    """

    number: int
    aug_id: str
    source_id: int
    label: str
    method: str
    pivot: str
    engine: str
    original: str
    text: str
    similarity: float
    change: float
    refused: bool
    reason: str
    detail: str
    beside: str = ""

    @property
    def key(self) -> Key:
        """What a decision about it is filed under."""
        return self.aug_id, pair_hash(self.original, self.text)


class Names:
    """Numbers for a few names that come again and again."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        """Give the number of a name, a new one for a new name."""
        if name not in self._numbers:
            self._numbers[name] = len(self.names)
            self.names.append(name)
        return self._numbers[name]

    def find(self, name: str) -> int:
        """Give the number of a name; -1 for one that never came."""
        return self._numbers.get(name, -1)


class Items:
    """Every paraphrase of a table and of its table of refusals.

    Parameters
    ----------
    files
        The tables; each is read once.

    Attributes
    ----------
    kind, label, pivot, reason, source
        For every item: `KEPT` or `REFUSED`; numbers into `labels`, `pivots` and `reasons`; the
        row number of its original.
    similarity, change
        For every item; NaN where it is not known.
    originals, kept
        Class -> originals, and number of a class -> paraphrases that the filter kept.
    first_refused
        Number of the first item that the filter refused.
    by_key
        Number of an item by its key.
    keys
        For every item the key of its row's texts (`texts_key`).
    standing
        Key -> originals and paraphrases that the filter kept with these texts.
    """

    def __init__(self, files: ReviewFiles) -> None:
        self.files = files
        self.kind, self.label, self.pivot = array("B"), array("i"), array("i")
        self.reason, self.source = array("i"), array("q")
        self.similarity, self.change = array("d"), array("d")
        self.labels, self.pivots, self.reasons = Names(), Names(), Names()
        self.originals: dict[str, int] = {}
        self.kept: dict[int, int] = {}
        self.by_key: dict[Key, int] = {}
        self.keys: list[bytes] = []
        self.standing: Counter[bytes] = Counter()
        self._originals: dict[int, int] = {}
        self._texts, self._records = _TextFile(), _TextFile()
        try:
            self._load(files.table, KEPT)
            self.first_refused = len(self)
            if files.rejected is not None:
                self._load(files.rejected, REFUSED)
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return len(self.kind)

    def __getitem__(self, number: int) -> Item:
        aug_id, method, engine, text, detail, beside = self._records[number]
        source = self.source[number]
        return Item(
            number=number,
            aug_id=aug_id,
            source_id=source,
            label=self.labels.names[self.label[number]],
            method=method,
            pivot=self.pivots.names[self.pivot[number]],
            engine=engine,
            original=self.original(source),
            text=text,
            similarity=self.similarity[number],
            change=self.change[number],
            refused=self.kind[number] == REFUSED,
            reason=self.reasons.names[self.reason[number]],
            detail=detail,
            beside=beside,
        )

    def original(self, source_id: int) -> str:
        """Give the text of an original; empty where the table has lost it."""
        at = self._originals.get(source_id)
        return "" if at is None else str(self._texts[at][0])

    def texts(self, number: int) -> tuple[str, str]:
        """Give an item's original and its own text, for a search."""
        return self.original(self.source[number]), self._records[number][3]

    def close(self) -> None:
        """Remove the temporary files."""
        self._texts.close()
        self._records.close()

    def _load(self, table: Table, kind: int) -> None:
        place = _Places(table, self.files)
        for number, row in enumerate(table, start=1):
            source = place.whole(row, "aug_source_id", number)
            label = label_string(row[place.label]) if place.label is not None else ""
            text, beside = place.joined(row, place.text), place.joined(row, place.beside)
            method = place.cell(row, "aug_method")
            key = texts_key(text, beside)
            if kind == KEPT:
                self.standing[key] += 1
            if kind == KEPT and method == "original":
                self._originals[source] = self._texts.append((text,))
                self.originals[label] = self.originals.get(label, 0) + 1
                continue
            aug_id = place.cell(row, "aug_id")
            self.kind.append(kind)
            self.keys.append(key)
            number_of_label = self.labels.number(label)
            self.label.append(number_of_label)
            if kind == KEPT:
                self.kept[number_of_label] = self.kept.get(number_of_label, 0) + 1
            self.pivot.append(self.pivots.number(place.cell(row, "aug_pivot") or method))
            reason = place.cell(row, "reason") if kind == REFUSED else ""
            self.reason.append(self.reasons.number(reason))
            self.source.append(source)
            self.similarity.append(place.share(row, "aug_similarity", number))
            self.change.append(place.share(row, "aug_change", number))
            detail = place.cell(row, "detail") if kind == REFUSED else ""
            engine = place.cell(row, "aug_engine")
            at = self._records.append((aug_id, method, engine, text, detail, beside))
            self.by_key[aug_id, pair_hash(self.original(source), text)] = at


def texts_key(text: str, beside: str) -> bytes:
    """Key of a row's texts: in a table of pairs, one side may stand there more than once."""
    return row_key([text, beside] if beside else [text])


class _Places:
    """Where the columns of one table are, and what its cells mean."""

    def __init__(self, table: Table, files: ReviewFiles) -> None:
        self.name = table.name
        self.at = {name: at for at, name in enumerate(table.columns)}
        self.text = [self.at[name] for name in files.text]
        self.beside = [self.at[name] for name in files.beside]
        self.label = None if files.label is None else self.at[files.label]

    def joined(self, row: Sequence[object], places: Sequence[int]) -> str:
        return "\n".join(cell_text(row[at]) for at in places)

    def cell(self, row: Sequence[object], name: str) -> str:
        return cell_text(row[self.at[name]])

    def whole(self, row: Sequence[object], name: str, number: int) -> int:
        cell = self.cell(row, name)
        try:
            return int(cell)
        except ValueError as error:
            raise TableError(
                f"{self.name} row {number}: {name} is {cell!r}; a row number is wanted"
            ) from error

    def share(self, row: Sequence[object], name: str, number: int) -> float:
        cell = self.cell(row, name)
        try:
            return float(cell) if cell else math.nan
        except ValueError as error:
            raise TableError(
                f"{self.name} row {number}: {name} is {cell!r}; a number is wanted"
            ) from error


class _TextFile:
    """A list of tuples in a temporary file; 8 bytes each in memory."""

    def __init__(self) -> None:
        self._file: Final[BinaryIO] = tempfile.TemporaryFile("w+b")  # noqa: SIM115
        self._ends = array("Q", [0])
        self._moved = False

    def append(self, record: tuple[str, ...]) -> int:
        line = marshal.dumps(record)
        if self._moved:
            self._file.seek(self._ends[-1])
            self._moved = False
        self._file.write(line)
        self._ends.append(self._ends[-1] + len(line))
        return len(self._ends) - 2

    def __getitem__(self, number: int) -> tuple[str, ...]:
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        self._moved = True
        return marshal.loads(self._file.read(end - start))  # type: ignore[no-any-return]  # noqa: S302 - our own file

    def close(self) -> None:
        self._file.close()

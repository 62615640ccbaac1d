"""The rows of a table as a trained model takes them: its columns, in windows."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final

from augment.datasets.columns import find_columns
from augment.datasets.survey import cell_string
from augment.datasets.table import Table
from augment.errors import InputError
from augment.train.predictor import Predictor

#: Rows held at a time; they are sorted by length within.
WINDOW: Final = 4096


def text_columns(table: Table, predictor: Predictor, text: str | None) -> tuple[str, ...]:
    """Find the text columns for a model: those named, those of its training, or the only one.

    Raises
    ------
    InputError
        When the number of columns is not that of the training, or no column can be told.
    """
    trained_on = predictor.text_columns
    if text is None and trained_on and all(name in table.columns for name in trained_on):
        return trained_on
    if text is None and len(trained_on) == 2:
        raise InputError(
            f"{table.name}: no columns {trained_on[0]!r} and {trained_on[1]!r}, which "
            f"{predictor.name} was trained on (columns: {', '.join(table.columns)}); name both "
            'with text="A,B" (--text)'
        )
    found = find_columns(table, text=text, want_label=False).text
    if len(found) > 2 or (trained_on and len(found) != len(trained_on)):
        wanted = f"{len(trained_on)}, as in its training" if trained_on else "1 or 2"
        raise InputError(
            f"{table.name}: {len(found)} text columns given for {predictor.name}; wanted {wanted}"
        )
    return found


def label_column(table: Table, predictor: Predictor, label: str | None, text: str | None) -> str:
    """Find the label column: the one named, that of the training, or the only one.

    Raises
    ------
    InputError
        When there is none.
    """
    if label is None and predictor.label_column in table.columns:
        label = predictor.label_column
    names = text_columns(table, predictor, text)
    found = find_columns(table, text=list(names), label=label).label
    if found is None:
        raise InputError(
            f"{table.name}: no label column found (columns: {', '.join(table.columns)}); name it "
            'with label="..." (--label)'
        )
    return found


def sides_of(row: tuple[object, ...], at: tuple[int, ...]) -> tuple[str, ...]:
    """Texts of a row."""
    return tuple(cell_string(row[place]) for place in at)


def windows(table: Table) -> Iterator[list[tuple[object, ...]]]:
    """Rows of a table, `WINDOW` at a time."""
    rows = iter(table)
    while window := list(islice(rows, WINDOW)):
        yield window

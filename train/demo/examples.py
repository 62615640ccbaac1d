"""Example texts for the demo: a few of each class, rather those that the model has not seen."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from pathlib import Path
from typing import Final

from augment.blank import is_blank
from augment.datasets.augmentation.sample import Smallest
from augment.datasets.columns import find_columns
from augment.datasets.survey import cell_string, label_string
from augment.datasets.table import Table, open_table
from augment.errors import InputError
from augment.train.model_input import sides_of, text_columns, windows
from augment.train.predictor import Predictor

#: Examples that are shown.
MOST: Final = 8
METHOD: Final = "aug_method"


@dataclass(frozen=True, slots=True)
class Example:
    """A text to try.

    Parameters
    ----------
    sides
        The text, or both of a pair.
    label
        Its class in the table, as the model names it; empty where the table has no classes.
    seen
        Whether the model was trained on it, as far as its folder says.
    """

    sides: tuple[str, ...]
    label: str
    seen: bool


def draw_examples(
    path: Path, predictor: Predictor, *, text: str | None, seed: int, most: int = MOST
) -> list[Example]:
    """Draw examples of different classes from a table, in turns by class.

    Parameters
    ----------
    path
        A table of any kind that the package reads; its paraphrases are passed over.
    predictor
        The model; texts that it was not trained on go first.
    text
        Text column, or two with a comma; those of the training by default, else found.
    seed
        Decides the draw.
    most
        Examples wanted, 1 or more.

    Raises
    ------
    InputError
        When the table cannot be read, its text columns are not those of the model, or no row has
        a text.
    """
    table = open_table(path)
    names = text_columns(table, predictor, text)
    drawn: dict[str, Smallest[Example]] = {}
    for number, example in enumerate(_examples(table, names, predictor)):
        key = (example.seen, _draw(seed, str(number)))
        drawn.setdefault(example.label, Smallest(most)).show(key, example)
    if not drawn:
        raise InputError(f"{table.name}: no row has a text in {' and '.join(map(repr, names))}")
    # Of more classes than there is room for, any may be left out, not always the last ones.
    order = sorted(drawn, key=lambda label: _draw(seed, label) if len(drawn) > most else label)
    turns = chain.from_iterable(zip_longest(*(drawn[label] for label in order)))
    return [example for example in turns if example is not None][:most]


def _examples(table: Table, names: Sequence[str], predictor: Predictor) -> Iterator[Example]:
    label = predictor.label_column
    if label is None or label not in table.columns:
        label = find_columns(table, text=list(names)).label
    at = tuple(table.columns.index(name) for name in names)
    of_label = None if label is None else table.columns.index(label)
    of_method = table.columns.index(METHOD) if METHOD in table.columns else None
    for window in windows(table):
        rows = []
        for row in window:
            sides = sides_of(row, at)
            is_original = of_method is None or cell_string(row[of_method]) == "original"
            if is_original and not any(map(is_blank, sides)):
                rows.append((sides, "" if of_label is None else label_string(row[of_label])))
        seen = predictor.trained_on([sides for sides, _ in rows])
        for (sides, code), was in zip(rows, seen.tolist(), strict=True):
            yield Example(sides, predictor.label_names.get(code, code), was)


def _draw(seed: int, name: str) -> str:
    text = f"{seed}\0{name}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).hexdigest()

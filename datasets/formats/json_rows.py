"""Reads a ``.json`` file: a list of objects, or questions on paragraphs as SQuAD has them.

A JSON document is one value and is read whole; JSON lines are what streams.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augment.datasets.formats.bad_rows import ReadLog
from augment.datasets.formats.json_values import HALF, has_half_characters, only_once
from augment.datasets.formats.squad_rows import SQUAD_COLUMNS, is_squad, squad_rows
from augment.errors import TableError


@dataclass(frozen=True, slots=True)
class JsonRows:
    """The rows of one document, held in memory."""

    path: Path
    columns: tuple[str, ...]
    cells: tuple[tuple[object, ...], ...]

    def rows(self, log: ReadLog) -> Iterator[tuple[object, ...]]:
        """Give each row's values in the order of the columns."""
        return iter(self.cells)


def json_rows(path: Path, encoding: str) -> JsonRows:
    """Read a document.

    Raises
    ------
    TableError
        For no JSON, or a value that is no table.
    """
    try:
        written = path.read_text(encoding=encoding)
        value = json.loads(written, object_pairs_hook=only_once)
    except (ValueError, RecursionError) as error:
        raise TableError(f"{path}: no valid JSON: {error}") from error
    if has_half_characters(value, written):
        raise TableError(f"{path}: {HALF}")
    if is_squad(value):
        return JsonRows(path, SQUAD_COLUMNS, tuple(squad_rows(value, str(path))))
    rows = _objects(path, value)
    keys: dict[str, None] = {}
    for row in rows:
        keys.update(dict.fromkeys(row))
    if not keys:
        raise TableError(f"{path}: no object has a key; objects with named values are wanted")
    columns = tuple(keys)
    return JsonRows(path, columns, tuple(tuple(row.get(key) for key in columns) for row in rows))


def _objects(path: Path, value: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    if isinstance(value, dict):  # {"data": [...]}, {"rows": [...]}: a list under the only name
        lists = [one for one in value.values() if isinstance(one, list) and one]
        value = lists[0] if len(lists) == 1 else value
    if not isinstance(value, list):
        raise TableError(
            f"{path}: a JSON {type(value).__name__}; wanted a list of objects, [{{...}}, ...], or "
            "questions on paragraphs as in SQuAD"
        )
    for number, row in enumerate(value):
        if not isinstance(row, dict):
            raise TableError(
                f"{path}: element {number} is a JSON {type(row).__name__}, wanted an object {{...}}"
            )
    return value

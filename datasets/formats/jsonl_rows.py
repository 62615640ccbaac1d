"""Streams the rows of a JSON lines file: one object a line, typed values, None where missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from augment.datasets.formats.bad_rows import ReadLog
from augment.datasets.formats.json_values import HALF, has_half_characters, only_once


@dataclass(frozen=True, slots=True)
class JsonlRows:
    """The rows of one file; each call of `rows` reads the file anew."""

    path: Path
    encoding: str

    def header(self, log: ReadLog) -> tuple[str, ...]:
        """Every key of every row, in the order in which they turn up; reads the whole file."""
        keys: dict[str, None] = {}
        for row in self._objects(log):
            keys.update(dict.fromkeys(row))
        return tuple(keys)

    def rows(self, columns: tuple[str, ...], log: ReadLog) -> Iterator[tuple[object, ...]]:
        """Give each row's values in the order of `columns`.

        Raises
        ------
        TableError
            At a line that is no JSON object, unless `log` collects such rows.
        """
        for row in self._objects(log):
            yield tuple([row.get(key) for key in columns])

    def _objects(self, log: ReadLog) -> Iterator[dict[str, object]]:
        # Not the universal line ends: inside JSON a lone carriage return is only white space.
        with self.path.open(encoding=self.encoding, newline="\n") as handle:
            for number, line in enumerate(handle, 1):
                if not line.strip():
                    log.blank += 1
                    continue
                try:
                    row = json.loads(line, object_pairs_hook=only_once)
                except (ValueError, RecursionError) as error:
                    log.refuse(number, f"no valid JSON object: {error}")
                    continue
                if not isinstance(row, dict):
                    log.refuse(number, f"a JSON {type(row).__name__}, wanted an object {{...}}")
                elif has_half_characters(row, line):
                    log.refuse(number, HALF)
                else:
                    yield row

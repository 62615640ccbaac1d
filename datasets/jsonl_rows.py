"""Streams the rows of a JSON lines file: one object a line, typed values, None where missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from augment.datasets.bad_rows import ReadLog


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
                    row = json.loads(line, object_pairs_hook=_object)
                except (ValueError, RecursionError) as error:
                    log.refuse(number, f"no valid JSON object: {error}")
                    continue
                if not isinstance(row, dict):
                    log.refuse(number, f"a JSON {type(row).__name__}, wanted an object {{...}}")
                elif "\\ud" in line.lower() and _half_characters(row):
                    log.refuse(number, "half of a surrogate pair (a cut emoji), which is no text")
                else:
                    yield row


class _RepeatedKeyError(ValueError):
    pass


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    row = dict(pairs)
    if len(row) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _RepeatedKeyError(f"the key {twice!r} stands twice")
    return row


def _half_characters(row: dict[str, object]) -> bool:
    try:
        json.dumps(row, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return True
    return False

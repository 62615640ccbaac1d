"""Paraphrases and rejections on disk while a run lasts; numbers in memory, texts in a file."""

from __future__ import annotations

import json
import tempfile
from array import array
from dataclasses import asdict
from types import TracebackType

from augment.records import Candidate, Paraphrase, Rejection


class Spool:
    """An append-only list of paraphrases and rejections in a temporary file.

    A run over a large table makes more text than memory holds, and most of it is looked at once
    more only: when the outputs are written. Memory holds 8 bytes an entry.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - lives as long as the spool
        self._offsets = array("Q")
        self._end = 0

    def append(self, result: Paraphrase | Rejection) -> int:
        """Add a result; give the number under which it can be had again."""
        line = json.dumps(asdict(result)).encode()
        self._file.seek(self._end)
        self._file.write(line + b"\n")
        self._offsets.append(self._end)
        self._end += len(line) + 1
        return len(self._offsets) - 1

    def __len__(self) -> int:
        return len(self._offsets)

    def paraphrase(self, number: int) -> Paraphrase:
        """Give the paraphrase that `append` numbered."""
        record = self._record(number)
        return Paraphrase(_candidate(record), record["similarity"], record["change"])

    def rejection(self, number: int) -> Rejection:
        """Give the rejection that `append` numbered."""
        record = self._record(number)
        return Rejection(
            _candidate(record),
            record["reason"],
            record["detail"],
            record["similarity"],
            record["change"],
        )

    def _record(self, number: int) -> dict:  # type: ignore[type-arg]
        self._file.seek(self._offsets[number])
        record: dict = json.loads(self._file.readline())  # type: ignore[type-arg]
        return record

    def close(self) -> None:
        """Remove the file."""
        self._file.close()

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _candidate(record: dict) -> Candidate:  # type: ignore[type-arg]
    fields = record["candidate"]
    return Candidate(**{**fields, "marks": tuple(fields["marks"])})

"""Paraphrases and rejections on disk while a run lasts; numbers in memory, texts in a file."""

from __future__ import annotations

import marshal
import tempfile
from array import array
from types import TracebackType

from augment.records import Candidate, Paraphrase, Rejection


class Spool:
    """An append-only list of paraphrases and rejections in a temporary file.

    A run over a large table makes more text than memory holds, and most of it is looked at once
    more only: when the outputs are written. Memory holds 8 bytes an entry.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - lives as long as the spool
        self._offsets = array("Q", [0])
        self._moved = False

    def append(self, result: Paraphrase | Rejection) -> int:
        """Add a result; give the number under which it can be had again."""
        one = result.candidate
        line = marshal.dumps(
            (
                (
                    one.source_id,
                    one.original,
                    one.text,
                    one.method,
                    one.pivot,
                    one.engine,
                    one.marks,
                    one.variant,
                    one.texts,
                ),
                (result.reason, result.detail) if isinstance(result, Rejection) else None,
                result.similarity,
                result.change,
            )
        )
        if self._moved:
            self._file.seek(self._offsets[-1])
            self._moved = False
        self._file.write(line)
        self._offsets.append(self._offsets[-1] + len(line))
        return len(self._offsets) - 2

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> Paraphrase | Rejection:
        """Give the result that `append` numbered."""
        start, end = self._offsets[number], self._offsets[number + 1]
        self._file.seek(start)
        self._moved = True
        fields, refusal, similarity, change = marshal.loads(self._file.read(end - start))  # noqa: S302 - our own file
        if refusal is None:
            return Paraphrase(Candidate(*fields), similarity, change)
        return Rejection(Candidate(*fields), refusal[0], refusal[1], similarity, change)

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

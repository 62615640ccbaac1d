"""Paraphrases and rejections on disk while a run lasts; numbers in memory, texts in a file."""

from __future__ import annotations

import marshal
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import TracebackType

from augment.errors import WriteError
from augment.records import Candidate, Paraphrase, Rejection


class Spool:
    """An append-only list of paraphrases and rejections in a temporary file.

    A run over a large table makes more text than memory holds, and most of it is looked at once
    more only: when the outputs are written. Memory holds 8 bytes an entry.
    """

    def __init__(self) -> None:
        with _explained():
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
        with _explained():
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
        with _explained():
            self._file.seek(start)  # which writes what is not yet written
            self._moved = True
            line = self._file.read(end - start)
        fields, refusal, similarity, change = marshal.loads(line)  # noqa: S302 - our own file
        if refusal is None:
            return Paraphrase(Candidate(*fields), similarity, change)
        return Rejection(Candidate(*fields), refusal[0], refusal[1], similarity, change)

    def close(self) -> None:
        """Remove the file."""
        with suppress(OSError):  # what is not yet written is wanted no more
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


@contextmanager
def _explained() -> Iterator[None]:
    """Say where the file lies, and how it is put elsewhere."""
    try:
        yield
    except OSError as error:
        raise WriteError(
            f"the temporary file of this run, in {tempfile.tempdir or 'no folder'},",
            error,
            left="",
            instead=", or name another folder with the environment variable TMPDIR",
        ) from error

"""What a person decided about paraphrases: a file of lines that is only ever added to.

Each decision is one line, on the disk before it counts as taken, so that a crash loses nothing and
several programs may add at once. The last line about a paraphrase counts; taking a decision back
is a line too.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Literal, get_args

from augment.enumeration import counted
from augment.errors import InputError, OutputError

Verdict = Literal["keep", "refuse", "edit", ""]
VERDICTS: Final = get_args(Verdict)
#: aug_id, and the hash of the pair of texts
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about one paraphrase.

    Parameters
    ----------
    verdict
        ``"keep"``, ``"refuse"``, ``"edit"`` (keep it with `text`), or ``""`` for not decided.
    text
        The text that takes the paraphrase's place; empty unless edited.
    """

    verdict: Verdict = ""
    text: str = ""


#: Nothing was decided.
OPEN: Final = Decision()


def pair_hash(original: str, text: str) -> str:
    """Hash what a decision was about: the pair of texts that the person saw.

    >>> pair_hash("a", "b") == pair_hash("a", "b"), pair_hash("a", "b") == pair_hash("ab", "")
    (True, False)
    """
    both = f"{len(original)}:{original}{text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(both, digest_size=8).hexdigest()


class Decisions:
    """The decisions in one file, kept in step with whatever else writes to it.

    Parameters
    ----------
    path
        ``OUT.review.jsonl``; made with the first decision.
    writable
        Whether anything may be written; without, the file is only read.

    Attributes
    ----------
    revision
        Grows whenever a decision changes, here or by another program.
    notes
        What was found wrong with the file and could be mended.

    Raises
    ------
    InputError
        When a line of the file is no decision; the file is left as it is.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "out.review.jsonl"
    >>> Decisions(path).add("3:es", "ab12", Decision("refuse"))
    True
    >>> Decisions(path).of("3:es", "ab12").verdict
    'refuse'
    """

    def __init__(self, path: Path, *, writable: bool = True) -> None:
        self.path = path
        self.writable = writable
        self.revision = 0
        self.notes: list[str] = []
        self._found: dict[Key, Decision] = {}
        #: What was decided before and then otherwise, to tell an older copy of the file from news.
        self._older: dict[Key, set[Decision]] = {}
        #: What must be in the file: filled when it turns out not to be the one that was read.
        self._known: dict[Key, Decision] = {}
        self._read = 0
        self._lines = 0
        self._hash = hashlib.blake2b()
        self._state: tuple[int, int, int] | None = None
        self.refresh()

    def of(self, aug_id: str, pair: str) -> Decision:
        """Give the decision about a paraphrase; `OPEN` where there is none."""
        return self._found.get((aug_id, pair), OPEN)

    def items(self) -> Iterator[tuple[Key, Decision]]:
        """Give ((aug_id, pair hash), decision) of everything that is decided."""
        return ((key, one) for key, one in list(self._found.items()) if one.verdict)

    def add(
        self, aug_id: str, pair: str, decision: Decision, *, was: Decision | None = None
    ) -> bool:
        """Take a decision; when this returns, it is on the disk.

        Parameters
        ----------
        aug_id, pair, decision
            The paraphrase, and what is decided about it.
        was
            Take it only if this is still what was decided before; None: whatever that is.

        Returns
        -------
        bool
            Whether it was taken: False when another program decided in between.

        Raises
        ------
        OutputError
            When the file cannot be written; the decision is not taken.
        InputError
            When another program left something else than decisions in the file.
        """
        with self._locked() as handle:
            self._catch_up(handle)
            # Here and not before the lock, where another program could still come in between.
            if was is not None and self.of(aug_id, pair) != was:
                return False
            self._append(handle, {(aug_id, pair): decision})
            return True

    def refresh(self) -> None:
        """Take in what other programs wrote meanwhile."""
        state = self._look()
        if state == self._state:
            return
        if state is None:
            self._forget()
            if not self._known:
                return
        with self._locked() as handle:
            self._catch_up(handle)

    def _look(self) -> tuple[int, int, int] | None:
        try:
            about = self.path.stat()
        except FileNotFoundError:
            return None
        return about.st_ino, about.st_size, about.st_mtime_ns

    @contextlib.contextmanager
    def _locked(self) -> Iterator[IO[bytes]]:
        try:
            # Appending is one write at the end of the file, wherever that is by then.
            mode = "a+b" if self.writable else "rb"
            with self.path.open(mode, buffering=0) as handle, _lock(handle, self.writable):
                yield handle
        except OSError as error:
            raise OutputError(
                f"{self.path} cannot be written ({error.strerror or error}); the last decision was "
                "not saved"
            ) from error

    def _catch_up(self, handle: IO[bytes]) -> None:
        """Read what is new; when the old part is not what it was, read everything again."""
        if self._read and self._look() == self._state:
            return
        handle.seek(0)
        before = handle.read(self._read)
        same = hashlib.blake2b(before).digest() == self._hash.digest()
        if not same:
            self._forget()
            handle.seek(0)
        new = handle.read()
        whole, end, torn = new.rpartition(b"\n")
        new = whole + end
        if torn and _is_json(torn):  # an editor that does not end the last line
            new += torn + b"\n"
            if self.writable:
                handle.write(b"\n")
        found = self._parse(new)
        if torn and not _is_json(torn):  # cut off by a crash; nobody was told that it was done
            if self.writable:
                os.ftruncate(handle.fileno(), self._read + len(new))
            self.notes.append(f"{self.path}: the last line was cut off and has been left out")
        self._take(new, found)
        if self._known:
            self._put_back(handle)
        self._state = self._look()

    def _put_back(self, handle: IO[bytes]) -> None:
        """Write again what a replaced file lacks, or holds only in the state before."""
        lost = {
            key: one
            for key, one in self._known.items()
            if self.of(*key) != one
            and (self.of(*key) is OPEN or self.of(*key) in self._older.get(key, ()))
        }
        if lost:
            self._append(handle, lost)
            are = "is" if len(lost) == 1 else "are"
            self.notes.append(
                f"{self.path} was changed by another program; {counted(len(lost), 'decision')} "
                f"that it lacked {are} back in it"
            )
        self._known = {}

    def _append(self, handle: IO[bytes], decisions: Mapping[Key, Decision]) -> None:
        lines = b"".join(_line(key, one) for key, one in decisions.items())
        written = handle.write(lines)
        if written != len(lines):
            os.ftruncate(handle.fileno(), self._read)
            raise OSError("the disk is full")
        os.fsync(handle.fileno())
        self._take(lines, dict(decisions))
        self._state = self._look()

    def _take(self, raw: bytes, found: Mapping[Key, Decision]) -> None:
        self._hash.update(raw)
        self._read += len(raw)
        self._lines += raw.count(b"\n")
        for key, one in found.items():
            before = self.of(*key)
            if before != one:
                self._older.setdefault(key, set()).add(before)
                self.revision += 1
        self._found.update(found)

    def _forget(self) -> None:
        self._known |= self._found
        self._found = {}
        self._read = self._lines = 0
        self._hash = hashlib.blake2b()
        self._state = None
        self.revision += 1

    def _parse(self, raw: bytes) -> dict[Key, Decision]:
        found: dict[Key, Decision] = {}
        for number, line in enumerate(raw.splitlines(), start=self._lines + 1):
            if line.strip():
                key, decision = self._decision(line, number)
                found[key] = decision
        return found

    def _decision(self, line: bytes, number: int) -> tuple[Key, Decision]:
        try:
            cells = json.loads(line)
            key = (cells["aug_id"], cells["pair"])
            decision = Decision(cells["decision"], cells.get("text", ""))
            whole = all(isinstance(cell, str) for cell in (*key, decision.text))
            if not whole or decision.verdict not in VERDICTS:
                raise ValueError("a value of another kind")
        except (ValueError, KeyError, TypeError) as error:
            raise InputError(
                f"{self.path} line {number}: no decision ({type(error).__name__}: {error}); "
                'wanted {"aug_id": ..., "pair": ..., "decision": "keep"}; correct or remove that '
                "line, nothing else was changed"
            ) from error
        return key, decision


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


def _line(key: Key, decision: Decision) -> bytes:
    cells = {"aug_id": key[0], "pair": key[1], "decision": decision.verdict}
    if decision.text:
        cells["text"] = decision.text
    return json.dumps(cells, ensure_ascii=False).encode("utf-8") + b"\n"


@contextlib.contextmanager
def _lock(handle: IO[bytes], alone: bool) -> Iterator[None]:
    """Keep other programs of this package out while one reads and writes."""
    try:
        import fcntl
    except ImportError:  # Windows: an append is one call there too, without the lock
        yield
        return
    fcntl.flock(handle, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
    try:
        yield
    finally:
        fcntl.flock(handle, fcntl.LOCK_UN)

"""The translation store: what was translated once is never translated again.

One SQLite file in write-ahead mode. A row is keyed by the text's hash and by the identity of what
translated it: engine, version, direction and decoding. The source text itself is not written down.
Beside the translations stand the findings of the checks on them (`augment.filters.recall`), which
may quote a few words of both.
Every batch is on the disk before `put` returns, so a process killed at any moment loses at most
the batch in flight, and the same command goes on from there.
"""

from __future__ import annotations

import hashlib
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final

from augment.errors import InputError, StoreError
from augment.records import Translation

DEFAULT_PATH: Final = Path(".augment") / "store.sqlite"
#: Written into the file; raised when the layout of the tables changes.
FORMAT: Final = 3
_APPLICATION_ID: Final = 0x41554754  # "AUGT": tells our file from any other SQLite file
_MARK_SEPARATOR: Final = "\x1f"
_PATIENCE: Final = 60.0  # seconds to wait for another process
_PER_QUERY: Final = 500  # below SQLite's oldest limit of 999 variables a statement
#: What else a user can do.
_INSTEAD: Final = (
    'name another file: store="FILE" (--store FILE), or do without: store="none" (--store none)'
)

_SCHEMA = """
CREATE TABLE translator (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE translation (
    translator INTEGER NOT NULL REFERENCES translator (id),
    source BLOB NOT NULL,
    text TEXT NOT NULL,
    marks TEXT NOT NULL,
    PRIMARY KEY (translator, source)
) WITHOUT ROWID;
"""
#: Since format 2.
_FINDINGS = "CREATE TABLE findings (key BLOB PRIMARY KEY, judged TEXT NOT NULL) WITHOUT ROWID"
#: Since format 3: which run wrote it down.
_RUN = "ALTER TABLE translation ADD COLUMN run INTEGER NOT NULL DEFAULT 0"


def text_key(text: str) -> bytes:
    """16-byte hash of a text; two different texts share one with probability 2**-64 at worst."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class Store:
    """Translations on disk; safe to share between threads, and between processes.

    Nothing is read or made before `open`, which a ``with`` block calls.

    Parameters
    ----------
    path
        The file, made where missing; its folder must be there, the default one excepted. None: a
        temporary file, gone at `close`.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._held = ExitStack()
        self._lock = threading.Lock()
        self._ids: dict[str, int] = {}
        #: Stands at every translation that this object wrote down; those of others are earlier.
        self._run = random.SystemRandom().getrandbits(62)

    @property
    def lasts(self) -> bool:
        """Whether what is written down is there for later runs."""
        return self.path is not None

    def open(self) -> None:
        """Open the file.

        Raises
        ------
        InputError
            When the file is no translation store, comes from a newer version, or cannot be opened.
        """
        try:
            self._db = sqlite3.connect(
                self._place(), timeout=_PATIENCE, check_same_thread=False, isolation_level=None
            )
            self._held.callback(self._db.close)
            self._begin()
        except (OSError, sqlite3.Error) as error:
            self._held.close()
            raise InputError(self._why(error)) from error
        except BaseException:
            self._held.close()
            raise

    def _place(self) -> Path:
        if self.path is None:
            return Path(self._held.enter_context(tempfile.TemporaryDirectory())) / "store.sqlite"
        folder = self.path.parent
        if folder == DEFAULT_PATH.parent:
            folder.mkdir(exist_ok=True)
        if not folder.is_dir():
            raise InputError(
                f"{folder}, for the translation store, is no folder; make it first, or {_INSTEAD}"
            )
        return self.path

    def _why(self, error: Exception, *, open_already: bool = False) -> str:
        """Say what is wrong with the file, and what to do."""
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the bits above hold details
        if self.path is None:
            return (
                f"the temporary translation store cannot be used: {error}; free some space, or "
                "name another folder for temporary files with the environment variable TMPDIR"
            )
        if code == sqlite3.SQLITE_CORRUPT or (open_already and code == sqlite3.SQLITE_NOTADB):
            return (
                f"{self.path} is damaged ({error}): move it away, with {self.path.name}-wal and "
                f"-shm where they are, and what it held is translated anew; or {_INSTEAD}"
            )
        if not open_already:
            return f"{self.path} cannot be used as translation store: {error}; {_INSTEAD}"
        full = "free some space, then " if code == sqlite3.SQLITE_FULL else ""
        return (
            f"{self.path}: {error}; what was stored before is kept: {full}run the same command "
            "again to go on"
        )

    def _begin(self) -> None:
        """Find out whose file it is, and make what it lacks."""
        # In one transaction: another process may be making the store just now.
        self._db.execute("BEGIN")
        tables = self._tables()
        found = self._db.execute("PRAGMA application_id").fetchone()[0]
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        self._db.commit()
        if found not in (0, _APPLICATION_ID) or (found == 0 and tables):
            raise InputError(f"{self.path} is an SQLite file, but no translation store; {_INSTEAD}")
        if version > FORMAT:
            raise InputError(
                f"{self.path}: the store has format {version}, written by a newer version of "
                f"augment; this one reads up to {FORMAT}. Upgrade augment, or {_INSTEAD}"
            )
        self._use_wal()
        # A commit reaches the disk, not only the system's cache: a power loss loses nothing.
        self._db.execute("PRAGMA synchronous = FULL")
        if version < FORMAT:
            with self._transaction():
                tables = self._tables()  # another process may have been first
                if "translation" not in tables:
                    for statement in _SCHEMA.split(";"):
                        self._db.execute(statement)
                if "findings" not in tables:
                    self._db.execute(_FINDINGS)
                if "run" not in self._columns():
                    self._db.execute(_RUN)
                self._db.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
                self._db.execute(f"PRAGMA user_version = {FORMAT}")

    def _use_wal(self) -> None:
        """Write changes beside the file, so that readers and one writer do not wait.

        SQLite does not wait for the lock that this takes: where several processes open a new store
        at the same time, all but one are refused at first.
        """
        last = time.monotonic() + _PATIENCE
        while True:
            try:
                self._db.execute("PRAGMA journal_mode = WAL")
                return
            except sqlite3.OperationalError as error:
                if "locked" not in str(error) or time.monotonic() > last:
                    raise
            time.sleep(0.02)

    def _tables(self) -> set[str]:
        rows = self._db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in rows}

    def _columns(self) -> set[str]:
        return {row[1] for row in self._db.execute("PRAGMA table_info(translation)")}

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.commit()
        except BaseException:
            self._db.rollback()
            raise

    def get(self, translator: str, keys: Sequence[bytes]) -> dict[bytes, Translation]:
        """Look up texts by their `text_key`.

        Parameters
        ----------
        translator
            Full identity of what translates, see `augment.translators.Translator.identity`.
        keys
            Any number of keys.

        Returns
        -------
        dict
            Only the keys that are there.
        """
        return self.look_up(translator, keys)[0]

    def look_up(
        self, translator: str, keys: Sequence[bytes]
    ) -> tuple[dict[bytes, Translation], int]:
        """Look up as `get` does, and count what was written down by others than this object."""
        rows: list[tuple[bytes, str, str, int]] = []
        with self._lock, self._explained():
            number = self._id(translator)
            for start in range(0, len(keys), _PER_QUERY):
                part = keys[start : start + _PER_QUERY]
                slots = ",".join("?" * len(part))
                rows += self._db.execute(
                    "SELECT source, text, marks, run FROM translation"  # noqa: S608 - only ? inside
                    f" WHERE translator = ? AND source IN ({slots})",
                    (number, *part),
                )
        found = {
            key: Translation(text, tuple(words.split(_MARK_SEPARATOR)) if words else ())
            for key, text, words, _ in rows
        }
        return found, sum(run != self._run for *_, run in rows)

    def put(self, translator: str, entries: Iterable[tuple[bytes, Translation]]) -> None:
        """Write translations down; they are on the disk when this returns.

        Failed translations are not stored: the next run tries them again.

        Raises
        ------
        StoreError
            When the disk is full or the file is damaged.
        """
        with self._lock, self._explained():
            number = self._id(translator)
            rows = [
                (number, key, done.text, _MARK_SEPARATOR.join(done.marks), self._run)
                for key, done in entries
                if not done.error
            ]
            if rows:
                with self._transaction():
                    self._db.executemany(
                        "INSERT OR IGNORE INTO translation VALUES (?, ?, ?, ?, ?)", rows
                    )

    def findings(self, key: bytes) -> str | None:
        """Give what was found on a window of candidates, as `put_findings` got it."""
        with self._lock, self._explained():
            row = self._db.execute("SELECT judged FROM findings WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def put_findings(self, key: bytes, judged: str) -> None:
        """Write down what was found on a window of candidates.

        Raises
        ------
        StoreError
            When the disk is full or the file is damaged.
        """
        with self._lock, self._explained(), self._transaction():
            self._db.execute("INSERT OR IGNORE INTO findings VALUES (?, ?)", (key, judged))

    def __len__(self) -> int:
        """Count the translations in the store."""
        with self._lock, self._explained():
            return int(self._db.execute("SELECT count(*) FROM translation").fetchone()[0])

    def _id(self, translator: str) -> int:
        if translator not in self._ids:
            query = "SELECT id FROM translator WHERE name = ?"
            row = self._db.execute(query, (translator,)).fetchone()
            if row is None:
                with self._transaction():
                    self._db.execute(
                        "INSERT OR IGNORE INTO translator (name) VALUES (?)", (translator,)
                    )
                row = self._db.execute(query, (translator,)).fetchone()
            self._ids[translator] = row[0]
        return self._ids[translator]

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(self._why(error, open_already=True)) from error

    def close(self) -> None:
        """Close the file; a temporary one is removed."""
        with self._lock:
            self._held.close()

    def __enter__(self) -> Store:
        self.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def store_at(where: str | Path | None) -> Store:
    """Give the store that a recipe names: a path, ``"none"``, or None for the default place."""
    if where is None:
        return Store(DEFAULT_PATH)
    return Store(None if str(where) == "none" else Path(where))

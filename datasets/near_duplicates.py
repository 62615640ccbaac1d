"""Texts that say almost the same in almost the same letters, without comparing every pair.

Two texts are near each other when the sets of their runs of letters (five in a row, two in
Chinese, Japanese and Korean, after folding case, spaces and punctuation) overlap by at least a
given share, the Jaccard similarity. MinHash signatures (Broder 1997, computed by the library
rensa) cut into bands bring together the pairs that may be near; each of these is then checked
exactly, so that no pair is reported which is none. What is missed are pairs that share no band:
one in a hundred at the least similarity, far fewer above it.

References
----------
A. Broder, "On the resemblance and containment of documents", Compression and Complexity of
Sequences, 1997. P. Indyk and R. Motwani, "Approximate nearest neighbors", STOC 1998 (the bands).
"""

from __future__ import annotations

import tempfile
from array import array
from bisect import bisect_left
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final

from augment.blank import is_blank
from augment.errors import InputError
from augment.extras import require
from augment.filters.duplicate import key_of
from augment.tokens import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Least share of the runs of letters that two near texts have in common.
NEAR: Final = 0.7
#: Numbers in a signature, and the seed of its hashes; both fixed, so that results repeat.
_SLOTS: Final = 128
_SEED: Final = 1
#: Part of the pairs exactly at the least similarity that the bands must bring together.
_FOUND: Final = 0.99
_RUN, _WIDE_RUN = 5, 2
#: From here on characters stand for syllables or words: Chinese, Japanese, Korean.
_WIDE: Final = 0x2E80
#: Shorter texts have too few runs for "almost the same" to mean something.
_FEWEST_RUNS: Final = 4
#: Texts are signed so many at a time: a long one takes room for its letters, and each for the
#: numbers of its signature, which the library gives as Python's.
_BATCH_CHARACTERS: Final = 1 << 21
_BATCH_TEXTS: Final = 4096
#: Groups of a bucket of which one text is looked at, and of those the ones compared letter by
#: letter: bounds the work on collections in which everything shares its boilerplate.
_MOST_LOOKED_AT: Final = 256
_MOST_COMPARED: Final = 8


@dataclass(frozen=True, slots=True)
class NearPair:
    """Two near texts by the numbers under which they were added, the earlier one first."""

    first: int
    second: int
    similarity: float


class NearDuplicates(AbstractContextManager["NearDuplicates"]):
    """Collects texts and groups those that are near each other.

    Parameters
    ----------
    threshold
        Least Jaccard similarity of near texts, above 0 and up to 1.

    Raises
    ------
    InputError
        For a threshold out of its range.
    MissingExtraError
        When rensa is not installed.

    Notes
    -----
    Memory holds some hundred bytes a text; the folded texts lie in a temporary file, from which
    the pairs are checked. Texts that are the same after folding should be added once.

    Examples
    --------
    >>> texts = ["The trains were late again this morning, and nobody told us why.",
    ...          "A quiet film about two brothers and a farm.",
    ...          "The trains were late again this evening, and nobody told us why!"]
    >>> with NearDuplicates() as near:
    ...     for text in texts:
    ...         _ = near.add(text)
    ...     near.groups()
    array('q', [0, 1, 0])
    """

    def __init__(self, threshold: float = NEAR) -> None:
        if not 0.0 < threshold <= 1.0:
            raise InputError(
                f"near is {threshold!r}; a similarity above 0 and up to 1 is wanted, like {NEAR}"
            )
        self.threshold = threshold
        self.rows_a_band = _rows_a_band(threshold)
        purpose = "the search for near-repeated texts"
        self._minhash: Any = require("rensa", extra="duplicates", purpose=purpose).RMinHash
        self._file = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - lives as long as this object
        self._ends = array("Q", [0])
        self._waiting: list[str] = []
        self._waiting_characters = 0
        self._bands: list[NDArray[np.uint32]] = []
        self._pairs: list[NearPair] | None = None
        self._n_own: int | None = None
        self._reached: dict[int, NearPair] = {}
        # The first text of a group is compared with every other one of it.
        self._runs = lru_cache(maxsize=128)(self._read_runs)

    def add(self, text: str) -> int:
        """Add a text; give its number, counted from 0."""
        if self._pairs is not None:
            raise RuntimeError("NearDuplicates.add after the pairs were asked for")
        key = fold(text)
        data = key.encode("utf-8", "surrogatepass")
        self._file.write(data)
        self._ends.append(self._ends[-1] + len(data))
        self._waiting.append(key)
        self._waiting_characters += len(key)
        full = len(self._waiting) >= _BATCH_TEXTS
        if full or self._waiting_characters >= _BATCH_CHARACTERS:
            self._sign()
        return len(self._ends) - 2

    def only_against(self) -> None:
        """Take the texts that follow as a second collection: none is grouped, see `reached`."""
        self._n_own = len(self)

    def __len__(self) -> int:
        return len(self._ends) - 1

    def pairs(self) -> list[NearPair]:
        """Give, for every text that is near an earlier one, pairs that connect its group.

        Returns
        -------
        list of NearPair
            Every similarity was computed exactly. Of a group of n near texts at least n - 1 pairs
            are given, not all of them: a text is not compared with a group that it has joined.
        """
        if self._pairs is None:
            self._group()
        return list(self._pairs or ())

    def groups(self) -> array[int]:
        """Give every text the number of the first text of its group."""
        if self._pairs is None:
            self._group()
        return array("q", [self._root(number) for number in range(len(self))])

    def reached(self) -> list[NearPair]:
        """Give every text of the second collection that is near one of the first, with that one."""
        if self._pairs is None:
            self._group()
        return [self._reached[number] for number in sorted(self._reached)]

    def close(self) -> None:
        """Remove the temporary file."""
        self._file.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _sign(self) -> None:
        """Turn the waiting texts into band keys: four bytes for each band."""
        import numpy as np

        hashes, starts = _run_hashes(self._waiting)
        signed = self._minhash.digest_matrix_from_flat_token_hashes(hashes, starts, _SLOTS, _SEED)
        slots = np.array(signed.to_rows(), dtype=np.uint64).reshape(len(self._waiting), _SLOTS)
        n_bands = _SLOTS // self.rows_a_band
        keys = np.zeros((len(slots), n_bands), dtype=np.uint64)
        for row in range(self.rows_a_band):
            keys *= np.uint64(0x9E3779B97F4A7C15)
            keys += slots[:, row : row + n_bands * self.rows_a_band : self.rows_a_band]
            keys ^= keys >> np.uint64(31)
        # A text without runs has no neighbours: zero is kept for it.
        kept = np.maximum((keys >> np.uint64(32)).astype(np.uint32), 1)
        kept[np.diff(starts.astype(np.int64)) < _FEWEST_RUNS] = 0
        self._bands.append(kept)
        self._waiting, self._waiting_characters = [], 0

    def _group(self) -> None:
        import numpy as np

        if self._waiting:
            self._sign()
        self._parent = array("q", range(len(self)))
        self._pairs = []
        if not self._bands:
            return
        bands = np.concatenate(self._bands)
        self._bands = []
        n_own = len(self) if self._n_own is None else self._n_own
        for band in range(bands.shape[1]):
            keys = bands[:, band]
            order = np.argsort(keys, kind="stable")
            ordered = keys[order]
            edges = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1], True])
            for at in np.flatnonzero(np.diff(edges) > 1).tolist():
                if ordered[edges[at]]:
                    numbers = order[edges[at] : edges[at + 1]].tolist()
                    first_of_second = bisect_left(numbers, n_own)
                    own, second = numbers[:first_of_second], numbers[first_of_second:]
                    self._join(own, bands)
                    self._reach(own, second, bands)

    def _join(self, numbers: list[int], bands: NDArray[np.uint32]) -> None:
        """Compare each text of a bucket with one text of the likeliest other groups there."""
        assert self._pairs is not None
        firsts: dict[int, int] = {}
        for number in numbers:
            for other in _likeliest(number, list(firsts.values())[-_MOST_LOOKED_AT:], bands):
                one, two = sorted((self._root(other), self._root(number)))
                if one == two:
                    continue
                similarity = self._similarity(other, number)
                if similarity >= self.threshold:
                    self._pairs.append(NearPair(other, number, similarity))
                    self._parent[two] = one
            firsts.setdefault(self._root(number), number)

    def _reach(self, own: list[int], second: list[int], bands: NDArray[np.uint32]) -> None:
        """Compare each text of the second collection with the likeliest of the first."""
        for number in second if own else ():
            if number in self._reached:
                continue
            for other in _likeliest(number, own[-_MOST_LOOKED_AT:], bands):
                similarity = self._similarity(other, number)
                if similarity >= self.threshold:
                    self._reached[number] = NearPair(other, number, similarity)
                    break

    def _root(self, number: int) -> int:
        parent = self._parent
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    def _similarity(self, first: int, second: int) -> float:
        return _overlap(self._runs(first), self._runs(second))

    def _read_runs(self, number: int) -> set[str]:
        start, end = self._ends[number], self._ends[number + 1]
        self._file.seek(start)
        return letter_runs(self._file.read(end - start).decode("utf-8", "surrogatepass"))


def _likeliest(number: int, others: list[int], bands: NDArray[np.uint32]) -> list[int]:
    """Give the texts that share most bands with one text, where there are many."""
    if len(others) <= _MOST_COMPARED:
        return others
    shared = (bands[others] == bands[number]).sum(axis=1)
    return [others[at] for at in (-shared).argsort(kind="stable")[:_MOST_COMPARED].tolist()]


def jaccard(one: str, two: str) -> float:
    """Share of the runs of letters of two folded texts that they have in common, 0..1.

    Examples
    --------
    >>> jaccard("thetrainislate", "thetrainwaslate")
    0.3125
    """
    return _overlap(letter_runs(one), letter_runs(two))


def _overlap(left: set[str], right: set[str]) -> float:
    common = len(left & right)
    return common / max(len(left) + len(right) - common, 1)


def letter_runs(text: str) -> set[str]:
    """Give the runs of letters of a folded text, by which texts are compared.

    A run is short where it begins with a letter of a script of many letters.

    >>> sorted(letter_runs("so good".replace(" ", "")))
    ['ogood', 'sogoo']
    >>> sorted(letter_runs("写真は美しい"))
    ['しい', 'は美', '写真', '真は', '美し']
    """
    if text.isascii() or max(text) < chr(_WIDE):  # most texts: all runs have one length
        return {text[at : at + _RUN] for at in range(len(text) - _RUN + 1)}
    runs = (text[at : at + _run_length(letter)] for at, letter in enumerate(text))
    return {run for run in runs if len(run) == _run_length(run[0])}


def _run_length(letter: str) -> int:
    return _WIDE_RUN if ord(letter) >= _WIDE else _RUN


def _run_hashes(texts: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Hash every run of letters of every text; give all hashes, and where each text's begin."""
    import numpy as np

    parts = []
    starts = np.zeros(len(texts) + 1, dtype=np.uint64)
    for at, text in enumerate(texts):
        data = text.encode("utf-32-le", "surrogatepass")
        codes = np.frombuffer(data, dtype=np.uint32).astype(np.uint64)
        n_runs = 0
        for length, begins in ((_RUN, codes < _WIDE), (_WIDE_RUN, codes >= _WIDE)):
            here = np.flatnonzero(begins[: max(len(codes) - length + 1, 0)])
            hashes = np.full(len(here), length, dtype=np.uint64)
            for place in range(length):
                hashes *= np.uint64(0x9E3779B97F4A7C15)
                hashes += codes[here + place]
            hashes ^= hashes >> np.uint64(29)
            hashes *= np.uint64(0xBF58476D1CE4E5B9)
            parts.append(hashes)
            n_runs += len(here)
        starts[at + 1] = starts[at] + np.uint64(n_runs)
    return np.concatenate(parts), starts


def _rows_a_band(threshold: float) -> int:
    """Most rows a band with which pairs at the threshold are still found.

    A pair of similarity s shares a band of r rows with probability s^r, and one of b bands with
    1 - (1 - s^r)^b.
    """
    for rows in range(16, 1, -1):
        if 1 - (1 - threshold**rows) ** (_SLOTS // rows) >= _FOUND:
            return rows
    return 1


def near_texts(texts: Iterable[str], threshold: float = NEAR) -> array[int]:
    """Give every text the number of the first text of its group of near texts.

    Texts that are the same after folding count as one; an empty text is near none.

    Parameters
    ----------
    texts
        Any texts; passed over once.
    threshold
        As in `NearDuplicates`.

    Returns
    -------
    array of int
        One number a text: the position of the first text that it is near to, or its own.
    """
    numbers: dict[bytes | int, int] = {}
    firsts: list[int] = []
    of_text = array("q")
    with NearDuplicates(threshold) as near:
        for position, text in enumerate(texts):
            key = position if is_blank(text) else key_of(text)
            if key not in numbers:
                numbers[key] = near.add(text)
                firsts.append(position)
            of_text.append(numbers[key])
        groups = near.groups()
    return array("q", [firsts[groups[number]] for number in of_text])

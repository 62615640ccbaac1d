"""Which texts a model was trained on, as hashes: a score on those says nothing, and is named so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from augment.datasets.survey import most_telling
from augment.tokens import fold as same_text

Keys = npt.NDArray[np.uint64]
#: Sorted keys, eight bytes each, least byte first.
FILE: Final = "trained_texts.bin"
NO_KEYS: Final[Keys] = np.zeros(0, dtype=np.uint64)


def text_keys(texts: Sequence[tuple[str, ...]]) -> Keys:
    """Hash texts, or both sides of pairs, with case, spaces and punctuation set aside.

    Examples
    --------
    >>> a, b, c = text_keys([("Good film!",), ("good  film",), ("good film", "why")])
    >>> bool(a == b), bool(a == c)
    (True, False)
    """
    found = np.empty(len(texts), dtype=np.uint64)
    for row, sides in enumerate(texts):
        joined = "\x1f".join(same_text(side) for side in sides)
        digest = hashlib.blake2b(joined.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        found[row] = int.from_bytes(digest, "little")
    return found


def trained_keys(texts: Sequence[tuple[str, ...]]) -> Keys:
    """Hash what a model was trained on: every text or pair, and either side of a pair by itself.

    A side that more than half of the pairs have, such as one question put to every text, says
    nothing of a row and is left out.

    Examples
    --------
    >>> pair = [("The city is old.", "How old is it?")]
    >>> side = text_keys([("how old is it",)])
    >>> np.isin(side, trained_keys(pair)).tolist(), len(trained_keys(pair))
    ([True], 3)
    """
    found = [text_keys(texts)]
    for side in _sides(texts):
        keys, counts = np.unique(text_keys(side), return_counts=True)
        found.append(keys[counts <= most_telling(len(texts))])
    return np.unique(np.concatenate(found))


def side_known(texts: Sequence[tuple[str, ...]], trained: Keys) -> npt.NDArray[np.bool_]:
    """Whether a side of each pair is known by itself, but not the pair; False for single texts."""
    found = np.zeros(len(texts), dtype=np.bool_)
    for side in _sides(texts):
        found |= np.isin(text_keys(side), trained)
    return found & ~np.isin(text_keys(texts), trained)


def _sides(texts: Sequence[tuple[str, ...]]) -> list[list[tuple[str, ...]]]:
    """Either side of pairs as texts of their own; empty for single texts."""
    if not texts or len(texts[0]) == 1:
        return []
    return [[(side,) for side in sides] for sides in zip(*texts, strict=True)]


def write_keys(folder: Path, keys: Keys) -> None:
    """Write the keys into a model folder; nothing where there are none."""
    if len(keys):
        (folder / FILE).write_bytes(np.unique(keys).astype("<u8").tobytes())


def keys_of(model: str) -> Keys:
    """Give the keys that a model by name, an encoder to train on, has been trained on already."""
    folder = Path(model).expanduser()
    return read_keys(folder) if folder.is_dir() else NO_KEYS


def read_keys(folder: Path) -> Keys:
    """Read the keys of a model folder; none where it has none."""
    file = folder / FILE
    if not file.is_file():
        return NO_KEYS
    content = file.read_bytes()
    return np.frombuffer(content[: len(content) // 8 * 8], dtype="<u8").astype(np.uint64)

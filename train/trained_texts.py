"""Which texts a model was trained on, as hashes: a score on those says nothing, and is named so."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

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

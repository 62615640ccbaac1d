"""One number per text, method and variant: every draw starts from it, whatever came before."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from typing import Final

_GLOBAL_STATE: Final = threading.Lock()


def draw_seed(seed: int, method: str, variant: int, text: str) -> int:
    """Give 64 bits that depend on all four and on nothing else.

    >>> draw_seed(0, "swap", 0, "a") == draw_seed(0, "swap", 0, "a") != draw_seed(1, "swap", 0, "a")
    True
    """
    key = f"{seed}\0{method}\0{variant}\0{text}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(key, digest_size=8).digest(), "big")


@contextmanager
def global_state(seed: int) -> Iterator[None]:
    """Seed the global generators of `random` and numpy for a block, and give back what they were.

    For libraries that draw from them; one block at a time.
    """
    import numpy as np

    with _GLOBAL_STATE:
        before, before_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002
        random.seed(seed)
        np.random.seed(seed % 2**32)  # noqa: NPY002
        try:
            yield
        finally:
            random.setstate(before)
            np.random.set_state(before_numpy)  # noqa: NPY002

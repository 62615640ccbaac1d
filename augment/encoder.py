"""Sentence vectors and their cosine, for the similarity check.

A leaf: torch and transformers are loaded when an encoder is made, and nothing imports this at
its top.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from augment.broken_text import readable
from augment.errors import InputError
from augment.extras import require
from augment.loading import loading
from augment.minilm import NAME, minilm_folder
from augment.progress import SILENT, Progress
from augment.token_limits import token_limits

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Longer texts are cut here, as MiniLM was trained, or earlier where a model reads less.
MAX_TOKENS: Final = 256
_STEP: Final = 8
#: Padded tokens of a forward pass on a CPU, in 16 texts at most; texts of one on a GPU.
_PASS_TOKENS: Final = 256
_MOST_ROWS: Final = {"cpu": 16, "cuda": 256}
#: Originals whose vectors are kept between calls: each comes again with the next pivot.
REMEMBERED: Final = 10_000


class SentenceEncoder:
    """Turns texts into unit vectors whose dot product says how close their meaning is.

    Parameters
    ----------
    model
        ``"minilm"`` for the packaged all-MiniLM-L6-v2 (English, no network, verified weights), or
        a hub name or folder of any encoder whose vectors are meant to be mean-pooled.
    device
        ``"cpu"``, ``"cuda"``, ...; a GPU is taken where there is one.

    Raises
    ------
    MissingExtraError
        When torch, transformers or the packaged weights are not installed.
    DamagedFileError
        When the packaged weights are not the recorded ones.

    Notes
    -----
    Texts are sorted by length and padded to the next multiple of eight tokens only; texts of one
    padded length share a pass, and every pass of that length has the same number of rows, repeated
    ones where texts are missing. So the shapes that decide how a matrix product is summed up are
    the text's own, and its vector does not depend on what else is in the call: with passes of any
    size a fifth of the vectors moved in their last bits on some processors, and with them, now and
    then, a rounded similarity. On a CPU passes are small, so that few rows are repeated: with 16
    rows whatever the length, thirty new texts took two and a half times as long, four hundred a
    third longer.

    The layers compute in float32. bfloat16 was 1.6 times faster on a processor that has it, but
    moved the cosine of 1,500 real pairs by up to 0.0023, and the same row would score differently
    on another machine.

    References
    ----------
    Reimers and Gurevych, Sentence-BERT, EMNLP 2019. Wang et al., MiniLM, NeurIPS 2020.
    """

    def __init__(self, model: str = NAME, *, device: str | None = None) -> None:
        self.model = model
        torch = require("torch", extra="train", purpose="the similarity check")
        transformers = require("transformers", extra="train", purpose="the similarity check")
        where = minilm_folder() if model == NAME else model
        self.device = device or ("cuda" if torch.cuda.is_available() else "cpu")
        try:
            with loading(where) as options:
                self._tokenizer: Any = transformers.AutoTokenizer.from_pretrained(where, **options)
                self._net: Any = transformers.AutoModel.from_pretrained(
                    where, use_safetensors=True, dtype=torch.float32, **options
                )
        except (OSError, ValueError) as error:
            raise InputError(
                f"no sentence encoder {model!r}: {error}; give {NAME!r}, a hub name or a folder"
            ) from error
        self._net = self._net.eval().to(self.device)
        self._torch: Any = torch
        self.dimension: int = self._net.config.hidden_size
        limits = token_limits(self._net, self._tokenizer)
        self._most_tokens = min([MAX_TOKENS, *limits.values()])
        self._originals: dict[str, NDArray[np.float32]] = {}
        self._texts: dict[str, NDArray[np.float32]] = {}

    def encode(self, texts: Sequence[str], *, progress: Progress = SILENT) -> NDArray[np.float32]:
        """Encode texts; each distinct text is computed once.

        Parameters
        ----------
        texts
            Any texts; beyond 256 tokens, or what the model takes, the rest is not read.
        progress
            Told of each text done.

        Returns
        -------
        ndarray, float32, (n_texts, dimension)
            Rows of unit length.

        Examples
        --------
        >>> SentenceEncoder().encode(["a good film", "a fine film"]).shape  # doctest: +SKIP
        (2, 384)
        """
        place = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        vectors = np.zeros((len(place), self.dimension), dtype=np.float32)
        if not place:
            return vectors
        ids = self._tokenizer(
            list(map(readable, place)),
            truncation=True,
            max_length=self._most_tokens,
            return_attention_mask=False,
        )["input_ids"]
        lengths = [min(-(-len(row) // _STEP) * _STEP, self._most_tokens) for row in ids]
        order = sorted(range(len(ids)), key=lengths.__getitem__)
        with progress.stage("sentence vectors", len(place), "text") as stage:
            for length, rows in groupby(order, key=lengths.__getitem__):
                alike, size = list(rows), self._rows(length)
                for start in range(0, len(alike), size):
                    batch = alike[start : start + size]
                    full = [*batch, *batch[-1:] * (size - len(batch))]
                    passed = self._forward([ids[row] for row in full], length)
                    vectors[batch] = passed[: len(batch)]
                    stage.advance(len(batch))
        return vectors[[place[text] for text in texts]]

    def _rows(self, length: int) -> int:
        """Texts of every forward pass of that padded length: see the notes of the class."""
        if self.device.startswith("cuda"):
            return _MOST_ROWS["cuda"]
        return max(1, min(_MOST_ROWS["cpu"], _PASS_TOKENS // length))

    def _forward(self, ids: list[list[int]], length: int) -> NDArray[np.float32]:
        torch = self._torch
        tokens = torch.zeros((len(ids), length), dtype=torch.long)
        mask = torch.zeros((len(ids), length), dtype=torch.long)
        for row, numbers in enumerate(ids):
            tokens[row, : len(numbers)] = torch.tensor(numbers)
            mask[row, : len(numbers)] = 1
        tokens, mask = tokens.to(self.device), mask.to(self.device)
        with torch.inference_mode():
            hidden = self._net(input_ids=tokens, attention_mask=mask).last_hidden_state
            weights = mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * weights).sum(dim=1) / weights.sum(dim=1)
            unit: NDArray[np.float32] = torch.nn.functional.normalize(mean, dim=1).cpu().numpy()
        return unit

    def similarity(
        self, originals: Sequence[str], texts: Sequence[str], *, progress: Progress = SILENT
    ) -> NDArray[np.float32]:
        """Cosine of each original with the text at the same place.

        Returns
        -------
        ndarray, float32, (n_texts,)
            0..1; a negative cosine, which means nothing here, is given as 0.

        Raises
        ------
        InputError
            When the two are not equally long.
        """
        if len(originals) != len(texts):
            raise InputError(
                f"one text per original is wanted; got {len(originals)} originals and "
                f"{len(texts)} texts"
            )
        new = [text for text in dict.fromkeys(originals) if text not in self._originals]
        vectors = self.encode([*new, *texts], progress=progress)
        self._originals.update(zip(new, vectors[: len(new)].copy(), strict=True))
        self._texts = dict(zip(texts, vectors[len(new) :], strict=True))
        left = np.array([self._originals[text] for text in originals], dtype=np.float32)
        while len(self._originals) > REMEMBERED:
            del self._originals[next(iter(self._originals))]
        cosine = np.einsum(
            "ij,ij->i", left.reshape(len(texts), self.dimension), vectors[len(new) :]
        )
        clipped: NDArray[np.float32] = np.clip(cosine, 0.0, 1.0)
        return clipped

    def recent(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts of the last call of `similarity`, without computing them again.

        Returns
        -------
        ndarray, float32, (n_texts, dimension)
            Rows of unit length; a text that was not in the call is encoded.
        """
        known = self._originals | self._texts
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(missing, self.encode(missing), strict=True))
        return np.array([known[text] for text in texts], dtype=np.float32).reshape(
            len(texts), self.dimension
        )

"""The sentence vectors that several checks share, so that no text is encoded twice."""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from augment.errors import MissingExtraError
from augment.minilm import NAME, WEIGHTS_SHA256, minilm_folder, sha256
from augment.tokens import fold

if TYPE_CHECKING:
    from augment.encoder import SentenceEncoder

CHARACTERS: Final = "characters"
_DIMENSION: Final = 2048
_LONGEST: Final = 2000


class Meaning:
    """Unit vectors of texts, by a sentence encoder or by the counts of their letter triples.

    Parameters
    ----------
    measure
        Name of an encoder (`augment.encoder.SentenceEncoder`), or ``"characters"``.
    """

    def __init__(self, measure: str) -> None:
        self.measure = measure
        self.encoder: SentenceEncoder | None = None
        #: Whether the check of similarity is among the checks: it pays for the vectors.
        self.in_use = False

    def require(self) -> None:
        """Say that vectors will be wanted, and find out whether the encoder can be had.

        Raises
        ------
        MissingExtraError
            When a package or the packaged weights are missing.
        """
        self.in_use = True
        if self.measure == CHARACTERS:
            return
        for package in ("torch", "transformers"):
            if importlib.util.find_spec(package) is None:
                raise MissingExtraError(
                    f"the similarity check needs the package {package!r}; "
                    'pip install "augment-text[offline]", or leave it out with '
                    "--no-filter similarity"
                )
        if self.measure == NAME:
            minilm_folder()

    def weights_sha256(self) -> str:
        """Hash of the encoder's weights; empty for letter triples, and for a name on the hub."""
        if self.measure == NAME:
            return WEIGHTS_SHA256
        files = sorted(Path(self.measure).glob("*.safetensors"))
        return sha256(files[0]) if files else ""

    def similarity(self, originals: Sequence[str], texts: Sequence[str]) -> list[float]:
        """Cosine of each original with the text at the same place, 0..1."""
        return [float(score) for score in self._encoder().similarity(originals, texts)]

    def recent(self, texts: Sequence[str]) -> Any:  # noqa: ANN401 - numpy loads on use
        """Vectors of texts, most of them from the last call of `similarity`; (n_texts, d)."""
        if self.measure == CHARACTERS:
            return _letter_vectors(texts)
        return self._encoder().recent(texts)

    def _encoder(self) -> SentenceEncoder:
        if self.encoder is None:
            from augment.encoder import SentenceEncoder

            self.encoder = SentenceEncoder(self.measure)
        return self.encoder


def letter_triples(text: str) -> Counter[str]:
    r"""Count the runs of three letters of a text and of its edges, in small letters.

    Examples
    --------
    >>> sorted(letter_triples("мир"))
    ['\x02ми', 'ир\x03', 'мир']
    """
    key = f"\x02{fold(text)}\x03"
    return Counter(key[at : at + 3] for at in range(max(1, len(key) - 2)))


def _letter_vectors(texts: Sequence[str]) -> Any:  # noqa: ANN401
    """Hashed counts of the letter triples of each text, of unit length."""
    import numpy as np

    vectors = np.zeros((len(texts), _DIMENSION), dtype=np.float32)
    for row, text in enumerate(texts):
        for triple, count in letter_triples(text[:_LONGEST]).items():
            vectors[row, crc32(triple.encode("utf-8", "surrogatepass")) % _DIMENSION] += count
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(lengths == 0, 1, lengths)

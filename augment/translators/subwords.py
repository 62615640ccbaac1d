"""Texts to subword pieces and back, as the models of each family were trained.

sentencepiece does the work; the tokenizer classes of transformers, which are written in Python for
these families, give the same pieces (a test holds them together) some times slower.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from augment.errors import DamagedFileError
from augment.extras import require

START: Final = "<s>"
END: Final = "</s>"
UNKNOWN: Final = "<unk>"
#: Starts a piece that begins a word.
WORD: Final = "▁"
#: Tokenizer files of each family, which stay beside the converted weights.
FILES: Final[Mapping[str, tuple[str, ...]]] = {
    "marian": ("source.spm", "target.spm", "vocab.json"),
    "m2m100": ("sentencepiece.bpe.model", "vocab.json"),
    "nllb": ("sentencepiece.bpe.model",),
}


class Subwords:
    """Cuts and joins texts for one direction of one model.

    Parameters
    ----------
    folder
        Where the tokenizer's files lie.
    family
        ``marian``, ``m2m100`` or ``nllb``.
    source, target
        Tokens that name the languages to the model; empty where it needs none.
    """

    def __init__(self, folder: Path, family: str, source: str = "", target: str = "") -> None:
        spm = require("sentencepiece", extra="local", purpose=f"{family} translation")
        files = FILES[family]

        def load(name: str) -> Any:  # noqa: ANN401 - the library has no types
            try:
                return spm.SentencePieceProcessor(model_file=str(folder / name))
            except (RuntimeError, OSError) as error:
                raise DamagedFileError(
                    f"{folder / name} cannot be read ({error}); get the model again"
                ) from error

        self._cutter = load(files[0])
        self._joiner = load(files[1]) if family == "marian" else self._cutter
        #: Tokens in front of every source text.
        self.before = [token for token in (target if family == "marian" else source,) if token]
        #: Tokens with which every translation starts; the model is forced to them.
        self.prefix = [target] if target and family != "marian" else []

    def cut(self, texts: Sequence[str]) -> list[list[str]]:
        """Cut texts into pieces, without the model's own tokens."""
        pieces: list[list[str]] = self._cutter.encode(list(texts), out_type=str)
        return pieces

    def source(self, pieces: Sequence[str]) -> list[str]:
        """Put the model's own tokens around the pieces of a source text."""
        return [*self.before, *pieces, END]

    def join(self, tokens: Sequence[str]) -> str:
        """Make a text of the tokens of a translation, the model's own ones left out."""
        body = [token for token in tokens[len(self.prefix) :] if token not in (END, UNKNOWN)]
        text: str = self._joiner.decode_pieces(body)
        return text.replace(WORD, " ").strip()


def shorten(pieces: list[str], at_most: int) -> list[list[str]]:
    """Cut a list of pieces that is too long for a model, at the last start of a word before it.

    Examples
    --------
    >>> shorten(["▁a", "b", "▁c", "d", "▁e"], 3)
    [['▁a', 'b'], ['▁c', 'd', '▁e']]
    """
    parts: list[list[str]] = []
    while len(pieces) > at_most:
        starts = (n for n in range(at_most, 0, -1) if pieces[n].startswith(WORD))
        at = next(starts, at_most)
        parts.append(pieces[:at])
        pieces = pieces[at:]
    return [*parts, pieces]


def vocabulary(folder: Path, family: str, size: int) -> list[str]:
    """Tokens of a model in the order of their numbers.

    Parameters
    ----------
    folder
        Where the tokenizer's files lie.
    family
        ``marian``, ``m2m100`` or ``nllb``.
    size
        Tokens that the weights know; the tables of the two many-language families are filled up
        to it with words that never occur, as their training did.
    """
    if family == "nllb":
        from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES

        spm = require("sentencepiece", extra="local", purpose="nllb")
        model = spm.SentencePieceProcessor(model_file=str(folder / FILES[family][0]))
        special = [START, "<pad>", END, UNKNOWN]
        pieces = [model.id_to_piece(n) for n in range(3, model.get_piece_size())]
        tokens = [*special, *pieces, *FAIRSEQ_LANGUAGE_CODES, "<mask>"]
    else:
        table = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
        tokens = sorted(table, key=table.__getitem__)
        if family == "m2m100":
            from transformers.models.m2m_100.tokenization_m2m_100 import (
                FAIRSEQ_LANGUAGE_CODES as M2M_CODES,
            )

            tokens += [f"__{code}__" for code in M2M_CODES["m2m100"]]
    if family != "marian":
        tokens += [f"madeupword{n}" for n in range(size - len(tokens))]
    return tokens

"""Texts as token numbers: tokenised once for all folds and arms, padded batch by batch.

References
----------
C. Sun et al., How to Fine-Tune BERT for Text Classification?, CCL 2019 (long texts lose their
middle: a quarter of what is kept comes from the start).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from augment.broken_text import readable
from augment.enumeration import counted

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

IntArray = npt.NDArray[np.int64]
#: What a text loses that is longer than a model may read.
Truncation = Literal["middle", "end"]
#: Texts handed to the tokenizer at a time; bounds the memory of its intermediate lists.
CHUNK = 1024
#: Batches are padded to multiples of this. oneDNN keeps a kernel for every shape that it has met:
#: with widths of any size they took a quarter of a training's memory.
WIDTHS = 8


@dataclass(frozen=True)
class TokenTable:
    """Token numbers of every row, end to end in one array.

    Parameters
    ----------
    ids
        All token numbers, shape ``(n_tokens,)``, int32.
    segments
        Which side of a text pair each token belongs to; None where the model has no use for it.
    starts
        Where each row begins, and the end; shape ``(n_rows + 1,)``.
    padding
        Token number that fills short rows.
    cut
        Which rows were longer than allowed and lost a part, shape ``(n_rows,)``.
    kept
        Token numbers whose embeddings `cut_vocabulary` kept; None where the model has them all.
    end_aligned
        Short rows are filled before their first token: the model answers by the last place.
    """

    ids: npt.NDArray[np.int32]
    segments: npt.NDArray[np.int8] | None
    starts: IntArray
    padding: int
    cut: npt.NDArray[np.bool_]
    kept: IntArray | None = None
    end_aligned: bool = False

    @property
    def lengths(self) -> IntArray:
        """Tokens of each row."""
        return np.diff(self.starts)

    @property
    def n_cut(self) -> int:
        """Rows that lost a part."""
        return int(self.cut.sum())

    @cached_property
    def longest(self) -> int:
        """Tokens of the longest row; every batch asks for it."""
        return int(self.lengths.max())

    def batch(self, rows: IntArray, device: torch.device | str = "cpu") -> dict[str, torch.Tensor]:
        """Rows as model inputs, padded to the longest among them, and up to a multiple of 8."""
        import torch

        starts, ends = self.starts[rows], self.starts[rows + 1]
        lengths = ends - starts
        width = min(-(-int(lengths.max()) // WIDTHS) * WIDTHS, self.longest)
        mask = np.arange(width)[None, :] < lengths[:, None]
        at = (starts[:, None] + np.arange(width)[None, :])[mask]
        if self.end_aligned:
            mask = np.ascontiguousarray(mask[:, ::-1])
        ids = np.full(mask.shape, self.padding, dtype=np.int64)
        ids[mask] = self.ids[at]
        inputs = {"input_ids": ids, "attention_mask": mask.astype(np.int64)}
        if self.segments is not None:
            segments = np.zeros(mask.shape, dtype=np.int64)
            segments[mask] = self.segments[at]
            inputs["token_type_ids"] = segments
        return {
            name: torch.from_numpy(array).to(device, non_blocking=True)
            for name, array in inputs.items()
        }


def tokenise(
    texts: Sequence[tuple[str, ...]],
    tokenizer: PreTrainedTokenizerBase,
    *,
    max_tokens: int,
    truncation: Truncation = "middle",
) -> TokenTable:
    """Turn texts, or text pairs, into token numbers.

    Parameters
    ----------
    texts
        One tuple per row, all of one length, 1 or 2.
    tokenizer
        The encoder's tokenizer.
    max_tokens
        Longer rows lose a part (of pairs, the longer side does first).
    truncation
        Which part: the middle, so that a quarter of what is kept is the start of the text and the
        rest its end, or the end.
    """
    ids: list[npt.NDArray[np.int32]] = []
    segments: list[npt.NDArray[np.int8]] = []
    cut: list[bool] = []
    for start in range(0, len(texts), CHUNK):
        chunk = texts[start : start + CHUNK]
        sides: list[Any] = [list(map(readable, side)) for side in zip(*chunk, strict=True)]
        coded = tokenizer(*sides, return_special_tokens_mask=True, verbose=False)
        for row, special in enumerate(coded["special_tokens_mask"]):
            places = kept_places(special, max_tokens, truncation)
            cut.append(len(places) < len(special))
            ids.append(np.array(coded["input_ids"][row], dtype=np.int32)[places])
            if "token_type_ids" in coded:
                segments.append(np.array(coded["token_type_ids"][row], dtype=np.int8)[places])
    padding = tokenizer.pad_token_id
    return TokenTable(
        ids=np.concatenate(ids),
        segments=np.concatenate(segments) if segments else None,
        starts=np.concatenate([[0], np.cumsum([len(row) for row in ids])]).astype(np.int64),
        padding=int(padding if padding is not None else 0),
        cut=np.array(cut),
        end_aligned=_ends_with_class_token(tokenizer, ids),
    )


def _ends_with_class_token(
    tokenizer: PreTrainedTokenizerBase, rows: Sequence[npt.NDArray[np.int32]]
) -> bool:
    """Say whether a model answers by the last place of a row, as XLNet does.

    Decoders, whose tokenizers fill on the left for generating, find the last token themselves.
    """
    mark = tokenizer.cls_token_id
    return tokenizer.padding_side == "left" and mark is not None and bool(rows[0][-1] == mark)


def cut_note(n_cut: int, max_tokens: int, truncation: Truncation) -> str:
    """Tell the user how many texts of a table lost what.

    >>> cut_note(2, 256, "middle")
    '2 texts are longer than 256 tokens and lose their middle (--max-tokens, --truncation)'
    """
    longer, lose = ("is", "loses its") if n_cut == 1 else ("are", "lose their")
    return (
        f"{counted(n_cut, 'text')} {longer} longer than {max_tokens} tokens and {lose} "
        f"{truncation} (--max-tokens, --truncation)"
    )


def kept_places(special: Sequence[int], max_tokens: int, truncation: Truncation) -> IntArray:
    """Places of a row's tokens that are left of it, ascending.

    Parameters
    ----------
    special
        1 for each token that the tokenizer set around and between the texts, else 0.
    max_tokens, truncation
        See `tokenise`.

    Examples
    --------
    >>> kept_places([1, 0, 0, 0, 0, 0, 0, 0, 1], 6, "middle").tolist()
    [0, 1, 5, 6, 7, 8]
    >>> kept_places([1, 0, 0, 0, 0, 0, 0, 0, 1], 6, "end").tolist()
    [0, 1, 2, 3, 4, 8]
    """
    if len(special) <= max_tokens:
        return np.arange(len(special))
    kept = np.array(special, dtype=bool)
    sides = [
        list(side) for mark, side in groupby(range(len(special)), special.__getitem__) if not mark
    ]
    room = max(0, max_tokens - int(kept.sum()))
    for number, side in enumerate(sorted(sides, key=len)):
        size = min(len(side), room // (len(sides) - number))
        room -= size
        first = size if truncation == "end" else -(-size // 4)
        kept[side[:first]] = True
        kept[side[len(side) - (size - first) :]] = True
    return np.flatnonzero(kept)


def cut_vocabulary(model: PreTrainedModel, table: TokenTable) -> TokenTable:
    """Drop, in place, the embedding rows of tokens that occur nowhere in the table.

    A row of the embedding table that is never looked up gets no gradient, so training without
    these rows gives the same model; but optimizer and gradient norm would walk over all of them
    at every step, and in a small encoder they are half of all weights.

    Returns
    -------
    TokenTable
        With renumbered tokens; the table itself where the model's layout forbids the cut.
    """
    import torch

    embedding = model.get_input_embeddings()
    if not isinstance(embedding, torch.nn.Embedding):
        return table
    # Token numbers that the model's own code may ask for keep their place.
    special = [
        value
        for key, value in model.config.to_dict().items()
        if key.endswith("token_id") and isinstance(value, int)
    ]
    first = max([table.padding, embedding.padding_idx or 0, *special]) + 1
    if first > 1000:
        return table
    kept = np.union1d(np.arange(first), table.ids)
    if len(kept) >= embedding.num_embeddings:
        return table
    smaller = torch.nn.Embedding(
        len(kept), embedding.embedding_dim, padding_idx=embedding.padding_idx
    )
    with torch.no_grad():
        smaller.weight.copy_(embedding.weight[torch.from_numpy(kept.astype(np.int64))])
    model.set_input_embeddings(smaller)
    model.config.vocab_size = len(kept)
    return replace(table, ids=np.searchsorted(kept, table.ids).astype(np.int32), kept=kept)


def whole_vocabulary(model: torch.nn.Module, table: TokenTable, before: torch.Tensor) -> None:
    """Undo `cut_vocabulary`, in place: the kept rows as they are now, the others as they were.

    Parameters
    ----------
    model
        A model, or adapters around one, that was trained with a cut vocabulary.
    table
        What the cut gave.
    before
        The embedding table before the cut.
    """
    import torch

    if table.kept is None:
        return
    plain: Any = model
    smaller = plain.get_input_embeddings()
    whole = torch.nn.Embedding(before.shape[0], before.shape[1], padding_idx=smaller.padding_idx)
    with torch.no_grad():
        whole.weight.copy_(before)
        whole.weight[torch.from_numpy(table.kept)] = smaller.weight.cpu()
    whole.weight.requires_grad_(smaller.weight.requires_grad)
    plain.set_input_embeddings(whole.to(smaller.weight.device))
    plain.config.vocab_size = before.shape[0]

"""Rows of unlike length one behind the other, without padding.

All of an encoder but its attention treats every token by itself: there a batch of rows is one
table of tokens, and padding is work for nothing. Attention takes the rows apart again, in groups of
like length.

A leaf: torch is loaded here, and nothing imports this at its top.

References
----------
M. M. Krell et al., Efficient Sequence Packing without Cross-contamination, 2021.
J. Zeng et al., Boosting Distributed Training Performance of the Unpadded BERT Model, 2022.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import torch

from augment.train.fast.kernels import put_heads, take_heads
from augment.train.fast.numbers import array_of, spread
from augment.train.passes import length_groups
from augment.train.tokens import WIDTHS

IntArray = npt.NDArray[np.int64]

#: The tables' lengths are multiples of this at least, as widths are of `WIDTHS`.
LENGTHS: Final = 32
#: What one more group must save, in tokens.
GROUP_COST: Final = 64


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of like length, as attention takes them.

    Parameters
    ----------
    width
        Tokens that each has room for.
    starts, lengths
        Where each begins in the table, and its tokens; shape ``(rows,)``.
    mask
        Which of the group's tokens are not padding, as a mask of attention, shape
        ``(rows, 1, 1, width)``.
    """

    width: int
    starts: IntArray
    lengths: IntArray
    mask: torch.Tensor

    @property
    def rows(self) -> int:
        """How many there are."""
        return len(self.starts)

    def take(self, packed: torch.Tensor) -> torch.Tensor:
        """``(1, heads, total, width)`` -> ``(rows, heads, tokens, width)``, zeros as padding."""
        _, heads, _, width = packed.shape
        table = _table(packed)
        out = packed.new_empty(self.rows, heads, self.width, width)
        spread(
            *(take_heads, self.rows, out.numel(), array_of(table)),
            *(self.starts, self.lengths, array_of(out)),
        )
        return out

    def put(self, given: torch.Tensor, packed: torch.Tensor) -> None:
        """Write the tokens of such rows where they came from, in a table of `Layout.empty`."""
        table = packed.transpose(1, 2).view(packed.shape[2], -1)  # never a copy: it is written to
        spread(
            *(put_heads, self.rows, given.numel(), array_of(table)),
            *(self.starts, self.lengths, array_of(given)),
        )


@dataclass(frozen=True, slots=True)
class Layout:
    """How a padded batch is packed.

    Parameters
    ----------
    shape
        Rows and tokens of the padded batch.
    total
        Length of the table; what is behind the tokens is zeros.
    valid
        Where the tokens are in the padded batch, row by row.
    groups
        The rows by their lengths.
    """

    shape: tuple[int, int]
    total: int
    valid: torch.Tensor
    groups: tuple[Group, ...]

    @classmethod
    def of(cls, mask: torch.Tensor) -> Layout | None:
        """Give the layout of a batch by its mask, ``(rows, tokens)``; None where nothing is padded.

        None as well where padding is not at the rows' ends, or is all of a row.
        """
        seen = mask.numpy().astype(bool)
        lengths = seen.sum(axis=1)
        rows, tokens = seen.shape
        in_front = (seen == (np.arange(tokens) < lengths[:, None])).all()
        if not in_front or lengths.min() < 1 or lengths.min() == tokens:
            return None
        total = _rounded(int(lengths.sum()), LENGTHS)
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        groups = []
        for group in length_groups(lengths, GROUP_COST):
            own = lengths[group]
            width = _rounded(int(own.max()), WIDTHS)
            inside = torch.from_numpy(np.arange(width) < own[:, None])
            mask = inside[:, None, None, :]
            groups.append(Group(width, starts[group], own, mask))
        return cls((rows, tokens), total, torch.from_numpy(np.flatnonzero(seen)), tuple(groups))

    def empty(self, like: torch.Tensor) -> torch.Tensor:
        """Give a table to `put` all groups into, by one of shape ``(1, heads, total, width)``."""
        _, heads, total, width = like.shape
        table = like.new_empty(1, total, heads, width)
        table[:, len(self.valid) :] = 0.0
        return table.transpose(1, 2)

    def pack(self, padded: torch.Tensor) -> torch.Tensor:
        """Turn ``(rows, tokens, n)`` into ``(1, total, n)``."""
        table = padded.flatten(0, 1).index_select(0, self.valid)
        table = torch.nn.functional.pad(table, (0, 0, 0, self.total - len(table)))
        return table.unsqueeze(0)

    def unpack(self, packed: torch.Tensor) -> torch.Tensor:
        """Turn ``(1, total, n)`` into ``(rows, tokens, n)``, padding as zeros."""
        rows, tokens = self.shape
        table = packed.new_zeros(rows * tokens, packed.shape[2])
        table = table.index_copy(0, self.valid, packed[0, : len(self.valid)])
        return table.view(rows, tokens, -1)


def _rounded(size: int, least: int) -> int:
    """Round up to a multiple of `least`, and where it is large, to one of few sizes.

    The library of matrix products makes and keeps a program of its own, of megabytes, for each
    shape that it meets. Eight sizes between a number and its double cost 4 % of padding; sizes of
    any kind cost gigabytes.
    """
    step = max(least, 1 << max(0, size.bit_length() - 4))
    return -(-size // step) * step


def _table(packed: torch.Tensor) -> torch.Tensor:
    """``(1, heads, total, width)`` -> ``(total, heads * width)``, without a copy where that can."""
    return packed.transpose(1, 2).reshape(packed.shape[2], -1).contiguous()

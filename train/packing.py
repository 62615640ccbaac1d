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
import torch

from augment.train.passes import length_groups
from augment.train.tokens import WIDTHS

#: The tables' lengths are multiples of this, as widths are of `WIDTHS`, and for the same reason.
LENGTHS: Final = 32
#: What one more group must save, in tokens.
GROUP_COST: Final = 64


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of like length, as attention takes them.

    Parameters
    ----------
    rows, width
        How many, and the tokens of the longest.
    places
        Where their tokens are in the table, row by row; padding is right behind all tokens. Shape
        ``(rows * width,)``.
    inside
        Which of these are tokens.
    targets
        Where those are in the table.
    mask
        Which are tokens, as a mask of attention, shape ``(rows, 1, 1, width)``.
    """

    rows: int
    width: int
    places: torch.Tensor
    inside: torch.Tensor
    targets: torch.Tensor
    mask: torch.Tensor

    def take(self, table: torch.Tensor) -> torch.Tensor:
        """Give the tokens of a table ``(tokens, n)`` as ``(rows * width, n)``."""
        return table.index_select(0, self.places)

    def put(self, padded: torch.Tensor, table: torch.Tensor) -> None:
        """Write the tokens of ``(rows * width, n)`` where they came from."""
        table.index_copy_(0, self.targets, padded.index_select(0, self.inside))


@dataclass(frozen=True, slots=True)
class Layout:
    """How a padded batch is packed.

    Parameters
    ----------
    shape
        Rows and tokens of the padded batch.
    total
        Length of the table. Beyond the tokens is one row at least that nothing depends on: its
        gradients are zeros, and so padding in an attention gives none.
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
        """Give the layout of a batch by its mask, ``(rows, tokens)``; None where one is no use.

        Padding must be at the rows' ends.
        """
        seen = mask.numpy().astype(bool)
        lengths = seen.sum(axis=1)
        rows, tokens = seen.shape
        if lengths.min() < 1 or not (seen == (np.arange(tokens) < lengths[:, None])).all():
            return None
        used = int(lengths.sum())
        total = -(-(used + 1) // LENGTHS) * LENGTHS
        if total >= seen.size:
            return None
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        groups = []
        for group in length_groups(lengths, GROUP_COST):
            width = -(-int(lengths[group].max()) // WIDTHS) * WIDTHS
            inside = np.arange(width) < lengths[group][:, None]
            places = np.where(inside, starts[group][:, None] + np.arange(width), used)
            groups.append(
                Group(
                    len(group),
                    width,
                    torch.from_numpy(places.ravel()),
                    torch.from_numpy(np.flatnonzero(inside)),
                    torch.from_numpy(places[inside]),
                    torch.from_numpy(inside)[:, None, None, :],
                )
            )
        return cls((rows, tokens), total, torch.from_numpy(np.flatnonzero(seen)), tuple(groups))

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

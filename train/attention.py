"""Attention with dropout for training on a CPU, several times as fast as torch's own there.

torch has a fused kernel for attention on a CPU, but none that drops attention weights: with
dropout it goes through whole tables of (batch, heads, tokens, tokens) numbers a dozen times, in
fp32. Here a few heads at a time are worked off within the cache, in the precision of their input,
and all between the matrix products is one pass (`augment.train.kernels`).

A leaf: torch is loaded here, and nothing imports this at its top.

References
----------
A. Vaswani et al., Attention Is All You Need, NeurIPS 2017.
T. Dao et al., FlashAttention, NeurIPS 2022 (tiles; the backward pass from the output's gradient).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
import torch

from augment.train.kernels import soften, soften_back
from augment.train.numbers import Mask, array_of, spread
from augment.train.packing import Group, Layout

#: Bytes of the attention weights worked off at a time: what the cache of a core holds.
TILE: Final = 2 << 20
Part = tuple[slice, slice]


def attention(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    bias: torch.Tensor | None,
    *,
    dropout: float,
    scale: float,
) -> torch.Tensor:
    """Scaled dot-product attention whose weights are dropped.

    Parameters
    ----------
    query, key, value
        Shape ``(batch, heads, tokens, width)``, on the CPU; all of one floating-point type.
    bias
        Added to the scores, or a mask that is true where they count, of shape
        ``(batch or 1, heads or 1, tokens or 1, tokens)``; no gradient is computed for it.
    dropout
        Part of the weights to drop, 0 <= dropout < 1; torch's global random state decides which.
    scale
        Factor of the scores.

    Returns
    -------
    Tensor
        Shape ``(batch, heads, tokens, width)``; in memory the tokens come before the heads.
    """
    beside = _bias(bias, len(query), key.shape[2])
    found: torch.Tensor = _Attention.apply(  # type: ignore[no-untyped-call]
        query, key, value, beside, Mask(dropout), scale
    )
    return found


class _Attention(torch.autograd.Function):
    """``out = drop(softmax(scale q k' + bias)) v``.

    With the weights ``w``, the mask ``m`` (0, or one over the part that is kept) and the gradient
    ``g`` of the output, the scores have the gradient ``w * (p - sum(w * p))``, ``p = m * (g v')``.
    """

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401 - torch's context takes any attribute
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        bias: torch.Tensor,
        mask: Mask,
        scale: float,
    ) -> torch.Tensor:
        rows, heads, tokens, _ = query.shape
        weights = query.new_empty(rows, heads, tokens, key.shape[2])
        out = query.new_empty(rows, tokens, heads, value.shape[3]).transpose(1, 2)
        kept = weights.new_empty(0)
        factor = np.float32(scale)
        with torch.autocast("cpu", enabled=False):
            for first, part in _tiles(weights):
                flat = weights[part].view(-1, *weights.shape[2:])
                if kept.shape != flat.shape:
                    kept = torch.empty_like(flat)
                torch.bmm(_flat(query[part]), _flat(key[part]).transpose(1, 2), out=flat)
                few = weights[part].shape[1]
                beside = bias[part] if bias.shape[1] > 1 else bias[part[0]]
                given = (array_of(x) for x in (flat, kept, beside.contiguous()))
                spread(
                    *(soften, len(flat), flat.numel(), first, few),
                    *(*given, factor, *mask.given()),
                )
                out[part] = torch.bmm(kept, _flat(value[part])).view_as(out[part])
        ctx.save_for_backward(query, key, value, weights)
        ctx.mask, ctx.scale = mask, factor
        return out

    @staticmethod
    def backward(
        ctx: Any,  # noqa: ANN401
        *grads: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, None, None, None]:
        query, key, value, weights = ctx.saved_tensors
        grad = grads[0].to(query.dtype)
        to_query, to_key, to_value = (_like(x) for x in (query, key, value))
        kept = scores = weights.new_empty(0)
        with torch.autocast("cpu", enabled=False):
            for first, part in _tiles(weights):
                flat = weights[part].view(-1, *weights.shape[2:])
                if kept.shape != flat.shape:
                    kept, scores = torch.empty_like(flat), torch.empty_like(flat)
                g = _flat(grad[part])
                torch.bmm(g, _flat(value[part]).transpose(1, 2), out=scores)
                given = (array_of(x) for x in (flat, scores, kept))
                spread(
                    *(soften_back, len(flat), flat.numel(), first),
                    *(*given, ctx.scale, *ctx.mask.given()),
                )
                found = torch.bmm(kept.transpose(1, 2), g)
                to_value[part] = found.view_as(to_value[part])
                found = torch.bmm(scores, _flat(key[part]))
                to_query[part] = found.view_as(to_query[part])
                found = torch.bmm(scores.transpose(1, 2), _flat(query[part]))
                to_key[part] = found.view_as(to_key[part])
        return to_query, to_key, to_value, None, None, None


class _Apart(torch.autograd.Function):
    """The rows of every group, taken out of packed tables: group by group, table by table."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401
        groups: tuple[Group, ...],
        *packed: torch.Tensor,
    ) -> tuple[torch.Tensor, ...]:
        ctx.groups, ctx.total = groups, packed[0].shape[2]
        return tuple(_apart(group, table) for group in groups for table in packed)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:  # noqa: ANN401
        tables = len(grads) // len(ctx.groups)
        return None, *(
            _together(ctx.groups, grads[table::tables], ctx.total) for table in range(tables)
        )


class _Together(torch.autograd.Function):
    """The rows of all groups, put into one packed table."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401
        groups: tuple[Group, ...],
        total: int,
        *found: torch.Tensor,
    ) -> torch.Tensor:
        ctx.groups = groups
        return _together(groups, found, total)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:  # noqa: ANN401
        return None, None, *(_apart(group, grads[0]) for group in ctx.groups)


def packed_attention(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    layout: Layout,
    *,
    dropout: float,
    scale: float,
) -> torch.Tensor:
    """Attention of packed rows, each to its own tokens alone.

    Parameters
    ----------
    query, key, value
        Shape ``(1, heads, layout.total, width)``.
    layout
        Where the rows are.
    dropout, scale
        As for `attention`.
    """
    apart = _Apart.apply(layout.groups, query, key, value)  # type: ignore[no-untyped-call]
    found = []
    for at, group in enumerate(layout.groups):
        q, k, v = apart[3 * at : 3 * at + 3]
        found.append(attention(q, k, v, group.mask, dropout=dropout, scale=scale))
    out: torch.Tensor = _Together.apply(  # type: ignore[no-untyped-call]
        layout.groups, layout.total, *found
    )
    return out


def _apart(group: Group, packed: torch.Tensor) -> torch.Tensor:
    """``(1, heads, total, width)`` -> ``(rows, heads, tokens, width)``, tokens before heads."""
    heads, width = packed.shape[1], packed.shape[3]
    table = packed.transpose(1, 2).reshape(packed.shape[2], heads * width)
    return group.take(table).view(group.rows, group.width, heads, width).transpose(1, 2)


def _together(groups: Iterable[Group], found: Sequence[torch.Tensor], total: int) -> torch.Tensor:
    """Undo `_apart` for groups; zeros beyond the tokens."""
    _, heads, _, width = found[0].shape
    table = found[0].new_zeros(total, heads * width)
    for group, one in zip(groups, found, strict=True):
        group.put(one.transpose(1, 2).reshape(-1, heads * width), table)
    return table.view(1, total, heads, width).transpose(1, 2)


def _bias(given: torch.Tensor | None, rows: int, others: int) -> torch.Tensor:
    """Give a mask, or numbers, of shape (rows, 1 or heads, 1 or tokens, others)."""
    if given is None:
        return torch.ones((), dtype=torch.bool).expand(rows, 1, 1, others)
    given = given.expand(rows, -1, -1, -1)
    for dim in (1, 2):  # what is the same for all heads, or all tokens, once
        if given.stride(dim) == 0:
            given = given.narrow(dim, 0, 1)
    return given if given.dtype == torch.bool else given.float()


def _tiles(weights: torch.Tensor) -> Iterator[tuple[int, Part]]:
    """Rows and heads whose weights fit the cache together, one at least, and how many before."""
    rows, heads, tokens, others = weights.shape
    fit = max(1, TILE // (tokens * others * weights.element_size()))
    many, few = max(1, fit // heads), min(fit, heads)
    for row in range(0, rows, many):
        for head in range(0, heads, few):
            yield row * heads + head, (slice(row, row + many), slice(head, head + few))


def _flat(x: torch.Tensor) -> torch.Tensor:
    """Rows and heads as one dimension."""
    return x.flatten(0, 1).contiguous()


def _like(x: torch.Tensor) -> torch.Tensor:
    """Give an empty tensor of that shape whose tokens come before its heads in memory."""
    rows, heads, tokens, width = x.shape
    return x.new_empty(rows, tokens, heads, width).transpose(1, 2)

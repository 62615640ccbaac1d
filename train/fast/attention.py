"""Attention with dropout for training on a CPU, several times as fast as torch's own there.

torch has a fused kernel for attention on a CPU, but none that drops attention weights: with
dropout it goes through whole tables of (batch, heads, tokens, tokens) numbers a dozen times, in
fp32. Here a few heads at a time are worked off within the cache, in the precision of their input,
and all between the matrix products is one pass (`augment.train.fast.kernels`).

A leaf: torch is loaded here, and nothing imports this at its top.

References
----------
A. Vaswani et al., Attention Is All You Need, NeurIPS 2017.
T. Dao et al., FlashAttention, NeurIPS 2022 (tiles; the backward pass from the output's gradient).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import torch

from augment.train.fast.kernels import soften, soften_back
from augment.train.fast.numbers import Mask, array_of, spread
from augment.train.fast.packing import Layout

#: Bytes of the attention weights worked off at a time: what the cache of a core holds.
TILE: Final = 2 << 20


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
        Shape ``(batch, heads, tokens, width)``.
    """
    beside = _bias(bias, len(query), key.shape[2])
    found: torch.Tensor = _Attention.apply(  # type: ignore[no-untyped-call]
        query, key, value, beside, Mask(dropout), scale
    )
    return found


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

    Returns
    -------
    Tensor
        Of that shape; in memory the tokens come before the heads.
    """
    masks = [Mask(dropout) for _ in layout.groups]
    found: torch.Tensor = _Packed.apply(  # type: ignore[no-untyped-call]
        query, key, value, layout, masks, scale
    )
    return found


class _Attention(torch.autograd.Function):
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
        query, key, value = (x.contiguous() for x in (query, key, value))
        out, weights = _forth(query, key, value, bias, mask, scale)
        ctx.save_for_backward(query, key, value, weights)
        ctx.mask, ctx.scale = mask, scale
        return out

    @staticmethod
    def backward(
        ctx: Any,  # noqa: ANN401
        *grads: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, None, None, None]:
        query, key, value, weights = ctx.saved_tensors
        grad = grads[0].to(query.dtype).contiguous()
        found = _back(grad, query, key, value, weights, ctx.mask, ctx.scale)
        return *found, None, None, None


class _Packed(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        layout: Layout,
        masks: list[Mask],
        scale: float,
    ) -> torch.Tensor:
        table = layout.empty(query)
        saved: list[torch.Tensor] = []
        for group, mask in zip(layout.groups, masks, strict=True):
            q, k, v = (group.take(x) for x in (query, key, value))
            out, weights = _forth(q, k, v, group.mask, mask, scale)
            group.put(out, table)
            saved += (q, k, v, weights)
        ctx.save_for_backward(*saved)
        ctx.layout, ctx.masks, ctx.scale = layout, masks, scale
        return table

    @staticmethod
    def backward(
        ctx: Any,  # noqa: ANN401
        *grads: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, None, None, None]:
        layout, saved = ctx.layout, iter(ctx.saved_tensors)
        grad = grads[0].to(ctx.saved_tensors[0].dtype)
        tables = tuple(layout.empty(grad) for _ in range(3))
        for group, mask in zip(layout.groups, ctx.masks, strict=True):
            query, key, value, weights = (next(saved) for _ in range(4))
            found = _back(group.take(grad), query, key, value, weights, mask, ctx.scale)
            for one, table in zip(found, tables, strict=True):
                group.put(one, table)
        return *tables, None, None, None


def _forth(
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    bias: torch.Tensor,
    mask: Mask,
    scale: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """``out = drop(softmax(scale q k' + bias)) v``, and the weights before they are dropped.

    All are in one piece of memory, of shape ``(rows, heads, tokens, ...)``.
    """
    rows, heads, tokens, _ = query.shape
    weights = query.new_empty(rows, heads, tokens, key.shape[2])
    out = query.new_empty(rows, heads, tokens, value.shape[3])
    flat = [x.flatten(0, 1) for x in (query, key.transpose(2, 3), value, weights, out)]
    sizes = _tiles(flat[3], heads)
    scores = torch.empty_like(flat[3][: sizes[0]])
    to_score, beside, drawn = array_of(scores), array_of(bias.contiguous()), mask.given()
    first = 0  # of the tables, before those of a part
    with torch.autocast("cpu", enabled=False):
        for few, q, k, v, w, found in _cut(sizes, *flat):
            some = scores[:few]
            torch.bmm(q, k, out=some)
            spread(
                *(soften, few, some.numel(), first, heads, to_score[:few]),
                *(array_of(w), beside, np.float32(scale), *drawn),
            )
            torch.bmm(some, v, out=found)
            first += few
    return out, weights


def _back(
    grad: torch.Tensor,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    weights: torch.Tensor,
    mask: Mask,
    scale: float,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Give the gradients of query, key and value by that of what `_forth` gave.

    With the weights ``w``, the mask ``m`` (0, or one over the part that is kept) and the gradient
    ``g`` of the output, the scores have the gradient ``w * (p - sum(w * p))``, ``p = m * (g v')``.
    """
    to_query, to_key, to_value = (torch.empty_like(x) for x in (query, key, value))
    given = (grad, query, key, value.transpose(2, 3), weights, to_query, to_key, to_value)
    flat = [x.flatten(0, 1) for x in given]
    sizes = _tiles(flat[4], query.shape[1])
    kept, scores = (torch.empty_like(flat[4][: sizes[0]]) for _ in range(2))
    to_keep, to_score, drawn, first = array_of(kept), array_of(scores), mask.given(), 0
    with torch.autocast("cpu", enabled=False):
        for few, g, q, k, v, w, to_q, to_k, to_v in _cut(sizes, *flat):
            some, steep = kept[:few], scores[:few]
            torch.bmm(g, v, out=steep)
            spread(
                *(soften_back, few, some.numel(), first, array_of(w)),
                *(to_score[:few], to_keep[:few], np.float32(scale), *drawn),
            )
            torch.bmm(some.transpose(1, 2), g, out=to_v)
            torch.bmm(steep, k, out=to_q)
            torch.bmm(steep.transpose(1, 2), q, out=to_k)
            first += few
    return to_query, to_key, to_value


def _bias(given: torch.Tensor | None, rows: int, others: int) -> torch.Tensor:
    """Give a mask, or numbers, of shape (rows, 1 or heads, 1 or tokens, others)."""
    if given is None:
        return torch.ones((), dtype=torch.bool).expand(rows, 1, 1, others)
    given = given.expand(rows, -1, -1, -1)
    for dim in (1, 2):  # what is the same for all heads, or all tokens, once
        if given.stride(dim) == 0:
            given = given.narrow(dim, 0, 1)
    return given if given.dtype == torch.bool else given.float()


def _cut(sizes: list[int], *tensors: torch.Tensor) -> Iterator[Any]:
    """Give each size, and the parts of that size of all tensors, one after the other."""
    if len(sizes) == 1:
        return iter([(sizes[0], *tensors)])
    return zip(sizes, *(torch.split_with_sizes(x, sizes) for x in tensors), strict=True)


def _tiles(weights: torch.Tensor, heads: int) -> list[int]:
    """Sizes of parts of ``(rows * heads, tokens, others)`` weights that fit the cache, falling.

    Parts are of few sizes whatever the number of rows, because the library of matrix products keeps
    a program of its own, of megabytes, for each shape that it meets: a divisor of the heads, or
    powers of two of rows.
    """
    fit = max(1, TILE // (weights[0].numel() * weights.element_size()))
    size = max(n for n in range(1, min(fit, heads) + 1) if heads % n == 0)
    if size == heads:
        size <<= (fit // heads).bit_length() - 1
    sizes: list[int] = []
    left = len(weights)
    while left:
        while size > left:
            size //= 2
        sizes.append(size)
        left -= size
    return sizes

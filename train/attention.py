"""Attention with dropout for training on a CPU, several times as fast as torch's own there.

torch has a fused kernel for attention on a CPU, but none that drops attention weights: with
dropout it goes through whole tables of (batch, heads, tokens, tokens) numbers a dozen times, in
fp32. Here a few heads at a time are worked off within the cache, in the precision of their input,
and the mask is kept in the signs of the weights, which are never negative.

A leaf: torch is loaded here, and nothing imports this at its top.

References
----------
A. Vaswani et al., Attention Is All You Need, NeurIPS 2017.
T. Dao et al., FlashAttention, NeurIPS 2022 (tiles; the backward pass from the output's gradient).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import torch

from augment.train.dropout import Masks, bits_of, kept_bits

NAME: Final = "augment_dropout"
#: Bytes of the attention weights worked off at a time: what the cache of a core holds.
TILE: Final = 2 << 20
#: Rows of weights are filled up to a multiple of this: torch's softmax goes by whole vectors, and
#: takes six times as long for a row of 30 as for one of 32.
LANES: Final = 32
#: What other models hand over beside the four tensors, and this does not know.
UNKNOWN: Final = ("position_bias", "softcap", "cache", "s_aux")

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
        Added to the scores, shape ``(batch or 1, heads or 1, tokens or 1, tokens)``; no gradient
        is computed for it.
    dropout
        Part of the weights to drop, 0 < dropout < 1; torch's global random state decides which.
    scale
        Factor of the scores.

    Returns
    -------
    Tensor
        Shape ``(batch, heads, tokens, width)``; in memory the tokens come before the heads.
    """
    found: torch.Tensor = _Attention.apply(  # type: ignore[no-untyped-call]
        query, key, value, bias, Masks(dropout), scale
    )
    return found


@contextlib.contextmanager
def fast_attention(model: torch.nn.Module) -> Iterator[None]:
    """Let a model of transformers compute its attention here while it trains within the block.

    Models that do not go through torch's own attention are left alone, and so is every call with
    no dropout or with more than a mask beside query, key and value.
    """
    from transformers import AttentionInterface, PreTrainedModel
    from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

    inner = next((m for m in model.modules() if isinstance(m, PreTrainedModel)), None)
    if inner is None or inner.config._attn_implementation != "sdpa":
        yield
        return
    AttentionInterface.register(NAME, _forward)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    inner.set_attn_implementation(NAME)
    try:
        yield
    finally:
        inner.set_attn_implementation("sdpa")


def _forward(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    is_causal: bool | None = None,
    **others: Any,  # noqa: ANN401 - what a model of any kind hands over
) -> tuple[torch.Tensor, None]:
    """Answer as a function of transformers' attention interface does."""
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    plain = (
        module.training
        and 0.0 < dropout < 1.0
        and query.device.type == "cpu"
        and query.shape[:2] == key.shape[:2] == value.shape[:2]
        and not (getattr(module, "is_causal", False) if is_causal is None else is_causal)
        and not any(others.get(name) is not None for name in UNKNOWN)
    )
    if not plain:
        found: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module,
            query,
            key,
            value,
            attention_mask,
            dropout=dropout,
            scaling=scaling,
            is_causal=is_causal,
            **others,
        )
        return found
    bias = attention_mask
    if bias is not None and bias.dtype == torch.bool:
        least = torch.finfo(query.dtype).min
        bias = torch.zeros(bias.shape, dtype=query.dtype).masked_fill_(~bias, least)
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    out = attention(query, key, value, bias, dropout=dropout, scale=scale)
    return out.transpose(1, 2), None


class _Attention(torch.autograd.Function):
    """``out = drop(softmax(scale q k' + bias)) v``.

    With the weights ``w``, the mask ``m`` (0, or one over the part that is kept) and the gradient
    ``g`` of the output, the scores have the gradient ``w * (m * (g v') - sum(g * out))``.
    """

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401 - torch's context takes any attribute
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        bias: torch.Tensor | None,
        masks: Masks,
        scale: float,
    ) -> torch.Tensor:
        rows, heads, tokens, _ = query.shape
        others = key.shape[2]
        wide = -(-others // LANES) * LANES
        larger = 1.0 / (1.0 - masks.p)
        weights = query.new_empty(rows, heads, tokens, wide)
        out = query.new_empty(rows, tokens, heads, value.shape[3]).transpose(1, 2)
        if bias is not None:
            bias = bias.to(query.dtype).expand(rows, -1, -1, -1)
        with torch.autocast("cpu", enabled=False):
            for part in _tiles(weights):
                tile = weights[part]
                flat = tile.view(-1, tokens, wide)
                keys = _flat(key[part], wide)
                torch.bmm(_flat(query[part] * scale), keys.transpose(1, 2), out=flat)
                if bias is not None:
                    tile[..., :others] += bias[part] if bias.shape[1] > 1 else bias[part[0]]
                flat[..., others:] = -torch.inf
                torch.softmax(flat, -1, out=flat)
                bits = bits_of(flat)
                signs = masks.draw(flat)
                bits.bitwise_or_(signs)
                kept = kept_bits(bits, out=signs).bitwise_and_(bits).view(flat.dtype)
                values = _flat(value[part], wide) * larger
                out[part] = torch.bmm(kept, values).view_as(out[part])
        ctx.save_for_backward(query, key, value, weights, out)
        ctx.larger, ctx.scale = larger, scale
        return out

    @staticmethod
    def backward(
        ctx: Any,  # noqa: ANN401
        *grads: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, None, None, None]:
        query, key, value, weights, out = ctx.saved_tensors
        grad = grads[0]
        tokens, wide = weights.shape[2:]
        others = key.shape[2]
        positive = torch.iinfo(bits_of(weights).dtype).max
        to_query, to_key, to_value = (_like(x) for x in (query, key, value))
        with torch.autocast("cpu", enabled=False):
            totals = (grad * out).sum(-1, keepdim=True)
            grad = grad * ctx.larger
            scratch = weights.new_empty(2, 0, tokens, wide)
            for part in _tiles(weights):
                flat = weights[part].view(-1, tokens, wide)
                bits = bits_of(flat)
                if scratch.shape[1] != len(flat):
                    scratch = weights.new_empty(2, *flat.shape)
                one, scores = scratch
                g = _flat(grad[part])
                mask = kept_bits(bits, out=bits_of(one))
                torch.bitwise_and(mask, bits, out=bits_of(scores))  # the weights kept, for once
                found = torch.bmm(scores.transpose(1, 2), g)
                to_value[part] = found[:, :others].reshape(value[part].shape)
                torch.bmm(g, _flat(value[part], wide).transpose(1, 2), out=scores)
                bits_of(scores).bitwise_and_(mask)
                scores.sub_(totals[part].reshape(-1, tokens, 1))
                torch.bitwise_and(bits, positive, out=bits_of(one))
                scores.mul_(one)
                found = torch.bmm(scores, _flat(key[part], wide))
                to_query[part] = found.view_as(query[part])
                found = torch.bmm(scores.transpose(1, 2), _flat(query[part]))
                to_key[part] = found[:, :others].reshape(key[part].shape)
        return to_query.mul_(ctx.scale), to_key.mul_(ctx.scale), to_value, None, None, None


def _tiles(weights: torch.Tensor) -> Iterator[Part]:
    """Rows and heads whose weights fit the cache together, one at least."""
    rows, heads, tokens, others = weights.shape
    fit = max(1, TILE // (tokens * others * weights.element_size()))
    many, few = max(1, fit // heads), min(fit, heads)
    for row in range(0, rows, many):
        for head in range(0, heads, few):
            yield slice(row, row + many), slice(head, head + few)


def _flat(x: torch.Tensor, wide: int | None = None) -> torch.Tensor:
    """Rows and heads as one dimension, and the tokens filled up with zeros."""
    flat = x.flatten(0, 1)
    if wide is None or wide == x.shape[2]:
        return flat.contiguous()
    return torch.nn.functional.pad(flat, (0, 0, 0, wide - x.shape[2]))


def _like(x: torch.Tensor) -> torch.Tensor:
    """Give an empty tensor of that shape whose tokens come before its heads in memory."""
    rows, heads, tokens, width = x.shape
    return x.new_empty(rows, tokens, heads, width).transpose(1, 2)

"""Dropout, "drop, add, normalise" and GELU, each in one pass over memory, with their gradients.

torch draws one random number for each element on a CPU, one after the other, then multiplies with
a table of them, then adds, then normalises, each a pass over memory of its own and under autocast
in fp32. Here one pass does it all, in the precision that comes in.

A leaf: torch is loaded here, and nothing imports this at its top.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import torch

from augment.train.fast.kernels import drop, gelu_back, join, join_back
from augment.train.fast.kernels import gelu as gelu_forth
from augment.train.fast.numbers import Mask, array_of, spread

#: The sums over rows that the gradients of a norm are: in so many parts, whatever the threads.
PARTS: Final = 16


class _Drop(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, mask: Mask) -> torch.Tensor:  # noqa: ANN401
        ctx.mask = mask
        return _Drop._pass(x, mask)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor, None]:  # noqa: ANN401
        return _Drop._pass(grads[0], ctx.mask), None

    @staticmethod
    def _pass(x: torch.Tensor, mask: Mask) -> torch.Tensor:
        rows = _rows(x)
        out = torch.empty_like(rows)
        spread(drop, len(rows), rows.numel(), array_of(rows), array_of(out), *mask.given())
        return out.view(x.shape)


class _Join(torch.autograd.Function):
    """``norm(drop(x) + residual)``."""

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401
        x: torch.Tensor,
        residual: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor,
        eps: float,
        mask: Mask,
    ) -> torch.Tensor:
        shape, x, residual = x.shape, _rows(x), _rows(residual)
        out = torch.empty_like(x)
        means, rates = (torch.empty(len(x)) for _ in range(2))
        given = (array_of(t) for t in (x, residual, weight, bias, out, means, rates))
        spread(join, len(x), x.numel(), *given, np.float32(eps), *mask.given())
        ctx.save_for_backward(x, residual, weight, means, rates)
        ctx.mask, ctx.shape = mask, shape
        return out.view(shape)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:  # noqa: ANN401
        x, residual, weight, means, rates = ctx.saved_tensors
        grad = _rows(grads[0])
        to_x, to_residual = torch.empty_like(x), torch.empty_like(residual)
        parts = min(PARTS, len(x))
        to_weight, to_bias = (torch.zeros(parts, x.shape[1]) for _ in range(2))
        tensors = (grad, x, residual, weight, means, rates, to_x, to_residual, to_weight, to_bias)
        given = (array_of(t) for t in tensors)
        spread(join_back, parts, x.numel(), *given, parts, *ctx.mask.given())
        to_x, to_residual = to_x.view(ctx.shape), to_residual.view(ctx.shape)
        return to_x, to_residual, to_weight.sum(0), to_bias.sum(0), None, None


class _Gelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
        rows = _rows(x)
        out = torch.empty_like(rows)
        spread(gelu_forth, len(rows), rows.numel(), array_of(rows), array_of(out))
        ctx.save_for_backward(rows)
        return out.view(x.shape)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
        (rows,) = ctx.saved_tensors
        grad, to_x = _rows(grads[0]), torch.empty_like(rows)
        given = (array_of(t) for t in (grad, rows, to_x))
        spread(gelu_back, len(rows), rows.numel(), *given)
        return to_x.view(grads[0].shape)


def dropped(x: torch.Tensor, p: float) -> torch.Tensor:
    """Drop elements independently of each other, and scale up the others.

    Parameters
    ----------
    x
        On the CPU, fp32 or bf16.
    p
        Probability of each, 0 <= p < 1; torch's global random state decides.
    """
    found: torch.Tensor = _Drop.apply(x, Mask(p))  # type: ignore[no-untyped-call]
    return found


def joined(
    x: torch.Tensor, residual: torch.Tensor, norm: torch.nn.LayerNorm, p: float
) -> torch.Tensor:
    """``norm(dropped(x, p) + residual)`` in the precision of `x`, the last dimension normalised."""
    found: torch.Tensor = _Join.apply(  # type: ignore[no-untyped-call]
        x, residual.to(x.dtype), norm.weight, norm.bias, norm.eps, Mask(p)
    )
    return found


def gelu(x: torch.Tensor) -> torch.Tensor:
    """X times the normal distribution's share below x, within 1e-6; on the CPU, fp32 or bf16."""
    found: torch.Tensor = _Gelu.apply(x)  # type: ignore[no-untyped-call]
    return found


def _rows(x: torch.Tensor) -> torch.Tensor:
    """Give a table of the last dimension's rows, in one piece."""
    return x.reshape(-1, x.shape[-1]).contiguous()

"""Linear maps in bf16 on a CPU, whose weights and gradients stay in bf16 between the steps.

Under autocast every weight is cast to bf16 at every step, and its gradient back to fp32, added up
pass by pass, and read again to be clipped. On short texts these passes over memory, which no cache
holds, are a fifth of a step. Here the optimizer writes each new weight down in bf16 as well, and
the products add the gradients up in bf16 where they are: the weights themselves stay fp32. Of a
batch in many parts (--accumulation) that would lose a little at every part; the later ones are
added in fp32.

A leaf: torch is loaded here, and nothing imports this at its top.

References
----------
P. Micikevicius et al., Mixed Precision Training, ICLR 2018 (a master copy of the weights).
"""

from __future__ import annotations

from typing import Any, Final

import torch

from augment.train.fast.kernels import turn
from augment.train.fast.numbers import SQUARE, array_of, spread

#: Parts of a gradient that are added up in bf16, as many as rows of like length make of a batch.
FEW: Final = 4


class Half:
    """A weight in bf16, and its gradient.

    Parameters
    ----------
    weight
        The weight, fp32, shape ``(out, in)``; its gradient is wanted where it is trained.
    """

    def __init__(self, weight: torch.nn.Parameter) -> None:
        self.weight = weight
        self.copy = weight.detach().to(torch.bfloat16)
        self._sum = torch.empty_like(self.copy) if weight.requires_grad else None
        self._wide: torch.Tensor | None = None
        self._parts = 0

    @property
    def grad(self) -> torch.Tensor | None:
        """What was added up since the last step, bf16 or fp32; None where nothing was."""
        if self._wide is not None:
            return self._wide
        return self._sum if self._parts else None

    def add(self, turned: torch.Tensor, x: torch.Tensor) -> None:
        """Add the gradient that an input's rows and their output's gradient, transposed, make."""
        if self._sum is None:
            return
        if self._parts == 0:
            torch.mm(turned, x, out=self._sum)
        elif self._parts < FEW:
            self._sum.addmm_(turned, x)
        else:
            if self._wide is None:
                self._wide = self._sum.float()
            self._wide += torch.mm(turned, x, out=self._sum)
        self._parts += 1

    def forget(self) -> None:
        """Begin anew."""
        self._parts, self._wide = 0, None


class _Linear(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401
        x: torch.Tensor,
        weight: torch.Tensor,
        bias: torch.Tensor | None,
        half: Half,
    ) -> torch.Tensor:
        rows = x.reshape(-1, x.shape[-1])
        out = _product(rows, half.copy, None if bias is None else bias.to(rows.dtype))
        ctx.save_for_backward(rows)
        ctx.half, ctx.shape = half, x.shape
        return out.view(*x.shape[:-1], len(half.copy))

    @staticmethod
    def backward(
        ctx: Any,  # noqa: ANN401
        *grads: torch.Tensor,
    ) -> tuple[torch.Tensor | None, None, torch.Tensor | None, None]:
        (rows,) = ctx.saved_tensors
        grad = grads[0].reshape(-1, grads[0].shape[-1])
        to_x = torch.mm(grad, ctx.half.copy).view(ctx.shape) if ctx.needs_input_grad[0] else None
        to_bias = None
        if ctx.half.weight.requires_grad or ctx.needs_input_grad[2]:
            turned, sums = _turned(grad)
            ctx.half.add(turned, rows)
            to_bias = sums if ctx.needs_input_grad[2] else None
        return to_x, None, to_bias, None


def _product(rows: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """``rows @ weight.T + bias``, the bias within the product where torch can.

    `torch.addmm` writes the bias down in every row first, and reads it again. What its compiler
    uses in its place is no part of torch's public functions: it may be missing.
    """
    if bias is None:
        return torch.mm(rows, weight.t())
    fused = getattr(torch.ops.mkldnn, "_linear_pointwise", None)
    if fused is None:
        return torch.addmm(bias, rows, weight.t())
    found: torch.Tensor = fused(rows, weight, bias, "none", [], "")
    return found


def _turned(grad: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Give a table of rows transposed, and the rows' sum in fp32.

    A product takes up to twice as long with a table that is only seen as transposed as with one
    whose numbers are laid out anew.
    """
    if any(size % SQUARE for size in grad.shape):
        return grad.t(), grad.sum(0, dtype=torch.float32)
    rows, width = grad.shape
    grad = grad.contiguous()
    out, sums = grad.new_empty(width, rows), torch.empty(width)
    given = (array_of(x) for x in (grad, out, sums))
    spread(turn, width // SQUARE, grad.numel(), *given)
    return out, sums


def mapped(x: torch.Tensor, bias: torch.Tensor | None, half: Half) -> torch.Tensor:
    """``x @ weight.T + bias`` in bf16; the weight's gradient goes to `half`.

    Parameters
    ----------
    x
        fp32 or bf16, on the CPU, the last dimension multiplied.
    bias
        fp32, or None.
    half
        The weight.
    """
    found: torch.Tensor = _Linear.apply(  # type: ignore[no-untyped-call]
        x.to(torch.bfloat16), half.weight, bias, half
    )
    return found

"""Dropout whose masks cost a fraction of torch's own on a CPU.

torch draws one random number for each element there, one after the other, and then multiplies
with a mask of floating-point numbers. Here a draw of 64 bits serves several elements, and masks
are integers: "not below a threshold" is a sign bit, and dropping is a bitwise *and*.

A leaf: torch is loaded here, and nothing imports this at its top.

References
----------
N. Srivastava et al., Dropout: A Simple Way to Prevent Neural Networks from Overfitting, JMLR 2014.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import torch

#: The integers that are as wide as a floating-point number of so many bytes.
INTEGERS: Final = {2: torch.int16, 4: torch.int32, 8: torch.int64}


class Masks:
    """A source of dropout masks, seeded by torch's global random state.

    Parameters
    ----------
    p
        Probability that an element is dropped, 0 < p < 1; rounded to as many bits as an element
        has, less one.
    """

    def __init__(self, p: float) -> None:
        self.p = p
        self._source = np.random.SFC64(int(torch.randint(2**62, ())))

    def draw(self, like: torch.Tensor) -> torch.Tensor:
        """Integers of the shape and width of a tensor: the sign bit where to drop, else zero."""
        width = like.element_size()
        kind = INTEGERS[width]
        words = self._source.random_raw(-(-like.numel() * width // 8)).view(np.int64)
        bits = torch.from_numpy(words).view(kind)[: like.numel()].view(like.shape)
        limits = torch.iinfo(kind)
        bits.bitwise_and_(limits.max).sub_(round(self.p * 2.0 ** (8 * width - 1)))
        return bits.bitwise_and_(limits.min)


def kept_bits(signed: torch.Tensor, *, out: torch.Tensor) -> torch.Tensor:
    """Turn set sign bits into no bits, and clear ones into all bits: what to *and* with."""
    last = 8 * signed.element_size() - 1
    return torch.bitwise_right_shift(signed, last, out=out).bitwise_not_()


def bits_of(tensor: torch.Tensor) -> torch.Tensor:
    """Give the same memory as integers."""
    return tensor.view(INTEGERS[tensor.element_size()])


class _Drop(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, masks: Masks) -> torch.Tensor:  # noqa: ANN401
        signed = masks.draw(x)
        ctx.kept, ctx.scale = kept_bits(signed, out=signed), 1.0 / (1.0 - masks.p)
        return _Drop._dropped(ctx, x)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor, None]:  # noqa: ANN401
        return _Drop._dropped(ctx, grads[0]), None

    @staticmethod
    def _dropped(ctx: Any, x: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
        kept = torch.bitwise_and(bits_of(x), ctx.kept).view(x.dtype)
        return kept.mul_(ctx.scale)


class FastDropout(torch.nn.Dropout):
    """`torch.nn.Dropout` with masks made of a few bits an element.

    Elements are dropped independently of each other, the others are scaled up, nothing happens
    outside training, and torch's global random state decides.
    """

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Drop elements while training."""
        if not self.training or not 0.0 < self.p < 1.0 or input.device.type != "cpu":
            return super().forward(input)
        dropped: torch.Tensor = _Drop.apply(input, Masks(self.p))  # type: ignore[no-untyped-call]
        return dropped


def use_fast_dropout(model: torch.nn.Module) -> None:
    """Turn the dropout modules of a model into `FastDropout`, in place."""
    for module in model.modules():
        if type(module) is torch.nn.Dropout:
            module.__class__ = FastDropout

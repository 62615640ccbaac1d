"""Dropout whose masks cost a third of torch's own on a CPU.

A leaf: torch is loaded here, and nothing imports this at its top.
"""

from __future__ import annotations

import torch


class FastDropout(torch.nn.Dropout):
    """`torch.nn.Dropout` with masks of 16 random bits an element.

    torch draws one random number for each element on a CPU, and one after the other: for a small
    encoder and short texts that is a tenth of a step. Here one draw of 64 bits serves four
    elements. The probability is rounded to a 65,536th. Everything else is the same: elements are
    dropped independently of each other, the others are scaled up, nothing happens outside
    training, and the global random state decides.
    """

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """Drop elements while training."""
        if not self.training or not 0.0 < self.p < 1.0 or input.device.type != "cpu":
            return super().forward(input)
        n = input.numel()
        drawn = torch.empty(-(-n // 4), dtype=torch.int64).random_(-(2**63), None)
        kept = drawn.view(torch.int16)[:n] >= round(self.p * 65536) - 32768
        return input * kept.view(input.shape).to(input.dtype).mul_(1.0 / (1.0 - self.p))


def use_fast_dropout(model: torch.nn.Module) -> None:
    """Turn the dropout modules of a model into `FastDropout`, in place."""
    for module in model.modules():
        if type(module) is torch.nn.Dropout:
            module.__class__ = FastDropout

"""AdamW, the parameters it decays and how fast, and the learning rate over the steps.

References
----------
I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization, ICLR 2019.
J. Howard and S. Ruder, Universal Language Model Fine-tuning, ACL 2018 (rates by layer).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Literal

from augment.train.layers import depth_of, n_layers

if TYPE_CHECKING:
    import torch

Schedule = Literal["linear", "cosine", "constant"]


def rate(step: int, steps: int, *, schedule: Schedule = "linear", warm_up: float = 0.1) -> float:
    """Share of the peak learning rate at a 0-based step.

    Parameters
    ----------
    step, steps
        The step, and how many there are.
    schedule
        What follows the warm-up: a line down to zero, a half cosine down to zero, or the peak.
    warm_up
        Part of the steps in which the rate climbs from near zero to its peak, 0..1. The
        schedules that fall warm up for one step at least.

    Examples
    --------
    >>> [round(rate(step, 10, warm_up=0.2), 2) for step in (0, 1, 2, 9)]
    [0.5, 1.0, 1.0, 0.12]
    >>> rate(0, 10, schedule="constant", warm_up=0.0)
    1.0
    """
    warm = round(warm_up * steps)
    if schedule != "constant":
        warm = max(1, warm)
    if step < warm:
        return (step + 1) / warm
    left = max(0.0, (steps - step) / max(1, steps - warm))
    if schedule == "constant":
        return 1.0
    return left if schedule == "linear" else 0.5 * (1.0 - math.cos(math.pi * left))


def adamw(
    model: torch.nn.Module, *, lr: float, weight_decay: float, layer_decay: float = 1.0
) -> torch.optim.AdamW:
    """Give the optimizer of a model's trainable parameters, in one fused kernel per step.

    Parameters
    ----------
    model
        Biases and norms (everything of one dimension) are not decayed.
    lr
        Peak learning rate of the head.
    weight_decay
        Of the matrices.
    layer_decay
        Rate of each layer as part of the rate of the layer above it, above 0 and up to 1.
    """
    import torch

    top = n_layers(model) + 1
    groups: dict[tuple[int, bool], dict[str, Any]] = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        depth = depth_of(name) if layer_decay != 1.0 else None
        depth = top if depth is None else depth
        matrix = parameter.ndim > 1
        group = groups.setdefault(
            (depth, not matrix),
            {
                "params": [],
                "lr": lr * layer_decay ** (top - depth),
                "weight_decay": weight_decay if matrix else 0.0,
            },
        )
        group["params"].append(parameter)
    ordered = [groups[key] for key in sorted(groups)]
    return torch.optim.AdamW(ordered, lr=lr, fused=True)


def step_clipped(
    optimizer: torch.optim.AdamW, parameters: list[torch.nn.Parameter], max_norm: float
) -> None:
    """Take a step of a fused optimizer with gradients clipped to a total length of `max_norm`.

    The fused kernel divides by the length itself, through what mixed precision tells it the scale
    of the loss with: one pass less over gradients that no cache holds.
    """
    import torch

    gradients = [p.grad for p in parameters if p.grad is not None]
    norm = torch.nn.utils.get_total_norm(gradients, foreach=True)
    scaled: Any = optimizer
    scaled.grad_scale = torch.clamp(norm / max_norm, min=1.0)
    optimizer.step()

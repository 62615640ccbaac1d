"""AdamW, the parameters it decays and how fast, and the learning rate over the steps.

References
----------
I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization, ICLR 2019.
J. Howard and S. Ruder, Universal Language Model Fine-tuning, ACL 2018 (rates by layer).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from augment.errors import InputError
from augment.train.layers import depth_of, n_layers

if TYPE_CHECKING:
    import torch

    from augment.train.fast.linear import Half
    from augment.train.fast.numbers import Numbers

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

    Raises
    ------
    InputError
        Where the rate should fall from layer to layer and there are none to be told apart, as in
        ALBERT, whose layers share their weights.
    """
    import torch

    top = n_layers(model) + 1
    if layer_decay != 1.0 and top == 1:
        raise InputError(
            f"layer_decay={layer_decay:g}: the encoder has no layers that can be told apart; leave "
            "it out"
        )
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


class Descent:
    """The steps of AdamW on a CPU: clipping, step, and the weights' bf16 copies in one pass.

    Parameters
    ----------
    optimizer
        Whose groups, state and numbers are used; its state is as if it had taken the steps itself.
    halves
        The weights that have a copy in bf16, and their gradients with it.
    """

    def __init__(
        self, optimizer: torch.optim.AdamW, halves: Mapping[torch.nn.Parameter, Half]
    ) -> None:
        self._optimizer, self._halves = optimizer, halves
        self._kept: dict[torch.nn.Parameter, tuple[Numbers, ...]] = {}

    def step(self, max_norm: float) -> None:
        """Take a step with gradients clipped to a total length of `max_norm`, and forget them."""
        from augment.train.fast.kernels import squared_length
        from augment.train.fast.numbers import array_of

        gradients: dict[torch.nn.Parameter, Numbers] = {}
        for group in self._optimizer.param_groups:
            for parameter in group["params"]:
                half = self._halves.get(parameter)
                grad = parameter.grad
                if half is not None and half.grad is not None:
                    # Both, where a model uses a weight in other ways, too.
                    grad = half.grad if grad is None else grad + half.grad
                if grad is not None:
                    gradients[parameter] = array_of(grad.reshape(-1))
        norm = math.sqrt(sum(squared_length(grad) for grad in gradients.values()))
        for group in self._optimizer.param_groups:
            trained = [parameter for parameter in group["params"] if parameter in gradients]
            self._descend(group, trained, gradients, 1.0 / max(1.0, norm / max_norm))
        self.forget()

    def forget(self) -> None:
        """Forget the gradients."""
        self._optimizer.zero_grad(set_to_none=True)
        for half in self._halves.values():
            half.forget()

    def _descend(
        self,
        group: Mapping[str, Any],
        parameters: list[torch.nn.Parameter],
        gradients: Mapping[torch.nn.Parameter, Numbers],
        scale: float,
    ) -> None:
        from augment.train.fast.kernels import descend
        from augment.train.fast.numbers import spread

        first, second = group["betas"]
        rate = float(group["lr"])
        numbers: dict[int, tuple[np.float32, ...]] = {}
        for parameter in parameters:
            weights, means, squares, halves = self._arrays(parameter)
            step = self._optimizer.state[parameter]["step"]
            step += 1
            taken = int(step)
            if taken not in numbers:
                given = (
                    *(scale, rate, 1.0 - rate * group["weight_decay"], first, second),
                    *(1.0 / (1.0 - first**taken), 1.0 / (1.0 - second**taken), group["eps"]),
                )
                numbers[taken] = tuple(np.float32(number) for number in given)
            arrays = (weights, gradients[parameter], means, squares, halves)
            spread(descend, len(weights), len(weights), *arrays, *numbers[taken])

    def _arrays(self, parameter: torch.nn.Parameter) -> tuple[Numbers, ...]:
        """Weights, both means and bf16 copy of a parameter; the last empty where there is none."""
        import torch

        from augment.train.fast.numbers import array_of

        if parameter not in self._kept:
            state = self._optimizer.state[parameter]
            if not state:
                state["step"] = torch.zeros(())
                state["exp_avg"] = torch.zeros_like(parameter)
                state["exp_avg_sq"] = torch.zeros_like(parameter)
            half = self._halves.get(parameter)
            copy = parameter.new_empty(0) if half is None else half.copy
            tensors = (parameter, state["exp_avg"], state["exp_avg_sq"], copy)
            self._kept[parameter] = tuple(array_of(tensor.view(-1)) for tensor in tensors)
        return self._kept[parameter]

"""The layers of an encoder by their depth: for freezing, and for rates that fall with depth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from augment.errors import InputError

if TYPE_CHECKING:
    import torch

_LAYER: Final = re.compile(r"\.(?:layer|layers|h|block)\.(\d+)\.")


def depth_of(name: str) -> int | None:
    """Depth of a parameter by its name: 0 embeddings, 1 the first layer, None above all layers.

    Examples
    --------
    >>> [depth_of(name) for name in ("bert.embeddings.LayerNorm.bias",
    ...     "bert.encoder.layer.3.output.dense.weight", "classifier.weight")]
    [0, 4, None]
    """
    found = _LAYER.search(name)
    if found is not None:
        return int(found[1]) + 1
    return 0 if "embed" in name else None


def n_layers(model: torch.nn.Module) -> int:
    """Count the layers of an encoder."""
    return max((depth_of(name) or 0 for name, _ in model.named_parameters()), default=0)


def freeze(model: torch.nn.Module, *, embeddings: bool, layers: int) -> None:
    """Leave the embeddings and the first `layers` layers out of the training, in place.

    Raises
    ------
    InputError
        When the encoder has fewer layers.
    """
    there = n_layers(model)
    if layers > there:
        raise InputError(
            f"freeze_layers={layers}: the encoder has {there} layers that can be told apart; give "
            f"at most {there}"
        )
    deepest = layers if layers else 0 if embeddings else -1
    for name, parameter in model.named_parameters():
        depth = depth_of(name)
        if depth is not None and depth <= deepest:
            parameter.requires_grad_(False)


def compute_twice(model: torch.nn.Module, on: bool) -> None:
    """Switch on or off that the layers keep nothing and are computed again on the way back.

    Raises
    ------
    InputError
        When the architecture cannot do it.
    """
    plain: Any = model
    word = "enable" if on else "disable"
    # The library's first name for it is deprecated, its second one new in its fifth version.
    switch = getattr(plain, f"activation_checkpointing_{word}", None) or getattr(
        plain, f"gradient_checkpointing_{word}"
    )
    try:
        if on:  # the other way of torch does not reach weights under a frozen embedding
            switch({"use_reentrant": False})
        else:
            switch()
    except ValueError as error:
        raise InputError(f"gradient_checkpointing: {error}; leave it out") from error

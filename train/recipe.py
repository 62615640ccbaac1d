"""What the options of a training come to for one encoder, one device and the classes there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from augment.errors import InputError
from augment.train.encoder import Encoder, default_lr
from augment.train.layers import compute_twice, freeze
from augment.train.losses import FOCAL_GAMMA, Loss
from augment.train.optimizer import Schedule
from augment.train.passes import Device, Precision
from augment.train.precision import choose_device, choose_precision
from augment.train.training_options import TrainingOptions, named_values

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a run trains; the same for every arm of an experiment.

    Parameters
    ----------
    lr
        Peak learning rate, reached at the end of the warm-up.
    loss
        ``plain`` cross-entropy; ``weighted`` by inverse class frequency; ``focal``.
    precision
        Number format of the matrix products; weights stay fp32.
    device
        ``cpu`` or ``cuda``.
    schedule, warm_up
        How the rate climbs and falls (see `augment.train.optimizer.rate`).
    weight_decay, layer_decay
        See `augment.train.optimizer.adamw`.
    max_norm
        Longer gradients are clipped to this length.
    smoothing, gamma
        Label smoothing, and the exponent of the focal loss.
    weights
        Weight of each class, in place of those that ``weighted`` would count; scaled to 1 on
        average over the rows that are trained on.
    accumulation
        Parts that a batch is computed in; their gradients add up to the batch's.
    """

    lr: float
    loss: Loss
    precision: Precision
    device: Device
    schedule: Schedule = "linear"
    warm_up: float = 0.1
    weight_decay: float = 0.01
    layer_decay: float = 1.0
    max_norm: float = 1.0
    smoothing: float = 0.0
    gamma: float = FOCAL_GAMMA
    weights: tuple[float, ...] | None = None
    accumulation: int = 1


def recipe_of(options: TrainingOptions, encoder: Encoder, classes: Sequence[str]) -> Recipe:
    """Put in what was left to this machine and this encoder.

    Raises
    ------
    InputError
        For a device or a number format that is not there, and for weights of classes that are
        not among `classes` or are no numbers above 0.
    """
    device = choose_device(options.device)
    return Recipe(
        lr=options.lr or default_lr(encoder.width, lora=options.lora),
        loss=options.loss,
        precision=choose_precision(options.precision, device),
        device=device,
        schedule=options.schedule,
        warm_up=options.warm_up,
        weight_decay=options.weight_decay,
        layer_decay=options.layer_decay,
        max_norm=options.max_norm,
        smoothing=options.label_smoothing,
        gamma=options.gamma,
        weights=_class_weights(options, classes),
        accumulation=options.accumulation,
    )


def fresh_model(
    encoder: Encoder, options: TrainingOptions, generator: torch.Generator
) -> torch.nn.Module:
    """Give the model to train: its head drawn, its frozen parts frozen.

    Raises
    ------
    InputError
        When more layers are to be frozen than there are, or the model cannot compute them twice.
    """
    model = encoder.fresh(generator=generator, lora=options.lora, rank=options.lora_rank)
    if options.freeze_embeddings or options.freeze_layers:
        freeze(model, embeddings=options.freeze_embeddings, layers=options.freeze_layers)
    if options.gradient_checkpointing:
        compute_twice(model, True)
    return model


def _class_weights(options: TrainingOptions, classes: Sequence[str]) -> tuple[float, ...] | None:
    """Weights that the user gave, in the order of the classes; 1 for those not named."""
    if not options.class_weights:
        return None
    given = named_values("class_weights", options.class_weights)
    if unknown := [name for name in given if name not in classes]:
        raise InputError(f"class_weights: no class {unknown[0]!r} (classes: {', '.join(classes)})")
    try:
        weights = np.array([float(given.get(name, 1.0)) for name in classes])
    except ValueError as error:
        raise InputError(f"class_weights: {error}; NAME=NUMBER is wanted") from error
    if not (np.isfinite(weights).all() and (weights > 0).all()):
        raise InputError("class_weights: numbers above 0 are wanted")
    return tuple(weights.tolist())

"""How a model is fine-tuned: the options that one training and a K-fold experiment share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from augment.config import check_at_least, check_one_of, check_within, shown_as, split_commas
from augment.datasets.label_map import pairs
from augment.datasets.survey import label_string
from augment.datasets.table_options import ReadOptions
from augment.errors import InputError

#: Where metrics can be logged (see `augment.train.experiment_log`).
LOGS: Final = ("tensorboard", "mlflow", "wandb")


@dataclass(frozen=True, kw_only=True)
class TrainingOptions(ReadOptions):
    """How one model is fine-tuned; asked and checked alike by `train` and `kfold-train`."""

    near: Annotated[float | None, shown_as("F")] = None
    """Never part originals that share this much of their letter runs, 0 to 1; 0.7 is sensible."""
    epochs: Annotated[float | None, shown_as("E")] = None
    """Passes over the training rows. Default 5, or more where that makes fewer than 100 steps."""
    steps: Annotated[int | None, shown_as("N")] = None
    """Optimizer steps, in place of epochs."""
    batch_size: int = 16
    """Rows per optimizer step."""
    accumulation: int = 1
    """Parts that each batch is computed in, to fit into memory; dropout and rounding differ."""
    lr: Annotated[float | None, shown_as("F")] = None
    """Peak learning rate. Default: by the model's width; ten times that and more with --lora."""
    schedule: Literal["linear", "cosine", "constant"] = "linear"
    """What the learning rate does after the warm-up: fall to zero, or stay."""
    warm_up: float = 0.1
    """Part of the steps in which the learning rate climbs to its peak."""
    weight_decay: float = 0.01
    """Weight decay of AdamW; norms and biases have none."""
    layer_decay: float = 1.0
    """Learning rate of each layer as part of that of the layer above it, such as 0.9."""
    dropout: Annotated[float | None, shown_as("F")] = None
    """Dropout before the last layer. Default: the model's own."""
    max_norm: float = 1.0
    """Gradients longer than this are clipped."""
    loss: Literal["plain", "weighted", "focal"] = "plain"
    """Cross-entropy; weighted by the inverse class frequency in training; or focal."""
    class_weights: Annotated[tuple[str, ...], shown_as("LABEL=F")] = ()
    """Weights of your own for the classes, such as spam=3,ham=1."""
    gamma: float = 2.0
    """Exponent of the focal loss: how little the rows count that are already right."""
    label_smoothing: float = 0.0
    """Part of each label that is spread over all classes, 0 to below 1."""
    share: float | Literal["natural"] = 0.5
    """Part of each batch that may be paraphrases; natural: all rows in one pool, as they come."""
    freeze_embeddings: bool = False
    """Leave the embeddings as they are."""
    freeze_layers: int = 0
    """Leave the embeddings and the first N layers as they are."""
    lora: bool = False
    """Train low-rank adapters and the head instead of all weights (needs the extra "lora")."""
    lora_rank: int = 8
    """Inner width of the adapters."""
    max_tokens: Annotated[int | None, shown_as("N")] = None
    """Most tokens of a text that are read. Default: 256, or what the model takes at most."""
    truncation: Literal["middle", "end"] = "middle"
    """What longer texts lose: the end; or the middle, a quarter of what is read before it."""
    gradient_checkpointing: bool = False
    """Compute the layers twice to keep less in memory."""
    seed: int = 0
    """Seed of everything that is drawn: the split, the batches, the head and the dropout."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Number format of the matrix products. auto: bf16 where the CPU or GPU computes it."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to train. auto: the GPU where there is one."""
    log: Annotated[tuple[str, ...], shown_as("NAME")] = ()
    """Log metrics to tensorboard, mlflow or wandb (each an extra of that name)."""

    def check_training(self) -> None:
        """Bring pairs to their form, and refuse values that cannot be or that do nothing.

        Raises
        ------
        InputError
            Naming the option, its value and what is wanted.
        """
        object.__setattr__(self, "class_weights", pairs(self.class_weights))
        object.__setattr__(self, "log", split_commas(self.log))
        for name in self.log:
            check_one_of("log", name, LOGS)
        if self.near is not None and not 0.0 < self.near <= 1.0:
            raise InputError(f"near={self.near!r}: a number above 0 and up to 1 is wanted")
        self._check_numbers()
        check_one_of("schedule", self.schedule, ("linear", "cosine", "constant"))
        check_one_of("loss", self.loss, ("plain", "weighted", "focal"))
        check_one_of("truncation", self.truncation, ("middle", "end"))
        check_one_of("precision", self.precision, ("auto", "fp32", "bf16"))
        check_one_of("device", self.device, ("auto", "cpu", "cuda"))
        if self.steps is not None and self.epochs is not None:
            raise InputError(
                f"epochs={self.epochs!r} and steps={self.steps!r}: give one of the two"
            )
        if self.lora and (self.freeze_embeddings or self.freeze_layers):
            raise InputError("lora freezes the whole encoder already; leave freeze_... out")
        if self.class_weights == ("balanced",):
            raise InputError(
                "class_weights='balanced' is loss='weighted' here (--loss weighted); or give the "
                "weights of the classes, such as negative=2,positive=1"
            )
        if self.class_weights and self.loss == "weighted":
            raise InputError("class_weights and loss='weighted': give one of the two")
        self.check_needed("gamma", "loss='focal'", self.loss == "focal")
        self.check_needed("lora_rank", "lora", self.lora)

    def check_needed(self, name: str, needed: str, there: bool) -> None:
        """Refuse an option that was set and does nothing, for want of what it `needed`."""
        value = getattr(self, name)
        if value != type(self).__dataclass_fields__[name].default and not there:
            raise InputError(f"{name}={value!r} does nothing without {needed}")

    def _check_numbers(self) -> None:
        for name, least in (("batch_size", 1), ("accumulation", 1), ("freeze_layers", 0),
                            ("lora_rank", 1), ("seed", 0)):  # fmt: skip
            check_at_least(name, getattr(self, name), least)
        for name, least in (("steps", 1), ("max_tokens", 4)):
            if getattr(self, name) is not None:
                check_at_least(name, getattr(self, name), least)
        for name in ("epochs", "lr", "max_norm", "gamma"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise InputError(f"{name}={value!r}: a number above 0 is wanted")
        for name, low, high in (
            ("warm_up", 0.0, 1.0),
            ("weight_decay", 0.0, 10.0),
            ("layer_decay", 0.01, 1.0),
            ("label_smoothing", 0.0, 0.99),
        ):
            check_within(name, getattr(self, name), low, high)
        if self.dropout is not None:
            check_within("dropout", self.dropout, 0.0, 0.99)
        if self.share != "natural":
            if not isinstance(self.share, (int, float)) or not 0 < self.share <= 1:
                raise InputError(
                    f"share={self.share!r}: a number above 0 and up to 1, or 'natural', is wanted"
                )
            object.__setattr__(self, "share", float(self.share))


def named_values(name: str, given: tuple[str, ...] | Mapping[Any, Any]) -> dict[str, str]:
    """Read ``("0=neg", "1=pos")``, or what is a mapping already, into a dictionary.

    >>> named_values("label_names", ("0=neg", "1=pos"))
    {'0': 'neg', '1': 'pos'}
    """
    if isinstance(given, Mapping):
        named = {k if isinstance(k, str) else label_string(k): v for k, v in given.items()}
        return {key: str(value) for key, value in named.items()}
    found: dict[str, str] = {}
    for pair in given:
        key, sign, value = pair.rpartition("=")
        if not sign or not key.strip() or not value.strip():
            raise InputError(f"{name}: {pair!r}; NAME=VALUE is wanted, such as 0=negative")
        found[label_string(key)] = value.strip()
    return found

"""Options of one training: one dataclass for Python, the command line and ``augment.toml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import tyro

from augment.config import plain_numbers, shown_as, split_commas
from augment.datasets.table_options import ReadOptions
from augment.errors import InputError
from augment.train.config import check_at_least, check_one_of

#: Where metrics can be logged (see `augment.train.experiment_log`).
LOGS: Final = ("tensorboard", "mlflow", "wandb")


@dataclass(frozen=True)
class TrainConfig(ReadOptions):
    """Fine-tune one model and write it as a Hugging Face folder.

    DATA is a table of texts and labels, or one that `augment backtranslate` wrote: its
    paraphrases are then mixed in as `augment kfold-train` tests it. MODEL gets safetensors
    weights, the tokenizer, the label names and a model card; `augment evaluate`, `augment
    predict` and the transformers library read it. Scores come from a part of the data that the
    training never saw, nor any paraphrase of it: give --valid-share or --valid.
    """

    data: Annotated[Path | None, tyro.conf.Positional, shown_as("DATA.csv")] = None
    """Table to train on."""
    out: Annotated[Path | None, shown_as("MODEL", "-o")] = None
    """Folder for the model. Default: NAME.model in the current folder."""
    model: str = "minilm"
    """Encoder to fine-tune: minilm (comes with the extra "offline"), a hub name, or a folder."""
    text: Annotated[str | None, shown_as("COL")] = None
    """Text column, or two for text pairs (COL,COL2). Found by itself when left out."""
    label: Annotated[str | None, shown_as("COL")] = None
    """Label column. Found by itself when left out."""
    label_names: Annotated[tuple[str, ...], shown_as("OLD=NEW")] = ()
    """Names for encoded labels, such as 0=NEGATIVE,1=POSITIVE; they are kept in the model."""
    valid_share: float = 0.0
    """Part of the originals held out to score the model, 0 to 0.9; never trained on."""
    valid: Annotated[Path | None, shown_as("FILE")] = None
    """Table to score the model on, in place of a share; its texts are kept out of the training."""
    epochs: Annotated[float | None, shown_as("E")] = None
    """Passes over the training rows. Default 5, or more where that makes fewer than 100 steps."""
    steps: Annotated[int | None, shown_as("N")] = None
    """Optimizer steps, in place of epochs."""
    batch_size: int = 16
    """Rows per optimizer step."""
    accumulation: int = 1
    """Parts that each batch is computed in, to fit it into memory; only dropout differs then."""
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
    sampler: Literal["uniform", "balanced"] = "uniform"
    """Without paraphrases: draw each row as often as any other, or each class as often."""
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
    merge: bool = False
    """Add the adapters into the weights at the end: a plain model, with no need of peft."""
    keep: Literal["last", "best"] = "last"
    """Which epoch's model to write. best: by the metric on an inner part of the training rows."""
    patience: Annotated[int | None, shown_as("N")] = None
    """Stop after N epochs without a better inner score, and keep the best model."""
    inner_share: float = 0.1
    """Part of the training originals that judges epochs, for --keep best and --patience."""
    metric: Literal["macro_f1", "accuracy", "mcc", "log_loss"] = "macro_f1"
    """What the best epoch is the best in."""
    max_tokens: Annotated[int | None, shown_as("N")] = None
    """Most tokens of a text that are read. Default 256, or what the model takes."""
    truncation: Literal["middle", "end"] = "middle"
    """What longer texts lose: the end; or the middle, a quarter of what is read before it."""
    gradient_checkpointing: bool = False
    """Compute the layers twice to keep less in memory."""
    seed: int = 0
    """Seed of the split, the batches, the head and the dropout."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Number format of the matrix products. auto: bf16 where the CPU or GPU computes it."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to train. auto: the GPU where there is one."""
    log: Annotated[tuple[str, ...], shown_as("NAME")] = ()
    """Log metrics to tensorboard, mlflow or wandb (each an extra of that name)."""
    resume: bool = False
    """Go on with a training that was interrupted."""
    force: bool = False
    """Replace an earlier model of that name."""
    offline: bool = False
    """Open no connection, not even to fetch a model."""
    quiet: bool = False
    """Show no progress."""
    json: bool = False
    """Print the scores as JSON."""

    def __post_init__(self) -> None:
        plain_numbers(self)
        for name in ("data", "out", "valid"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, Path(getattr(self, name)))
        object.__setattr__(self, "log", split_commas(self.log))
        for name in ("label_names", "class_weights"):
            object.__setattr__(self, name, _pairs(getattr(self, name)))
        for name in self.log:
            check_one_of("log", name, LOGS)
        self._check_numbers()
        self._check_choices()

    def _check_numbers(self) -> None:
        check_at_least("batch_size", self.batch_size, 1)
        check_at_least("accumulation", self.accumulation, 1)
        check_at_least("freeze_layers", self.freeze_layers, 0)
        check_at_least("lora_rank", self.lora_rank, 1)
        check_at_least("seed", self.seed, 0)
        for name, least in (("steps", 1), ("patience", 1), ("max_tokens", 4)):
            if getattr(self, name) is not None:
                check_at_least(name, getattr(self, name), least)
        for name in ("epochs", "lr", "max_norm", "gamma"):
            value = getattr(self, name)
            if value is not None and not 0 < value < float("inf"):
                raise InputError(f"{name}={value!r}: a number above 0 is wanted")
        check_within("valid_share", self.valid_share, 0.0, 0.9)
        check_within("warm_up", self.warm_up, 0.0, 1.0)
        check_within("weight_decay", self.weight_decay, 0.0, 10.0)
        check_within("layer_decay", self.layer_decay, 0.01, 1.0)
        check_within("label_smoothing", self.label_smoothing, 0.0, 0.99)
        check_within("inner_share", self.inner_share, 0.01, 0.5)
        if self.dropout is not None:
            check_within("dropout", self.dropout, 0.0, 0.99)
        if self.share != "natural":
            check_within("share", self.share, 0.001, 1.0)

    def _check_choices(self) -> None:
        check_one_of("schedule", self.schedule, ("linear", "cosine", "constant"))
        check_one_of("loss", self.loss, ("plain", "weighted", "focal"))
        check_one_of("sampler", self.sampler, ("uniform", "balanced"))
        check_one_of("keep", self.keep, ("last", "best"))
        check_one_of("metric", self.metric, ("macro_f1", "accuracy", "mcc", "log_loss"))
        check_one_of("truncation", self.truncation, ("middle", "end"))
        check_one_of("precision", self.precision, ("auto", "fp32", "bf16"))
        check_one_of("device", self.device, ("auto", "cpu", "cuda"))
        for one, other in (("steps", "epochs"), ("valid", "valid_share"), ("resume", "force")):
            if getattr(self, one) and getattr(self, other):
                raise InputError(
                    f"{one}={getattr(self, one)} and {other}={getattr(self, other)}: give one of "
                    "the two"
                )
        if self.merge and not self.lora:
            raise InputError("merge without lora: there are no adapters to add into the weights")
        if self.lora and (self.freeze_embeddings or self.freeze_layers):
            raise InputError("lora freezes the whole encoder already; leave freeze_... out")
        if self.class_weights and self.loss == "weighted":
            raise InputError("class_weights and loss='weighted': give one of the two")
        of_epochs = ("keep='best' or patience", self.judges_epochs)
        for name, (needed, there) in {
            "gamma": ("loss='focal'", self.loss == "focal"),
            "lora_rank": ("lora", self.lora),
            "inner_share": of_epochs,
            "metric": of_epochs,
        }.items():
            value = getattr(self, name)
            if value != type(self).__dataclass_fields__[name].default and not there:
                raise InputError(f"{name}={value!r} does nothing without {needed}")

    @property
    def judges_epochs(self) -> bool:
        """Whether an inner part of the training rows judges every epoch."""
        return self.keep == "best" or self.patience is not None


def check_within(name: str, value: object, least: float, most: float) -> None:
    """Refuse what is no number from `least` to `most`."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not least <= float(value) <= most:  # type: ignore[arg-type]
        raise InputError(f"{name}={value!r}: a number from {least:g} to {most:g} is wanted")


def _pairs(given: Any) -> Any:  # noqa: ANN401 - text, several, or a mapping
    """Part ``"a=1,b=2"`` at its commas, but not within a name that has one: ``"a, b=2"``."""
    if isinstance(given, Mapping):
        return dict(given)
    found: list[str] = []
    begun = ""
    for part in ",".join((given,) if isinstance(given, str) else given).split(","):
        begun = f"{begun},{part}" if begun else part
        if "=" in part:
            found.append(begun.strip())
            begun = ""
    return tuple([*found, *([begun.strip()] if begun.strip() else [])])


def named_values(name: str, pairs: tuple[str, ...] | Mapping[Any, Any]) -> dict[str, str]:
    """Read ``("0=neg", "1=pos")``, or what is a mapping already, into a dictionary.

    >>> named_values("label_names", ("0=neg", "1=pos"))
    {'0': 'neg', '1': 'pos'}
    """
    if isinstance(pairs, Mapping):
        return {str(key): str(value) for key, value in pairs.items()}
    found: dict[str, str] = {}
    for pair in pairs:
        key, sign, value = pair.rpartition("=")
        if not sign or not key.strip() or not value.strip():
            raise InputError(f"{name}: {pair!r}; NAME=VALUE is wanted, such as 0=negative")
        found[key.strip()] = value.strip()
    return found

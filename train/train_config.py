"""Options of one training: one dataclass for Python, the command line and ``augment.toml``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from augment.config import (
    check_at_least,
    check_one_of,
    check_within,
    own_options_first,
    plain_numbers,
    shown_as,
)
from augment.datasets.label_map import pairs
from augment.errors import InputError
from augment.train.training_options import TrainingOptions


@own_options_first
@dataclass(frozen=True)
class TrainConfig(TrainingOptions):
    """Fine-tune one model and write it as a Hugging Face folder.

    DATA is a table of texts and labels, or one that `augment backtranslate` wrote: its
    paraphrases are then mixed in as `augment kfold-train` tests it. MODEL gets safetensors
    weights, the tokenizer, the label names and a model card; `augment evaluate`, `augment
    predict` and the transformers library read it (with --lora, augment and peft alone, unless
    --merge). Scores come from a part of the data that the training never saw, nor any paraphrase
    of it: give --valid-share or --valid.
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
    sampler: Literal["uniform", "balanced"] = "uniform"
    """Without paraphrases: draw each row as often as any other, or each class as often."""
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
        object.__setattr__(self, "label_names", pairs(self.label_names))
        self.check_training()
        if self.patience is not None:
            check_at_least("patience", self.patience, 1)
        check_within("valid_share", self.valid_share, 0.0, 0.9)
        check_within("inner_share", self.inner_share, 0.01, 0.5)
        check_one_of("sampler", self.sampler, ("uniform", "balanced"))
        check_one_of("keep", self.keep, ("last", "best"))
        check_one_of("metric", self.metric, ("macro_f1", "accuracy", "mcc", "log_loss"))
        for one, other in (("valid", "valid_share"), ("resume", "force")):
            if getattr(self, one) and getattr(self, other):
                raise InputError(
                    f"{one}={getattr(self, one)} and {other}={getattr(self, other)}: give one of "
                    "the two"
                )
        if self.merge and not self.lora:
            raise InputError("merge without lora: there are no adapters to add into the weights")
        parted = bool(self.valid_share) or self.judges_epochs
        self.check_needed("near", "valid_share, keep='best' or patience", parted)
        for name in ("inner_share", "metric"):
            self.check_needed(name, "keep='best' or patience", self.judges_epochs)

    @property
    def judges_epochs(self) -> bool:
        """Whether an inner part of the training rows judges every epoch."""
        return self.keep == "best" or self.patience is not None

"""What a model's ``training.json`` says: the data, the options, the versions, how it went."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from augment._version import __version__
from augment.datasets.augmentation.manifest import versions
from augment.datasets.table_options import READING
from augment.train.kfold.labelled import LabelledRows
from augment.train.saved_model import base_name
from augment.train.train_config import TrainConfig
from augment.train.trainer import Fitted, Trainer
from augment.train.training_options import named_values

#: Options that say where and how to write, and not what is learnt.
OUTWARD: Final = (
    *READING,
    *("data", "valid", "out", "resume", "force", "offline", "quiet", "json", "log"),
)


def identity(
    config: TrainConfig, rows: LabelledRows, valid: LabelledRows | None, trainer: Trainer
) -> dict[str, Any]:
    """Everything that decides what is learnt; a resumed training must share it."""
    options = {key: value for key, value in asdict(config).items() if key not in OUTWARD}
    recipe = trainer.recipe
    return {
        **options,
        "text": list(rows.text_columns),
        "label": rows.label_column,
        "label_names": named_values("label_names", config.label_names),
        "class_weights": named_values("class_weights", config.class_weights),
        "lr": recipe.lr,
        "max_tokens": trainer.max_tokens,
        "precision": recipe.precision,
        "device": recipe.device,
        "steps": len(trainer.batches),
        "rows_sha256": rows.sha256(),
        "valid_sha256": None if valid is None else valid.sha256(),
        "model_revision": trainer.encoder.revision,
    }


def signature(decided: Mapping[str, Any]) -> str:
    """Everything that decides the model, in one line."""
    text = json.dumps([decided, versions()], sort_keys=True)
    parts = {
        "model": f"{decided['model']}@{decided['model_revision'].removeprefix('sha256:')[:8]}",
        "data": decided["rows_sha256"][:8],
        "steps": decided["steps"],
        "batch": decided["batch_size"],
        "lr": f"{decided['lr']:g}",
        "schedule": decided["schedule"],
        "loss": decided["loss"],
        "lora": decided["lora_rank"] if decided["lora"] else "no",
        "tokens": decided["max_tokens"],
        "precision": decided["precision"],
        "seed": decided["seed"],
        "v": __version__,
        "all": hashlib.blake2b(text.encode(), digest_size=4).hexdigest(),
    }
    return "train|" + "|".join(f"{name}:{value}" for name, value in parts.items())


def training_record(
    config: TrainConfig,
    rows: LabelledRows,
    trainer: Trainer,
    fitted: Fitted,
    decided: Mapping[str, Any],
    *,
    name: str,
) -> dict[str, Any]:
    """Put the content of ``training.json`` together.

    Parameters
    ----------
    config, rows, trainer, fitted
        The training and what came of it.
    decided
        Its `identity`.
    name
        Path of the table; its last part is kept.
    """
    material = trainer.material
    counts = np.bincount(material.labels[material.train], minlength=len(material.classes))
    return {
        "signature": signature(decided),
        "base_model": base_name(config.model, adapters=config.lora and not config.merge),
        "base_revision": trainer.encoder.revision,
        "adapters": config.lora and not config.merge,
        "classes": list(material.classes),
        "label_names": decided["label_names"],
        "text_columns": list(rows.text_columns),
        "label_column": rows.label_column,
        "label_kind": rows.label_kind,
        "max_tokens": trainer.max_tokens,
        "truncation": config.truncation,
        "data": {
            "name": Path(name).name,
            "trained": material.n_train,
            "originals": len(material.train),
            "paraphrases": material.n_train - len(material.train),
            "inner": len(material.inner),
            "valid": len(material.valid),
            "classes": dict(zip(material.classes, counts.tolist(), strict=True)),
            "left_out": rows.left_out,
            "cut_off": trainer.table.n_cut,
        },
        "steps": fitted.steps,
        "epoch": fitted.epoch,
        "diverged": fitted.diverged,
        "history": [asdict(epoch) for epoch in fitted.history],
        "validation": None,
        "options": dict(decided),
        "versions": versions(),
    }

"""``augment predict``: a trained model labels a table, or texts."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from augment.errors import InputError
from augment.progress import for_stderr
from augment.train.apply_config import PredictConfig

Config = PredictConfig


def run(config: PredictConfig) -> None:
    """Label; a table goes to a file, texts to stdout."""
    from augment.train.predict_table import (
        lies_there,
        names_a_table,
        predict_table,
        predict_texts,
    )

    if config.model is None or not config.inputs:
        raise InputError("a model and a table, or texts, are wanted: augment predict MODEL IN.csv")
    if len(config.inputs) > 1 and (file := next(filter(lies_there, config.inputs), None)):
        raise InputError(
            f"{file} is a file or a folder, and other inputs stand beside it: tables are labelled "
            f"one at a time: augment predict {config.model} {file}"
        )
    if config.out is not None or names_a_table(config.inputs):
        done = predict_table(config=config, progress=for_stderr(quiet=config.quiet))
        lines = [f"{done.rows:,} rows -> {done.path}"]
        lines += [f"  {label}: {n:,}" for label, n in done.counts.items()]
        lines += [f"  without text: {done.empty:,}"] if done.empty else []
        found: object = done.as_dict()
    else:
        predictions = predict_texts(config.model, list(config.inputs), config)
        lines = [f"{one.label} ({one.score:.2f})" for one in predictions]
        found = [asdict(one) for one in predictions]
    text = json.dumps(found, indent=2, ensure_ascii=False) if config.json else "\n".join(lines)
    sys.stdout.write(text + "\n")

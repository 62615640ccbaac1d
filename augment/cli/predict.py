"""``augment predict``: a trained model labels a table, or texts."""

from __future__ import annotations

import io
import json
import shlex
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from augment.datasets.visible import visible_name
from augment.enumeration import counted
from augment.errors import InputError
from augment.progress import for_stderr
from augment.train.apply_config import PredictConfig

if TYPE_CHECKING:
    from augment.train.predictor import Prediction

Config = PredictConfig


def run(config: PredictConfig) -> None:
    """Label; a table goes to a file, texts and the lines of stdin to stdout."""
    from augment.train.predict_table import (
        lies_there,
        names_a_table,
        predict_table,
        predict_texts,
    )

    if config.model is None or not config.inputs:
        raise InputError(
            "a model and a table, or texts, are wanted: augment predict MODEL IN.csv; "
            "augment predict MODEL - reads a text a line from standard input"
        )
    if len(config.inputs) > 1 and (file := next(filter(lies_there, config.inputs), None)):
        raise InputError(
            f"{file} is a file or a folder, and other inputs stand beside it: tables are labelled "
            f"one at a time: augment predict {shlex.join([config.model, file])}"
        )
    if config.inputs == ("-",):
        _label_lines(config)
        return
    if config.out is not None or names_a_table(config.inputs):
        done = predict_table(config=config, progress=for_stderr(quiet=config.quiet))
        lines = [f"{counted(done.rows, 'row')} -> {done.path}"]
        lines += [f"  {visible_name(label)}: {n:,}" for label, n in done.counts.items()]
        lines += [f"  without text: {done.empty:,}"] if done.empty else []
        found: object = done.as_dict()
    else:
        predictions = predict_texts(config.model, list(config.inputs), config)
        lines = [_line(one) for one in predictions]
        found = [asdict(one) for one in predictions]
    text = json.dumps(found, indent=2, ensure_ascii=False) if config.json else "\n".join(lines)
    sys.stdout.write(text + "\n")


def _line(found: Prediction) -> str:
    return f"{visible_name(found.label)} ({found.score:.2f})"


def _label_lines(config: PredictConfig) -> None:
    """Label the lines of standard input; the n-th line written belongs to the n-th one read."""
    from augment.train.predict_table import predict_lines

    if config.out is not None:
        raise InputError("--out is for tables; what is made of standard input goes to stdout")
    stdin = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8")
    try:
        for one in predict_lines(config.model or "", stdin, config):
            if config.json:
                line = json.dumps(None if one is None else asdict(one), ensure_ascii=False)
            else:
                line = "" if one is None else _line(one)
            sys.stdout.write(line + "\n")
    except UnicodeDecodeError as error:
        raise InputError(f"standard input is no UTF-8 ({error}); write it to a file") from error

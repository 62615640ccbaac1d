"""``augment evaluate``: how good a trained model is on rows that it has not seen."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from augment.blank import is_blank
from augment.config import build
from augment.datasets.survey import cell_string, label_string
from augment.datasets.table import Table, say_unread_rows
from augment.enumeration import counted
from augment.errors import InputError
from augment.progress import SILENT, Progress
from augment.train.apply_config import EvaluateConfig
from augment.train.assessment import Assessment, assess
from augment.train.kfold.labelled import METHOD
from augment.train.model_input import label_column, sides_of, text_columns, windows
from augment.train.predictor import Predictor

if TYPE_CHECKING:
    import os

    import pandas as pd

__all__ = ["EvaluateConfig", "evaluate_model"]


def evaluate_model(
    model: str | os.PathLike[str] | Predictor | None = None,
    data: str | os.PathLike[str] | pd.DataFrame | None = None,
    config: EvaluateConfig | None = None,
    *,
    progress: Progress = SILENT,
    **overrides: Any,  # noqa: ANN401
) -> Assessment:
    """Score a trained model on labelled rows.

    Parameters
    ----------
    model
        A folder that `augment train` or the transformers library wrote, a hub name, or a
        `Predictor`. None: what `config` names.
    data
        A table's path, or a data frame. Of an augmented table the originals count.
    config
        Options; see `EvaluateConfig`.
    progress
        Told of the rows done.
    **overrides
        Single options, over those of `config`.

    Returns
    -------
    Assessment
        Scores with intervals, every class, confusion table, hardest errors.

    Raises
    ------
    InputError
        For a model or a table that cannot be used, and for labels that the model does not know.
    """
    config = build(config, EvaluateConfig, overrides)
    model = model if model is not None else config.model
    data = data if data is not None else config.data
    if model is None or data is None:
        raise InputError("a model and a table are wanted: augment evaluate MODEL DATA.csv")
    table = config.table(data)
    predictor = _predictor(model, config)
    columns = text_columns(table, predictor, config.text)
    label = label_column(table, predictor, config.label, config.text)
    n_rows = _check_labels(table, label, predictor)
    text_at = tuple(table.columns.index(name) for name in columns)
    label_at = table.columns.index(label)
    method_at = table.columns.index(METHOD) if METHOD in table.columns else None
    left_out: Counter[str] = Counter()
    texts: list[tuple[str, ...]] = []
    numbers: list[int] = []
    labels: list[int] = []
    found = []
    start = trained_on = side_trained_on = 0
    with progress.stage("predicting", n_rows) as stage:
        for window in windows(table):
            kept = []
            for number, row in enumerate(window, start):
                sides, name = sides_of(row, text_at), label_string(row[label_at])
                if method_at is not None and cell_string(row[method_at]) != "original":
                    left_out["paraphrase"] += 1
                elif any(map(is_blank, sides)):
                    left_out["row without text"] += 1
                elif not name:
                    left_out["row without label"] += 1
                else:
                    kept.append(sides)
                    numbers.append(number)
                    labels.append(predictor.class_number(name) or 0)
            if kept:
                found.append(predictor.predict_proba(kept))
                trained_on += int(predictor.trained_on(kept).sum())
                side_trained_on += int(predictor.side_trained_on(kept).sum())
                right = found[-1].argmax(axis=1) == labels[-len(kept) :]
                # Only mistakes are shown: the other texts need not stay in memory.
                texts += [() if ok else sides for ok, sides in zip(right, kept, strict=True)]
            start += len(window)
            stage.advance(len(window))
    say_unread_rows(table, progress)
    if not texts:
        raise InputError(f"{table.name}: no row has both a text and a label")
    return assess(
        np.array(labels, dtype=np.int64),
        np.concatenate(found),
        predictor.labels,
        texts,
        rows=numbers,
        left_out=dict(left_out),
        trained_on=trained_on,
        side_trained_on=side_trained_on,
        seed=config.seed,
    )


def _predictor(model: str | os.PathLike[str] | Predictor, config: EvaluateConfig) -> Predictor:
    if isinstance(model, Predictor):
        return model
    return Predictor(
        str(model),
        device=config.device,
        precision=config.precision,
        max_tokens=config.max_tokens,
        offline=config.offline,
    )


def _check_labels(table: Table, label: str, predictor: Predictor) -> int:
    """Count the rows, and refuse labels that the model does not know before it is put to work."""
    at = table.columns.index(label)
    counts = Counter(label_string(row[at]) for row in table)
    unknown = {
        name: n for name, n in counts.items() if name and predictor.class_number(name) is None
    }
    if unknown:
        shown = ", ".join(
            f"{name!r} ({counted(n, 'row')})" for name, n in list(unknown.items())[:5]
        )
        more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
        raise InputError(
            f"{table.name}: column {label!r} holds labels that {predictor.name} does not know: "
            f"{shown}{more}; it knows {', '.join(predictor.labels)}; choose another column with "
            "--label, or take these rows out"
        )
    return sum(counts.values())

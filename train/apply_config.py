"""Options of using a trained model: to score it, and to let it label rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import tyro

from augment.config import check_at_least, check_one_of, own_options_first, shown_as
from augment.datasets.table_options import ReadOptions
from augment.errors import InputError


@own_options_first
@dataclass(frozen=True)
class EvaluateConfig(ReadOptions):
    """Score a trained model on labelled rows.

    MODEL is a folder that `augment train` or the transformers library wrote. DATA is a table of
    texts and labels that the model was not trained on; of an augmented table only the originals
    count. Shows accuracy and macro F1 with 95 % intervals, every class, who is taken for whom,
    and the errors that the model was surest of.
    """

    model: Annotated[str | None, tyro.conf.Positional, shown_as("MODEL")] = None
    """Model folder, or a hub name."""
    data: Annotated[Path | None, tyro.conf.Positional, shown_as("DATA.csv")] = None
    """Table with labels."""
    text: Annotated[str | None, shown_as("COL")] = None
    """Text column, or two for text pairs. Default: the columns that the model was trained on."""
    label: Annotated[str | None, shown_as("COL")] = None
    """Label column. Default: the one that the model was trained on, else found."""
    max_tokens: Annotated[int | None, shown_as("N")] = None
    """Cut texts off there rather than where the training did."""
    seed: int = 0
    """Seed of the intervals."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Number format of the matrix products. auto: bf16 where the CPU or GPU computes it."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to compute. auto: the GPU where there is one."""
    offline: bool = False
    """Open no connection."""
    quiet: bool = False
    """Show no progress."""
    json: bool = False
    """Print everything as JSON."""

    def __post_init__(self) -> None:
        _check_common(self)
        if self.data is not None:
            object.__setattr__(self, "data", Path(self.data))
        check_at_least("seed", self.seed, 0)


@own_options_first
@dataclass(frozen=True)
class PredictConfig(ReadOptions):
    """Label the rows of a table, or a few texts, with a trained model.

    A table is written with its columns, then `predicted`, `score` (the probability of that
    class) and `prob_LABEL` for every class; CSV, JSON lines and Parquet go in and come out, of
    any length. A text given in place of a table, as in augment predict MODEL "some text", is
    answered with `LABEL (0.99)`; for a model of text pairs, give both sides. With - in place of a
    table, standard input is read, a text a line (the sides of a pair with a tab between), and a
    line is written for each; as JSON lines with --json.
    """

    model: Annotated[str | None, tyro.conf.Positional, shown_as("MODEL")] = None
    """Model folder, or a hub name."""
    inputs: Annotated[tuple[str, ...], tyro.conf.Positional, shown_as("IN.csv|TEXT")] = ()
    """One table, or texts."""
    out: Annotated[Path | None, shown_as("OUT.csv", "-o")] = None
    """Where to write. Default: NAME.predicted.csv (or .jsonl, .parquet) in the current folder."""
    text: Annotated[str | None, shown_as("COL")] = None
    """Text column, or two for text pairs. Default: the columns that the model was trained on."""
    max_tokens: Annotated[int | None, shown_as("N")] = None
    """Cut texts off there rather than where the training did."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """Number format of the matrix products. auto: bf16 where the CPU or GPU computes it."""
    device: Literal["auto", "cpu", "cuda"] = "auto"
    """Where to compute. auto: the GPU where there is one."""
    force: bool = False
    """Replace an earlier output."""
    offline: bool = False
    """Open no connection."""
    quiet: bool = False
    """Show no progress."""
    json: bool = False
    """Print as JSON: the summary of a table, or label, score and all scores of each text."""

    def __post_init__(self) -> None:
        _check_common(self)
        if self.out is not None:
            object.__setattr__(self, "out", Path(self.out))


def _check_common(config: EvaluateConfig | PredictConfig) -> None:
    if config.max_tokens is not None:
        check_at_least("max_tokens", config.max_tokens, 4)
    check_one_of("precision", config.precision, ("auto", "fp32", "bf16"))
    check_one_of("device", config.device, ("auto", "cpu", "cuda"))
    if config.model is not None and not str(config.model).strip():
        raise InputError("model is empty; give a folder that `augment train` wrote")

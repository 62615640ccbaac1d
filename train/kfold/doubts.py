"""What makes the scores of a K-fold run too good, whichever arm they are of: said by its record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from augment.datasets.near_duplicates import NEAR
from augment.enumeration import counted
from augment.train.kfold.config import KFoldConfig
from augment.train.kfold.labelled import LabelledRows
from augment.train.near_rows import n_parted
from augment.train.trained_texts import keys_of, text_keys


def doubtful_rows(config: KFoldConfig, rows: LabelledRows) -> dict[str, int]:
    """Count the originals whose scores are too good, as ``run.json`` keeps it.

    Returns
    -------
    dict
        ``known_to_model``: those that the base model was trained on; ``nearly_repeated``: those
        with a near text that may be in another fold, where `near` was not given.
    """
    originals = rows.texts[: rows.n_originals]
    return {
        "known_to_model": int(np.isin(text_keys(originals), keys_of(config.model)).sum()),
        "nearly_repeated": n_parted(originals, rows.groups) if config.near is None else 0,
    }


def known_sentence(run: Mapping[str, Any]) -> str:
    """Say that the base model was trained on rows that score it; nothing where it was not.

    Parameters
    ----------
    run
        Content of ``run.json``.

    Examples
    --------
    >>> rows = {"originals": 40, "known_to_model": 30}
    >>> known_sentence({"identity": {"model": "old.model"}, "rows": rows})[:52]
    'old.model was trained on 30 of these 40 originals: i'
    """
    rows = run["rows"]
    if not rows["known_to_model"]:
        return ""
    return (
        f"{run['identity']['model']} was trained on {rows['known_to_model']:,} of these "
        f"{rows['originals']:,} originals: it knows the rows that score it, and no score here can "
        "be trusted; give the encoder that it was made from"
    )


def near_sentence(run: Mapping[str, Any]) -> str:
    """Say that folds may part near texts; nothing where there are none."""
    parted = run["rows"]["nearly_repeated"]
    if not parted:
        return ""
    repeat = "repeats" if parted == 1 else "repeat"
    return (
        f"{counted(parted, 'original')} nearly {repeat} another one ({NEAR:.0%} of their letters): "
        f"where one is trained on and the other is tested, scores are flattered; --near {NEAR:g} "
        "keeps them together"
    )


def doubts(run: Mapping[str, Any]) -> list[str]:
    """Say all of it, a sentence each; the gravest first."""
    return [sentence for sentence in (known_sentence(run), near_sentence(run)) if sentence]

"""Rows for the K-fold benchmarks: samples of a labelled table and their Apertium round trips.

Unfiltered on purpose: what is measured here is the trainer and its controls, not the paraphrases.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "trec6" / "trec6.csv"
ROUTES = {
    "es": ("eng-spa", "spa-eng"),
    "ca": ("eng-cat", "cat-eng"),
    "eo": ("en-eo", "eo-en"),
    "gl": ("en-gl", "gl-en"),
}


def sample(
    table: pd.DataFrame, *, seed: int, per_class: int | None = None, total: int | None = None
) -> pd.DataFrame:
    """Draw different texts: `per_class` of each class, or `total` in the table's proportions."""
    different = table.drop_duplicates("text")
    if per_class is not None:
        drawn = different.groupby("label").sample(per_class, random_state=seed)
    else:
        share = total / len(different)
        drawn = different.groupby("label").sample(frac=share, random_state=seed)
    drawn = drawn.sample(frac=1, random_state=seed)[["text", "label"]]
    return drawn.reset_index(drop=True)


def round_trip(texts: list[str], pivot: str) -> list[str]:
    """Translate there and back with the bare commands, one line per text."""
    there, back = ROUTES[pivot]
    lines = "\n".join(" ".join(text.split()) for text in texts) + "\n"
    for mode in (there, back):
        lines = subprocess.run(
            ["apertium", "-u", mode], input=lines, capture_output=True, text=True, check=True
        ).stdout
    found = lines.split("\n")[: len(texts)]
    if len(found) != len(texts):
        raise SystemExit(f"{len(texts)} lines in, {len(found)} out")
    return found


def augmented(originals: pd.DataFrame, pivots: list[str]) -> pd.DataFrame:
    """Originals and, behind them, one round trip of each through every pivot."""
    frame = originals.assign(
        aug_source_id=range(len(originals)), aug_method="original", aug_pivot=""
    )
    parts = [frame]
    for pivot in pivots:
        parts.append(
            frame.assign(
                text=round_trip(originals["text"].tolist(), pivot),
                aug_method="backtranslation",
                aug_pivot=pivot,
            )
        )
    return pd.concat(parts, ignore_index=True)

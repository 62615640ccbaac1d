"""What the judging of pairs gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augment.datasets.augmentation.manifest import versions

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Judged:
    """What judging gives.

    Attributes
    ----------
    rows, kept
        Pairs, and those of them that passed.
    rejected
        Reason -> pairs, the most frequent first.
    language
        Language of the originals.
    filters
        The exact thresholds of every check.
    paths
        The files written: ``out``, ``rejected``, ``manifest``; empty for a data frame.
    kept_frame, rejected_frame
        The rows, with their index; None where files were written.
    """

    rows: int
    kept: int
    rejected: Mapping[str, int]
    language: str
    text_column: str
    paraphrase_column: str
    filters: Mapping[str, Any]
    notes: Sequence[str]
    config: Mapping[str, Any]
    input: Mapping[str, Any]
    seconds: float
    versions: Mapping[str, str] = field(default_factory=lambda: versions())
    paths: Mapping[str, Path] = field(default_factory=dict)
    kept_frame: pd.DataFrame | None = field(default=None, repr=False)
    rejected_frame: pd.DataFrame | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        rejected = ", ".join(f"{reason} {count:,}" for reason, count in self.rejected.items())
        return f"<Judged: {self.kept:,} of {self.rows:,} pairs kept; refused: {rejected or 'none'}>"

    def as_dict(self) -> dict[str, Any]:
        """Give plain JSON values, those of the manifest."""
        skipped = ("kept_frame", "rejected_frame", "paths")
        found = {name: value for name, value in vars(self).items() if name not in skipped}
        return {**found, "out": {name: str(path) for name, path in self.paths.items()}}

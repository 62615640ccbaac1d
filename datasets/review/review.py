"""A person's look at an augmented table: options of ``augment review``, and the files it is about.

`review_decisions` keeps what was decided, `review_items` finds paraphrases, `review_session` joins
the two for the page of `review_server`, `review_outcome` says what the decisions make of the table,
and `review_apply` writes the reviewed one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import tyro

from augment.config import check_fields, shown_as
from augment.datasets.augmentation.manifest import read_manifest, recorded_names
from augment.datasets.columns import find_columns
from augment.datasets.last_table import last_table
from augment.datasets.table import Table, open_table
from augment.errors import InputError
from augment.outputs import beside
from augment.records import AUG_COLUMNS, REJECTION_COLUMNS


@dataclass(frozen=True, kw_only=True)
class ReviewConfig:
    """Look through paraphrases in the browser, kept and refused ones beside their originals.

    Opens a page on this machine (127.0.0.1, nothing else can reach it) to keep, refuse or edit
    paraphrases by keyboard. Every decision is saved at once to OUT.review.jsonl; OUT itself is
    never changed. augment review OUT.csv --apply writes OUT.reviewed.csv, with what was refused
    moved to OUT.reviewed.rejected.csv, and says the class balance then. Paraphrases without a
    decision stay where the filter put them.
    """

    input: Annotated[Path | None, tyro.conf.Positional, shown_as("OUT.csv")] = None
    """An augmented table; by default the one that was written last in this folder."""
    apply: bool = False
    """Write the reviewed table instead of opening the page."""
    out: Annotated[Path | None, shown_as("FILE", "-o")] = None
    """Where --apply writes; by default OUT.reviewed.csv beside OUT."""
    text: Annotated[str | None, shown_as("COL")] = None
    """Column with the texts; known from the manifest, or found, when left out."""
    label: Annotated[str | None, shown_as("COL")] = None
    """Column with the classes; known from the manifest, or found, when left out."""
    port: int = 4446
    """Port of the page; 0 takes any that is free."""
    no_browser: bool = False
    """Print the address and open nothing."""
    force: bool = False
    """With --apply: replace outputs that exist."""
    json: bool = False
    """Print what came of it as JSON."""

    def __post_init__(self) -> None:
        check_fields(self)
        for name in ("input", "out"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, Path(getattr(self, name)))
        if not 0 <= self.port <= 65535:
            raise InputError(f"port is {self.port}; a number from 0 to 65535 is wanted")
        if self.out is not None and not self.apply:
            raise InputError("out says where --apply writes; give --apply with it")


@dataclass(frozen=True)
class ReviewFiles:
    """The files of a review, opened and understood.

    Parameters
    ----------
    table
        The augmented table.
    rejected
        The table of refusals beside it; None where there is none.
    text
        Columns whose new texts are looked at: one, or those of a text pair that were rewritten.
    beside
        The other text columns; a row is there already when all its texts are.
    label
        Column of the classes; None where there are none.
    decisions
        Where decisions are kept: ``OUT.review.jsonl``.
    manifest
        ``OUT.manifest.json`` as JSON values; empty where there is none.
    """

    table: Table
    rejected: Table | None
    text: tuple[str, ...]
    beside: tuple[str, ...]
    label: str | None
    decisions: Path
    manifest: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def out(self) -> Path:
        """Path of the augmented table."""
        return Path(self.table.name)

    def state(self) -> list[tuple[int, int, int] | None]:
        """Tell two states of the tables apart: inode, size and time of each."""
        found: list[tuple[int, int, int] | None] = []
        for table in filter(None, (self.table, self.rejected)):
            try:
                about = Path(table.name).stat()
                found.append((about.st_ino, about.st_size, about.st_mtime_ns))
            except FileNotFoundError:
                found.append(None)
        return found

    @property
    def targets(self) -> dict[str, int]:
        """Rows that each class aims at, where the run had an aim."""
        classes = self.manifest.get("classes", {})
        return {
            label: about["target"]
            for label, about in classes.items()
            if isinstance(about, dict) and isinstance(about.get("target"), int)
        }


def open_review(config: ReviewConfig) -> ReviewFiles:
    """Find and open everything that a review is about.

    Raises
    ------
    InputError
        When there is no table, or it is none that this package augmented.
    """
    out = config.input or last_table("augment review OUT.csv")
    table = open_table(out)
    missing = [name for name in AUG_COLUMNS if name not in table.columns]
    if missing:
        raise InputError(
            f"{out} is no augmented table (no column {', '.join(missing)}); give one that "
            "`augment backtranslate` wrote"
        )
    if any(name in table.columns for name in REJECTION_COLUMNS):
        raise InputError(f"{out} is a table of refusals; give the augmented table beside it")
    refused = beside(out, "rejected")
    rejected = open_table(refused, allow_empty=True) if refused.exists() else None
    wanted = (*table.columns, *REJECTION_COLUMNS)
    if rejected is not None and rejected.columns != wanted:
        raise InputError(
            f"{refused} does not belong to {out}: its columns are {', '.join(rejected.columns)}; "
            f"wanted: {', '.join(wanted)}. Move it away, or put the right one there"
        )
    manifest = read_manifest(out)
    text, others, label = _columns(table, config, manifest.get("resolved", {}))
    decisions = beside(out, "review", ".jsonl")
    return ReviewFiles(table, rejected, text, others, label, decisions, manifest)


def _columns(
    table: Table, config: ReviewConfig, resolved: Mapping[str, Any]
) -> tuple[tuple[str, ...], tuple[str, ...], str | None]:
    """Take the columns as given, else as the run had them, else as found."""
    label = config.label
    text: str | list[str] | None = config.text
    if text is None:
        text = [
            name for name in recorded_names(resolved.get("text")) if name in table.columns
        ] or None
    if label is None and "label" in resolved:
        was = resolved["label"] or "none"
        label = was if was in ("none", *table.columns) else None
    found = find_columns(
        table, text=text, label=None if label == "none" else label, want_label=label != "none"
    )
    rewritten = tuple(
        name for name in recorded_names(resolved.get("rewritten")) if name in found.text
    )
    shown = rewritten if rewritten and config.text is None else found.text
    return shown, tuple(name for name in found.text if name not in shown), found.label

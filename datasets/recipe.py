"""Options of ``augment backtranslate``: its flags, its TOML table, its Python keywords."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import tyro

from augment.config import split_commas
from augment.datasets.balance import check_balance
from augment.errors import InputError


@dataclass(frozen=True, kw_only=True)
class BacktranslateConfig:
    """Write a larger, class-balanced table by back-translation.

    Every original is kept as it is; the new rows follow, each with where it came from. Beside
    OUT.csv stand OUT.rejected.csv (every refused candidate and why) and OUT.manifest.json.
    """

    input: Annotated[Path | None, tyro.conf.Positional, tyro.conf.arg(metavar="IN.csv")] = None
    """The table to enlarge: .csv, .tsv, .jsonl or .parquet."""
    out: Path | None = None
    """Where to write; the default is IN.augmented.csv in the current folder."""
    pivot: tuple[str, ...] = ()
    """Language to go through: es, or several: es,ca,eo, or a chain: "ca>en". Tried in this order
    until every class has its rows. The default is up to three that this machine reaches."""
    text: str | None = None
    """Column with the texts; found by itself when left out."""
    label: str | None = None
    """Column with the classes; found by itself when left out, "none" for no classes."""
    source: str | None = None
    """Language of the texts (fr, French); recognised when left out."""
    translator: str = "auto"
    """Engine: auto (engines of this machine only), apertium, google, deepl, ...; see augment
    doctor."""
    per_row: int | None = None
    """Most kept paraphrases of one original; the default is as many as the balance needs, and
    with --balance none one per pivot."""
    balance: str = "auto"
    """Rows each class aims at: max, median or mean of the class sizes, a number, xR for R times
    the largest class, none for no aim. auto: max, or x2 where the classes are balanced already."""
    min_similarity: float | None = None
    """Least cosine similarity to the original, 0 to 1; the default depends on the language."""
    max_similarity: float = 1.0
    """Greatest cosine similarity to the original, 0 to 1."""
    min_change: float | None = None
    """Least share of the text that must have changed, 0 to 1; the default is calibrated."""
    no_filter: tuple[str, ...] = ()
    """Checks to leave out, by name; "all" leaves out every one but empty and duplicate."""
    on_bad_row: Literal["error", "skip"] = "error"
    """What to do with a row that has too few or too many cells: stop, or skip and list it."""
    seed: int = 0
    """Decides the order of the originals and between equally good paraphrases."""
    store: str | None = None
    """File of the translation store; the default is .augment/store.sqlite, "none" keeps none."""
    offline: bool = False
    """Refuse every network connection."""
    force: bool = False
    """Replace outputs that exist."""
    json: bool = False
    """Print the manifest instead of the summary."""
    quiet: bool = False
    """No progress on stderr."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "pivot", split_commas(self.pivot))
        object.__setattr__(self, "no_filter", split_commas(self.no_filter))
        object.__setattr__(self, "balance", check_balance(str(self.balance)))
        if self.per_row is not None and self.per_row < 1:
            raise InputError(f"per_row is {self.per_row}; at least 1 is wanted")

    def as_dict(self) -> dict[str, Any]:
        """Give every option as plain JSON values."""
        return {
            name: str(value) if isinstance(value, Path) else value
            for name, value in asdict(self).items()
        }

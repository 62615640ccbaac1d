"""What an inspection asks for and what it says: its options and its findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from augment.config import own_options_first, shown_as
from augment.datasets.expectation import Expectation
from augment.datasets.formats.bad_rows import BadRow
from augment.datasets.lengths import Lengths
from augment.datasets.near_duplicates import NEAR
from augment.datasets.table_options import TableOptions
from augment.enumeration import counted
from augment.errors import InputError
from augment.minilm import NAME


@own_options_first
@dataclass(frozen=True, kw_only=True)
class InspectConfig(TableOptions):
    """Show what is in a table, and what can be expected of augmenting it.

    Rows, classes, lengths, languages; empty, repeated and near-repeated texts, the same text
    under two labels, rows that a training and a test file share; the smallest gain that a K-fold
    run could see with so many rows. Nothing is changed.
    """

    against: Annotated[Path | None, shown_as("TEST")] = None
    """A second table, like the test file: which of its rows are in the first as well?"""
    model: str = NAME
    """Whose tokens are counted: minilm, a folder or hub name of a model, or none."""
    near: float = NEAR
    """Texts that share this much of their letter runs are near-repeated, 0 to 1; 0: not sought."""
    folds: int = 5
    """Folds of the experiment that is planned."""
    repeats: int = 1
    """Repeats of the experiment that is planned."""
    html: Annotated[Path | None, shown_as("FILE")] = None
    """Write the findings as a page of its own, too."""
    offline: bool = False
    """Open no connection, not to the model hub either."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, least in (("folds", 2), ("repeats", 1)):
            if getattr(self, name) < least:
                raise InputError(f"{name} is {getattr(self, name)}; at least {least} is wanted")
        if not 0.0 <= self.near <= 1.0:  # refuses NaN too
            raise InputError(f"near is {self.near!r}; a number from 0 to 1 is wanted")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts that are near each other, cut to what is shown, and the labels of both."""

    first: str
    second: str
    similarity: float
    labels: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Leak:
    """Rows of a second table that are in the first as well.

    Parameters
    ----------
    name
        The second table.
    rows
        Its rows.
    leaked_rows
        Rows whose text, folded, stands in the first table.
    near_leaked_rows
        Further rows whose text is near one there, beside the `side_rows`; None where it was not
        looked for.
    other_label
        Of the `leaked_rows` those that have another label in the first table.
    examples
        Some of the near pairs, the first table's text first.
    side_rows
        Of pairs, other rows of which one side stands in a pair of the first table, and not in more
        than half of them; None for single texts.
    """

    name: str
    rows: int
    leaked_rows: int
    near_leaked_rows: int | None
    other_label: int
    examples: tuple[Pair, ...] = ()
    side_rows: int | None = None


@dataclass(frozen=True)
class Inspection:
    """What `inspect_table` found; the fields are the keys of ``--json``.

    Parameters
    ----------
    classes
        Rows of each class, in order of appearance.
    imbalance
        Rows of the largest class over those of the smallest; None with fewer than two classes.
    languages
        Share of the texts (0..1) that read clearly as each language, and ``unclear``, from a
        sample of at most 400.
    words, tokens
        Lengths of the texts that are not empty.
    tokens_of
        Whose tokens were counted; empty where none were.
    longer_than_cut
        Texts of more than 256 tokens, of which `kfold-train` leaves the middle out by default.
    broken_texts
        Rows whose text holds characters that were read in a wrong encoding ("Ã©" for "é").
    near_repeated_texts
        Different texts that are near an earlier one; None where it was not looked for.
    near_other_label
        Of these the ones whose near text has another label.
    conflict_examples, near_examples
        Some texts that stand under two labels, and some near pairs.
    bad_rows
        Rows that were left out because they could not be read (``on_bad_row="skip"``).
    methods
        Rows of each ``aug_method`` of an augmented table.
    """

    name: str
    rows: int
    columns: tuple[str, ...]
    text_column: str
    label_column: str | None
    format: str
    encoding: str
    delimiter: str
    language: str
    languages: Mapping[str, float]
    classes: Mapping[str, int]
    imbalance: float | None
    empty_texts: int
    empty_labels: int
    broken_texts: int
    repeated_texts: int
    conflicting_texts: int
    near_repeated_texts: int | None
    near_other_label: int | None
    words: Lengths | None
    tokens: Lengths | None
    tokens_of: str
    longer_than_cut: int | None
    words_by_class: Mapping[str, Lengths]
    bad_rows: tuple[BadRow, ...]
    methods: Mapping[str, int]
    expectation: Expectation | None
    against: Leak | None
    conflict_examples: tuple[tuple[str, tuple[str, ...]], ...]
    near_examples: tuple[Pair, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return asdict(self)

    def longer_said(self) -> str:
        """Say how many texts are longer than a training reads, and what becomes of them."""
        have, their = ("has", "its") if self.longer_than_cut == 1 else ("have", "their")
        return (
            f"{counted(self.longer_than_cut or 0, 'text')} {have} more than 256 tokens; "
            f"kfold-train leaves {their} middle out (--max-tokens, --truncation)"
        )

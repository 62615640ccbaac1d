"""The records that travel through the pipeline; each one says where it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

#: Columns added to every augmented table, in this order, behind the input's own.
AUG_COLUMNS: Final = (
    "aug_id",
    "aug_source_id",
    "aug_method",
    "aug_pivot",
    "aug_engine",
    "aug_similarity",
    "aug_change",
)
#: Columns of the table of refusals, behind `AUG_COLUMNS`.
REJECTION_COLUMNS: Final = ("reason", "detail")

#: Types of the added columns that are no text.
COLUMN_TYPES: Final = {
    "aug_source_id": "int64",
    "aug_similarity": "float64",
    "aug_change": "float64",
}


@dataclass(frozen=True, slots=True)
class Translation:
    """What an engine made of one text.

    Parameters
    ----------
    text
        The translation; empty when it failed.
    marks
        Words that the engine itself marked as not translated or not inflected, each with the
        engine's mark in front (Apertium: ``*`` unknown word, ``@`` no translation, ``#`` no form).
    error
        Why it failed; empty when it did not. A failed text is reported and tried again on the
        next run, never replaced by the original.
    engine
        Names of what really translated, joined by ``+``, where several might have; else empty.
    """

    text: str
    marks: tuple[str, ...] = ()
    error: str = ""
    engine: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A text offered as a paraphrase of one original.

    Parameters
    ----------
    source_id
        0-based row number of the original in the input.
    original
        The original text.
    text
        The text offered in its place.
    method
        What made it: ``backtranslation``, or an augmenter's name.
    pivot
        Languages gone through, ``"es"`` or ``"ca>en"``; empty where there is none.
    engine
        What translated, with its version.
    marks
        Words that the engine itself marked as not translated or not inflected.
    variant
        Number of this candidate among those of the same original and pivot.
    texts
        For rows of several text columns: the new texts of all of them; `original` and `text` then
        hold those of the rewritten columns, below each other.
    by_rules
        Whether an engine made it that goes by rules.
    """

    source_id: int
    original: str
    text: str
    method: str = "backtranslation"
    pivot: str = ""
    engine: str = ""
    marks: tuple[str, ...] = ()
    variant: int = 0
    texts: tuple[str, ...] = ()
    by_rules: bool = False


@dataclass(frozen=True, slots=True)
class Paraphrase:
    """A candidate that passed every check.

    `similarity` is the cosine of the sentence embeddings (0..1, None where no encoder looked),
    `change` the share of the text that changed (0..1).
    """

    candidate: Candidate
    similarity: float | None
    change: float


@dataclass(frozen=True, slots=True)
class Rejection:
    """A candidate that was refused: the name of the check, and what it saw."""

    candidate: Candidate
    reason: str
    detail: str
    similarity: float | None = None
    change: float | None = None


def provenance(
    done: Paraphrase | Rejection, *, source_id: int | None = None, sides: str = ""
) -> tuple[object, ...]:
    """Give the cells of `AUG_COLUMNS` for a candidate that was kept or refused.

    Parameters
    ----------
    done
        What came of it.
    source_id
        Row number of the original, where the candidate's own counts within a batch.
    sides
        Names of the text columns that were rewritten, for rows of several.

    Examples
    --------
    >>> made = Candidate(7, "A fine film.", "A good film.", pivot="es", engine="apertium")
    >>> provenance(Paraphrase(made, 0.91234, 0.25))
    ('7:es', 7, 'backtranslation', 'es', 'apertium', 0.9123, 0.25)
    """
    made = done.candidate
    source = made.source_id if source_id is None else source_id
    variant = f":{made.variant}" if made.variant else ""
    return (
        f"{source}:{made.pivot or made.method.partition(':')[2]}{variant}",
        source,
        f"{made.method}:{sides}" if sides else made.method,
        made.pivot,
        made.engine,
        None if done.similarity is None else round(done.similarity, 4),
        None if done.change is None else round(done.change, 4),
    )

"""What a check is, what it says, and what it may ask for beside the candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

from augment.records import Candidate


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says of one candidate.

    Parameters
    ----------
    detail
        Empty when the candidate passes; else what was seen, in a few words with values.
    score
        The check's number, where it has one (similarity: the cosine, 0..1).
    missed
        The check could not look at the candidate, which passes as if there were no such check.
        That says nothing of the candidate, so it is not kept for later runs.
    """

    detail: str = ""
    score: float | None = None
    missed: bool = False

    @property
    def passed(self) -> bool:
        """Whether the candidate passes."""
        return not self.detail


#: The finding of a check that has nothing to say; one object for all.
PASSED: Final = Finding()


@dataclass(frozen=True, slots=True)
class Original:
    """A row of the table, as checks see it that learn from the whole table.

    Parameters
    ----------
    source_id
        0-based row number.
    text
        The original text.
    label
        Its class; empty where there is none, or where labels are not to be learned from.
    """

    source_id: int
    text: str
    label: str = ""


class Filter(Protocol):
    """What a check implements: one method over a batch."""

    name: str

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""


@runtime_checkable
class Learner(Protocol):
    """A check that reads the whole table before the first candidate."""

    def learn(self, originals: Sequence[Original]) -> None:
        """Take the next rows of the table; called until all were shown."""


@runtime_checkable
class Noted(Protocol):
    """A check that has something to say to the user before the run."""

    def notes(self) -> list[str]:
        """Sentences: what cannot be checked, and why."""


@runtime_checkable
class Fallible(Protocol):
    """A check that may be unable to look at some candidates, by no fault of theirs."""

    def missed(self) -> list[str]:
        """Sentences: how many it could not look at since this was last asked, and why."""

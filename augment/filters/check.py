"""What a check is, and what it says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

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
    """

    detail: str = ""
    score: float | None = None

    @property
    def passed(self) -> bool:
        """Whether the candidate passes."""
        return not self.detail


#: The finding of a check that has nothing to say; one object for all.
PASSED: Final = Finding()


class Filter(Protocol):
    """What a check implements: one method over a batch."""

    name: str

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""

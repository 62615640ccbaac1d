"""Refuses a candidate that is another row's text, as mixed-up batches of a service give it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.records import Candidate

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: Originals this close are versions of one text, and each may be nearer to the other's paraphrase.
_ALIKE: Final = 0.9


class Swapped:
    """A candidate closer to another original of its window than to its own.

    Notes
    -----
    A service that returns its batch shifted by one gives every row a fluent text in the right
    language. The other original stands near then, so each candidate is compared with the
    originals of its window (512 candidates, one product of two small matrices); memory does not
    grow with the table. A text of a row far away is left to the check of similarity, which
    refuses 99.5 % of them.

    Vectors are those of the similarity check (letter triples where it compares these); where it
    is left out, this check stands aside.
    """

    name = "swapped"

    def __init__(self, settings: FilterSettings) -> None:
        self.margin = settings.min_swap_margin
        self.meaning = settings.meaning

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        if len(candidates) < 2 or not self.meaning.in_use:
            return [PASSED] * len(candidates)
        place = {text: at for at, text in enumerate(dict.fromkeys(c.original for c in candidates))}
        originals = self.meaning.recent(list(place))
        texts = self.meaning.recent([candidate.text for candidate in candidates])
        cosines = texts @ originals.T
        own = [place[candidate.original] for candidate in candidates]
        rows = range(len(candidates))
        to_own = cosines[rows, own].copy()
        cosines[rows, own] = -1.0
        nearest = cosines.argmax(axis=1)
        to_nearest = cosines[rows, nearest]
        findings = [PASSED] * len(candidates)
        names = list(place)
        for at in (to_nearest > to_own + self.margin).nonzero()[0].tolist():
            other = int(nearest[at])
            if float(originals[own[at]] @ originals[other]) >= _ALIKE:
                continue
            findings[at] = Finding(
                f"closer to another row ({to_nearest[at]:.2f}, {names[other][:60]!r}) than to its "
                f"own ({to_own[at]:.2f})"
            )
        return findings

    def notes(self) -> list[str]:
        """Say when the check has no vectors to go by."""
        if self.meaning.in_use:
            return []
        return ["swapped check: it goes by the vectors of the similarity check, left out; all pass"]

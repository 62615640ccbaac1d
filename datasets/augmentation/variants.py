"""How many paraphrases of one original a pivot is asked for, and why there were not enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from augment.datasets.augmentation.production import Yield
from augment.paraphraser import Paraphraser
from augment.progress import Progress

if TYPE_CHECKING:
    from augment.datasets.augmentation.approach import Approach

#: Asked of each pivot when classes have an aim: a search of the usual width finds as many at once.
FEWEST: Final = 4
#: Where fewer than one of so many texts passed, a run is told that more of the same may give as
#: few; where fewer than one of so many did, it is not told to try more of the same at all.
FEW: Final = 5
NEXT_TO_NOTHING: Final = 20
#: After so many texts a run says whether next to none of them passed.
SOON: Final = 128
#: Most that are asked for unasked; ``--per-row`` may ask for more.
MOST: Final = 16


def wanted_variants(per_row: int | None, needed: int | None, *, greedy: bool = False) -> int:
    """How many paraphrases of one original a pivot is asked for, where its engine can give them.

    Parameters
    ----------
    per_row
        As the user gave it: every pivot is asked for one more, since the best text that comes
        back is often the original itself. A search finds it with the others; a draw more is made
        only where it is lacking.
    needed
        Most new rows that one original must give; None without a target, and then one per pivot
        is enough.
    greedy
        The search has a width of 1, so a second text would cost a wider one: where one is wanted,
        one is asked for.

    Examples
    --------
    >>> wanted_variants(3, None), wanted_variants(1, None, greedy=True)
    (4, 1)
    >>> wanted_variants(None, 8), wanted_variants(None, 2), wanted_variants(None, None)
    (8, 4, 1)
    """
    if per_row is not None:
        return 1 if greedy and per_row == 1 else per_row + 1
    return 1 if needed is None else min(max(FEWEST, needed), MOST)


def passed_of(yields: Mapping[str, Yield]) -> tuple[int, int]:
    """Count the texts that passed, and those that were asked for and came: none that failed."""
    passed = sum(counts.kept + counts.surplus for counts in yields.values())
    return passed, sum(counts.produced for counts in yields.values())


class EarlyNote:
    """Says once, after the first texts, that next to none of them passed: a run may take hours.

    Parameters
    ----------
    approach
        Knows what to do about it.
    yields
        What came of the run so far.
    progress
        Gets the note. It is no part of the manifest, where the end of the run tells the whole.
    """

    def __init__(self, approach: Approach, yields: Mapping[str, Yield], progress: Progress) -> None:
        self.approach, self.yields, self.progress = approach, yields, progress
        self._seen = 0

    def look(self) -> None:
        """Take notice of one more result."""
        self._seen += 1
        if self._seen != SOON:
            return
        produced = sum(counts.produced for counts in self.yields.values())
        passed = produced - sum(sum(counts.rejected.values()) for counts in self.yields.values())
        if produced > NEXT_TO_NOTHING * max(passed, 1):
            self.progress.note(
                f"note: so far {passed:,} of {produced:,} texts passed the checks, and the others "
                f"may give as few; {self.approach.remedy()}"
            )


def few_passed(yields: Mapping[str, Yield]) -> str:
    """Say how few passed, behind advice to try more; empty where they were not few."""
    passed, asked = passed_of(yields)
    few = f"; {passed:,} of {asked:,} asked passed, and more of the same may give as few"
    return few if asked > FEW * passed else ""


def why_not_more(tries: Sequence[Paraphraser], yields: Mapping[str, Yield]) -> str:
    """Say how often each pivot or method was asked for one original, and what was refused most."""
    asked: dict[str, str] = {}
    for one in tries:
        engines = dict.fromkeys(part.partition(":")[0] for part in one.engine.split("+"))
        by = f" ({'+'.join(engines)})" if one.engine else ""
        asked[one.name] = f"{one.name}{by} {_times(one.variant + 1)}"
    lost: dict[str, int] = {}
    for counts in yields.values():
        for reason, count in {**counts.rejected, "failed": counts.failed}.items():
            lost[reason] = lost.get(reason, 0) + count
    largest = sorted(((count, reason) for reason, count in lost.items() if count), reverse=True)
    line = f"each original was given to {', '.join(asked.values())} at most"
    if largest:
        total = sum(counts.asked for counts in yields.values())
        reasons = ", ".join(f"{reason} {count:,}" for count, reason in largest[:3])
        line += f"; asked for {total:,} texts, most often refused: {reasons}"
    return line


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")

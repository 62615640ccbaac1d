"""All checks one after the other, over batches of candidates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final

from augment.errors import AugmentError, one_line
from augment.filters.check import Fallible, Filter, Finding, Learner, Noted, Original
from augment.filters.duplicate import Duplicate, key_of
from augment.filters.recall import Recall, Ruling
from augment.key_set import KeySet
from augment.records import Candidate, Paraphrase, Rejection
from augment.tokens import change

#: Candidates checked at once: those beside one another are compared by the check of swapped rows.
WINDOW: Final = 512
#: Rows shown at once to a check that learns.
_LEARNED_AT_ONCE: Final = 1024
#: The check whose score is the similarity of the output, whoever provides it.
_SCORING: Final = "similarity"


class FilterChain:
    """Decides on candidates, and remembers which texts are taken.

    Parameters
    ----------
    filters
        Checks in the order of running, from `augment.filters.build_filters`.
    settings
        What the checks were made from: findings that are kept from run to run are kept under it.

    Notes
    -----
    Every original must have been shown to `see_original` before the first candidate comes, else
    a candidate equal to a later original is not found out. The rows go through `learn` where a
    check wants them (`learns`).

    Whether a candidate is a duplicate is settled in input order, after the checks behind have
    said which of the earlier ones are accepted. One check alone looks at what stands beside a
    candidate: "swapped" compares those of one window of 512. Whoever resumes a run must cut the
    same windows, as `augment.datasets.augmentation.production` does.

    Examples
    --------
    >>> from augment.filters import FilterSettings, build_filters
    >>> settings = FilterSettings(language="en")
    >>> chain = FilterChain(build_filters(settings, disabled=["similarity"]))
    >>> chain.see_original("I saw a good film.")
    >>> [result] = chain.apply([Candidate(0, "I saw a good film.", "I saw a GOOD film!")])
    >>> result.reason
    'unchanged'
    """

    def __init__(self, filters: Sequence[Filter] = (), settings: Any = None) -> None:  # noqa: ANN401
        self._originals = KeySet()
        self._accepted = KeySet()
        self.filters = list(filters)
        self.settings = settings
        #: Where findings on windows seen before come from; None: every window is checked.
        self.recall: Recall | None = None

    @property
    def filters(self) -> list[Filter]:
        """The checks in the order of running."""
        return self._filters

    @filters.setter
    def filters(self, filters: Sequence[Filter]) -> None:
        self._filters = list(filters)
        for check in self._filters:
            if isinstance(check, Duplicate):
                check.originals, check.accepted = self._originals, self._accepted

    def with_filters(self, filters: Sequence[Filter], settings: Any = None) -> FilterChain:  # noqa: ANN401
        """Give a chain of other checks that shares with this one which texts are taken."""
        other = FilterChain(settings=settings)
        other._originals, other._accepted = self._originals, self._accepted
        other.filters = list(filters)
        return other

    def see_original(self, text: str) -> None:
        """Remember an original, so that no candidate repeats it."""
        self._originals.add(key_of(text))

    @property
    def learns(self) -> bool:
        """Whether a check wants to see the rows of the table."""
        return any(isinstance(check, Learner) for check in self._filters)

    def learn(self, originals: Iterable[Original]) -> None:
        """Show every row of the table to the checks that learn from it.

        Parameters
        ----------
        originals
            All rows, passed over once; without labels no check of labels is done.
        """
        learners = [check for check in self._filters if isinstance(check, Learner)]
        rows = iter(originals)
        while learners and (block := list(islice(rows, _LEARNED_AT_ONCE))):
            for check in learners:
                check.learn(block)

    def apply(self, candidates: Sequence[Candidate]) -> list[Paraphrase | Rejection]:
        """Check candidates.

        Parameters
        ----------
        candidates
            Any number; a candidate refused by one check is not shown to the later ones.

        Returns
        -------
        list of Paraphrase or Rejection
            One per candidate, in order.
        """
        return [
            result
            for start in range(0, len(candidates), WINDOW)
            for result in self._window(candidates[start : start + WINDOW])
        ]

    def _window(self, candidates: Sequence[Candidate]) -> list[Paraphrase | Rejection]:
        duplicates = [
            (rank, check)
            for rank, check in enumerate(self._filters)
            if isinstance(check, Duplicate)
        ]
        judged = self._judged(candidates, [check for _, check in duplicates])
        return [
            self._settle(candidate, duplicates, one)
            for candidate, one in zip(candidates, judged, strict=True)
        ]

    def _judged(
        self, candidates: Sequence[Candidate], duplicates: Sequence[Duplicate]
    ) -> list[Ruling]:
        """Look the findings on a window up; where it is new, find and remember them."""
        if self.recall is None:
            return self._judge(candidates)[0]
        taken = [
            not check.look(check.key(candidate.text)).passed
            for check in duplicates
            for candidate in candidates
        ]
        key = self.recall.key(candidates, taken)
        judged = self.recall.get(key)
        if judged is None:
            judged, whole = self._judge(candidates)
            if whole:
                self.recall.put(key, judged)
        return judged

    def _judge(self, candidates: Sequence[Candidate]) -> tuple[list[Ruling], bool]:
        """Show a window to every check, each candidate up to the first that refuses it.

        Also tell whether every check could look at what it was shown.
        """
        whole = True
        refused: dict[int, tuple[int, str, str]] = {}
        scores: dict[int, float] = {}
        left = list(range(len(candidates)))
        for rank, check in enumerate(self._filters):
            if not left:
                break
            findings = _findings(check, [candidates[at] for at in left])
            still = []
            for at, finding in zip(left, findings, strict=True):
                whole = whole and not finding.missed
                if finding.score is not None and check.name == _SCORING:
                    scores[at] = finding.score
                if not finding.detail:
                    still.append(at)
                else:
                    refused[at] = (rank, check.name, finding.detail)
            left = still
        return [
            Ruling(
                *refused.get(at, (-1, "", "")),
                scores.get(at),
                change(candidate.original, candidate.text),
            )
            for at, candidate in enumerate(candidates)
        ], whole

    def _settle(
        self,
        candidate: Candidate,
        duplicates: Sequence[tuple[int, Duplicate]],
        judged: Ruling,
    ) -> Paraphrase | Rejection:
        for rank, check in duplicates:
            if judged.rank < 0 or judged.rank > rank:
                key = check.key(candidate.text)
                finding = check.look(key)
                if not finding.passed:
                    return Rejection(candidate, check.name, finding.detail, None, judged.change)
                if judged.rank < 0:
                    self._accepted.add(key)
        if judged.rank >= 0:
            return Rejection(
                candidate, judged.reason, judged.detail, judged.similarity, judged.change
            )
        return Paraphrase(candidate, judged.similarity, judged.change)

    def describe(self) -> dict[str, Any]:
        """Names and exact thresholds of the checks, for the manifest."""
        described: dict[str, Any] = {}
        for check in self._filters:
            described[check.name] = {
                name: value
                for name, value in vars(check).items()
                if isinstance(value, (str, int, float, bool))
                and name != "name"
                and not name.startswith("_")
            }
        return described

    def notes(self) -> list[str]:
        """Sentences that the user should read before the run: what cannot be checked and why."""
        return [
            line for check in self._filters if isinstance(check, Noted) for line in check.notes()
        ]

    def missed(self) -> list[str]:
        """Sentences on what checks could not look at since this was last asked, and why."""
        return [
            line
            for check in self._filters
            if isinstance(check, Fallible)
            for line in check.missed()
        ]


def _findings(check: Filter, candidates: Sequence[Candidate]) -> Sequence[Finding]:
    """Ask a check; one of another package is named where its code fails or answers too few."""
    try:
        findings = check.check(candidates)
        if len(findings) != len(candidates):
            raise ValueError(f"{len(candidates)} candidates went in, {len(findings)} findings out")
    except Exception as error:
        made_in = type(check).__module__
        if isinstance(error, AugmentError) or made_in.partition(".")[0] == "augment":
            raise
        raise AugmentError(
            f"check {check.name!r} ({made_in}:{type(check).__qualname__}) failed: "
            f"{one_line(error)}; leave it out with --no-filter {check.name}"
        ) from error
    return findings

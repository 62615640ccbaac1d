"""Refuses a candidate that a classifier fitted on the originals gives another label."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from augment.blank import is_blank
from augment.filters.check import PASSED, Finding, Original
from augment.filters.duplicate import key_of
from augment.records import Candidate

if TYPE_CHECKING:
    from augment.filters.label_model import LabelModel
    from augment.filters.settings import FilterSettings

#: Rows of a class below which its borders cannot be learned.
FEWEST_ROWS: Final = 20
#: Rows that are learned from; of a larger table those with the smallest keys.
MOST_ROWS: Final = 20_000
#: Points of balanced accuracy above chance below which the classifier's word is worth nothing.
_LEAST_SKILL: Final = 0.1


class Label:
    """Another label is far more probable, and the original itself was not read so.

    Notes
    -----
    A logistic regression on hashed words and word pairs is cross-fitted: the rows are parted in
    five by their text, and a candidate is judged by the classifier that saw neither its original
    nor any row of the same text. It is refused when another label has ``min_label_odds`` or more
    while its original, read by the same classifier, was not given that label: a row that the
    classifier misreads anyway says nothing about its paraphrase.

    The check stands aside, and says why, without labels, with fewer than two classes of 20 rows,
    and when the cross-fitted classifier is hardly better than chance. Candidates of smaller
    classes pass.

    Fitted on a whole table, the check has seen the labels of every row: a K-fold experiment on
    what it kept would not be free of leaks. There it is fitted inside each training part with
    `judge_labels`.

    References
    ----------
    Agreement of a classifier as a filter: Anaby-Tavor et al., Do Not Have Enough Data?, AAAI
    2020. Cross-fitting: Chernozhukov et al., 2018.
    """

    name = "label"

    def __init__(self, settings: FilterSettings) -> None:
        self.min_odds = settings.min_label_odds
        self.seen = 0
        #: Of every row its label, as a place in `_names`; -1 where there is none.
        self._labels = array("i")
        self._names: dict[str, int] = {}
        self._rows: dict[bytes, list[Original]] = {}
        self._kept = 0
        self._model: LabelModel | None = None
        self._aside = "no labels were given to learn from"

    def learn(self, originals: Sequence[Original]) -> None:
        """Take the next rows; those without a label are passed over."""
        self._model = None
        for original in originals:
            if original.label and not is_blank(original.text):
                self.seen += 1
                self._remember(original.source_id, original.label)
                self._rows.setdefault(key_of(original.text), []).append(original)
                self._kept += 1
        if self._kept > 2 * MOST_ROWS:
            self._shrink()

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        model = self._fitted()
        if model is None:
            return [PASSED] * len(candidates)
        names = list(self._names)
        readings = model.read([(c.text, c.original) for c in candidates])
        findings = []
        for candidate, (label, odds) in zip(candidates, readings, strict=True):
            row = candidate.source_id
            at = self._labels[row] if 0 <= row < len(self._labels) else -1
            own = names[at] if at >= 0 else ""
            if own not in model.labels or label == own or odds < self.min_odds:
                findings.append(PASSED)
                continue
            [(misread, _)] = model.read([(candidate.original, candidate.original)])
            findings.append(
                PASSED
                if misread == label
                else Finding(f"reads as {label!r} ({odds:.2f}), its original is {own!r}")
            )
        return findings

    def _remember(self, row: int, label: str) -> None:
        if row >= len(self._labels):
            self._labels.extend(array("i", [-1]) * (row + 1 - len(self._labels)))
        self._labels[row] = self._names.setdefault(label, len(self._names))

    def _shrink(self) -> None:
        """Keep the rows with the smallest keys: a sample that no order of rows changes."""
        kept: dict[bytes, list[Original]] = {}
        self._kept = 0
        for key in sorted(self._rows):
            if self._kept >= MOST_ROWS:
                break
            kept[key] = self._rows[key]
            self._kept += len(kept[key])
        self._rows = kept

    def _fitted(self) -> LabelModel | None:
        if self._model is None and self._kept:
            self._shrink()
            counts: dict[str, int] = {}
            for rows in self._rows.values():
                for row in rows:
                    counts[row.label] = counts.get(row.label, 0) + 1
            large = {label for label, count in counts.items() if count >= FEWEST_ROWS}
            if len(large) < 2:
                self._aside = f"fewer than two classes have {FEWEST_ROWS} rows"
                self._kept = 0
                return None
            from augment.filters.label_model import LabelModel

            model = LabelModel(
                [
                    (key, row.text, row.label)
                    for key, rows in sorted(self._rows.items())
                    for row in rows
                    if row.label in large
                ]
            )
            if model.skill < _LEAST_SKILL:
                self._aside = (
                    "the labels cannot be told from the words (balanced accuracy "
                    f"{model.skill:+.0%} above chance)"
                )
                self._kept = 0
                return None
            self._model = model
            self._rows = {}
            self._kept = 1
        return self._model

    @property
    def aside(self) -> str:
        """Why the check stands aside; empty where it judges."""
        return self._aside if self._fitted() is None else ""

    def notes(self) -> list[str]:
        """Say when labels were given and the check stands aside all the same."""
        if not self.seen or not self.aside:
            return []
        return [f"label check: {self.aside}; all pass"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the check found in one training part.

    Parameters
    ----------
    findings
        One per candidate, in order.
    aside
        Why the check stood aside, and all passed; empty where it judged.
    """

    findings: tuple[Finding, ...]
    aside: str = ""


def judge_labels(
    originals: Iterable[Original],
    candidates: Sequence[Candidate],
    settings: FilterSettings,
) -> Judgement:
    """Judge paraphrases by the labels of one training part, and of nothing else.

    Parameters
    ----------
    originals
        The labelled rows of the training part alone.
    candidates
        Paraphrases of these rows; `Candidate.source_id` names them.
    settings
        `FilterSettings.min_label_odds` counts.

    Returns
    -------
    Judgement
        All pass, and it says why, where the rows are too few to learn from.

    Examples
    --------
    >>> from augment.filters import FilterSettings
    >>> rows = [Original(0, "a fine film", "good"), Original(1, "a dull film", "bad")]
    >>> judged = judge_labels(rows, [Candidate(0, "a fine film", "one nice film")],
    ...                       FilterSettings(language="en"))
    >>> judged.findings[0].passed, judged.aside
    (True, 'fewer than two classes have 20 rows')
    """
    check = Label(settings)
    check.learn(list(originals))
    findings = tuple(check.check(candidates))
    return Judgement(findings, check.aside)

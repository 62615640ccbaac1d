"""Makes paraphrases until every class has what it needs, in waves.

A wave asks, for every class that still lacks rows, for one more paraphrase of some of its
originals: those with the fewest accepted ones first, each from the next paraphraser (the next
pivot) that has not had it yet. So no original is asked a second time before every other one of its
class was asked, no more is made than the class needs (a little over, by its yield so far, so that
there is something to choose from), and further paraphrasers are tried until the class is full or
every one of them has had every original.
"""

from __future__ import annotations

import math
import random
from array import array
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Final

from augment.datasets.checks import Checks, Offer
from augment.datasets.selection import Choice, choose
from augment.datasets.spool import Spool
from augment.datasets.survey import Survey, cell_string
from augment.datasets.table import Table
from augment.paraphraser import Paraphraser
from augment.progress import Progress
from augment.records import Candidate, Paraphrase, Rejection, Translation

#: Share of paraphrases asked for beyond what is lacking, so that there is a choice.
SPARE: Final = 0.25
#: Fewest originals asked in a wave: below it the engines' start costs more than the texts.
SMALLEST_WAVE: Final = 32
#: Candidates checked at once. Fixed, so that a resumed run checks the same batches and scores
#: them alike to the last bit.
CHECKED_AT_ONCE: Final = 512
#: Reason of a candidate that never came to be; the next run tries it again.
FAILED: Final = "failed"


@dataclass(slots=True)
class Yield:
    """What became of the candidates of one pivot or augmenter.

    `asked` = `failed` + `produced`, and `produced` = the sum of `rejected` + `surplus` + `kept`.
    """

    asked: int = 0
    failed: int = 0
    produced: int = 0
    rejected: dict[str, int] = field(default_factory=dict)
    surplus: int = 0
    kept: int = 0


@dataclass(slots=True)
class _Class:
    """One class: its originals in seeded order, and how far each of them is."""

    needed: int | None
    sources: list[int]
    tries: array[int]
    accepted: array[int]
    pool: list[Choice] = field(default_factory=list)
    tried: int = 0

    def lacking(self, per_row: int | None) -> int | None:
        """Paraphrases still wanted; None without a target."""
        if self.needed is None:
            return None
        cap = per_row or self.needed
        return max(0, self.needed - sum(min(count, cap) for count in self.accepted))

    def next_wave(self, n_tries: int, per_row: int | None) -> list[int]:
        """Positions (into `sources`) of the originals to ask now."""
        lacking = self.lacking(per_row)
        if lacking == 0:
            return []
        open_ = [
            position
            for position in range(len(self.sources))
            if self.tries[position] < n_tries
            and (per_row is None or self.accepted[position] < per_row)
        ]
        open_.sort(key=lambda position: (self.accepted[position], self.tries[position]))
        if lacking is None:
            return open_
        worked = max(len(self.pool) / self.tried, 0.1) if self.tried else 1.0
        return open_[: max(SMALLEST_WAVE, math.ceil(lacking * (1 + SPARE) / worked))]


class Production:
    """The run of one table through its paraphrasers.

    Parameters
    ----------
    table, text_columns, sides
        Where the originals stand; of the text columns those at the positions `sides` are
        rewritten, all in the same new row.
    found
        The survey of the table.
    paraphrasers
        What makes the candidates, in the order of trying.
    checks
        The paraphrase filter.
    spool
        Takes every result.
    per_row, seed
        As in the recipe.
    """

    def __init__(
        self,
        table: Table,
        text_columns: Sequence[str],
        found: Survey,
        *,
        sides: Sequence[int] = (0,),
        paraphrasers: Sequence[Paraphraser],
        checks: Checks,
        spool: Spool,
        per_row: int | None,
        seed: int,
    ) -> None:
        self.table = table
        self.texts_at = [table.columns.index(name) for name in text_columns]
        self.sides = sides
        self.found = found
        self.paraphrasers = paraphrasers
        self.checks = checks
        self.spool = spool
        self.per_row = per_row
        self.seed = seed
        self.yields = {one.name: Yield() for one in paraphrasers}
        #: (row number, number in the spool) of every rejection
        self.rejections: list[tuple[int, int]] = []

    def run(self, targets: Mapping[str, int] | None, progress: Progress) -> dict[str, list[Choice]]:
        """Make paraphrases until the targets are met or nothing is left to try.

        Parameters
        ----------
        targets
            Rows that each class aims at; None: every paraphraser gets every original.
        progress
            Gets one stage per wave and paraphraser.

        Returns
        -------
        dict
            The kept paraphrases of every class.
        """
        classes = self._classes(targets)
        for number in count(1):
            waves = [
                (label, position)
                for label, one in classes.items()
                for position in one.next_wave(len(self.paraphrasers), self.per_row)
            ]
            if not waves:
                break
            self._wave(number, classes, waves, progress)
        return {label: self._keep(one) for label, one in classes.items()}

    def _classes(self, targets: Mapping[str, int] | None) -> dict[str, _Class]:
        sources: dict[int, list[int]] = {}
        for row, index in enumerate(self.found.row_label):
            if index >= 0:
                sources.setdefault(index, []).append(row)
        classes: dict[str, _Class] = {}
        for index, label in enumerate(self.found.labels):
            rows = sources.get(index, [])
            random.Random(f"{self.seed}:{label}").shuffle(rows)
            needed = None if targets is None else targets[label] - self.found.counts[label]
            zeros = array("H", bytes(2 * len(rows)))
            classes[label] = _Class(needed, rows, zeros, zeros[:])
        return classes

    def _wave(
        self,
        number: int,
        classes: Mapping[str, _Class],
        waves: Sequence[tuple[str, int]],
        progress: Progress,
    ) -> None:
        by_try: dict[int, dict[int, tuple[str, int]]] = {}
        for label, position in waves:
            one = classes[label]
            by_try.setdefault(one.tries[position], {})[one.sources[position]] = (label, position)
            one.tries[position] += 1
            one.tried += 1
        for tried, rows in sorted(by_try.items()):
            paraphraser = self.paraphrasers[tried]
            name = paraphraser.name if number == 1 else f"{paraphraser.name} (wave {number})"
            with progress.stage(name, len(rows), unit="text") as stage:
                for result in self._results(paraphraser, rows):
                    self._take(paraphraser.name, result, classes, rows)
                    stage.advance()

    def _results(
        self, paraphraser: Paraphraser, rows: Mapping[int, object]
    ) -> Iterator[Paraphrase | Rejection]:
        """Paraphrase and check the originals in `rows`, in the order of the table."""
        offers = self._offers(paraphraser, rows)
        while batch := list(islice(offers, CHECKED_AT_ONCE)):
            whole = [item for item in batch if isinstance(item, Offer)]
            checked = iter(self.checks.apply(paraphraser.method, whole))
            for item in batch:
                yield item if isinstance(item, Rejection) else next(checked)

    def _offers(self, by: Paraphraser, rows: Mapping[int, object]) -> Iterator[Offer | Rejection]:
        waiting: deque[list[str]] = deque()  # all text cells of the rows under way

        def asked() -> Iterator[tuple[int, str]]:
            for number, row in enumerate(self.table):
                if number in rows:
                    cells = [cell_string(row[at]) for at in self.texts_at]
                    waiting.append(cells)
                    yield from ((number, cells[side]) for side in self.sides)

        results = by.paraphrase(asked())
        while done := list(islice(results, len(self.sides))):
            texts = waiting.popleft()
            for side, (_, _, result) in zip(self.sides, done, strict=True):
                texts[side] = result.text
            offer = Offer(tuple(_candidate(by, *one) for one in done), tuple(texts))
            error = next((result.error for _, _, result in done if result.error), "")
            yield Rejection(offer.joined(), FAILED, error) if error else offer

    def _take(
        self,
        name: str,
        result: Paraphrase | Rejection,
        classes: Mapping[str, _Class],
        rows: Mapping[int, tuple[str, int]],
    ) -> None:
        counts = self.yields[name]
        counts.asked += 1
        source = result.candidate.source_id
        number = self.spool.append(result)
        if isinstance(result, Rejection):
            self.rejections.append((source, number))
            if result.reason == FAILED:
                counts.failed += 1
                return
            counts.produced += 1
            counts.rejected[result.reason] = counts.rejected.get(result.reason, 0) + 1
            return
        counts.produced += 1
        label, position = rows[source]
        one = classes[label]
        one.accepted[position] += 1
        one.pool.append(Choice(number, source, result.change, name))

    def _keep(self, one: _Class) -> list[Choice]:
        kept = choose(
            one.pool,
            lambda number: self.spool[number].candidate.text,
            needed=one.needed,
            per_row=self.per_row,
            seed=self.seed,
        )
        numbers = {choice.number for choice in kept}
        for choice in one.pool:
            counts = self.yields[choice.made_by]
            if choice.number in numbers:
                counts.kept += 1
            else:
                counts.surplus += 1
        return kept


def _candidate(by: Paraphraser, number: int, original: str, done: Translation) -> Candidate:
    return Candidate(
        number,
        original,
        done.text,
        method=by.method,
        pivot=by.pivot,
        engine=done.engine or by.engine,
        marks=done.marks,
        variant=by.variant,
    )

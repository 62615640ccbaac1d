"""Makes paraphrases until every class has what it needs, in waves.

A wave asks, for every class that still lacks rows, for one more paraphrase of some of its
originals: those with the fewest accepted ones first, each from the next paraphraser (the next
pivot) that has not had it yet. So no original is asked a second time before every other one of its
class was asked, no more is made than the class needs (a little over, by its yield so far, so that
there is something to choose from; twice as many where an engine goes by rules, and twice as many
for every wave in a row that brought nothing), and further paraphrasers are tried until the class is
full or every one of them has had every original.
"""

from __future__ import annotations

import math
import random
from array import array
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, count, islice
from typing import Final

from augment.datasets.augmentation.checks import Checks, Offer
from augment.datasets.augmentation.selection import Pool, choose
from augment.datasets.augmentation.spool import Spool
from augment.datasets.survey import Survey, cell_string
from augment.datasets.table import Table
from augment.enumeration import counted
from augment.filters.reworded import rewording
from augment.paraphraser import Paraphraser, candidate_of, goes_by_rules
from augment.progress import Progress
from augment.records import Paraphrase, Rejection

#: Share of paraphrases asked for beyond what is lacking, so that there is a choice.
SPARE: Final = 0.25
#: Paraphrases to choose from for one that is kept, where an engine goes by rules: those that change
#: most are better left.
CHOICE_BY_RULES: Final = 2
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
class Kept:
    """The kept paraphrases of a run: by original, those of one original as they were chosen.

    Attributes
    ----------
    sources, numbers
        Row number of each one's original, and its number in the spool.
    by_class
        How many each class got.
    """

    sources: array[int]
    numbers: array[int]
    by_class: dict[str, int]

    def __iter__(self) -> Iterator[tuple[int, int]]:
        return zip(self.sources, self.numbers, strict=True)

    def __len__(self) -> int:
        return len(self.sources)


@dataclass(slots=True)
class _Class:
    """One class: its originals in seeded order, and what was made of them.

    `choice` is how many paraphrases are wanted for one that is needed; `in_vain` counts the waves,
    one after the other, that brought nothing acceptable, and `before` is where the last one began:
    which originals it asked first, and how many paraphrases there were.
    """

    needed: int | None
    sources: array[int]
    choice: int = 1
    pool: Pool = field(default_factory=Pool)
    tried: int = 0
    in_vain: int = 0
    before: tuple[tuple[int, int], int] | None = None

    def lacking(self, accepted: Sequence[int], per_row: int | None) -> int | None:
        """Paraphrases still wanted; None without a target."""
        if self.needed is None:
            return None
        goal = self.needed * self.choice
        cap = self.choice * per_row if per_row else goal
        return max(0, goal - sum(min(accepted[row], cap) for row in self.sources))

    def next_wave(
        self,
        tries: Sequence[int],
        accepted: Sequence[int],
        n_tries: int,
        per_row: int | None,
    ) -> Iterator[int]:
        """Row numbers of the originals to ask now; `tries` and `accepted` go by row number."""
        lacking = self.lacking(accepted, per_row)
        if lacking == 0:
            return iter(())
        most = per_row and self.choice * per_row
        # Those with the fewest accepted ones first, then the least tried; in seeded order.
        open_: dict[tuple[int, int], array[int]] = {}
        for row in self.sources:
            if tries[row] < n_tries and (most is None or accepted[row] < most):
                level = accepted[row], tries[row]
                if level not in open_:
                    open_[level] = array("I")
                open_[level].append(row)
        levels = sorted(open_)
        rows = chain.from_iterable(open_[level] for level in levels)
        if lacking is None or not levels:
            return rows
        worked = max(len(self.pool) / self.tried, 0.1) if self.tried else 1.0
        size = max(SMALLEST_WAVE, math.ceil(lacking * (1 + SPARE) / worked))
        # Every wave reads the whole table: one paraphraser that yields nothing is done after a few.
        before, self.before = self.before, (levels[0], len(self.pool))
        self.in_vain = self.in_vain + 1 if self.before == before else 0
        return islice(rows, max(size, min(size << self.in_vain, len(open_[levels[0]]))))


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
        self._places = {one.name: place for place, one in enumerate(paraphrasers)}
        #: For every row, how often it was asked for and how many results were accepted.
        self._tries = array("H", bytes(2 * found.rows))
        self._accepted = array("H", bytes(2 * found.rows))
        #: Of every rejection the row number and the number in the spool.
        self._refused = array("I"), array("I")

    def run(
        self,
        targets: Mapping[str, int] | None,
        progress: Progress,
        seen: Callable[[], None] = lambda: None,
    ) -> Kept:
        """Make paraphrases until the targets are met or nothing is left to try.

        Parameters
        ----------
        targets
            Rows that each class aims at; None: every paraphraser gets every original.
        progress
            Gets one stage per wave and paraphraser.
        seen
            Called behind every result that was taken.

        Returns
        -------
        Kept
            The kept paraphrases, in the order of their originals.
        """
        classes = self._classes(targets)
        for number in count(1):
            if not self._wave(number, classes, progress, seen):
                break
        return self._keep(classes)

    def rejections(self) -> Iterator[tuple[int, int]]:
        """Row number and number in the spool of every rejection, in this order."""
        import numpy as np

        rows, numbers = (np.array(column, dtype=np.uint32) for column in self._refused)
        order = np.argsort(rows, kind="stable")  # numbers only grow
        return ((int(rows[at]), int(numbers[at])) for at in order)

    def nothing_came(self) -> str:
        """Say what the first text failed with, where every one failed; "" where any came."""
        _, failed = self._refused
        if not failed or any(counts.produced for counts in self.yields.values()):
            return ""
        first = self.spool[failed[0]]
        detail = first.detail if isinstance(first, Rejection) else ""
        return f"{counted(len(failed), 'text')} failed, the first with {detail!r}"

    def _classes(self, targets: Mapping[str, int] | None) -> list[_Class]:
        found = self.found
        sources = [array("I") for _ in found.labels]
        for row, index in enumerate(found.row_label):
            if index >= 0:
                sources[index].append(row)
        by_rules = any(goes_by_rules(one, one.engine) for one in self.paraphrasers)
        choice = CHOICE_BY_RULES if by_rules else 1
        classes = []
        for label, rows in zip(found.labels, sources, strict=True):
            random.Random(f"{self.seed}:{label}").shuffle(rows)
            needed = None if targets is None else targets[label] - found.counts[label]
            classes.append(_Class(needed, rows, choice))
        return classes

    def _wave(
        self,
        number: int,
        classes: Sequence[_Class],
        progress: Progress,
        seen: Callable[[], None],
    ) -> bool:
        """Ask for what is lacking, once; tell whether anything was."""
        # Number of the paraphraser -> one byte a row, 1 where the row is asked for now.
        wanted: dict[int, bytearray] = {}
        for one in classes:
            wave = one.next_wave(self._tries, self._accepted, len(self.paraphrasers), self.per_row)
            for row in wave:
                tried = self._tries[row]
                if tried not in wanted:
                    wanted[tried] = bytearray(self.found.rows)
                wanted[tried][row] = 1
                self._tries[row] += 1
                one.tried += 1
        for tried, rows in sorted(wanted.items()):
            paraphraser = self.paraphrasers[tried]
            name = paraphraser.name if number == 1 else f"{paraphraser.name} (wave {number})"
            with progress.stage(name, rows.count(1), unit="text") as stage:
                for result in self._results(paraphraser, rows):
                    self._take(paraphraser, result, classes)
                    stage.advance()
                    seen()
        return bool(wanted)

    def _results(
        self, paraphraser: Paraphraser, rows: bytearray
    ) -> Iterator[Paraphrase | Rejection]:
        """Paraphrase and check the originals marked in `rows`, in the order of the table."""
        offers = self._offers(paraphraser, rows)
        while batch := list(islice(offers, CHECKED_AT_ONCE)):
            whole = [item for item in batch if isinstance(item, Offer)]
            checked = iter(self.checks.apply(paraphraser.method, whole))
            for item in batch:
                yield item if isinstance(item, Rejection) else next(checked)

    def _offers(self, by: Paraphraser, rows: bytearray) -> Iterator[Offer | Rejection]:
        waiting: deque[list[str]] = deque()  # all text cells of the rows under way

        def asked() -> Iterator[tuple[int, str]]:
            for number, row in enumerate(self.table):
                if rows[number]:
                    cells = [cell_string(row[at]) for at in self.texts_at]
                    waiting.append(cells)
                    yield from ((number, cells[side]) for side in self.sides)

        results = by.paraphrase(asked())
        while done := list(islice(results, len(self.sides))):
            texts = waiting.popleft()
            for side, (_, _, result) in zip(self.sides, done, strict=True):
                texts[side] = result.text
            offer = Offer(tuple(candidate_of(by, *one) for one in done), tuple(texts))
            error = next((result.error for _, _, result in done if result.error), "")
            yield Rejection(offer.joined(), FAILED, error) if error else offer

    def _take(
        self, by: Paraphraser, result: Paraphrase | Rejection, classes: Sequence[_Class]
    ) -> None:
        counts = self.yields[by.name]
        counts.asked += 1
        source = result.candidate.source_id
        number = self.spool.append(result)
        if isinstance(result, Rejection):
            rows, numbers = self._refused
            rows.append(source)
            numbers.append(number)
            if result.reason == FAILED:
                counts.failed += 1
                return
            counts.produced += 1
            counts.rejected[result.reason] = counts.rejected.get(result.reason, 0) + 1
            return
        counts.produced += 1
        self._accepted[source] += 1
        one = classes[self.found.row_label[source]]
        maker = self._places[by.name]
        made = result.candidate
        # Of what goes by rules the nearest is wanted, behind all that does not.
        worth = -rewording(made.original, made.text) if made.by_rules else result.change
        one.pool.add(number, source, worth, maker)

    def _keep(self, classes: Sequence[_Class]) -> Kept:
        import numpy as np

        sources, numbers = array("I"), array("I")
        by_class: dict[str, int] = {}
        for label, one in zip(self.found.labels, classes, strict=True):
            pool = one.pool
            places = choose(
                pool,
                lambda number: self.spool[number].candidate.text,
                needed=one.needed,
                per_row=self.per_row,
                seed=self.seed,
            )
            by_class[label] = len(places)
            makers = np.array(pool.makers)
            made = np.bincount(makers, minlength=len(self.paraphrasers))
            kept = np.bincount(makers[places], minlength=len(self.paraphrasers))
            for name, place in self._places.items():
                self.yields[name].kept += int(kept[place])
                self.yields[name].surplus += int(made[place] - kept[place])
            sources.frombytes(np.array(pool.sources)[places].tobytes())
            numbers.frombytes(np.array(pool.numbers)[places].tobytes())
        order = np.argsort(np.array(sources), kind="stable")
        return Kept(
            array("I", np.array(sources)[order].tobytes()),
            array("I", np.array(numbers)[order].tobytes()),
            by_class,
        )

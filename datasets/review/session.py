"""What a review knows and does: pages of paraphrases, decisions, counts. The page only shows it."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from threading import RLock
from typing import Any, Final

from augment.blank import is_blank
from augment.datasets.review.decisions import OPEN, VERDICTS, Decision, Decisions
from augment.datasets.review.differences import differences
from augment.datasets.review.items import Item, Items
from augment.datasets.review.outcome import Outcome
from augment.datasets.review.query import Query, matches, ordered
from augment.datasets.review.review import ReviewConfig, open_review
from augment.datasets.visible import hidden, visible
from augment.enumeration import counted
from augment.errors import InputError

#: Longest text that the page shows whole and lets edit.
LONGEST_SHOWN: Final = 20_000
#: Most paraphrases a page.
MOST_ON_A_PAGE: Final = 200
#: Filters whose matches are remembered.
_REMEMBERED: Final = 16


class ReviewSession:
    """One review of one table; its methods may be called from several threads.

    Parameters
    ----------
    config
        The options.

    Attributes
    ----------
    generation
        Grows when the tables were read anew, because another program changed them.

    Raises
    ------
    InputError
        When the table cannot be reviewed.
    """

    def __init__(self, config: ReviewConfig) -> None:
        self.config = config
        self.generation = 1
        self._lock = RLock()
        self.files = open_review(config)
        self._state = self.files.state()
        self.items = Items(self.files)
        self.decisions = Decisions(self.files.decisions)
        self._revision = -1
        self._matching: dict[Query, array[int]] = {}
        self._orders: dict[str, array[int]] = {}

    def close(self) -> None:
        """Remove temporary files; decisions stay."""
        self.items.close()

    def about(self) -> dict[str, Any]:
        """Say what is reviewed: files, names to filter by, counts, notes."""
        with self._lock:
            self._catch_up()
            items = self.items
            return {
                "table": self.files.out.name,
                "rejected": self.files.rejected is not None,
                "decisions": self.files.decisions.name,
                "labels": sorted(items.labels.names),
                "pivots": sorted(items.pivots.names),
                "reasons": sorted(name for name in items.reasons.names if name),
                "longest": LONGEST_SHOWN,
                **self._counts(),
            }

    def page(self, query: Query, *, start: int = 0, size: int = 50) -> dict[str, Any]:
        """Give a page of paraphrases.

        Parameters
        ----------
        query
            Which ones.
        start
            Place in the order of the query from which on they are shown. Places do not move when
            something is decided, so that paging skips nothing.
        size
            How many.

        Returns
        -------
        dict
            ``items``, how many match (``total``) and stand before the page (``before``), and the
            places where the ``next`` and the ``previous`` page start, None where there is none.
        """
        size = max(1, min(size, MOST_ON_A_PAGE))
        with self._lock:
            self._catch_up()
            order, places = self._places(query)
            first = bisect_left(places, start)
            shown = places[first : first + size]
            return {
                "items": [self._shown(self.items[order[at]]) | {"place": at} for at in shown],
                "total": len(places),
                "before": first,
                "next": places[first + size] if first + size < len(places) else None,
                "previous": places[max(0, first - size)] if first else None,
                **self._counts(),
            }

    def next_open(self, query: Query, after: int) -> int | None:
        """Give the place of the next undecided paraphrase behind `after`, or else the first."""
        with self._lock:
            self._catch_up()
            _, places = self._places(replace(query, decision="open"))
            if not places:
                return None
            at = bisect_left(places, after + 1)
            return places[at] if at < len(places) else places[0]

    def decide(
        self, number: int, decision: Decision, *, was: Decision, generation: int
    ) -> dict[str, Any]:
        """Take a decision.

        Parameters
        ----------
        number, generation
            The paraphrase, and the reading of the tables that it was shown from.
        decision
            What is decided; ``OPEN`` takes a decision back.
        was
            What the person saw as decided so far.

        Returns
        -------
        dict
            The paraphrase as it is now as ``item``; ``taken`` is False when somebody else decided
            in between or the tables changed, and nothing was changed then.

        Raises
        ------
        InputError
            For a decision that makes no sense.
        """
        with self._lock:
            self._catch_up()
            if generation != self.generation:
                return {"taken": False, "item": None, **self._counts()}
            if not 0 <= number < len(self.items):
                raise InputError(f"no paraphrase {number}; there are {len(self.items):,}")
            item = self.items[number]
            now = self.decisions.of(*item.key)
            taken = now == was
            if taken and decision != now:
                taken = self.decisions.add(*item.key, self._checked(decision, item), was=was)
            self._catch_up()
            return {"taken": taken, "item": self._shown(item), **self._counts()}

    def summary(self) -> dict[str, Any]:
        """Give the counts of the whole review, for the end of it."""
        with self._lock:
            self._catch_up()
            counts = self._counts()
            del counts["generation"]
            counts["repeated"] = len(counts["repeated"])
            return {
                "table": str(self.files.out),
                "decisions": str(self.files.decisions),
                **counts,
            }

    def _catch_up(self) -> None:
        """Take in what other programs did to the tables and to the decisions."""
        if self.files.state() != self._state:
            self._read_again()
        self.decisions.refresh()
        if self.decisions.revision != self._revision:
            self._revision = self.decisions.revision
            self._outcome = Outcome(self.items, self.decisions)

    def _read_again(self) -> None:
        files = open_review(replace(self.config, input=self.files.out))
        state = files.state()
        items = Items(files)
        self.items.close()
        self.files, self.items, self._state = files, items, state
        self._matching, self._orders = {}, {}
        self._revision = -1
        self.generation += 1
        self.decisions.notes.append(
            f"{files.out.name} was changed by another program and has been read again"
        )

    def _places(self, query: Query) -> tuple[array[int], array[int]]:
        """Give an order of all items, and the places in it of those that match."""
        still = replace(query, decision="")
        if query.sort not in self._orders:
            self._orders[query.sort] = ordered(self.items, query.sort)
        order = self._orders[query.sort]
        if still not in self._matching:
            wanted = matches(self.items, still)
            if len(self._matching) >= _REMEMBERED:
                self._matching.pop(next(iter(self._matching)))
            self._matching[still] = array(
                "q", (at for at, number in enumerate(order) if wanted(number))
            )
        places = self._matching[still]
        test = self._decision_test(query)
        return order, places if test is None else array(
            "q", filter(lambda at: test(order[at]), places)
        )

    def _decision_test(self, query: Query) -> Callable[[int], bool] | None:
        decided = self._outcome.decided
        if not query.decision:
            return None
        if query.decision == "open":
            return lambda number: number not in decided
        if query.decision == "decided":
            return lambda number: number in decided
        return lambda number: decided.get(number, OPEN).verdict == query.decision

    def _counts(self) -> dict[str, Any]:
        outcome = self._outcome
        verdicts = Counter(decision.verdict for decision in outcome.decided.values())
        targets, originals = self.files.targets, self.items.originals
        return {
            "generation": self.generation,
            "revision": self.decisions.revision,
            "paraphrases": len(self.items),
            "decided": len(outcome.decided),
            "verdicts": {verdict: verdicts[verdict] for verdict in VERDICTS if verdict},
            "repeated": sorted(outcome.repeated),
            "stale": outcome.counts["stale"],
            "notes": [visible(note) for note in self.decisions.notes],
            "classes": [
                {
                    "label": name,
                    "originals": originals.get(name, 0),
                    "before": before,
                    "after": after,
                    "target": targets.get(name),
                }
                for name, before, after in outcome.classes()
            ],
        }

    def _shown(self, item: Item) -> dict[str, Any]:
        decision = self.decisions.of(*item.key)
        text = decision.text if decision.verdict == "edit" else item.text
        too_long = max(len(item.original), len(text)) > LONGEST_SHOWN
        left, right = differences(item.original[:LONGEST_SHOWN], text[:LONGEST_SHOWN])
        return {
            "number": item.number,
            "id": item.aug_id,
            "source": item.source_id,
            "label": item.label,
            "pivot": item.pivot,
            "method": item.method,
            "engine": item.engine,
            "similarity": None if math.isnan(item.similarity) else item.similarity,
            "change": None if math.isnan(item.change) else item.change,
            "refused": item.refused,
            "reason": item.reason,
            "detail": visible(item.detail),
            "original": [[piece.changed, visible(piece.text)] for piece in left],
            "text": [[piece.changed, visible(piece.text)] for piece in right],
            "raw": "" if too_long else text,
            "candidate": "" if too_long else item.text,
            "cut": too_long,
            "editable": not too_long and len(self.files.text) == 1,
            "verdict": decision.verdict,
            "edited": decision.text,
        }

    def _checked(self, decision: Decision, item: Item) -> Decision:
        """Refuse a decision that makes no sense."""
        if decision.verdict not in VERDICTS:
            raise InputError(
                f"decision {decision.verdict!r}; known: keep, refuse, edit, or nothing"
            )
        if decision.verdict == "keep" and is_blank(item.text):
            raise InputError("there is no text to keep; edit it, or leave it refused")
        if decision.verdict != "edit":
            return replace(decision, text="")
        if len(self.files.text) > 1:
            names = " and ".join(self.files.text)
            raise InputError(f"the texts of {names} stand together here and cannot be edited")
        if is_blank(decision.text):
            raise InputError(
                "the edited text is empty, or of invisible characters alone; refuse the paraphrase "
                "instead"
            )
        if len(decision.text) > LONGEST_SHOWN:
            raise InputError(
                f"the edited text has {counted(len(decision.text), 'character')}, more than the "
                f"{LONGEST_SHOWN:,} that are shown and edited here; shorten it"
            )
        try:
            decision.text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise InputError(
                "the edited text holds half of a surrogate pair, which is none"
            ) from error
        if decision.text == item.text:
            return Decision("keep")
        if picture := hidden(decision.text):
            raise InputError(f"the edited text holds {picture}, which no page shows; take it out")
        return decision

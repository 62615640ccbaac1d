"""One augmentation run: what is open while it lasts, and the rows of its outputs.

Everything that can be wrong with options, table, language or engines is found out when the run is
entered, before anything is translated or written.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import Any, Final

from augment._version import __version__
from augment.datasets.balance import balance_targets, resolve_auto
from augment.datasets.columns import find_columns
from augment.datasets.manifest import Manifest, add_up, versions
from augment.datasets.production import FAILED, Production
from augment.datasets.recipe import BacktranslateConfig
from augment.datasets.selection import Choice
from augment.datasets.spool import Spool
from augment.datasets.survey import originals, survey
from augment.datasets.table import Table
from augment.errors import AugmentError, InputError
from augment.filters import FilterChain, FilterSettings, build_filters
from augment.languages import detect_language, language_code, language_name
from augment.planning import Plan, plan_round_trips
from augment.progress import Progress
from augment.records import AUG_COLUMNS, REJECTION_COLUMNS, Candidate, Rejection
from augment.round_trip import Stored
from augment.store import Store, open_store

#: Columns of the augmented table and, with two more, of the table of refusals, behind the input's.
ADDED: Final = (*AUG_COLUMNS, *REJECTION_COLUMNS)


class Augmentation:
    """One run: everything that is open while it lasts, and the rows of its outputs."""

    def __init__(self, table: Table, recipe: BacktranslateConfig, progress: Progress) -> None:
        self.table = table
        self.recipe = recipe
        self.progress = progress
        self.seconds: dict[str, float] = {}
        self.notes: list[str] = []
        self._stack = ExitStack()

    def __enter__(self) -> Augmentation:
        try:
            self._prepare()
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(self, *exc: object) -> None:
        self._stack.close()

    def note(self, message: str) -> None:
        """Say a line to the user, and keep it for the manifest."""
        self.notes.append(message)
        self.progress.note(message)

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[stage] = round(time.perf_counter() - start, 3)

    def _prepare(self) -> None:
        """Find out everything that can be wrong before anything is translated."""
        recipe, table = self.recipe, self.table
        taken = [name for name in ADDED if name in table.columns]
        if "aug_method" in taken:
            raise InputError(
                f"{table.name} is an augmented table already (columns {', '.join(taken)}); "
                "give the table it was made from"
            )
        if taken:
            raise InputError(
                f"{table.name} has columns named {', '.join(taken)}, which the output needs for "
                "itself; rename them"
            )
        wanted = recipe.label if recipe.label != "none" else None
        self.columns = find_columns(
            table, text=recipe.text, label=wanted, want_label=recipe.label != "none"
        )
        if len(self.columns.text) != 1:
            raise InputError(
                f"text columns {', '.join(self.columns.text)}: one column is translated at a "
                "time, the others are copied; name one with --text"
            )
        self.chain = FilterChain()
        with self._timed("survey"):
            self.found = survey(table, self.columns, see=self.chain.see_original)
        self._check_survey()
        self.source = self._source_language()
        self.plans = plan_round_trips(recipe.pivot, self.source, recipe.translator)
        self.targets = self._targets()
        settings = {
            name: value
            for name in ("min_similarity", "max_similarity", "min_change")
            if (value := getattr(recipe, name)) is not None
        }
        pivots = {language for plan in self.plans for language in plan.route.languages}
        self.settings = FilterSettings(
            language=self.source,
            others=tuple(sorted(pivots - {self.source})),
            strictness=recipe.filter,
            encoder=recipe.encoder,
            **settings,
        )
        self.chain.filters = build_filters(self.settings, disabled=recipe.no_filter)
        if self.chain.learns:
            with self._timed("learn"):
                text = self.columns.text[0]
                self.chain.learn(originals(table, text, self.found, labels=recipe.label_check))
        self._say()
        self.store: Store = self._stack.enter_context(open_store(recipe.store))
        self.spool = self._stack.enter_context(Spool())
        self._legs: dict[str, list[Stored]] = {}
        for plan in self.plans:  # a missing key or a broken mode shows now, not after an hour
            self._open(plan)

    def _check_survey(self) -> None:
        found = self.found
        if not any(index >= 0 for index in found.row_label):
            raise InputError(
                f"{self.table.name}: no row has both a text in column {self.columns.text[0]!r} "
                f"and a label in {self.columns.label!r}; name other columns with --text, --label"
            )

    def _source_language(self) -> str:
        if self.recipe.source:
            return language_code(self.recipe.source)
        guess = detect_language(self.found.sample)
        if not guess.sure:
            raise InputError(
                f"the language of column {self.columns.text[0]!r} is not clear (best guess "
                f"{guess.language}, {guess.share:.0%} of the texts); name it with --source"
            )
        return guess.language

    def _targets(self) -> dict[str, int] | None:
        balance = resolve_auto(self.recipe.balance, self.found.counts)
        targets = balance_targets(self.found.counts, self.recipe.balance)
        if self.recipe.balance == "auto" and self.columns.label is None:
            balance = "x2"
        self.balance = balance
        return targets

    def _say(self) -> None:
        """Print what was found and chosen, each with the option that changes it."""
        found, columns, recipe = self.found, self.columns, self.recipe
        guessed = " (found; --text to change)" if columns.text_found else ""
        self.note(f"{self.table.name}: {found.rows:,} rows, {self.table.format.describe()}")
        self.note(f"text column: {columns.text[0]!r}{guessed}")
        if columns.label is None:
            could = ", ".join(repr(name) for name in columns.label_candidates)
            hint = f"; it could be {could}" if could and recipe.label is None else ""
            self.note(f"label column: none{hint}; the table is enlarged as one class (--label)")
        else:
            guessed = " (found; --label to change)" if columns.label_found else ""
            self.note(f"label column: {columns.label!r}{guessed}, {len(found.counts)} classes")
        guessed = "" if recipe.source else " (recognised; --source to change)"
        self.note(f"language: {language_name(self.source)} ({self.source}){guessed}")
        for count, what in (
            (found.empty_texts, "rows have an empty text; they are passed through"),
            (found.empty_labels, "rows have an empty label; they are passed through"),
            (found.repeated_texts, "rows repeat an earlier text"),
            (found.conflicting_texts, "texts stand under more than one label"),
            (len(self.table.bad_rows), "rows could not be read and were skipped"),
            (self.table.blank_rows, "blank lines were passed over"),
            (self.table.stray_quotes, "rows have text behind a closing quote; it was joined on"),
        ):
            if count:
                self.note(f"note: {count:,} {what}")
        for bad in self.table.bad_rows[:10]:
            self.note(f"  line {bad.line}: {bad.reason}")
        for plan in self.plans:
            self.note(f"pivot {plan}")
            for host in plan.hosts:
                message = (
                    f"  up to {2 * found.characters:,} characters go to {host}, the way there and "
                    "the way back counted"
                )
                self.notes.append(message)
                self.progress.warn(message)
        if self.targets is None:
            self.note("balance none: every row gets its paraphrases")
        else:
            goal = max(self.targets.values())
            auto = "auto, " if recipe.balance == "auto" else ""
            self.note(f"balance {auto}{self.balance}: {goal:,} rows a class")
        for line in self.chain.notes():
            self.note(line)

    def _open(self, plan: Plan) -> Sequence[Stored]:
        if plan.pivot not in self._legs:
            legs: list[Stored] = []
            for engine, leg in zip(plan.engines, plan.route.legs, strict=True):
                stored = Stored(engine.open(*leg), self.store)
                self._stack.callback(stored.close)
                legs.append(stored)
            self._legs[plan.pivot] = legs
        return self._legs[plan.pivot]

    def run(self) -> list[tuple[str, Choice]]:
        """Make and choose the paraphrases; say which class stays short."""
        self.production = Production(
            self.table,
            self.columns.text[0],
            self.found,
            plans=self.plans,
            open_legs=self._open,
            chain=self.chain,
            spool=self.spool,
            per_row=self.recipe.per_row,
            seed=self.recipe.seed,
        )
        with self._timed("translate and check"):
            by_class = self.production.run(self.targets, self.progress)
        self.after = {
            label: self.found.counts[label] + len(kept) for label, kept in by_class.items()
        }
        for label, short in self.shortfalls().items():
            why = (
                f"its originals gave {self.recipe.per_row} each, or went through every pivot; a "
                "larger --per-row or more pivots (--pivot) would give more"
                if self.recipe.per_row
                else "every original went through every pivot; more pivots (--pivot) would give "
                f"more{self._unused()}"
            )
            goal = (self.targets or {})[label]
            self.note(f"class {label!r} stays {short:,} short of {goal:,}: {why}")
        failed = sum(counts.failed for counts in self.production.yields.values())
        if failed:
            self.note(
                f"{failed:,} texts could not be translated; they are in the table of refusals "
                f"(reason {FAILED!r}), and the same command with --force tries them again"
            )
        kept = [(label, choice) for label, choices in by_class.items() for choice in choices]
        # Beside their original in the order of the table; those of one original as chosen.
        return sorted(kept, key=lambda pair: pair[1].source_id)

    def _unused(self) -> str:
        """Name pivots that this machine reaches and the run did not use."""
        try:
            routes = plan_round_trips([], self.source, self.recipe.translator, at_most=99)
        except AugmentError:  # chains, or an engine for any pair: nothing to name
            return ""
        used = {plan.pivot for plan in self.plans}
        names = [plan.pivot for plan in routes if plan.pivot not in used and not plan.hosts]
        return f", for instance {','.join(names[:4])}" if names else ""

    def shortfalls(self) -> dict[str, int]:
        """Rows that classes lack to their target; only classes that lack any."""
        lacking = {
            label: target - self.after[label] for label, target in (self.targets or {}).items()
        }
        return {label: short for label, short in lacking.items() if short > 0}

    def rows(self, kept: Sequence[tuple[str, Choice]]) -> Iterator[tuple[object, ...]]:
        """Rows of the augmented table: originals in input order, then the new ones."""
        for number, row in enumerate(self.table):
            yield (*row, str(number), number, "original", "", "", None, None)
        results = ((choice.source_id, choice.number) for _, choice in kept)
        for row, number in self._beside_originals(results):
            done = self.spool[number]
            yield self._row(row, done.candidate, done.similarity, done.change)

    def rejected_rows(self) -> Iterator[tuple[object, ...]]:
        """Rows of the table of refusals, in the order of their originals."""
        for row, number in self._beside_originals(sorted(self.production.rejections)):
            done = self.spool[number]
            assert isinstance(done, Rejection)
            line = self._row(row, done.candidate, done.similarity, done.change)
            yield (*line, done.reason, done.detail)

    def _beside_originals(
        self, results: Iterable[tuple[int, int]]
    ) -> Iterator[tuple[tuple[object, ...], int]]:
        """Pair results, sorted by row number, with the rows of their originals."""
        waiting = iter(results)
        head = next(waiting, None)
        for number, row in enumerate(self.table):
            while head is not None and head[0] == number:
                yield row, head[1]
                head = next(waiting, None)
            if head is None:
                return

    def _row(
        self,
        original: tuple[object, ...],
        candidate: Candidate,
        similarity: float | None,
        changed: float | None,
    ) -> tuple[object, ...]:
        cells = list(original)
        cells[self.table.columns.index(self.columns.text[0])] = candidate.text
        variant = f":{candidate.variant}" if candidate.variant else ""
        return (
            *cells,
            f"{candidate.source_id}:{candidate.pivot}{variant}",
            candidate.source_id,
            candidate.method,
            candidate.pivot,
            candidate.engine,
            similarity if similarity is None else round(similarity, 4),
            changed if changed is None else round(changed, 4),
        )

    def manifest(self, about_input: Mapping[str, Any]) -> Manifest:
        """Put the manifest together; call it after `run`."""
        found = self.found
        pivots: dict[str, dict[str, Any]] = {}
        for plan in self.plans:
            counts = asdict(self.production.yields[plan.pivot])
            legs = self._legs[plan.pivot]
            counts["from_store"] = sum(leg.from_store for leg in legs)
            counts["translated"] = sum(leg.translated for leg in legs)
            pivots[plan.pivot] = {
                "route": list(plan.route.languages),
                "engine": plan.engine,
                "translators": [leg.identity for leg in legs],
                **counts,
            }
        totals = add_up([asdict(one) for one in self.production.yields.values()])
        return Manifest(
            signature=self.signature(),
            config=self.recipe.as_dict(),
            resolved={
                "text": self.columns.text[0],
                "label": self.columns.label,
                "source": self.source,
                "pivots": [plan.pivot for plan in self.plans],
                "balance": self.balance,
                "format": self.table.format.describe(),
            },
            input={
                "name": self.table.name,
                **about_input,
                "rows": found.rows,
                "empty_texts": found.empty_texts,
                "empty_labels": found.empty_labels,
                "repeated_texts": found.repeated_texts,
                "conflicting_texts": found.conflicting_texts,
                "bad_rows": [asdict(bad) for bad in self.table.bad_rows],
            },
            classes={
                label: {
                    "before": found.counts[label],
                    "target": None if self.targets is None else self.targets[label],
                    "after": self.after[label],
                    "shortfall": self.shortfalls().get(label, 0),
                }
                for label in found.labels
            },
            pivots=pivots,
            filters=self.chain.describe(),
            totals=totals,
            notes=self.notes,
            seconds=self.seconds,
        )

    def _fingerprint(self) -> str:
        """Hash whatever else decides the result: columns, input format, thresholds, versions."""
        decided = {
            "columns": [self.columns.text, self.columns.label],
            "format": self.table.format.describe(),
            "on_bad_row": self.recipe.on_bad_row,
            "filters": self.chain.describe(),
            "versions": versions(),
        }
        text = json.dumps(decided, sort_keys=True, default=str)
        return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()

    def signature(self) -> str:
        """Everything that decides the result, in one line."""
        engines = sorted({leg.identity for legs in self._legs.values() for leg in legs})
        recipe = self.recipe
        off = f"-{',-'.join(recipe.no_filter)}" if recipe.no_filter else ""
        parts = {
            "source": self.source,
            "pivots": ",".join(plan.pivot for plan in self.plans),
            "engine": ",".join(engines),
            "filters": f"{recipe.filter},sim{self.settings.min_similarity:g},chg"
            f"{self.settings.min_change:g}{off}",
            "balance": self.balance,
            "per-row": recipe.per_row or "any",
            "seed": recipe.seed,
            "v": __version__,
            "all": self._fingerprint(),
        }
        return "bt|" + "|".join(f"{name}:{value}" for name, value in parts.items())

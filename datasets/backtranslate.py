"""The main job: a labelled table in, a larger and balanced one out.

`back_translate` works on a file or a data frame. Either is passed over several times as a stream:
once to count, once per pivot and wave for the texts that are wanted, twice to write.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from augment._version import __version__
from augment.config import build
from augment.datasets.balance import balance_targets, resolve_auto
from augment.datasets.columns import Columns, find_columns
from augment.datasets.manifest import Manifest, add_up, file_sha256
from augment.datasets.production import FAILED, Production
from augment.datasets.recipe import BacktranslateConfig
from augment.datasets.selection import Choice
from augment.datasets.spool import Spool
from augment.datasets.survey import Survey, cell_string, survey
from augment.datasets.table import Table, frame_table, open_table
from augment.datasets.table_writer import TableWriter
from augment.errors import InputError
from augment.filters import FilterChain, FilterSettings, build_filters
from augment.languages import detect_language, language_code, language_name
from augment.offline import no_network
from augment.outputs import check_outputs, replacing
from augment.planning import Plan, plan_round_trips
from augment.progress import SILENT, Progress
from augment.records import AUG_COLUMNS, REJECTION_COLUMNS, Candidate
from augment.round_trip import Stored
from augment.store import Store, open_store

if TYPE_CHECKING:
    import os

    import pandas as pd

__all__ = ["Augmented", "BacktranslateConfig", "back_translate", "output_paths"]

#: Names the augmented table that the last run in this folder wrote, for `kfold-train`.
LAST: Final = Path(".augment") / "last_augmented"


@dataclass(frozen=True)
class Augmented:
    """What an augmentation run gives.

    Attributes
    ----------
    manifest
        What was done and what came of it.
    paths
        The files written: ``out``, ``rejected``, ``manifest``; empty for a data frame.
    """

    manifest: Manifest
    paths: Mapping[str, Path] = field(default_factory=dict)
    _frames: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """The augmented table: originals first, then the new rows."""
        return self._frame("out")

    @property
    def rejected(self) -> pd.DataFrame:
        """Every refused candidate with its reason."""
        return self._frame("rejected")

    @property
    def report(self) -> dict[str, Any]:
        """The manifest as plain JSON values."""
        return self.manifest.as_dict()

    def _frame(self, name: str) -> pd.DataFrame:
        if name in self._frames:
            return self._frames[name]  # type: ignore[no-any-return]
        from augment.datasets.table import read_frame

        return read_frame(self.paths[name])


def output_paths(config: BacktranslateConfig) -> dict[str, Path]:
    """Say which files a run on ``config.input`` writes.

    >>> output_paths(BacktranslateConfig(input=Path("data/in.csv")))["rejected"].name
    'in.augmented.rejected.csv'
    """
    source = config.input or Path("table.csv")
    out = config.out or Path(f"{source.stem}.augmented{source.suffix or '.csv'}")
    return {
        "out": out,
        "rejected": out.with_name(f"{out.stem}.rejected{out.suffix}"),
        "manifest": out.with_name(f"{out.stem}.manifest.json"),
    }


def back_translate(
    data: pd.DataFrame | str | os.PathLike[str] | None = None,
    config: BacktranslateConfig | None = None,
    *,
    progress: Progress = SILENT,
    **options: Any,  # noqa: ANN401
) -> Augmented:
    """Make a larger, class-balanced table by back-translation.

    Parameters
    ----------
    data
        A data frame: nothing is written, the result holds the frames. A path: files are written
        as ``augment backtranslate`` does. Left out: ``config.input``.
    config
        The recipe; `options` are its fields by name and go before it.
    progress
        Gets notes and stages; silent by default.

    Returns
    -------
    Augmented
        The manifest, and the tables as `frame` and `rejected`.

    Raises
    ------
    InputError
        For options or a table that cannot be used; nothing was written.
    PairError
        When no engine at hand reaches a pivot.
    TranslatorError, StoreError
        When the run broke off; every finished translation is in the store, and the same call
        goes on from there.

    Examples
    --------
    >>> import pandas as pd, augment
    >>> frame = pd.DataFrame({"text": ["The film was very good.", "A bad book."], "label": "ab"})
    >>> done = augment.back_translate(frame.iloc[:1], pivot="es", source="en", label="none",
    ...                               store="none", no_filter="similarity")
    >>> list(done.frame["aug_method"])[0]
    'original'
    """
    recipe = build(config, BacktranslateConfig, options)
    with no_network(recipe.offline):
        if data is None or isinstance(data, str) or hasattr(data, "__fspath__"):
            return _on_file(_with_input(recipe, data), progress)
        return _on_frame(data, recipe, progress)


def _with_input(recipe: BacktranslateConfig, data: Any) -> BacktranslateConfig:  # noqa: ANN401
    path = recipe.input if data is None else Path(data)
    if path is None:
        raise InputError("no table was given; wanted: augment backtranslate IN.csv")
    return build(recipe, BacktranslateConfig, {"input": path})


def _on_file(recipe: BacktranslateConfig, progress: Progress) -> Augmented:
    path = recipe.input
    assert path is not None  # _with_input saw to it
    table = open_table(path, on_bad_row=recipe.on_bad_row)
    paths = output_paths(recipe)
    if path.resolve() in {out.resolve() for out in paths.values()}:
        raise InputError(f"{path} is the input; an output cannot be written over it")
    check_outputs(paths.values(), force=recipe.force)
    with ExitStack() as stack:
        job = stack.enter_context(_Job(table, recipe, progress))
        kept = job.run()
        manifest = job.manifest({"sha256": file_sha256(path)})
        columns = (*table.columns, *AUG_COLUMNS)
        with TableWriter(paths["rejected"], (*columns, *REJECTION_COLUMNS)) as rejected:
            for row in job.rejected_rows():
                rejected.write(row)
        with TableWriter(paths["out"], columns) as out:
            for row in job.rows(kept):
                out.write(row)
        with replacing(paths["manifest"]) as part:
            text = json.dumps(manifest.as_dict(), ensure_ascii=False, indent=2)
            part.write_text(text + "\n", encoding="utf-8")
    LAST.parent.mkdir(exist_ok=True)
    LAST.write_text(str(paths["out"]) + "\n", encoding="utf-8")
    return Augmented(manifest, paths)


def _on_frame(frame: pd.DataFrame, recipe: BacktranslateConfig, progress: Progress) -> Augmented:
    import pandas as pd

    with _Job(frame_table(frame), recipe, progress) as job:
        kept = job.run()
        columns = [*frame.columns, *AUG_COLUMNS]
        frames = {
            "out": pd.DataFrame(list(job.rows(kept)), columns=columns),
            "rejected": pd.DataFrame(
                list(job.rejected_rows()), columns=[*columns, *REJECTION_COLUMNS]
            ),
        }
        for name in frame.columns:  # a column of numbers stays one
            frames["out"][name] = frames["out"][name].astype(frame[name].dtype)
        return Augmented(job.manifest({}), {}, frames)


class _Job:
    """One run: everything that is open while it lasts, and the rows of its outputs."""

    def __init__(self, table: Table, recipe: BacktranslateConfig, progress: Progress) -> None:
        self.table = table
        self.recipe = recipe
        self.progress = progress
        self.seconds: dict[str, float] = {}
        self.notes: list[str] = []
        self._stack = ExitStack()

    def __enter__(self) -> _Job:
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
        taken = [name for name in (*AUG_COLUMNS, *REJECTION_COLUMNS) if name in table.columns]
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
            language=self.source, others=tuple(sorted(pivots - {self.source})), **settings
        )
        self.chain.filters = build_filters(self.settings, disabled=recipe.no_filter)
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
            self.note("label column: none; the table is enlarged as one class (--label names one)")
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
        ):
            if count:
                self.note(f"note: {count:,} {what}")
        for bad in self.table.bad_rows[:10]:
            self.note(f"  line {bad.line}: {bad.reason}")
        for plan in self.plans:
            self.note(f"pivot {plan}")
            for host in plan.hosts:
                self.note(
                    f"  up to {2 * found.characters:,} characters go to {host}, the way there and "
                    "the way back counted"
                )
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
            self.note(
                f"class {label!r} stays {short:,} short of {(self.targets or {})[label]:,}: every "
                "original went through every pivot; more pivots (--pivot), a larger --per-row or "
                "a lower --min-similarity would give more"
            )
        failed = sum(counts.failed for counts in self.production.yields.values())
        if failed:
            self.note(
                f"{failed:,} texts could not be translated; they are in the table of refusals "
                f"(reason {FAILED!r}), and the same command with --force tries them again"
            )
        kept = [(label, choice) for label, choices in by_class.items() for choice in choices]
        # Beside their original in the order of the table; those of one original as chosen.
        return sorted(kept, key=lambda pair: pair[1].source_id)

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
            done = self.spool.paraphrase(number)
            yield self._row(row, done.candidate, done.similarity, done.change)

    def rejected_rows(self) -> Iterator[tuple[object, ...]]:
        """Rows of the table of refusals, in the order of their originals."""
        for row, number in self._beside_originals(sorted(self.production.rejections)):
            done = self.spool.rejection(number)
            line = self._row(row, done.candidate, done.similarity, done.change)
            yield (*line, done.reason, done.detail)

    def _beside_originals(
        self, results: Iterator[tuple[int, int]] | Sequence[tuple[int, int]]
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

    def signature(self) -> str:
        """Everything that decides the result, in one line."""
        engines = sorted({leg.identity for legs in self._legs.values() for leg in legs})
        recipe = self.recipe
        off = f"-{',-'.join(recipe.no_filter)}" if recipe.no_filter else ""
        parts = {
            "source": self.source,
            "pivots": ",".join(plan.pivot for plan in self.plans),
            "engine": ",".join(engines),
            "filters": f"sim{self.settings.min_similarity:g},chg{self.settings.min_change:g}{off}",
            "balance": self.balance,
            "per-row": recipe.per_row or "any",
            "seed": recipe.seed,
            "v": __version__,
        }
        return "bt|" + "|".join(f"{name}:{value}" for name, value in parts.items())

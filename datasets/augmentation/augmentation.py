"""One augmentation run: what is open while it lasts, and the rows of its outputs.

Everything that can be wrong with options, table, language or engines is found out when the run is
entered, before anything is translated or written.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from typing import Any, Final

from augment._version import __version__
from augment.datasets.augmentation.announcement import choices, findings
from augment.datasets.augmentation.checks import Checks, describe_settings
from augment.datasets.augmentation.manifest import Manifest, add_up, together, versions
from augment.datasets.augmentation.outcome import outcome
from augment.datasets.augmentation.production import Kept, Production
from augment.datasets.augmentation.recipe import AugmentationConfig
from augment.datasets.augmentation.sample import RunSample
from augment.datasets.augmentation.source_language import source_language
from augment.datasets.augmentation.spool import Spool
from augment.datasets.augmentation.variants import EarlyNote
from augment.datasets.balance import balance_targets, resolve_auto
from augment.datasets.columns import find_columns
from augment.datasets.survey import odd_texts, originals, survey
from augment.datasets.table import Table
from augment.errors import InputError, TranslatorError
from augment.filters import FilterSettings
from augment.filters.settings import given_thresholds
from augment.languages import language_name
from augment.paraphraser import Paraphraser
from augment.progress import Progress
from augment.records import AUG_COLUMNS, REJECTION_COLUMNS
from augment.store import Store, store_at

#: Number of a variant, at the end of an identity: how many there are is the recipe's to say.
_VARIANT: Final = re.compile(r"#\d+$")
#: Columns of the augmented table and, with two more, of the table of refusals, behind the input's.
ADDED: Final = (*AUG_COLUMNS, *REJECTION_COLUMNS)


class Augmentation:
    """One run: everything that is open while it lasts, and the rows of its outputs.

    Parameters
    ----------
    table, recipe, progress
        What is augmented, how, and who hears of it.
    targets
        Rows that each class aims at, in the place of the recipe's balance.
    before_writing
        Called when the options are found good, before anything is written; it may refuse.
    """

    def __init__(
        self,
        table: Table,
        recipe: AugmentationConfig,
        progress: Progress,
        *,
        targets: Mapping[str, int] | None = None,
        before_writing: Callable[[], None] = lambda: None,
    ) -> None:
        self.table = table
        self.recipe = recipe
        self.progress = progress
        self._given = targets
        self._before_writing = before_writing
        self.seconds: dict[str, float] = {}
        self.notes: list[str] = []
        #: What the report shows of the rows; filled while they are written.
        self.sample = RunSample(recipe.seed)
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

    def warn(self, message: str) -> None:
        """Say a line that the user must see, and keep it for the manifest."""
        self.notes.append(message)
        self.progress.warn(message)

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
        self.columns.refuse_rivals(table)
        self.sides = rewritten_sides(self.columns.text, recipe.translate)
        self.checks = Checks(self.columns.text, self.sides)
        with self._timed("survey"):
            self.found = survey(table, self.columns, sides=self.sides, see=self.checks.see_original)
        self._check_survey()
        self.source = self._source_language()
        self.targets = self._targets()
        self.approach = recipe.approach(self.source, self._needs())
        self._say()
        self.settings = {method: self._settings(method) for method in self.approach.methods}
        for method, settings in self.settings.items():
            disabled = (*recipe.no_filter, *self.approach.left_out(method))
            self.checks.build(method, settings, disabled)
        self._before_writing()
        with self._timed("learn"):
            self.checks.learn(
                lambda column: originals(table, column, self.found, labels=recipe.label_check)
            )
        self.store: Store = store_at(recipe.store)
        self._stack.callback(self.store.close)
        # Opened now: a missing key or a broken mode shows at once, not after an hour, and before
        # anything is written down or said to be sent.
        self.paraphrasers: list[Paraphraser] = self.approach.open(
            self.store, self._stack, self.note
        )
        self.store.open()
        classes = self.found.labels, self.found.row_label.tobytes()
        self.checks.remember(self.store, versions(), classes)
        self.spool = self._stack.enter_context(Spool())
        for line in self.approach.leaving(self.found.characters):
            self.warn(line)
        for line in (*self.approach.notes(), *choices(self)):
            self.note(line)

    def _settings(self, method: str) -> FilterSettings:
        """Thresholds for one method: the user's before the method's own before the defaults."""
        return FilterSettings(
            language=self.source,
            others=tuple(self.approach.languages),
            strictness=self.recipe.filter,
            encoder=self.recipe.encoder,
            **{**self.approach.thresholds(method), **given_thresholds(self.recipe)},
        )

    def _check_survey(self) -> None:
        found = self.found
        if not any(index >= 0 for index in found.row_label):
            raise InputError(
                f"{self.table.name}: no row has both a text in column {self.columns.text[0]!r} "
                f"and a label in {self.columns.label!r}; name other columns with --text, --label"
            )
        for line in odd_texts(found, self.columns.text[0]):
            self.note(f"note: {line}")

    def _source_language(self) -> str:
        given, no_filter = self.recipe.source, self.recipe.no_filter
        code = source_language(given, self.found.sample, self.columns.text[0], no_filter=no_filter)
        if given and re.fullmatch(r"[A-Za-z]{2,3}[-_].+", given):
            self.note(
                f"source {given!r} is read as {language_name(code)}: engines are told no "
                "script or country; look whether what comes back is written as your texts are"
            )
        return code

    def _targets(self) -> dict[str, int] | None:
        counts = self.found.counts
        balance = resolve_auto(self.recipe.balance, counts)
        targets = balance_targets(counts, self.recipe.balance)
        if self.recipe.balance == "auto" and self.columns.label is None:
            balance = "x2"
        self.balance = balance
        if self._given is not None:
            self.balance = "given"
            targets = {label: max(n, self._given.get(label, n)) for label, n in counts.items()}
        return targets

    def _needs(self) -> int | None:
        """Most new rows that an original of any class must give; None without a target."""
        if self.targets is None:
            return None
        givers = Counter(index for index in self.found.row_label if index >= 0)
        return max(
            (
                math.ceil((self.targets[label] - self.found.counts[label]) / givers[index])
                for index, label in enumerate(self.found.labels)
                if givers[index]
            ),
            default=0,
        )

    def sides_named(self) -> list[str]:
        """Names of the text columns that get new texts."""
        return [self.columns.text[side] for side in self.sides]

    def _say(self) -> None:
        """Print what was found and chosen."""
        for line in findings(self):
            self.note(line)
        for line in self.approach.lines():
            self.note(line)

    def run(self) -> Kept:
        """Make and choose the paraphrases; say which class stays short."""
        self.production = Production(
            self.table,
            self.columns.text,
            self.found,
            sides=self.sides,
            paraphrasers=self.paraphrasers,
            checks=self.checks,
            spool=self.spool,
            per_row=self.recipe.per_row,
            seed=self.recipe.seed,
        )
        with self._timed("translate and check"):
            early = EarlyNote(self.approach, self.production.yields, self.progress)
            kept = self.production.run(self.targets, self.progress, early.look)
        if why := self.production.nothing_came():
            raise TranslatorError(
                f"no text could be {self.approach.verb}, and nothing was written: {why}; run the "
                "same command again when that is mended"
            )
        self.after = {
            label: self.found.counts[label] + count for label, count in kept.by_class.items()
        }
        for line in outcome(self, kept):
            self.note(line)
        for line in self.checks.missed():
            self.warn(line)
        return kept

    def shortfalls(self) -> dict[str, int]:
        """Rows that classes lack to their target; only classes that lack any."""
        lacking = {
            label: target - self.after[label] for label, target in (self.targets or {}).items()
        }
        return {label: short for label, short in lacking.items() if short > 0}

    def manifest(self, about_input: Mapping[str, Any]) -> Manifest:
        """Put the manifest together; call it after `run`."""
        found = self.found
        yields = self.production.yields
        said: dict[str, list[Mapping[str, Any]]] = {}
        for one in self.paraphrasers:
            said.setdefault(one.name, []).append(one.describe())
        pivots = {name: {**together(each), **asdict(yields[name])} for name, each in said.items()}
        totals = add_up([asdict(one) for one in yields.values()])
        return Manifest(
            signature=self.signature(),
            config=self.recipe.as_dict(),
            resolved={
                "text": self.columns.text[0] if len(self.columns.text) == 1 else self.columns.text,
                "rewritten": self.sides_named(),
                "label": self.columns.label,
                "source": self.source,
                f"{self.approach.kind}s": list(self.approach.names),
                "balance": self.balance,
                "format": self.table.format.describe(),
            },
            input={
                "name": self.table.name,
                **about_input,
                "rows": found.rows,
                "empty_texts": found.empty_texts,
                "empty_labels": found.empty_labels,
                "broken_texts": found.broken_texts,
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
            filters=self.checks.describe(),
            totals=totals,
            notes=self.notes,
            seconds=self.seconds,
        )

    def _fingerprint(self) -> str:
        """Hash whatever else decides the result: columns, input format, thresholds, versions."""
        decided = {
            "columns": [self.columns.text, self.sides, self.columns.label],
            "format": self.table.format.describe(),
            "on_bad_row": self.recipe.on_bad_row,
            "filters": self.checks.describe(),
            "versions": versions(),
        }
        text = json.dumps(decided, sort_keys=True, default=str)
        return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()

    def signature(self) -> str:
        """Everything that decides the result, in one line."""
        engines = sorted(
            {_VARIANT.sub("", part) for one in self.paraphrasers for part in one.identities}
        )
        recipe = self.recipe
        off = f"-{',-'.join(recipe.no_filter)}" if recipe.no_filter else ""
        parts = {
            "source": self.source,
            f"{self.approach.kind}s": ",".join(self.approach.names),
            "engine": ",".join(engines),
            "filters": f"{describe_settings(self.settings)}{off}",
            "balance": self.balance,
            "per-row": recipe.per_row or "any",
            "seed": recipe.seed,
            "v": __version__,
            "all": self._fingerprint(),
        }
        return f"{self.approach.tag}|" + "|".join(
            f"{name}:{value}" for name, value in parts.items()
        )


def rewritten_sides(columns: Sequence[str], wanted: str | None) -> tuple[int, ...]:
    """Say which text columns get new texts, as positions in `columns`.

    Raises
    ------
    InputError
        For a name that is no text column.

    Examples
    --------
    >>> rewritten_sides(["question", "context"], "context")
    (1,)
    """
    if wanted is None or (wanted == "both" and len(columns) > 1):
        return tuple(range(len(columns)))
    if wanted in columns:
        return (columns.index(wanted),)
    if len(columns) == 1:
        other = wanted if wanted != "both" else "COL2"
        raise InputError(
            f"translate is {wanted!r}, and the text column is {columns[0]!r} alone; a pair is "
            f"named with --text {columns[0]},{other} --translate {wanted}"
        )
    raise InputError(
        f"translate is {wanted!r}; wanted: both, or a text column ({', '.join(map(repr, columns))})"
    )

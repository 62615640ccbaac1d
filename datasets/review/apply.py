"""Writes the reviewed table: what a person decided, applied to what the filter decided."""

from __future__ import annotations

import hashlib
import heapq
import json
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from augment.config import build
from augment.datasets.augmentation.manifest import refuse_manifest_of_another
from augment.datasets.formats.cell_text import cell_text
from augment.datasets.formats.table_writer import TableWriter, output_kind
from augment.datasets.last_table import LAST, remember
from augment.datasets.review.decisions import OPEN, Decision, Decisions
from augment.datasets.review.items import Item, Items
from augment.datasets.review.outcome import Outcome
from augment.datasets.review.review import ReviewConfig, ReviewFiles, open_review
from augment.errors import InputError
from augment.minilm import sha256
from augment.output_parts import left_by_a_kill
from augment.outputs import OutputSet, beside, check_outputs
from augment.records import REJECTION_COLUMNS
from augment.tokens import change

#: Reasons of the rows that a review refuses: the person did, or the text is there already.
REFUSED, DUPLICATE = "review", "duplicate"
#: Stand behind `aug_engine` of a paraphrase whose text a person wrote, and of one that the filter
#: had refused.
EDITED, RESCUED = "+edited", "+rescued"


@dataclass(frozen=True)
class Reviewed:
    """What a review made of a table.

    Attributes
    ----------
    paths
        The files written: ``out``, ``rejected``, ``manifest``.
    counts
        ``confirmed``, ``edited``, ``rescued`` (refused by the filter, kept by the person),
        ``refused`` (kept by the filter, refused by the person), ``duplicates`` (kept or edited,
        but the text is there already), ``undecided``, ``stale`` (decisions about texts that are
        not in the table any more).
    classes
        Class -> rows before and after, and what it aims at (None without an aim).
    """

    paths: Mapping[str, Path]
    counts: Mapping[str, int]
    classes: Mapping[str, Mapping[str, int | None]]
    notes: Sequence[str] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return {
            "paths": {name: str(path) for name, path in self.paths.items()},
            "counts": dict(self.counts),
            "classes": {label: dict(about) for label, about in self.classes.items()},
            "notes": list(self.notes),
        }


def reviewed_paths(out: Path, wanted: Path | None = None) -> dict[str, Path]:
    """Say which files `apply_review` writes.

    >>> reviewed_paths(Path("a.csv"))["rejected"].name
    'a.reviewed.rejected.csv'
    """
    reviewed = wanted or beside(out, "reviewed")
    return {
        "out": reviewed,
        "rejected": beside(reviewed, "rejected"),
        "manifest": beside(reviewed, "manifest", ".json"),
    }


def apply_review(config: ReviewConfig | Path | str | None = None, **options: Any) -> Reviewed:  # noqa: ANN401
    """Write a table as a person's review wants it.

    Parameters
    ----------
    config
        The options, or the path of the augmented table.
    **options
        Fields of `ReviewConfig` by name.

    Returns
    -------
    Reviewed
        What was written, and the class balance.

    Raises
    ------
    InputError
        For a table without decisions, outputs that exist, or files that cannot be used.

    Notes
    -----
    Originals stay as they are. A paraphrase without a decision stays where the filter put it. An
    edited one has ``+edited`` behind its engine, its change is measured anew, and its similarity
    is left empty, because nobody measured it; one that the filter had refused and the person
    keeps has ``+rescued`` there. One that was kept or edited is still refused when
    its text, but for case, space and punctuation, is that of an original or of another kept row.
    """
    if isinstance(config, str | Path):
        options, config = {"input": Path(config), **options}, None
    recipe = build(config, ReviewConfig, {**options, "apply": True})
    files = open_review(recipe)
    paths = reviewed_paths(files.out, recipe.out)
    _check_paths(files, paths, force=recipe.force)
    if not files.decisions.exists():
        raise InputError(
            f"{files.decisions} is not there: nothing was decided yet; "
            f"`augment review {shlex.quote(str(files.out))}` opens the page for it"
        )
    before = files.state()
    decisions = Decisions(files.decisions, writable=False)
    with closing(Items(files)) as items:
        done = _Application(files, items, decisions).write(paths, before)
    # From now on kfold-train without a name takes the reviewed table.
    if LAST.parent.is_dir():
        with suppress(OSError):
            remember(paths["out"])
    return done


def _check_paths(files: ReviewFiles, paths: Mapping[str, Path], *, force: bool) -> None:
    names = {files.out, files.decisions, beside(files.out, "manifest", ".json")}
    names |= {Path(files.rejected.name)} if files.rejected else set()
    inputs = {path.resolve() for path in names}
    for path in paths.values():
        if path.resolve() in inputs:
            raise InputError(
                f"{path} is part of what is reviewed, which is never changed; give another --out"
            )
        if _is_source(path, files):
            raise InputError(
                f"{path} is the table that {files.out} was made from, which is never changed; "
                "give another --out"
            )
    output_kind(paths["out"])
    killed = left_by_a_kill(paths["out"])
    check_outputs([paths["out"]], force=force)
    refuse_manifest_of_another(paths["out"])
    check_outputs(paths.values(), force=force or killed)


def _is_source(path: Path, files: ReviewFiles) -> bool:
    """Whether a path is the table that the run read: by name, or moved since, by content."""
    about = files.manifest.get("input")
    if not isinstance(about, dict) or not path.exists():
        return False
    name = Path(str(about.get("name", "")))
    if path.resolve() in (name.resolve(), (files.out.parent / name.name).resolve()):
        return True
    return path.is_file() and sha256(path) == about.get("sha256")


class _Application:
    """One application: what every paraphrase becomes, and the rows of both tables."""

    def __init__(self, files: ReviewFiles, items: Items, decisions: Decisions) -> None:
        self.files = files
        self.items = items
        self.decisions = decisions
        self.outcome = Outcome(items, decisions)
        self.columns = files.table.columns
        self.at = {name: at for at, name in enumerate(self.columns)}
        #: Rows of the rejected table by their reason, and new rows of the other.
        self.rejected: Counter[str] = Counter()
        self.kept = 0

    def write(self, paths: Mapping[str, Path], before: object) -> Reviewed:
        """Write the files; the main one gets its name last, if the inputs are as `before`."""
        table, refusals = self.files.table, self.files.rejected
        extra = (*self.columns, *REJECTION_COLUMNS)
        classes = self._classes()
        done = Reviewed(paths, self.outcome.counts, classes, tuple(self.decisions.notes))
        with OutputSet() as outputs:
            with TableWriter(paths["out"], self.columns, types=table.types, outputs=outputs) as out:
                for row in self._originals():
                    out.write(row)
                for _, _, row in heapq.merge(self._rows(False, True), self._rows(True, True)):
                    out.write(row[: len(self.columns)])
                    self.kept += 1
            types = refusals.types if refusals is not None else table.types
            with TableWriter(paths["rejected"], extra, types=types, outputs=outputs) as rejected:
                for _, _, row in heapq.merge(self._rows(False, False), self._rows(True, False)):
                    rejected.write(row)
                    self.rejected[cell_text(row[len(self.columns)])] += 1
            if self.files.state() != before:
                raise InputError(
                    f"{self.files.out} changed while it was read; run the command again"
                )
            text = json.dumps(self._manifest(done), ensure_ascii=False, indent=2)
            outputs.write_text(paths["manifest"], text + "\n")
        return done

    def _originals(self) -> Iterator[Sequence[object]]:
        method = self.at["aug_method"]
        return (row for row in self.files.table if cell_text(row[method]) == "original")

    def _rows(self, refused: bool, kept: bool) -> Iterator[tuple[int, int, Sequence[object]]]:
        """Rows of one table that go into one of the outputs: (source row, item, cells)."""
        table = self.files.rejected if refused else self.files.table
        if table is None:
            return
        number = self.items.first_refused if refused else 0
        method = self.at["aug_method"]
        for row in table:
            if not refused and cell_text(row[method]) == "original":
                continue
            if self.outcome.stands(number) == kept:
                item = self.items[number]
                yield item.source_id, number, self._cells(row, item, kept)
            number += 1

    def _cells(self, row: Sequence[object], item: Item, kept: bool) -> Sequence[object]:
        """Give the cells of a paraphrase as they stand in the output."""
        decision = self.outcome.decided.get(item.number, OPEN)
        repeated = item.number in self.outcome.repeated
        if decision.verdict == "edit" and (kept or repeated):
            row = self._edited(row, item, decision)
        if kept:
            return self._rescued(row, item) if item.refused and not decision.text else row
        if repeated:
            said = "another row has this text; the review would have kept it"
            return (*row[: len(self.columns)], DUPLICATE, said)
        if item.refused:
            return row
        return (*row, REFUSED, "refused by a person")

    def _rescued(self, row: Sequence[object], item: Item) -> Sequence[object]:
        at = self.at["aug_engine"]
        return (*row[:at], f"{item.engine}{RESCUED}", *row[at + 1 :])

    def _edited(self, row: Sequence[object], item: Item, decision: Decision) -> Sequence[object]:
        cells = list(row)
        if len(self.files.text) > 1:  # the page takes none; the file was written by hand
            raise InputError(
                f"{self.files.decisions}: {item.aug_id!r} is edited, but the texts of "
                f"{' and '.join(self.files.text)} stand together; keep or refuse it"
            )
        cells[self.at[self.files.text[0]]] = decision.text
        cells[self.at["aug_engine"]] = f"{item.engine}{EDITED}"
        cells[self.at["aug_similarity"]] = None
        changed: object = round(change(item.original, decision.text), 4)
        # A table of strings stays one.
        was = row[self.at["aug_change"]]
        cells[self.at["aug_change"]] = str(changed) if isinstance(was, str) else changed
        return tuple(cells)

    def _classes(self) -> dict[str, dict[str, int | None]]:
        targets = self.files.targets
        return {
            name: {"before": before, "after": after, "target": targets.get(name)}
            for name, before, after in self.outcome.classes()
        }

    def _manifest(self, done: Reviewed) -> dict[str, Any]:
        """Give the manifest of the run, with what the review changed."""
        was = dict(self.files.manifest)
        decided = hashlib.blake2b(digest_size=8)
        for key, decision in sorted(self.decisions.items(), key=lambda pair: pair[0]):
            decided.update(json.dumps([*key, decision.verdict, decision.text]).encode())
        classes = {
            label: {
                **was.get("classes", {}).get(label, {}),
                "after": about["after"],
                "shortfall": max(0, (about["target"] or 0) - (about["after"] or 0)),
            }
            for label, about in done.classes.items()
        }
        totals = was.get("totals", {})
        # Where the run's refusals are lost, those of the review come on top of them.
        earlier = totals.get("rejected", {}) if self.files.rejected is None else {}
        rejected = Counter(earlier) + self.rejected
        return {
            **was,
            "totals": {**totals, "rejected": dict(rejected), "kept": self.kept},
            "signature": f"{was.get('signature', 'unknown')}|review:{decided.hexdigest()}",
            "classes": classes,
            "out": {name: str(path) for name, path in done.paths.items()},
            "review": {
                "table": self.files.out.name,
                "sha256": sha256(self.files.out),
                "decisions": self.files.decisions.name,
                "counts": dict(done.counts),
            },
        }

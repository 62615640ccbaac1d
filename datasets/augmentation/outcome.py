"""What a run says at its end: what stayed short, what failed, and what checks could not look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING

from augment.datasets.augmentation.production import FAILED, Kept
from augment.datasets.augmentation.variants import why_not_more
from augment.enumeration import counted, first_of

if TYPE_CHECKING:
    from augment.datasets.augmentation.augmentation import Augmentation


def outcome(run: Augmentation, kept: Kept) -> Iterator[str]:
    """Lines on the classes that stay short, on originals with too few, and on texts that failed."""
    if shortfalls := run.shortfalls():
        yield _short(run, shortfalls)
    yield from _fewer(run, kept)
    failed = sum(counts.failed for counts in run.production.yields.values())
    if failed:
        yield (
            f"{counted(failed, 'text')} could not be {run.approach.verb}: see the table "
            f"of refusals (reason {FAILED!r}); the same command with --force tries again"
        )


def _fewer(run: Augmentation, kept: Kept) -> Iterator[str]:
    """Say how many originals have fewer paraphrases than ``per_row`` asked for, and why."""
    wanted = run.recipe.per_row
    if wanted is None or run.targets is not None:
        return
    # Those of one original stand together.
    enough = sum(len(list(group)) >= wanted for _, group in groupby(kept.sources))
    originals = sum(index >= 0 for index in run.found.row_label)
    if fewer := originals - enough:
        tried = why_not_more(run.paraphrasers, run.production.yields)
        few = f"{fewer:,} of {originals:,} originals have fewer than {wanted} paraphrases"
        yield f"{few}: {tried}"


def _short(run: Augmentation, shortfalls: Mapping[str, int]) -> str:
    """Say which classes stay short of what, and why, in one line."""
    targets = run.targets or {}
    lacking = [
        f"{repr(label) if label else 'the table'} stays {short:,} short of {targets[label]:,}"
        for label, short in shortfalls.items()
    ]
    kind = "" if "" in shortfalls else "class " if len(lacking) == 1 else "classes: "
    counts, yields, per_row = run.found.counts, run.production.yields, run.recipe.per_row
    if per_row and all(run.after[one] == counts[one] * (1 + per_row) for one in shortfalls):
        why = f"every original gave {per_row}; a larger --per-row would give more"
    else:
        tried = why_not_more(run.paraphrasers, yields)
        why = f"{run.approach.shortfall(per_row, yields)} ({tried})"
    return f"{kind}{first_of(lacking, 5)}: {why}"

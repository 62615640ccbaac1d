"""Rows of the augmented table and of the table of refusals, in the order they are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from augment.datasets.survey import cell_string
from augment.records import Candidate, Paraphrase, Rejection, provenance

if TYPE_CHECKING:
    from augment.datasets.augmentation.augmentation import Augmentation


def augmented_rows(
    run: Augmentation, kept: Iterable[tuple[int, int]]
) -> Iterator[tuple[object, ...]]:
    """Rows of the augmented table: originals in input order, then the new ones."""
    texts_at = [run.table.columns.index(name) for name in run.sides_named()]
    for number, row in enumerate(run.table):
        run.sample.original("\n".join(cell_string(row[at]) for at in texts_at))
        yield (*row, str(number), number, "original", "", "", None, None)
    for row, number in _beside_originals(run, kept):
        done = run.spool[number]
        assert isinstance(done, Paraphrase)
        run.sample.kept(_label(run, done.candidate), done)
        yield _row(run, row, done)


def rejected_rows(run: Augmentation) -> Iterator[tuple[object, ...]]:
    """Rows of the table of refusals, in the order of their originals."""
    for row, number in _beside_originals(run, run.production.rejections()):
        done = run.spool[number]
        assert isinstance(done, Rejection)
        run.sample.refused(_label(run, done.candidate), done)
        yield (*_row(run, row, done), done.reason, done.detail)


def new_texts(candidate: Candidate, sides: Sequence[int]) -> tuple[str, ...]:
    """Give the new text cells of a row: of the text columns those at `sides`."""
    texts = candidate.texts or (candidate.text,)
    return tuple(texts[side] for side in sides)


def _label(run: Augmentation, candidate: Candidate) -> str:
    return run.found.labels[run.found.row_label[candidate.source_id]]


def _beside_originals(
    run: Augmentation, results: Iterable[tuple[int, int]]
) -> Iterator[tuple[tuple[object, ...], int]]:
    """Pair results, sorted by row number, with the rows of their originals."""
    waiting = iter(results)
    head = next(waiting, None)
    for number, row in enumerate(run.table):
        while head is not None and head[0] == number:
            yield row, head[1]
            head = next(waiting, None)
        if head is None:
            return


def _row(
    run: Augmentation, original: tuple[object, ...], done: Paraphrase | Rejection
) -> tuple[object, ...]:
    cells = list(original)
    texts = new_texts(done.candidate, run.sides)
    for name, text in zip(run.sides_named(), texts, strict=True):
        cells[run.table.columns.index(name)] = text
    sides = "+".join(run.sides_named()) if done.candidate.texts else ""
    return *cells, *provenance(done, sides=sides)

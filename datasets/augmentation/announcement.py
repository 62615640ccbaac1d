"""What a run says before it starts: what was found and chosen, each with its option."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from augment.datasets.survey import odd_labels
from augment.datasets.table import unread_rows
from augment.enumeration import counted
from augment.filters import runs
from augment.languages import identifiable, language_name, language_shares, other_languages

if TYPE_CHECKING:
    from augment.datasets.augmentation.augmentation import Augmentation


def findings(run: Augmentation) -> Iterator[str]:
    """Lines on the table: rows, columns, language, and what is odd about it."""
    found, columns, recipe, table = run.found, run.columns, run.recipe, run.table
    yield f"{table.name}: {counted(found.rows, 'row')}, {table.format.describe()}"
    guessed = " (found; --text to change)" if columns.text_found else ""
    if len(columns.text) == 1:
        yield f"text column: {columns.text[0]!r}{guessed}"
    else:
        names = " and ".join(map(repr, run.sides_named()))
        yield f"text columns: {', '.join(map(repr, columns.text))}; new texts for {names}"
    if hint := columns.pair_hint():
        yield f"note: {hint}"
    if columns.label is None:
        could = ", ".join(repr(name) for name in columns.label_candidates)
        hint = f"; it could be {could}" if could and recipe.label is None else ""
        yield f"label column: none{hint}; the table is enlarged as one class (--label)"
    else:
        guessed = " (found; --label to change)" if columns.label_found else ""
        yield f"label column: {columns.label!r}{guessed}, {counted(len(found.counts), 'class')}"
        yield from (f"note: {sentence}" for sentence in odd_labels(found))
    guessed = "" if recipe.source else " (recognised; --source to change)"
    yield f"language: {language_name(run.source)} ({run.source}){guessed}"
    yield from _other_languages(found.sample, run.source, runs("language", recipe.no_filter))
    for count, noun, what in (
        (found.empty_texts, "row", "with an empty text; passed through unchanged"),
        (found.empty_labels, "row", "with an empty label; passed through unchanged"),
        (found.broken_texts, "text", "with broken characters; the file was saved so, or damaged"),
        (
            found.decomposed_texts,
            "text",
            "with accents that are characters of their own; translated as if typed, new texts too",
        ),
        (found.repeated_texts, "row", "with a text that an earlier row has"),
        (found.conflicting_texts, "text", "under more than one label"),
    ):
        if count:
            yield f"note: {counted(count, noun)} {what}"
    yield from unread_rows(table)


def _other_languages(sample: Sequence[str], source: str, checked: bool) -> Iterator[str]:
    """One line where texts are in another language than the rest."""
    shares = language_shares(sample, source) if sample and identifiable(source) else {}
    others = [
        f"{share:.1%} {language_name(code)}"
        for code, share in other_languages(shares, source).items()
    ]
    if others:
        what = (
            "nothing is made of those (check language): split the table, or take them out"
            if checked
            else f"they are treated as {language_name(source)}, and are better taken out"
        )
        yield f"note: of {len(sample):,} texts looked at {', '.join(others)}; {what}"


def _aims(targets: Mapping[str, int], counts: Mapping[str, int]) -> str:
    """Say what the classes that grow aim at.

    >>> _aims({"a": 60, "b": 173}, {"a": 6, "b": 173}), _aims({"a": 9}, {"a": 9})
    ('60 rows a class; larger ones stay as they are', 'no class is to grow')
    """
    growing = sorted({goal for name, goal in targets.items() if goal > counts.get(name, 0)})
    if not growing:
        return "no class is to grow"
    aims = " to ".join(f"{goal:,}" for goal in dict.fromkeys((growing[0], growing[-1])))
    larger = any(counts.get(name, 0) > growing[-1] for name in targets)
    return f"{aims} rows a class" + ("; larger ones stay as they are" if larger else "")


def choices(run: Augmentation) -> Iterator[str]:
    """Lines on the size that classes aim at and on checks that cannot look."""
    if run.targets is None:
        yield "balance none: every row gets its paraphrases"
    else:
        auto = "auto, " if run.recipe.balance == "auto" else ""
        yield f"balance {auto}{run.balance}: {_aims(run.targets, run.found.counts)}"
    yield from run.checks.notes()

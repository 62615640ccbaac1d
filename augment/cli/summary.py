"""What a person reads on stdout after an augmentation run, and after a review of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from augment.datasets.augmentation.manifest import Manifest
from augment.datasets.backtranslate import Augmented
from augment.datasets.review.apply import Reviewed
from augment.datasets.visible import visible_name
from augment.enumeration import counted


def augmentation_summary(done: Augmented) -> str:
    """Class counts before and after, the yield of every pivot, and where the files lie."""
    manifest = done.manifest
    lines = ["", *_classes(manifest.classes), "", *_pivots(manifest), ""]
    totals = manifest.totals
    before = manifest.input["rows"]
    lines.append(f"{counted(before, 'original')} + {counted(totals['kept'], 'new row')}")
    refused = dict(totals["rejected"])
    if refused:
        reasons = sorted(refused.items(), key=lambda item: (-item[1], item[0]))
        lines.append("refused: " + ", ".join(f"{name} {count:,}" for name, count in reasons))
    if known := sum(about.get("from_earlier_runs", 0) for about in manifest.pivots.values()):
        lines.append(f"translated before, and not again: {known:,} translations, from the store")
    for name, path in done.paths.items():
        lines.append(f"{name + ':':<10}{path}")
    if "out" in done.paths and totals["kept"]:
        out = _quoted(str(done.paths["out"]))
        lines += ["", f"look through them: augment review {out}"]
        if len(manifest.classes) > 1:
            lines.append(f"does it help?      augment kfold-train {out}")
        # Where numbers have a comma, Excel reads a CSV with commas as one column.
        form = manifest.resolved["format"]
        if done.paths["out"].suffix == ".csv" and ("semicolon" in form or "Excel" in form):
            excel = _quoted(str(done.paths["out"].with_suffix(".excel.csv")))
            lines.append(f"for Excel:         augment convert {out} {excel} --excel")
    return "\n".join(lines)


def review_summary(found: Mapping[str, Any]) -> str:
    """How far a review has come, and how it is applied."""
    verdicts = ", ".join(f"{name} {count:,}" for name, count in found["verdicts"].items())
    lines = [
        f"{found['decided']:,} of {found['paraphrases']:,} paraphrases decided: {verdicts}",
        f"decisions: {found['decisions']}",
    ]
    if stale := found["stale"]:
        are = "is about a text that is" if stale == 1 else "are about texts that are"
        lines.append(f"{counted(stale, 'decision')} {are} not in the table now")
    lines += list(found["notes"])
    if found["decided"]:
        lines += ["", f"apply them: augment review {_quoted(found['table'])} --apply"]
    return "\n".join(lines)


def applied_summary(done: Reviewed) -> str:
    """Class balance after a review, what the decisions did, and where the files lie."""
    rows: list[tuple[object, ...]] = [("class", "before", "after", "aim")]
    nameless = "(none)" if len(done.classes) > 1 else "(all rows)"
    for label, about in done.classes.items():
        aim = about["target"]
        rows.append(
            (
                visible_name(label) or nameless,
                about["before"],
                about["after"],
                "" if aim is None else aim,
            )
        )
    lines = [*table(rows), ""]
    lines.append(", ".join(f"{name} {count:,}" for name, count in done.counts.items() if count))
    lines += list(done.notes)
    lines += [f"{name + ':':<10}{path}" for name, path in done.paths.items()]
    if len(done.classes) > 1:
        lines += ["", "does it help? augment kfold-train " + _quoted(str(done.paths["out"]))]
    return "\n".join(lines)


def table(rows: Sequence[Sequence[object]]) -> list[str]:
    """Align rows of cells: the first column left, the others right.

    >>> table([("class", "rows"), ("ham", 4827)])
    ['class   rows', 'ham    4,827']
    """
    texts = [
        [f"{cell:,}" if isinstance(cell, int) else " ".join(str(cell).split()) for cell in row]
        for row in rows
    ]
    widths = [max(len(row[column]) for row in texts) for column in range(len(texts[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in texts
    ]


def _classes(classes: object) -> list[str]:
    rows: list[tuple[object, ...]] = [("class", "before", "after", "aim", "short")]
    for label, counts in classes.items():  # type: ignore[attr-defined]
        aim = counts["target"]
        rows.append(
            (
                label or "(all rows)",
                counts["before"],
                counts["after"],
                "" if aim is None else aim,
                counts["shortfall"] or "",
            )
        )
    return table(rows)


def _pivots(manifest: Manifest) -> list[str]:
    kind = "method" if "methods" in manifest.resolved else "pivot"
    rows: list[tuple[object, ...]] = [(kind, "asked", "failed", "refused", "surplus", "kept")]
    for name, counts in manifest.pivots.items():
        refused = sum(counts["rejected"].values())
        rows.append(
            (name, counts["asked"], counts["failed"], refused, counts["surplus"], counts["kept"])
        )
    return table(rows)


def _quoted(name: str) -> str:
    import shlex

    return shlex.quote(name)

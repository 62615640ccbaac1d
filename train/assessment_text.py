"""An assessment in words, for a terminal and for a model card."""

from __future__ import annotations

from collections.abc import Sequence

from augment.datasets.visible import visible_name
from augment.enumeration import counted, enumerated
from augment.train.assessment import Assessment, IntArray
from augment.train.metrics import Constant, unpredicted
from augment.train.near_rows import near_trained_sentence

#: Beyond so many classes the confusion table is too wide to be read.
WIDEST = 12
#: So many classes are named in a sentence.
NAMED = 10


#: What may let a model learn that did not.
REMEDY = (
    "train longer (--epochs, --steps), give more rows, or an encoder that knows the language of "
    "the texts (--model)"
)
#: What is said of such a model (see `Assessment.learned`).
UNLEARNED = f"the model is right no more often than its own answers in any order would be; {REMEDY}"


def constant_line(table: IntArray, classes: Sequence[str]) -> str:
    """Say what no model is needed for: the scores of always answering the most frequent class."""
    constant = Constant.of(table)
    return (
        f"without any model, always answering {classes[constant.label]!r}: "
        f"accuracy {constant.accuracy:.3f}, macro F1 {constant.macro_f1:.3f}"
    )


def quoted(classes: Sequence[str]) -> str:
    """Name classes in a sentence; of many, their number and the first.

    Examples
    --------
    >>> quoted(["a", "b"]), quoted([*"abcdefghijkl"])[:28]
    ("'a', 'b'", "12 classes ('a', 'b', 'c', '")
    """
    named = enumerated([*map(repr, classes)], NAMED)
    return named if len(classes) <= NAMED else f"{counted(len(classes), 'class')} ({named})"


def score_line(found: Assessment) -> str:
    """Accuracy and macro F1 with their intervals, in one line."""
    parts = []
    for name, value in (("accuracy", found.accuracy), ("macro F1", found.macro_f1)):
        low, high = found.ci95[name.replace(" ", "_").lower()]
        parts.append(f"{name} {value:.3f} [{low:.3f}, {high:.3f}]")
    return ", ".join(parts)


def class_report(found: Assessment) -> str:
    """Precision, recall and F1 of every class, as a table."""
    width = max(12, *(len(visible_name(name)) for name in found.classes))
    lines = [f"{'':<{width}} {'precision':>9} {'recall':>9} {'F1':>9} {'rows':>7}"]
    for name, one in found.per_class.items():
        lines.append(
            f"{visible_name(name):<{width}} {one.precision:>9.3f} {one.recall:>9.3f} "
            f"{one.f1:>9.3f} {one.support:>7,}"
        )
    lines.append(f"{'macro F1':<{width}} {'':>9} {'':>9} {found.macro_f1:>9.3f} {found.rows:>7,}")
    if never := [found.classes[n] for n in unpredicted(found.confusion)]:
        lines.append(f"never predicted: {quoted(never)}")
    return "\n".join(lines)


def confusion_report(found: Assessment) -> str:
    """Confusion table; with many classes, the pairs that are confused most often."""
    counts = found.confusion
    classes = [visible_name(name) for name in found.classes]
    if len(classes) > WIDEST:
        pairs = sorted(
            (-int(counts[a, b]), classes[a], classes[b])
            for a in range(len(counts))
            for b in range(len(counts))
            if a != b and counts[a, b]
        )
        lines = [f"  {-n:,} x {a} taken for {b}" for n, a, b in pairs[:WIDEST]]
        return "\n".join(["most often confused:", *(lines or ["  nothing"])])
    cells = [[f"{n:,}" for n in row] for row in counts.tolist()]
    width = max(len("label"), *(len(name) for name in classes))
    widths = [
        max(len(name), *(len(row[column]) for row in cells)) for column, name in enumerate(classes)
    ]
    head = "  ".join(name.rjust(w) for name, w in zip(classes, widths, strict=True))
    lines = [f"{'label':<{width}}  {head}   <- predicted"]
    for name, row in zip(classes, cells, strict=True):
        line = "  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True))
        lines.append(f"{name:<{width}}  {line}")
    return "\n".join(lines)


def mistakes_report(found: Assessment) -> str:
    """List the hardest errors, one a line."""
    if not found.mistakes:
        return "no errors"
    lines = []
    for one in found.mistakes:
        text = " | ".join(" ".join(side.split()) for side in one.text)
        text = text if len(text) <= 70 else text[:69] + "…"
        label, answer = visible_name(one.label), visible_name(one.predicted)
        lines.append(
            f"  row {one.row:,}: {label}, taken for {answer} ({one.score:.2f}): "
            f"{visible_name(text)}"
        )
    return "\n".join(["hardest errors (0-based rows):", *lines])


def caveats(found: Assessment) -> list[str]:
    """Say what the scores do not mean, a sentence each; empty where nothing speaks for it."""
    told = []
    if (found.confusion.sum(axis=1) > 0).sum() == 1:
        told = ["rows of one class alone: they cannot tell what the model takes for that class"]
    elif not found.learned:
        told = [f"NO BETTER THAN GUESSING: {UNLEARNED}"]
    if found.trained_on:
        rows = (
            "every row has"
            if found.trained_on == found.rows
            else (f"{found.trained_on:,} of the {found.rows:,} rows have")
        )
        told += [
            f"NOT TO BE TRUSTED: {rows} a text that the model was trained on, so these scores are "
            "too good; score rows that it has not seen"
        ]
    if found.side_trained_on:
        told += [
            f"of {found.side_trained_on:,} of the {found.rows:,} rows the model was trained on one "
            "side, in another pair: scores may be too good; augment split keeps such rows together"
        ]
    if found.near_trained_on:
        told.append(near_trained_sentence(found.near_trained_on, found.rows))
    return told


def assessment_text(found: Assessment) -> str:
    """Give the whole assessment for a terminal."""
    other = (
        f"log loss {found.scores.log_loss:.3f}, calibration error {found.ece:.3f}, "
        f"Matthews correlation {found.scores.mcc:.3f}"
    )
    parts = [
        *caveats(found),
        f"{found.rows:,} rows: {score_line(found)}\n{other}\n"
        f"{constant_line(found.confusion, found.classes)}",
        class_report(found),
        confusion_report(found),
        mistakes_report(found),
    ]
    return "\n\n".join(parts)

"""What a person reads on stdout after an inspection."""

from __future__ import annotations

from collections.abc import Mapping

from augment.cli.summary import table
from augment.datasets.inspection.inspection import Inspection, Leak, Pair
from augment.datasets.lengths import Lengths
from augment.enumeration import counted
from augment.languages import shown_language

#: Classes listed; the others are summed up.
MOST_CLASSES = 30
#: Rows listed that could not be read.
MOST_SHOWN = 10


def inspection_text(found: Inspection) -> str:
    """Say everything that was found, the alarming last."""
    lines = [f"{found.name}: {counted(found.rows, 'row')}, {found.format}"]
    lines.append(f"columns: {', '.join(found.columns)}")
    lines.append(f"language: {_languages(found.languages)}")
    if found.methods:
        methods = ", ".join(f"{count:,} {name}" for name, count in found.methods.items())
        lines.append(f"an augmented table: {methods}")
    lines += ["", *_classes(found), "", *_lengths(found), "", *_trouble(found)]
    if found.against is not None:
        lines += ["", *_leak(found.against)]
    lines += ["", *expectation_lines(found)]
    return "\n".join(lines)


def _languages(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{shown_language(code)} {_percent(share)}" for code, share in shares.items())


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"


def _classes(found: Inspection) -> list[str]:
    if found.label_column is None:
        return ["no label column: the table counts as one class"]
    total = max(sum(found.classes.values()), 1)
    ranked = sorted(found.classes.items(), key=lambda item: (-item[1], item[0]))
    rows: list[tuple[object, ...]] = [("class", "rows", "share", "median words")]
    for label, count in ranked[:MOST_CLASSES]:
        words = found.words_by_class.get(label)
        share = f"{100 * count / total:.1f} %"
        rows.append((label, count, share, "" if words is None else words.median))
    lines = table(rows)
    if len(ranked) > MOST_CLASSES:
        lines.append(f"and {len(ranked) - MOST_CLASSES} more classes")
    if found.imbalance is not None:
        lines.append(f"largest over smallest: {found.imbalance:g}")
    return lines


def _lengths(found: Inspection) -> list[str]:
    rows: list[tuple[object, ...]] = [("length in", "least", "median", "mean", "95 %", "greatest")]
    for name, one in (("words", found.words), (f"{found.tokens_of} tokens", found.tokens)):
        if one is not None:
            rows.append((name, *_numbers(one)))
    lines = table(rows)
    if found.longer_than_cut:
        lines.append(found.longer_said())
    return lines


def _numbers(one: Lengths) -> tuple[object, ...]:
    return one.least, one.median, f"{one.mean:,.1f}", one.p95, one.greatest


def _trouble(found: Inspection) -> list[str]:
    rows: list[tuple[object, ...]] = [
        ("rows with an empty text", found.empty_texts),
        ("rows with an empty label", found.empty_labels),
        ("rows with a text that an earlier row has", found.repeated_texts),
    ]
    if found.near_repeated_texts is not None:
        rows.append(("texts near an earlier one", found.near_repeated_texts))
    rows.append(("texts under more than one label", found.conflicting_texts))
    if found.near_other_label is not None:
        rows.append(("near texts under another label", found.near_other_label))
    lines = table(rows)
    kinds = [
        kind
        for kind, count in (
            ("empty", found.empty_texts + found.empty_labels),
            ("conflicting", found.conflicting_texts),
            ("repeated", found.repeated_texts),
        )
        if count
    ]
    if kinds:
        lines.append(
            f"to leave them out, and see which: augment convert IN OUT --drop {','.join(kinds)}"
        )
    if found.broken_texts:
        lines.append(
            f"{counted(found.broken_texts, 'row')} with broken characters, as of a file that was "
            "read in a wrong encoding and saved so"
        )
    if found.bad_rows:
        lines.append(f"{counted(len(found.bad_rows), 'row')} could not be read; skipped:")
    lines += [f"  line {bad.line}: {bad.reason}" for bad in found.bad_rows[:MOST_SHOWN]]
    if left := found.bad_rows[MOST_SHOWN:]:
        lines.append(f"  and {len(left):,} more (--json lists all)")
    if found.conflict_examples:
        lines.append("under more than one label, for example:")
    for text, labels in found.conflict_examples:
        lines.append(f"  {' / '.join(labels)}: {text}")
    if found.near_examples:
        lines.append("near texts, for example:")
        lines += [line for pair in found.near_examples for line in _pair(pair)]
    return lines


def _pair(pair: Pair) -> list[str]:
    labels = "" if pair.labels[0] == pair.labels[1] else f"  ({' / '.join(pair.labels)})"
    return [f"  {pair.similarity:.2f}{labels}", f"    {pair.first}", f"    {pair.second}"]


def _leak(leak: Leak) -> list[str]:
    share = leak.leaked_rows / max(leak.rows, 1)
    have = "has" if leak.leaked_rows == 1 else "have"
    lines = [
        f"{leak.name}: {counted(leak.rows, 'row')}, of which {leak.leaked_rows:,} "
        f"({_percent(share)}) {have} a text of the first table"
    ]
    if leak.other_label:
        lines.append(f"  {leak.other_label:,} of them under another label")
    if leak.side_rows is not None:
        share_one = "shares" if leak.side_rows == 1 else "share"
        lines.append(f"  {counted(leak.side_rows, 'further row')} {share_one} one side of the pair")
    if leak.near_leaked_rows is not None:
        are = "is" if leak.near_leaked_rows == 1 else "are"
        lines.append(f"  {counted(leak.near_leaked_rows, 'further row')} {are} near a text there")
    lines += [line for pair in leak.examples for line in _pair(pair)]
    if leak.leaked_rows or leak.near_leaked_rows:
        lines.append("  scores on these rows say nothing; augment split keeps such rows together")
    elif leak.side_rows:
        lines.append("  scores on these rows may be too good; augment split keeps them together")
    return lines


def expectation_lines(found: Inspection) -> list[str]:
    """Say what could be seen, and what was measured elsewhere."""
    lines = list(found.notes)
    plan = found.expectation
    if plan is None:
        return lines
    times = f", {plan.repeats} times" if plan.repeats > 1 else ""
    lines += [
        f"what {plan.folds} folds{times} could tell from chance, at best (arms that disagree on "
        f"{100 * plan.disagreement:.0f} % of the test rows):",
        f"  accuracy: a gain of {100 * plan.smallest_gain:.1f} points or more",
        f"  recall of the smallest class, {plan.rarest_class!r} "
        f"({counted(plan.rarest_rows, 'row')}): "
        f"{100 * plan.smallest_gain_rarest:.1f} points or more",
    ]
    gain = plan.band.measured_gain
    size = f"{counted(plan.rarest_rows, 'row')} in the smallest class"
    if gain is None:
        lines.append(f"{size}: with so many, no gain from back-translation is known; expect none")
    else:
        lines += [
            f"{size}: with about so many a class, back-translation gained {gain:+.1f} points",
            "  elsewhere (BERT, no fair control: Cegin et al. 2025)",
        ]
    return lines

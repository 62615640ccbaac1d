"""A result in words: the verdict as one sentence, and the table for a terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from augment.enumeration import counted
from augment.train.assessment_text import REMEDY, constant_line, quoted
from augment.train.kfold.comparison import Comparison
from augment.train.kfold.config import (
    AUGMENTED,
    FLOORS,
    MATCHED,
    OF_ORIGINALS,
    ORIGINAL,
    OVERSAMPLED,
    of_new_rows,
)
from augment.train.kfold.results import KFoldResult, LeakGap
from augment.train.metrics import unpredicted

METRIC_NAMES = {"macro_f1": "macro F1", "accuracy": "accuracy", "mcc": "Matthews correlation"}
ARM_NAMES = {
    "original": "the originals",
    "oversampled": "repeated originals",
    "augmented": "paraphrases",
    "weighted": "weighted classes",
    "original_matched": "the originals trained as long",
}


def arm_title(arm: str) -> str:
    """Name an arm for a reader.

    >>> arm_title("original"), arm_title("tfidf")
    ('original', 'tfidf (floor)')
    """
    return f"{arm} (floor)" if arm in FLOORS else arm


#: Repeats that a run with fewer is advised to take: beyond them little more is seen.
MORE_REPEATS: Final = 5


def points(value: float, *, sign: bool = False) -> str:
    """Write a score difference in points of a hundredth.

    >>> points(-0.0123, sign=True)
    '−1.2'
    """
    text = f"{100 * value:{'+' if sign else ''}.1f}"
    if float(text) == 0:
        text = "0.0"
    return text.replace("-", "−")


def plus_minus(mean: float, sd: float) -> str:
    """Write a score and its standard deviation.

    >>> plus_minus(-0.0204, 0.1)
    '−0.020 ± 0.100'
    """
    return f"{mean:.3f} ± {sd:.3f}".replace("-", "−")


def verdict_sentence(result: KFoldResult) -> str:
    """Say what was found, in one sentence that a person can act on."""
    c = result.comparison
    if c is None:
        return "One arm was run, so there is nothing to compare; run at least two arms."
    if c.withheld == "unlearned":
        both = f"{arm_title(c.candidate)} and {arm_title(c.baseline)}"
        return (
            f"Nothing can be said: {both} were not shown to do better than guessing, and models "
            f"that learned nothing tell nothing of the rows; {REMEDY}."
        )
    metric = METRIC_NAMES[c.metric]
    if c.smallest_detectable >= 1:
        return (
            f"Nothing can be said: the folds differ so much, or are so few, that this run could "
            f"not have seen any change of {metric}; use more folds or repeats, or more steps "
            "(--folds, --repeats, --steps)."
        )
    low, high = c.ci95
    interval = f"95 % interval {points(low, sign=True)} to {points(high, sign=True)}"
    subject, against = _subject(c), _against(c)
    changed = (
        f"{subject} changed {metric} by {points(c.gain, sign=True)} points against {against} "
        f"({interval}"
    )
    if c.withheld == "control":
        return f"No fair comparison: {changed}), {_unfair(result)}."
    if c.withheld == "arm":
        return f"No gain to be relied on: {changed}), but {_not_beaten(result)}."
    if c.withheld == "holm":
        kind = "gain" if c.gain > 0 else "loss"
        return (
            f"No {kind} to be relied on: {changed}, p = {c.p_value:.3f} by itself), but among "
            f"{len(result.candidates)} arms of new rows one looks like that by chance too often "
            f"(p = {c.p_adjusted:.3f} after Holm's correction); more folds or repeats would tell."
        )
    advice = _advice(result, c)
    if c.verdict == "no measurable difference":
        return (
            f"No measurable difference: {changed}), and this run could only have seen a change of "
            f"{points(c.smallest_detectable)} points or more{_seen_with_more(result, c)}; {advice}"
        )
    verb = "raised" if c.verdict == "helps" else "lowered"
    return (
        f"{subject[0].upper()}{subject[1:]} {verb} {metric} by {points(abs(c.gain))} points "
        f"against {against} ({interval}); {advice}"
    )


def _subject(c: Comparison) -> str:
    if c.candidate == AUGMENTED:
        return "training on paraphrases"
    if c.candidate == OVERSAMPLED:
        return "repeating originals until the classes are balanced"
    if of_new_rows(c.candidate):
        return f"training on the new rows of arm {c.candidate}"
    return f"the arm {arm_title(c.candidate)}"


def _against(c: Comparison) -> str:
    if c.baseline.startswith(OVERSAMPLED):
        return "training as long on repeated originals"
    return {
        ORIGINAL: "the originals alone",
        MATCHED: "training as long on the originals as they come",
    }.get(c.baseline, f"the arm {arm_title(c.baseline)}")


def _advice(result: KFoldResult, c: Comparison) -> str:
    if not of_new_rows(c.candidate):
        way = "on the balanced rows" if c.candidate == OVERSAMPLED else "that way"
        return {
            "helps": f"train {way}, or try `augment backtranslate`.",
            "hurts": "train on the rows as they are.",
        }.get(c.verdict, "the rows as they are will do.")
    rows = "paraphrases" if c.candidate == AUGMENTED else "new rows"
    if c.verdict == "helps":
        table = "the augmented table" if c.candidate == AUGMENTED else f"the table of {c.candidate}"
        return f"use {table} for the final model."
    scores = {a: arm.mean(c.metric) for a, arm in result.arms.items() if a in OF_ORIGINALS}
    best = max(scores, key=scores.__getitem__, default="")
    repeated = scores.get(OVERSAMPLED)
    ahead = repeated is None or scores[best] > repeated
    instead = "repeat the originals instead" if repeated is not None else "train on the originals"
    if ahead and best:
        instead = (
            f"train on {ARM_NAMES[best]} instead (arm {best}, {scores[best]:.3f}, the best of the "
            "originals in these folds)"
        )
    if c.verdict == "hurts":
        return f"do not train on these {rows}; {instead}."
    does = f"{instead}, and" if ahead else "repeating the originals does as well for less, so"
    more = "more folds or repeats show a gain"
    if _n_repeats(result) < MORE_REPEATS and result.folder is not None:
        more = f"more repeats show a gain (--repeats {MORE_REPEATS} --resume adds them to this run)"
    return f"{does} use the {rows} only if {more}."


def _seen_with_more(result: KFoldResult, c: Comparison) -> str:
    """Say what more repeats would see; nothing where there are many already."""
    repeats = _n_repeats(result)
    if repeats >= MORE_REPEATS:
        return ""
    seen = c.smallest_with(len(c.differences) // repeats * MORE_REPEATS)
    return f" (about {points(seen)} with {MORE_REPEATS} repeats)"


def _n_repeats(result: KFoldResult) -> int:
    """How often the folds were drawn."""
    return 1 + max(unit.repeat for arm in result.arms.values() for unit in arm.units)


def _unfair(result: KFoldResult) -> str:
    """Say what else differs between two arms, and which arm would be the fair control."""
    c = result.comparison
    assert c is not None
    if c.baseline in FLOORS:
        return f"but a floor is another method, not other rows; run the arm {OVERSAMPLED} beside it"
    steps = [sum(unit.steps for unit in result.arms[a].units) for a in (c.baseline, c.candidate)]
    longer = " also trains longer" if steps[1] > steps[0] else ""
    if not of_new_rows(c.candidate):
        return f"but it{longer or ' trains for other steps'}; run the arm {MATCHED} beside it"
    evener = " sees other shares of the classes" if not longer else " and sees evener classes"
    return f"but it{longer}{evener}; run the arm {OVERSAMPLED} beside it"


def _not_beaten(result: KFoldResult) -> str:
    """Say which arm of originals stands against a gain, and what follows."""
    c = result.comparison
    assert c is not None
    assert c.unbeaten is not None
    what = ARM_NAMES.get(c.unbeaten)
    arm = f"{what} (arm {c.unbeaten})" if what else f"the arm {c.unbeaten}"
    ahead = result.arms[c.candidate].mean(c.metric) - result.arms[c.unbeaten].mean(c.metric)
    if ahead > 0:
        return (
            f"was not shown to beat {arm}, which it is {points(ahead)} points above in these "
            "folds; more folds or repeats would tell"
        )
    return f"did not beat {arm}; train on the originals that way"


def leak_sentence(leak: LeakGap) -> str:
    """Say what folds that leak would have feigned."""
    low, high = leak.ci95
    return (
        f"not to be done: shuffling all rows into ordinary folds, so that texts or paraphrases of "
        f"test rows are trained on, would have shown {METRIC_NAMES[leak.metric]} "
        f"{leak.leaking:.3f} instead of {leak.grouped:.3f} for {leak.arm}, "
        f"{points(leak.gap, sign=True)} points (95 % interval {points(low, sign=True)} to "
        f"{points(high, sign=True)}; originals alone are scored)"
    )


def alike_sentence(result: KFoldResult) -> str:
    """Say where the rows set the limit of a comparison, not the folds; empty where they do not.

    Differences that are alike by chance are taken to spread by more than they do (see
    `augment.train.kfold.steps`).
    """
    told = []
    for c in result.candidates:
        step = c.step
        if step is None or c.spread <= c.sd:
            continue
        row = f"one of class {step.label!r}, of which a test part has {step.rows:.3g},"
        if not step.label:
            row = f"one of the {step.rows:.3g} of a test part"
        told.append(
            f"{arm_title(c.candidate)} − {arm_title(c.baseline)} spreads by {points(c.sd)} points "
            f"over the folds, less than single rows allow: {row} is worth "
            f"{points(step.row_worth)}; interval, p and smallest detectable difference go by "
            f"{points(c.spread)}"
        )
    return f"alike by chance: {'; '.join(told)}; more test rows tell more" if told else ""


def label_sentence(about: Mapping[str, Any], refused: Mapping[str, Sequence[int]]) -> str:
    """Say what the label check kept out, and which table labels of test rows had a say in.

    Parameters
    ----------
    about
        What ``run.json`` says of the check.
    refused
        Arm of new rows -> rows kept out in each test round.
    """
    parts = []
    if refused:
        said = []
        for arm, counts in refused.items():
            low, high = min(counts), max(counts)
            said.append(f"{low} of {arm}" if low == high else f"{low} to {high} of {arm}")
        parts.append(
            "label check, fitted anew in every training part: new rows kept out of training, by "
            f"test round, {', '.join(said)}"
        )
    for why, n in about["stood_aside"].items():
        parts.append(f"it stood aside in {n} of {about['training_parts']} training parts ({why})")
    for table, n in about["refused_before_with_all_labels"].items():
        if n:
            parts.append(
                f"{table} is without {counted(n, 'candidate')} that a classifier of all labels, "
                "those of the test rows too, refused before (--label-check), so the gain may be "
                "flattered; for a clean number write the table without it and run --label-check "
                "on here"
            )
    return "; ".join(parts)


def floor_sentence(result: KFoldResult) -> str:
    """Say how the floors stand to the best fine-tuned arm; empty without floors, or nothing else.

    No test is made: a floor differs in its method, so no difference would speak of the rows.
    """
    scores = {name: arm.mean(result.metric) for name, arm in result.arms.items()}
    floors = [name for name in scores if name in FLOORS]
    best = max((name for name in scores if name not in FLOORS), key=scores.__getitem__, default="")
    if not floors or not best:
        return ""
    told = ", ".join(f"{name} {scores[name]:.3f}" for name in floors)
    level = [name for name in floors if scores[name] >= scores[best]]
    end = f"; {' and '.join(level)} did as well or better without any new row" if level else ""
    return (
        f"floors, other methods on the originals alone: {METRIC_NAMES[result.metric]} {told}; the "
        f"best fine-tuned arm, {best}, {scores[best]:.3f}{end}"
    )


def unpredicted_sentence(result: KFoldResult) -> str:
    """Name the classes that an arm never predicted; empty where each predicted all that occur.

    Such an arm has not learned its task, however high its accuracy is, and a comparison with it
    says little.
    """
    arms: dict[tuple[str, ...], list[str]] = {}
    for name, arm in result.arms.items():
        classes = [*arm.per_class]
        if never := tuple(classes[n] for n in unpredicted(arm.confusion)):
            arms.setdefault(never, []).append(arm_title(name))
    if not arms:
        return ""
    told = "; ".join(
        f"{' and '.join(own)} never predicted {quoted(never)}" for never, own in arms.items()
    )
    return (
        f"not learned: {told}; train longer (--epochs, --steps), balance the classes, or join "
        "those that are too small to be learned"
    )


def guessing_sentence(result: KFoldResult) -> str:
    """Say what no model is needed for, and which arms reached no more.

    An arm may score high where one class is frequent, and have learned nothing.
    """
    first = next(iter(result.arms.values()))
    told = constant_line(first.confusion, [*first.per_class])
    lost = [
        f"{arm_title(name)} (accuracy {arm.mean('accuracy'):.3f})"
        for name, arm in result.arms.items()
        if not arm.learned
    ]
    if not lost:
        return told
    return (
        f"{told}; no better than guessing, right no more often than their own answers in any order "
        f"would be: {', '.join(lost)}; {REMEDY}"
    )


def summary(result: KFoldResult) -> str:
    """Give the table of arms, the verdict and where the report lies, for a terminal."""
    wide = max(12, *(len(arm_title(name)) for name in result.arms))
    head = f"{'accuracy':>15} {'macro F1':>15} {'MCC':>15} {'steps':>6} {'time':>8}"
    lines = [f"{'arm':<{wide}} {head}"]
    for name, arm in result.arms.items():
        cells = [plus_minus(arm.mean(m), arm.sd(m)) for m in ("accuracy", "macro_f1", "mcc")]
        steps = round(sum(u.steps for u in arm.units) / len(arm.units))
        seconds = sum(u.seconds for u in arm.units)
        lines.append(
            f"{arm_title(name):<{wide}} "
            + " ".join(f"{c:>15}" for c in cells)
            + f" {steps:>6} {seconds:>6.0f} s"
        )
    lines.append("")
    if result.naive is not None and result.comparison is not None:
        lines += [
            _difference("verdict", result.comparison, several=len(result.candidates) > 1),
            _difference("naive difference, not a fair one", result.naive),
            "",
        ]
    lines += [
        _difference(f"arm {c.candidate}: {c.outcome}", c, several=True)
        for c in result.candidates[1:]
    ]
    if len(result.candidates) > 1:
        lines += ["verdicts after Holm's correction for several arms of new rows", ""]
    for point in result.curve:
        size = "all originals" if point.per_class is None else f"{point.per_class} a class"
        lines += [_difference(size, c, several=True) for c in point.comparisons]
    if result.curve:
        lines.append("curve: against the control alone, corrected for all its comparisons (Holm)")
    notes = [
        alike_sentence(result),
        leak_sentence(result.leak) if result.leak is not None else "",
        label_sentence(result.run["label_check"], result.label_refused),
        floor_sentence(result),
        guessing_sentence(result),
        unpredicted_sentence(result),
    ]
    lines += [note for note in notes if note]
    lines += [*result.doubts, result.sentence]
    if not any(new for _, new in result.class_counts.values()):
        lines.append(
            "To test paraphrases as an arm of their own: augment backtranslate, then augment "
            "kfold-train on the table it writes."
        )
    if result.folder is not None:
        lines.append(f"report: {result.folder / 'report.html'}")
    return "\n".join(lines)


def _difference(what: str, c: Comparison, *, several: bool = False) -> str:
    low, high = c.ci95
    corrected = f" ({c.p_adjusted:.3f} corrected)" if several else ""
    return (
        f"{what}: {arm_title(c.candidate)} − {arm_title(c.baseline)} = "
        f"{points(c.gain, sign=True)} points of {METRIC_NAMES[c.metric]} "
        f"[{points(low, sign=True)}, {points(high, sign=True)}], p = {c.p_value:.3f}{corrected}, "
        f"smallest detectable {points(c.smallest_detectable)}"
    )

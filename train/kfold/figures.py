"""The figures of a report, as PNG bytes; drawn without touching matplotlib's global state."""

from __future__ import annotations

import io
import re
import warnings
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from augment.train.kfold.arm_result import ArmResult
from augment.train.kfold.results import KFoldResult
from augment.train.kfold.summary import METRIC_NAMES, arm_title, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {
    "original": "#8a94a3",
    "oversampled": "#2f6db5",
    "augmented": "#d9772b",
    "weighted": "#5a9367",
}
#: For arms that the user names, in turn.
OTHERS = ("#8d5ba6", "#b8465b", "#2f8f96", "#9a7b2f", "#5b6fd1", "#777777")
INK, FAINT = "#1f2933", "#d8dde4"
MOST_CLASSES = 30
"""Classes shown in a figure; beyond, the most frequent ones, and the captions say so."""


def _colour(result: KFoldResult, arm: str) -> str:
    """Give an arm its colour; the same in every figure of a run."""
    others = [name for name in result.arms if name not in COLOURS]
    return COLOURS.get(arm) or OTHERS[others.index(arm) % len(OTHERS)]


def draw_figures(result: KFoldResult) -> dict[str, bytes]:
    """Draw every figure of a run.

    Returns
    -------
    dict
        Name -> PNG: ``gain`` (where arms are compared), ``curve`` (where asked for),
        ``fold_scores``, ``per_class_f1``,
        ``confusion``, ``class_counts``.
    """
    figures = {
        "fold_scores": _fold_scores(result),
        "per_class_f1": _per_class_f1(result),
        "confusion": _confusion(result),
        "class_counts": _class_counts(result),
    }
    if result.curve:
        figures = {"curve": _curve(result), **figures}
    if result.comparison is not None:
        figures = {"gain": _gain(result), **figures}
    return {name: _png(figure) for name, figure in figures.items()}


def _figure(width: float, height: float, **grid: Any) -> tuple[Figure, Any]:  # noqa: ANN401
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), dpi=160, layout="constrained")
    axes = figure.subplots(**grid)
    for ax in np.atleast_1d(axes).ravel():
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
        for side in ("left", "bottom"):
            ax.spines[side].set_color(FAINT)
        ax.tick_params(colors=INK, labelsize=9, length=0)
    return figure, axes


def _legend_above(figure: Figure, ax: Any, columns: int) -> None:  # noqa: ANN401
    figure.legend(
        *ax.get_legend_handles_labels(),
        loc="outside upper right",
        ncols=columns,
        frameon=False,
        fontsize=9,
    )


def _png(figure: Figure) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # A class name in a script that the font lacks shows as boxes; the tables hold it right.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _gain(result: KFoldResult) -> Figure:
    """Draw the differences with their intervals, the fair one above the naive one."""
    shown = list(result.candidates)
    if result.naive is not None and (result.naive.baseline, result.naive.candidate) not in [
        (c.baseline, c.candidate) for c in shown
    ]:
        shown.append(result.naive)
    figure, ax = _figure(7.2, 0.7 + 0.75 * len(shown))
    for at, c in enumerate(shown):
        y = len(shown) - 1 - at
        fair = at < len(result.candidates)
        colour = _colour(result, c.candidate) if fair else COLOURS["original"]
        low, high = (100 * v for v in c.ci95)
        ax.plot([low, high], [y, y], color=colour, linewidth=3, solid_capstyle="round")
        ax.plot([100 * c.gain], [y], "o", color=colour, markersize=9)
        ax.annotate(
            points(c.gain, sign=True),
            (100 * c.gain, y),
            xytext=(0, 9),
            textcoords="offset points",
            ha="center",
            fontsize=10,
            color=INK,
            fontweight="bold",
        )
    ax.axvline(0, color=INK, linewidth=1)
    ax.set_yticks(
        range(len(shown) - 1, -1, -1),
        [
            f"{arm_title(c.candidate)} − {arm_title(c.baseline)}"
            + ("\n(naive)" if at >= len(result.candidates) else "")
            for at, c in enumerate(shown)
        ],
    )
    ax.set_ylim(-0.5, len(shown) - 0.3)
    ax.set_xlabel(f"difference in {METRIC_NAMES[result.metric]}, points, with 95 % interval")
    ax.grid(axis="x", color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    return figure


def _curve(result: KFoldResult) -> Figure:
    """Draw the gain over the control, with its interval, by the originals trained on."""
    figure, ax = _figure(7.2, 3.4)
    places = np.arange(len(result.curve))
    candidates = [c.candidate for c in result.curve[-1].comparisons]
    for at, arm in enumerate(candidates):
        found = [point.comparisons[at] for point in result.curve]
        shift = 0.12 * (at - (len(candidates) - 1) / 2)
        gains = np.array([100 * c.gain for c in found])
        low, high = (np.array([100 * c.ci95[side] for c in found]) for side in (0, 1))
        ax.errorbar(
            places + shift,
            gains,
            yerr=[gains - low, high - gains],
            color=_colour(result, arm),
            marker="o",
            linewidth=2,
            elinewidth=2,
            label=f"{arm} − {found[-1].baseline}",
        )
    ax.axhline(0, color=INK, linewidth=1)
    names = ["all" if p.per_class is None else str(p.per_class) for p in result.curve]
    ax.set_xticks(places, names)
    ax.set_xlabel("originals of each class to train on, at most")
    ax.set_ylabel(f"gain in {METRIC_NAMES[result.metric]}, points")
    ax.grid(axis="y", color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    # Outside: inside there is no place where no interval can lie.
    _legend_above(figure, ax, min(len(candidates), 3))
    return figure


def _fold_scores(result: KFoldResult) -> Figure:
    """One dot per fold and arm, folds joined, with the mean as a bar."""
    arms = list(result.arms.values())
    figure, ax = _figure(7.2, 3.6)
    values = np.array([arm.values(result.metric) for arm in arms])
    ax.plot(range(len(arms)), values, color=FAINT, linewidth=1, zorder=1)
    for at, arm in enumerate(arms):
        ax.scatter(
            [at] * values.shape[1], values[at], color=_colour(result, arm.name), s=34, zorder=3
        )
        mean = values[at].mean()
        ax.plot([at - 0.18, at + 0.18], [mean, mean], color=INK, linewidth=2.5, zorder=4)
        ax.annotate(
            f"{mean:.3f}",
            (at + 0.2, mean),
            va="center",
            fontsize=10,
            color=INK,
            fontweight="bold",
        )
    ax.set_xlim(-0.5, len(arms) - 0.3)
    # A word a line: the names of neighbours would meet.
    names = [re.sub("[ _]", "\n", arm_title(arm.name)) for arm in arms]
    ax.set_xticks(range(len(arms)), names)
    ax.set_ylabel(METRIC_NAMES[result.metric])
    ax.grid(axis="y", color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    return figure


def few_classes_sentence(classes: int) -> str:
    """Say, behind a caption, that a figure does not show every class; empty where it does.

    >>> few_classes_sentence(30), few_classes_sentence(31)
    ('', ' The 30 most frequent of the 31 classes are shown.')
    """
    if classes <= MOST_CLASSES:
        return ""
    return f" The {MOST_CLASSES} most frequent of the {classes:,} classes are shown."


def _shown_classes(result: KFoldResult) -> list[int]:
    """Numbers of the classes to show, in order: all, or the most frequent."""
    totals = [n for n, _ in result.class_counts.values()]
    most = np.argsort(-np.array(totals), kind="stable")[:MOST_CLASSES]
    return sorted(int(n) for n in most)


def _per_class_f1(result: KFoldResult) -> Figure:
    """Bars of F1 per class, one colour per arm."""
    classes = list(result.class_counts)
    names, shown = short_names(classes), _shown_classes(result)
    arms = list(result.arms.values())
    figure, ax = _figure(7.2, 1.1 + len(shown) * (0.16 + 0.13 * len(arms)))
    height = 0.8 / len(arms)
    for at, arm in enumerate(arms):
        scores = [arm.per_class[classes[n]].f1 for n in shown]
        places = np.arange(len(shown)) + (at - (len(arms) - 1) / 2) * height
        ax.barh(
            places,
            scores,
            height=height * 0.9,
            color=_colour(result, arm.name),
            label=arm_title(arm.name),
        )
    ax.set_yticks(range(len(shown)), [names[n] for n in shown])
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    ax.set_xlabel("F1 over all out-of-fold predictions")
    ax.grid(axis="x", color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    _legend_above(figure, ax, min(len(arms), 5))
    return figure


def _confusion(result: KFoldResult) -> Figure:
    """One table of label against prediction per arm, as shares of each label."""
    arms = list(result.arms.values())
    shown = _shown_classes(result)
    names = short_names(list(result.class_counts), 14)
    side = float(np.clip(0.36 * len(shown), 1.9, 4.6))
    columns = min(len(arms), 3 if len(shown) <= 8 and len(arms) != 4 else 2)
    lines = -(-len(arms) // columns)
    figure, axes = _figure(
        columns * (side + 0.5) + 0.9,
        lines * (side + 0.6) + 0.7,
        nrows=lines,
        ncols=columns,
        squeeze=False,
    )
    for at, ax in enumerate(axes.ravel()):
        if at >= len(arms):
            ax.set_visible(False)
            continue
        _one_confusion(ax, arms[at], shown, [names[n] for n in shown], first=at % columns == 0)
    return figure


def _one_confusion(
    ax: Axes, arm: ArmResult, shown: list[int], names: list[str], *, first: bool
) -> None:
    table = arm.confusion[np.ix_(shown, shown)].astype(float)
    totals = arm.confusion[shown].sum(axis=1, keepdims=True)
    shares = np.divide(table, totals, out=np.zeros_like(table), where=totals > 0)
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    ax.set_title(arm_title(arm.name), fontsize=11, color=INK)
    ax.set_xticks(range(len(names)), names, rotation=90 if len(names) > 3 else 0)
    ax.set_yticks(range(len(names)), names if first else [""] * len(names))
    ax.set_xlabel("predicted", fontsize=9)
    if first:
        ax.set_ylabel("label", fontsize=9)
    if len(names) <= 12:
        for i in range(len(names)):
            for j in range(len(names)):
                ax.text(
                    j,
                    i,
                    f"{100 * shares[i, j]:.0f}",
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="white" if shares[i, j] > 0.55 else INK,
                )


def _class_counts(result: KFoldResult) -> Figure:
    """Originals and paraphrases of each class."""
    shown = _shown_classes(result)
    names = short_names(list(result.class_counts))
    every = list(result.class_counts.values())
    counts = np.array([every[n] for n in shown])
    figure, ax = _figure(7.2, 1.1 + 0.32 * len(shown))
    ax.barh(range(len(shown)), counts[:, 0], color=COLOURS["original"], label="originals")
    if counts[:, 1].any():
        ax.barh(
            range(len(shown)),
            counts[:, 1],
            left=counts[:, 0],
            color=COLOURS["augmented"],
            label="paraphrases",
        )
    for at, (n, m) in enumerate(counts.tolist()):
        ax.annotate(
            f" {n:,}" + (f" + {m:,}" if m else ""), (n + m, at), va="center", fontsize=9, color=INK
        )
    ax.set_yticks(range(len(shown)), [names[n] for n in shown])
    ax.invert_yaxis()
    ax.set_xlim(0, counts.sum(axis=1).max() * 1.18)
    ax.set_xlabel("rows")
    _legend_above(figure, ax, 2)
    return figure


def short_names(names: Sequence[str], most: int = 24) -> list[str]:
    r"""Shorten names to fit beside an axis, in their middle, and number those that are then alike.

    ``$`` must not start a formula.

    >>> short_names(["fine", "claim_about_the_delivery", "claim_about_an_invoice"], 14)
    ['fine', 'claim_…elivery', 'claim_…invoice']
    >>> short_names(["a_very_long_name_indeed", "a_very_big_name_indeed", "1 $"], 10)
    ['a_ver… (1)', 'a_ver… (2)', '1 \\$']
    """
    texts = [" ".join(name.split()) for name in names]
    short = [_middle_out(text, most) for text in texts]
    often = Counter(short)
    seen: Counter[str] = Counter()
    for at, name in enumerate(short):
        if often[name] > 1:
            seen[name] += 1
            number = f" ({seen[name]})"
            short[at] = _end_out(texts[at], most - len(number)) + number
    return [name.replace("$", r"\$") for name in short]


def _middle_out(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    start = (most - 1) // 2
    return text[:start] + "…" + text[len(text) - (most - 1 - start) :]


def _end_out(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"

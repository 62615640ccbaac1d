"""Charts of the augmentation report as inline SVG: plain strings, styled by the page around them.

Every mark is told apart by form as well as by colour, so that a print in grey says the same.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from augment.datasets.visible import visible

Dot = tuple[float, float]


def bar(parts: Sequence[tuple[str, int]], most: int, aim: int | None = None) -> str:
    """Draw one stacked bar; its numbers stand beside it, so it is hidden from screen readers.

    Parameters
    ----------
    parts
        (style class, count) from left to right.
    most
        Count that the full width stands for.
    aim
        Where a mark stands; none by default.

    Examples
    --------
    >>> bar([("original", 1)], 4).count("<rect")
    1
    """
    drawn, left = [], 0.0
    for style, count in parts:
        width = 100 * count / max(most, 1)
        if count:
            drawn.append(
                f'<rect class="{style}" x="{left:.2f}%" y="2" width="{width:.2f}%" height="14"/>'
            )
        left += width
    if aim is not None:
        at = min(100 * aim / max(most, 1), 99.7)
        drawn.append(f'<rect class="aim" x="{at:.2f}%" y="0" width="2" height="18"/>')
    return f'<svg class="bar" aria-hidden="true" width="100%" height="18">{"".join(drawn)}</svg>'


def flow(pivots: Mapping[str, Mapping[str, int]], styles: Mapping[str, str]) -> str:
    """Draw where the candidates of every pivot went (a Sankey diagram).

    Parameters
    ----------
    pivots
        Pivot -> outcome -> candidates.
    styles
        Outcome -> style class, from top to bottom.

    Returns
    -------
    str
        SVG; empty where there is nothing to show.
    """
    outcomes = {
        name: sum(counts.get(name, 0) for counts in pivots.values())
        for name in styles
        if any(counts.get(name, 0) for counts in pivots.values())
    }
    total = sum(outcomes.values())
    if not total:
        return ""
    gap, flow_height = 20, 210
    height = max(len(outcomes), len(pivots)) * gap + flow_height + 12
    scale = flow_height / total
    sums = {name: sum(counts.values()) for name, counts in pivots.items()}
    lefts = _stack(sums, scale, gap, height)
    rights = _stack(outcomes, scale, gap, height)
    x0, x1 = 128, 388
    drawn = []
    used = dict.fromkeys(rights, 0.0)
    for pivot, counts in pivots.items():
        at = lefts[pivot]
        for outcome in outcomes:
            if not (count := counts.get(outcome, 0)):
                continue
            thick = count * scale
            to = rights[outcome] + used[outcome]
            used[outcome] += thick
            drawn.append(
                f'<path class="link {styles[outcome]}" d="{_ribbon(x0 + 8, at, x1, to, thick)}">'
                f"<title>{_text(pivot)}: {_text(outcome)} {count:,}</title></path>"
            )
            at += thick
    for name, at in lefts.items():
        tall = max(sums[name] * scale, 1)
        drawn.append(f'<rect class="node" x="{x0}" y="{at:.1f}" width="8" height="{tall:.1f}"/>')
        drawn.append(_label(x0 - 8, at + tall / 2, f"{_short(name)} {sums[name]:,}", "end"))
    for name, at in rights.items():
        tall = max(outcomes[name] * scale, 1)
        drawn.append(
            f'<rect class="node {styles[name]}" x="{x1}" y="{at:.1f}" width="8" '
            f'height="{tall:.1f}"/>'
        )
        drawn.append(_label(x1 + 16, at + tall / 2, f"{_short(name)} {outcomes[name]:,}", "start"))
    said = ", ".join(f"{name} {count:,}" for name, count in outcomes.items())
    return _figure(560, height, f"Where the candidates of every pivot went: {said}", drawn)


def scatter(
    kept: Iterable[Dot],
    refused: Iterable[tuple[float, float | None]],
    *,
    least_similarity: float | None,
    least_change: float | None,
) -> str:
    """Draw similarity against change: kept as dots, refused as crosses.

    Parameters
    ----------
    kept, refused
        (change, similarity) pairs, each 0..1; candidates that were refused before their similarity
        was measured stand in a strip of their own below.
    least_similarity, least_change
        Thresholds, drawn as dashed lines.

    Returns
    -------
    str
        SVG; empty where there is no dot at all.
    """
    dots, refusals = list(kept), list(refused)
    crosses = [(x, y) for x, y in refusals if y is not None]
    if not dots and not crosses:
        return ""
    low = min((y for _, y in dots + crosses), default=0.0)
    low = max(-1.0, math.floor(min(low, least_similarity or 0.9, 0.9) * 10) / 10)
    left, top, wide, tall, strip = 92, 12, 456, 300, 34

    def place(change: float, similarity: float) -> tuple[float, float]:
        return left + wide * change, top + tall * (1 - similarity) / (1 - low or 1)

    drawn = _grid(left, top, wide, tall, low)
    for style, x0, y0, x1, y1 in (
        ("least", 0.0, least_similarity, 1.0, least_similarity),
        ("least", least_change, low, least_change, 1.0),
    ):
        if x0 is not None and y0 is not None and x1 is not None and y1 is not None:
            (ax, ay), (bx, by) = place(x0, y0), place(x1, y1)
            drawn.append(
                f'<line class="{style}" x1="{ax:.1f}" y1="{ay:.1f}" x2="{bx:.1f}" y2="{by:.1f}"/>'
            )
    for change, similarity in dots:
        x, y = place(change, similarity)
        drawn.append(f'<circle class="kept" cx="{x:.0f}" cy="{y:.0f}" r="3"/>')
    for change, similarity in crosses:
        x, y = place(change, similarity)
        drawn.append(f'<path class="cross" d="M{x - 3:.0f} {y - 3:.0f}l6 6m0-6l-6 6"/>')
    unmeasured = [change for change, similarity in refusals if similarity is None]
    base = top + tall + 22
    if unmeasured:
        drawn.append(_label(left - 6, base + strip / 2, "unmeasured", "end"))
        drawn.append(f'<rect class="strip" x="{left}" y="{base}" width="{wide}" height="{strip}"/>')
        for n, change in enumerate(unmeasured):  # in three rows, so that fewer hide each other
            x, y = left + wide * change, base + strip * (1 + n % 3) / 4
            drawn.append(f'<path class="cross" d="M{x - 3:.0f} {y - 3:.0f}l6 6m0-6l-6 6"/>')
        base += strip
    drawn.append(_label(left + wide / 2, base + 14, "share of the words that changed"))
    drawn.append(
        f'<text transform="translate(14 {top + tall / 2}) rotate(-90)" text-anchor="middle">'
        "similarity to the original</text>"
    )
    return _figure(
        560,
        base + 26,
        f"Similarity against change of {len(dots):,} kept paraphrases (dots) and "
        f"{len(refusals):,} refused candidates (crosses)",
        drawn,
    )


def lengths(originals: Counter[int], kept: Counter[int]) -> str:
    """Draw how long the originals (bars) and the kept paraphrases (line) are, in words.

    Texts beyond the longest percent stand in the last bar.
    """
    both = originals + kept
    if not both:
        return ""
    reach = max(quantile(both, 0.99), 8)
    step = _round_step(reach / 20)
    bins = math.ceil((reach + 1) / step)
    shares = [_histogram(counts, step, bins) for counts in (originals, kept)]
    most = max(max(share) for share in shares) or 1.0
    left, top, wide, tall = 46, 12, 500, 200
    slot = wide / bins
    drawn = [
        f'<line class="grid" x1="{left}" y1="{y:.1f}" x2="{left + wide}" y2="{y:.1f}"/>'
        + _label(left - 6, y, f"{100 * share * most:.0f} %", "end")
        for share in (0.0, 0.5, 1.0)
        for y in [top + tall * (1 - share)]
    ]
    for at, share in enumerate(shares[0]):
        high = tall * share / most
        drawn.append(
            f'<rect class="original" x="{left + at * slot + 1:.1f}" y="{top + tall - high:.1f}" '
            f'width="{max(slot - 2, 1):.1f}" height="{high:.1f}"/>'
        )
    if kept:
        points = []
        for at, share in enumerate(shares[1]):
            y = top + tall * (1 - share / most)
            points += [f"{left + at * slot:.1f},{y:.1f}", f"{left + (at + 1) * slot:.1f},{y:.1f}"]
        drawn.append(f'<polyline class="keptline" points="{" ".join(points)}"/>')
    every = max(1, math.ceil(bins / 8))
    drawn += [
        _label(left + at * slot, top + tall + 16, str(at * step)) for at in range(0, bins, every)
    ]
    drawn.append(_label(left + wide / 2, top + tall + 36, "words in the text"))
    return _figure(
        560,
        top + tall + 44,
        f"Lengths in words: originals, half of them at most {quantile(originals, 0.5)}"
        + (f"; kept paraphrases, half at most {quantile(kept, 0.5)}" if kept else ""),
        drawn,
    )


def quantile(counts: Counter[int], share: float) -> int:
    """Give the value that a share of the counted ones does not exceed; 0 of nothing.

    >>> quantile(Counter({1: 1, 5: 2, 9: 1}), 0.5)
    5
    """
    wanted, seen = share * counts.total(), 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return value
    return 0


def _histogram(counts: Counter[int], step: int, bins: int) -> list[float]:
    found = [0] * bins
    for value, count in counts.items():
        found[min(value // step, bins - 1)] += count
    total = sum(found) or 1
    return [count / total for count in found]


def _round_step(step: float) -> int:
    """Give the next of 1, 2, 5, 10, 20, ..."""
    size = int(10 ** max(0, math.floor(math.log10(max(step, 1)))))
    return next(times * size for times in (1, 2, 5, 10) if times * size >= step)


def _grid(left: int, top: int, wide: int, tall: int, low: float) -> list[str]:
    drawn = []
    for n in range(6):
        x = left + wide * n / 5
        drawn.append(f'<line class="grid" x1="{x}" y1="{top}" x2="{x}" y2="{top + tall}"/>')
        drawn.append(_label(x, top + tall + 16, f"{n / 5:g}"))
    rows = 5
    for n in range(rows + 1):
        y = top + tall * n / rows
        drawn.append(f'<line class="grid" x1="{left}" y1="{y}" x2="{left + wide}" y2="{y}"/>')
        drawn.append(_label(left - 6, y, f"{1 - (1 - low) * n / rows:.2f}", "end"))
    return drawn


def _stack(sizes: Mapping[str, int], scale: float, gap: int, height: float) -> dict[str, float]:
    """Give the upper edge of every node; all of them stand in the middle of the height."""
    at = (height - sum(sizes.values()) * scale - gap * (len(sizes) - 1)) / 2
    places = {}
    for name, size in sizes.items():
        places[name] = at
        at += size * scale + gap
    return places


def _ribbon(x0: float, y0: float, x1: float, y1: float, thick: float) -> str:
    middle = (x0 + x1) / 2
    return (
        f"M{x0} {y0:.1f}C{middle} {y0:.1f} {middle} {y1:.1f} {x1} {y1:.1f}v{thick:.1f}"
        f"C{middle} {y1 + thick:.1f} {middle} {y0 + thick:.1f} {x0} {y0 + thick:.1f}z"
    )


def _label(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y + 4:.1f}" text-anchor="{anchor}">{_text(text)}</text>'


def _short(text: str) -> str:
    return text if len(text) <= 18 else f"{text[:17]}…"


def _text(text: str) -> str:
    return escape(visible(text))


def _figure(width: float, height: float, said: str, drawn: Iterable[str]) -> str:
    return (
        f'<svg class="chart" role="img" aria-label="{_text(said)}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}">{"".join(drawn)}</svg>'
    )

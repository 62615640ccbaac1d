"""An explanation as HTML: the text with what mattered in colour, and the strongest in a table."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final

from augment.datasets.visible import visible_name
from augment.train.explanation import Effect, Explanation

#: Log-odds at which a colour is full, unless the text has a stronger word: where nothing matters
#: much, nothing shall look as if it did.
FULL: Final = 1.0
#: Part of the full colour below which a word stays plain.
LEAST: Final = 0.05
LISTED: Final = 6
#: Beside what HTML reads as markup: what the page's own templates would take for theirs.
_TEMPLATE: Final = {ord(mark): f"&#{ord(mark)};" for mark in "{}$`\\"}

#: The classes below, for the page that shows it; blue and orange are told apart by everybody.
STYLE: Final = """
.mattered { overflow-wrap: anywhere; }
.mattered p { white-space: pre-wrap; line-height: 1.9; margin: .3em 0; }
.mattered mark { color: inherit; padding: .1em .15em; border-radius: .2em; }
.mattered mark.for { background: rgb(37 120 220 / calc(var(--much) * .55)); }
.mattered mark.against { background: rgb(235 120 20 / calc(var(--much) * .55));
  text-decoration: underline dotted; }
.mattered .unread { opacity: .45; }
.mattered { padding-top: 1.2em; }
.mattered table { border-collapse: collapse; margin-top: .6em; }
.mattered :is(table, tr, td, th) { border: 0; }
.mattered :is(td, th) { padding: .15em 1.5em .15em 0; text-align: left; vertical-align: top; }
.mattered th:first-child { white-space: nowrap; }
.mattered td.number { text-align: right; font-variant-numeric: tabular-nums; }
"""


def explanation_html(found: Explanation, sides: Sequence[str] = ()) -> str:
    """Show an explanation.

    Parameters
    ----------
    found
        The explanation.
    sides
        Names of the texts of a pair, put above them.

    Returns
    -------
    str
        HTML in which nothing of the texts and names is markup; it wants `STYLE`.
    """
    label = escaped(visible_name(found.label))
    if not found.effects:
        return f'<div class="mattered">There is no word in it; {label} is a guess.</div>'
    full = max(FULL, *(abs(effect.weight) for effect in found.effects))
    each = "each word" if found.words_each == 1 else f"{found.words_each} words at a time"
    parts = [
        '<div class="mattered">',
        f'<div><mark class="for" style="--much:1">for {label}</mark> ',
        '<mark class="against" style="--much:1">against it</mark>: ',
        f"{each} left out in turn</div>",
    ]
    for side, text in enumerate(found.sides):
        if len(found.sides) > 1 and sides:
            parts.append(f"<div><b>{escaped(sides[side])}</b></div>")
        parts.append(f'<p dir="auto">{_text(found, side, text, full)}</p>')
    if any(begin < end for begin, end in found.unread):
        parts.append("<div>The pale part is beyond what the model reads.</div>")
    return "".join([*parts, _table(found, full, label), "</div>"])


def _text(found: Explanation, side: int, text: str, full: float) -> str:
    begin, end = found.unread[side]
    places = [
        (effect.start, effect.end, _marked(found, effect, full))
        for effect in found.effects
        if effect.side == side
    ]
    if begin < end:
        pale = f'<span class="unread">{escaped(text[begin:end])}</span>'
        places = sorted([*places, (begin, end, pale)])
    parts, behind = [], 0
    for start, stop, shown in places:
        parts += [escaped(text[behind:start]), shown]
        behind = stop
    return "".join([*parts, escaped(text[behind:])])


def _marked(found: Explanation, effect: Effect, full: float) -> str:
    text, much = escaped(found.text_of(effect)), abs(effect.weight) / full
    if much < LEAST:
        return text
    which = "for" if effect.weight > 0 else "against"
    said = f"without it: {effect.without:.2f} {escaped(visible_name(found.label))}"
    return f'<mark class="{which}" style="--much:{much:.2f}" title="{said}">{text}</mark>'


def _table(found: Explanation, full: float, label: str) -> str:
    rows = [
        f'<tr><td dir="auto">{_marked(found, effect, full)}</td>'
        f'<td class="number">{effect.without:.2f}</td></tr>'
        for effect in found.strongest(LISTED)
        if abs(effect.weight) >= LEAST * full
    ]
    if not rows:
        return "<div>No single one matters.</div>"
    head = (
        '<tr><th scope="col">without</th>'
        f'<th scope="col">{label} ({found.probability:.2f} with all words)</th></tr>'
    )
    return f"<table>{head}{''.join(rows)}</table>"


def escaped(text: str) -> str:
    """Make a text one that neither HTML nor the page's templates read as theirs.

    >>> escaped('<b>"{{x}}"</b>')
    '&lt;b&gt;&quot;&#123;&#123;x&#125;&#125;&quot;&lt;/b&gt;'
    """
    return html.escape(text).translate(_TEMPLATE)

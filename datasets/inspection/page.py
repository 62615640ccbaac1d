"""The findings of an inspection as one self-contained page.

The page loads nothing, runs no script, and holds no clock: the same table gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from augment.datasets.inspection.inspection import Inspection
from augment.datasets.page import filled
from augment.datasets.visible import unbroken
from augment.enumeration import counted
from augment.languages import other_languages, shown_language
from augment.outputs import write_text

TEMPLATE: Final = Path(__file__).with_name("page.html")
#: Classes that are shown; ``--json`` has them all.
MOST_CLASSES: Final = 40
NOTHING: Final = "Nothing alarming was found."
#: The sentence at the top names a class that another one has so many times the rows of.
MUCH_LARGER: Final = 10


def write_page(found: Inspection, path: Path) -> None:
    """Write the page, beside its place first."""
    write_text(path, render_page(found))


def render_page(found: Inspection) -> str:
    """Make the page.

    Returns
    -------
    str
        HTML. Everything that came from the data is escaped.
    """
    filters = {"language": shown_language, "points": lambda share: f"{100 * share:.1f}"}
    return filled(TEMPLATE, _content(found), filters)


def _content(found: Inspection) -> dict[str, Any]:
    ranked = sorted(found.classes.items(), key=lambda item: (-item[1], item[0]))
    leak = found.against
    leaked = (
        0
        if leak is None
        else leak.leaked_rows + (leak.near_leaked_rows or 0) + (leak.side_rows or 0)
    )
    trouble = [
        (found.empty_texts, "rows with an empty text", "backtranslate passes them through"),
        (found.empty_labels, "rows with an empty label", "they take no part in training"),
        (
            found.broken_texts or None,
            "rows with broken characters",
            "a file that was read in a wrong encoding and saved so",
        ),
        (
            found.repeated_texts,
            "rows with a text that an earlier row has",
            "case, spaces and punctuation set aside; K-fold keeps them on one side",
        ),
        (
            found.near_repeated_texts,
            "texts near an earlier one",
            "augment split --near keeps them on one side",
        ),
        (found.conflicting_texts, "texts under more than one label", "at most one can be right"),
        (found.near_other_label, "near texts under another label", "worth a look"),
        (len(found.bad_rows), "rows that could not be read", "they were skipped"),
    ]
    return {
        "found": found,
        "title": f"Inspection of {Path(found.name).name}",
        "classes": ranked[:MOST_CLASSES],
        "more_classes": max(0, len(ranked) - MOST_CLASSES),
        "total": max(sum(found.classes.values()), 1),
        "most": max(found.classes.values(), default=1),
        "lengths": [
            (name, one)
            for name, one in (("words", found.words), (f"{found.tokens_of} tokens", found.tokens))
            if one is not None
        ],
        "trouble": [(count, what, hint) for count, what, hint in trouble if count is not None],
        "longer": unbroken(found.longer_said()),
        "leak": leak,
        "leaked": leaked,
        "tone": "bad" if leaked or found.conflicting_texts else "good",
        "sentence": _sentence(found, leaked),
    }


def _odd(found: Inspection) -> list[str]:
    """Say what a reader of one sentence should know: small classes, languages, broken text."""
    odd = []
    if found.imbalance is not None and found.imbalance >= MUCH_LARGER:
        name, rows = min(found.classes.items(), key=lambda item: item[1])
        odd.append(
            f"the largest class has {found.imbalance:.0f} times the rows of the smallest, "
            f"{name!r} ({rows:,})"
        )
    if others := other_languages(found.languages, found.language):
        told = ", ".join(f"{share:.0%} {shown_language(code)}" for code, share in others.items())
        odd.append(f"not all texts are in one language ({told})")
    if found.broken_texts:
        odd.append(f"{counted(found.broken_texts, 'text')} with broken characters")
    return odd


def _sentence(found: Inspection, leaked: int) -> str:
    if leaked and found.against is not None:
        return (
            f"{leaked:,} of the {found.against.rows:,} rows of the second table are in the first "
            "as well, or nearly: scores on them say nothing."
        )
    if found.conflicting_texts:
        stand = "stands" if found.conflicting_texts == 1 else "stand"
        return f"{counted(found.conflicting_texts, 'text')} {stand} under more than one label."
    odd = _odd(found)
    start = f"No leak and no contradiction, but {'; '.join(odd)}." if odd else NOTHING
    if found.expectation is None:
        return start
    points = 100 * found.expectation.smallest_gain
    return (
        f"{start} A K-fold run on this table can tell a gain of "
        f"{points:.1f} points of accuracy from chance, at best."
    )

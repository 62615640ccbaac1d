"""One self-contained page that tells what a K-fold run found, for readers who never saw it run."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from augment.datasets.page import filled
from augment.datasets.visible import unbroken
from augment.train.kfold.config import AUGMENTED, FLOORS, OVERSAMPLED, of_new_rows
from augment.train.kfold.figures import few_classes_sentence
from augment.train.kfold.results import KFoldResult
from augment.train.kfold.summary import (
    METRIC_NAMES,
    alike_sentence,
    arm_title,
    floor_sentence,
    guessing_sentence,
    label_sentence,
    leak_sentence,
    plus_minus,
    points,
    unpredicted_sentence,
)
from augment.train.tokens import cut_note

TEMPLATE = Path(__file__).with_name("report.html")


def render_report(result: KFoldResult, pictures: Mapping[str, bytes]) -> str:
    """Fill the report's template.

    Parameters
    ----------
    result
        A finished run.
    pictures
        Name -> PNG, inlined so that the page can be moved and mailed alone.

    Returns
    -------
    str
        HTML. Everything that came from the data is escaped.
    """
    filters: dict[str, Callable[..., Any]] = {
        "points": points,
        "signed": lambda v: points(v, sign=True),
        "arm_title": arm_title,
        "unbroken": unbroken,
        "plus_minus": lambda mean, sd: plus_minus(mean, sd).replace("± ", "±\N{NO-BREAK SPACE}"),
    }
    return filled(TEMPLATE, _content(result, pictures), filters, show_invisible=False)


def _question(result: KFoldResult) -> str:
    c = result.comparison
    if c is None or c.candidate in FLOORS:
        return "How well is it learned?"
    if of_new_rows(c.candidate):
        return "Did the new rows help?"
    return "Does balancing help?" if c.candidate == OVERSAMPLED else f"Does {c.candidate} help?"


def _content(result: KFoldResult, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    c = result.comparison
    options = {**result.run["identity"], **result.run["added"]}
    n_cut = result.run["rows"]["cut_off"]
    n_runs = len(next(iter(result.arms.values())).folds)
    return {
        "result": result,
        "title": f"{_question(result)} {Path(result.name).name}",
        "sentence": result.sentence,
        "tone": {"helps": "good", "hurts": "bad"}.get(c.verdict if c else "", "even"),
        "fair": c is not None and c.baseline.startswith(OVERSAMPLED) and of_new_rows(c.candidate),
        "has_paraphrases": AUGMENTED in result.arms,
        "all_fair": all(c.baseline.startswith(OVERSAMPLED) for c in result.candidates),
        "has_new_rows": any(of_new_rows(c.candidate) for c in result.candidates),
        "leak": leak_sentence(result.leak) if result.leak else "",
        "labels": label_sentence(result.run["label_check"], result.label_refused),
        "alike": alike_sentence(result),
        "floors": floor_sentence(result),
        "guessing": guessing_sentence(result),
        "unpredicted": unpredicted_sentence(result),
        "metric": METRIC_NAMES[result.metric],
        "pictures": {
            name: "data:image/png;base64," + base64.b64encode(png).decode("ascii")
            for name, png in pictures.items()
        },
        "least_widths": {name: _least_width(png) for name, png in pictures.items()},
        "given": options,
        "cut": n_cut and unbroken(cut_note(n_cut, options["max_tokens"], options["truncation"])),
        "run": result.run,
        "n_runs": n_runs,
        "totals": tuple(map(sum, zip(*result.class_counts.values(), strict=True))),
        "few": few_classes_sentence(len(result.class_counts)),
        "options": {
            key: ", ".join(map(str, value)) if isinstance(value, list | tuple) else value
            for key, value in options.items()
            if value not in (None, (), [], {})
        },
    }


def _least_width(png: bytes) -> int:
    """Give the width in pixels of a page below which a figure's writing could not be read."""
    # The width stands in the header of every PNG; at half of it letters are nine pixels high.
    return int.from_bytes(png[16:20]) // 2

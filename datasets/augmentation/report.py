"""One self-contained page that tells what an augmentation run did, for people who read its rows.

The page loads nothing, runs no script, and holds no clock: the same run gives the same bytes.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from augment.datasets.augmentation.charts import bar, flow, lengths, quantile, scatter
from augment.datasets.augmentation.manifest import BY_RULES, Manifest
from augment.datasets.augmentation.sample import RunSample
from augment.datasets.page import filled
from augment.datasets.review.differences import differences
from augment.datasets.visible import unbroken
from augment.enumeration import counted
from augment.filters import known_filters
from augment.languages import language_name

#: Outcomes of a candidate beside the checks that refuse.
NO_REFUSALS: Final = ("kept", "surplus", "failed")
TEMPLATE: Final = Path(__file__).with_name("report.html")
#: What notes say that stand at the top.
FOREMOST: Final = (" short of ", "could not", BY_RULES)
#: Classes, pivots and notes that are shown; the manifest has them all.
MOST_CLASSES, MOST_PIVOTS, MOST_NOTES = 30, 16, 60


def render_run_report(
    manifest: Manifest, sample: RunSample, paths: Mapping[str, Path] | None = None
) -> str:
    """Tell what a run did.

    Parameters
    ----------
    manifest
        What was done and what came of it.
    sample
        What was drawn of the rows.
    paths
        The files of the run, as in `Augmented.paths`; none for a data frame.

    Returns
    -------
    str
        HTML. Everything that came from the data is escaped.
    """
    from markupsafe import Markup

    # The charts escape what they draw themselves.
    charts = {name: Markup(svg) for name, svg in _charts(manifest, sample).items()}  # noqa: S704
    values = {
        "bar": lambda *given: Markup(bar(*given)),  # noqa: S704 - numbers and our own names
        "differences": differences,
        **charts,
        **_content(manifest, sample, paths or {}),
    }
    return filled(TEMPLATE, values, {"unbroken": unbroken})


def _charts(manifest: Manifest, sample: RunSample) -> dict[str, str]:
    filters = dict(_filters(manifest))
    yields = _yields(manifest)
    styles = {name: _style(name) for name in _outcomes(yields)}
    return {
        "flow": flow(yields, styles),
        "scatter": scatter(
            sample.kept_dots,
            sample.refused_dots,
            least_similarity=filters.get("similarity", {}).get("low"),
            least_change=filters.get("unchanged", {}).get("min_change"),
        ),
        "lengths": lengths(sample.original_lengths, sample.kept_lengths),
    }


def _filters(manifest: Manifest) -> list[tuple[str, dict[str, Any]]]:
    """Thresholds of every check; of each method where methods have checks of their own."""
    found: list[tuple[str, dict[str, Any]]] = []
    for name, values in manifest.filters.items():
        if any(isinstance(value, dict) for value in values.values()):
            found += [(f"{name}, {check}", dict(inner)) for check, inner in values.items()]
        else:
            found.append((name, dict(values)))
    return found


def _style(outcome: str) -> str:
    return outcome if outcome in NO_REFUSALS else "refused"


def _yields(manifest: Manifest) -> dict[str, dict[str, int]]:
    """Outcomes of every pivot; the last ones are added up where there are many."""
    found: dict[str, dict[str, int]] = {}
    names = sorted(manifest.pivots, key=lambda name: -manifest.pivots[name]["asked"])
    shown = set(names if len(names) <= MOST_PIVOTS else names[: MOST_PIVOTS - 1])
    for name, counts in manifest.pivots.items():
        one = found.setdefault(name if name in shown else "others", {})
        numbers = {
            "kept": counts["kept"],
            "surplus": counts["surplus"],
            **counts["rejected"],
            "failed": counts["failed"],
        }
        for outcome, count in numbers.items():
            one[outcome] = one.get(outcome, 0) + count
    return found


def _outcomes(yields: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Kept first, then the surplus, then the reasons by frequency, then what failed."""
    sums: dict[str, int] = {}
    for counts in yields.values():
        for name, count in counts.items():
            sums[name] = sums.get(name, 0) + count
    reasons = sorted(
        (name for name in sums if name not in NO_REFUSALS), key=lambda n: (-sums[n], n)
    )
    return [name for name in ("kept", "surplus", *reasons, "failed") if sums.get(name)]


def _outcome_rows(
    yields: Mapping[str, Mapping[str, int]], outcomes: list[str]
) -> list[tuple[str, list[int]]]:
    """Candidates by outcome and pivot, with their sums where there are several pivots."""
    asked = [sum(counts.values()) for counts in yields.values()]
    found = [(name, [counts.get(name, 0) for counts in yields.values()]) for name in outcomes]
    rows = [("asked", asked), *found]
    return [(name, [*counts, sum(counts)] if len(counts) > 1 else counts) for name, counts in rows]


def _content(manifest: Manifest, sample: RunSample, paths: Mapping[str, Path]) -> dict[str, Any]:
    totals = manifest.totals
    refused = sum(totals["rejected"].values())
    share = 100 * totals["kept"] / max(totals["asked"], 1)
    short = {label: c["shortfall"] for label, c in manifest.classes.items() if c["shortfall"]}
    classes = sorted(manifest.classes.items(), key=lambda item: (-(item[1]["after"] or 0), item[0]))
    yields = _yields(manifest)
    outcomes = _outcomes(yields)
    reasons = [name for name in outcomes if name not in ("kept", "surplus")]
    biggest = max((max(c["after"] or 0, c["target"] or 0) for _, c in classes), default=0)
    return {
        "title": f"Augmentation of {Path(manifest.input['name']).name}",
        "manifest": manifest,
        "language": language_name(manifest.resolved["source"]),
        "way": _way(manifest),
        "filters": _filters(manifest),
        "tone": "bad" if not totals["kept"] or totals["failed"] else "even" if short else "good",
        "sentence": _sentence(manifest, short),
        "facts": [
            (f"{totals['kept']:,}", "paraphrases kept"),
            (f"{refused:,}", "candidates refused"),
            (f"{share:.0f} %", "of the candidates were kept"),
            (f"{sum(c['after'] or 0 for _, c in classes):,}", "rows with a class now"),
        ],
        "warnings": [note for note in manifest.notes if any(told in note for told in FOREMOST)],
        "classes": classes[:MOST_CLASSES],
        "most_notes": MOST_NOTES,
        "more_classes": max(0, len(classes) - MOST_CLASSES),
        "most": biggest,
        "yields": yields,
        "outcome_rows": _outcome_rows(yields, outcomes),
        "reasons": reasons,
        "by_class": [
            (label, sample.refused_by_class[label])
            for label, _ in classes[:MOST_CLASSES]
            if label in sample.refused_by_class
        ],
        "drawn_only": _drawn_only(sample, totals["kept"], refused),
        "length_rows": [
            (name, counts.total(), *(quantile(counts, q) for q in (0.05, 0.5, 0.95, 1.0)))
            for name, counts in (
                ("originals", sample.original_lengths),
                ("kept paraphrases", sample.kept_lengths),
            )
        ],
        "nearest": list(sample.nearest),
        "farthest": list(sample.farthest),
        "examples": _examples(manifest, sample, reasons),
        "commands": _commands(manifest, paths),
        "settings": _settings(manifest),
    }


def _way(manifest: Manifest) -> str:
    names = ", ".join(manifest.pivots)
    return f"through {names} and back" if "pivots" in manifest.resolved else f"by {names}"


def _sentence(manifest: Manifest, short: Mapping[str, int | None]) -> str:
    kept = manifest.totals["kept"]
    were = f"{counted(kept, 'paraphrase')} {'was' if kept == 1 else 'were'} kept"
    if not kept:
        return "No paraphrase was kept: the examples below show why."
    if short:
        lacking = sum(count or 0 for count in short.values())
        many = f"{len(short)} classes" if len(short) > 1 else "one class"
        return (
            f"{were}, but {many} stayed short of the aim, by "
            f"{counted(lacking, 'row')} in all. They were not filled up with copies."
        )
    if manifest.resolved["balance"] == "none":
        return f"{were}; no class had an aim."
    return f"{were}, and every class reached its aim."


def _drawn_only(sample: RunSample, kept: int, refused: int) -> str:
    dots, crosses = len(sample.kept_dots), len(sample.refused_dots)
    if dots == kept and crosses == refused:
        return ""
    return (
        f"Shown: {dots:,} of {kept:,} kept and {crosses:,} of {refused:,} refused, drawn at random."
    )


def _examples(
    manifest: Manifest, sample: RunSample, reasons: list[str]
) -> list[tuple[str, int, str, list[Any]]]:
    counts = {**manifest.totals["rejected"], "failed": manifest.totals["failed"]}
    return [
        (reason, counts[reason], _meaning(reason), list(sample.examples.get(reason, ())))
        for reason in reasons
    ]


def _meaning(reason: str) -> str:
    """Say what a check does: the first line of its module, as its author wrote it."""
    if reason == "failed":
        return "The engine gave no translation; the same command with --force tries again."
    place = known_filters().get(reason, "").partition(":")[0]
    text = (import_module(place).__doc__ or "") if place else ""
    return text.strip().partition("\n")[0]


def _commands(manifest: Manifest, paths: Mapping[str, Path]) -> list[tuple[str, str]]:
    if "out" not in paths:
        return []
    out = shlex.quote(str(paths["out"]))
    commands = [
        ("Look through the paraphrases, and keep, refuse or edit them:", f"augment review {out}")
    ]
    if len(manifest.classes) > 1:
        commands.append(("Find out whether they help:", f"augment kfold-train {out}"))
    return commands


def _names(columns: str | Sequence[str]) -> str:
    return columns if isinstance(columns, str) else ", ".join(columns)


def _settings(manifest: Manifest) -> list[tuple[str, str]]:
    found = manifest.resolved
    rows = [
        ("input", manifest.input["name"]),
        ("format", found["format"]),
        ("text column", _names(found["text"])),
        ("label column", found["label"] or "none"),
        ("language", f"{language_name(found['source'])} ({found['source']})"),
        ("balance", found["balance"]),
        ("seed", manifest.config["seed"]),
    ]
    if not isinstance(found["text"], str):
        rows.insert(3, ("new texts in", _names(found["rewritten"])))
    for pivot, about in manifest.pivots.items():
        route = " → ".join(about.get("route", ()))
        engine = about.get("engine", "")
        kind = "pivot" if route else "method"
        rows.append((f"{kind} {pivot}", f"{route}: {engine}" if route else engine))
    for name in (
        "empty_texts",
        "empty_labels",
        "broken_texts",
        "repeated_texts",
        "conflicting_texts",
    ):
        if manifest.input.get(name):
            rows.append((name.replace("_", " "), f"{manifest.input[name]:,}"))
    return [(name, str(value)) for name, value in rows]

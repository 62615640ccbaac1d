"""``augment doctor``."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from augment.doctor import Diagnosis, diagnose
from augment.languages import language_name
from augment.planning import PREFERRED

#: Source languages and round trips that the text names, so that it fits on a screen or two.
LANGUAGES: Final = 8
TRIPS: Final = 32
#: Most round trips of one language, and fewest where there are many languages.
SHOWN: Final = 8
FEWEST: Final = 3


@dataclass(frozen=True)
class Config:
    """Show what this machine can do, and the line that gets what is missing.

    Looks only; nothing is installed, downloaded or asked.
    """

    json: bool = False
    """Print everything as JSON: engines, routes, checks, methods, devices, parts, missing."""


def run(config: Config) -> None:
    """Print the diagnosis."""
    found = diagnose()
    if config.json:
        import json

        sys.stdout.write(json.dumps(found.as_dict(), ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(_text(found) + "\n")


def _text(found: Diagnosis) -> str:
    lines = [f"augment {found.version}, Python {found.python}", "", "round trips on this machine:"]
    there = {source: routes for source, routes in found.routes.items() if routes}
    first = sorted(there, key=lambda code: code not in PREFERRED)[:LANGUAGES]
    shown = min(SHOWN, max(FEWEST, TRIPS // max(len(first), 1)))
    for source in sorted(first):
        lines.append(f"  {language_name(source)} ({source}):")
        lines += [f"    {route}" for route in there[source][:shown]]
        if len(there[source]) > shown:
            lines.append(f"    and through {len(there[source]) - shown} more (--json)")
    if len(there) > len(first):
        lines.append(f"  and from {len(there) - len(first)} more languages (--json)")
    if not any(found.routes.values()):
        lines.append("  none")
    lines += ["", "engines:"]
    lines += [f"  {name:<12}{_engine(about)}" for name, about in found.engines.items()]
    if found.checks:
        lines += ["", "checks of other packages:"]
        left_out = "leave it out with --no-filter"
        lines += [_of_other(name, about, left_out) for name, about in found.checks.items()]
    if found.methods:
        lines += ["", "methods of other packages:"]
        left_out = "leave it out of --method:"
        lines += [_of_other(name, about, left_out) for name, about in found.methods.items()]
    lines += ["", "devices: " + (", ".join(found.devices) or "torch is not installed")]
    here = [name for name, there in found.parts.items() if there]
    lines.append("parts:   " + (", ".join(here) or "none"))
    if found.missing:
        lines += ["", "missing, and the line that gets it:"]
        lines += [f"  {what}\n    {line}" for what, line in found.missing.items()]
    else:
        lines += ["", "nothing is missing"]
    return "\n".join(lines)


def _engine(about: Mapping[str, Any]) -> str:
    """Say where an engine works and what it lacks."""
    if "error" in about:
        return f"cannot be used: {about['error']}"
    if "n_pairs" in about:
        languages = len(about["between_all_of"])
        return f"this machine, {about['n_pairs']:,} pairs: all between {languages} languages"
    if "pairs" in about:
        return f"this machine, {len(about['pairs'])} directed pairs"
    if not about["needs"]:
        return f"{about['host']}, needs no key"
    state = "set" if about["ready"] else "not set"
    own = "; or your own server at --url, without" if about["own_server"] else ""
    return f"{about['host']}, needs {' and '.join(about['needs'])} ({state}){own}"


def _of_other(name: str, about: Mapping[str, str], left_out: str) -> str:
    """Say whose a check or method is, and why it cannot be used."""
    line = f"  {name:<12}{about['package']}"
    if "error" not in about:
        return line
    return f"{line}, cannot be used: {about['error']}; {left_out} {name}"

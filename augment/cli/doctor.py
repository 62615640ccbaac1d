"""``augment doctor``."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from augment.doctor import Diagnosis, diagnose


@dataclass(frozen=True)
class Config:
    """Show what this machine can do, and the line that gets what is missing.

    Looks only; nothing is installed, downloaded or asked.
    """

    json: bool = False
    """Print everything as JSON: engines, routes, devices, parts, missing."""


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
    for source, routes in found.routes.items():
        lines += [f"  {source}:"] if routes else []
        lines += [f"    {route}" for route in routes]
    if not any(found.routes.values()):
        lines.append("  none")
    lines += ["", "engines:"]
    for name, about in found.engines.items():
        what = f"{len(about['pairs'])} directed pairs" if "pairs" in about else about["host"]
        lines.append(f"  {name:<12}{what}")
    lines += ["", "devices: " + (", ".join(found.devices) or "torch is not installed")]
    here = [name for name, there in found.parts.items() if there]
    lines.append("parts:   " + (", ".join(here) or "none"))
    if found.missing:
        lines += ["", "missing, and the line that gets it:"]
        lines += [f"  {what}\n    {line}" for what, line in found.missing.items()]
    else:
        lines += ["", "nothing is missing"]
    return "\n".join(lines)

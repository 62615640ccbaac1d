"""``augment balance``."""

from __future__ import annotations

import json
import sys

from augment.cli.summary import table
from augment.datasets.resampling import BalanceConfig, balance_table
from augment.enumeration import counted
from augment.progress import for_stderr

Config = BalanceConfig


def run(config: BalanceConfig) -> None:
    """Balance, and print the class sizes."""
    done = balance_table(config=config, progress=for_stderr(quiet=config.quiet))
    if config.json:
        sys.stdout.write(json.dumps(done.as_dict(), ensure_ascii=False, indent=2) + "\n")
        return
    weighted = config.to == "weights"
    rows: list[tuple[object, ...]] = [("class", "before", "weight" if weighted else "after")]
    for label, before in done.before.items():
        rows.append((label, before, done.weights[label] if weighted else done.after[label]))
    lines = table(rows)
    if done.unlabelled:
        lines.append(f"{counted(done.unlabelled, 'row')} without a label were passed through")
    sys.stdout.write("\n".join([*lines, f"out: {done.path}"]) + "\n")

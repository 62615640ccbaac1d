"""``augment filter``."""

from __future__ import annotations

import json
import sys

from augment.cli.summary import table
from augment.datasets.filter_pairs import FilterConfig, filter_pairs
from augment.enumeration import counted
from augment.progress import for_stderr

Config = FilterConfig


def run(config: FilterConfig) -> None:
    """Judge the pairs, and print how many passed and why the others did not."""
    done = filter_pairs(config=config, progress=for_stderr(quiet=config.quiet))
    if config.json:
        sys.stdout.write(json.dumps(done.as_dict(), ensure_ascii=False, indent=2) + "\n")
        return
    share = 100 * done.kept / max(done.rows, 1)
    lines = [f"kept {done.kept:,} of {counted(done.rows, 'pair')} ({share:.1f} %)"]
    if done.rejected:
        lines += ["", *table([("refused for", "pairs"), *done.rejected.items()])]
    lines += ["", *(f"{name + ':':<10}{path}" for name, path in done.paths.items())]
    sys.stdout.write("\n".join(lines) + "\n")

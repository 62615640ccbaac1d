"""``augment split``."""

from __future__ import annotations

import json
import sys

from augment.cli.summary import table
from augment.datasets.split import SplitConfig, split_table
from augment.progress import for_stderr

Config = SplitConfig


def run(config: SplitConfig) -> None:
    """Split, and print the rows of each class in each part."""
    done = split_table(config=config, progress=for_stderr(quiet=config.quiet))
    if config.json:
        sys.stdout.write(json.dumps(done.as_dict(), ensure_ascii=False, indent=2) + "\n")
        return
    rows: list[tuple[object, ...]] = [("class", *done.counts)]
    for label in next(iter(done.counts.values())):
        rows.append((label or "(none)", *(counts[label] for counts in done.counts.values())))
    rows.append(("all", *(sum(counts.values()) for counts in done.counts.values())))
    lines = table(rows)
    if done.groups:
        same = "the same text" if config.near is None else "the same or a near text"
        many = f"{done.groups:,} groups" if done.groups > 1 else "1 group"
        lines.append(
            f"kept together: {many} of rows with {same}, the largest of {done.largest_group:,}"
        )
    lines += [f"left out: {count:,} {reason}" for reason, count in done.left_out.items()]
    lines += [f"{name + ':':<7}{path}" for name, path in done.paths.items()]
    sys.stdout.write("\n".join(lines) + "\n")

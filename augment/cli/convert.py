"""``augment convert``."""

from __future__ import annotations

import json
import sys

from augment.datasets.convert import ConvertConfig, convert_table
from augment.enumeration import counted, enumerated
from augment.progress import for_stderr

Config = ConvertConfig
#: Numbers of rows left out that are listed of each kind.
SHOWN = 20


def run(config: ConvertConfig) -> None:
    """Convert, and say what was written."""
    done = convert_table(config=config, progress=for_stderr(quiet=config.quiet))
    if config.json:
        sys.stdout.write(json.dumps(done.as_dict(), ensure_ascii=False, indent=2) + "\n")
        return
    lines = [f"read: {done.format}, columns {', '.join(done.columns)}"]
    for kind, numbers in done.dropped.items():
        rows = f" (rows {enumerated(numbers, SHOWN)}; the first is 0)" if numbers else ""
        lines.append(f"left out, {kind}: {len(numbers):,}{rows}")
    if done.labels:
        lines.append("labels: " + ", ".join(f"{name} {n:,}" for name, n in done.labels.items()))
    rows = counted(done.rows, "row")
    sys.stdout.write("\n".join([*lines, f"out: {done.path}, {rows}, {done.written}"]) + "\n")

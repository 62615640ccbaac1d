"""``augment inspect``."""

from __future__ import annotations

import json
import sys

from augment.cli.inspection_text import inspection_text
from augment.datasets.inspection.inspect_table import inspect_table
from augment.datasets.inspection.inspection import InspectConfig
from augment.datasets.inspection.page import write_page
from augment.outputs import check_outputs
from augment.progress import for_stderr

Config = InspectConfig


def run(config: InspectConfig) -> None:
    """Inspect, write the page where one is wanted, and print what was found."""
    if config.html is not None:
        read = [one for one in (config.input, config.against) if one is not None]
        check_outputs([config.html], force=config.force, inputs=read, option="--html")
    found = inspect_table(config=config, progress=for_stderr(quiet=config.quiet))
    if config.html is not None:
        write_page(found, config.html)
    if config.json:
        text = json.dumps(found.as_dict(), ensure_ascii=False, indent=2)
    else:
        text = inspection_text(found)
    sys.stdout.write(text + "\n")

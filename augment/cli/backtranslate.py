"""``augment backtranslate``."""

from __future__ import annotations

import json
import sys

from augment.cli.summary import augmentation_summary
from augment.datasets.augmentation.recipe import BacktranslateConfig
from augment.datasets.backtranslate import back_translate
from augment.progress import for_stderr

Config = BacktranslateConfig


def run(config: BacktranslateConfig) -> None:
    """Run the main job and print what came of it."""
    done = back_translate(config=config, progress=for_stderr(quiet=config.quiet))
    if config.json:
        sys.stdout.write(json.dumps(done.report, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(augmentation_summary(done) + "\n")


def keeps(config: BacktranslateConfig) -> bool:
    """Whether an interrupted run goes on from what it finished: the store has it."""
    return config.store != "none"

"""``augment words``."""

from __future__ import annotations

import json
import sys

from augment.cli.summary import augmentation_summary
from augment.datasets.augmentation.recipe import WordsConfig
from augment.datasets.words import augment_words
from augment.progress import for_stderr

Config = WordsConfig


def run(config: WordsConfig) -> None:
    """Run the methods and print what came of them."""
    done = augment_words(config=config, progress=for_stderr(quiet=config.quiet))
    if config.json:
        sys.stdout.write(json.dumps(done.report, ensure_ascii=False, indent=2) + "\n")
    else:
        sys.stdout.write(augmentation_summary(done) + "\n")


def keeps(config: WordsConfig) -> bool:
    """Whether an interrupted run goes on from what it finished: the store has it."""
    return config.store != "none"

"""``augment kfold-train``: the experiment, its table and its verdict."""

from __future__ import annotations

import json
import sys

from augment.progress import for_stderr
from augment.train.kfold.config import KFoldConfig

Config = KFoldConfig


def run(config: KFoldConfig) -> int | None:
    """Run the experiment; results on stdout, progress on stderr."""
    from augment.train.kfold.kfold import kfold_train
    from augment.train.kfold.summary import summary

    result = kfold_train(config=config, progress=for_stderr(quiet=config.quiet))
    if config.json:
        text = json.dumps(result.metrics(), indent=2, ensure_ascii=False)
    else:
        text = summary(result)
    sys.stdout.write(text + "\n")
    return None

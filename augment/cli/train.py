"""``augment train``: one model from a table."""

from __future__ import annotations

import json
import sys

from augment.progress import for_stderr
from augment.train.train_config import TrainConfig

Config = TrainConfig


def run(config: TrainConfig) -> None:
    """Train, and say what the model scores and where it lies."""
    from augment.train.assessment_text import assessment_text
    from augment.train.train_model import train_model

    trained = train_model(config=config, progress=for_stderr(quiet=config.quiet))
    if config.json:
        text = json.dumps(trained.as_dict(), indent=2, ensure_ascii=False)
    elif trained.validation is None:
        text = (
            f"model: {trained.folder}\nno rows were held out, so there are no scores: give "
            "--valid-share 0.2 or --valid FILE, or score it with augment evaluate"
        )
    else:
        text = f"{assessment_text(trained.validation)}\n\nmodel: {trained.folder}"
    sys.stdout.write(text + "\n")

"""``augment evaluate``: scores of a trained model."""

from __future__ import annotations

import json
import sys

from augment.progress import for_stderr
from augment.train.apply_config import EvaluateConfig

Config = EvaluateConfig


def run(config: EvaluateConfig) -> None:
    """Score the model; results on stdout, progress on stderr."""
    from augment.train.assessment_text import assessment_text
    from augment.train.evaluate_model import evaluate_model

    progress = for_stderr(quiet=config.quiet)
    found = evaluate_model(config=config, progress=progress)
    for reason, n in found.left_out.items():
        progress.note(f"left out: {n:,} x {reason}")
    if config.json:
        text = json.dumps(found.as_dict(), indent=2, ensure_ascii=False)
    else:
        text = assessment_text(found)
    sys.stdout.write(text + "\n")

"""``augment convert-checkpoint``: a state dict becomes a model folder."""

from __future__ import annotations

import sys

from augment.progress import for_stderr
from augment.train.convert_checkpoint import ConvertConfig, convert_checkpoint

Config = ConvertConfig


def run(config: ConvertConfig) -> None:
    """Convert, and say where the model lies."""
    sys.stdout.write(f"model: {convert_checkpoint(config=config, progress=for_stderr())}\n")

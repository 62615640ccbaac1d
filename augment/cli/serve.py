"""``augment serve``: a trained model behind HTTP."""

from __future__ import annotations

import json
import sys

from augment.train.serving.config import ServeConfig

Config = ServeConfig


def run(config: ServeConfig) -> None:
    """Serve until a signal, and say where."""
    from augment.train.serving.serving import Listening, serve
    from augment.train.serving.text import listening_text

    def say(listening: Listening) -> None:
        if config.json:
            text = json.dumps(listening.as_dict(), ensure_ascii=False)
        else:
            text = listening_text(listening)
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    serve(config=config, when_listening=say)

"""``augment demo``: a trained model on a page in the browser."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from augment.cli.browser import open_in_browser
from augment.datasets.visible import visible_name
from augment.enumeration import counted, first_of
from augment.train.demo.config import DemoConfig

if TYPE_CHECKING:
    from augment.train.demo.demo import Showing

Config = DemoConfig


def run(config: DemoConfig) -> None:
    """Show the page until a signal, and say where it is."""
    from augment.train.demo.demo import demo

    def say(showing: Showing) -> None:
        found = json.dumps(showing.as_dict(), ensure_ascii=False)
        sys.stdout.write((found if config.json else showing_text(showing)) + "\n")
        sys.stdout.flush()
        if not config.no_browser:
            open_in_browser(showing.url)

    def warn(said: str) -> None:
        sys.stderr.write(said + "\n")
        sys.stderr.flush()

    demo(config=config, when_showing=say, before_sharing=warn)


def showing_text(showing: Showing) -> str:
    """Put the address and what the page shows into a few lines."""
    labels = first_of([visible_name(label) for label in showing.labels], 8)
    lines = [
        f"{showing.model}: {showing.url}",
        f"  classes: {labels}",
        f"  {counted(showing.examples, 'example') if showing.examples else 'no examples'}"
        + ("" if showing.examples else " (--examples FILE)"),
        f"  ready after {showing.seconds:.1f} s; Ctrl-C stops it",
    ]
    if showing.needs_password:
        lines.insert(1, "  the page asks for the password: $AUGMENT_TOKEN, with any user name")
    if showing.public_url:
        lines.insert(1, f"  for everybody, until this ends: {showing.public_url}")
    return "\n".join(lines)

"""``augment review``: a page to go through paraphrases, and what was decided applied."""

from __future__ import annotations

import json
import sys

from augment.cli.browser import open_in_browser
from augment.cli.summary import applied_summary, review_summary
from augment.datasets.review.apply import apply_review
from augment.datasets.review.review import ReviewConfig
from augment.datasets.review.server import ReviewServer
from augment.datasets.review.session import ReviewSession

Config = ReviewConfig


def run(config: ReviewConfig) -> None:
    """Apply the decisions, or serve the page until Ctrl-C."""
    if config.apply:
        done = apply_review(config)
        found, text = done.as_dict(), applied_summary(done)
    else:
        found = _serve(config)
        text = review_summary(found)
    sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) if config.json else text)
    sys.stdout.write("\n")


def _serve(config: ReviewConfig) -> dict[str, object]:
    session = ReviewSession(config)
    try:
        with ReviewServer(session, port=config.port) as server:
            sys.stderr.write(f"review: {server.url}\nCtrl-C ends it; everything is saved at once\n")
            sys.stderr.flush()
            if not config.no_browser:
                open_in_browser(server.url)
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                sys.stderr.write("\n")
            return session.summary()
    finally:
        session.close()

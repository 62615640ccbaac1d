"""What ``augment serve`` tells when it listens."""

from __future__ import annotations

from augment.datasets.visible import visible_name
from augment.train.serving.model import MOST_SHIFT, SAMPLES, FormatTrial
from augment.train.serving.serving import Listening

SHOWN_LABELS = 8


def listening_text(listening: Listening) -> str:
    """Put the address, the classes and the choice of the number format into a few lines."""
    labels = ", ".join(map(visible_name, listening.labels[:SHOWN_LABELS]))
    more = len(listening.labels) - SHOWN_LABELS
    # A browser has no way to send the token.
    page = "" if listening.needs_token else f"   (page: {listening.url}/docs)"
    lines = [
        f"{listening.model}: {listening.url}/predict{page}",
        f"  classes: {labels}" + (f" and {more} more" if more > 0 else ""),
        f"  computing in {listening.format}{_why(listening)}",
        f"  ready after {listening.seconds:.1f} s; Ctrl-C stops it",
    ]
    if listening.needs_token:
        lines.insert(2, "  requests need the header Authorization: Bearer $AUGMENT_TOKEN")
    return "\n".join(lines)


def _why(listening: Listening) -> str:
    if not listening.trials:
        return ""
    plain = listening.trials[0]
    said = [_trial(one, plain) for one in listening.trials[1:]]
    return f" ({SAMPLES} sample texts: {'; '.join(said)})"


def _trial(one: FormatTrial, plain: FormatTrial) -> str:
    speed = f"{one.name} {plain.seconds / one.seconds:.1f} times as fast as fp32"
    if one.labels_kept < SAMPLES:
        return f"{speed}, but {SAMPLES - one.labels_kept} other labels"
    if one.most_shift > MOST_SHIFT:
        return f"{speed}, but probabilities off by up to {one.most_shift:.2f}"
    if not one.gains(plain):
        return f"{speed}, too little to gain"
    return f"{speed}, same labels, probabilities within {one.most_shift:.3f}"

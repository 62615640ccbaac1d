"""The model at work: a review in, a rating from 1 to 10 and a sentiment out."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from django.conf import settings

from augment import Predictor
from augment.errors import AugmentError, InputError

_opening = threading.Lock()
_opened: dict[str, Predictor] = {}


@dataclass(frozen=True)
class Rating:
    """What the model makes of one review.

    `stars` is the likeliest rating on the side (below or above five and a half) that has more of
    the probability, `certainty` the probability of that side, `shares` that of every rating.
    """

    stars: int
    sentiment: str
    certainty: float
    shares: Mapping[int, float]


def rating_model() -> Predictor:
    """Read the model when it is first needed, and once for all threads.

    Raises
    ------
    AugmentError
        For a folder that holds no model, or a model whose classes are no ratings.
    """
    name = str(settings.REVIEWS_MODEL)
    with _opening:
        if name not in _opened:
            model = Predictor(name, offline=True)
            if not all(label.isdecimal() and 1 <= int(label) <= 10 for label in model.labels):
                raise InputError(
                    f"{name}: its classes are {', '.join(model.labels)}; ratings from 1 to 10 are "
                    "wanted, as examples/electra_ratings makes them"
                )
            _opened[name] = model
        return _opened[name]


def rate(text: str) -> Rating:
    """Rate one review."""
    return rating_of(rating_model().predict([text])[0].scores)


def rating_of(scores: Mapping[str, float]) -> Rating:
    """Read a rating off the probabilities of all ratings."""
    shares = {int(label): share for label, share in scores.items()}
    good = sum(share for stars, share in shares.items() if stars > 5)
    bad = sum(share for stars, share in shares.items() if stars <= 5)
    side = {stars: share for stars, share in shares.items() if (stars > 5) == (good >= bad)}
    return Rating(
        stars=max(side, key=lambda stars: side[stars]),
        sentiment="positive" if good >= bad else "negative",
        certainty=max(good, bad) / (good + bad),
        shares=dict(sorted(shares.items())),
    )


__all__ = ["AugmentError", "Rating", "rate", "rating_model", "rating_of"]

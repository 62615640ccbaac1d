"""How strict the paraphrase filter is: the thresholds of each preset, and nothing else.

``normal`` is read off the tuning half of benchmarks/filter_quality.py: gross poisons caught at
95 % and more, subtle ones at 85 % and more, at most 8 % of good paraphrases refused. ``loose``
keeps more and lets more errors through, for noisy texts and for engines that paraphrase freely.
``strict`` refuses whatever a check can doubt.
"""

from __future__ import annotations

from typing import Final, Literal

Strictness = Literal["loose", "normal", "strict"]

#: Least similarity by preset and by what measures it: MiniLM on English, MiniLM on another
#: language in Latin script, an encoder named by the user, and letter triples.
MIN_SIMILARITY: Final[dict[str, dict[str, float]]] = {
    "loose": {"en": 0.45, "latin": 0.5, "named": 0.5, "characters": 0.2},
    "normal": {"en": 0.55, "latin": 0.55, "named": 0.6, "characters": 0.3},
    "strict": {"en": 0.7, "latin": 0.7, "named": 0.75, "characters": 0.4},
}
#: Every other threshold, by the names of `augment.filters.settings.FilterSettings`.
PRESETS: Final[dict[str, dict[str, float]]] = {
    "loose": {
        "min_change": 0.03,
        "max_rewording": 2.0,
        "min_length_ratio": 0.5,
        "max_length_ratio": 2.5,
        "max_marked": 0.1,
        "max_lost_names": 1.0,
        "max_person_change": 0.75,
        "max_strangeness": 2.5,
        "min_label_odds": 0.85,
        "min_swap_margin": 0.2,
    },
    "normal": {
        "min_change": 0.05,
        "max_rewording": 0.7,
        "min_length_ratio": 0.6,
        "max_length_ratio": 2.0,
        "max_marked": 0.02,
        "max_lost_names": 0.67,
        "max_person_change": 0.2,
        "max_strangeness": 1.7,
        "min_label_odds": 0.7,
        "min_swap_margin": 0.1,
    },
    "strict": {
        # As "normal": what rules change little is right more often than what they change much.
        "min_change": 0.05,
        "max_rewording": 0.5,
        "min_length_ratio": 0.7,
        "max_length_ratio": 1.6,
        "max_marked": 0.0,
        "max_lost_names": 0.0,
        "max_person_change": 0.0,
        "max_strangeness": 1.2,
        "min_label_odds": 0.6,
        "min_swap_margin": 0.0,
    },
}

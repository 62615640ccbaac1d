"""Question words by language: data for the check of questions, and nothing else.

One group per thing asked for, its words in any order; a word of one group may stand for any other
of it. Words that mostly do another service (French "que", Spanish "como") stand in no group.
"""

from __future__ import annotations

from typing import Final

#: language -> groups, each "what it asks for: words".
QUESTION_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "en": (
        "person: who whom whose",
        "place: where",
        "time: when",
        "reason: why",
        "thing: what which",
        "manner: how",
    ),
    "fr": (
        "person: qui",
        "place: où",
        "time: quand",
        "reason: pourquoi",
        "thing: quoi quel quelle quels quelles lequel laquelle lesquels lesquelles",
        "manner: comment",
        "amount: combien",
    ),
    "es": (
        "person: quién quiénes",
        "place: dónde adónde",
        "time: cuándo",
        "thing: qué cuál cuáles",
        "manner: cómo",
        "amount: cuánto cuánta cuántos cuántas",
    ),
    "ca": (
        "person: qui",
        "place: on",
        "time: quan",
        "thing: què quin quina quins quines",
        "manner: com",
        "amount: quant quanta quants quantes",
    ),
    "pt": (
        "person: quem",
        "place: onde aonde",
        "time: quando",
        "thing: quê qual quais",
        "amount: quanto quanta quantos quantas",
    ),
    "it": (
        "person: chi",
        "place: dove",
        "time: quando",
        "reason: perché",
        "thing: cosa quale quali",
        "amount: quanto quanta quanti quante",
    ),
    "de": (
        "person: wer wen wem wessen",
        "place: wo wohin woher",
        "time: wann",
        "reason: warum weshalb wieso",
        "thing: was welche welcher welches welchen welchem",
        "manner: wie",
    ),
    "nl": (
        "person: wie",
        "place: waar",
        "time: wanneer",
        "reason: waarom",
        "thing: wat welk welke",
        "manner: hoe",
    ),
}

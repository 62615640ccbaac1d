"""A paraphrase in the typography of its original: a habit of an engine is no trait of a class.

Engines set the space before a question mark, apostrophes, dots and the first capital in their own
way. Left so, they mark every new row as one, and a model may learn them in place of the text.
"""

from __future__ import annotations

import re
from typing import Final

_SIGN: Final = r"(?:[?!]+|[:;](?=\s|$)|»)"
_SPACED: Final = re.compile(rf"(?<=\S)([ \u00a0\u202f])(?={_SIGN})")
_TIGHT: Final = re.compile(rf"(?<=[^\s?!:;«])(?={_SIGN})")
#: Signs that are written in two ways: what each looks like, and what is put for it.
_WAYS: Final = (
    ((re.compile(r"(?<=\w)'(?=\w)"), "'"), (re.compile(r"(?<=\w)’(?=\w)"), "’")),
    ((re.compile(r"\.\.\."), "..."), (re.compile("…"), "…")),
)
_SMALL_START: Final = re.compile(r"(?<=[^.\s][.!?]\s)[a-zà-öø-ÿœ]")
_FIRST: Final = re.compile(r"[^\W\d_]")


def as_written(original: str, text: str) -> str:
    r"""Give a text the typography of the original that it was made of.

    Where the original is consistent, the text follows it: a space before ``? ! : ; »`` or none,
    straight or curled apostrophes, three dots or their sign; and capitals where sentences start.

    Examples
    --------
    >>> as_written("Que je suis sot !", "comme je suis bête!")
    'Comme je suis bête !'
    >>> as_written("L’heure… vient?", "L'heure... arrive ?")
    'L’heure… arrive?'
    """
    spaces = _SPACED.findall(original)
    if spaces and _TIGHT.search(original) is None:
        text = _TIGHT.sub(spaces[-1], text)
    elif not spaces and _TIGHT.search(original) is not None:
        text = _SPACED.sub("", text)
    for ways in _WAYS:
        own = [sign for pattern, sign in ways if pattern.search(original)]
        if len(own) == 1:
            for pattern, _ in ways:
                text = pattern.sub(own[0], text)
    if _SMALL_START.search(original) is None:
        text = _SMALL_START.sub(lambda match: match[0].upper(), text)
    was, now = _FIRST.search(original), _FIRST.search(text)
    if was and now and was[0].isupper() and _all_small(text[now.start() :]):
        text = text[: now.start()] + now[0].upper() + text[now.end() :]
    return text


def _all_small(text: str) -> bool:
    """Whether the first word has no capital: "iPhone" keeps its own."""
    return text.split(maxsplit=1)[0].islower()

"""A paraphrase in the typography of its original: a habit of an engine is no trait of a class.

Engines set the space before a question mark, apostrophes, dots and the first capital in their own
way. Left so, they mark every new row as one, and a model may learn them in place of the text.
"""

from __future__ import annotations

import re
from typing import Final

from augment.segments import is_abbreviation

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
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
#: Words that no sentence starts with, longer than "I".
_WITHIN: Final = re.compile(r"(?:(?<=[\w,)\]…] )|(?<=\.\. ))[^\W\d_]{2,}")
_ARTICLE: Final = re.compile(
    "a|an|the|un|une|le|la|les|des|du|au|der|die|das|den|dem|ein|eine|einen|el|los|las|una|lo|il|o|"
    "os|as|um|uma|els"
)
#: Letters of a word in capitals that is no other word: "IT" and "it" are two.
_LONG: Final = 4


def as_written(original: str, text: str) -> str:
    r"""Give a text the typography of the original that it was made of.

    Where the original is consistent, the text follows it: a space before ``? ! : ; »`` or none,
    straight or curled apostrophes, three dots or their sign; capitals where sentences start, small
    letters or capitals throughout, and words in capitals as they were.

    Examples
    --------
    >>> as_written("Que je suis sot !", "comme je suis bête!")
    'Comme je suis bête !'
    >>> as_written("L’heure… vient?", "L'heure... arrive ?")
    'L’heure… arrive?'
    >>> as_written("so [PERSON] is late", "So [Person] Is tardy")
    'So [PERSON] is tardy'
    """
    if _of_cases(original) and not set("ıİ") & set(original + text):  # Turkish has its own cases
        if original.islower():
            text = text.lower()
        elif original.isupper() and sum(len(w) >= _LONG for w in _WORD.findall(original)) > 1:
            text = text.upper()
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
        text = _SMALL_START.sub(_large_start, text)
    was, now = _FIRST.search(original), _FIRST.search(text)
    if was and now and was[0].isupper() and _all_small(text[now.start() :]):
        text = text[: now.start()] + now[0].upper() + text[now.end() :]
    return _words_as_written(original, text)


def _large_start(match: re.Match[str]) -> str:
    """Give the first letter of a sentence; behind "a.m." and "etc." there may be none."""
    before = match.string[: match.start()].rsplit(maxsplit=1)[-1]
    return match[0] if is_abbreviation(before.lstrip("(\"'“«")) else match[0].upper()


def _words_as_written(original: str, text: str) -> str:
    """Give words of the original the capitals that they have there, where an engine lost them."""
    words = set(_WORD.findall(original))
    shouted = {
        word.title(): word
        for word in words
        if word.isupper() and len(word) >= _LONG and not words & {word.title(), word.lower()}
    }
    if shouted:
        text = _WORD.sub(lambda match: shouted.get(match[0], match[0]), text)
    if any(word[0].isupper() for word in _WITHIN.findall(original)):
        return text

    def small(match: re.Match[str]) -> str:
        word = match[0]
        if word in words or word.lower() not in words:
            return word
        before = text[: match.start()].rsplit(maxsplit=1)[-1].lower()
        # Behind an article stands a noun: "un Français".
        return word if _ARTICLE.fullmatch(before) else word.lower()

    return _WITHIN.sub(small, text)


def _of_cases(text: str) -> bool:
    """Whether nearly all letters are large or small ones: not so in Chinese with an "API" in it."""
    letters = [letter for letter in text if letter.isalpha()]
    return 10 * sum(letter.lower() != letter.upper() for letter in letters) >= 9 * len(letters)


def _all_small(text: str) -> bool:
    """Whether the first word has no capital: "iPhone" keeps its own."""
    return text.split(maxsplit=1)[0].islower()

"""Tells a text without anything to read from others, wherever emptiness is asked for."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Nothing is drawn for them, though Unicode counts them as letters, marks or symbols: Hangul
#: fillers, Khmer inherent vowels, the joiner of graphemes, variation selectors, the empty Braille
#: cell.
_UNDRAWN: Final = (
    "\u115f\u1160\u3164\uffa0\u034f\u17b4\u17b5\u180b-\u180d\u180f\ufe00-\ufe0f\u2800"
    "\U000e0100-\U000e01ef"
)
_UNDRAWN_ALONE: Final = re.compile(f"[{_UNDRAWN}]")
_LETTER: Final = re.compile(f"(?![{_UNDRAWN}])\\w")
#: Unassigned characters are none of these: an emoji younger than this Python's tables is drawn.
#: Nor are private ones, which fonts draw.
_INVISIBLE: Final = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs"})


def is_blank(text: str) -> bool:
    r"""Tell whether a text is empty, or of white space and invisible characters alone.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    bool
        Whether nobody could read anything in it.

    Examples
    --------
    >>> is_blank(""), is_blank(" \t"), is_blank("\u200b\ufeff\u00a0"), is_blank("\u3164")
    (True, True, True, True)
    >>> is_blank("?"), is_blank("\u200bfine"), is_blank("👍")
    (False, False, False)
    """
    return not _LETTER.search(text) and all(map(_unseen, text))


def _unseen(char: str) -> bool:
    return unicodedata.category(char) in _INVISIBLE or bool(_UNDRAWN_ALONE.match(char))

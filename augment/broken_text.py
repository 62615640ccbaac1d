"""Finds characters that were read in the wrong encoding ("Ã©" for "é"), or lost in one.

Control characters are such, too: no text holds them but by a fault. Tabs and whatever ends a line
are none.
"""

from __future__ import annotations

import re
from typing import Final

#: What the bytes 0x80..0xbf become when UTF-8 is read as Windows-1252 or Latin-1. The quotation
#: marks are left out: behind a capital letter they close a quotation, «Ä» or «AMANHÃ».
_NEXT: Final = (
    "\u20ac\u201a\u0192\u201e\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d\u02dc\u2122\u0161"
    "\u203a\u0153\u017e\u0178\u0080-\u00aa\u00ac-\u00ba\u00bc-\u00bf"
)
_CONTROL: Final = "[\0-\x08\x0e-\x1b\x1f\x7f]"
_BROKEN_ASCII: Final = re.compile(_CONTROL)
_BROKEN: Final = re.compile(
    "[\ufffd\ud800-\udfff]"  # the sign for a lost character, and halves of characters
    f"|{_CONTROL}|[\u0080-\u0084\u0086-\u009f]+"  # control characters; 0x85 may be a line end
    f"|[ÂÃÄÅ][{_NEXT}]"  # accented Latin letters
    "|Â[«»]|(?<=[a-zß-ÿ])[ÃÄÅ][«»]|[ÃÄÅ][«»](?=[a-zß-ÿ])"  # quotation marks, "Noël", "goût"
    f"|(?:[ÐÑ][{_NEXT}]){{2,}}|(?:[ÎÏ][{_NEXT}]){{2,}}"  # Cyrillic, Greek
    f"|â[\u20ac\u201a\u201e\u0080\u0082\u0084].?"  # quotes, dashes, the euro sign
    f"|ï»¿|ï¿½|ð[\u0178\u009f][{_NEXT}]*"  # byte order mark, lost characters, emoji
)


def readable(text: str) -> str:
    r"""Give a text that can be written as UTF-8: half a character becomes the sign for a lost one.

    Examples
    --------
    >>> readable("C'était 😀"), readable("cut \ud83d") == "cut \ufffd"
    ("C'était 😀", True)
    """
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def broken_pieces(text: str) -> list[str]:
    r"""Give the pieces of a text that look like another encoding's; most texts have none.

    Examples
    --------
    >>> broken_pieces("C'Ã©tait l'Ã©tÃ©, n'est-ce pas ?")
    ['Ã©', 'Ã©', 'Ã©']
    >>> broken_pieces("A g\x07ood film,\ta good\r\nbook")
    ['\x07']
    >>> broken_pieces("C'était l'été à 20 °C, « n'est-ce pas ? »")
    []
    """
    if text.isascii():
        return [] if text.isprintable() else _BROKEN_ASCII.findall(text)
    return _BROKEN.findall(text)

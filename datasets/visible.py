"""Characters that a page cannot show or that would garble it, made visible."""

from __future__ import annotations

import re
from typing import Final

#: Control characters, halves of surrogate pairs, noncharacters, and the overrides of the writing
#: direction, which make a text read as something else than it is.
_HIDDEN: Final = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)


def visible(text: str) -> str:
    r"""Replace what HTML cannot hold or a reader cannot see; tabs and line breaks stay.

    >>> visible("a\0b\u202ec")
    'a␀b⟨U+202E⟩c'
    """
    return _HIDDEN.sub(_picture, text.replace("\r\n", "\n"))


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩"

"""Characters that a page cannot show or that would garble it, made visible."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markupsafe import Markup

#: Control characters, halves of surrogate pairs, noncharacters, and the overrides of the writing
#: direction, which make a text read as something else than it is.
_HIDDEN: Final = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
#: What ends a line, and every mark of the writing direction: it goes on behind the text it is in.
_BREAKING: Final = re.compile("[\t\n\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: An option of the command line.
_OPTION: Final = re.compile(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*")


def visible(text: str) -> str:
    r"""Replace what HTML cannot hold or a reader cannot see; tabs and line breaks stay.

    >>> visible("a\0b\u202ec")
    'a␀b⟨U+202E⟩c'
    """
    return _HIDDEN.sub(_picture, text.replace("\r\n", "\n"))


def hidden(text: str) -> str:
    r"""Give the first character that `visible` replaces, as it is then shown; none: empty.

    >>> hidden("a\0b"), hidden("a\tb\r\n")
    ('␀', '')
    """
    found = _HIDDEN.search(text.replace("\r\n", "\n"))
    return "" if found is None else _picture(found)


def visible_name(name: str) -> str:
    r"""Do the same for a name that stands in a line of ours, which it must not break or turn.

    >>> visible_name("a\n\u200fb")
    'a␊⟨U+200F⟩b'
    """
    return _BREAKING.sub(_picture, visible(name))


def unbroken(text: str) -> Markup:
    """Give a text as HTML whose lines end at no hyphen inside an option's name.

    >>> print(unbroken("more <rows> (--per-row 2)"))
    more &lt;rows&gt; (<span class="option">--per-row</span> 2)
    """
    from markupsafe import Markup, escape

    marked = _OPTION.sub(r'<span class="option">\g<0></span>', str(escape(visible(text))))
    return Markup(marked)  # noqa: S704 - escaped above


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩"

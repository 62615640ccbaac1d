"""Refuses a candidate that holds HTML or an address which the original does not hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.records import Candidate

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

#: A tag or an entity; one that a translator pulled apart (``< br / >``, ``& quot ;``) only by its
#: known names, since "a < b" and "Tom & Ann;" are none.
_NAMES: Final = (
    "br|p|b|i|u|em|strong|span|div|a|li|ul|ol|table|tr|td|th|h[1-6]|img|sub|sup|font|html|body|head"
)
_MARKUP: Final = re.compile(
    r"</?[a-z][a-z0-9]{0,9}(?:\s[^<>]{0,200})?/?>"
    rf"|<\s?/?\s?(?:{_NAMES})\s?/?\s?>"
    r"|<!(?:--|doctype)[^<>]{0,200}>?"
    r"|&(?:[a-z]{2,8}[0-9]{0,2}|#[0-9]{1,6}|#x[0-9a-f]{1,5});"
    r"|&\s?(?:amp|quot|lt|gt|nbsp|apos|#\s?[0-9]{1,5})\s?;",
    re.IGNORECASE,
)
#: Addresses on the web and of e-mail, without what a sentence sets behind them.
_ADDRESS: Final = re.compile(
    r"(?:\b[a-z]{3,8}://(?:www\.)?|\bwww\.)([^\s<>]*[^\W_])|\b([\w.+-]+@[\w-]+(?:\.[\w-]*\w)+)",
    re.IGNORECASE,
)


class Markup:
    """New tags, entities or addresses; one that is gone takes nothing from what is said."""

    name = "markup"

    def __init__(self, settings: FilterSettings) -> None:
        pass

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [_look(candidate.original, candidate.text) for candidate in candidates]


def _look(original: str, text: str) -> Finding:
    if "<" in text or "&" in text:
        found = _pieces(text)
        if found and (new := found - _pieces(original)):
            return Finding(f"markup {next(iter(new))[:40]!r} that the original does not have")
    if "@" in text or "://" in text or "www." in text.casefold():
        known = "".join(original.casefold().split())
        for match in _ADDRESS.finditer(text):
            if (match[1] or match[2]).casefold() not in known:
                return Finding(f"address {match[0][:60]!r} that the original does not have")
    return PASSED


def _pieces(text: str) -> Counter[str]:
    """Tags and entities of a text as written; one that was pulled apart is another one."""
    return Counter(match[0].casefold() for match in _MARKUP.finditer(text))

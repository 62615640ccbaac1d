"""Refuses a candidate that holds HTML or a service's notice which the original does not hold."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.tokens import folded_words

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
#: What online services answer in place of a translation.
NOTICES: Final = (
    r"mymemory warning",
    r"you used all available free translations",
    r"usagelimits\.php",
    r"query length limit exceed",
    r"invalid (?:source|target) language",
    r"please select two distinct languages",
    r"is an invalid (?:source|target) language",
    r"no query specified",
    r"no content to translate",
    r"invalid email provided",
    r"limit (?:has been |was )?exceeded",
    r"(?:quota|limit|requests?)\b.{0,30}\bexceeded",
    r"exceeded\b.{0,30}\b(?:quota|rate limit|limit of requests)",
    r"rate[- ]limit(?:ed)?\b",
    r"too many requests",
    r"error\s*[:#(]?\s*(?:4[0-9]{2}|5[0-9]{2})\b",
    r"\b(?:4[0-9]{2}|5[0-9]{2})\b\W{0,3}(?:forbidden|not found|bad gateway|service unavailable"
    r"|internal server error|server error|gateway time-?out|too many)",
    r"(?:bad gateway|service (?:temporarily )?unavailable|internal server error|gateway time-?out)",
    r"that[’']s an error",
    r"the server encountered (?:a temporary|an) (?:error|internal)",
    r"unusual traffic from your computer",
    r"an unexpected error occurred",
    r"\b(?:api|auth(?:entication)?) key (?:is )?(?:invalid|missing|required)",
    r"invalid api key",
    r"captcha",
)
_NOTICE: Final = re.compile("|".join(NOTICES), re.IGNORECASE)
#: Every notice holds one of these words; looking for them is much faster than the patterns.
_HINTS: Final = frozenset({
    "mymemory", "translations", "usagelimits", "limit", "limited", "exceed", "exceeded", "invalid",
    "distinct", "query", "content", "requests", "error", "gateway", "unavailable", "traffic",
    "captcha", "key", "forbidden", "found", "server", "timeout", "ratelimit", "ratelimited",
})  # fmt: skip


class Markup:
    """New tags or entities, or a quota or error notice given as the translation."""

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
    if (
        not _HINTS.isdisjoint(folded_words(text))
        and (notice := _NOTICE.search(text))
        and not _NOTICE.search(original)
    ):
        return Finding(f"reads like a service's notice: {notice[0][:60]!r}")
    return PASSED


def _pieces(text: str) -> Counter[str]:
    """Tags and entities of a text as written; one that was pulled apart is another one."""
    return Counter(match[0].casefold() for match in _MARKUP.finditer(text))

"""Refuses a service's notice in place of a translation, and a language model's words beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from augment.filters.check import PASSED, Finding
from augment.records import Candidate
from augment.tokens import folded_words

if TYPE_CHECKING:
    from augment.filters.settings import FilterSettings

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
    r"\b(?:api|auth(?:entication)?|subscription) key (?:is )?(?:invalid|missing|required)",
    r"invalid (?:api|subscription) key",
    r"(?:wrong|missing) (?:api|subscription) key",
    r"slowdown: ",
    r"text limit.{0,20}\bsegment",
    r"access denied due to invalid",
    r"captcha",
)
_NOTICE: Final = re.compile("|".join(NOTICES), re.IGNORECASE)
#: What language models put before a rewritten text, on a line of its own, and behind it.
_BEFORE: Final = re.compile(
    r"\A\W*(?:sure\b|certainly\b|of course\b|here(?:['’]s| is| are)\b|output\b|(?:the )?"
    r"(?:rewritten|rephrased|reworded|paraphrased?)\b|voici\b|bien sûr\b|certainement\b|texte "
    r"(?:réécrit|reformulé)|aquí (?:está|tienes?)|claro\b|por supuesto\b|hier (?:ist|sind)\b|"
    r"gerne\b|umformuliert|好的|当然|以下是|改写)[^\n]{0,120}[:\uff1a]\W*\n+",
    re.IGNORECASE,
)
_BEHIND: Final = re.compile(
    r"\n[^\w\n]*(?:let me know if|i hope (?:this|that)|feel free to|would you like|"
    r"n['’]hésitez pas|j['’]espère que|espero que|lass mich wissen|ich hoffe|"
    r"[(\[]?note ?:|[(\[]?hinweis ?:|"
    r"[(\[]?remarque ?:|[(\[]i['’]?(?:ve)? (?:have |kept|made|changed|preserved|rewrote))"
    r"[^\n]*\s*\Z",
    re.IGNORECASE,
)
#: What they say of themselves.
_ITSELF: Final = re.compile(
    r"\b(?:as an|i am an|i['’]m an) (?:ai|artificial intelligence)\b|"
    r"\b(?:ai|large) language model\b|"
    r"\ben tant qu['’](?:ia|intelligence artificielle|assistant)\b|\bcomo (?:una )?(?:ia|"
    r"inteligencia artificial)\b|\bals (?:ki|künstliche intelligenz)\b",
    re.IGNORECASE,
)
#: Every notice holds one of these words; looking for them is much faster than the patterns.
_HINTS: Final = frozenset({
    "mymemory", "translations", "usagelimits", "limit", "limited", "exceed", "exceeded", "invalid",
    "distinct", "query", "content", "requests", "error", "gateway", "unavailable", "traffic",
    "captcha", "key", "forbidden", "found", "server", "timeout", "ratelimit", "ratelimited",
    "slowdown", "segment", "denied",
})  # fmt: skip


class Notice:
    """A notice of a service given as the translation, or what a language model says beside it."""

    name = "notice"

    def __init__(self, settings: FilterSettings) -> None:
        pass

    def check(self, candidates: Sequence[Candidate]) -> list[Finding]:
        """One finding per candidate, in order."""
        return [_look(candidate.original, candidate.text) for candidate in candidates]


def is_notice(text: str) -> str:
    """Give the part of a text that only a service's notice holds; empty for any other text.

    Examples
    --------
    >>> is_notice("Error 429: Too Many Requests"), is_notice("Too many cooks")
    ('Error 429', '')
    """
    if _HINTS.isdisjoint(folded_words(text)):
        return ""
    found = _NOTICE.search(text)
    return found[0] if found else ""


def without_preamble(text: str, original: str) -> str:
    r"""Give a language model's answer without the line that announces it.

    >>> without_preamble("Sure! Here is the rewritten text:\n\nA fine film.", "A good film.")
    'A fine film.'
    """
    return text if _BEFORE.match(original) else _BEFORE.sub("", text)


def _look(original: str, text: str) -> Finding:
    # What stands on a line of its own needs a break; most texts have none.
    for pattern in (_BEFORE, _BEHIND, _ITSELF) if "\n" in text else (_ITSELF,):
        if (found := pattern.search(text)) and not pattern.search(original):
            return Finding(f"reads like a language model's own words: {found[0].strip()[:60]!r}")
    seen = is_notice(text)
    if seen and not is_notice(original):
        return Finding(f"reads like a service's notice: {seen[:60]!r}")
    return PASSED

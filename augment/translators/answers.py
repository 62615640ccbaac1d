"""Looks at what a service gave as a translation, before anybody believes it.

Services answer with nothing, with a notice, with a web page, and sometimes with the translation of
another text. The first three are recognised by what they are. The last one can only be suspected:
the same answer was given to a quite different text, the numbers are others, the length cannot be,
or the service is just stumbling. A suspected answer is asked for again, alone, until two in a row
agree. What passes all this is still compared with its original by the paraphrase filter.
"""

from __future__ import annotations

import html
import re
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from augment.translators.refusals import is_notice

#: Tags that a page holds and a translation of a text without them does not.
_PAGE: Final = re.compile(
    r"<\s*(?:!doctype|/?\s*(?:html|head|body|title|meta|script|style|div|span|p|h[1-6]|br|hr|center"
    r"|table|form|iframe|a|b|i|img)\b[^<>]*>)",
    re.IGNORECASE,
)
_ENTITY: Final = re.compile(r"&(?:[a-z]{2,8}[0-9]{0,2}|#[0-9]{1,6}|#x[0-9a-f]{1,5});", re.I)
_NUMBER: Final = re.compile(r"\d+")
#: Texts whose answers are remembered; beyond it the oldest are forgotten.
REMEMBERED: Final = 50_000
#: Up to so many letters, different texts may well have the same translation ("Yes.", "Yeah!").
_SHORT: Final = 24
#: Likeness of two texts, 0 to 100, from which on they may have the same translation.
_ALIKE: Final = 60.0
#: Likeness of two answers to one text, 0 to 100, from which on they agree.
_AGREE: Final = 85.0
_AGREE_LOOSELY: Final = 50.0


def clean(source: str, answer: str) -> str:
    """Give an answer without what the service put around it: white space, entities, quotes.

    >>> clean("It is late.", " L&#39;heure est tardive. ")
    "L'heure est tardive."
    """
    answer = answer.strip()
    if "&" in answer and not _ENTITY.search(source):
        answer = html.unescape(answer)
    if len(answer) > 2 and answer[0] == answer[-1] == '"' and '"' not in source + answer[1:-1]:
        answer = answer[1:-1].strip()  # language models quote what they were asked to translate
    return answer


def no_translation(source: str, answer: str) -> str:
    """Say why an answer is no translation at all; empty when it may be one.

    >>> no_translation("Good film.", "<html><body>Sorry</body></html>")
    'it answered with a web page'
    """
    if not answer:
        return "it answered with nothing"
    if _PAGE.search(answer) and not _PAGE.search(source):
        return "it answered with a web page"
    if is_notice(answer) and not is_notice(source):
        return f"it answered with a notice: {answer[:80]!r}"
    return ""


def doubt(source: str, answer: str) -> str:
    """Say what makes an answer doubtful by itself; empty for nothing.

    Parameters
    ----------
    source, answer
        A text and its supposed translation, between any languages.

    Notes
    -----
    A translation may spell a number out, turn "5 pm" into "17 h" or write 1,000 another way. So
    numbers speak against an answer only when both sides have some of two digits or more, none of
    them is the same, and the digits in a row are others too. Lengths may differ by four times,
    from ten letters on; Chinese takes a third of the letters of English.

    Examples
    --------
    >>> doubt("The hotel has 120 rooms.", "El museo abrió en 1984.")
    "numbers are others: '120' became '1984'"
    """
    ours, theirs = ([n for n in _NUMBER.findall(text) if len(n) > 1] for text in (source, answer))
    before, after = "".join(_NUMBER.findall(source)), "".join(_NUMBER.findall(answer))
    same = not set(ours).isdisjoint(theirs) or before in after or after in before
    if ours and theirs and not same:
        return f"numbers are others: {ours[0][:12]!r} became {theirs[0][:12]!r}"
    short, long = sorted((len(source), len(answer)))
    if long > 40 and long > 4 * max(short, 10):
        return f"length: {len(source)} letters became {len(answer)}"
    return ""


def agree(one: str, other: str, *, varies: bool = False) -> bool:
    """Whether two answers to the same text say the same.

    A service that `varies` (a language model) chooses other words every time.
    """
    return one == other or fuzz.ratio(one, other) >= (_AGREE_LOOSELY if varies else _AGREE)


@dataclass(frozen=True, slots=True)
class Clash:
    """Another text that got the same answer.

    In the same direction one of the two answers is wrong; in another direction the texts may say
    the same in two languages, or the service may have answered the wrong request.
    """

    other: str
    same_direction: bool


class Memory:
    """Which text got which answer from one service, to see an answer that was given twice.

    All directions share it: a service may answer one with what belongs to another.
    """

    def __init__(self) -> None:
        self._texts: OrderedDict[str, tuple[str, str]] = OrderedDict()
        self._lock = threading.Lock()

    def remember(self, source: str, answer: str, direction: str = "") -> None:
        """Note that `answer` is the translation of `source`."""
        with self._lock:
            self._texts[_key(answer)] = source, direction
            self._texts.move_to_end(_key(answer))
            while len(self._texts) > REMEMBERED:
                self._texts.popitem(last=False)

    def forget(self, answer: str) -> None:
        """Take back what was noted of an answer."""
        with self._lock:
            self._texts.pop(_key(answer), None)

    def clash(self, source: str, answer: str, direction: str = "") -> Clash | None:
        """Find the quite different text that got the same answer.

        >>> memory = Memory()
        >>> memory.remember("We waited an hour for a table.", "On a attendu une heure une table.")
        >>> memory.clash("The film was far too long for me.", "On a attendu une heure une table.")
        Clash(other='We waited an hour for a table.', same_direction=True)
        """
        with self._lock:
            other, its = self._texts.get(_key(answer), (source, direction))
        if len(answer) <= _SHORT or other == source:
            return None
        if fuzz.ratio(source.casefold(), other.casefold()) >= _ALIKE:
            return None
        return Clash(other, its == direction)


def _key(answer: str) -> str:
    return " ".join(answer.casefold().split())

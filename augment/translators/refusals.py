"""What an online service says when it does not translate, and what to do about it.

A service refuses in many ways: a status, a code inside an answer with status 200, a sentence in
place of the translation. All of them become one `ServiceFailure` that says whether to ask again,
to leave this text, or to leave the service.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Literal
from urllib.parse import quote, quote_plus

#: ``again``: a later request may work. ``text``: this text was refused. ``stop``: no request will
#: work until somebody does something (a key, a quota, a bill).
Kind = Literal["again", "text", "stop"]


#: Characters of a stranger's sentence that are shown, and that are kept until keys are out of it.
_SHOWN: Final = 200
_READ: Final = 2_000


class ServiceFailure(Exception):
    """One request that brought no translation; the message holds no key and no text.

    Parameters
    ----------
    kind
        What to do, see `Kind`.
    why
        For the user.
    wait_s
        Seconds that the service asks to wait, where it says so.
    of_text
        When no attempt helps, it is this text that fails, and the service is at work.
    """

    def __init__(
        self, kind: Kind, why: str, wait_s: float | None = None, *, of_text: bool = False
    ) -> None:
        super().__init__(why)
        self.kind: Kind = kind
        self.why = why
        self.wait_s = wait_s
        self.of_text = of_text or kind == "text"


class Secrets:
    """Keys that never stand in a message, as they are or quoted for an address.

    Examples
    --------
    >>> Secrets(["k/y"]).hide("bad key k/y at ?key=k%2Fy")
    'bad key *** at ?key=***'
    """

    def __init__(self, values: Iterable[str]) -> None:
        forms = {form for s in values if s for form in (s, quote(s, safe=""), quote_plus(s))}
        self._forms = sorted(forms, key=len, reverse=True)

    def hide(self, message: str) -> str:
        """Take the keys out, and make one short line without control characters of the rest."""
        for form in self._forms:
            message = message.replace(form, "***")
        return _line(message)[:_SHOWN]


_MEANINGS: Final[dict[int, tuple[Kind, str]]] = {
    401: ("stop", "the key is not accepted"),
    402: ("stop", "payment is required"),
    403: ("stop", "access is denied"),
    404: ("stop", "there is no translation service at this address"),
    405: ("stop", "there is no translation service at this address"),
    407: ("stop", "the proxy wants a password"),
    408: ("again", "the service waited too long for the request"),
    409: ("again", "another request is in its way"),
    410: ("stop", "the service is gone"),
    413: ("text", "the text is too long for it"),
    414: ("text", "the text is too long for it"),
    425: ("again", "too early"),
    429: ("again", "too many requests"),
    451: ("stop", "not available for legal reasons"),
    456: ("stop", "the quota is used up"),
}


def of_status(status: int, said: str = "") -> tuple[Kind, str] | None:
    """Meaning of a status, with what the service `said`; None for success.

    >>> of_status(429)
    ('again', 'HTTP 429, too many requests')
    """
    if 200 <= status < 300:
        return None
    if 300 <= status < 400:
        return "stop", f"HTTP {status}, it sends us to another address"
    usual: tuple[Kind, str] = ("again", "a fault on its side") if status >= 500 else ("text", "")
    kind, meaning = _MEANINGS.get(status, usual)
    return kind, ", ".join(part for part in (f"HTTP {status}", said or meaning) if part)


def of_body(service: str, data: object) -> tuple[Kind, str] | None:
    """Meaning of a JSON answer with status 200; None when it is no refusal."""
    if not isinstance(data, Mapping):
        return None
    return _BODIES.get(service, _plain)(data)


def said(data: object) -> str:
    r"""Give the error message of a JSON answer, wherever services put it.

    >>> said({"error": {"message": "no\nmoney"}})
    'no money'
    """
    if isinstance(data, Mapping):
        for name in ("error", "message", "detail", "responseDetails", "errorMessage", "error_msg"):
            found = data.get(name)
            if isinstance(found, str) and found.strip():
                return _line(found)
            if isinstance(found, Mapping) and (inner := said(found)):
                return inner
    return ""


def _line(text: str) -> str:
    """One line without control characters: it comes from a stranger and is shown.

    Not yet as short as it is shown: half a key would not be found in it any more.
    """
    return "".join(c for c in " ".join(text.split()) if c.isprintable())[:_READ]


def no_json(body: bytes) -> str:
    """Say what came in the place of a JSON answer.

    >>> no_json(b"<html>"), no_json(b"")
    ('it answered with a web page', 'it answered with nothing')
    """
    first = body.lstrip()[:1]
    what = "a web page" if first == b"<" else "broken JSON" if first else "nothing"
    return f"it answered with {what}"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks for, given as seconds or as a date.

    >>> retry_after({"Retry-After": "7"}), retry_after({"Retry-After": "soon"}), retry_after({})
    (7.0, None, None)
    """
    value = headers.get("Retry-After", "").strip()
    if re.fullmatch(r"[0-9]+(?:\.[0-9]+)?", value):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the latter for a year of twenty digits
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())


def _plain(data: Mapping[str, Any]) -> tuple[Kind, str] | None:
    """LibreTranslate, Papago, DeepL, ChatGPT: an error stands under its name."""
    why = said(data) if data.keys() & {"error", "errorCode", "errorMessage"} else ""
    return ("text", why) if why else None


def _mymemory(data: Mapping[str, Any]) -> tuple[Kind, str] | None:
    status = str(data.get("responseStatus", 200))
    if data.get("quotaFinished"):
        return "stop", "the free quota of today is used up"
    if status == "200":
        return None
    inner = data.get("responseData")
    inner_text = inner.get("translatedText") if isinstance(inner, Mapping) else ""
    words = said(data) or _line(str(inner_text or ""))
    if status == "429":
        return "stop", words or "the free quota of today is used up"
    if "length limit" in words.lower():
        return "text", words
    return of_status(int(status), words) if status.isdigit() else ("text", words)


def _baidu(data: Mapping[str, Any]) -> tuple[Kind, str] | None:
    code = str(data.get("error_code", "52000"))
    if code == "52000":
        return None
    why = f"error {code} {said(data)}".strip()
    if code in ("52001", "52002", "54003", "54005"):  # time-out, system, frequency
        return "again", why
    # key, signature, balance, address, region, closed
    return (
        "stop" if code in ("52003", "54001", "54004", "58000", "58002", "90107") else "text"
    ), why


def _yandex(data: Mapping[str, Any]) -> tuple[Kind, str] | None:
    code = str(data.get("code", 200))
    if code == "200":
        return None
    why = f"error {code} {said(data)}".strip()
    if code in ("401", "402", "403", "404"):  # key, blocked key, daily limits
        return "stop", why
    return ("again" if code == "429" or code.startswith("5") else "text"), why


def _microsoft(data: Mapping[str, Any]) -> tuple[Kind, str] | None:
    error = data.get("error")
    if not isinstance(error, Mapping):
        return None
    code = str(error.get("code", ""))
    kind, _ = of_status(int(code[:3])) or ("text", "") if code[:3].isdigit() else ("text", "")
    return kind, f"error {code} {said(data)}".strip()


_TENCENT: Final = ("NoFreeAmount", "ServiceIsolate", "UserNotRegistered", "StopUsing")


def _tencent(data: Mapping[str, Any]) -> tuple[Kind, str] | None:
    inner = data.get("Response")
    error = inner.get("Error") if isinstance(inner, Mapping) else None
    if not isinstance(error, Mapping):
        return None
    code, words = str(error.get("Code", "")), str(error.get("Message", ""))
    why = _line(f"{code} {words}")
    if code.startswith(("RequestLimitExceeded", "InternalError", "LimitExceeded")):
        return "again", why
    stops = ("AuthFailure", "UnauthorizedOperation", *(f"FailedOperation.{n}" for n in _TENCENT))
    return ("stop" if code.startswith(stops) else "text"), why


_BODIES: Final[dict[str, Callable[[Mapping[str, Any]], tuple[Kind, str] | None]]] = {
    "mymemory": _mymemory,
    "baidu": _baidu,
    "yandex": _yandex,
    "microsoft": _microsoft,
    "tencent": _tencent,
}

#: How language models begin when they will not do a text.
_DECLINED: Final = r"^(?:I[’']m sorry, (?:but )?)?[Aa]s an AI (?:language )?model\b"
#: Sentences that known services give in place of a translation, whole enough that no translation
#: of a user's text reads like them.
NOTICES: Final = (
    # MyMemory, always in capitals
    r"MYMEMORY WARNING",
    r"YOU USED ALL AVAILABLE FREE TRANSLATIONS",
    r"QUERY LENGTH LIMIT EXCEED",
    r"IS AN INVALID (?:SOURCE|TARGET) LANGUAGE",
    r"PLEASE SELECT TWO DISTINCT LANGUAGES",
    r"NO QUERY SPECIFIED\. EXAMPLE",
    r"INVALID EMAIL PROVIDED",
    r"usagelimits\.php",
    # Google's error page as text
    r"Error \d{3} \(.{3,40}\)!!1",
    r"That[’']s an error\..{0,200}That[’']s all we know",
    r"unusual traffic from your computer network",
    # LibreTranslate and its limiter
    r"^Slowdown: \d+ per \d* ?\w+",
    r"Too many request limits violations",
    r"Visit https?://portal\.libretranslate\.com to get an API key",
    # DeepL, Microsoft, Papago, Baidu, Yandex
    r"^Quota for this billing period has been exceeded",
    r"^Out of call volume quota",
    r"^Query limit exceeded\W",
    r"^INVALID_?ACCESS_?LIMIT$",
    r"^(?:The )?(?:daily|monthly) (?:limit|quota) .{0,40}exceeded\.?$",
    # gateways in between
    r"^(?:Error )?(?:429|50[234])[:,]? (?:Too Many Requests|Bad Gateway|Gateway Time-?out)",
    r"^(?:Error )?503[:,]? Service (?:Temporarily )?Unavailable",
    # language models
    _DECLINED,
    r"^You exceeded your current quota",
)
_NOTICE: Final = re.compile("|".join(f"(?:{one})" for one in NOTICES))


def is_notice(text: str) -> bool:
    """Whether a text is a known notice of a known service.

    >>> is_notice("MYMEMORY WARNING: YOU USED ALL AVAILABLE FREE TRANSLATIONS FOR TODAY.")
    True
    """
    return bool(_NOTICE.search(text.strip()))


def declines(text: str) -> bool:
    """Whether a text is a language model's word that it will not do what it was given.

    >>> declines("As an AI language model, I cannot translate this.")
    True
    """
    return re.search(_DECLINED, text.strip()) is not None

"""The online services: where each sends texts, what it takes, how fast, and with which keys.

One literal table, written from the source of deep-translator 1.11.4 and from what the services say
of themselves. Keys come from the environment alone, for callers in Python too: there is no option
and no argument for them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from augment.errors import InputError

#: deep-translator's argument -> the environment variables that may hold it, first found first.
Variables = Mapping[str, tuple[str, ...]]

#: Longest answer that is read, in bytes; a translation of the longest text stays far below.
MAX_ANSWER: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How long to wait for a service, and when to stop trying.

    Parameters
    ----------
    connect_s
        Longest wait for a connection, in seconds.
    total_s
        Longest request from its connection to the last byte of its answer, in seconds; a server
        that sends a byte now and then does not get more.
    attempts
        Requests for one text before it counts as failed.
    backoff_s
        First pause before asking again, in seconds; doubled each time, with jitter.
    max_wait_s
        Longest pause that a service may ask for (``Retry-After``), in seconds; one that asks for
        more is given up.
    failures_in_a_row
        Failed texts in a row after which a service is given up.
    """

    connect_s: float = 6.0
    total_s: float = 25.0
    attempts: int = 5
    backoff_s: float = 1.0
    max_wait_s: float = 90.0
    failures_in_a_row: int = 4


@dataclass(frozen=True, slots=True)
class Service:
    """What must be known of one service.

    Parameters
    ----------
    translator
        Class of deep-translator; empty where this package asks the service itself.
    host
        Where the texts go.
    languages
        Table of languages in ``deep_translator.constants``; empty where the service is asked.
    keys, settings
        Arguments of the class that come from the environment: keys it cannot do without, and
        settings it can.
    max_chars
        Longest text of one request, in characters.
    max_url
        Longest text in characters of a URL, for services that take it there; 0 for the others.
    per_second
        Requests a second, over all directions together; 0 for no limit.
    at_once
        Requests under way at the same time.
    page
        The answer is a web page, not JSON.
    varies
        The same text gets another wording every time.
    """

    translator: str
    host: str
    languages: str
    keys: Variables = field(default_factory=dict)
    settings: Variables = field(default_factory=dict)
    max_chars: int = 4900
    max_url: int = 0
    per_second: float = 4.0
    at_once: int = 4
    page: bool = False
    varies: bool = False

    def missing_keys(self) -> list[str]:
        """Variables to set; empty when every key is there."""
        return [
            names[0] for names in self.keys.values() if not any(os.environ.get(n) for n in names)
        ]

    def secrets(self) -> list[str]:
        """Values that must not be shown."""
        private = (*self.keys, "api_key", "email")
        return [value for name, value in self.from_environment().items() if name in private]

    def from_environment(self) -> dict[str, str]:
        """Arguments of the class that the environment holds."""
        found: dict[str, str] = {}
        for argument, names in (*self.keys.items(), *self.settings.items()):
            value = next((os.environ[name] for name in names if os.environ.get(name)), "")
            if value:
                found[argument] = value.strip()
        return found


SERVICES: Final[dict[str, Service]] = {
    "google": Service(
        "GoogleTranslator",
        "translate.google.com",
        "GOOGLE_LANGUAGES_TO_CODES",
        max_url=12_000,
        per_second=3.0,  # the page itself names 5 a second; it blocks well before that
        at_once=2,
        page=True,
    ),
    "deepl": Service(
        "DeeplTranslator",
        "api.deepl.com",
        "DEEPL_LANGUAGE_TO_CODE",
        keys={"api_key": ("DEEPL_API_KEY",)},
        per_second=8.0,
        at_once=4,
    ),
    "microsoft": Service(
        "MicrosoftTranslator",
        "api.cognitive.microsofttranslator.com",
        "",
        keys={"api_key": ("MICROSOFT_API_KEY",)},
        settings={"region": ("MICROSOFT_REGION",)},
        per_second=8.0,
        at_once=4,
    ),
    "libre": Service(
        "LibreTranslator",
        "libretranslate.com",
        "LIBRE_LANGUAGES_TO_CODES",
        keys={"api_key": ("LIBRE_API_KEY",)},
        max_chars=1900,  # the public server takes 2,000
        per_second=1.3,  # and 80 requests a minute
        at_once=2,
    ),
    "mymemory": Service(
        "MyMemoryTranslator",
        "api.mymemory.translated.net",
        "MY_MEMORY_LANGUAGES_TO_CODES",
        settings={"email": ("MYMEMORY_EMAIL",)},
        max_chars=450,
        max_url=1_400,  # 500 bytes of UTF-8, three characters each in a URL
        per_second=2.0,
        at_once=2,
    ),
    "yandex": Service(
        "YandexTranslator",
        "translate.yandex.net",
        "GOOGLE_LANGUAGES_TO_CODES",
        keys={"api_key": ("YANDEX_API_KEY",)},
    ),
    "papago": Service(
        "PapagoTranslator",
        "openapi.naver.com",
        "PAPAGO_LANGUAGE_TO_CODE",
        keys={"client_id": ("PAPAGO_CLIENT_ID",), "secret_key": ("PAPAGO_SECRET_KEY",)},
    ),
    "baidu": Service(
        "BaiduTranslator",
        "fanyi-api.baidu.com",
        "BAIDU_LANGUAGE_TO_CODE",
        keys={"appid": ("BAIDU_APPID",), "appkey": ("BAIDU_APPKEY",)},
        max_chars=1900,  # 6,000 bytes
        per_second=1.0,  # of a free account
        at_once=1,
    ),
    "tencent": Service(
        "",  # in deep-translator's repository, but not in the release 1.11.4
        "tmt.tencentcloudapi.com",
        "",
        keys={"secret_id": ("TENCENT_SECRET_ID",), "secret_key": ("TENCENT_SECRET_KEY",)},
        settings={"region": ("TENCENT_REGION",)},
        max_chars=1900,
        per_second=4.0,
        at_once=2,
    ),
    "qcri": Service(
        "QcriTranslator",
        "mt.qcri.org",
        "QCRI_LANGUAGE_TO_CODE",
        keys={"api_key": ("QCRI_API_KEY",)},
        settings={"domain": ("QCRI_DOMAIN",)},
        max_url=6_000,
        per_second=2.0,
        at_once=1,
    ),
    "chatgpt": Service(
        "ChatGptTranslator",
        "api.openai.com",
        "GOOGLE_LANGUAGES_TO_CODES",
        keys={"api_key": ("OPENAI_API_KEY", "OPEN_API_KEY")},
        settings={"model": ("OPENAI_MODEL",)},
        per_second=3.0,
        at_once=3,
        varies=True,
    ),
}
#: The service that anybody may run, and how.
OWN_SERVER: Final = "libre"
HOW_TO_SERVE: Final = "pip install libretranslate && libretranslate --port 5000"


def longest_piece(service: Service, text: str) -> int:
    """Characters of `text` that fit into one request, wherever they are cut.

    Where the text stands in the URL, a letter with an accent takes six characters there and a
    Chinese one nine.

    >>> [longest_piece(SERVICES["mymemory"], text) for text in ("plain words", "né")]
    [450, 233]
    """
    if not service.max_url or not text:
        return service.max_chars
    widest = 3 * len(max(text).encode("utf-8", "surrogatepass"))
    return min(service.max_chars, service.max_url // widest)


def server_url(url: str) -> str:
    """Check the address of an own server and bring it to one form.

    Raises
    ------
    InputError
        For what is no http(s) address, or one that carries a key or a password.

    Examples
    --------
    >>> server_url("http://127.0.0.1:5000/translate")
    'http://127.0.0.1:5000/'
    """
    try:
        parts = urlsplit(url.strip())
        wrong = parts.scheme not in ("http", "https") or not parts.hostname
        parts.port  # noqa: B018 - raises for a port that is no number
    except ValueError:
        wrong = True
    if wrong:
        raise InputError(
            f"url is {url!r}; wanted: the address of a server, like http://127.0.0.1:5000"
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InputError(
            "url holds more than an address; write it without user, password, ? and #. "
            "A key comes from the environment variable LIBRE_API_KEY"
        )
    path = parts.path.rstrip("/").removesuffix("/translate")
    return f"{parts.scheme}://{parts.netloc}{path}/"

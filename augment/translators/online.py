"""Online services through deep-translator: used only when the user names one.

Keys come from the environment, never from an option. A text that fails is reported as failed; a
row of failures stops the run with everything delivered so far in the store.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Protocol

from augment.errors import InputError, PairError, TranslatorError
from augment.extras import require
from augment.records import Translation
from augment.segments import cut

#: Failures in a row after which a service counts as out of reach.
FAILURES_IN_A_ROW: Final = 3


@dataclass(frozen=True, slots=True)
class Service:
    """What must be known of one service.

    Parameters
    ----------
    translator
        Class of deep-translator.
    languages
        Name of its table of languages in ``deep_translator.constants``; empty where the service
        is asked itself.
    host
        Where the texts go.
    max_chars
        Longest text of one request, in characters.
    keys
        Argument of the class -> environment variable that holds it.
    """

    translator: str
    languages: str
    host: str
    max_chars: int
    keys: Mapping[str, str] = field(default_factory=dict)


#: deep-translator 1.11.4, read in its source.
SERVICES: Final[dict[str, Service]] = {
    "google": Service(
        "GoogleTranslator", "GOOGLE_LANGUAGES_TO_CODES", "translate.google.com", 4900
    ),
    "mymemory": Service(
        "MyMemoryTranslator", "MY_MEMORY_LANGUAGES_TO_CODES", "api.mymemory.translated.net", 450
    ),
    "deepl": Service(
        "DeeplTranslator",
        "DEEPL_LANGUAGE_TO_CODE",
        "api-free.deepl.com",
        4900,
        {"api_key": "DEEPL_API_KEY"},
    ),
    "microsoft": Service(
        "MicrosoftTranslator",
        "",
        "api.cognitive.microsofttranslator.com",
        4900,
        {"api_key": "MICROSOFT_API_KEY"},
    ),
    "libre": Service(
        "LibreTranslator",
        "LIBRE_LANGUAGES_TO_CODES",
        "libretranslate.de",
        4900,
        {"api_key": "LIBRE_API_KEY"},
    ),
    "yandex": Service(
        "YandexTranslator", "", "translate.yandex.net", 4900, {"api_key": "YANDEX_API_KEY"}
    ),
    "papago": Service(
        "PapagoTranslator",
        "PAPAGO_LANGUAGE_TO_CODE",
        "openapi.naver.com",
        4900,
        {"client_id": "PAPAGO_CLIENT_ID", "secret_key": "PAPAGO_SECRET_KEY"},
    ),
    "qcri": Service(
        "QcriTranslator", "QCRI_LANGUAGE_TO_CODE", "mt.qcri.org", 4900, {"api_key": "QCRI_API_KEY"}
    ),
}
#: What a service calls a language where it wants a country with it.
_VARIANTS: Final = {"en": "en-GB", "pt": "pt-PT", "zh": "zh-CN", "es": "es-ES", "ca": "ca-ES"}


class _Client(Protocol):
    def translate(self, text: str) -> str | None: ...


class OnlineEngine:
    """One service of deep-translator.

    Parameters
    ----------
    name
        A key of `SERVICES`.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.service = SERVICES[name]
        self.host = self.service.host

    def pairs(self) -> None:
        """Any pair may be asked for; the service says what it cannot do."""
        return

    def open(self, source: str, target: str) -> OnlineTranslator:
        """Make a client for one direction; only microsoft is sent a request here.

        Raises
        ------
        MissingExtraError
            When deep-translator is not installed.
        InputError
            When a key is not in the environment.
        PairError
            When the service does not have the pair.
        TranslatorError
            When a service that is asked for its languages first cannot be reached.
        """
        library = require("deep_translator", extra="online", purpose=f"--translator {self.name}")
        keys = {argument: os.environ.get(name, "") for argument, name in self.service.keys.items()}
        unset = [self.service.keys[argument] for argument, key in keys.items() if not key]
        if unset:
            raise InputError(
                f"{self.name} needs a key: set the environment variable {' and '.join(unset)}"
            )
        codes = self._codes()
        try:
            client = getattr(library, self.service.translator)(
                source=_service_code(source, codes), target=_service_code(target, codes), **keys
            )
        except OSError as error:  # some services are asked for their languages at once
            raise TranslatorError(f"{self.host} cannot be reached: {error}") from error
        except Exception as error:  # the library raises a dozen unrelated types
            raise PairError(f"{self.name} cannot translate {source} → {target}: {error}") from error
        version = getattr(library, "__version__", "")
        return OnlineTranslator(
            client, f"{self.name}:{source}-{target}@deep-translator-{version}", self.service
        )

    def _codes(self) -> list[str]:
        if not self.service.languages:
            return []
        constants = require("deep_translator.constants", extra="online", purpose=self.name)
        table: dict[str, Any] = getattr(constants, self.service.languages)
        return [str(code) for code in table.values()]

    def how_to_get(self, source: str, target: str) -> str:
        """Nothing can be installed for a service."""
        return ""


def _service_code(code: str, known: Sequence[str]) -> str:
    """Spell a language as the service does: ``zh`` is ``zh-CN`` at Google's."""
    lower = {name.lower(): name for name in known}
    for wanted in (code, _VARIANTS.get(code, "")):
        if wanted.lower() in lower:
            return lower[wanted.lower()]
    return next((name for name in known if name.lower().startswith(f"{code}-")), code)


class OnlineTranslator:
    """One direction of one service; a request per piece of text.

    Parameters
    ----------
    client
        Anything with deep-translator's ``translate(text)``.
    identity
        See `augment.translators.Translator`.
    service
        Limits of the service.
    """

    # A request may take seconds: what is delivered goes to the store a few texts at a time.
    window = 4

    def __init__(self, client: _Client, identity: str, service: Service) -> None:
        self.client = client
        self.identity = identity
        self.service = service
        self._failed = 0
        self._last = ""

    def translate(self, texts: Sequence[str]) -> list[Translation]:
        """Translate texts; once the service is out of reach, the rest of the window fails too."""
        if self._failed >= FAILURES_IN_A_ROW:
            raise TranslatorError(
                f"{self.service.host} failed {self._failed} times in a row and is given up "
                f"(last: {self._last}); what it delivered is in the store: run the same command "
                "later to go on, or name another --translator"
            )
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Translation:
        if self._failed >= FAILURES_IN_A_ROW:  # the texts before it must still reach the store
            return Translation("", error=self._last)
        parts = cut(text, max_chars=self.service.max_chars)
        pieces: list[str] = []
        for piece in parts.pieces:
            try:
                answer = self.client.translate(piece)
            except Exception as error:  # the library raises a dozen unrelated types
                return self._failure(f"{type(error).__name__}: {error}".strip()[:300])
            if not answer or not answer.strip():
                return self._failure(f"{self.service.host} answered with nothing")
            self._failed = 0
            pieces.append(answer.strip())
        return Translation(parts.join(pieces))

    def _failure(self, why: str) -> Translation:
        self._failed += 1
        self._last = why
        return Translation("", error=why)

    def close(self) -> None:
        """Nothing is held open between requests."""


def _factory(name: str) -> Callable[[], OnlineEngine]:
    return partial(OnlineEngine, name)


google = _factory("google")
mymemory = _factory("mymemory")
deepl = _factory("deepl")
microsoft = _factory("microsoft")
libre = _factory("libre")
yandex = _factory("yandex")
papago = _factory("papago")
qcri = _factory("qcri")

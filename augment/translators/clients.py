"""deep-translator's clients, speaking through a `Transport`, with their slips put right.

A client is a class of deep-translator whose functions see our transport where they look for the
library ``requests``; nothing of the library itself is changed, so other code in the process that
uses it notices nothing. Of the library openai, which is asked for chatgpt, the one place for a
session is taken: other code of the process goes through the transport there, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version
from types import FunctionType
from typing import Any, Final, Protocol

from augment.errors import PairError
from augment.extras import require
from augment.languages import language_name
from augment.translators.refusals import ServiceFailure
from augment.translators.services import SERVICES, Service
from augment.translators.tencent import LANGUAGES, Tencent
from augment.translators.transport import Adapt, Transport

#: What a service calls a language where it wants a country with it, or keeps an old code.
_VARIANTS: Final = {
    "en": "en-GB",
    "pt": "pt-PT",
    "zh": "zh-CN",
    "es": "es-ES",
    "ca": "ca-ES",
    "nb": "no",
    "no": "nb",
    "he": "iw",
    "sr": "sr-Cyrl-RS",
}


class Client(Protocol):
    """What is used of a class of deep-translator."""

    def translate(self, text: str) -> Any:  # noqa: ANN401 - str, None, or a list of str
        """Translate one text."""


def library_version() -> str:
    """Version of deep-translator; the package's own ``__version__`` is out of date."""
    return version("deep-translator")


def make_client(
    name: str, service: Service, transport: Transport, source: str, target: str, url: str = ""
) -> Client:
    """Make the client of one direction.

    Parameters
    ----------
    name, service
        A row of `augment.translators.services.SERVICES`.
    transport
        Sends its requests.
    source, target
        Our codes of the languages.
    url
        Address of an own server, where the service can have one.

    Raises
    ------
    PairError
        When the service does not have one of the languages.
    """
    arguments: dict[str, Any] = service.from_environment()
    languages = language_codes(name, service)
    if url:  # an own server has languages that the library does not know: put in afterwards
        codes = ("en", "es")
    elif languages:
        codes = (find_code(name, source, languages), find_code(name, target, languages))
    else:
        codes = (source, target)
    if name == "tencent":
        return Tencent(transport, *codes, **arguments)
    library = require("deep_translator", extra="online", purpose=f"--translator {name}")
    if name == "libre":
        arguments |= {"api_key": arguments.get("api_key", "none"), "use_free_api": False}
        arguments |= {"custom_url": url} if url else {}
    if name == "deepl":  # keys of free accounts end so, and only their own host takes them
        arguments["use_free_api"] = arguments["api_key"].endswith(":fx")
    domain = arguments.pop("domain", "general") if name == "qcri" else ""
    cls = _on_transport(getattr(library, service.translator), transport)
    client = cls(source=codes[0], target=codes[1], **arguments)
    if url:
        client.source, client.target = source, target
    if url and client.api_key == "none":
        client.api_key = ""
    if name == "papago":  # the library's table stands the wrong way round
        client.source, client.target = codes
    if name == "mymemory":  # the library would send the texts without encryption
        client._base_url = client._base_url.replace("http://api.", "https://api.")
    if name == "microsoft":
        known = {str(code): str(language) for language, code in client._languages.items()}
        client.source, client.target = (find_code(name, code, known) for code in (source, target))
    return _WithDomain(client, domain) if domain else client


class _WithDomain:
    """QCRI wants a domain with every text."""

    def __init__(self, client: Any, domain: str) -> None:  # noqa: ANN401
        self.client = client
        self.domain = domain

    def translate(self, text: str) -> Any:  # noqa: ANN401
        return self.client.translate(text, domain=self.domain)


def _on_transport(cls: type, transport: Transport) -> Any:  # noqa: ANN401 - the library's class
    """Derive a class whose own functions find our transport under the name ``requests``."""
    if cls.__name__ == "ChatGptTranslator":
        openai = require("openai", extra="chatgpt", purpose="--translator chatgpt")
        vars(openai)["requestssession"] = lambda: transport  # its one place for a session
        return cls
    functions = {
        name: _with_requests(value, transport)
        for name, value in vars(cls).items()
        if isinstance(value, FunctionType)
    }
    return type(cls.__name__, (cls,), functions)


def _with_requests(function: FunctionType, transport: Transport) -> FunctionType:
    copy = FunctionType(
        function.__code__,
        {**function.__globals__, "requests": transport},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


def adapt(name: str) -> Adapt | None:
    """Give what changes the library's requests to a service into those that it takes today."""
    return {"deepl": _deepl, "mymemory": _mymemory}.get(name)


def _deepl(method: str, url: str, options: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """DeepL takes no GET since March 2025 and no key outside of a header since January 2026."""
    data = dict(options.pop("params"))
    key = data.pop("auth_key")
    return "POST", url, {"data": data, "headers": {"Authorization": f"DeepL-Auth-Key {key}"}}


def _mymemory(method: str, url: str, options: dict[str, Any]) -> tuple[str, str, dict[str, Any]]:
    """Ask over TLS: the library does so in clear, where whoever stands between reads the texts."""
    host = f"//{SERVICES['mymemory'].host}/"
    return method, url.replace(f"http:{host}", f"https:{host}"), options


def server_languages(transport: Transport, url: str) -> dict[str, frozenset[str]] | None:
    """Ask an own LibreTranslate server for its languages: source -> targets; None if it won't say.

    Raises
    ------
    ServiceFailure
        When nothing answers at that address.
    """
    try:
        found = transport.get(f"{url}languages").json()
        return {
            str(one["code"]): frozenset(map(str, one.get("targets") or (o["code"] for o in found)))
            for one in found
        }
    except ServiceFailure as failure:
        if "HTTP" in failure.why:  # something is there, perhaps a server of the same kind
            return None
        raise
    except (KeyError, TypeError, AttributeError):
        return None


def language_codes(name: str, service: Service) -> dict[str, str]:
    """Languages of a service: its code -> their name; {} where the service itself is asked."""
    if name == "tencent":
        return LANGUAGES
    if not service.languages:
        return {}
    constants = require("deep_translator.constants", extra="online", purpose=f"--translator {name}")
    table: Mapping[str, str] = getattr(constants, service.languages)
    if name == "papago":
        return dict(table)
    return {str(code): str(language) for language, code in table.items()}


def find_code(name: str, code: str, languages: Mapping[str, str]) -> str:
    """Spell a language as a service does: ``zh`` is ``zh-CN`` at Google's, ``fr`` ``fra`` at Baidu.

    Raises
    ------
    PairError
        When the service does not have it; the message names what it has.

    Examples
    --------
    >>> find_code("baidu", "fr", {"en": "english", "fra": "french", "de": "german"})
    'fra'
    """
    by_lower = {known.lower(): known for known in languages}
    for wanted in (code, _VARIANTS.get(code, "")):
        if wanted and wanted.lower() in by_lower:
            return by_lower[wanted.lower()]
    english = language_name(code).lower()
    names = {language.lower(): known for known, language in languages.items()}
    for wanted in (english, f"{english} (simplified)", f"{english} simplified"):
        if wanted in names:
            return names[wanted]
    for known in languages:
        if known.lower().startswith(f"{code}-"):
            return known
    raise PairError(
        f"{name} does not have {language_name(code)} ({code}); {_what_it_has(code, languages)}"
    )


def _what_it_has(code: str, languages: Mapping[str, str]) -> str:
    from difflib import get_close_matches

    if len(languages) <= 40:
        return f"it has {', '.join(sorted(languages, key=str.lower))}"
    by_name = {language.lower(): known for known, language in languages.items()}
    close = get_close_matches(language_name(code).lower(), by_name, n=4, cutoff=0.55)
    hint = ", ".join(f"{by_name[one]} ({one})" for one in close)
    return f"closest of its {len(languages)} languages: {hint or ', '.join([*languages][:8])}"

"""A translation server on this machine that misbehaves on a schedule, for tests of engines.

It speaks the dialects of LibreTranslate and of the online services, so that a client can be pointed
at it, and answers request by request as its schedule says: well, late, never, half, with an error,
with a page, with a notice, with nothing, with the answer to another text.

>>> import urllib.parse, urllib.request
>>> with TranslationServer(lambda source, target, text: text.upper()) as server:
...     data = urllib.parse.urlencode({"q": "good film", "source": "en", "target": "es"}).encode()
...     urllib.request.urlopen(server.url + "translate", data).read()
b'{"translatedText": "GOOD FILM"}'
"""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from augment.testing import Translate, swap_words

#: What a request may be answered with. ``429:N`` asks to wait N seconds; ``other`` gives the last
#: translation that somebody else got.
BEHAVIOURS: Final = (
    "ok", "429", "429:0", "500", "503", "403", "reset", "hang", "slow", "truncated", "html",
    "other", "notice", "empty", "null",
)  # fmt: skip
NOTICE: Final = "MYMEMORY WARNING: YOU USED ALL AVAILABLE FREE TRANSLATIONS FOR TODAY."
PAGE: Final = "<!DOCTYPE html><html><body><h1>Sorry</h1><p>Try again later.</p></body></html>"


@dataclass(frozen=True)
class Request:
    """What came in: path, parameters of address and body together, headers, and the behaviour."""

    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    behaviour: str
    address: str


class TranslationServer:
    """Serves on a free port of 127.0.0.1 inside a ``with`` block.

    Parameters
    ----------
    function
        Makes a translation of (source, target, text); `augment.testing.swap_words` by default.
    schedule
        Behaviours of the requests for translations in turn, "ok" when they are used up; or a
        function of the text that gives one.
    languages
        Codes that ``/languages`` lists.

    Attributes
    ----------
    seen
        Every request for a translation.
    """

    def __init__(
        self,
        function: Translate = swap_words,
        *,
        schedule: Iterable[str] | Callable[[str], str] = (),
        languages: Iterable[str] = ("ca", "en", "es", "fr"),
    ) -> None:
        self.function = function
        self.languages = tuple(languages)
        self.seen: list[Request] = []
        self._next = schedule if callable(schedule) else _in_turn(schedule)
        self._last = ""
        self._lock = threading.Lock()
        self.closing = threading.Event()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server._serve(self)

            do_POST = do_GET

            def log_message(self, *args: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                pass  # clients that hang up are what this server is for

        self._http = Quiet(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Address, with a slash at its end."""
        return f"http://127.0.0.1:{self._http.server_port}/"

    def __enter__(self) -> TranslationServer:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        length = int(handler.headers.get("Content-Length") or 0)
        body = handler.rfile.read(length).decode()
        if parts.path.endswith("/languages"):
            _send(handler, 200, json.dumps(_listed(parts.path, self.languages)))
            return
        parameters = {name: values[0] for name, values in parse_qs(parts.query).items()}
        parameters |= _from_body(body)
        wire = _DIALECTS.get(parts.path, _libre)
        source, target, text = wire.read(parameters)
        with self._lock:
            behaviour = self._next(text)
            self.seen.append(
                Request(parts.path, parameters, dict(handler.headers), behaviour, handler.path)
            )
            answer = self.function(source, target, text)
            given = self._last
            if not behaviour.startswith("4"):  # what was refused was never translated
                self._last = answer
        if behaviour == "other":
            answer = given
        with suppress(OSError):
            self._answer(handler, behaviour, answer, wire)

    def _answer(
        self, handler: BaseHTTPRequestHandler, behaviour: str, answer: str, wire: _Dialect
    ) -> None:
        if behaviour[:3].isdigit():
            wait = behaviour.partition(":")[2]
            headers = {"Retry-After": wait} if wait else {}
            _send(handler, int(behaviour[:3]), '{"error": "not now"}', headers=headers)
        elif behaviour == "reset":
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()
        elif behaviour == "hang":
            self.closing.wait(30)
        elif behaviour == "html":
            _send(handler, 200, PAGE, kind="text/html")
        else:
            plain = {"notice": NOTICE, "empty": "", "null": None}.get(behaviour, answer)
            body = wire.write(plain)
            if behaviour == "truncated":
                body = body[: len(body) // 2]
            _send(handler, 200, body, kind=wire.kind, slowly=behaviour == "slow", end=self.closing)


def _in_turn(schedule: Iterable[str]) -> Callable[[str], str]:
    turns = iter(schedule)
    return lambda text: next(turns, "ok")


def _listed(path: str, codes: Iterable[str]) -> object:
    if path.startswith("/ms/"):
        return {"translation": {code: {"name": code.upper()} for code in codes}}
    return [{"code": code, "name": code.upper(), "targets": list(codes)} for code in codes]


def _from_body(body: str) -> dict[str, str]:
    if body.startswith(("{", "[")):
        data = json.loads(body)
        if isinstance(data, list):  # microsoft
            return {"text": data[0]["text"]}
        prompt = data["messages"][0]["content"]  # chatgpt
        target, _, text = prompt.removeprefix("Translate the text below into ").partition(".\n")
        return {"to": target, "text": text.removeprefix('Text: "')[:-1], "model": data["model"]}
    return {name: values[0] for name, values in parse_qs(body).items()}


def _send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: str,
    *,
    kind: str = "application/json",
    headers: dict[str, str] | None = None,
    slowly: bool = False,
    end: threading.Event | None = None,
) -> None:
    data = body.encode()
    handler.send_response(status)
    handler.send_header("Content-Type", f"{kind}; charset=utf-8")
    for name, value in (headers or {}).items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    if not slowly:
        handler.wfile.write(data)
    for byte in data if slowly else b"":
        handler.wfile.write(bytes([byte]))
        if end is not None and end.wait(0.05):
            return


@dataclass(frozen=True)
class _Dialect:
    """How one service names source, target and text, and how it wraps a translation."""

    names: tuple[str, str, str]
    wrap: Callable[[Any], Any]
    kind: str = "application/json"

    def read(self, parameters: dict[str, str]) -> tuple[str, str, str]:
        source, target, text = (parameters.get(name, "") for name in self.names)
        if self.names[0] == self.names[1]:  # one parameter for both languages
            source, _, target = source.partition("|" if "|" in source else "-")
        return source, target, text

    def write(self, answer: str | None) -> str:
        wrapped = self.wrap(answer)
        return wrapped if isinstance(wrapped, str) else json.dumps(wrapped)


_libre: Final = _Dialect(("source", "target", "q"), lambda a: {"translatedText": a})
_DIALECTS: Final = {
    "/translate": _libre,
    "/m": _Dialect(
        ("sl", "tl", "q"),
        lambda a: f'<html><body><div class="result-container">{a or ""}</div></body></html>',
        "text/html",
    ),
    "/v2/translate": _Dialect(
        ("source_lang", "target_lang", "text"), lambda a: {"translations": [{"text": a}]}
    ),
    "/get": _Dialect(
        ("langpair", "langpair", "q"),
        lambda a: {"responseData": {"translatedText": a, "match": 1}, "responseStatus": 200},
    ),
    "/api/v1.5/tr.json/translate": _Dialect(
        ("lang", "lang", "text"), lambda a: {"code": 200, "text": [a]}
    ),
    "/v1/papago/n2mt": _Dialect(
        ("source", "target", "text"), lambda a: {"message": {"result": {"translatedText": a}}}
    ),
    "/api/trans/vip/translate": _Dialect(
        ("from", "to", "q"), lambda a: {"trans_result": [{"src": "", "dst": a}]}
    ),
    "/api/v1/translate": _Dialect(
        ("langpair", "langpair", "text"), lambda a: {"translatedText": a}
    ),
    "/ms/translate": _Dialect(("from", "to", "text"), lambda a: [{"translations": [{"text": a}]}]),
    "/v1/chat/completions": _Dialect(
        ("model", "to", "text"), lambda a: {"choices": [{"message": {"content": a}}]}
    ),
    "/": _Dialect(("Source", "Target", "SourceText"), lambda a: {"Response": {"TargetText": a}}),
}

"""One question to an OpenAI-compatible address, from its connection to the text of the answer.

The standard library asks, so that the method needs no extra. Every request has a deadline from its
connection to the last byte, of an answer and of an error alike. An answer that points to another
address is not followed: the texts were meant for the one named.
"""

from __future__ import annotations

import json
import socket
import threading
import urllib.request
from collections.abc import Mapping
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection, IncompleteRead
from typing import Any, Final
from urllib.error import URLError

from augment.offline import OfflineError
from augment.translators.deadline import Deadline, cause_of, watched, why_broken
from augment.translators.refusals import (
    Kind,
    Secrets,
    ServiceFailure,
    no_json,
    of_status,
    retry_after,
    said,
)
from augment.translators.services import MAX_ANSWER, Limits

#: Seconds that requests under way still have when the run is left: what is nearly here is paid for.
LEFT_S: Final = 3.0
_RIGHT: Final = "is --url right?"


class StatusFailure(ServiceFailure):
    """A failure that the server told with a status.

    Parameters
    ----------
    status
        Its HTTP status.
    words
        What the server says of it, empty for nothing.
    kind, why, wait_s
        As of every `ServiceFailure`.
    """

    def __init__(
        self, status: int, words: str, kind: Kind, why: str, wait_s: float | None = None
    ) -> None:
        super().__init__(kind, why, wait_s)
        self.status = status
        self.words = words


class Chat:
    """Asks one address.

    Parameters
    ----------
    url
        Address of ``/chat/completions``.
    key
        Sent with every request, and shown in no message; empty for none.
    local
        The address is this machine's own: no proxy is asked.
    limits
        How long a request may take.
    """

    def __init__(self, url: str, *, key: str = "", local: bool = False, limits: Limits) -> None:
        self.url = url
        self.limits = limits
        self._key = key
        self._secrets = Secrets([key])
        handlers: list[urllib.request.BaseHandler] = [
            _AsItCame(),
            _Plain(limits.connect_s),
            _Secure(limits.connect_s),
        ]
        if local:
            handlers.append(urllib.request.ProxyHandler({}))
        self._opener = urllib.request.build_opener(*handlers)
        self._under_way: set[Deadline] = set()
        self._left = False
        self._lock = threading.Lock()

    def complete(self, body: Mapping[str, Any]) -> str:
        """Send a question and give the text of the answer.

        Raises
        ------
        ServiceFailure
            For whatever is no such text; `StatusFailure` where the server told it with a status.
        OfflineError
            Under ``--offline``.
        """
        status, headers, content = self._exchange(json.dumps(body).encode())
        answer: object = None
        broken = False
        try:
            answer = json.loads(content)
        except (ValueError, RecursionError):
            broken = True
        self._check(status, said(answer), retry_after(headers))
        if broken:
            raise ServiceFailure("again", f"{no_json(content)}; {_RIGHT}")
        return self._text(answer)

    def interrupt(self) -> None:
        """End the requests under way, but for what comes within `LEFT_S`."""
        with self._lock:
            self._left = True
            for deadline in self._under_way:
                deadline.shorten(LEFT_S)

    def _exchange(self, body: bytes) -> tuple[int, Mapping[str, str], bytes]:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        request = urllib.request.Request(self.url, body, headers)  # noqa: S310 - http(s)
        with self._lock:
            deadline = Deadline(LEFT_S if self._left else self.limits.total_s)
            self._under_way.add(deadline)
        try:
            with deadline, self._opener.open(request, timeout=self.limits.total_s) as answer:
                found = answer.status, answer.headers, _read(answer)
        except (OSError, HTTPException, ValueError) as error:
            if (offline := cause_of(error, OfflineError)) is not None:
                raise offline from None
            raise ServiceFailure("again", self._why(error, deadline)) from None
        finally:
            with self._lock:
                self._under_way.discard(deadline)
        if deadline.passed:  # a shut connection looks like the end of an answer without a length
            raise ServiceFailure("again", self._late())
        return found

    def _why(self, error: Exception, deadline: Deadline) -> str:
        before_answer = isinstance(error, URLError)
        if deadline.passed or (isinstance(error, TimeoutError) and not before_answer):
            return self._late()
        if isinstance(error, IncompleteRead):
            return "it broke off its answer"
        return why_broken(error)

    def _late(self) -> str:
        return f"no whole answer within {self.limits.total_s:g} s"

    def _check(self, status: int, words: str, wait_s: float | None = None) -> None:
        words = self._secrets.hide(words)
        if (refusal := of_status(status, words)) is not None:
            raise StatusFailure(status, words, *refusal, wait_s)

    def _text(self, answer: object) -> str:
        if not isinstance(answer, Mapping) or "choices" not in answer:
            self._check_error(answer)
            raise ServiceFailure(
                "again", f"it answered without choices[0].message.content; {_RIGHT}"
            )
        choices = answer["choices"]
        choice = choices[0] if isinstance(choices, list) and choices else {}
        choice = choice if isinstance(choice, Mapping) else {}
        message = choice.get("message")
        message = message if isinstance(message, Mapping) else {}
        finish = choice.get("finish_reason")
        refusal = message.get("refusal")
        if isinstance(refusal, str) and refusal.strip():
            raise ServiceFailure("text", self._secrets.hide(f"it refused: {refusal}"))
        if finish == "content_filter":
            raise ServiceFailure("text", "it refused (finish_reason 'content_filter')")
        if finish == "length":
            raise ServiceFailure("text", "it cut the answer off (finish_reason 'length')")
        text = _joined(message.get("content"))
        if not text.strip():
            self._check_error(choice)
            self._check_error(answer)
            raise ServiceFailure("text", "it answered with nothing")
        return text

    def _check_error(self, answer: object) -> None:
        """Refuse an error that came with status 200; a code in it is mostly a status."""
        if not (words := said(answer)):
            return
        error = answer.get("error") if isinstance(answer, Mapping) else None
        code = error.get("code") if isinstance(error, Mapping) else None
        if isinstance(code, int) and 400 <= code < 600:
            self._check(code, words)
        raise ServiceFailure("again", self._secrets.hide(words), of_text=True)


def _joined(content: object) -> str:
    """Give the text of a message, which may come in parts.

    >>> _joined([{"type": "text", "text": "A fine"}, {"type": "text", "text": " film."}])
    'A fine film.'
    """
    if isinstance(content, list):
        parts = (one.get("text") for one in content if isinstance(one, Mapping))
        return "".join(part for part in parts if isinstance(part, str))
    return content if isinstance(content, str) else ""


def _read(answer: HTTPResponse) -> bytes:
    parts, size = [], 0
    while part := answer.read1(1 << 16):
        parts.append(part)
        size += len(part)
        if size > MAX_ANSWER:
            raise ServiceFailure("again", f"its answer is longer than {MAX_ANSWER >> 20} MiB")
    if answer.length:  # `read1` does not mind
        raise IncompleteRead(b"", answer.length)
    return b"".join(parts)


class _AsItCame(urllib.request.HTTPErrorProcessor):
    """Every status is an answer: none is followed, repeated or raised."""

    def http_response(self, request: Any, response: Any) -> Any:  # noqa: ANN401
        return response

    https_response = http_response


class _Plain(urllib.request.HTTPHandler):
    """Opens connections that know the deadline, through a proxy too."""

    def __init__(self, connect_s: float) -> None:
        super().__init__()
        self._connect_s = connect_s

    def http_open(self, request: urllib.request.Request) -> HTTPResponse:
        return self.do_open(partial(_connection, HTTPConnection, self._connect_s), request)


class _Secure(urllib.request.HTTPSHandler):
    """The same, with TLS."""

    def __init__(self, connect_s: float) -> None:
        super().__init__()
        self._connect_s = connect_s

    def https_open(self, request: urllib.request.Request) -> HTTPResponse:
        return self.do_open(partial(_connection, HTTPSConnection, self._connect_s), request)


def _connection(
    kind: type[HTTPConnection],
    connect_s: float,
    host: str,
    **options: Any,  # noqa: ANN401
) -> HTTPConnection:
    def connected(address: Any, timeout: float, source: Any = None) -> socket.socket:  # noqa: ANN401
        sock = socket.create_connection(address, min(connect_s, timeout), source)
        sock.settimeout(timeout)
        return watched(sock)

    made = kind(host, **options)
    vars(made)["_create_connection"] = connected  # between the two lies the handshake of TLS
    return made

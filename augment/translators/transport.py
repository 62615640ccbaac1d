"""Requests that end: what stands in for the library ``requests`` inside deep-translator.

deep-translator calls ``requests.get(...)`` without a time limit, and a server that sends a byte
now and then would hold it for ever. Here every request has a deadline from its connection to the
last byte: when it passes, the socket is shut, whatever the library waits for. Every request has a
connection of its own, so no answer can belong to an earlier request. Redirects are not followed:
the texts go to the host that was named, and nowhere else. Looking up the host's name comes before
the connection, and has the time limit of the system's resolver.
"""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, ClassVar, Final
from urllib.parse import quote, quote_plus, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ReadTimeoutError

from augment.offline import OfflineError
from augment.translators.refusals import ServiceFailure, of_body, of_status, said
from augment.translators.services import MAX_ANSWER, Limits

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
#: Changes a request: (method, url, options of `requests.request`) -> the same.
Adapt = Callable[[str, str, dict[str, Any]], tuple[str, str, dict[str, Any]]]
_here = threading.local()


class Deadline:
    """Shuts the connections that one thread opens in a block, once the block's time is up."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._sockets: list[socket.socket] = []
        self._timer = threading.Timer(seconds, self._shut)
        self._timer.daemon = True

    def watch(self, sock: socket.socket) -> None:
        """Take note of a connection; a second handle to it outlives its wrapping for TLS."""
        with self._lock:
            self._sockets.append(sock.dup())
            if self.passed:
                self._shut_all()

    def _shut(self) -> None:
        with self._lock:
            self.passed = True
            self._shut_all()

    def _shut_all(self) -> None:
        for sock in self._sockets:
            with suppress(OSError):  # the other side was faster
                sock.shutdown(socket.SHUT_RDWR)

    def __enter__(self) -> Deadline:
        _here.deadline = self
        self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        _here.deadline = None
        with self._lock:
            for sock in self._sockets:
                sock.close()
            self._sockets.clear()


def _watched(sock: socket.socket) -> socket.socket:
    deadline: Deadline | None = getattr(_here, "deadline", None)
    if deadline is not None:
        deadline.watch(sock)
    return sock


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _watched(super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _watched(super()._new_conn())


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    """Opens connections that know the deadline, through a proxy too."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:  # noqa: ANN401
        manager = super().proxy_manager_for(proxy, **kwargs)
        manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
        return manager


class _NoQuery(logging.Filter):
    """Cuts text and key out of the addresses that urllib3 logs for debugging."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(_here, "deadline", None) is not None and isinstance(record.args, tuple):
            record.args = tuple(
                arg.split("?", 1)[0] if isinstance(arg, str) else arg for arg in record.args
            )
        return True


_NO_QUERY: Final = _NoQuery()


class Transport:
    """``requests`` for one service: the functions and names that deep-translator uses of it.

    Parameters
    ----------
    service
        Name of the service, for the meaning of its answers.
    limits
        How long a request may take.
    page
        Answers are web pages; otherwise they must be JSON.
    secrets
        Keys; they never stand in a message.
    adapt
        Changes a request before it is sent.
    """

    exceptions = requests.exceptions
    #: Asked for by libraries that take the transport for a session.
    proxies: ClassVar[dict[str, str]] = {}

    def __init__(
        self,
        service: str,
        limits: Limits,
        *,
        page: bool = False,
        secrets: Iterable[str] = (),
        adapt: Adapt | None = None,
    ) -> None:
        self.service = service
        self.limits = limits
        self.page = page
        self.adapt = adapt
        self._secrets = sorted(
            {form for s in secrets if s for form in (s, quote(s, safe=""), quote_plus(s))},
            key=len,
            reverse=True,
        )
        logging.getLogger("urllib3.connectionpool").addFilter(_NO_QUERY)  # adding twice adds once

    def get(self, url: str, **options: Any) -> requests.Response:  # noqa: ANN401
        """Send a GET request."""
        return self.request("GET", url, **options)

    def post(self, url: str, **options: Any) -> requests.Response:  # noqa: ANN401
        """Send a POST request; parameters travel in its body, where no log writes them down."""
        if options.get("params") and not (options.get("data") or options.get("json")):
            options["data"] = options.pop("params")
        return self.request("POST", url, **options)

    def request(self, method: str, url: str, **options: Any) -> requests.Response:  # noqa: ANN401
        """Send a request and read the whole answer, or fail within the deadline.

        Raises
        ------
        ServiceFailure
            For whatever is no answer with a translation.
        OfflineError
            Under ``--offline``.
        """
        if self.adapt is not None:
            method, url, options = self.adapt(method, url, options)
        options |= {
            "timeout": (self.limits.connect_s, self.limits.total_s),
            "stream": True,
            "allow_redirects": False,
        }
        deadline = Deadline(self.limits.total_s)
        try:
            with deadline, self._session(url) as session:
                response = session.request(method, url, **options)
                body = self._read(response)
        except ServiceFailure:
            raise
        except (OSError, requests.RequestException, ValueError) as error:
            if (offline := _cause(error, OfflineError)) is not None:
                raise offline from None
            raise ServiceFailure("again", self._why(error, deadline)) from None
        if deadline.passed:  # a shut connection looks like the end of an answer without a length
            raise ServiceFailure("again", self._late())
        response._content = body
        response._content_consumed = True
        self._check(response)
        return response

    def close(self) -> None:
        """Nothing is held open between requests."""

    def __deepcopy__(self, memo: dict[int, object]) -> Transport:
        return self  # clients are copied for every request; what sends them is shared

    def _session(self, url: str) -> requests.Session:
        session = requests.Session()
        for scheme in ("http://", "https://"):
            session.mount(scheme, _Adapter())
        if urlsplit(url).hostname in _LOOPBACK:  # an own server is not behind the proxy
            session.trust_env = False
        return session

    def _read(self, response: requests.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        for part in response.iter_content(1 << 16):
            size += len(part)
            if size > MAX_ANSWER:
                raise ServiceFailure("again", f"its answer is longer than {MAX_ANSWER >> 20} MiB")
            parts.append(part)
        return b"".join(parts)

    def _check(self, response: requests.Response) -> None:
        data: object = None
        try:
            data = response.json()
        except ValueError:
            if response.ok and not self.page:
                found = response.content.lstrip()[:1]
                what = "a web page" if found == b"<" else "broken JSON" if found else "nothing"
                raise ServiceFailure("again", f"it answered with {what}") from None
        refusal = of_status(response.status_code, said(data))
        if refusal is None and not self.page:
            refusal = of_body(self.service, data)
        if refusal is None:
            return
        kind, why = refusal
        if kind == "text" and ("api key" in why.lower() or "quota" in why.lower()):
            kind = "stop"
        wait_s = retry_after(response.headers)
        if kind == "again" and wait_s is not None and wait_s > self.limits.max_wait_s:
            kind, why = "stop", f"{why}; it asks to wait {wait_s:,.0f} s"
        raise ServiceFailure(kind, self.scrub(why), wait_s)

    def scrub(self, message: str) -> str:
        """Take keys out of a message, and make it one short line without control characters."""
        for secret in self._secrets:
            message = message.replace(secret, "***")
        line = " ".join(message.split())
        return "".join(c for c in line if c.isprintable())[:200]

    def _why(self, error: Exception, deadline: Deadline) -> str:
        if deadline.passed:
            return self._late()
        if _cause(error, requests.ReadTimeout, ReadTimeoutError) is not None:
            return self._late()  # the deadline's own timer came second
        if _cause(error, ConnectionRefusedError) is not None:
            return "it refused the connection"
        if _cause(error, socket.gaierror) is not None:
            return "its name cannot be looked up (is there a network?)"
        if _cause(error, TimeoutError, requests.Timeout) is not None:
            return "it cannot be reached: no answer in time"
        if _cause(error, ConnectionError) is not None:
            return "it broke the connection"
        if isinstance(error, requests.exceptions.SSLError):
            return "no safe connection (TLS) to it"
        return f"the connection failed ({type(error).__name__})"  # its text holds the address

    def _late(self) -> str:
        return f"no whole answer within {self.limits.total_s:g} s"


def _cause(error: BaseException, *kinds: type[BaseException]) -> BaseException | None:
    """Find an error of some kind among those that an error came from."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop()
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        if isinstance(one, kinds):
            return one
        seen.add(id(one))
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
    return None


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks for, given as seconds or as a date.

    >>> retry_after({"Retry-After": "7"}), retry_after({"Retry-After": "soon"}), retry_after({})
    (7.0, None, None)
    """
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - datetime.now(UTC)).total_seconds())

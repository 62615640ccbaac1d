"""Requests that end: what stands in for the library ``requests`` inside deep-translator.

deep-translator calls ``requests.get(...)`` without a time limit, and a server that sends a byte
now and then would hold it for ever. Here every request has a deadline from its connection to the
last byte (`augment.translators.deadline`). Every request has a connection of its own, so no answer
can belong to an earlier request. Redirects are not followed: the texts go to the host that was
named, and nowhere else. Looking up the host's name comes before the connection, and has the time
limit of the system's resolver.
"""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable, Iterable
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ReadTimeoutError

from augment.addresses import stays_here
from augment.offline import OfflineError
from augment.translators.deadline import Deadline, cause_of, under_deadline, watched, why_broken
from augment.translators.refusals import (
    Secrets,
    ServiceFailure,
    no_json,
    of_body,
    of_status,
    retry_after,
    said,
)
from augment.translators.services import MAX_ANSWER, Limits

#: Changes a request: (method, url, options of `requests.request`) -> the same.
Adapt = Callable[[str, str, dict[str, Any]], tuple[str, str, dict[str, Any]]]


class _Plain(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return watched(super()._new_conn())


class _Secure(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return watched(super()._new_conn())


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
        if under_deadline() and isinstance(record.args, tuple):
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
        self._secrets = Secrets(secrets)
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
            if (offline := cause_of(error, OfflineError)) is not None:
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
        if stays_here(urlsplit(url).hostname or ""):  # an own server is not behind the proxy
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
                raise ServiceFailure("again", no_json(response.content)) from None
        refusal = of_status(response.status_code, said(data))
        if refusal is None and not self.page:
            refusal = of_body(self.service, data)
        if refusal is None:
            return
        kind, why = refusal
        if kind == "text" and ("api key" in why.lower() or "quota" in why.lower()):
            kind = "stop"
        raise ServiceFailure(kind, self.scrub(why), retry_after(response.headers))

    def scrub(self, message: str) -> str:
        """Take keys out of a message, and make it one short line without control characters."""
        return self._secrets.hide(message)

    def _why(self, error: Exception, deadline: Deadline) -> str:
        if deadline.passed:
            return self._late()
        if cause_of(error, requests.ReadTimeout, ReadTimeoutError) is not None:
            return self._late()  # the deadline's own timer came second
        if cause_of(error, requests.Timeout) is not None:
            return why_broken(TimeoutError())
        return why_broken(error)

    def _late(self) -> str:
        return f"no whole answer within {self.limits.total_s:g} s"

"""The door of the server: who may come in, what is logged and counted of every request."""

from __future__ import annotations

import hmac
import time
import uuid
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from typing import Any, Final

from augment.extras import require
from augment.train.serving.log import log_event, log_failure
from augment.train.serving.metrics import ServerMetrics
from augment.train.serving.request import RequestError
from augment.train.serving.request_headers import header_of, names_this_machine

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: What is answered without a token: whether the server is there, and nothing of the model.
OPEN: Final = ("/health",)
METHODS: Final = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")
#: On every answer: nobody guesses types, nothing is kept, no page frames another.
SAFE_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    (b"x-frame-options", b"DENY"),
)


def error_answer(error: RequestError) -> Any:  # noqa: ANN401 - a starlette response
    """Give the HTTP answer of a refused request."""
    responses = require("starlette.responses", extra="serve", purpose="augment serve")
    return responses.JSONResponse(error.body(), error.status, headers=error.headers)


class Gate:
    """Wraps the application: host names, token, request ids, log and metrics.

    Parameters
    ----------
    app
        The ASGI application behind the gate.
    metrics
        Told of every request.
    paths
        The server's own paths; any other is logged and counted as ``other``.
    token
        What requests must carry, None where they need nothing.
    loopback
        Whether the server listens on loopback alone. Then a request must name this machine as
        its host: a web page whose own name was made to point here (DNS rebinding) does not.
    """

    def __init__(
        self,
        app: App,
        *,
        metrics: ServerMetrics,
        paths: Collection[str],
        token: str | None,
        loopback: bool,
    ) -> None:
        self._app, self._metrics, self._paths = app, metrics, frozenset(paths)
        self._token = None if token is None else token.encode()
        self._loopback = loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 0
        number = uuid.uuid4().hex[:16]
        facts: dict[str, object] = {}
        scope.setdefault("state", {})["facts"] = facts

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = (b"x-request-id", number.encode())
                message["headers"] = [*message.get("headers", ()), own, *SAFE_HEADERS]
            await send(message)

        try:
            if (refusal := self._refusal(scope)) is not None:
                await error_answer(refusal)(scope, receive, noted)
            else:
                await self._app(scope, receive, noted)
        except Exception as error:  # the last resort: the server lives on, and the log says where
            log_failure(error, id=number)
            if not status:
                failed = RequestError(500, "the server failed on this request; its log says where")
                await error_answer(failed)(scope, receive, noted)
        finally:
            seconds = time.perf_counter() - start
            path = scope["path"] if scope["path"] in self._paths else "other"
            self._metrics.request(path, status, seconds)
            event: dict[str, Any] = {
                "id": number,
                "method": scope["method"] if scope["method"] in METHODS else "other",
                "path": path,
                "status": status,
                "ms": round(seconds * 1000, 1),
                **facts,
            }
            log_event("request", **event)

    def _refusal(self, scope: Scope) -> RequestError | None:
        if self._loopback and not names_this_machine(header_of(scope, b"host")):
            return RequestError(
                403,
                "the Host header does not name this machine; use 127.0.0.1 or localhost",
                "Host",
            )
        if self._token is None or scope["path"] in OPEN:
            return None
        scheme, _, token = header_of(scope, b"authorization").partition(b" ")
        # In any case, and with any number of blanks behind it (RFC 9110, 11.1 and 11.4).
        if scheme.lower() == b"bearer" and hmac.compare_digest(token.lstrip(b" "), self._token):
            return None
        return RequestError(
            401,
            "a token is wanted: send the header Authorization: Bearer TOKEN, with the token that "
            "the server was started with",
            "Authorization",
            {"www-authenticate": "Bearer"},
        )

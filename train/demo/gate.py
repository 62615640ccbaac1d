"""The door of the demo: who may come in, and nothing in but texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from augment.extras import require
from augment.train.serving.gate import App, Message, Receive, Scope, Send
from augment.train.serving.request_headers import header_of, names_this_machine

#: A text of the greatest length in any script, written as JSON with escapes, for both sides.
MAX_BODY_BYTES: Final = 1_048_576
#: The library answers far more than this page asks for: files, uploads, a proxy, edits of its code.
API: Final = "/gradio_api/"
READ: Final = frozenset({
    "app_id", "heartbeat", "info", "login_check", "queue", "startup-events", "theme.css", "token",
    "user",
})  # fmt: skip
SENT: Final = frozenset({"cancel", "queue/join", "reset", "run/predict"})
#: Outside of that: the page, its scripts, styles and fonts, and the way in and out.
ROOTS: Final = frozenset({
    "", "assets", "config", "favicon.ico", "login", "logout", "manifest.json", "robots.txt",
    "static", "svelte", "theme.css",
})  # fmt: skip
#: On every answer: nobody guesses types, no page frames another.
SAFE_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)


class DemoGate:
    """Wraps the application: host names, sizes, and only what the page itself asks for.

    Parameters
    ----------
    app
        The ASGI application behind the gate.
    loopback
        Whether the page is for this machine alone. Then a request must name it as its host: a
        web page whose own name was made to point here (DNS rebinding) does not.
    """

    def __init__(self, app: App, *, loopback: bool) -> None:
        self._app, self._loopback = app, loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *SAFE_HEADERS]
            await send(message)

        if (refusal := self._refusal(scope)) is None:
            await self._app(scope, receive, safely)
            return
        responses = require("starlette.responses", extra="demo", purpose="augment demo")
        status, said = refusal
        await responses.PlainTextResponse(said, status)(scope, receive, safely)

    def _refusal(self, scope: Mapping[str, Any]) -> tuple[int, str] | None:
        if self._loopback and not names_this_machine(header_of(scope, b"host")):
            return 403, "the Host header does not name this machine; use 127.0.0.1 or localhost"
        reads = scope["method"] in ("GET", "HEAD", "OPTIONS")
        if not _is_of_the_page(scope["path"], reads=reads):
            return 404, "there is nothing at this address"
        if not reads:
            length = header_of(scope, b"content-length")
            if not length.isdigit():
                return 411, "the header Content-Length is wanted"
            if int(length) > MAX_BODY_BYTES:
                return 413, f"the body is longer than {MAX_BODY_BYTES:,} bytes"
        return None


def _is_of_the_page(path: str, *, reads: bool) -> bool:
    """Whether the page has a use for an address.

    >>> [_is_of_the_page(p, reads=True) for p in ("/", "/gradio_api/queue/data", "/assets/a.js")]
    [True, True, True]
    >>> [_is_of_the_page(p, reads=False) for p in ("/gradio_api/upload", "/gradio_api/vibe-edit")]
    [False, False]
    """
    if path.startswith(API):
        inside = path.removeprefix(API)
        return inside.split("/")[0] in READ if reads else inside.rstrip("/") in SENT
    return path.removeprefix("/").split("/")[0] in ROOTS if reads else path.rstrip("/") == "/login"

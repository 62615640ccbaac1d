"""The web server of a review: one page and a few addresses of JSON, on this machine alone.

It listens on 127.0.0.1 and answers only below a random token in the path, so that no other user
of the machine and no other page in the browser can read or decide anything. The name in ``Host``
is checked (a site whose name is made to point here, DNS rebinding, is refused), and so is
``Origin`` of whatever changes something (a form on another site, request forgery).
"""

from __future__ import annotations

import errno
import hmac
import json
import secrets
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from augment.datasets.page import STYLE
from augment.datasets.review.decisions import Decision
from augment.datasets.review.query import Query
from augment.datasets.review.session import ReviewSession
from augment.errors import AugmentError, InputError

HOST: Final = "127.0.0.1"
#: Largest request that is read, in bytes.
MOST_BYTES: Final = 1 << 20
_FOLDER: Final = Path(__file__).parent
#: name below the token -> (file, type)
_ASSETS: Final = {
    "": (_FOLDER / "review.html", "text/html; charset=utf-8"),
    "page.css": (STYLE, "text/css; charset=utf-8"),
    "review.css": (_FOLDER / "review.css", "text/css; charset=utf-8"),
    "review.js": (_FOLDER / "review.js", "text/javascript; charset=utf-8"),
    "cards.js": (_FOLDER / "cards.js", "text/javascript; charset=utf-8"),
}
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class ReviewServer(ThreadingHTTPServer):
    """Serves one review session.

    Parameters
    ----------
    session
        What is reviewed.
    port
        Port on 127.0.0.1; 0 takes any that is free.

    Attributes
    ----------
    url
        Address of the page, with the token.

    Raises
    ------
    InputError
        When the port is in use or may not be used.
    """

    daemon_threads = True

    def __init__(self, session: ReviewSession, *, port: int = 0) -> None:
        self.session = session
        self.token = secrets.token_urlsafe(24)
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            raise InputError(_no_port(port, error)) from error
        self.url = f"http://{HOST}:{self.server_port}/{self.token}/"

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ANN401
        """Pass over a browser that went away; everything else is a fault to be seen."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def _no_port(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} is in use, perhaps by another `augment review`; give another with "
            "--port, or --port 0 for any that is free"
        )
    return f"port {port} cannot be used ({error.strerror or error}); give another with --port"


class _Refused(Exception):
    """A request that is answered with an error."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class _Handler(BaseHTTPRequestHandler):
    server: ReviewServer
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "augment", ""
    #: Head and body of an answer go out together, or the second waits for the first (40 ms).
    wbufsize = -1
    disable_nagle_algorithm = True
    #: A connection that says nothing for so long is closed, in seconds.
    timeout = 60

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what the library refuses by itself, unread, as everything else is."""
        status = HTTPStatus(code)
        self.close_connection = True
        self.request_version = self.protocol_version  # none is known of a line that is no request
        self._send_json({"error": message or status.phrase}, status)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the page shows what went wrong."""

    def _answer(self, method: Callable[[str, dict[str, str]], Any]) -> None:
        try:
            name, query = self._below_token()
            found = method(name, query)
        except _Refused as refused:
            self.close_connection = True  # what is left of the request is not read
            self._send_json({"error": str(refused)}, refused.status)
        except InputError as error:
            self._send_json({"error": str(error)}, HTTPStatus.BAD_REQUEST)
        except AugmentError as error:
            self._send_json({"error": str(error)}, HTTPStatus.INTERNAL_SERVER_ERROR)
        else:
            if isinstance(found, tuple):
                self._send(*found)
            else:
                self._send_json(found)

    def _below_token(self) -> tuple[str, dict[str, str]]:
        """Check who asks; give what stands behind the token."""
        # Any port: a forwarded one (ssh -L, an editor's) is not the one that is listened on.
        host = self.headers.get("Host", "")
        if host.partition(":")[0] not in (HOST, "localhost"):
            raise _Refused(HTTPStatus.MISDIRECTED_REQUEST, "this server answers on 127.0.0.1 only")
        try:
            parts = urlsplit(self.path)
        except ValueError as error:
            raise _Refused(HTTPStatus.BAD_REQUEST, f"no address: {error}") from error
        token, _, name = parts.path.removeprefix("/").partition("/")
        if not hmac.compare_digest(token.encode(), self.server.token.encode()):
            raise _Refused(HTTPStatus.NOT_FOUND, "not found; use the address that was printed")
        if self.command == "POST":
            if self.headers.get("Origin") != f"http://{host}":
                raise _Refused(HTTPStatus.FORBIDDEN, "requests of other pages are refused")
            if self.headers.get_content_type() != "application/json":
                raise _Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "JSON is wanted")
        # The page itself may be opened by a link, in a notebook for instance.
        if name.startswith("api/") and self.headers.get("Sec-Fetch-Site") == "cross-site":
            raise _Refused(HTTPStatus.FORBIDDEN, "requests of other pages are refused")
        return name, dict(parse_qsl(parts.query, keep_blank_values=True))

    def _get(self, name: str, query: dict[str, str]) -> Any:  # noqa: ANN401
        session = self.server.session
        if name in _ASSETS:
            file, kind = _ASSETS[name]
            return file.read_bytes(), kind
        if name == "api/about":
            return session.about()
        if name == "api/items":
            start, size = _number(query, "start", 0), _number(query, "size", 50)
            return session.page(Query.of(query), start=start, size=size)
        if name == "api/next":
            after = _number(query, "after", -1)
            return {"place": session.next_open(Query.of(query), after)}
        raise _Refused(HTTPStatus.NOT_FOUND, f"nothing is at {name!r}")

    def _post(self, name: str, query: dict[str, str]) -> Any:  # noqa: ANN401
        given = self._body()
        if name != "api/decide":
            raise _Refused(HTTPStatus.NOT_FOUND, f"nothing is at {name!r}")
        try:
            number, generation = given["number"], given["generation"]
            decision, was = (_decision(given[key]) for key in ("decision", "was"))
        except (KeyError, TypeError) as error:
            raise InputError(f"no decision: {error}") from error
        if type(number) is not int or type(generation) is not int:
            raise InputError("number and generation must be whole numbers")
        return self.server.session.decide(number, decision, was=was, generation=generation)

    def _body(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal():
            raise _Refused(HTTPStatus.LENGTH_REQUIRED, "the length of the request is wanted")
        # By its digits first: Python does not read a number of thousands of them.
        if len(length) > len(str(MOST_BYTES)) or int(length) > MOST_BYTES:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "the text is too long")
        try:
            found = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError) as error:
            raise InputError(f"no JSON: {error}") from error
        if not isinstance(found, dict):
            raise InputError("a JSON object is wanted")
        return found

    def _send_json(self, found: object, status: HTTPStatus = HTTPStatus.OK) -> None:
        # Halves of surrogate pairs in a damaged table stay the escapes that they are.
        self._send(json.dumps(found).encode("ascii"), "application/json", status)

    def _send(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


def _number(query: dict[str, str], name: str, default: int) -> int:
    """Take a whole number out of the query."""
    value = query.pop(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise InputError(f"{name} is {value!r}; a whole number is wanted") from error


def _decision(given: Mapping[str, Any]) -> Decision:
    verdict, text = given["verdict"], given.get("text", "")
    if not isinstance(verdict, str) or not isinstance(text, str):
        raise InputError("verdict and text must be text")
    return Decision(verdict, text)  # type: ignore[arg-type]  # checked by the session

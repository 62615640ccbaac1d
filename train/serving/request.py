"""What a client may send to the server: the body of ``POST /predict``, checked."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from augment.blank import is_blank
from augment.errors import AugmentError
from augment.extras import require

Sides = tuple[str, ...]
Receive = Callable[[], Awaitable[Any]]
FIELDS: Final = ("text", "text_pair", "texts")
#: A body up to so many times the limit is read to its end, and thrown away, before it is refused:
#: a client that is still sending when the connection closes never sees why.
DRAINED: Final = 8


class RequestError(AugmentError):
    """A request that is refused.

    Parameters
    ----------
    status
        HTTP status, 400..599.
    message
        One sentence: what is wrong, and what is wanted.
    field
        Where in the body, or which header; None when it is the request as a whole.
    headers
        Added to the answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.field = field
        self.headers = dict(headers or {})

    def body(self) -> dict[str, str | None]:
        """Give what the client is told."""
        return {"error": str(self), "field": self.field}


@dataclass(frozen=True, slots=True)
class RequestLimits:
    """What one request may hold.

    Parameters
    ----------
    sides
        Texts of one row: 1, 2 for a model of pairs, 0 where that is not known.
    max_texts, max_chars, max_body_bytes
        See `augment.train.serving.config.ServeConfig`.
    """

    sides: int
    max_texts: int
    max_chars: int
    max_body_bytes: int


@dataclass(frozen=True, slots=True)
class PredictRequest:
    """A checked request: its rows, and whether a list was asked for."""

    rows: list[Sides]
    many: bool


async def read_body(headers: Mapping[str, str], receive: Receive, max_bytes: int) -> bytes:
    """Read a JSON body, of declared length or in chunks, up to a limit.

    Raises
    ------
    RequestError
        415 for another content type, 413 for a longer body, 400 when the client goes away.
    """
    _check_content_type(headers)
    declared = headers.get("content-length", "")
    too_long = declared.isdigit() and int(declared) > max_bytes
    if too_long and int(declared) > max_bytes * DRAINED:
        raise _too_long(max_bytes)
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestError(400, "the connection ended before the body did", "body")
        part = message.get("body", b"")
        size += len(part)
        if size > max_bytes:
            too_long = True
            parts.clear()
        if size > max_bytes * DRAINED:
            raise _too_long(max_bytes)
        if not too_long:
            parts.append(part)
        if not message.get("more_body", False):
            if too_long:
                raise _too_long(max_bytes)
            return b"".join(parts)


async def until_gone(receive: Receive) -> None:
    """Wait until the client hangs up, once its body was read."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _too_long(max_bytes: int) -> RequestError:
    return RequestError(
        413,
        f"the body is longer than {max_bytes:,} bytes; send fewer texts in a request",
        "body",
        {"connection": "close"},
    )


def _check_content_type(headers: Mapping[str, str]) -> None:
    kind, _, options = headers.get("content-type", "").partition(";")
    kind = kind.strip().lower()
    # A web page of another origin may send other types without asking, but not this one.
    if kind != "application/json":
        raise RequestError(
            415,
            "the body must be JSON and say so: send the header Content-Type: application/json",
            "Content-Type",
        )
    for option in options.lower().split(";"):
        name, _, value = option.partition("=")
        if name.strip() == "charset" and value.strip(' "') not in ("utf-8", "utf8"):
            raise RequestError(
                415, "JSON is sent as UTF-8, not in another encoding", "Content-Type"
            )
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise RequestError(415, "compressed bodies are not read; send it plain", "Content-Encoding")


def parse_predict(body: bytes, limits: RequestLimits) -> PredictRequest:
    r"""Turn the body of ``POST /predict`` into rows of texts.

    Raises
    ------
    RequestError
        400 for what is no JSON, 422 for JSON that is no such request.

    Examples
    --------
    >>> limits = RequestLimits(sides=1, max_texts=2, max_chars=9, max_body_bytes=99)
    >>> parse_predict(b'{"texts": ["a", "b"]}', limits).rows
    [('a',), ('b',)]
    >>> parse_predict(b'{"texts": ["a", 7]}', limits)
    Traceback (most recent call last):
        ...
    augment.train.serving.request.RequestError: texts[1] is a number; a text is wanted
    """
    found = _json(body)
    if not isinstance(found, dict):
        raise RequestError(
            422,
            f'the body is {_kind(found)}; an object such as {{"text": "..."}} is wanted',
            "body",
        )
    for key in found:
        if key not in FIELDS:
            close = get_close_matches(key, FIELDS, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f" ({', '.join(FIELDS)} are)"
            raise RequestError(422, f"the body has a field that is not known{hint}", "body")
    _check_each_once(body)
    if ("text" in found) == ("texts" in found):
        which = "both text and texts" if "text" in found else "neither text nor texts"
        raise RequestError(422, f"the body has {which}; exactly one of them is wanted", "text")
    if "texts" in found:
        if "text_pair" in found:
            raise RequestError(
                422, 'text_pair goes with text; in texts a pair is ["first", "second"]', "text_pair"
            )
        return PredictRequest(_many(found["texts"], limits), many=True)
    return PredictRequest([_single(found, limits)], many=False)


def _json(body: bytes) -> Any:  # noqa: ANN401 - whatever the client sends
    if not body.strip():
        raise RequestError(400, 'the body is empty; {"text": "..."} is wanted', "body")
    if body.startswith(b"\xef\xbb\xbf"):
        raise RequestError(400, "the body begins with a byte order mark; send JSON without", "body")
    from_json = require("pydantic_core", extra="serve", purpose="augment serve").from_json
    try:
        # Strict: no NaN, no half of a surrogate pair, bounded nesting.
        return from_json(body, allow_inf_nan=False, cache_strings="keys")
    except ValueError as error:
        # What the parser says names a kind of mistake and its place, and nothing of the content.
        raise RequestError(400, f"the body is no valid JSON in UTF-8: {error}", "body") from None


def _check_each_once(body: bytes) -> None:
    """Refuse a field that is given twice: the parser takes the last one without a word.

    The body was found to be an object of known fields, and its nesting to be bounded.
    """
    fields = json.loads(body, object_pairs_hook=list, parse_int=str, parse_float=str)
    names = [name for name, _ in fields]
    for name in FIELDS:
        if names.count(name) > 1:
            raise RequestError(422, f"the body has {name} twice; once is wanted", name)


def _single(found: Mapping[str, Any], limits: RequestLimits) -> Sides:
    text = found["text"]
    if isinstance(text, list):
        hint = "send lists as texts" if limits.sides == 1 else "send its other half as text_pair"
        raise RequestError(422, f"text is a list; a text is wanted; {hint}", "text")
    row = (
        {"text": text, "text_pair": found["text_pair"]} if "text_pair" in found else {"text": text}
    )
    if limits.sides and len(row) != limits.sides:
        raise RequestError(
            422,
            "the model was trained on pairs of texts; send text and text_pair"
            if limits.sides == 2
            else "the model was trained on single texts; leave text_pair out",
            "text_pair",
        )
    return tuple(_text(value, field, limits) for field, value in row.items())


def _many(texts: Any, limits: RequestLimits) -> list[Sides]:  # noqa: ANN401 - from the client
    if not isinstance(texts, list):
        raise RequestError(422, f"texts is {_kind(texts)}; a list of texts is wanted", "texts")
    if not texts:
        raise RequestError(422, "texts is an empty list; at least one text is wanted", "texts")
    if len(texts) > limits.max_texts:
        raise RequestError(
            422,
            f"texts has {len(texts):,} entries; at most {limits.max_texts:,} are taken at a time",
            "texts",
        )
    rows = [_row(value, f"texts[{at}]", limits) for at, value in enumerate(texts)]
    sizes = [len(row) for row in rows]
    for at, size in enumerate(sizes):
        if size != sizes[0]:
            raise RequestError(422, "texts mixes single texts and pairs", f"texts[{at}]")
    return rows


def _row(value: Any, field: str, limits: RequestLimits) -> Sides:  # noqa: ANN401 - from the client
    pair = isinstance(value, list)
    if pair and limits.sides == 1:
        raise RequestError(
            422, f"{field} is a list, and the model was trained on single texts", field
        )
    if not pair and limits.sides == 2:
        raise RequestError(
            422,
            f'{field} is {_kind(value)}; the model was trained on pairs: ["first", "second"]',
            field,
        )
    if not pair:
        return (_text(value, field, limits),)
    if len(value) != 2:
        raise RequestError(422, f"{field} has {len(value):,} texts; a pair has two", field)
    return tuple(_text(side, f"{field}[{at}]", limits) for at, side in enumerate(value))


def _text(value: Any, field: str, limits: RequestLimits) -> str:  # noqa: ANN401 - from the client
    if not isinstance(value, str):
        raise RequestError(422, f"{field} is {_kind(value)}; a text is wanted", field)
    if len(value) > limits.max_chars:
        raise RequestError(
            422,
            f"{field} has {len(value):,} characters; at most {limits.max_chars:,} are taken",
            field,
        )
    if is_blank(value):
        raise RequestError(422, f"{field} is empty; a text is wanted", field)
    return value


def _kind(value: Any) -> str:  # noqa: ANN401 - from the client
    """Name a JSON value's kind, never the value.

    >>> _kind(None), _kind(True), _kind(1.5), _kind([])
    ('null', 'true or false', 'a number', 'a list')
    """
    kinds: Sequence[tuple[type | tuple[type, ...], str]] = (
        (bool, "true or false"),
        ((int, float), "a number"),
        (str, "a text"),
        (list, "a list"),
        (dict, "an object"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "null")

"""What a client may send: every body that is refused, with its status and its field."""

from __future__ import annotations

import asyncio
import json

import pytest

pytest.importorskip("pydantic_core")

from augment.errors import InputError
from augment.train.serving.config import ServeConfig, checked_token
from augment.train.serving.request import RequestError, RequestLimits, parse_predict, read_body

SINGLE = RequestLimits(sides=1, max_texts=3, max_chars=20, max_body_bytes=100)
PAIRS = RequestLimits(sides=2, max_texts=3, max_chars=20, max_body_bytes=100)
ANY = RequestLimits(sides=0, max_texts=3, max_chars=20, max_body_bytes=100)


@pytest.mark.parametrize(
    ("limits", "body", "rows", "many"),
    [
        (SINGLE, {"text": "a"}, [("a",)], False),
        (SINGLE, {"texts": ["a", "b"]}, [("a",), ("b",)], True),
        (SINGLE, {"text": "é\u0000😀"}, [("é\u0000😀",)], False),
        (PAIRS, {"text": "a", "text_pair": "b"}, [("a", "b")], False),
        (PAIRS, {"texts": [["a", "b"], ["c", "d"]]}, [("a", "b"), ("c", "d")], True),
        (ANY, {"text": "a"}, [("a",)], False),
        (ANY, {"texts": [["a", "b"]]}, [("a", "b")], True),
    ],
)
def test_what_is_taken(limits, body, rows, many):
    for ascii_only in (True, False):
        found = parse_predict(json.dumps(body, ensure_ascii=ascii_only).encode(), limits)
        assert (found.rows, found.many) == (rows, many)


@pytest.mark.parametrize(
    ("body", "status", "field", "said"),
    [
        (b"", 400, "body", "empty"),
        (b"  \n", 400, "body", "empty"),
        (b'{"text": "a"', 400, "body", "no valid JSON"),
        (b'{"text": "a"} x', 400, "body", "trailing"),
        (b'{"text": NaN}', 400, "body", "no valid JSON"),
        (b'{"text": -Infinity}', 400, "body", "no valid JSON"),
        (b"[" * 50_000, 400, "body", "recursion"),
        (b'{"text":' * 5_000, 400, "body", "recursion"),
        (b'{"text": "\xe9t\xe9"}', 400, "body", "UTF-8"),
        (b"\xef\xbb\xbf{}", 400, "body", "byte order mark"),
        (b'{"text": "\x00"}', 400, "body", "control character"),
        (b'{"text": "\\ud800"}', 400, "body", "no valid JSON"),
        (b'{"text": "\\udc00\\ud800"}', 400, "body", "no valid JSON"),
        (b'{"text": ' + b"9" * 9_999 + b"}", 400, "body", "no valid JSON"),
        (b"[]", 422, "body", "a list"),
        (b"null", 422, "body", "null"),
        (b'"a"', 422, "body", "a text"),
        (b"{}", 422, "text", "neither text nor texts"),
        (b'{"text": "a", "texts": ["b"]}', 422, "text", "both"),
        (b'{"txt": "a"}', 422, "body", "did you mean 'text'"),
        (b'{"text": "a", "model": "x"}', 422, "body", "not known"),
        (b'{"text": "a", "text": "b"}', 422, "text", "the body has text twice"),
        (b'{"text": "a", "\\u0074ext": "a"}', 422, "text", "the body has text twice"),
        (b'{"text": 7}', 422, "text", "a number"),
        (b'{"text": 1e999}', 422, "text", "a number"),
        (b'{"text": true}', 422, "text", "true or false"),
        (b'{"text": null}', 422, "text", "null"),
        (b'{"text": {"a": 1}}', 422, "text", "an object"),
        (b'{"text": ["a"]}', 422, "text", "a text is wanted; send lists as texts"),
        (b'{"text": ""}', 422, "text", "empty"),
        (b'{"text": " \\n\\u00a0"}', 422, "text", "empty"),
        (b'{"text": "aaaaaaaaaaaaaaaaaaaaa"}', 422, "text", "21 characters; at most 20"),
        (b'{"text": "a", "text_pair": "b"}', 422, "text_pair", "single texts"),
        (b'{"texts": "a"}', 422, "texts", "a list of texts"),
        (b'{"texts": []}', 422, "texts", "empty list"),
        (b'{"texts": ["a", "b", "c", "d"]}', 422, "texts", "4 entries; at most 3"),
        (b'{"texts": ["a", 7]}', 422, "texts[1]", "a number"),
        (b'{"texts": ["a", " "]}', 422, "texts[1]", "empty"),
        (b'{"texts": [["a", "b"]]}', 422, "texts[0]", "single texts"),
        (b'{"texts": ["a"], "text_pair": "b"}', 422, "text_pair", "goes with text"),
    ],
)
def test_what_is_refused(body, status, field, said):
    with pytest.raises(RequestError) as refused:
        parse_predict(body, SINGLE)
    error = refused.value
    assert (error.status, error.field) == (status, field)
    assert said in str(error)
    assert "\n" not in str(error)
    assert error.body() == {"error": str(error), "field": field}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "a"}, "text_pair"),
        ({"text": ["a", "b"]}, "text"),
        ({"text": "a", "text_pair": 7}, "text_pair"),
        ({"texts": ["a"]}, "texts[0]"),
        ({"texts": [["a", "b"], ["a"]]}, "texts[1]"),
        ({"texts": [["a", "b"], ["a", "b", "c"]]}, "texts[1]"),
        ({"texts": [["a", "b"], ["a", " "]]}, "texts[1][1]"),
    ],
)
def test_a_model_of_pairs_wants_pairs(body, field):
    with pytest.raises(RequestError) as refused:
        parse_predict(json.dumps(body).encode(), PAIRS)
    assert (refused.value.status, refused.value.field) == (422, field)


def test_texts_and_pairs_do_not_mix():
    with pytest.raises(RequestError, match="mixes") as refused:
        parse_predict(b'{"texts": ["a", ["b", "c"]]}', ANY)
    assert refused.value.field == "texts[1]"


def read(headers, *parts, limit=10):
    sent = iter(parts)

    async def receive():
        part = next(sent)
        if part is None:
            return {"type": "http.disconnect"}
        body, more = part
        return {"type": "http.request", "body": body, "more_body": more}

    return asyncio.run(read_body({"content-type": "application/json", **headers}, receive, limit))


def test_a_body_is_read_in_parts_up_to_the_limit():
    assert read({}, (b"01234", True), (b"56789", False)) == b"0123456789"
    # Somewhat too long: read to its end, so that the client is there to hear why.
    for headers in ({}, {"content-length": "12"}):
        with pytest.raises(RequestError) as refused:
            read(headers, (b"01234", True), (b"567890", True), (b"1", False))
        assert refused.value.status == 413
    # Far too long: what follows is not asked for.
    with pytest.raises(RequestError) as refused:
        read({}, *[(b"0123456789", True)] * 9)
    assert refused.value.status == 413
    assert refused.value.headers["connection"] == "close"
    with pytest.raises(RequestError) as refused:
        read({"content-length": "81"})
    assert refused.value.status == 413
    with pytest.raises(RequestError, match="ended before") as refused:
        read({}, (b"01234", True), None)


@pytest.mark.parametrize(
    "kind",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin-1",
        "application/json; x=y; charset=latin-1",
    ],
)
def test_another_content_type_is_refused(kind):
    with pytest.raises(RequestError, match="JSON") as refused:
        read({"content-type": kind})
    assert (refused.value.status, refused.value.field) == (415, "Content-Type")


def test_json_in_utf8_may_say_so_and_is_not_compressed():
    part = (b"{}", False)
    for options in ('charset="UTF-8"', "charset=utf-8; x=y", "x=y;charset=utf-8", "x=y", ""):
        assert read({"content-type": f"Application/JSON;{options}"}, part) == b"{}"
    with pytest.raises(RequestError, match="compressed"):
        read({"content-encoding": "gzip"}, part)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"port": 65_536}, "port"),
        ({"port": -1}, "port"),
        ({"batch_wait_ms": -1.0}, "batch_wait_ms"),
        ({"timeout_s": 0.0}, "timeout_s"),
        ({"timeout_s": float("nan")}, "timeout_s"),
        ({"max_texts": 9, "max_queue": 8}, "max_queue=8"),
        ({"precision": "fp16"}, "precision"),
        ({"threads": 0}, "threads"),
        ({"model": " "}, "model"),
    ],
)
def test_options_that_cannot_be(options, said):
    with pytest.raises(InputError, match=said):
        ServeConfig(**options)


def test_other_machines_need_a_token():
    assert checked_token("127.0.0.1", None) is None
    assert checked_token("localhost", "") is None
    for host in ("0.0.0.0", "::", "192.168.1.7", "example.org"):
        with pytest.raises(InputError, match="AUGMENT_TOKEN"):
            checked_token(host, None)
    assert checked_token("0.0.0.0", "0123456789abcdef") == "0123456789abcdef"
    for token in ("short", "é" * 20, "0123456789abcdef\n", " 0123456789abcdef"):
        with pytest.raises(InputError, match="AUGMENT_TOKEN") as refused:
            checked_token("127.0.0.1", token)
        assert token.strip() not in str(refused.value)

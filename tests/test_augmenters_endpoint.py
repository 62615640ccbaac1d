"""An OpenAI-compatible address: what is sent, what may go wrong, what is said before."""

import json
import re
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import quote

import pandas as pd
import pytest

from augment.augmenters import Order, chat, endpoint, open_augmenter
from augment.augmenters.augmented import Augmented
from augment.augmenters.endpoint import KEY, Endpoint, Llm
from augment.cli import main
from augment.datasets.words import augment_words
from augment.errors import InputError, TranslatorError
from augment.offline import OfflineError
from augment.store import Store

FAST = replace(endpoint.LIMITS, attempts=3, backoff_s=0.0)
KEY_VALUE = "sk-s3cret/+=="


class Server(ThreadingHTTPServer):
    """Answers with the text in capitals, or as `reply` says."""

    daemon_threads = True

    def __init__(self):
        self.asked = []
        self.reply = None
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        server = self.server
        server.asked.append((self.path, dict(self.headers), body))
        text = body["messages"][-1]["content"]
        status, headers, answer = (server.reply or said)(text, body)
        self.send_response(status)
        if headers is None:  # not to end yet
            self.flush_headers()
            headers = {}
            answer(self.wfile)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if callable(answer):  # the rest is its own
            answer(self.wfile)
            return
        self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def log_message(self, *args):
        pass


def said(text, body, finish="stop"):
    content = f"{text} again {body['seed']}"
    return 200, {}, {"choices": [{"message": {"content": content}, "finish_reason": finish}]}


@pytest.fixture
def server(monkeypatch):
    monkeypatch.delenv(KEY, raising=False)
    monkeypatch.setattr(endpoint, "LIMITS", FAST)
    with Server() as made:
        thread = threading.Thread(target=made.serve_forever, daemon=True)
        thread.start()
        yield made
        made.shutdown()


def order(server, **options):
    return Order("llm", "fr", model="m", url=server.url, **options)


def test_what_is_sent(server, monkeypatch):
    monkeypatch.setenv(KEY, "secret")
    made = open_augmenter(order(server, temperature=0.7))
    made.augment(["un bon film"], 0)
    ((path, headers, body),) = server.asked
    assert path == "/v1/chat/completions"
    assert headers["Authorization"] == "Bearer secret"
    assert (body["model"], body["temperature"]) == ("m", 0.7)
    assert "French" in body["messages"][0]["content"]
    assert body["messages"][1] == {"role": "user", "content": "un bon film"}
    assert "secret" not in made.identity + made.engine


def test_the_same_text_asks_the_same_whatever_stands_beside(server):
    made = open_augmenter(order(server))
    together = made.augment(["a", "b", "c"], 0)
    assert made.augment(["c"], 0) == together[2:]
    assert made.augment(["c"], 1) != together[2:]


def test_a_prompt_with_a_place_for_the_text(server):
    open_augmenter(order(server, prompt="{language}: <{text}>")).augment(["x {language}"], 0)
    (message,) = server.asked[0][2]["messages"]
    assert message == {"role": "user", "content": "French: <x {language}>"}


def test_passing_failures_are_tried_again(server):
    left = [503, 429]

    def reply(text, body):
        return (left.pop(), {"Retry-After": "0"}, {}) if left else said(text, body)

    server.reply = reply
    (result,) = open_augmenter(order(server)).augment(["x"], 0)
    assert result.text.startswith("x again")
    assert len(server.asked) == 3


def half(file):
    file.write(b'{"choices": [{"mess')


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ((500, {}, {"error": {"message": "out of\nmemory"}}), "HTTP 500, out of memory"),
        ((200, {}, {}), "without choices.*is --url right"),
        ((200, {}, [1]), "without choices"),
        ((200, {}, b"<html>"), "it answered with a web page; is --url right"),
        ((200, {}, b" "), "it answered with nothing"),
        ((200, {}, half), "broken JSON"),
        ((200, {"Content-Length": "900"}, half), "it broke off its answer"),
        ((200, {}, {"error": {"message": "model overloaded"}}), "model overloaded"),
        ((200, {}, {"error": {"message": "upstream", "code": 502}}), "HTTP 502, upstream"),
        ((200, {}, {"choices": [{"message": {"content": " "}}]}), "it answered with nothing"),
        ((200, {}, {"choices": [{"message": {"content": "<think>so</think>"}}]}), "nothing"),
        ((200, {}, {"choices": [{"message": {"role": "assistant"}}]}), "with nothing"),
        ((200, {}, {"choices": []}), "with nothing"),
        ((200, {}, {"choices": None, "error": {"message": "lost"}}), "lost"),
        (
            (200, {}, {"choices": [{"message": {"content": None, "refusal": "No!"}}]}),
            "refused: No!",
        ),
        (
            (
                200,
                {},
                {"choices": [{"message": {"content": "x"}, "finish_reason": "content_filter"}]},
            ),
            "content_filter",
        ),
        ((200, {}, {"choices": [{"error": {"message": "lost it"}, "message": {}}]}), "lost it"),
    ],
)
def test_failures_of_one_text_are_that_text_s(server, reply, message):
    server.reply = lambda text, body: reply if "bad" in text else said(text, body)
    good, bad = open_augmenter(order(server)).augment(["good", "bad"], 0)
    assert good.text.startswith("good again")
    assert re.search(message, bad.error), bad.error
    assert bad.text == ""


def test_an_answer_in_parts_is_put_together(server):
    parts = [{"type": "text", "text": "A fine"}, {"type": "text", "text": " film."}, {"type": "x"}]
    server.reply = lambda text, body: (200, {}, {"choices": [{"message": {"content": parts}}]})
    (one,) = open_augmenter(order(server)).augment(["x"], 0)
    assert one.text == "A fine film."


def test_an_answer_that_points_elsewhere_ends_the_run(server):
    server.reply = lambda text, body: (302, {"Location": "http://127.0.0.1:9/"}, {})
    with pytest.raises(TranslatorError, match="HTTP 302, it sends us to another address"):
        open_augmenter(order(server)).augment(["x"], 0)
    assert len(server.asked) == 1


NOTHING = {"message": {"content": None, "refusal": "I can't help with that."}}


@pytest.mark.parametrize(
    "answer",
    [
        (200, {}, {"choices": [NOTHING]}),
        (200, {}, {"choices": [{"message": {"content": ""}}]}),
        (200, {}, {"error": {"message": "flagged"}}),
        (400, {}, {"error": {"message": "content policy"}}),
    ],
)
def test_texts_that_are_always_refused_do_not_end_the_run(server, tmp_path, answer):
    """They are neighbours, and stand in no store: every further run would meet them first."""
    frame = pd.DataFrame({"text": [f"a rather good film number {n}" for n in range(30)]})
    refused = {*frame["text"][3:14]}
    server.reply = lambda text, body: answer if text in refused else said(text, body)
    done = augment_words(
        frame, method="llm", model="m", url=server.url, source="en", no_filter="all",
        store=str(tmp_path / "store.sqlite"), text="text", label="none",
    )  # fmt: skip
    new = done.frame[done.frame["aug_method"] != "original"]
    assert {*new["aug_source_id"]} == {*range(30)} - {*range(3, 14)}
    assert {*done.rejected[done.rejected["reason"] == "failed"]["aug_source_id"]} == {*range(3, 14)}


def test_a_server_that_refuses_every_text_is_given_up(server):
    server.reply = lambda text, body: (200, {}, {"choices": [NOTHING]})
    made = open_augmenter(order(server))
    with pytest.raises(TranslatorError, match=r"25 texts in a row failed.*I can't help"):
        for n in range(6):
            made.augment([f"text {8 * n + at}" for at in range(8)], 0)
    assert len(server.asked) <= 32


def test_texts_that_a_server_refuses_do_not_end_the_run(server):
    refusal = (400, {}, {"error": {"message": "content policy"}})
    server.reply = lambda text, body: refusal if "bad" in text else said(text, body)
    made = open_augmenter(order(server))
    texts = [*(f"bad {n}" for n in range(8)), "good"]
    *bad, good = made.augment(texts, 0)
    assert all("content policy" in one.error for one in bad)
    assert good.text.startswith("good again")
    with pytest.raises(TranslatorError, match=r"\d\d texts in a row failed"):
        for n in range(5):
            made.augment([f"bad {8 * n + at}" for at in range(8)], 1)


def dripping(file):
    """Send a byte now and then, for much longer than anybody waits."""
    with suppress(OSError):
        for _ in range(200):
            file.write(b" ")
            time.sleep(0.05)


def dripping_head(file):
    with suppress(OSError):
        for n in range(200):
            file.write(f"X-More-{n}: x\r\n".encode())
            time.sleep(0.05)


@pytest.mark.parametrize(
    "reply",
    [(200, {}, dripping), (500, {}, dripping), (401, {}, dripping), (200, None, dripping_head)],
)
def test_a_request_ends_in_its_time_however_slowly_an_answer_comes(server, monkeypatch, reply):
    monkeypatch.setattr(endpoint, "LIMITS", replace(FAST, total_s=0.5, attempts=1))
    server.reply = lambda text, body: reply
    start = time.monotonic()
    (one,) = open_augmenter(order(server)).augment(["x"], 0)
    assert "no whole answer within 0.5 s" in one.error
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_that_is_too_long_is_not_read(server, monkeypatch, status):
    monkeypatch.setattr(chat, "MAX_ANSWER", 5_000)
    server.reply = lambda text, body: (status, {}, b" " * 20_000)
    (one,) = open_augmenter(order(server)).augment(["x"], 0)
    assert "longer than" in one.error


@pytest.mark.parametrize(
    "reply", [(429, {"Retry-After": "60"}, {}), (503, {}, {}), (200, {}, dripping)]
)
def test_a_run_that_is_left_ends_in_seconds(server, monkeypatch, reply):
    monkeypatch.setattr(endpoint, "LIMITS", replace(endpoint.LIMITS, attempts=9, backoff_s=30.0))
    monkeypatch.setattr(chat, "LEFT_S", 0.2)
    server.reply = lambda text, body: said(text, body) if "0" in text else reply
    made = open_augmenter(order(server))
    with Store() as store:
        running = Augmented("llm", made, 0, store).paraphrase(
            (n, f"a film {n:02}" if n < 8 else f"a film {'x' * n}") for n in range(64)
        )
        next(running)
        while len(server.asked) < 10:
            time.sleep(0.01)
        start = time.monotonic()
        running.close()  # as Ctrl-C does
        assert time.monotonic() - start < 5
        asked = len(server.asked)
    time.sleep(0.3)
    assert len(server.asked) == asked
    made.close()


def test_a_pause_that_a_server_asks_for_is_kept_and_one_too_long_gives_up(server):
    when = [datetime.now(UTC) + timedelta(days=9), datetime.now(UTC) + timedelta(seconds=2)]

    def reply(text, body):
        if not when:
            return said(text, body)
        return 429, {"Retry-After": format_datetime(when.pop(), usegmt=True)}, {}

    server.reply = reply
    start = time.monotonic()
    with pytest.raises(TranslatorError, match=r"HTTP 429.* asks to wait 777,\d{3} s"):
        open_augmenter(order(server)).augment(["x"], 0)
    assert time.monotonic() - start > 0.9
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (200, "bad header Bearer {key}"),
        (401, "Incorrect API key provided: {key}"),
        (403, "{quoted}"),
        (404, "no model for {key}"),
        (422, "bad header Bearer {key}"),
        (422, "x" * 150 + "{key}"),
        (500, "upstream refused {quoted}"),
    ],
)
def test_a_key_that_a_server_repeats_is_shown_nowhere(
    server, tmp_path, monkeypatch, capsys, status, sentence
):
    monkeypatch.setenv(KEY, KEY_VALUE)
    monkeypatch.chdir(tmp_path)
    message = sentence.format(key=KEY_VALUE, quoted=quote(KEY_VALUE, safe=""))
    refusal = status, {}, {"error": {"message": message}}
    server.reply = lambda text, body: refusal if "4" in text else said(text, body)
    FRAME.to_csv("in.csv", index=False)
    made = ["--method", "llm", "--model", "m", "--url", server.url, "--source", "en"]
    main(["words", "in.csv", *made, "--label", "none", "--no-filter", "all", "--json", "--debug"])
    written = "".join(path.read_text() for path in tmp_path.glob("in.*"))
    shown = "".join(capsys.readouterr())
    assert "***" in shown + written
    assert "s3cret" not in shown + written
    assert b"s3cret" not in (tmp_path / ".augment" / "store.sqlite").read_bytes()


def test_a_key_with_blanks_around_it_is_taken_without(server, monkeypatch):
    monkeypatch.setenv(KEY, f" {KEY_VALUE}\r\n")
    open_augmenter(order(server)).augment(["x"], 0)
    assert server.asked[0][1]["Authorization"] == f"Bearer {KEY_VALUE}"


@pytest.mark.parametrize("key", ["s3cret\rX: y", "s3cret\n", "clé-s3cret", "s3cret\x7f"])
def test_a_key_that_no_header_takes_is_refused_at_once(server, monkeypatch, key):
    monkeypatch.setenv(KEY, f"{key}k")
    with pytest.raises(InputError, match=f"{KEY} holds characters that no header takes") as raised:
        open_augmenter(order(server))
    assert "s3cret" not in str(raised.value)
    assert not server.asked


def test_an_answer_that_was_cut_off_is_a_failure(server):
    server.reply = lambda text, body: said(text, body, "stop" if "good" in text else "length")
    _, cut_off = open_augmenter(order(server)).augment(["good", "x"], 0)
    assert "it cut the answer off" in cut_off.error


@pytest.mark.parametrize(("key", "said"), [("", "wants a key"), ("k", "refused the key")])
def test_a_missing_or_wrong_key_is_told_with_its_variable(server, monkeypatch, key, said):
    monkeypatch.setenv(KEY, key)
    server.reply = lambda text, body: (401, {}, {"error": "no"})
    with pytest.raises(InputError, match=rf"{said} \(401: no\); .* {KEY}"):
        open_augmenter(order(server)).augment(["x"], 0)


def test_an_unknown_model_is_told(server):
    server.reply = lambda text, body: (404, {}, {"error": {"message": "no model m"}})
    with pytest.raises(InputError, match="answered 404: no model m; is --url right"):
        open_augmenter(order(server)).augment(["x"], 0)


def test_an_address_that_is_down_stops_the_run(server):
    made = open_augmenter(Order("llm", "en", model="m", url="http://127.0.0.1:9"))
    with pytest.raises(TranslatorError, match=r"127\.0\.0\.1:9 is given up: 3 texts .* refused"):
        made.augment(["a", "b", "c"], 0)
    with pytest.raises(TranslatorError):
        made.augment(["d"], 0)


@pytest.mark.parametrize(
    ("answer", "original", "wanted"),
    [
        ("<think>\nhm\n</think>\nFine.", "Good.", "Fine."),
        ("« Bien. »", "Bon.", "Bien."),
        ('"Fine."', '"Good."', '"Fine."'),
        ("```\nFine.\n```", "Good.", "Fine."),
        ("Sure! Here is the rewritten text:\n\nFine.", "Good.", "Fine."),
        ('"Fine" is one word, "good" another', "Good.", '"Fine" is one word, "good" another'),
    ],
)
def test_what_models_put_around_an_answer_is_taken_off(answer, original, wanted):
    assert endpoint._cleaned(answer, original) == wanted


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://x", "wanted: http"),
        ("localhost:8000", "wanted: http"),
        ("http://me:pw@host/v1", KEY),
        ("http://host:99999/", "out of range"),
        ("http://host/v1?api-key=pw", KEY),
        ("http://host/v1?pw", KEY),
    ],
)
def test_what_is_no_address_is_refused(url, message):
    with pytest.raises(InputError, match=message) as caught:
        Endpoint(url)
    assert "pw" not in str(caught.value)


def test_servers_at_one_host_are_told_apart_by_their_paths():
    first, second, usual = (
        Llm(Order("llm", "fr", model="m", url=url), Endpoint(url))
        for url in (
            "http://localhost:1/deployments/a/v1",
            "http://localhost:1/deployments/b/v1?api-version=2",
            "http://localhost:1",
        )
    )
    assert len({one.identity for one in (first, second, usual)}) == 3
    assert usual.identity.startswith("llm:m@localhost:1:fr#")
    assert second.endpoint.url.endswith("/v1/chat/completions?api-version=2")
    assert {one.engine for one in (first, second, usual)} == {"llm:m@localhost:1"}


def test_what_leaves_the_machine_is_said_before():
    assert list(Endpoint("http://localhost:1234").leaving(1000, 3)) == []
    assert list(Endpoint("http://[::1]:1234/v1").leaving(1000, 3)) == []
    (line,) = Endpoint("https://api.example.org/v1").leaving(1000, 3)
    assert "3,000 characters go to api.example.org" in line
    _, warning = Endpoint("http://10.0.0.8/v1").leaving(1000, 3)
    assert "not encrypted" in warning


FRAME = pd.DataFrame(
    {"text": [f"a rather good film number {n}" for n in range(6)], "label": list("aaaabb")}
)


def test_a_run_has_provenance_and_asks_only_once(server, tmp_path):
    options = {
        "method": "llm", "model": "m", "url": server.url, "source": "en", "no_filter": "all",
        "store": str(tmp_path / "store.sqlite"), "text": "text", "label": "label",
    }  # fmt: skip
    first = augment_words(FRAME, **options)
    n_asked = len(server.asked)
    again = augment_words(FRAME, **options)
    assert len(server.asked) == n_asked
    pd.testing.assert_frame_equal(first.frame, again.frame)
    new = first.frame[first.frame["aug_method"] != "original"]
    assert len(new) == 2
    assert set(new["aug_method"]) == {"words:llm"}
    assert set(new["aug_engine"]) == {f"llm:m@127.0.0.1:{server.server_port}"}
    assert first.frame["aug_id"].is_unique


def test_offline_forbids_it(server):
    options = {"method": "llm", "model": "m", "url": server.url, "source": "en", "store": "none"}
    with pytest.raises((OfflineError, InputError), match="offline"):
        augment_words(FRAME, **options, no_filter="all", offline=True)

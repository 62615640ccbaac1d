"""An OpenAI-compatible address: what is sent, what may go wrong, what is said before."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pandas as pd
import pytest

from augment.augmenters import Order, endpoint, open_augmenter
from augment.augmenters.endpoint import KEY, Endpoint, Llm
from augment.datasets.words import augment_words
from augment.errors import InputError, TranslatorError
from augment.offline import OfflineError


class Server(ThreadingHTTPServer):
    """Answers with the text in capitals, or as `reply` says."""

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
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

    def log_message(self, *args):
        pass


def said(text, body, finish="stop"):
    content = f"{text} again {body['seed']}"
    return 200, {}, {"choices": [{"message": {"content": content}, "finish_reason": finish}]}


@pytest.fixture
def server(monkeypatch):
    monkeypatch.delenv(KEY, raising=False)
    monkeypatch.setattr(endpoint, "WAITS_S", (0.0, 0.0))
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


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        ((500, {}, {"error": {"message": "out of\nmemory"}}), "answered 500: out of memory"),
        ((200, {}, {}), "without choices"),
        ((200, {}, b"<html>"), "cannot be reached"),
        ((302, {"Location": "http://127.0.0.1:9/"}, {}), "answered 302"),
        ((200, {}, {"choices": [{"message": {"content": " "}}]}), "answered with nothing"),
    ],
)
def test_failures_of_one_text_are_that_text_s(server, reply, message):
    server.reply = lambda text, body: reply if "bad" in text else said(text, body)
    good, bad = open_augmenter(order(server)).augment(["good", "bad"], 0)
    assert good.text.startswith("good again")
    assert message in bad.error
    assert bad.text == ""


def test_texts_that_a_server_refuses_do_not_end_the_run(server):
    refusal = (400, {}, {"error": {"message": "content policy"}})
    server.reply = lambda text, body: refusal if "bad" in text else said(text, body)
    made = open_augmenter(order(server))
    texts = [*(f"bad {n}" for n in range(8)), "good"]
    *bad, good = made.augment(texts, 0)
    assert all("content policy" in one.error for one in bad)
    assert good.text.startswith("good again")
    with pytest.raises(TranslatorError, match=r"\d\d times in a row"):
        for n in range(4):
            made.augment([f"bad {8 * n + at}" for at in range(8)], 1)


def test_an_answer_that_comes_too_slowly_or_is_too_long_ends(server, monkeypatch):
    monkeypatch.setattr(endpoint, "TIMEOUT_S", 0.3)
    monkeypatch.setattr(endpoint, "MAX_ANSWER", 5_000)
    server.reply = lambda text, body: (200, {}, b" " * 20_000)
    (one,) = open_augmenter(order(server)).augment(["x"], 0)
    assert "longer than" in one.error

    class Slow:
        def read1(self, size):
            time.sleep(0.05)
            return b" "

    with pytest.raises(TimeoutError, match="more than 0.3 s"):
        endpoint._read(Slow())


def test_an_answer_that_was_cut_off_is_a_failure(server):
    server.reply = lambda text, body: said(text, body, "stop" if "good" in text else "length")
    _, cut_off = open_augmenter(order(server)).augment(["good", "x"], 0)
    assert "cut the answer off" in cut_off.error


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
    with pytest.raises(TranslatorError, match=r"127\.0\.0\.1:9 failed 3 times in a row .* store"):
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

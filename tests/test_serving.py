"""The server as its clients meet it: answers, refusals, limits, log, metrics, start and stop."""

from __future__ import annotations

import asyncio
import http.client
import io
import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

import torch

from augment.cli import main
from augment.train.predictor import Predictor
from augment.train.saved_model import load_saved
from augment.train.serving import model as serving_model
from augment.train.serving.listening import _worth_telling
from augment.train.serving.log import LogLines
from augment.train.serving.model import SAMPLES, ServedModel
from augment.train.serving.serving import Listening, serve
from augment.train.serving.text import listening_text
from augment.train.testing import tiny_encoder
from augment.train.train_model import train_model

WORDS = ["the", "a", "film", "plot", "was", "is", "good", "bad", *map(str, range(60))]
FAST = {"device": "cpu", "precision": "fp32"}
JSON = {"Content-Type": "application/json"}
TOKEN = "0123456789abcdef"


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A model of single texts, and one of pairs."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("made")
    encoder = str(tiny_encoder(folder / "encoder", WORDS))
    texts = [
        f"the {('film', 'plot')[i % 3 == 0]} was {('good', 'bad')[i % 2]} {i}" for i in range(40)
    ]
    frame = pd.DataFrame({"text": texts, "label": [("pos", "<neg>")[i % 2] for i in range(40)]})
    options = {**FAST, "model": encoder, "steps": 40, "lr": 0.003, "batch_size": 8}
    train_model(frame, **options, out=folder / "single")
    pairs = frame.assign(question="is the film good")
    train_model(pairs, **options, text="text,question", out=folder / "pairs")
    return folder


@contextmanager
def serving(model, **options):
    """Run a server in a thread; gives its port."""
    up, found, failed = threading.Event(), [], []

    def listening(one):
        found.append(one)
        up.set()

    def work():
        try:
            serve(model, when_listening=listening, **{**FAST, "port": 0, "quiet": True, **options})
        except BaseException as error:
            failed.append(error)
        finally:
            up.set()

    thread = threading.Thread(target=work)
    thread.start()
    assert up.wait(60)
    if failed:
        raise failed[0]
    try:
        yield int(found[0].url.rpartition(":")[2])
    finally:
        found[0].stop()
        thread.join(60)
        assert not thread.is_alive()
    assert not failed


def ask(port, body=None, *, path="/predict", method=None, headers=JSON):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    body = json.dumps(body) if isinstance(body, (dict, list)) else body
    connection.request(method or ("GET" if body is None else "POST"), path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if content and answer.headers.get_content_type() == "application/json":
        content = json.loads(content)
    return answer.status, content, answer.headers


@pytest.fixture(scope="module")
def port(made):
    with serving(str(made / "single")) as port:
        yield port


def test_connections_that_send_no_whole_request_are_closed(made, monkeypatch):
    monkeypatch.setattr("augment.train.serving.serving.KEEP_ALIVE_S", 1)
    with serving(str(made / "single")) as port:
        halves = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(3)]
        halves[1].sendall(b"GET /health HTTP/1.1\r\nHost: a")
        halves[2].sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\nGET /hea")  # and half of another
        for one in halves:
            with one:
                while one.recv(4096):
                    pass
        assert ask(port, path="/health")[0] == 200


def test_answers_are_those_of_the_predictor(made, port):
    texts = ["the film was good", "a plot is bad", "film " * 100]
    wanted = Predictor(made / "single", **FAST).predict(texts)
    status, found, headers = ask(port, {"texts": texts})
    assert status == 200
    for one, want in zip(found, wanted):
        assert one["label"] == want.label
        assert one["scores"] == pytest.approx(want.scores, abs=2e-6)
        assert one["score"] == max(one["scores"].values())
    assert [one.get("cut") for one in found] == [None, None, True]
    status, single, _ = ask(port, {"text": texts[0]})
    assert set(single) == {"label", "score", "scores"}
    assert single["score"] == pytest.approx(found[0]["score"], abs=2e-6)
    assert headers["x-content-type-options"] == "nosniff"
    assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])


def test_clients_at_the_same_time_get_their_own_answers(made, port):
    texts = [f"the film was {('good', 'bad')[n % 2]} {n}" for n in range(60)]
    wanted = [one.label for one in Predictor(made / "single", **FAST).predict(texts)]
    assert len(set(wanted)) == 2
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda text: ask(port, {"text": text})[1]["label"], texts))
    assert found == wanted
    metrics = ask(port, path="/metrics")[1].decode()
    batches = float(re.search(r"^augment_batch_texts_count (\S+)", metrics, re.M)[1])
    rows = float(re.search(r"^augment_batch_texts_sum (\S+)", metrics, re.M)[1])
    assert rows >= 60 > batches


def test_pairs(made):
    with serving(str(made / "pairs")) as port:
        rows = [["the film was good", "is the film good"], ["a plot was bad 3", "is the film good"]]
        wanted = [one.label for one in Predictor(made / "pairs", **FAST).predict(rows)]
        assert [one["label"] for one in ask(port, {"texts": rows})[1]] == wanted
        one = {"text": rows[0][0], "text_pair": rows[0][1]}
        assert ask(port, one)[1]["label"] == wanted[0]
        assert ask(port, {"text": "alone"})[0] == 422
        about = ask(port, path="/labels")[1]
        assert about["text_columns"] == ["text", "question"]
        assert "question" in ask(port, path="/docs")[1].decode()


@pytest.mark.parametrize(
    ("options", "status", "field"),
    [
        ({"body": b'{"text": '}, 400, "body"),
        ({"body": {"text": 7}}, 422, "text"),
        ({"body": {"text": "a"}, "headers": {}}, 415, "Content-Type"),
        ({"body": {"text": "a"}, "path": "/nope"}, 404, None),
        ({"body": {"text": "a"}, "path": "/predict/"}, 404, None),
        ({"body": {"text": "a"}, "path": "/health"}, 405, None),
        ({"path": "/predict"}, 405, None),
        ({"body": b"x" * 2_000_000}, 413, "body"),
        ({"body": iter([b"x" * 900_000] * 2)}, 413, "body"),
        ({"body": {"text": "a"}, "headers": {**JSON, "Host": "evil.example"}}, 403, "Host"),
        ({"path": "/docs", "headers": {"Host": "evil.example:80"}}, 403, "Host"),
    ],
)
def test_every_refusal_has_one_shape(port, options, status, field):
    found, said, _ = ask(port, **options)
    assert found == status
    assert set(said) == {"error", "field"}
    assert said["field"] == field
    assert 10 < len(said["error"]) < 200


def test_an_answer_that_the_end_cut_off_is_no_fault():
    def record(error):
        given = (type(error), error, None)
        return logging.LogRecord("uvicorn.error", logging.ERROR, "x", 1, "in ASGI", (), given)

    assert not _worth_telling(record(asyncio.CancelledError()))
    assert _worth_telling(record(ValueError("x")))


def test_the_paths_beside(port):
    assert ask(port, path="/health")[1] == {"status": "ok"}
    status, content, headers = ask(port, path="/health", method="HEAD")
    assert (status, content, headers["content-length"]) == (200, b"", "15")
    about = ask(port, path="/labels")[1]
    assert about["labels"] == ["<neg>", "pos"]
    assert (about["format"], about["model"]) == ("fp32", "single")
    described = ask(port, path="/openapi.json")[1]
    body = described["paths"]["/predict"]["post"]["requestBody"]["content"]["application/json"]
    assert body["examples"]
    for example in body["examples"].values():
        assert ask(port, example["value"])[0] == 200


def test_the_page_loads_nothing_and_escapes_names(port):
    for path in ("/", "/docs"):
        status, page, headers = ask(port, path=path)
        text = page.decode()
        assert status == 200
        assert "&lt;neg&gt;" in text
        assert "<neg>" not in text
        assert not re.search(r"""(src|href)=["'](https?:)?//""", text)
        policy = headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        nonces = set(re.findall(r'nonce="([^"]+)"', text))
        assert len(nonces) == 1
        assert f"script-src 'nonce-{nonces.pop()}'" in policy


def test_names_turn_nothing_around_on_the_page_and_are_left_alone_in_answers(made, renamed):
    with serving(renamed(made / "single", "a\u202eb", "c\nd")) as port:
        page = ask(port, path="/")[1].decode()
        assert "2 classes: a⟨U+202E⟩b, c␊d." in page
        assert r'const names = {"a\u202eb": "a\u27e8U+202E\u27e9b", "c\nd": "c\u240ad"};' in page
        assert "\u202e" not in page
        assert ask(port, path="/labels")[1]["labels"] == ["a\u202eb", "c\nd"]
        assert set(ask(port, {"text": "a film"})[1]["scores"]) == {"a\u202eb", "c\nd"}


def test_names_stay_in_their_line_in_the_terminal():
    names = ("a\u202eb", "c\nd")
    found = Listening("http://127.0.0.1:1", "m", names, "fp32", (), 1.0, False, lambda: None)
    said = listening_text(found)
    assert "  classes: a⟨U+202E⟩b, c␊d\n" in said


@pytest.fixture
def slow(monkeypatch):
    """Hold every computation until told."""
    free, compute = threading.Event(), ServedModel.__call__
    free.begun = threading.Event()

    def held(self, rows):
        free.begun.set()
        assert free.wait(60)
        return compute(self, rows)

    monkeypatch.setattr(ServedModel, "__call__", held)
    yield free
    free.set()


def test_a_full_queue_is_answered_429_and_recovers(made, slow):
    limits = {"max_queue": 2, "max_texts": 2}
    with serving(str(made / "single"), **limits) as port, ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(ask, port, {"text": "a film"}) for _ in range(8)]
        while not any(job.done() for job in jobs):
            pass
        done = next(job for job in jobs if job.done())
        slow.set()
        status, said, headers = done.result()
        assert (status, said["field"]) == (429, None)
        assert int(headers["retry-after"]) >= 1
        statuses = [job.result()[0] for job in jobs]
        assert set(statuses) == {200, 429}
        assert statuses.count(200) >= 2
        assert ask(port, {"texts": ["a film"] * 2})[0] == 200


def test_time_outs(made, slow):
    with serving(str(made / "single"), timeout_s=0.5) as port:
        status, said, headers = ask(port, {"text": "a film"})
        assert status == 503
        assert "0.5 s" in said["error"]
        assert headers["retry-after"]
        slow.set()
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            client.sendall(
                b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b'Content-Length: 50\r\n\r\n{"text"'
            )
            assert client.recv(1000).startswith(b"HTTP/1.1 408")


def test_who_hangs_up_is_computed_for_no_more(made, slow):
    request = json.dumps({"texts": ["a film"] * 20}).encode()
    head = (
        b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: %d\r\n\r\n"
    )

    def queued(port, rows):
        until = time.monotonic() + 30
        while f"augment_queue_texts {rows:.1f}".encode() not in ask(port, path="/metrics")[1]:
            assert time.monotonic() < until
            time.sleep(0.02)

    with (
        serving(str(made / "single"), max_queue=40, max_texts=20) as port,
        ThreadPoolExecutor(2) as pool,
    ):
        under_way = pool.submit(ask, port, {"text": "a film"})
        assert slow.begun.wait(60)
        gone = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(2)]
        for one in gone:
            one.sendall(head % len(request) + request)
        queued(port, 40)
        assert ask(port, {"text": "a film"})[0] == 429
        for one in gone:
            one.close()
        queued(port, 0)
        stays = pool.submit(ask, port, {"texts": ["a film"] * 20})
        queued(port, 20)
        slow.set()
        assert under_way.result()[0] == stays.result()[0] == 200
        metrics = ask(port, path="/metrics")[1].decode()
        assert "augment_batch_texts_sum 21.0" in metrics
        assert re.search(r'^augment_requests_total\{.*status="499".*\} 2.0', metrics, re.M)


def test_a_stop_finishes_what_was_taken(made, slow):
    with ThreadPoolExecutor(4) as pool:
        with serving(str(made / "single")) as port:
            body = {"text": "the film was good"}
            jobs = [pool.submit(ask, port, body)]
            assert slow.begun.wait(60)  # the first is under way alone, so that the others queue up
            jobs += [pool.submit(ask, port, body) for _ in range(3)]
            until = time.monotonic() + 30
            while b"augment_queue_texts 3.0" not in ask(port, path="/metrics")[1]:
                assert time.monotonic() < until
                time.sleep(0.05)
            threading.Timer(0.3, slow.set).start()
        assert [job.result()[0] for job in jobs] == [200] * 4
        with pytest.raises(ConnectionRefusedError):
            ask(port, {"text": "a film"})


def test_the_token(made, monkeypatch):
    monkeypatch.setenv("AUGMENT_TOKEN", TOKEN)
    with serving(str(made / "single")) as port:
        assert ask(port, path="/health")[0] == 200
        for path in ("/labels", "/metrics", "/docs", "/openapi.json", "/nope"):
            assert ask(port, path=path)[0] == 401
        for wrong in ("", TOKEN, f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer é"):
            header = {**JSON, "Authorization": wrong.encode("latin-1")}
            status, said, headers = ask(port, {"text": "a film"}, headers=header)
            assert (status, said["field"]) == (401, "Authorization")
            assert headers["www-authenticate"] == "Bearer"
            assert TOKEN not in said["error"]
        for scheme in ("bearer", "BEARER ", "Bearer"):
            right = {**JSON, "Authorization": f"{scheme} {TOKEN}"}
            assert ask(port, path="/labels", headers=right)[0] == 200
        assert ask(port, {"text": "a film"}, headers=right)[0] == 200
        assert ask(port, path="/openapi.json", headers=right)[1]["security"] == [{"token": []}]


def test_the_log_holds_what_happened_and_no_text(made, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    compute = ServedModel.__call__

    def fails(self, rows):
        if "zebra 2" in rows[0]:
            raise ValueError(f"cannot compute {rows}")
        return compute(self, rows)

    monkeypatch.setattr(ServedModel, "__call__", fails)
    with serving(str(made / "single"), quiet=False) as port:
        assert ask(port, {"text": "zebra 1"})[0] == 200
        status, said, _ = ask(port, {"text": "zebra 2"})
        assert status == 500
        assert "zebra" not in str(said)
        assert ask(port, b'{"zebra 3": }')[0] == 400
        assert ask(port, path="/zebra4?zebra=5", method="DELETE")[0] == 404
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            client.sendall(b"zebra 6 \x00\r\n\r\n")
            client.recv(1000)
    text = stream.getvalue()
    assert "zebra" not in text.lower()
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines][:2] == ["start", "request"]
    assert lines[-1]["event"] == "stop"
    requests = [line for line in lines if line["event"] == "request"]
    assert [line["status"] for line in requests[:3]] == [200, 500, 400]
    assert requests[0]["texts"] == 1
    assert requests[3]["path"] == "other"
    [failure] = [line for line in lines if line["event"] == "failure"]
    assert failure["error"] == "ValueError"
    assert any(place.startswith("test_serving.py:") for place in failure["where"])


def test_quiet_logs_no_requests(made, monkeypatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    with serving(str(made / "single")) as port:
        ask(port, {"text": "a film"})
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == [
        "start",
        "stop",
    ]


def test_bad_starts_are_one_line(made, tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("AUGMENT_TOKEN", raising=False)
    model = str(made / "single")

    def refused(*args):
        assert main(["serve", *args]) == 2
        out, err = capsys.readouterr()
        assert not out
        assert err.count("\n") == 1
        return err

    assert "a model is wanted" in refused()
    assert "no such folder" in refused(str(tmp_path / "none"), "--port", "0")
    assert "no config.json" in refused(str(tmp_path), "--port", "0")
    assert "head was never trained" in refused(str(made / "encoder"), "--port", "0")
    assert "AUGMENT_TOKEN" in refused(model, "--host", "0.0.0.0")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert "is in use" in refused(model, "--port", str(taken.getsockname()[1]))
    assert "--host" in refused(model, "--host", "203.0.113.7", "--port", "0", *token(monkeypatch))


def token(monkeypatch):
    monkeypatch.setenv("AUGMENT_TOKEN", TOKEN)
    return ()


def test_classes_without_names_are_refused(made, renamed, capsys):
    nameless = renamed(made / "single", "LABEL_0", "LABEL_1")
    assert main(["serve", nameless, "--port", "0"]) == 2
    assert "have no names" in capsys.readouterr().err


def test_formats_are_timed_on_the_longest_samples(made, monkeypatch):
    seen = []
    compute = ServedModel._compute

    def watched(self, table, rows, *rest):
        seen.append(table.lengths[rows].sum())
        return compute(self, table, rows, *rest)

    monkeypatch.setattr(serving_model, "choose_precision", lambda wanted, device: "bf16")
    monkeypatch.setattr(ServedModel, "_compute", watched)
    model = ServedModel(load_saved(made / "single"), device="cpu")
    assert len(model.trials) == 2
    # The last passes are the timed ones; a third of the rows, and most of the tokens.
    assert len(set(seen[-4:])) == 1
    assert seen[-1] > 0.5 * seen[0]


def test_a_faster_format_must_give_the_same_labels(made, monkeypatch):
    saved = load_saved(made / "single")
    monkeypatch.setattr(serving_model, "choose_precision", lambda wanted, device: "fp32")
    monkeypatch.setattr(serving_model.FormatTrial, "gains", lambda self, plain: True)
    right = ServedModel(saved, device="cpu")
    assert [trial.name for trial in right.trials] == ["fp32", "int8"]
    assert right.trials[0].same
    assert right.format == ("int8" if right.trials[1].same else "fp32")
    exact = serving_model.int8_model

    def turned(model):
        made = exact(model)
        with torch.no_grad():
            made.bert.embeddings.word_embeddings.weight.neg_()
        return made

    monkeypatch.setattr(serving_model, "int8_model", turned)
    wrong = ServedModel(saved, device="cpu")
    assert wrong.trials[1].labels_kept < SAMPLES or wrong.trials[1].most_shift > 0.02
    assert wrong.format == "fp32"


def test_signals_end_the_command_in_order(made):
    """SIGTERM ends with exit code 0, the last line logged, and the port free."""
    command = [sys.executable, "-m", "augment", "serve", str(made / "single"), "--port", "0"]
    process = subprocess.Popen(
        [*command, "--json", "--precision", "fp32"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "AUGMENT_TOKEN": ""},
    )
    try:
        found = json.loads(process.stdout.readline())
        assert found["labels"] == ["<neg>", "pos"]
        assert found["needs_token"] is False
        port = int(found["url"].rpartition(":")[2])
        assert ask(port, {"text": "a film"})[0] == 200
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 0, err
    assert json.loads(err.splitlines()[-1])["event"] == "stop"


def test_the_log_gives_loggers_back():
    import logging

    logger = logging.getLogger("uvicorn.error")
    before = (logger.handlers, logger.level, logger.propagate)
    with LogLines(io.StringIO()):
        assert logger.handlers is not before[0]
    assert (logger.handlers, logger.level, logger.propagate) == before

"""Ten thousand malformed requests: no 5xx, no crash, nothing of a text in the log."""

from __future__ import annotations

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
from collections import Counter

import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
pytest.importorskip("prometheus_client")

from augment.train.testing import tiny_encoder
from augment.train.train_model import train_model

#: Part of every text sent; must be in no line of the log and in no error answer.
SECRET = "zqxSecret"
JSON = "application/json"
PATHS = ["/predict"] * 12 + [
    "/health",
    "/labels",
    "/metrics",
    "/docs",
    "/",
    "/" + SECRET,
    "//predict",
]
METHODS = ["POST"] * 12 + ["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", SECRET]


def json_value(draw: random.Random, depth: int = 0):
    """Give any JSON value, or nearly one: NaN and halves of surrogate pairs too."""
    kinds = ["text"] * 3 + ["number", "constant"] + ["list", "object"] * (depth < 4)
    kind = draw.choice(kinds)
    if kind == "text":
        odd = draw.choice(
            ["", " ", "\x00", "\ud800", "\udfff\ud800", "😀", "\u202e", "é", "a" * 30_000]
        )
        return draw.choice([SECRET, SECRET + odd, odd + SECRET, odd])
    if kind == "number":
        return draw.choice([0, -1, 7, 1e308, float("nan"), float("inf"), 10**400, 0.1])
    if kind == "constant":
        return draw.choice([None, True, False])
    if kind == "list":
        if not draw.randrange(5):
            return [SECRET] * 300
        return [json_value(draw, depth + 1) for _ in range(draw.randrange(4))]
    keys = ["text", "texts", "text_pair", SECRET, ""]
    return {draw.choice(keys): json_value(draw, depth + 1) for _ in range(draw.randrange(4))}


def body(draw: random.Random) -> bytes:
    """Give a body: a JSON value, broken JSON, deep nesting, or noise."""
    kind = draw.randrange(10)
    if kind == 0:
        return draw.randbytes(draw.randrange(200))
    if kind == 1:
        opening = draw.choice([b"[", b'{"text":', b'{"texts":[', b'["'])
        return opening * draw.choice([10, 1000, 50_000])
    text = json.dumps(
        json_value(draw)
        if kind == 2
        else {
            draw.choice(["text", "texts", "text_pair", "txt"]): json_value(draw)
            for _ in range(draw.choice([1, 1, 2]))
        }
    )
    found = bytearray(text, "ascii")
    if kind in (3, 4) and found:  # some bytes changed
        for _ in range(draw.randrange(1, 4)):
            found[draw.randrange(len(found))] = draw.randrange(256)
    if kind == 5:
        del found[draw.randrange(len(found)) :]
    if kind == 6:
        encoding = draw.choice(["utf-16", "utf-32", "utf-8-sig", "cp500"])
        return text.encode(encoding)
    return bytes(found)


def headers(draw: random.Random) -> dict[str, str]:
    """Give headers, most of them right."""
    found = {
        "Content-Type": draw.choice([JSON] * 9 + ["", "text/plain", SECRET, JSON + ";charset=x"])
    }
    if not draw.randrange(9):
        found["Host"] = draw.choice(
            ["", "evil.example", "127.0.0.1:x", "[::1", "localhost", SECRET]
        )
    if not draw.randrange(9):
        found["Content-Encoding"] = draw.choice(["gzip", "br", SECRET])
    if not draw.randrange(9):
        found["Authorization"] = draw.choice(["", "Bearer", f"Basic {SECRET}"])
    return found


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Run the command; gives its port, its process and its log."""
    folder = tmp_path_factory.mktemp("fuzz")
    words = ["good", "bad", "film", *map(str, range(40))]
    encoder = str(tiny_encoder(folder / "encoder", words))
    frame = pd.DataFrame(
        {
            "text": [f"{('good', 'bad')[i % 2]} film {i}" for i in range(40)],
            "label": [("pos", "neg")[i % 2] for i in range(40)],
        }
    )
    options = {"device": "cpu", "precision": "fp32", "steps": 30, "batch_size": 8}
    train_model(frame, model=encoder, out=folder / "model", **options)
    command = [sys.executable, "-m", "augment", "serve", str(folder / "model"), "--port", "0"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--json", "--max-chars", "25000"],
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "AUGMENT_TOKEN": ""},
        )
        try:
            url = json.loads(process.stdout.readline())["url"]
            yield int(url.rpartition(":")[2]), process, folder / "log"
            process.send_signal(signal.SIGTERM)
            assert process.wait(60) == 0
        finally:
            process.kill()
            process.stdout.close()


def send(port: int, draw: random.Random, connection: http.client.HTTPConnection | None):
    """Send one request; gives status, answer, and the connection while it lasts."""
    connection = connection or http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    content = body(draw)
    method, path = draw.choice(METHODS), draw.choice(PATHS)
    chunked = not draw.randrange(5)
    try:
        connection.request(
            method,
            path,
            iter([content]) if chunked else content,
            headers(draw),
            encode_chunked=chunked,
        )
        answer = connection.getresponse()
        found = answer.read()
        if answer.will_close:
            connection.close()
            return answer.status, found, None
        return answer.status, found, connection
    except (http.client.HTTPException, OSError):
        connection.close()  # refused by the parser of HTTP, which closes at once
        return 0, b"", None


def fuzz(server, n: int, seed: int) -> Counter[int]:
    port, process, log = server
    draw = random.Random(seed)
    connection, statuses = None, Counter()
    for _ in range(n):
        status, found, connection = send(port, draw, connection)
        statuses[status] += 1
        assert status < 500, (status, found[:200])
        if status >= 400 and found and found != b"Invalid HTTP request received.":
            said = json.loads(found)
            assert set(said) == {"error", "field"}
            assert SECRET not in said["error"]
    if connection is not None:
        connection.close()
    assert process.poll() is None
    assert SECRET.lower() not in log.read_text(encoding="utf-8").lower()
    assert '"failure"' not in log.read_text(encoding="utf-8")
    return statuses


def test_malformed_requests(server):
    statuses = fuzz(server, 400, seed=1)
    assert {200, 400, 403, 404, 405, 415, 422} <= set(statuses)
    assert statuses[0] < 100


@pytest.mark.slow
def test_ten_thousand_malformed_requests(server):
    statuses = fuzz(server, 10_000, seed=2)
    assert statuses[0] < 2_000
    assert statuses[400] > 500
    assert statuses[422] > 500


def test_what_is_no_http_at_all(server):
    port, process, log = server
    draw = random.Random(3)
    for start in (
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00" + SECRET.encode(),
        *(draw.randbytes(draw.randrange(1, 3000)) for _ in range(30)),
    ):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            client.sendall(start)
            client.shutdown(socket.SHUT_WR)
            first = client.recv(12)
            assert not first or first.startswith(b"HTTP/1.1 4"), (start, first)
    assert process.poll() is None
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/predict", b'{"text": "good film"}', {"Content-Type": JSON})
    assert connection.getresponse().status == 200
    connection.close()
    assert SECRET not in log.read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_description_says_what_the_server_does(server):
    """Schemathesis: requests drawn from the OpenAPI description, right ones and wrong ones."""
    if (tool := shutil.which("schemathesis")) is None:
        pytest.skip("schemathesis is not installed")
    port, process, _ = server
    done = subprocess.run(
        [
            *(tool, "run", f"http://127.0.0.1:{port}/openapi.json"),
            *("--max-examples", "100", "--seed", "1", "--no-color", "--mode", "all"),
            *("--phases", "examples,coverage,fuzzing", "--max-time", "60"),
            *(
                "--checks",
                "not_a_server_error,status_code_conformance,content_type_conformance,"
                "response_schema_conformance,negative_data_rejection,positive_data_acceptance,"
                "unsupported_method",
            ),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert process.poll() is None

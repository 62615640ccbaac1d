"""The server of a review: who may ask, what is answered, and what never leaves the machine."""

import http.client
import json
import socket
import threading

import pytest

from augment.cli import main
from augment.datasets.formats.table_writer import TableWriter
from augment.datasets.review.review import ReviewConfig
from augment.datasets.review.server import HOST, MOST_BYTES, ReviewServer
from augment.datasets.review.session import ReviewSession
from augment.records import AUG_COLUMNS


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "out.csv"
    with TableWriter(path, ("text", "label", *AUG_COLUMNS)) as out:
        for n in range(4):
            out.write((f"a good film {n}", "x", str(n), n, "original", "", "", None, None))
        for n in range(4):
            row = (f"a fine film {n}", "x", f"{n}:es", n, "backtranslation", "es", "fake")
            out.write((*row, 0.9, 0.3))
    return path


@pytest.fixture
def server(table):
    session = ReviewSession(ReviewConfig(input=table))
    with ReviewServer(session) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
    session.close()


def ask(server, path, *, method="GET", body=None, token=None, **headers):
    connection = http.client.HTTPConnection(HOST, server.server_port, timeout=10)
    where = f"/{server.token if token is None else token}/{path}"
    data = json.dumps(body) if isinstance(body, dict) else body
    connection.request(method, where, data, headers)
    response = connection.getresponse()
    raw = response.read()
    connection.close()
    return response, raw


def post(server, body, **headers):
    origin = f"http://{HOST}:{server.server_port}"
    headers = {"Origin": origin, "Content-Type": "application/json", **headers}
    return ask(server, "api/decide", method="POST", body=body, **headers)


def decision(number=0, verdict="refuse"):
    return {
        "number": number,
        "generation": 1,
        "decision": {"verdict": verdict, "text": ""},
        "was": {"verdict": "", "text": ""},
    }


def test_the_page_and_its_parts(server):
    for name in ("", "page.css", "review.css", "review.js", "cards.js"):
        response, raw = ask(server, name)
        assert response.status == 200, name
        assert len(raw) > 500
        assert b"http://" not in raw.replace(b"http://www.w3.org", b"")
        assert b"https://" not in raw
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        assert "unsafe" not in response.headers["Content-Security-Policy"]
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"


def test_only_this_machine_is_listened_to(server):
    assert server.server_address[0] == "127.0.0.1"


def test_a_decision_is_taken_and_saved(server, table):
    response, raw = post(server, decision())
    assert response.status == 200
    assert json.loads(raw)["taken"] is True
    (line,) = table.with_name("out.review.jsonl").read_text().splitlines()
    assert json.loads(line)["aug_id"] == "0:es"
    _, raw = ask(server, "api/items?decision=refuse&size=10")
    assert [item["id"] for item in json.loads(raw)["items"]] == ["0:es"]
    for bounds, count in (("min_similarity=0.95", 0), ("max_similarity=0.95&min_change=0.3", 4)):
        _, raw = ask(server, f"api/items?{bounds}")
        assert json.loads(raw)["total"] == count
    _, raw = ask(server, "api/next?after=0")
    assert json.loads(raw) == {"place": 1}


REFUSED = [
    # headers, token, status: each alone must keep a request out
    ({}, "", 404),
    ({}, "wrong", 404),
    ({"Host": "evil.example"}, None, 421),
    ({"Host": "evil.example:4446"}, None, 421),
    ({"Host": "127.0.0.1.evil.example"}, None, 421),
    ({"Origin": "http://evil.example"}, None, 403),
    ({"Origin": "null"}, None, 403),
    ({"Origin": "http://127.0.0.1:1"}, None, 403),
    ({"Content-Type": "text/plain"}, None, 415),
    ({"Sec-Fetch-Site": "cross-site"}, None, 403),
]


@pytest.mark.parametrize(("headers", "token", "status"), REFUSED)
def test_requests_of_others_are_refused(server, table, headers, token, status):
    origin = f"http://{HOST}:{server.server_port}"
    headers = {"Origin": origin, "Content-Type": "application/json", **headers}
    response, raw = ask(
        server, "api/decide", method="POST", body=decision(), token=token, **headers
    )
    assert response.status == status
    assert b"good film" not in raw
    assert not table.with_name("out.review.jsonl").exists()


def test_a_post_without_an_origin_is_refused(server):
    headers = {"Content-Type": "application/json"}
    response, _ = ask(server, "api/decide", method="POST", body=decision(), **headers)
    assert response.status == 403


@pytest.mark.parametrize("path", ["api/about", "api/items", "review.js", ""])
def test_reading_needs_the_token_and_the_host_too(server, path):
    assert ask(server, path, token="x" * 32)[0].status == 404
    assert ask(server, path, Host="evil.example")[0].status == 421


def test_a_forwarded_port_works(server):
    host = "localhost:9999"
    response, _ = post(server, decision(), Host=host, Origin=f"http://{host}")
    assert response.status == 200


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("api/items?min_change=x", "min_change is 'x'"),
        ("api/items?colour=red", "no filter 'colour'"),
        ("api/items?start=x", "start is 'x'"),
        ("api/items?sort=x", "least-similar"),
    ],
)
def test_bad_questions_are_answered(server, path, said):
    response, raw = ask(server, path)
    assert response.status == 400
    assert said in json.loads(raw)["error"]


@pytest.mark.parametrize("path", ["nothing", "../review.py", "%2e%2e/review.py", "api/decide"])
def test_nothing_else_is_served(server, path):
    assert ask(server, path)[0].status == 404


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "[" * 100_000,
        "[]",
        "{}",
        json.dumps(decision(number=True)),
        json.dumps(decision(number=99)),
        json.dumps(decision(verdict="perhaps")),
        json.dumps(decision() | {"decision": {"verdict": 7}}),
        json.dumps(decision() | {"decision": "refuse"}),
        json.dumps(decision() | {"decision": {"verdict": "edit", "text": "\ud800"}}),
    ],
)
def test_bad_decisions_are_answered_and_the_server_goes_on(server, table, body):
    response, raw = post(server, body)
    assert response.status == 400
    assert json.loads(raw)["error"]
    assert not table.with_name("out.review.jsonl").exists()
    assert post(server, decision())[0].status == 200


@pytest.mark.parametrize("length", [str(MOST_BYTES + 1), "9" * 5_000], ids=["a byte", "far"])
def test_a_request_that_is_too_large_is_not_read(server, length):
    assert post(server, None, **{"Content-Length": length})[0].status == 413


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE"])
def test_other_methods_are_refused_as_everything_else(server, method):
    response, raw = ask(server, "", method=method)
    assert response.status == 501
    assert response.headers["Content-Type"] == "application/json"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert (raw == b"") == (method == "HEAD")
    assert raw == b"" or json.loads(raw)["error"] == f"Unsupported method ({method!r})"


@pytest.mark.parametrize(
    ("line", "status"),
    [("\0\1", 400), ("GET / HTTP/9", 400), ("GET http://[::/ HTTP/1.1\r\nHost: 127.0.0.1", 400)],
)
def test_what_is_no_request_is_answered_in_json_and_nothing_printed(server, capfd, line, status):
    with socket.create_connection((HOST, server.server_port), timeout=10) as connection:
        connection.sendall(f"{line}\r\n\r\n".encode())
        head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"Content-Security-Policy" in head
    assert json.loads(body)["error"]
    assert capfd.readouterr().err == ""


def test_a_damaged_review_file_is_said_and_left_alone(server, table):
    path = table.with_name("out.review.jsonl")
    path.write_text("what is this\n")
    response, raw = post(server, decision())
    assert response.status == 400
    assert "line 1: no decision" in json.loads(raw)["error"]
    assert path.read_text() == "what is this\n"


def test_a_port_in_use_gets_one_line(server, table, capsys):
    port = str(server.server_port)
    assert main(["review", str(table), "--port", port, "--no-browser"]) == 2
    err = capsys.readouterr().err
    assert f"port {port} is in use" in err
    assert "--port" in err
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("screen", "options", "opened"), [("1", [], 1), ("", [], 0), ("1", ["--no-browser"], 0)]
)
def test_the_browser_is_opened_where_there_is_a_screen(
    table, monkeypatch, capsys, screen, options, opened
):
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    if screen:
        monkeypatch.setenv("DISPLAY", ":0")
    seen = []
    monkeypatch.setattr("webbrowser.open", seen.append)

    def stopped(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(ReviewServer, "serve_forever", stopped)
    assert main(["review", str(table), "--port", "0", *options]) == 0
    out, err = capsys.readouterr()
    assert "0 of 4 paraphrases decided" in out
    assert len(seen) == opened
    assert all(url in err for url in seen)

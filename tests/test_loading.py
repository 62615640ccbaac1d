"""Loading a model by its name on the hub: from the hub, from the cache, and where neither helps."""

import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest

pytest.importorskip("transformers")

from augment.train.testing import tiny_encoder

COMMIT = "0" * 40
#: Loads a model and tells where its vectors and its revision come from.
LOAD = """
import json, sys
from augment.train.encoder import load_encoder
try:
    encoder = load_encoder("me/tiny", labels=("neg", "pos"))
    print(json.dumps({"revision": encoder.revision}))
except ValueError as error:
    print(json.dumps({"error": str(error)}))
"""


@pytest.fixture
def served():
    """Start a server; gives its address and the requests or connections that came."""
    servers = []

    def start(kind, handler):
        server = kind(("127.0.0.1", 0), handler)
        server.came = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}", server.came

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def away(served):
    """A hub that takes every connection and hangs up."""

    class HangUp(BaseRequestHandler):
        def handle(self):
            self.server.came.append(self.client_address)

    return served(ThreadingTCPServer, HangUp)


def cached(folder):
    """Write a model as the hub's library keeps what it has fetched."""
    model = folder / "models--me--tiny"
    tiny_encoder(model / "snapshots" / COMMIT, ["good", "bad"])
    (model / "refs").mkdir()
    (model / "refs" / "main").write_text(COMMIT)


def load(endpoint, cache, **environment):
    """Load the model in a process of its own: the hub's library reads its settings once."""
    settings = {"HF_ENDPOINT": endpoint, "HF_HUB_CACHE": str(cache), **environment}
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_without_a_hub_the_copy_in_the_cache_is_taken(away, tmp_path):
    cached(tmp_path)
    address, came = away
    assert load(address, tmp_path) == {"revision": COMMIT}
    assert len(came) == 1


def test_neither_hub_nor_copy(away, tmp_path):
    address, came = away
    error = load(address, tmp_path)["error"]
    assert "model='me/tiny'" in error
    assert "not in the local cache, and the hub gave no answer: RemoteProtocolError" in error
    assert "give 'minilm' or a folder" in error
    assert len(came) == 1


def test_a_hub_that_answers_is_asked_for_the_model(served, tmp_path):
    class NoSuchModel(BaseHTTPRequestHandler):
        def do_HEAD(self):
            self.server.came.append(self.path)
            self.send_response(404)
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, *args):
            pass

    address, came = served(HTTPServer, NoSuchModel)
    assert "the model hub gave no such model" in load(address, tmp_path)["error"]
    assert any("me/tiny" in path for path in came)


def test_a_hub_that_must_not_be_asked_is_not(away, tmp_path):
    cached(tmp_path)
    address, came = away
    assert load(address, tmp_path, HF_HUB_OFFLINE="1") == {"revision": COMMIT}
    assert came == []

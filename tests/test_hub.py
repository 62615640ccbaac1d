"""The model hub, as a real HTTP server on this machine: names, revisions, interrupted fetches."""

import hashlib
import json
import os
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

#: Every step starts a process that loads the libraries.
pytestmark = pytest.mark.slow
REVISION = "0123456789abcdef0123456789abcdef01234567"
REPO = "Helsinki-NLP/opus-mt-tc-big-en-eo"


class Hub(ThreadingHTTPServer):
    """Serves one repository; its weights can be cut off in the middle, or be other ones."""

    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Page)
        self.files = {path.name: path.read_bytes() for path in folder.iterdir()}
        self.files["modeling_marian.py"] = b"raise SystemExit('code of the hub was run')"
        self.asked = []
        self.revision = REVISION
        self.stall = False
        self.sent_half = threading.Event()
        self.leaving = threading.Event()
        self.changed = {}

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class Page(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def do_HEAD(self):
        self.do_GET(body=False)

    def do_GET(self, body=True):
        hub = self.server
        path = self.path.partition("?")[0]
        if body:
            hub.asked.append(path)
        if found := re.fullmatch(rf"/{REPO}/resolve/(\w+)/(.+)", path):
            return self.file(found[2], body) if found[1] == REVISION else self.missing("Revision")
        if not path.startswith(f"/api/models/{REPO}"):
            return self.missing("Repo")
        if path.endswith("/revision/" + "f" * 40):
            return self.missing("Revision")
        siblings = [
            {"rfilename": name, "size": len(data), "blobId": name} | self.lfs(name, data)
            for name, data in hub.files.items()
        ]
        asked = path.rpartition("/revision/")[2] if "/revision/" in path else hub.revision
        about = {"id": REPO, "modelId": REPO, "sha": asked, "siblings": siblings, "private": False,
                 "tags": ["license:cc-by-4.0"], "downloads": 0, "likes": 0}  # fmt: skip
        self.send(json.dumps(about).encode(), "application/json", body=body)

    def lfs(self, name, data):
        if name != "model.safetensors":
            return {}
        digest = hashlib.sha256(data).hexdigest()
        return {"lfs": {"sha256": digest, "size": len(data), "pointerSize": 1}}

    def file(self, name, body):
        if name not in self.server.files:
            return self.missing("Entry")
        data = self.server.changed.get(name, self.server.files[name])
        start = 0
        if wanted := re.fullmatch(r"bytes=(\d+)-\d*", self.headers.get("Range", "")):
            start = int(wanted[1])
        stall = self.server.stall and name == "model.safetensors"
        self.send(data, "application/octet-stream", start, stall, body)

    def send(self, data, kind, start=0, stall=False, body=True):
        self.send_response(206 if start else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("ETag", f'"{hashlib.sha256(data).hexdigest()}"')
        self.send_header("X-Repo-Commit", REVISION)
        self.send_header("Accept-Ranges", "bytes")
        self.end_headers()
        if body:
            half = len(data) // 2 if stall else len(data)
            self.wfile.write(data[start:half])
            self.wfile.flush()
            if stall:
                self.server.sent_half.set()
                self.server.leaving.wait(120)
                self.close_connection = True

    def missing(self, what):
        self.send_response(404)
        self.send_header("X-Error-Code", f"{what}NotFound")
        self.send_header("X-Error-Message", f"{what} not found")
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def hub(untaught):
    server = Hub(untaught)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.leaving.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def augment(tmp_path, hub):
    """Run a command in a process of its own: the hub's address is read when its library loads."""

    def run(*arguments, code=0, killed_when=None):
        env = {
            **os.environ,
            "HF_ENDPOINT": hub.url,
            "HF_HUB_OFFLINE": "0",
            "HF_HOME": str(tmp_path / "hf"),
            "HF_HUB_DISABLE_PROGRESS_BARS": "1",
            "HF_HUB_DISABLE_XET": "1",
            "AUGMENT_MODELS": str(tmp_path / "home"),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "augment", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=env, cwd=tmp_path,
        )  # fmt: skip
        if killed_when is not None:
            assert killed_when.wait(240)
            process.kill()
        said = process.communicate(timeout=240)[0]
        assert process.returncode == code, said
        return said

    return run


def test_fetched_by_pair_interrupted_gone_on_with_and_never_half(augment, hub, tmp_path):
    """One story, since every step needs the one before it."""
    hub.stall = True
    augment("models", "fetch", "en-eo", code=-9, killed_when=hub.sent_half)
    assert "no models" in augment("models", "list")
    # The hub has moved on meanwhile; the fetch goes on at the revision with which it was begun.
    hub.stall, hub.revision = False, "e" * 40
    before = len(hub.asked)
    said = augment("models", "fetch", "en-eo")
    assert f"{REPO} at {REVISION[:12]}" in said
    assert "licence CC-BY-4.0" in said
    again = [path for path in hub.asked[before:] if "/resolve/" in path]
    assert [path.rpartition("/")[2] for path in again] == ["model.safetensors"]
    (about,) = json.loads(augment("models", "list", "--json").partition("\n]")[0] + "\n]")
    assert about["revision"] == REVISION
    assert about["licence"] == "CC-BY-4.0"
    assert about["name"] == REPO
    assert not [path for path in hub.asked if path.endswith(".py")]
    assert not list((tmp_path / "home" / ".fetch").iterdir())
    assert "is here already, whole" in augment("models", "fetch", "en-eo")
    # the pair's own name was looked for before the larger model's
    assert any(path.endswith("/opus-mt-en-eo") for path in hub.asked)


def test_other_weights_than_the_hub_promises_are_not_taken(augment, hub, tmp_path):
    data = bytearray(hub.files["model.safetensors"])
    data[-1] ^= 1
    hub.changed["model.safetensors"] = bytes(data)
    said = augment("models", "fetch", "en-eo", code=2)
    assert "came with another sha256 than the hub has of it" in said
    hub.changed.clear()
    assert "is ready" in augment("models", "fetch", "en-eo")


def test_what_the_hub_has_not(augment, hub):
    said = augment("models", "fetch", "fr-ko", code=2)
    assert "no model for 'fr-ko' on the hub (looked for Helsinki-NLP/opus-mt-fr-ko" in said
    said = augment("models", "fetch", REPO, "--revision", "f" * 40, code=2)
    assert f"has no revision '{'f' * 40}'" in said
    hub.shutdown()
    hub.server_close()
    said = augment("models", "fetch", "en-eo", code=1)
    assert "the model hub cannot be used" in said
    assert "augment models fetch en-eo --from FOLDER" in said

"""``augment serve`` under load, beside the same model behind a plain FastAPI handler.

    python benchmarks/serve_load.py [--seconds 60] [--clients 200] [--model MODEL] [--threads 1,2]

Needs ``wrk`` (``apt-get install wrk``). Without --model, the packaged MiniLM is fine-tuned for a
few steps on examples/reviews_en.csv. Every server runs alone, in turn: ours, then the plain one
with a ``def`` handler and with an ``async def`` handler; the factor is that to the better of the
two. Clients send one text per request, again as soon as they have the answer. Memory is the
resident size of the server, each second. The first prediction's time runs from the start of the
command to the answer of a request.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from machine import describe

HERE = Path(__file__).resolve().parent
RESULT = HERE / "results" / "serve_load.json"
REVIEWS = HERE.parent / "examples" / "reviews_en.csv"
#: wrk's side: the texts in rotation, and every status counted. One thread of wrk, one counter.
SCRIPT = """
local bodies = {}
for line in io.lines("BODIES") do bodies[#bodies + 1] = line end
local at, main = 0, nil
counts = ""
seen = {}
function setup(thread) main = thread end
function request()
  at = at % #bodies + 1
  return wrk.format("POST", "/predict", {["Content-Type"] = "application/json"}, bodies[at])
end
function response(status)
  seen[status] = (seen[status] or 0) + 1
  counts = ""
  for code, n in pairs(seen) do counts = counts .. code .. "=" .. n .. " " end
end
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format("RESULT %d %d %d %d %d %d %d %d %d %s\\n", summary.requests,
    summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    e.connect, e.read, e.write, e.timeout, main:get("counts")))
end
"""


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def ask(port: int, body: bytes, timeout: float = 5) -> int:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/predict", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=timeout) as answer:  # noqa: S310 - loopback
        return answer.status


@contextmanager
def running(command: list[str], port: int, body: bytes) -> Iterator[tuple[int, float]]:
    """Start a server; give its process number and the seconds until its first answer."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        while True:
            try:
                ask(port, body, timeout=60)
                break
            except OSError:
                if process.poll() is not None:
                    sys.exit(process.stderr.read().decode())
                time.sleep(0.02)
        yield process.pid, time.perf_counter() - start
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)


def resident_mb(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def load(name: str, command: list[str], port: int, args: argparse.Namespace, folder: Path) -> dict:
    """One server under load."""
    body = (folder / "bodies").read_bytes().splitlines()[0]
    wrk = ["wrk", "-t1", f"-c{args.clients}", "--timeout", "60s", "-s", str(folder / "load.lua")]
    url = f"http://127.0.0.1:{port}"
    with running(command, port, body) as (pid, first):
        # Everything warm, and the memory of so many connections taken, before it is measured.
        warm = [*wrk, f"-d{max(2, args.seconds // 10)}s", url]
        subprocess.run(warm, check=True, stdout=subprocess.DEVNULL)
        sizes, over = [resident_mb(pid)], threading.Event()

        def watch() -> None:
            while not over.wait(1):
                sizes.append(resident_mb(pid))

        watcher = threading.Thread(target=watch)
        watcher.start()
        done = subprocess.run(
            [*wrk, f"-d{args.seconds}s", url], check=True, capture_output=True, text=True
        )
        over.set()
        watcher.join()
        sizes.append(resident_mb(pid))
    found = re.search(r"^RESULT (.*)$", done.stdout, re.M)
    n, us, p50, p99, longest, *errors, _ = [*found[1].split(" ")[:9], ""]
    statuses = dict(part.split("=") for part in found[1].split(" ")[9:] if part)
    report = {
        "requests_per_s": round(int(n) / (int(us) / 1e6), 1),
        "p50_ms": round(int(p50) / 1000, 1),
        "p99_ms": round(int(p99) / 1000, 1),
        "longest_ms": round(int(longest) / 1000, 1),
        "statuses": {code: int(count) for code, count in sorted(statuses.items())},
        "socket_errors": sum(map(int, errors)),
        "first_prediction_s": round(first, 2),
        "memory_mb": {
            "start": round(sizes[0]),
            "middle": round(sizes[len(sizes) // 2]),
            "end": round(sizes[-1]),
        },
    }
    print(f"{name}: {json.dumps(report)}", flush=True)
    return report


def texts() -> list[str]:
    with REVIEWS.open(encoding="utf-8", newline="") as handle:
        return [row["text"] for row in csv.DictReader(handle) if row["text"].strip()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--model")
    parser.add_argument("--threads", default="", help="numbers to try; the default is also run")
    parser.add_argument("--no-result", action="store_true", help="do not write the result file")
    args = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("wrk is not installed: apt-get install wrk")
    augment = [sys.executable, "-m", "augment"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bodies = [json.dumps({"text": text}) for text in texts()]
        (folder / "bodies").write_text("\n".join(bodies) + "\n", encoding="utf-8")
        script = SCRIPT.replace("BODIES", str(folder / "bodies"))
        (folder / "load.lua").write_text(script, encoding="utf-8")
        model = args.model or str(folder / "reviews.model")
        if args.model is None:
            made = ["train", str(REVIEWS), "--text", "text", "--label", "label", "--out", model]
            options = ["--model", "minilm", "--steps", "20", "--quiet"]
            subprocess.run([*augment, *made, *options], check=True, stdout=subprocess.DEVNULL)
        sides = {}
        wanted = [None, *(int(n) for n in args.threads.split(",") if n)]
        for threads in wanted:
            port = free_port()
            more = [] if threads is None else ["--threads", str(threads)]
            command = [*augment, "serve", model, "--port", str(port), "--quiet", *more]
            label = "augment serve" + (f", {threads} threads" if threads else "")
            sides[label] = load(label, command, port, args, folder)
        for kind in ("def", "async"):
            port = free_port()
            command = [sys.executable, str(HERE / "serve_plain.py"), model, str(port), kind]
            sides[f"plain {kind}"] = load(f"plain {kind}", command, port, args, folder)
    ours = sides["augment serve"]["requests_per_s"]
    best = max(sides[f"plain {kind}"]["requests_per_s"] for kind in ("def", "async"))
    result = {
        "clients": args.clients,
        "seconds": args.seconds,
        "texts": len(bodies),
        "times_the_throughput": round(ours / best, 2) if best else None,
        "sides": sides,
        "load_before": os.getloadavg()[0],
        "machine": describe(),
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text)
    if not args.no_result:
        RESULT.write_text(text)


if __name__ == "__main__":
    main()

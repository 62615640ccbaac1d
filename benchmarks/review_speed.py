"""How long the review page waits: the answers of `augment review` over a large augmented table.

    python benchmarks/review_speed.py [ORIGINALS]

Makes a table of so many originals (20,000 by default) with one paraphrase each, a third of them
refused, and times over HTTP what the page asks for: opening, a page, a page far behind, a text
search, an order, a decision (saved to the disk), and applying. The median of several runs each.
"""

from __future__ import annotations

import http.client
import json
import random
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from machine import describe

from augment.datasets.formats.table_writer import TableWriter
from augment.datasets.review.apply import apply_review
from augment.datasets.review.review import ReviewConfig
from augment.datasets.review.server import HOST, ReviewServer
from augment.datasets.review.session import ReviewSession
from augment.records import AUG_COLUMNS, REJECTION_COLUMNS

RUNS = 9
RESULT = Path(__file__).parent / "results" / "review_speed.json"
WORDS = ("good", "bad", "old", "new", "film", "house", "city", "we", "saw", "never", "very")


def table(folder: Path, rows: int) -> Path:
    """Texts of 25 words; a paraphrase differs in two."""
    draw = random.Random(0)
    columns = ("text", "label", *AUG_COLUMNS)
    path = folder / "big.csv"
    texts = [" ".join(draw.choices(WORDS, k=24)) + f" {n}" for n in range(rows)]
    with (
        TableWriter(path, columns) as kept,
        TableWriter(folder / "big.rejected.csv", (*columns, *REJECTION_COLUMNS)) as refused,
    ):
        for n, text in enumerate(texts):
            kept.write((text, "ab"[n % 2], str(n), n, "original", "", "", None, None))
        for n, text in enumerate(texts):
            new = f"indeed {text} so"
            about = (f"{n}:es", n, "backtranslation", "es", "fake", draw.random(), draw.random())
            if n % 3:
                kept.write((new, "ab"[n % 2], *about))
            else:
                refused.write((new, "ab"[n % 2], *about, "length", "too long"))
    return path


def seconds(work: Callable[[int], object], runs: int = RUNS) -> float:
    """Median time of a few calls; each gets its number."""
    times = []
    for number in range(runs):
        start = time.perf_counter()
        work(number)
        times.append(time.perf_counter() - start)
    return round(statistics.median(times), 4)


def main() -> None:
    """Measure, print, and keep the numbers."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as name:
        path = table(Path(name), rows)
        start = time.perf_counter()
        session = ReviewSession(ReviewConfig(input=path))
        found: dict[str, object] = {
            "originals": rows,
            "open": round(time.perf_counter() - start, 3),
        }
        with ReviewServer(session) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            connection = http.client.HTTPConnection(HOST, server.server_port)

            def ask(address: str, body: object = None) -> dict[str, object]:
                origin = {"Origin": f"http://{HOST}:{server.server_port}"}
                headers = {**origin, "Content-Type": "application/json"}
                data = None if body is None else json.dumps(body)
                method = "GET" if body is None else "POST"
                connection.request(method, f"/{server.token}/api/{address}", data, headers)
                answer = connection.getresponse()
                assert answer.status == 200, answer.read()
                return dict(json.load(answer))

            def decide(number: int) -> None:
                nothing = {"verdict": "", "text": ""}
                refuse = {"verdict": "refuse", "text": ""}
                asked = {"number": number, "generation": 1, "decision": refuse, "was": nothing}
                assert ask("decide", asked)["taken"]

            found["page"] = seconds(lambda n: ask(f"items?start={n * 50}"))
            found["page far behind"] = seconds(lambda n: ask(f"items?start={rows - 50 * (n + 1)}"))
            found["new text search"] = seconds(lambda n: ask(f"items?search=city+{n}"))
            found["new class and score"] = seconds(
                lambda n: ask(f"items?label=a&min_similarity=0.{n + 1}")
            )
            found["decision"] = seconds(decide, 1000)
            found["page of undecided"] = seconds(lambda n: ask(f"items?decision=open&start={n}"))
            connection.close()
            server.shutdown()
        session.close()
        found["apply"] = seconds(lambda n: apply_review(path, force=True), 1)
    found["peak memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for key, value in found.items():
        print(f"{key:<22}{value}")
    RESULT.write_text(json.dumps({"machine": describe(), "seconds": found}, indent=2) + "\n")


if __name__ == "__main__":
    main()

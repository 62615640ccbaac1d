"""Time of the whole paraphrase filter against that of encoding its candidates with MiniLM alone.

    python benchmarks/filter_speed.py ../shared/data [--candidates 20000] [--rounds 3]

Candidates are Apertium's round trips through Spanish and Catalan, one to each original and pivot,
as the filter meets them. Both sides run in turns in one process: `encode` makes the vectors of the
candidates alone, as one would to rank them; `encode pairs` those of candidates and originals, which
any similarity needs; `filter` runs every check on the same candidates, encoding included. Processor
time beside the clock, since the clock also counts the neighbours' work. Afterwards each check is
timed alone over the candidates that reach it, in microseconds a candidate, and the growth of the
process over the second half of the candidates is told (memory flat).

Writes ``results/filter_speed.json``.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from filter_quality import through
from machine import describe

from augment.encoder import SentenceEncoder
from augment.filters import FilterChain, FilterSettings, Original, build_filters
from augment.planning import plan_round_trips
from augment.records import Candidate, Paraphrase

RESULTS = Path(__file__).parent / "results"
TABLES = ("xed/xed_en_emotion6.csv", "trec6/trec6.csv", "sst2/sst2_500.csv", "imdb/imdb_4k.csv")
LONGEST = 300  # characters: a line, a question, the first sentences of a review


def rows(data: Path, count: int) -> list[Original]:
    found: dict[str, str] = {}
    for name in TABLES:
        with (data / name).open(encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                found.setdefault(" ".join(row["text"].split())[:LONGEST], row["label"])
    texts = sorted(found.items())
    random.Random(0).shuffle(texts)
    return [Original(n, text, label) for n, (text, label) in enumerate(texts[:count])]


def timed(work: Callable[[], Any]) -> tuple[dict[str, float], Any]:
    clock, processor = time.perf_counter(), time.process_time()
    result = work()
    return {
        "seconds": round(time.perf_counter() - clock, 3),
        "processor seconds": round(time.process_time() - processor, 3),
    }, result


def fresh(originals: list[Original]) -> FilterChain:
    settings = FilterSettings(language="en", others=("es", "ca"))
    chain = FilterChain(build_filters(settings), settings)
    settings.meaning.encoder = SentenceEncoder()
    for original in originals:
        chain.see_original(original.text)
    chain.learn(originals)
    return chain


def by_check(originals: list[Original], candidates: list[Candidate]) -> dict[str, Any]:
    """Microseconds of each check a candidate that reaches it."""
    chain = fresh(originals)
    spent = {check.name: 0.0 for check in chain.filters}
    seen = dict.fromkeys(spent, 0)
    for check in chain.filters:
        check.check = _timing(check.check, check.name, spent, seen)  # type: ignore[method-assign]
    chain.apply(candidates)
    return {
        name: {"us": round(1e6 * spent[name] / max(1, seen[name]), 2), "candidates": seen[name]}
        for name in spent
    }


def _timing(check: Any, name: str, spent: dict[str, float], seen: dict[str, int]) -> Any:  # noqa: ANN401
    def timing(batch: Any) -> Any:  # noqa: ANN401
        start = time.process_time()
        found = check(batch)
        spent[name] += time.process_time() - start
        seen[name] += len(batch)
        return found

    return timing


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("--candidates", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    originals = rows(options.data, options.candidates // 2)
    candidates = [
        Candidate(c.source_id, c.original, c.text, pivot=c.pivot, marks=c.marks)
        for plan in plan_round_trips(("es", "ca"), "en", "apertium")
        for c in through(plan, [original.text for original in originals])
    ]
    texts = [candidate.text for candidate in candidates]
    pairs = [*texts, *(original.text for original in originals)]
    encoder = SentenceEncoder()
    sides: dict[str, list[dict[str, float]]] = {"encode": [], "encode pairs": [], "filter": []}
    kept = 0
    for _ in range(options.rounds):
        sides["encode"].append(timed(lambda: encoder.encode(texts))[0])
        sides["encode pairs"].append(timed(lambda: encoder.encode(pairs))[0])
        cost, results = timed(partial(fresh(originals).apply, candidates))
        sides["filter"].append(cost)
        kept = sum(isinstance(result, Paraphrase) for result in results)
    best = {side: min(run["processor seconds"] for run in runs) for side, runs in sides.items()}
    chain = fresh(originals)
    half = len(candidates) // 2
    chain.apply(candidates[:half])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    chain.apply(candidates[half:])
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    result = {
        "machine": describe(),
        "candidates": len(candidates),
        "originals": len(originals),
        "kept": kept,
        "rounds": sides,
        "filter over encode": round(best["filter"] / best["encode"], 3),
        "filter over encode pairs": round(best["filter"] / best["encode pairs"], 3),
        "grown over the second half, MiB": round(grown / 1024, 1),
        "by check": by_check(originals, candidates),
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "filter_speed.json"
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()

"""Time of the whole paraphrase filter against that of encoding its candidates with MiniLM alone.

    python benchmarks/filter_speed.py ../shared/data [--candidates 20000] [--rounds 3]

Candidates are Apertium's round trips through Spanish and Catalan, one to each original and pivot,
as the filter meets them. Three sides take turns over blocks of 512 candidates, in one process:
`encode` makes the vectors of the candidates alone; `encode pairs` those of candidates and
originals, which any similarity needs; `filter` runs every check on them, encoding included. Like
the filter, the two others compute the vector of an original once, with its first candidate.

The ratios are given in two readings: with two candidates to an original, as measured, and for the
originals' first candidates alone (one candidate each: every pair costs two encodings). Ratios are
of processor time, summed over the blocks; the clock, which also counts the neighbours' work, is
beside it. Afterwards each check is timed alone over the candidates that reach it, in microseconds
a candidate, and the growth of the process over the second half is told (memory flat).

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
BLOCK = 512
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


def one_round(
    originals: list[Original], blocks: list[list[Candidate]]
) -> tuple[dict[str, list[dict[str, float]]], int]:
    """Cost of each side on each block, the sides in turns; and how many the filter keeps."""
    encoder = SentenceEncoder()
    encoder.encode([original.text for original in originals[:BLOCK]])  # threads, caches
    chain = fresh(originals)
    seen: set[str] = set()
    costs: dict[str, list[dict[str, float]]] = {"encode": [], "encode pairs": [], "filter": []}
    kept = 0
    for block in blocks:
        texts = [candidate.text for candidate in block]
        new = [text for text in dict.fromkeys(c.original for c in block) if text not in seen]
        seen.update(new)
        costs["encode"].append(timed(partial(encoder.encode, texts))[0])
        costs["encode pairs"].append(timed(partial(encoder.encode, [*texts, *new]))[0])
        cost, results = timed(partial(chain.apply, block))
        costs["filter"].append(cost)
        kept += sum(isinstance(result, Paraphrase) for result in results)
    return costs, kept


def by_check(
    originals: list[Original], candidates: list[Candidate]
) -> tuple[dict[str, Any], float]:
    """Microseconds of each check a candidate that reaches it, and MiB grown at the peak."""
    chain = fresh(originals)
    spent = {check.name: 0.0 for check in chain.filters}
    seen = dict.fromkeys(spent, 0)
    for check in chain.filters:
        check.check = _timing(check.check, check.name, spent, seen)  # type: ignore[method-assign]
    chain.apply(candidates[: len(candidates) // 2])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    chain.apply(candidates[len(candidates) // 2 :])
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        name: {"us": round(1e6 * spent[name] / max(1, seen[name]), 2), "candidates": seen[name]}
        for name in spent
    }, round(grown / 1024, 1)


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
    texts = [original.text for original in originals]
    plans = plan_round_trips(("es", "ca"), "en", "apertium")
    by_pivot = [through(plan, texts) for plan in plans]
    candidates = [candidate for several in by_pivot for candidate in several]
    blocks = [one[at : at + BLOCK] for one in by_pivot for at in range(0, len(texts), BLOCK)]
    rounds = [one_round(originals, blocks) for _ in range(options.rounds)]
    costs, kept = rounds[0][0], rounds[0][1]
    sums = {
        name: {
            side: min(
                sum(cost["processor seconds"] for cost in one[side][part]) for one, _ in rounds
            )
            for side in costs
        }
        for name, part in (
            ("two candidates an original", slice(None)),
            ("one candidate an original", slice(len(blocks) // 2)),
        )
    }
    checks, grown = by_check(originals, candidates)
    result = {
        "machine": describe(),
        "candidates": len(candidates),
        "originals": len(originals),
        "kept": kept,
        "processor seconds, best round": {
            name: {side: round(value, 2) for side, value in part.items()}
            for name, part in sums.items()
        },
        "seconds by the clock": [
            {side: round(sum(cost["seconds"] for cost in one[side]), 2) for side in one}
            for one, _ in rounds
        ],
        "filter over encode": {
            name: round(part["filter"] / part["encode"], 3) for name, part in sums.items()
        },
        "filter over encode pairs": {
            name: round(part["filter"] / part["encode pairs"], 3) for name, part in sums.items()
        },
        "grown over the second half, MiB": grown,
        "by check": checks,
    }
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "filter_speed.json"
    path.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()

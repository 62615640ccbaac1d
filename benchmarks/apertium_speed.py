"""The main job's speed with Apertium, against the bare commands over the same lines.

    python benchmarks/apertium_speed.py ../shared/data

Both sides run in turn, several times; ratios are of medians. The bare side is
``apertium -u eng-spa | apertium -u spa-eng`` over a file with one sentence a line. Our side is one
call of the library in a fresh process: "translate and check" is the stage that the bare commands
are compared with (both legs, the store, every check but similarity, which the bare commands do not
have either); the whole call adds starting, reading, learning from the originals and writing. The
warm runs find translations and findings in the store. The rate with the similarity check is given
apart, for candidates judged for the first time and for the same ones again.
"""

from __future__ import annotations

import csv
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from machine import describe

ROWS = 5000
RUNS = 3
RESULT = Path(__file__).parent / "results" / "apertium_speed.json"


def sentences(data: Path) -> list[str]:
    """5,000 mixed sentences: news, everyday talk, questions, film reviews."""

    def column(name: str, field: str) -> list[str]:
        with (data / name).open(encoding="utf-8", newline="") as handle:
            return [" ".join(row[field].split()) for row in csv.DictReader(handle)]

    parts = [
        column("mt/flores_dev_en_fr_es_ca.csv", "en"),
        column("mt/tatoeba_eng_spa.csv", "eng")[:1500],
        column("trec6/trec6.csv", "text")[:1500],
        column("sst2/sst2_500.csv", "text")[:1500],
    ]
    unique = list(dict.fromkeys(text for part in parts for text in part if text))
    return unique[:ROWS]


def timed(command: list[str] | str, folder: Path) -> tuple[float, float]:
    """Wall-clock seconds of a command, and its greatest resident memory in MB."""
    start = time.perf_counter()
    shell = isinstance(command, str)
    process = subprocess.Popen(
        command,
        shell=shell,
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    _, said = process.communicate()
    if process.returncode:
        sys.exit(said)
    return time.perf_counter() - start, 0.0


IN_PROCESS = """
import json, resource, sys, time
import augment
options = dict(pivot="es", source="en", label="none", balance="none", force=True,
               no_filter=sys.argv[1].split(",") if sys.argv[1] else ())
start = time.perf_counter()
done = augment.back_translate("in.csv", **options)
seconds = time.perf_counter() - start
print(json.dumps({"seconds": seconds, "stages": done.manifest.seconds,
                  "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                  "kept": done.manifest.totals["kept"]}))
"""


def library(folder: Path, no_filter: str) -> dict:
    """One call of the library in a fresh process; its clock starts behind the imports."""
    done = subprocess.run(
        [sys.executable, "-c", IN_PROCESS, no_filter], cwd=folder, capture_output=True, text=True
    )
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def main() -> None:
    texts = sentences(Path(sys.argv[1]))
    rows = len(texts)
    bare, cold, warm = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "lines.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
        with (folder / "in.csv").open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle, lineterminator="\n")
            writer.writerow(["text"])
            writer.writerows([text] for text in texts)
        pipe = "apertium -u eng-spa < lines.txt | apertium -u spa-eng > back.txt"
        for _ in range(RUNS):
            (store := folder / ".augment" / "store.sqlite").unlink(missing_ok=True)
            for extra in ("-wal", "-shm"):
                Path(str(store) + extra).unlink(missing_ok=True)
            bare.append(timed(pipe, folder)[0])
            cold.append(library(folder, "similarity"))
            warm.append(library(folder, "similarity"))
        scored = [library(folder, "") for _ in range(2)]
    stage = "translate and check"

    def rate(runs: list[dict], part: str | None = None) -> float:
        seconds = (run["stages"][part] if part else run["seconds"] for run in runs)
        return rows / statistics.median(seconds)

    bare_rate = rows / statistics.median(bare)
    result = {
        "rows": rows,
        "runs": RUNS,
        "bare_rows_per_s": round(bare_rate),
        "cold": {
            "translate_and_check_rows_per_s": round(rate(cold, stage)),
            "to_bare": round(rate(cold, stage) / bare_rate, 3),
            "whole_call_rows_per_s": round(rate(cold)),
            "whole_call_to_bare": round(rate(cold) / bare_rate, 3),
        },
        "warm": {
            "translate_and_check_rows_per_s": round(rate(warm, stage)),
            "whole_call_rows_per_s": round(rate(warm)),
        },
        "with_similarity": {
            "first_judged_rows_per_s": round(rate(scored[:1], stage)),
            "judged_before_rows_per_s": round(rate(scored[1:], stage)),
        },
        "memory_mb_without_similarity": round(max(run["memory_mb"] for run in cold)),
        "kept": cold[-1]["kept"],
        "machine": describe(),
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

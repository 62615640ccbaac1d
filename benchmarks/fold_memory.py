"""Memory over fifty runs of one K-fold experiment: what a run takes must be given back.

    python benchmarks/fold_memory.py [--repeats 10]

Ten repeats of five folds on examples/reviews_en.csv, one arm, a few steps each, all in one process.
The resident memory is read when a run has ended; a thread also reads it ten times a second for the
peak. Writes ``results/fold_memory.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from machine import describe

from augment.train.kfold import runs
from augment.train.kfold.kfold import kfold_train

RESULT = Path(__file__).parent / "results" / "fold_memory.json"
REVIEWS = Path(__file__).resolve().parents[1] / "examples" / "reviews_en.csv"
FOLDS = 5


def resident_mb() -> float:
    """Resident memory of this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=10)
    repeats = parser.parse_args().repeats

    after: list[float] = []
    peaks: list[float] = []
    train_one = runs.RunSetup.run

    def run(self: runs.RunSetup, job: runs.Job, on_step: Callable[[], None]) -> runs.Unit:
        peaks.append(0.0)
        unit = train_one(self, job, on_step)
        after.append(resident_mb())
        return unit

    runs.RunSetup.run = run
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            if peaks:
                peaks[-1] = max(peaks[-1], resident_mb())

    threading.Thread(target=watch, daemon=True).start()
    with tempfile.TemporaryDirectory() as out:
        options = {"folds": FOLDS, "repeats": repeats, "arms": "original", "steps": 6}
        kfold_train(REVIEWS, **options, workers=1, out=Path(out) / "run")
    ended.set()
    result = {
        "runs": len(after),
        "after_run_mb": [round(mb, 1) for mb in after],
        "after_run_5_mb": round(after[4], 1),
        "after_last_run_mb": round(after[-1], 1),
        "growth_mb": round(after[-1] - after[4], 1),
        "peak_of_runs_2_to_10_mb": round(max(peaks[1:10]), 1),
        "peak_of_last_10_mb": round(max(peaks[-10:]), 1),
        "machine": describe(),
    }
    RESULT.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()

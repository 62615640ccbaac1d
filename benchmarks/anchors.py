"""Accuracy anchors: MiniLM with the defaults on real tables, each against the score it must reach.

    python benchmarks/anchors.py trec            one anchor, by name
    python benchmarks/anchors.py                 all of them, one after another
    python benchmarks/anchors.py trec --epochs 1 a quick look; the result is not kept

The tables lie in ../shared/data. Results are kept in benchmarks/results/anchors.json, by name.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
from machine import describe

from augment.progress import LineProgress
from augment.train.kfold.kfold import kfold_train
from augment.train.train_model import train_model

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
RESULTS = Path(__file__).parent / "results" / "anchors.json"


def official_split(path: str, label: str, metric: str, options: dict[str, Any]) -> float:
    """Train on the table's training part and score on its test part."""
    frame = pd.read_csv(DATA / path, dtype=str, keep_default_na=False)
    with tempfile.TemporaryDirectory() as folder:
        test = Path(folder) / "test.csv"
        of_test = frame["split"] == "test"
        frame.loc[of_test, ["text", label]].to_csv(test, index=False)
        trained = train_model(
            frame.loc[~of_test, ["text", label]],
            text="text",
            label=label,
            valid=test,
            progress=LineProgress(),
            **options,
        )
    found = getattr(trained.validation, metric)
    low, high = trained.validation.ci95[metric]
    print(f"  95 % interval over the test rows: {low:.3f} to {high:.3f}")
    return float(found)


def folds(path: str, label: str, metric: str, options: dict[str, Any]) -> float:
    """Mean score of the originals over five grouped folds."""
    frame = pd.read_csv(DATA / path, dtype=str, keep_default_na=False)[["text", label]]
    result = kfold_train(
        frame, text="text", label=label, arms=("original",), progress=LineProgress(), **options
    )
    return result.arms["original"].mean(metric)


#: name -> (how, table, label column, metric, score to reach, where that number comes from)
ANCHORS = {
    "trec": (official_split, "trec6/trec6.csv", "label", "accuracy", 0.95, "issue 5"),
    "imdb": (official_split, "imdb/imdb_4k.csv", "label", "accuracy", 0.85, "issue 5"),
    "ratings": (official_split, "imdb/imdb_4k.csv", "rating", "accuracy", 0.40, "issue 5"),
    "sms": (folds, "sms_spam/sms_spam.csv", "label", "macro_f1", 0.975, "issue 5"),
    "origin": (
        *(folds, "movies/netflix_movie_origin6.csv", "label", "macro_f1"),
        *(0.376, "TF-IDF and logistic regression (0.326) + 0.05"),
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ANCHORS))
    parser.add_argument("--epochs", type=float, help="fewer, for a quick look")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    options: dict[str, Any] = {"seed": given.seed}
    if given.epochs:
        options["epochs"] = given.epochs
    for name in given.names or ANCHORS:
        how, path, label, metric, wanted, source = ANCHORS[name]
        print(f"{name}: {path}, {label}", flush=True)
        started = time.perf_counter()
        found = how(path, label, metric, options)
        seconds = time.perf_counter() - started
        reached = "reached" if found >= wanted else "NOT reached"
        print(
            f"{name}: {metric} {found:.4f}, wanted {wanted} ({source}): {reached}; {seconds:.0f} s"
        )
        if given.epochs:
            continue
        kept = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
        kept[name] = {
            "table": path,
            "label": label,
            "metric": metric,
            "score": round(found, 4),
            "wanted": wanted,
            "reached": found >= wanted,
            "seed": given.seed,
            "seconds": round(seconds),
            "machine": describe(),
        }
        RESULTS.write_text(json.dumps(kept, indent=2) + "\n")


if __name__ == "__main__":
    main()

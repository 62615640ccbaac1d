"""Why the control matters: a gain that is none, on 60 questions of TREC.

Ten questions of each class, their Apertium round trips through several pivots, unfiltered, all in
one pool (``--share natural``), few epochs: the augmented arm takes several times as many
optimizer steps as the original arm, and looks like a large gain. Against repeated originals at
the same number of steps little or nothing is left, or less than nothing.

    python benchmarks/fair_control.py                  # several subsets, written to results/
    python benchmarks/fair_control.py --out DIR        # one subset, with its report, to look at
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from trec_rows import DATA, augmented, sample

from augment.train.kfold.kfold import kfold_train
from augment.train.kfold.results import KFoldResult

RESULTS = Path(__file__).parent / "results"
ARMS = ("original", "oversampled", "augmented")


def experiment(options: argparse.Namespace, seed: int, out: Path | None = None) -> KFoldResult:
    """Run one subset."""
    table = pd.read_csv(DATA, dtype=str, keep_default_na=False)
    rows = augmented(sample(table, per_class=options.per_class, seed=seed), options.pivots)
    share = options.share if options.share == "natural" else float(options.share)
    return kfold_train(
        rows,
        text="text",
        label="label",
        metric="accuracy",
        share=share,
        epochs=options.epochs,
        lr=options.lr,
        folds=5,
        seed=seed,
        out=out,
        force=True,
    )


def spread(values: list[float]) -> tuple[float, float]:
    """Mean and its standard error over subsets."""
    return float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))


def markdown(report: dict[str, Any]) -> str:
    """Write the result as a page."""
    o = report["options"]
    lines = [
        "# A gain that is none",
        "",
        f"TREC, {o['per_class']} questions a class, unfiltered Apertium round trips through "
        f"{', '.join(o['pivots'])}, share {o['share']}, {o['epochs']:g} epochs, MiniLM, 5 folds, "
        f"{len(report['subsets'])} random subsets. Accuracy; differences in points.",
        "",
        "| subset | original | oversampled | augmented | naive: − original | fair: − oversampled |",
        "|---|---|---|---|---|---|",
        *(
            f"| {s['seed']} | {s['original']:.3f} | {s['oversampled']:.3f} | {s['augmented']:.3f} "
            f"| {100 * s['naive']:+.1f} | {100 * s['fair']:+.1f} |"
            for s in report["subsets"]
        ),
        "",
        f"Steps: original {report['steps']['original']}, the others "
        f"{report['steps']['augmented']}. Mean naive difference "
        f"{100 * report['naive'][0]:+.1f} points (standard error {100 * report['naive'][1]:.1f}); "
        f"mean fair difference {100 * report['fair'][0]:+.1f} "
        f"({100 * report['fair'][1]:.1f}).",
        "",
        "Made by `python benchmarks/fair_control.py`.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run the subsets and write the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--subsets", type=int, default=4)
    parser.add_argument("--per-class", type=int, default=10)
    parser.add_argument("--pivots", nargs="+", default=["es", "ca", "eo", "gl"])
    parser.add_argument("--share", default="natural")
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--lr", type=float, default=2e-4)
    parser.add_argument("--out", type=Path, help="run one subset and keep its report here")
    options = parser.parse_args()
    if options.out is not None:
        experiment(options, 1, options.out)
        print(options.out / "report.html")
        return
    subsets, steps = [], {}
    for seed in range(1, options.subsets + 1):
        started = time.perf_counter()
        result = experiment(options, seed)
        scores = {arm: result.arms[arm].mean("accuracy") for arm in ARMS}
        steps = {arm: result.arms[arm].units[0].steps for arm in ARMS}
        fair = scores["augmented"] - scores["oversampled"]
        naive = scores["augmented"] - scores["original"]
        subsets.append({"seed": seed, **scores, "naive": naive, "fair": fair})
        print(f"subset {seed}: {subsets[-1]}, {time.perf_counter() - started:.0f} s", flush=True)
    shown = {k: v for k, v in vars(options).items() if k not in ("out", "subsets")}
    report = {
        "options": shown,
        "steps": steps,
        "subsets": subsets,
        "naive": spread([s["naive"] for s in subsets]),
        "fair": spread([s["fair"] for s in subsets]),
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "fair_control.json").write_text(json.dumps(report, indent=2) + "\n")
    (RESULTS / "fair_control.md").write_text(markdown(report))
    print(markdown(report))


if __name__ == "__main__":
    main()

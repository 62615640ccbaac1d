"""Three real tables, end to end: new rows by Apertium, then K-fold with its defaults.

    nice python benchmarks/real_data.py ../shared/data

Writes ``results/real_data.md``: what was kept, the scores of the three arms, the difference that
most would report, and the one against the fair control.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import pandas as pd
from machine import describe

import augment
from augment.progress import LineProgress
from augment.train.kfold.comparison import Comparison
from augment.train.kfold.kfold import kfold_train
from augment.train.kfold.results import KFoldResult

RESULT = Path(__file__).parent / "results" / "real_data.md"
#: name -> (file, rows drawn or None for all, pivots, options of the K-fold run)
TABLES: dict[str, tuple[str, int | None, str, dict[str, object]]] = {
    "SST-2, 470 to 30": ("sst2/sst2_imbalanced_500.csv", None, "es,ca,eo", {}),
    "XED, French, 6 emotions": ("xed/xed_fr_emotion6.csv", 600, "es,ca,en", {}),
    "SMS, ham and spam": ("sms_spam/sms_spam.csv", 500, "es,ca", {}),
}


def difference(found: Comparison | None) -> str:
    """Points with their interval, as a cell."""
    if found is None:
        return ""
    low, high = (f"{100 * end:+.1f}".replace("-", "−") for end in found.ci95)
    gain = f"{100 * found.gain:+.1f}".replace("-", "−")
    return f"{gain} [{low}, {high}], p = {found.p_value:.2f}"


def one(data: Path, name: str) -> tuple[str, str, str]:
    """Run a table; its lines of the two tables, and the sentence."""
    path, drawn, pivots, options = TABLES[name]
    frame = pd.read_csv(data / path, dtype=str, keep_default_na=False)[["text", "label"]]
    if drawn is not None:
        frame = frame.sample(drawn, random_state=0).reset_index(drop=True)
    done = augment.back_translate(
        frame, text="text", label="label", pivot=pivots, progress=LineProgress()
    )
    asked = sum(int(pivot["asked"]) for pivot in done.manifest.pivots.values())
    new = len(done.frame) - len(frame)
    began = time.perf_counter()
    found: KFoldResult = kfold_train(
        done.frame, text="text", label="label", progress=LineProgress(), **options
    )
    minutes = (time.perf_counter() - began) / 60
    scores = " | ".join(
        f"{found.arms[arm].mean('macro_f1'):.3f}"
        for arm in ("original", "oversampled", "augmented")
    )
    return (
        f"| {name} | `--pivot {pivots}` | {len(frame):,} | {new:,} of {asked:,} | {minutes:.0f} |",
        f"| {name} | {scores} | {difference(found.naive)} | {difference(found.comparison)} |",
        f"- {name}: {found.sentence}",
    )


def main() -> None:
    """Run all tables and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    lines = [one(parser.parse_args().data, name) for name in TABLES]
    machine = describe()
    page = [
        "# Three real tables, end to end",
        "",
        "Each table through `augment backtranslate` with Apertium, then through `augment "
        "kfold-train` (five folds, MiniLM), both with their defaults. Macro F1; differences in "
        f"points with 95 % intervals. {machine['cores']} cores, {machine['cpu']}.",
        "",
        "| table | command | originals | kept of asked | minutes of K-fold |",
        "|---|---|---|---|---|",
        *(line[0] for line in lines),
        "",
        "| table | original | oversampled | augmented | naive difference | fair difference |",
        "|---|---|---|---|---|---|",
        *(line[1] for line in lines),
        "",
        "What the reports say:",
        "",
        *(line[2] for line in lines),
        "",
        "Made by `python benchmarks/real_data.py`.",
    ]
    RESULT.write_text("\n".join(page) + "\n", encoding="utf-8")
    print("\n".join(page))


if __name__ == "__main__":
    main()

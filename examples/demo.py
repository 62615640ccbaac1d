"""What ``make demo`` runs: the main job on two small review tables, one English, one French.

Each table is enlarged and balanced by back-translation, and a K-fold experiment says whether the
new rows help. Everything is written to ``demo-out/``.
"""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "demo-out"
TABLES = (
    ("reviews_en.csv", ["--pivot", "es,ca,eo"], "text", "label"),
    ("reviews_fr.csv", ["--pivot", "es,ca"], "texte", "étiquette"),
)


def augment(*arguments: str) -> str:
    """Run one command as a user would; show it, let its progress through, give its stdout."""
    shown = " ".join(arguments).replace(str(HERE.parent) + "/", "")
    print(f"\n$ augment {shown}", flush=True)
    done = subprocess.run(  # noqa: S603 - this package's own command
        [sys.executable, "-m", "augment", *arguments], stdout=subprocess.PIPE, cwd=OUT, text=True
    )
    if done.returncode:
        sys.exit(done.returncode)
    return done.stdout


def three_paraphrases(table: Path, text: str, label: str) -> None:
    """Print three kept paraphrases beside their originals, spread over the new rows."""
    with table.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    originals = {row["aug_source_id"]: row[text] for row in rows if row["aug_method"] == "original"}
    short = [row for row in rows if row["aug_pivot"] and len(row[text]) < 160]
    for row in short[:: max(1, len(short) // 3)][:3]:
        similarity = float(row["aug_similarity"]) if row["aug_similarity"] else float("nan")
        print(f"\n  {row[label]}, through {row['aug_pivot']}, similarity {similarity:.2f}")
        for name, sentence in (("was", originals[row["aug_source_id"]]), ("now", row[text])):
            print(
                textwrap.fill(
                    " ".join(sentence.split()),
                    96,
                    initial_indent=f"    {name}: ",
                    subsequent_indent="         ",
                )
            )


def summary(stem: str) -> str:
    """Class counts before and after, the verdict, and where the report lies."""
    manifest = json.loads((OUT / f"{stem}.augmented.manifest.json").read_text(encoding="utf-8"))
    run = OUT / f"{stem}.augmented.kfold"
    sentence = json.loads((run / "metrics.json").read_text(encoding="utf-8"))["sentence"]
    counts = ", ".join(
        f"{label} {about['before']} → {about['after']}"
        for label, about in manifest["classes"].items()
    )
    verdict = textwrap.fill(
        sentence, 96, initial_indent="  verdict: ", subsequent_indent="           "
    )
    return f"\n{stem}\n  rows:    {counts}\n{verdict}\n  report:  {run / 'report.html'}"


def main() -> None:
    """Run the demo from an empty folder."""
    start = time.monotonic()
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    ends: list[str] = []
    for name, options, text, label in TABLES:
        stem = Path(name).stem
        print(augment("backtranslate", str(HERE / name), *options))
        print(f"Three of the new rows of {stem}.augmented.csv:")
        three_paraphrases(OUT / f"{stem}.augmented.csv", text, label)
        # Three folds of fifty steps on the first 64 tokens: small enough for a demo on two cores.
        verdict = augment(
            "kfold-train",
            f"{stem}.augmented.csv",
            "--folds",
            "3",
            "--steps",
            "50",
            "--max-tokens",
            "64",
        )
        print(verdict)
        ends.append(summary(stem))
    print(f"Done in {time.monotonic() - start:.0f} seconds.")
    print("\n".join(ends))


if __name__ == "__main__":
    main()

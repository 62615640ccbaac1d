"""French texts with a question each: back-translated through two pivots, judged, K-fold."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import tyro

import augment
from augment.progress import for_stderr
from augment.train.kfold.summary import summary

HERE = Path(__file__).resolve().parent


def main(
    data: Path = HERE / "paires.csv",
    text: str = "texte,question",
    label: str = "thème",
    pivot: str = "ca,es",
    translate: str = "question",
    model: str = "minilm",
    folds: int = 3,
    steps: int = 30,
    max_tokens: int = 256,
    out: Path = Path("french_pairs.out"),
    force: bool = False,
) -> None:
    """Enlarge a table of pairs, look at what passed and what did not, and test whether it helped.

    Parameters
    ----------
    data
        Table of pairs.
    text
        Its two text columns.
    label
        Its column with the class.
    pivot
        Languages to translate through.
    translate
        Column that is rewritten, or both: longer texts seldom pass through Apertium.
    model
        Encoder: minilm, camembert-base, or a folder.
    folds
        Number of folds.
    steps
        Optimizer steps of every model; more rows want more.
    max_tokens
        Of longer pairs the middle of both texts is left out.
    out
        Folder for everything that is made.
    force
        Replace what an earlier run left in that folder.
    """
    if text.count(",") != 1:
        raise augment.errors.InputError(f"text={text!r}: two columns are wanted, such as COL,COL2")
    out.mkdir(parents=True, exist_ok=True)
    progress = for_stderr()
    table = out / "paires.augmented.csv"
    larger = augment.back_translate(
        data,
        out=table,
        text=text,
        label=label,
        pivot=pivot,
        translate=translate,
        source="fr",
        store=str(out / "store.sqlite"),
        force=force,
        progress=progress,
    )
    show(larger, *text.split(","), label)
    result = augment.kfold_train(
        table,
        out=out / "kfold",
        model=model,
        text=text,
        label=label,
        folds=folds,
        steps=steps,
        max_tokens=max_tokens,
        force=force,
        progress=progress,
    )
    print(f"\n{summary(result)}")
    trained = augment.train_model(
        table,
        out=out / "model",
        model=model,
        text=text,
        label=label,
        warm_up=0.1,
        weight_decay=0.01,
        steps=steps,
        max_tokens=max_tokens,
        force=force,
        progress=progress,
    )
    figures = {"yield": larger.manifest.as_dict(), "kfold": result.metrics()}
    (out / "figures.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False), "utf-8")
    print(f"\nfigures: {out / 'figures.json'}\nreport:  {out / 'kfold' / 'report.html'}")
    print(f"model:   {trained.folder}")
    print(f"look through the new rows:  augment review {shlex.quote(str(table))}")


def show(larger: augment.Augmented, text: str, question: str, label: str) -> None:
    """Print class sizes, refusals, and two of the new pairs beside their originals."""
    for name, about in larger.manifest.classes.items():
        print(f"{name}: {about['before']} → {about['after']}")
    rows = larger.frame.to_dict("records")
    originals = {row["aug_source_id"]: row for row in rows if row["aug_method"] == "original"}
    for row in [row for row in rows if row["aug_method"] != "original"][:2]:
        was = originals[row["aug_source_id"]]
        print(f"\n  {row[label]}, through {row['aug_pivot']}, similarity {row['aug_similarity']}")
        print(f"    was: {was[text]} — {was[question]}\n    now: {row[text]} — {row[question]}")
    refused = larger.rejected["reason"].value_counts()
    print("\nrefused: " + (", ".join(f"{why} {n}" for why, n in refused.items()) or "nothing"))


if __name__ == "__main__":
    try:
        tyro.cli(main)
    except augment.AugmentError as error:
        sys.exit(f"run.py: {error}")

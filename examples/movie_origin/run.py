"""Film synopsis → country of origin: the small classes back-translated, one encoder fine-tuned."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import tyro

import augment
from augment.filters.presets import Strictness
from augment.progress import for_stderr
from augment.train.assessment_text import assessment_text

HERE = Path(__file__).resolve().parent


def main(
    data: Path = HERE / "synopses.csv",
    text: str = "synopsis",
    label: str = "country",
    model: str = "minilm",
    pivot: str = "es,ca",
    filter: Strictness = "loose",
    epochs: float | None = None,
    lr: float | None = None,
    max_tokens: int = 256,
    out: Path = Path("movie_origin.out"),
    force: bool = False,
) -> None:
    """Split, enlarge the small classes of the training part, fine-tune, score on the rest.

    Parameters
    ----------
    data
        Table of synopses.
    text
        Its column with the synopsis.
    label
        Its column with the country.
    model
        Encoder: minilm, bert-base-uncased, or a folder.
    pivot
        Languages to translate through.
    filter
        How strict the checks are. A synopsis is one long sentence, of which an engine that goes
        by rules changes many words: "normal" keeps hardly any, "loose" more, with more errors.
    epochs
        Passes over the training rows; by default 5 or more (see augment train).
    lr
        Peak learning rate; 2e-5 is usual for BERT base.
    max_tokens
        Synopses are cut off there.
    out
        Folder for everything that is made.
    force
        Replace what an earlier run left in that folder.
    """
    out.mkdir(parents=True, exist_ok=True)
    progress = for_stderr()
    # Split first: no paraphrase of a synopsis that scores the model is ever made.
    parts = augment.split_table(
        data, out=out / "films.csv", text=text, label=label, shares=("0.8", "0.2"), force=force
    )
    train, test = (parts.paths[name] for name in ("train", "test"))
    larger = augment.back_translate(
        train,
        out=out / "films.train.augmented.csv",
        text=text,
        label=label,
        pivot=pivot,
        filter=filter,
        store=str(out / "store.sqlite"),
        force=force,
        progress=progress,
    )
    print(f"{label}: training texts before → after back-translation")
    for name, about in larger.manifest.classes.items():
        print(f"  {name}: {about['before']} → {about['after']}")
    trained = augment.train_model(
        out / "films.train.augmented.csv",
        out=out / "model",
        model=model,
        valid=test,
        text=text,
        label=label,
        epochs=epochs,
        lr=lr,
        max_tokens=max_tokens,
        dropout=0.3,
        max_norm=1.0,
        force=force,
        progress=progress,
    )
    print(f"\n{assessment_text(trained.validation)}")
    figures = {"yield": larger.manifest.as_dict(), **trained.as_dict()}
    (out / "figures.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False), "utf-8")
    print(f"\nfigures: {out / 'figures.json'}\nmodel:   {out / 'model'}")
    folder = shlex.quote(str(out / "model"))
    table = shlex.quote(str(out / "films.train.augmented.csv"))
    print(f"server:  augment serve {folder}")
    print(f"page:    augment demo {folder} --examples {shlex.quote(str(test))}")
    print(f"did the paraphrases help?  augment kfold-train {table}")


if __name__ == "__main__":
    try:
        tyro.cli(main)
    except augment.AugmentError as error:
        sys.exit(f"run.py: {error}")

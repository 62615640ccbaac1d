"""Sentiment with LoRA: small adapters are trained, the encoder stays as it is."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import replace
from pathlib import Path

import tyro

import augment
from augment.blank import is_blank
from augment.datasets.frames import read_frame
from augment.progress import for_stderr
from augment.train.assessment_text import assessment_text
from augment.train.training_options import named_values

HERE = Path(__file__).resolve().parent
QUESTIONS = (
    "The best meal I have had in years.",
    "Cold soup, rude waiter, never again.",
    "I was afraid it would be dull, and it was not dull for a second.",
)


def main(
    data: Path = HERE.parent / "reviews_en.csv",
    text: str = "text",
    label: str = "label",
    label_names: tuple[str, ...] = ("positive=POSITIVE", "negative=NEGATIVE"),
    model: str = "minilm",
    rank: int = 8,
    epochs: float | None = None,
    max_tokens: int = 256,
    out: Path = Path("lora_sentiment.out"),
    force: bool = False,
) -> None:
    """Train adapters on two classes, score them, and answer as POSITIVE (0.99).

    Parameters
    ----------
    data
        Table of reviews.
    text
        Its column with the review.
    label
        Its column with the class.
    label_names
        Classes to learn and their names; rows of other classes are left out.
    model
        Encoder: minilm, distilbert-base-uncased, or a folder.
    rank
        Rank of the adapters.
    epochs
        Passes over the training rows; by default 5 or more (see augment train).
    max_tokens
        Of longer reviews the middle is left out.
    out
        Folder for everything that is made.
    force
        Replace what an earlier run left in that folder.
    """
    out.mkdir(parents=True, exist_ok=True)
    names = named_values("label_names", label_names)
    frame = read_frame(data)
    if missing := [name for name in (text, label) if name not in frame]:
        raise augment.errors.InputError(
            f"{data}: no column {missing[0]!r} (columns: {', '.join(frame)}); name it with "
            "--text or --label"
        )
    kept = frame[label].astype(str).isin(list(names)) & ~frame[text].astype(str).map(is_blank)
    wanted = frame[kept]
    print(f"{len(wanted):,} of {len(frame):,} rows are of the classes {', '.join(names)}")
    trained = augment.train_model(
        wanted.reset_index(drop=True),
        out=out / "model",
        model=model,
        text=text,
        label=label,
        label_names=label_names,
        valid_share=0.2,
        lora=True,
        lora_rank=rank,
        epochs=epochs,
        max_tokens=max_tokens,
        force=force,
        progress=for_stderr(),
    )
    # The errors are named by the rows of the file, not by those that are left of it.
    of_the_file = kept.to_numpy().nonzero()[0]
    scored = trained.validation
    mistakes = (replace(one, row=int(of_the_file[one.row])) for one in scored.mistakes)
    trained = replace(trained, validation=replace(scored, mistakes=tuple(mistakes)))
    print(assessment_text(trained.validation))
    saved = augment.Predictor(out / "model")
    for question, answer in zip(QUESTIONS, saved.predict(QUESTIONS), strict=True):
        print(f"\n{question}\n  {answer.label} ({answer.score:.2f})")
    figures = json.dumps(trained.as_dict(), indent=1, ensure_ascii=False)
    (out / "figures.json").write_text(figures, encoding="utf-8")
    print(f"\nfigures: {out / 'figures.json'}\nmodel:   {out / 'model'}")
    print(f'ask it:  augment predict {shlex.quote(str(out / "model"))} "A fine day out."')


if __name__ == "__main__":
    try:
        tyro.cli(main)
    except augment.AugmentError as error:
        sys.exit(f"run.py: {error}")

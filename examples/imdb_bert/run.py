"""Reviews in a CSV → a fine-tuned encoder, ready for the HTTP server."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import tyro

import augment
from augment.progress import for_stderr
from augment.train.assessment_text import assessment_text

HERE = Path(__file__).resolve().parent
QUESTIONS = (
    "A wonderful evening, I would go again tomorrow.",
    "It broke after two days and nobody answers the phone.",
)


def main(
    data: Path = HERE.parent / "reviews_en.csv",
    text: str = "text",
    label: str = "label",
    label_names: tuple[str, ...] = (),
    valid: Path | None = None,
    model: str = "minilm",
    epochs: float | None = None,
    lr: float | None = None,
    max_tokens: int = 256,
    out: Path = Path("imdb_bert.out"),
    force: bool = False,
) -> None:
    """Fine-tune on a CSV of any number of classes, score it, and say how to serve it.

    Parameters
    ----------
    data
        Table of reviews.
    text
        Its column with the review.
    label
        Its column with the class: names, or codes of any kind.
    label_names
        Names for codes, such as 0=negative 1=positive; the model keeps them.
    valid
        Table to score the model on; by default a fifth of the data.
    model
        Encoder: minilm, bert-base-uncased, or a folder.
    epochs
        Passes over the training rows; by default 5 or more (see augment train).
    lr
        Peak learning rate; 2e-5 is usual for BERT base.
    max_tokens
        Reviews are cut off there.
    out
        Folder for everything that is made.
    force
        Replace what an earlier run left in that folder.
    """
    out.mkdir(parents=True, exist_ok=True)
    trained = augment.train_model(
        data,
        out=out / "model",
        model=model,
        text=text,
        label=label,
        label_names=label_names,
        valid=valid,
        valid_share=0.0 if valid else 0.2,
        epochs=epochs,
        lr=lr,
        max_tokens=max_tokens,
        force=force,
        progress=for_stderr(),
    )
    print(assessment_text(trained.validation))
    # What was saved, on a GPU or not, is what anybody reads back on any machine.
    for question, answer in zip(
        QUESTIONS, augment.Predictor(out / "model", device="cpu").predict(QUESTIONS), strict=True
    ):
        print(f"\n{question}\n  {answer.label} ({answer.score:.2f})")
    figures = json.dumps(trained.as_dict(), indent=1, ensure_ascii=False)
    (out / "figures.json").write_text(figures, encoding="utf-8")
    print(f"\nfigures: {out / 'figures.json'}\nmodel:   {out / 'model'}")
    folder = shlex.quote(str(out / "model"))
    print(f"server:  augment serve {folder}")
    print(f"page:    augment demo {folder} --examples {shlex.quote(str(valid or data))}")


if __name__ == "__main__":
    try:
        tyro.cli(main)
    except augment.AugmentError as error:
        sys.exit(f"run.py: {error}")

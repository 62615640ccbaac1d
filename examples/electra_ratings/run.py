"""A folder of ``ID_RATING.txt`` reviews → eight ratings, with a sampler against imbalance."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import tyro

import augment
from augment.progress import for_stderr
from augment.train.assessment import Assessment
from augment.train.assessment_text import assessment_text

HERE = Path(__file__).resolve().parent


def main(
    data: Path = HERE / "reviews",
    valid: Path | None = None,
    model: str = "minilm",
    epochs: float | None = None,
    lr: float | None = None,
    max_tokens: int = 512,
    out: Path = Path("electra_ratings.out"),
    force: bool = False,
) -> None:
    """Read the folder, learn the rating (1–4, 7–10), and score it.

    Parameters
    ----------
    data
        Folder with pos/ and neg/ full of ID_RATING.txt, such as aclImdb/train.
    valid
        Such a folder to score the model on; by default a quarter of the data.
    model
        Encoder: minilm, google/electra-base-discriminator, or a folder.
    epochs
        Passes over the training rows; by default 5 or more (see augment train).
    lr
        Peak learning rate; by default by the model's width.
    max_tokens
        Of longer reviews the middle is left out.
    out
        Folder for everything that is made.
    force
        Replace what an earlier run left in that folder.
    """
    out.mkdir(parents=True, exist_ok=True)
    table = augment.convert_table(data, out / "reviews.csv", force=force)
    print(f"{table.rows:,} reviews read from {data}")
    held_out = None
    if valid is not None:
        held_out = augment.convert_table(valid, out / "valid.csv", force=force).path
    trained = augment.train_model(
        table.path,
        out=out / "model",
        model=model,
        text="text",
        label="rating",
        valid=held_out,
        valid_share=0.0 if held_out else 0.25,
        sampler="balanced",
        epochs=epochs,
        lr=lr,
        max_tokens=max_tokens,
        force=force,
        progress=for_stderr(),
    )
    found = trained.validation
    print(f"{assessment_text(found)}\n\n{distance_line(found)}")
    figures = {**trained.as_dict(), "distance": distances(found)}
    (out / "figures.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False), "utf-8")
    print(f"\nfigures: {out / 'figures.json'}\nmodel:   {out / 'model'}")
    manage = os.path.relpath(HERE.parent / "django_reviews" / "manage.py")
    print(f"web app: python {manage} demo {out / 'model'}")


def distances(found: Assessment) -> dict[str, float]:
    """Say how far the predicted rating lies from the true one, in stars."""
    stars = [int(name) for name in found.classes]
    cells = [
        (abs(true - given), int(found.confusion[row, column]))
        for row, true in enumerate(stars)
        for column, given in enumerate(stars)
    ]
    return {
        "mean": sum(far * n for far, n in cells) / found.rows,
        "within_one": sum(n for far, n in cells if far <= 1) / found.rows,
        "right_side": sum(
            int(found.confusion[row, column])
            for row, true in enumerate(stars)
            for column, given in enumerate(stars)
            if (true > 5) == (given > 5)
        )
        / found.rows,
    }


def distance_line(found: Assessment) -> str:
    """Say the same in one line."""
    far = distances(found)
    return (
        f"{far['mean']:.2f} stars off on average; {far['within_one']:.0%} within one star, "
        f"{far['right_side']:.0%} on the right side of five"
    )


if __name__ == "__main__":
    try:
        tyro.cli(main)
    except augment.AugmentError as error:
        sys.exit(f"run.py: {error}")

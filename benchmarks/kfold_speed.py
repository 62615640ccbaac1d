"""How much faster the K-fold trainer is than a plain loop and than transformers' Trainer.

All sides run the same experiment in one go: the same table, folds, arms, numbers of steps, batch
sizes and learning rates, from the same MiniLM weights. The plain loop does what a straightforward
script does: it tokenises every fold anew, pads everything to 256 tokens, computes in fp32, updates
the whole embedding table with an unfused AdamW and loads the model from disk for every run; it gets
our very batches. The Trainer runs with its defaults and pads each batch to its longest text; it
shuffles the same rows by itself.

    python benchmarks/kfold_speed.py                      # trec, 500 rows, 3 arms; takes long
    python benchmarks/kfold_speed.py --other-folds 2 --other-arms original   # scaled to all
    python benchmarks/kfold_speed.py --task imdb --arms original --epochs 1 --other-folds 2

Scores agree within noise when the 95 % interval of their mean difference holds zero.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from machine import describe
from trec_rows import DATA, augmented, sample

from augment.datasets.folds import grouped_folds
from augment.minilm import minilm_folder
from augment.train.kfold.arms import ArmPlans
from augment.train.kfold.config import KFoldConfig
from augment.train.kfold.kfold import kfold_train
from augment.train.kfold.labelled import LabelledRows, labelled_rows

RESULTS = Path(__file__).parent / "results"
IMDB = DATA.parents[1] / "imdb" / "imdb_4k.csv"
BATCH, EPOCHS, FOLDS, LR, MAX_TOKENS = 16, 3, 5, 2e-4, 256
Scores = tuple[float, float]


def scores(truth: np.ndarray, predicted: list[int]) -> Scores:
    """Accuracy and macro F1."""
    from sklearn.metrics import accuracy_score, f1_score

    return accuracy_score(truth, predicted), f1_score(truth, predicted, average="macro")


def plain_run(
    folder: Path, rows: LabelledRows, plan: np.ndarray, test: np.ndarray, seed: int
) -> Scores:
    """Run the plain loop once."""
    import torch
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        get_linear_schedule_with_warmup,
    )

    torch.manual_seed(seed)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(
        folder, num_labels=len(rows.classes), dtype="float32"
    )
    used = np.unique(np.concatenate([plan.ravel(), test]))
    coded = tokenizer(
        [rows.texts[row][0] for row in used],
        padding="max_length",
        truncation=True,
        max_length=MAX_TOKENS,
        return_tensors="pt",
    )
    at = {row: n for n, row in enumerate(used.tolist())}
    labels = torch.tensor(rows.labels)
    optimizer = torch.optim.AdamW(model.parameters(), lr=LR, fused=False, foreach=False)
    rates = get_linear_schedule_with_warmup(optimizer, round(0.1 * len(plan)), len(plan))
    model.train()
    for batch in plan:
        places = torch.tensor([at[row] for row in batch.tolist()])
        out = model(**{k: v[places] for k, v in coded.items()}, labels=labels[batch])
        out.loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        rates.step()
        optimizer.zero_grad()
    model.eval()
    predicted = []
    with torch.no_grad():
        for start in range(0, len(test), BATCH):
            places = torch.tensor([at[row] for row in test[start : start + BATCH].tolist()])
            logits = model(**{k: v[places] for k, v in coded.items()}).logits
            predicted += logits.argmax(dim=-1).tolist()
    return scores(rows.labels[test], predicted)


def trainer_run(
    folder: Path, rows: LabelledRows, plan: np.ndarray, test: np.ndarray, seed: int
) -> Scores:
    """Run transformers' Trainer once: its defaults, and batches padded to their longest text."""
    import torch
    from transformers import (
        AutoModelForSequenceClassification,
        AutoTokenizer,
        DataCollatorWithPadding,
        Trainer,
        TrainingArguments,
    )

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSequenceClassification.from_pretrained(
        folder, num_labels=len(rows.classes), dtype="float32"
    )

    class Texts(torch.utils.data.Dataset):
        def __init__(self, at: np.ndarray) -> None:
            texts = [rows.texts[row][0] for row in at]
            self.coded = tokenizer(texts, truncation=True, max_length=MAX_TOKENS)
            self.labels = rows.labels[at].tolist()

        def __len__(self) -> int:
            return len(self.labels)

        def __getitem__(self, at: int) -> dict[str, Any]:
            one = {name: column[at] for name, column in self.coded.items()}
            return {**one, "labels": self.labels[at]}

    with tempfile.TemporaryDirectory() as out:
        trainer = Trainer(
            model=model,
            args=TrainingArguments(
                output_dir=out,
                per_device_train_batch_size=BATCH,
                per_device_eval_batch_size=BATCH,
                max_steps=len(plan),
                learning_rate=LR,
                seed=seed,
                save_strategy="no",
                report_to="none",
                disable_tqdm=True,
            ),
            # Every place of our batches, so that rows seen twice there are seen twice here.
            train_dataset=Texts(plan.ravel()),
            data_collator=DataCollatorWithPadding(tokenizer),
        )
        trainer.train()
        predicted = trainer.predict(Texts(test)).predictions.argmax(axis=-1).tolist()
    return scores(rows.labels[test], predicted)


OTHERS: dict[str, Callable[..., Scores]] = {"plain": plain_run, "transformers": trainer_run}


def processor_seconds() -> float:
    """User and system time of this process and of its ended children."""
    return sum(os.times()[:4])


def table_of(options: argparse.Namespace) -> pd.DataFrame:
    """Give the rows of the task, with paraphrases where it has the arm for them."""
    data = options.data or (DATA if options.task == "trec" else IMDB)
    table = pd.read_csv(data, dtype=str, keep_default_na=False)
    if "aug_method" in table:
        return table
    rows = options.rows or (500 if options.task == "trec" else 1000)
    drawn = sample(table, per_class=None, total=rows, seed=options.seed)
    return augmented(drawn, ["es"]) if options.task == "trec" else drawn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--task", choices=("trec", "imdb"), default="trec")
    parser.add_argument("--data", type=Path, help="another table, plain or augmented")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--other-folds", type=int, default=FOLDS, help="folds of the other sides")
    parser.add_argument("--other-arms", default="", help="one arm for the other sides, scaled")
    parser.add_argument("--arms", default="", help="arms of all sides; all that there are")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    table = table_of(options)
    shared = {"text": "text", "label": "label", "lr": LR, "epochs": options.epochs, "folds": FOLDS}
    shared |= {"batch_size": BATCH, "max_tokens": MAX_TOKENS, "seed": options.seed}
    shared["truncation"] = "end"  # as the others do
    arms = {"arms": options.arms} if options.arms else {}

    started, worked = time.perf_counter(), processor_seconds()
    result = kfold_train(table, **shared, **arms)
    ours = time.perf_counter() - started, processor_seconds() - worked
    print(f"ours: {ours[0]:.0f} s", flush=True)

    config = KFoldConfig(**shared, **arms)
    rows = labelled_rows(table, text="text", label="label")
    n = rows.n_originals
    splits = grouped_folds(rows.labels[:n], rows.groups, folds=FOLDS, seed=options.seed)
    new = np.arange(n, len(rows.texts))
    plans = ArmPlans(rows, {"augmented": new} if len(new) else {}, config)
    matched_to = "augmented" if len(new) else ""
    folder = minilm_folder()
    total_steps = 0
    runs: dict[str, list[dict[str, Any]]] = {name: [] for name in OTHERS}
    for split in splits:
        for arm in result.arms:
            plan = plans.plan(arm, matched_to, split).batches
            total_steps += len(plan)
            if split.fold >= options.other_folds or arm not in (options.other_arms or arm):
                continue
            own = result.arms[arm].folds[split.fold]
            for name, run in OTHERS.items():
                started, worked = time.perf_counter(), processor_seconds()
                accuracy, macro_f1 = run(folder, rows, plan, split.test, options.seed)
                took = time.perf_counter() - started, processor_seconds() - worked
                runs[name].append(
                    {
                        "arm": arm,
                        "fold": split.fold,
                        "steps": len(plan),
                        "seconds": round(took[0], 2),
                        "processor_seconds": round(took[1], 2),
                        "accuracy": round(accuracy, 4),
                        "macro_f1": round(macro_f1, 4),
                        "accuracy_less_ours": round(accuracy - own.accuracy, 4),
                    }
                )
                print(
                    f"{name} fold {split.fold} {arm}: {took[0]:.0f} s, {accuracy:.3f}", flush=True
                )
    report = {
        "task": f"{options.task}: {n} rows, {rows.n_paraphrases} paraphrases, {FOLDS} folds, "
        f"arms {', '.join(result.arms)}, {options.epochs} epochs of batches of {BATCH}",
        "machine": {
            **describe(),
            "torch": torch.__version__,
            "load_average_at_end": round(os.getloadavg()[0], 2),
        },
        "ours": {
            "runs": len(splits) * len(result.arms),
            "steps": total_steps,
            "precision": result.run["identity"]["precision"],
            "seconds": round(ours[0], 1),
            "processor_seconds": round(ours[1], 1),
            "accuracy": {
                name: round(float(np.mean([fold.accuracy for fold in arm.folds])), 4)
                for name, arm in result.arms.items()
            },
        },
        **{name: against(ours, total_steps, done) for name, done in runs.items()},
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"kfold_speed_{options.task}.json").write_text(json.dumps(report, indent=2) + "\n")
    print(json.dumps(report, indent=2))


def against(ours: tuple[float, float], steps: int, runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Compare one side: its time for all steps, by its time for those that it did."""
    from scipy import stats

    share = steps / sum(run["steps"] for run in runs)
    seconds, processor = (
        sum(run[name] for run in runs) * share for name in ("seconds", "processor_seconds")
    )
    differences = np.array([run["accuracy_less_ours"] for run in runs])
    half = np.nan
    if len(runs) > 1:
        error = differences.std(ddof=1) / np.sqrt(len(runs))
        half = float(stats.t.ppf(0.975, len(runs) - 1) * error)
    mean = float(differences.mean())
    return {
        "measured_share": round(1 / share, 3),
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        "ours_faster": round(seconds / ours[0], 2),
        "ours_faster_by_processor_time": round(processor / ours[1], 2),
        "accuracy_less_ours": {
            "mean": round(mean, 4),
            "ci95": [round(mean - half, 4), round(mean + half, 4)],
        },
        "runs": runs,
    }


if __name__ == "__main__":
    main()

"""How much faster the K-fold trainer is than a plain loop, and whether the scores agree.

Both sides run the same experiment in one go: questions of TREC (500 rows in the table's
proportions), 5 folds, 3 arms, 3 epochs, MiniLM, batches of 16, the same folds, the same batches
in the same order, the same learning rates. The plain loop does what a straightforward script
does: it tokenises every fold anew, pads everything to 256 tokens, computes in fp32, updates the
whole embedding table with an unfused AdamW and loads the model from disk for every run.

    python benchmarks/kfold_speed.py                   # everything; takes long on the plain side
    python benchmarks/kfold_speed.py --plain-folds 1   # plain side on one fold, scaled, and said so

Scores agree within noise when the 95 % interval of their mean difference holds zero.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from trec_rows import DATA, augmented, sample

from augment.datasets.folds import grouped_folds
from augment.minilm import minilm_folder
from augment.train.arms import plan_arm
from augment.train.config import KFoldConfig
from augment.train.kfold import kfold_train
from augment.train.labelled import LabelledRows, labelled_rows

RESULTS = Path(__file__).parent / "results"
BATCH, EPOCHS, FOLDS, LR, MAX_TOKENS = 16, 3, 5, 2e-4, 256


def plain_run(
    folder: Path, rows: LabelledRows, plan: np.ndarray, test: np.ndarray, seed: int
) -> tuple[float, float]:
    """Run the plain loop once; accuracy and macro F1."""
    import torch
    from sklearn.metrics import accuracy_score, f1_score
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
    truth = rows.labels[test]
    return (
        accuracy_score(truth, predicted),
        f1_score(truth, predicted, average="macro"),
    )


def machine() -> dict[str, Any]:
    """Describe what the numbers were measured on."""
    import torch

    model = platform.processor() or platform.machine()
    flags = ""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.is_file():
        lines = cpuinfo.read_text().splitlines()
        model = next((x.split(":")[1].strip() for x in lines if x.startswith("model name")), model)
        flags = next((x for x in lines if x.startswith("flags")), "")
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "avx512_bf16": "avx512_bf16" in flags,
        "amx_bf16": "amx_bf16" in flags,
        "load_average_at_start": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        "torch": torch.__version__,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA, help="plain or augmented table")
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--plain-folds", type=int, default=FOLDS, help="folds of the plain side")
    parser.add_argument("--plain-arms", default="", help="arms of the plain side; all by default")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    about = machine()
    table = pd.read_csv(options.data, dtype=str, keep_default_na=False)
    if "aug_method" not in table:
        drawn = sample(table, per_class=None, total=options.rows, seed=options.seed)
        table = augmented(drawn, ["es"])
    shared = {"text": "text", "label": "label", "lr": LR, "epochs": EPOCHS, "folds": FOLDS}
    shared |= {"batch_size": BATCH, "max_tokens": MAX_TOKENS, "seed": options.seed}

    started, worked = time.perf_counter(), time.process_time()
    result = kfold_train(table, **shared)
    ours, ours_cpu = time.perf_counter() - started, time.process_time() - worked
    print(f"trainer: {ours:.0f} s", flush=True)

    config = KFoldConfig(**shared)
    rows = labelled_rows(table, text="text", label="label")
    n = rows.n_originals
    splits = grouped_folds(rows.labels[:n], rows.groups, folds=FOLDS, seed=options.seed)
    folder = minilm_folder()
    seconds, cpu_seconds, pairs, total_steps, timed_steps = 0.0, 0.0, [], 0, 0
    for split in splits:
        for name, arm in result.arms.items():
            plan = plan_arm(name, rows, split, config).batches
            total_steps += len(plan)
            if split.fold >= options.plain_folds or name not in (options.plain_arms or name):
                continue
            timed_steps += len(plan)
            started, worked = time.perf_counter(), time.process_time()
            accuracy, macro_f1 = plain_run(folder, rows, plan, split.test, options.seed)
            took = time.perf_counter() - started
            seconds, cpu_seconds = seconds + took, cpu_seconds + time.process_time() - worked
            own = arm.folds[split.fold]
            pairs.append((name, split.fold, own.accuracy, accuracy, own.macro_f1, macro_f1))
            print(f"plain fold {split.fold} {name}: {took:.0f} s, {accuracy:.3f}", flush=True)
    plain = seconds * total_steps / timed_steps
    differences = np.array([own - other for _, _, own, other, _, _ in pairs])
    error = differences.std(ddof=1) / np.sqrt(len(differences))
    from scipy import stats

    half = float(stats.t.ppf(0.975, len(differences) - 1) * error)
    report = {
        "machine": about,
        "rows": {"originals": n, "paraphrases": rows.n_paraphrases},
        "runs": {"trainer": len(splits) * len(result.arms), "plain": len(pairs)},
        "steps": {"trainer": total_steps, "plain": timed_steps},
        "precision": result.run["identity"]["precision"],
        "seconds": {
            "trainer": round(ours, 1),
            "plain_measured": round(seconds, 1),
            "plain": round(plain, 1),
        },
        "cpu_seconds": {
            "trainer": round(ours_cpu, 1),
            "plain": round(cpu_seconds * total_steps / timed_steps, 1),
        },
        "speed_up": round(plain / ours, 1),
        "accuracy": {
            name: {
                "trainer": round(float(np.mean([p[2] for p in pairs if p[0] == name])), 4),
                "plain": round(float(np.mean([p[3] for p in pairs if p[0] == name])), 4),
            }
            for name in {p[0] for p in pairs}
        },
        "macro_f1": {
            name: {
                "trainer": round(float(np.mean([p[4] for p in pairs if p[0] == name])), 4),
                "plain": round(float(np.mean([p[5] for p in pairs if p[0] == name])), 4),
            }
            for name in {p[0] for p in pairs}
        },
        "accuracy_difference": {
            "mean": round(float(differences.mean()), 4),
            "ci95": [round(float(differences.mean() + side * half), 4) for side in (-1, 1)],
        },
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "kfold_speed.json").write_text(json.dumps(report, indent=2) + "\n")
    (RESULTS / "kfold_speed.md").write_text(markdown(report))
    print(markdown(report))


def markdown(r: dict[str, Any]) -> str:
    """Write the result as a page."""
    m, s = r["machine"], r["seconds"]
    scaled = r["runs"]["plain"] < r["runs"]["trainer"]
    lines = [
        "# K-fold speed against a plain loop",
        "",
        f"TREC, {r['rows']['originals']} originals and {r['rows']['paraphrases']} paraphrases, "
        f"{FOLDS} folds, {len(r['accuracy'])} arms, {EPOCHS} epochs, MiniLM, batches of {BATCH}, "
        "same folds, batches and learning rates on both sides.",
        "",
        "| | seconds | runs | optimizer steps |",
        "|---|---|---|---|",
        f"| `augment.kfold_train` ({r['precision']}) | {s['trainer']:.0f} | "
        f"{r['runs']['trainer']} | {r['steps']['trainer']} |",
        f"| plain loop (padded to {MAX_TOKENS} tokens, fp32) | {s['plain']:.0f}"
        + (f", scaled by steps from {s['plain_measured']:.0f} measured" if scaled else "")
        + f" | {r['runs']['plain']} | {r['steps']['plain']} |",
        "",
        f"**{r['speed_up']:.1f} times faster** by the clock; by processor time, which other work "
        f"on the machine does not disturb, {r['cpu_seconds']['plain']:.0f} s against "
        f"{r['cpu_seconds']['trainer']:.0f} s.",
        "",
        "| arm | accuracy, trainer | accuracy, plain | macro F1, trainer | macro F1, plain |",
        "|---|---|---|---|---|",
        *(
            f"| {arm} | {a['trainer']:.3f} | {a['plain']:.3f} | "
            f"{r['macro_f1'][arm]['trainer']:.3f} | {r['macro_f1'][arm]['plain']:.3f} |"
            for arm, a in r["accuracy"].items()
        ),
        "",
        "Mean difference in accuracy, trainer minus plain, over the runs that both made: "
        f"{r['accuracy_difference']['mean']:+.3f}, 95 % interval "
        "{:+.3f} to {:+.3f}.".format(*r["accuracy_difference"]["ci95"]),
        "",
        f"Machine: {m['processor']}, {m['cores']} cores, {m['threads']} threads, avx512_bf16 "
        f"{m['avx512_bf16']}, amx_bf16 {m['amx_bf16']}; {m['system']}; Python {m['python']}, torch "
        f"{m['torch']}; load average at the start {m['load_average_at_start']}.",
        "",
        "Made by `python benchmarks/kfold_speed.py`.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()

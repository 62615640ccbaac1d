"""Does the verdict cry wolf? Five hundred experiments where nothing helps, and some where it does.

Every experiment draws its own small sample of TREC questions and goes the whole way of
``augment kfold-train``: grouped folds, the batches of `augment.train.kfold.schedule`, the scores,
the comparison. Only the encoder is replaced, by a logistic regression on hashed words that trains
on the very same batches in milliseconds.

Null experiments give the augmented arm nothing but copies of the originals:

- ``even``: two copies of each original, half of every batch (the default share). The arms then
  see the same texts in the same places, and a difference could only come from a leak in the plan.
- ``pool``: no copy to four copies of an original, by lot, all rows in one pool (share natural).
- ``own seed``: like ``even``, but the augmented arm also draws its own order of rows and its own
  first weights: the noise that two trainings have.

Each is judged three ways: by the verdict; by the plain paired t-test on the same differences; and
as most people do it, by the plain t-test between the augmented arm and the originals at their own
number of steps.

Planted gains replace a part of the copies by new questions of the same class. The share of the
experiments that find the gain is set beside the power that the corrected test promises for the
mean gain and the standard deviation found.

Some experiments of either kind train on at most ten originals of each class, as a point of the
learning curve does (``--curve``), and use the same folds and the same test.

    nice python benchmarks/null_simulation.py               # about fifteen minutes on one core
    python benchmarks/null_simulation.py --experiments 20   # a look, nothing written
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats
from sklearn.feature_extraction.text import HashingVectorizer
from trec_rows import DATA

from augment.datasets.detectable import LEVEL, standard_error
from augment.datasets.folds import grouped_folds
from augment.datasets.groups import source_groups
from augment.train.kfold.comparison import compare
from augment.train.kfold.schedule import fair_pair, own_batches, planned_steps
from augment.train.kfold.steps import step_between
from augment.train.metrics import score

RESULTS = Path(__file__).parent / "results"
WIDTH, BATCH, EPOCHS = 1024, 16, 5.0
IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float32]


@lru_cache(maxsize=1)
def questions() -> tuple[FloatArray, IntArray, list[tuple[str, ...]], list[str]]:
    """Hashed words, class numbers, texts and class names of all different questions."""
    table = pd.read_csv(DATA, dtype=str, keep_default_na=False).drop_duplicates("text")
    hashed = HashingVectorizer(n_features=WIDTH, ngram_range=(1, 2), alternate_sign=True)
    features = hashed.transform(table["text"]).toarray().astype(np.float32)
    names, labels = np.unique(table["label"].to_numpy(str), return_inverse=True)
    return features, labels.astype(np.int64), [(t,) for t in table["text"]], names.tolist()


def train_and_predict(
    features: FloatArray,
    labels: IntArray,
    batches: IntArray,
    test: IntArray,
    seed: Sequence[int],
    n_classes: int,
) -> FloatArray:
    """Mini-batch logistic regression on planned batches, the rate falling to nothing."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(0, 0.1, (features.shape[1], n_classes)).astype(np.float32)
    bias = np.zeros(n_classes, np.float32)
    goal = np.eye(n_classes, dtype=np.float32)[labels]
    for step, rows in enumerate(batches):
        x = features[rows]
        wrong = _softmax(x @ weights + bias) - goal[rows]
        rate = np.float32(8.0 * (1 - step / len(batches)) / len(rows))
        weights -= rate * (x.T @ wrong)
        bias -= rate * wrong.sum(axis=0)
    return _softmax(features[test] @ weights + bias)


def _softmax(logits: FloatArray) -> FloatArray:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: FloatArray = raised / raised.sum(axis=1, keepdims=True)
    return found


def experiment(
    seed: int,
    kind: str,
    n_rows: int,
    folds: int,
    repeats: int,
    new_share: float,
    per_class: int | None,
) -> dict[str, Any]:
    """One experiment: scores of the three arms on every fold, and what each judge makes of them."""
    every, classes, texts, names = questions()
    rng = np.random.default_rng([seed, 77])
    drawn = _stratified(classes, n_rows, rng)
    n = len(drawn)
    copies = rng.integers(0, 5, n) if kind == "pool" else np.full(n, 4 if new_share else 2)
    source = np.concatenate([np.arange(n), np.repeat(np.arange(n), copies)])
    rows = drawn[source]
    if new_share:
        rest = np.setdiff1d(np.arange(len(classes)), drawn)
        for place in range(n, len(rows)):
            if rng.random() < new_share:
                rows[place] = rng.choice(rest[classes[rest] == classes[rows[place]]])
    features, labels = every[rows], classes[rows]
    groups = source_groups([texts[row] for row in drawn])
    scores: dict[str, list[float]] = {"original": [], "oversampled": [], "augmented": []}
    answers: dict[str, list[IntArray]] = {arm: [] for arm in scores}
    ratios, tested = [], []
    for split in grouped_folds(
        labels[:n], groups, folds=folds, repeats=repeats, seed=seed, names=names
    ):
        ratios.append(len(split.test) / len(split.train))
        tested.append(labels[split.test])
        train, key = split.train, [seed, split.repeat, split.fold]
        if per_class is not None:
            drawn_order = np.random.default_rng([*key, 2]).permutation(train)
            of_class = [drawn_order[labels[drawn_order] == c] for c in range(len(names))]
            train = np.sort(np.concatenate([rows_of[:per_class] for rows_of in of_class]))
        inside = np.isin(source[n:], train).sum()
        shape: dict[str, Any] = {
            "steps": planned_steps(len(train) + int(inside), batch_size=BATCH, epochs=EPOCHS),
            "batch_size": BATCH,
        }
        share = "natural" if kind == "pool" else 0.5
        pair = fair_pair(
            labels, source, train, share=share, rng=np.random.default_rng(key), **shape
        )
        own = own_batches(
            labels,
            train,
            steps=planned_steps(len(train), batch_size=BATCH, epochs=EPOCHS),
            batch_size=BATCH,
            rng=np.random.default_rng(key),
        )
        augmented, first = pair.augmented, key
        if kind == "own seed":
            first = [*key, 1]
            augmented = fair_pair(
                labels, source, train, share=share, rng=np.random.default_rng(first), **shape
            ).augmented
        arms = [("oversampled", pair.oversampled, key), ("augmented", augmented, first)]
        if not new_share:  # the naive comparison is only of interest where there is no gain
            arms.append(("original", own, key))
        for arm, batches, start in arms:
            p = train_and_predict(features, labels, batches, split.test, start, len(names))
            scores[arm].append(score(labels[split.test], p).macro_f1)
            answers[arm].append(p.argmax(axis=1))
    verdict = compare(
        scores["oversampled"],
        scores["augmented"],
        test_to_train=float(np.mean(ratios)),
        step=step_between("macro_f1", names, tested, answers["oversampled"], answers["augmented"]),
    )
    return {
        "gain": verdict.gain,
        "sd": verdict.sd,
        "verdict": verdict.verdict,
        "smallest_at_80_power": verdict.smallest_at_80_power,
        "plain": _plain_t(scores["oversampled"], scores["augmented"]),
        "naive": not new_share and _plain_t(scores["original"], scores["augmented"]),
        "naive_gain": float(np.mean(scores["augmented"]) - np.mean(scores["original"] or [0])),
        "ratio": float(np.mean(ratios)),
    }


def _stratified(classes: IntArray, n_rows: int, rng: np.random.Generator) -> IntArray:
    """Different rows in the table's proportions, no class with fewer than ten."""
    parts = []
    for c, size in enumerate(np.bincount(classes)):
        n = max(10, round(n_rows * size / len(classes)))
        parts.append(rng.choice(np.flatnonzero(classes == c), n, replace=False))
    return np.concatenate(parts)


def _plain_t(before: list[float], after: list[float]) -> bool:
    """Whether the uncorrected paired t-test sees a difference."""
    return compare(before, after, test_to_train=0.0).p_value < LEVEL


def promised_power(gain: float, sd: float, n: int, ratio: float) -> float:
    """Power of the corrected test for a true gain, were its standard error the true one."""
    away = gain / standard_error(sd, n, ratio)
    critical = stats.t.ppf(1 - LEVEL / 2, n - 1)
    return float(stats.nct.sf(critical, n - 1, away) + stats.nct.cdf(-critical, n - 1, away))


def _rate(hits: Sequence[bool]) -> dict[str, Any]:
    n, found = len(hits), int(np.sum(hits))
    low, high = stats.binomtest(found, n).proportion_ci(method="wilson")
    return {"n": found, "share": found / n, "ci95": [float(low), float(high)]}


def series(
    options: argparse.Namespace,
    number: int,
    kind: str,
    repeats: int,
    new_share: float,
    rows: int,
    per_class: int | None = None,
) -> dict[str, Any]:
    """All experiments of one kind; `number` gives every series seeds of its own."""
    n = options.experiments if not new_share else max(1, options.experiments // 2)
    base = 100_000 * number
    with ProcessPoolExecutor(options.processes) as pool:
        found = list(
            pool.map(
                experiment,
                range(base, base + n),
                [kind] * n,
                [rows] * n,
                [options.folds] * n,
                [repeats] * n,
                [new_share] * n,
                [per_class] * n,
                chunksize=5,
            )
        )
    runs = options.folds * repeats
    gain, sd = (float(np.mean([f[key] for f in found])) for key in ("gain", "sd"))
    ratio = float(np.mean([f["ratio"] for f in found]))
    return {
        "kind": kind,
        "new_share": new_share,
        "experiments": n,
        "rows": rows,
        "per_class": per_class,
        "folds": options.folds,
        "repeats": repeats,
        "gain": gain,
        "sd": sd,
        "spread_of_gain": float(np.std([f["gain"] for f in found], ddof=1)),
        "standard_error": standard_error(sd, runs, ratio),
        "naive_gain": float(np.mean([f["naive_gain"] for f in found])),
        "verdict": _rate([f["verdict"] != "no measurable difference" for f in found]),
        "helps": _rate([f["verdict"] == "helps" for f in found]),
        "plain_t": _rate([f["plain"] for f in found]),
        "naive": _rate([f["naive"] for f in found]),
        "promised": promised_power(gain, sd, runs, ratio) if sd else 0.0,
        "smallest_at_80_power": float(np.mean([f["smallest_at_80_power"] for f in found])),
    }


def _percent(rate: dict[str, Any]) -> str:
    low, high = rate["ci95"]
    return f"{100 * rate['share']:.1f} % ({100 * low:.1f}–{100 * high:.1f})"


def _size(one: dict[str, Any]) -> str:
    few = f", {one['per_class']} a class in training" if one["per_class"] else ""
    return f"{one['experiments']} × {one['rows']}{few}"


def markdown(report: dict[str, Any]) -> str:
    """Write the result as a page."""
    o = report["options"]
    lines = [
        "# False verdicts, and gains found",
        "",
        "Every experiment draws its own TREC questions; "
        f"{o['folds']} folds, macro F1, level 5 %; logistic regression on hashed words in place "
        "of the encoder, everything else as in `augment kfold-train`. In brackets: 95 % interval.",
        "",
        "## Nothing helps: the new rows are copies of the originals",
        "",
        "| copies | experiments × rows | rounds | verdict: false | plain t-test, fair control | "
        "plain t-test against the originals | mean gain, fair | mean gain, naive |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {s['kind']} | {_size(s)} | {s['folds']} × {s['repeats']} "
            f"| {_percent(s['verdict'])} "
            f"| {_percent(s['plain_t'])} | {_percent(s['naive'])} | {100 * s['gain']:+.2f} "
            f"| {100 * s['naive_gain']:+.2f} |"
            for s in report["nulls"]
        ),
        "",
        "## A planted gain: a part of the copies are new questions of the same class",
        "",
        "| new | experiments × rows | rounds | mean gain | standard error the test uses "
        "| true spread of the gain | smallest gain at 80 % power | found | promised |",
        "|---|---|---|---|---|---|---|---|---|",
        *(
            f"| {100 * s['new_share']:.0f} % | {_size(s)} "
            f"| {s['folds']} × {s['repeats']} "
            f"| {100 * s['gain']:+.1f} | {100 * s['standard_error']:.1f} "
            f"| {100 * s['spread_of_gain']:.1f} | {100 * s['smallest_at_80_power']:.1f} "
            f"| {_percent(s['helps'])} | {100 * s['promised']:.0f} % |"
            for s in report["planted"]
        ),
        "",
        f"Made by `python benchmarks/null_simulation.py` in {report['seconds']:.0f} s.",
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run all series; the full number is written to results/."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--experiments", type=int, default=500)
    parser.add_argument("--rows", type=int, default=120)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--processes", type=int, default=1)
    options = parser.parse_args()
    started = time.perf_counter()
    nulls, planted = [], []
    number = 0
    for kind, repeats, rows, few in (
        ("even", 1, options.rows, None),
        ("pool", 1, options.rows, None),
        ("own seed", 1, options.rows, None),
        ("pool", 3, options.rows, None),
        ("own seed", 1, 600, 10),
    ):
        number += 1
        nulls.append(series(options, number, kind, repeats, 0.0, rows, few))
        print(nulls[-1], f"{time.perf_counter() - started:.0f} s", flush=True)
    for new_share, repeats, rows, few in (
        (0.5, 1, 240, None),
        (1.0, 1, 240, None),
        (1.0, 3, 240, None),
        (1.0, 10, 120, None),
        (1.0, 1, 600, 10),
    ):
        number += 1
        planted.append(series(options, number, "even", repeats, new_share, rows, few))
        print(planted[-1], f"{time.perf_counter() - started:.0f} s", flush=True)
    report = {
        "options": vars(options),
        "nulls": nulls,
        "planted": planted,
        "seconds": time.perf_counter() - started,
    }
    print(markdown(report))
    if options.experiments >= 500:
        RESULTS.mkdir(exist_ok=True)
        (RESULTS / "null_simulation.json").write_text(json.dumps(report, indent=2) + "\n")
        (RESULTS / "null_simulation.md").write_text(markdown(report), encoding="utf-8")


if __name__ == "__main__":
    main()

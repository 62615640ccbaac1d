"""How much of a training step is matrix products, and at what rate they run by themselves.

    python benchmarks/matrix_rate.py ../shared/data [--processes 2] [--steps 6]

MiniLM on IMDB reviews cut at 256 tokens, batches of 16, bf16: the trainer takes some steps, and
every matrix product of them is written down with its shapes and strides. The same steps are then
timed, and each different product is run by itself, on numbers of its own, as often as its median
needs; some rounds of both. The time that all products of the steps take so, over the time of the
steps, is their share of the rate that the machine shows in bare products of the model's own shapes:
the median of the rounds. What the rest of a step is spent on is told by torch's profiler.

K-fold trains in a process of one thread for each processor, and so it is measured: all processes
take steps at the same time, and then all of them run bare products at the same time. Both sides so
have the whole machine, and rates are sums over its processes. ``--processes 1`` leaves the other
processors idle on both sides.

Writes ``results/matrix_rate.json``, an entry for each processor and number of processes: one with
tiles for matrices (AMX) multiplies several times as fast as one with 512-bit bf16 instructions, and
all that is no product weighs so much more there.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import torch
from machine import describe
from torch.utils._python_dispatch import TorchDispatchMode

from augment.processors import usable_processors
from augment.train.encoder import load_encoder
from augment.train.fast.linear import _product
from augment.train.finetune import FineTuning
from augment.train.kfold.processes import MEMORY
from augment.train.recipe import Recipe
from augment.train.tokens import cut_vocabulary, tokenise

RESULT = Path(__file__).parent / "results" / "matrix_rate.json"
TABLE = Path("imdb") / "imdb_4k.csv"
BATCH, MAX_TOKENS, ROWS, REPEATS, ROUNDS = 16, 256, 500, 5, 5
FUSED = "mkldnn::_linear_pointwise"
PRODUCTS: dict[str, Callable[..., torch.Tensor]] = {
    "aten::mm": torch.mm,
    "aten::addmm": torch.addmm,
    "aten::bmm": torch.bmm,
    FUSED: _product,
}
Layout = tuple[tuple[int, ...], tuple[int, ...], torch.dtype]


class Products(TorchDispatchMode):
    """Counts the matrix products within a block, by operation and layout of what goes in."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: Counter[tuple[Any, tuple[Layout, ...]]] = Counter()

    def so_far(self) -> Counter[tuple[Any, tuple[Layout, ...]]]:
        """Give what was counted, and begin anew."""
        counted, self.seen = self.seen, Counter()
        return counted

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:  # noqa: ANN401
        if func._schema.name in PRODUCTS:
            tensors = [x for x in args if isinstance(x, torch.Tensor)]
            layouts = tuple((tuple(x.shape), x.stride(), x.dtype) for x in tensors)
            self.seen[func._schema.name, layouts] += 1
        return func(*args, **(kwargs or {}))


def operations(name: str, layouts: tuple[Layout, ...]) -> int:
    """Multiplications and additions of one product."""
    (*rows, inner), columns = layouts[-2][0], layouts[-1][0][-1]
    if name == FUSED:
        (*rows, inner), columns = layouts[0][0], layouts[1][0][0]
    return 2 * int(np.prod(rows)) * inner * columns


def bare_seconds(name: str, layouts: tuple[Layout, ...]) -> float:
    """Give the median time of one product by itself."""
    given = []
    for shape, stride, dtype in layouts:
        tensor = torch.empty_strided(shape, stride, dtype=dtype)
        given.append(tensor.copy_(torch.randn(shape)))
    product = PRODUCTS[name]
    taken = []
    for _ in range(REPEATS):
        started = perf_counter()
        product(*given)
        taken.append(perf_counter() - started)
    return float(np.median(taken))


def training(data: Path, steps: int) -> FineTuning:
    """Give a training over drawn batches."""
    table = pd.read_csv(data / TABLE).sample(ROWS, random_state=0)
    encoder = load_encoder("minilm", labels=("neg", "pos"), offline=True)
    texts = [(text,) for text in table["text"]]
    tokens = cut_vocabulary(
        encoder.model, tokenise(texts, encoder.tokenizer, max_tokens=MAX_TOKENS)
    )
    draw = np.random.default_rng(0)
    return FineTuning(
        encoder.fresh(generator=torch.Generator().manual_seed(0)),
        tokens,
        table["label"].astype("category").cat.codes.to_numpy().astype(np.int64),
        np.array([draw.choice(ROWS, BATCH, replace=False) for _ in range(2 * steps + 4)]),
        Recipe(lr=2e-4, loss="plain", precision="bf16", device="cpu"),
        seed=0,
    )


def measure(options: argparse.Namespace, together: Any, found: Any) -> None:  # noqa: ANN401
    """Take steps and run their products, in step with the other processes."""
    torch.set_num_threads(1)
    run = training(options.data, options.steps)
    run.advance(2)
    # Batches differ in length: the same ones are written down, timed, and taken apart. The first
    # step of each is left out: before it the model is looked at.
    seen: list[Counter[tuple[Any, tuple[Layout, ...]]]] = []
    with Products() as products:
        run.advance(run.done + options.steps + 1, lambda: seen.append(products.so_far()))
    counted = sum(seen[1:], Counter())
    work = sum(n * operations(*one) for one, n in counted.items())
    # A shared machine's speed changes within minutes: both sides in turn, again and again.
    rounds = []
    for _ in range(ROUNDS):
        run.done -= options.steps + 1
        together.wait()
        ends: list[float] = []
        run.advance(run.done + options.steps + 1, lambda ends=ends: ends.append(perf_counter()))
        together.wait()
        bare = sum(n * bare_seconds(*one) for one, n in counted.items())
        rounds.append((ends[-1] - ends[0], bare))
    together.wait()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        run.advance(run.done + options.steps)
    events = sorted(profile.key_averages(), key=lambda e: -e.self_cpu_time_total)
    total = sum(event.self_cpu_time_total for event in events)
    found.put(
        {
            "step_seconds": [clock / options.steps for clock, _ in rounds],
            "alone": [work / bare / 1e9 for _, bare in rounds],
            "within": [work / clock / 1e9 for clock, _ in rounds],
            "profile_percent": {
                event.key: round(100 * event.self_cpu_time_total / total, 1)
                for event in events[:20]
            },
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--processes", type=int, default=usable_processors())
    parser.add_argument("--steps", type=int, default=6)
    options = parser.parse_args()
    if not (options.data / TABLE).is_file():  # a process that fails lets the others wait for ever
        parser.error(f"{options.data} holds no {TABLE}")
    os.environ.update(MEMORY)  # as K-fold starts its processes
    context = multiprocessing.get_context("spawn")
    together, queue = context.Barrier(options.processes), context.Queue()
    running = [
        context.Process(target=measure, args=(options, together, queue))
        for _ in range(options.processes)
    ]
    for process in running:
        process.start()
    found = [queue.get() for _ in running]
    for process in running:
        process.join()
    # Of each round, the rates of all processes added up.
    alone, within = (np.sum([one[name] for one in found], axis=0) for name in ("alone", "within"))
    result: dict[str, Any] = {
        "task": f"MiniLM, imdb_4k, {MAX_TOKENS} tokens, batches of {BATCH}, bf16",
        "machine": describe(),
        "processes": options.processes,
        "steps": options.steps,
        "rounds": ROUNDS,
        "step_seconds": round(float(np.median([one["step_seconds"] for one in found])), 3),
        "gigaflops_of_the_products_alone": round(float(np.median(alone))),
        "gigaflops_of_the_steps": round(float(np.median(within))),
        "share_of_the_bare_rate": round(float(np.median(within / alone)), 3),
        "share_of_every_round": [round(float(share), 3) for share in within / alone],
        "profile_percent": found[0]["profile_percent"],
    }
    print(json.dumps(result, indent=2))
    kept = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else {}
    kept[f"{result['machine']['cpu']}, {options.processes} processes of a thread"] = result
    RESULT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

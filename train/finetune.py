"""One fine-tuning run: a model, a plan of batches, and predictions for the test rows.

A loop of its own rather than a general trainer, because a K-fold run is many short runs: what a
general trainer sets up once per run is a good part of the time here.

References
----------
I. Loshchilov and F. Hutter, Decoupled Weight Decay Regularization, ICLR 2019.
M. Mosbach, M. Andriushchenko and D. Klakow, On the Stability of Fine-tuning BERT, ICLR 2021
(warm-up, bias correction, enough steps).
T.-Y. Lin et al., Focal Loss for Dense Object Detection, ICCV 2017.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

from augment.errors import AugmentError
from augment.train.tokens import TokenTable

if TYPE_CHECKING:
    import torch

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Precision = Literal["fp32", "bf16"]

WARM_UP, WEIGHT_DECAY, MAX_NORM, FOCAL_GAMMA = 0.1, 0.01, 1.0, 2.0
#: Time of one more pass through the model, in tokens: what splitting a batch by length must
#: save. On a GPU the launch of a pass costs as much as thousands of tokens.
PASS_COST = {"cpu": 128, "cuda": 8192}
#: Padded tokens of one prediction batch.
PREDICTION_TOKENS = {"cpu": 4096, "cuda": 65536}


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a run trains; the same for every arm of an experiment.

    Parameters
    ----------
    lr
        Peak learning rate, reached after a tenth of the steps, then falling to zero in a line.
    loss
        ``plain`` cross-entropy; ``weighted`` by inverse class frequency; ``focal``.
    precision
        Number format of the matrix products; weights stay fp32.
    device
        ``cpu`` or ``cuda``.
    """

    lr: float
    loss: Literal["plain", "weighted", "focal"]
    precision: Precision
    device: Literal["cpu", "cuda"]


def class_weights(labels: IntArray, n_classes: int) -> FloatArray:
    """Weights inverse to class frequency, 1 on average over rows.

    Examples
    --------
    >>> class_weights(np.array([0, 0, 0, 1]), 2).round(2).tolist()
    [0.67, 2.0]
    """
    counts = np.bincount(labels, minlength=n_classes)
    return len(labels) / (n_classes * np.maximum(counts, 1))


def length_groups(lengths: IntArray, pass_cost: int) -> list[IntArray]:
    """Split one batch into passes of rows of like length, where that saves more than it costs.

    The batch stays one optimizer step: the passes' gradients add up to the gradient of the
    whole, so grouping by length changes what a step costs and not what it learns. Choosing
    *batches* by length, as is often done, would let short texts and long ones train apart.

    Parameters
    ----------
    lengths
        Tokens of each row of the batch.
    pass_cost
        Cost of one more pass, in tokens.

    Returns
    -------
    list of ndarray
        Places in the batch, longest first; the cheapest split of the rows sorted by length.

    Examples
    --------
    >>> [group.tolist() for group in length_groups(np.array([5, 200, 6]), 64)]
    [[1], [2, 0]]
    >>> len(length_groups(np.array([5, 7, 6]), 64))
    1
    """
    order = np.argsort(-lengths, kind="stable")
    longest = lengths[order]
    n = len(order)
    best = np.full(n + 1, np.inf)
    best[n] = 0.0
    cut = np.zeros(n + 1, dtype=np.int64)
    for start in range(n - 1, -1, -1):
        ends = np.arange(start + 1, n + 1)
        cost = longest[start] * (ends - start) + pass_cost + best[ends]
        at = int(cost.argmin())
        best[start], cut[start] = cost[at], ends[at]
    groups, start = [], 0
    while start < n:
        groups.append(order[start : cut[start]])
        start = int(cut[start])
    return groups


def fine_tune(
    model: torch.nn.Module,
    table: TokenTable,
    labels: IntArray,
    batches: IntArray,
    recipe: Recipe,
    *,
    seed: int,
    on_step: Callable[[], None] = lambda: None,
) -> None:
    """Train a model in place over planned batches.

    Parameters
    ----------
    model
        A sequence classifier; moved to the recipe's device.
    table, labels
        Tokens and class number of every row.
    batches
        Rows of every optimizer step, shape ``(steps, batch_size)``.
    recipe
        How to train.
    seed
        Of the dropout; the global random state is left as it was.
    on_step
        Called after every optimizer step.

    Raises
    ------
    AugmentError
        When the loss stops being a finite number.
    """
    import torch

    model.to(recipe.device).train()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = _optimizer(model, recipe)
    steps = len(batches)
    rates = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    targets = torch.from_numpy(labels).to(recipe.device)
    weights = None
    if recipe.loss == "weighted":
        n_classes = int(labels.max()) + 1
        of_class = class_weights(labels[batches.ravel()], n_classes)
        weights = torch.tensor(of_class, dtype=torch.float32, device=recipe.device)
    gpus = [torch.cuda.current_device()] if recipe.device == "cuda" else []
    total = torch.zeros((), device=recipe.device)
    lengths = table.lengths
    with torch.random.fork_rng(devices=gpus):
        torch.manual_seed(seed)
        for rows in batches:
            loss = torch.zeros((), device=recipe.device)
            # One context for all passes: it keeps the bf16 copies of the weights between them.
            with _autocast(recipe):
                for group in length_groups(lengths[rows], PASS_COST[recipe.device]):
                    logits = model(**table.batch(rows[group], recipe.device)).logits
                    goal = targets[torch.from_numpy(rows[group]).to(recipe.device)]
                    loss = loss + _loss(logits.float(), goal, recipe.loss, weights) / len(rows)
            loss.backward()  # type: ignore[no-untyped-call]
            total += loss.detach()
            torch.nn.utils.clip_grad_norm_(trained, MAX_NORM, foreach=True)
            optimizer.step()
            rates.step()
            optimizer.zero_grad(set_to_none=True)
            on_step()
    if not torch.isfinite(total):
        raise AugmentError(
            f"training diverged: the loss is no number at lr={recipe.lr:g}; give a smaller lr"
        )


def predict(
    model: torch.nn.Module, table: TokenTable, rows: IntArray, recipe: Recipe
) -> FloatArray:
    """Class probabilities of rows, in their order, shape ``(n_rows, n_classes)``."""
    import torch

    model.eval()
    order = rows[np.argsort(-table.lengths[rows], kind="stable")]
    found: dict[int, FloatArray] = {}
    with torch.inference_mode(), _autocast(recipe):
        for part in _prediction_batches(order, table, PREDICTION_TOKENS[recipe.device]):
            logits = model(**table.batch(part, recipe.device)).logits.double()
            probabilities = torch.softmax(logits, dim=-1).cpu().numpy()
            found.update(zip(part.tolist(), probabilities, strict=True))
    return np.stack([found[row] for row in rows.tolist()])


def _prediction_batches(order: IntArray, table: TokenTable, budget: int) -> Iterator[IntArray]:
    """Rows sorted by length in batches of at most `budget` padded tokens."""
    lengths = table.lengths
    start = 0
    while start < len(order):
        size = max(1, budget // int(lengths[order[start]]))
        yield order[start : start + size]
        start += size


def _rate(step: int, steps: int) -> float:
    """Share of the peak learning rate at a 0-based step."""
    warm = max(1, round(WARM_UP * steps))
    if step < warm:
        return (step + 1) / warm
    return max(0.0, (steps - step) / max(1, steps - warm))


def _optimizer(model: torch.nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """AdamW without decay on biases and norms, in one fused kernel per step."""
    import torch

    decayed = [p for p in model.parameters() if p.requires_grad and p.ndim > 1]
    plain = [p for p in model.parameters() if p.requires_grad and p.ndim <= 1]
    groups = [
        {"params": decayed, "weight_decay": WEIGHT_DECAY},
        {"params": plain, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=recipe.lr, fused=True)


def _autocast(recipe: Recipe) -> contextlib.AbstractContextManager[object]:
    import torch

    if recipe.precision == "fp32":
        return contextlib.nullcontext()
    return torch.autocast(recipe.device, dtype=torch.bfloat16)


def _loss(
    logits: torch.Tensor, goal: torch.Tensor, kind: str, weights: torch.Tensor | None
) -> torch.Tensor:
    """Sum the loss over the rows of one pass."""
    import torch

    each = torch.nn.functional.cross_entropy(logits, goal, weight=weights, reduction="none")
    if kind == "focal":
        each = each * (1.0 - torch.exp(-each)) ** FOCAL_GAMMA
    return each.sum()

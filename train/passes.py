"""Passes through a model: rows of like length together, predictions, and memory that runs out."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from augment.errors import DivergedError
from augment.train.tokens import TokenTable

if TYPE_CHECKING:
    import torch

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
Precision = Literal["fp32", "bf16"]
Device = Literal["cpu", "cuda"]

#: Time of one more pass through the model, in tokens: what splitting a batch by length must
#: save. On a GPU the launch of a pass costs as much as thousands of tokens.
PASS_COST = {"cpu": 320, "cuda": 8192}
#: Padded tokens of one prediction batch.
PREDICTION_TOKENS = {"cpu": 4096, "cuda": 65536}


class Computing(Protocol):
    """Where, and in which number format, a model computes."""

    @property
    def precision(self) -> Precision:
        """Number format of the matrix products."""

    @property
    def device(self) -> Device:
        """``cpu`` or ``cuda``."""


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


def predict(
    model: torch.nn.Module,
    table: TokenTable,
    rows: IntArray,
    how: Computing,
) -> FloatArray:
    """Class probabilities of rows, in their order, shape ``(n_rows, n_classes)``."""
    model.eval()
    order = rows[np.argsort(-table.lengths[rows], kind="stable")]
    found: dict[int, FloatArray] = {}
    for part in _prediction_batches(order, table, PREDICTION_TOKENS[how.device]):
        probabilities = probabilities_of(model, table, part, how.precision, how.device)
        found.update(zip(part.tolist(), probabilities, strict=True))
    return np.stack([found[row] for row in rows.tolist()])


def probabilities_of(
    model: torch.nn.Module,
    table: TokenTable,
    rows: IntArray,
    precision: Precision,
    device: Device,
) -> FloatArray:
    """Class probabilities of one batch of rows; in halves where the memory is too small.

    Raises
    ------
    DivergedError
        Where the model overflows.
    """
    import torch

    try:
        with torch.inference_mode(), autocast(precision, device):
            logits = model(**table.batch(rows, device)).logits.double()
            found: FloatArray = torch.softmax(logits, dim=-1).cpu().numpy()
        if not np.isfinite(found).all():
            raise DivergedError("the model gives no number for a text: its training diverged")
        return found
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error) or len(rows) == 1:
            raise
    give_memory_back(device)
    half = len(rows) // 2
    parts = [
        probabilities_of(model, table, part, precision, device)
        for part in (rows[:half], rows[half:])
    ]
    return np.concatenate(parts)


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the device, or the machine, has no memory left.

    >>> out_of_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to "
    ...                            "allocate 99 bytes.")), out_of_memory(RuntimeError("shape"))
    (True, False)
    """
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    said = str(error)
    return "allocate memory" in said or "not enough memory" in said or "out of memory" in said


@contextlib.contextmanager
def older_objects_apart() -> Iterator[None]:
    """Keep what is there already out of the searches for garbage within a block.

    With the libraries and a table loaded these are a million objects, and a search through them
    takes as long as a short training.
    """
    import gc

    if gc.get_freeze_count():  # whoever calls has set objects apart, and would get them back
        yield
        return
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def give_memory_back(device: str) -> None:
    """Free what nothing refers to any more, and hand it to the system.

    Batches of many shapes leave the C library's heap full of holes that no later batch fits: over
    fifty runs of an experiment that was a gigabyte (benchmarks/fold_memory.py).
    """
    import ctypes
    import gc

    import torch

    gc.collect()
    if device == "cuda":
        torch.cuda.empty_cache()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:  # glibc has it
        trim(0)


def _prediction_batches(order: IntArray, table: TokenTable, budget: int) -> Iterator[IntArray]:
    """Rows sorted by length in batches of at most `budget` padded tokens."""
    lengths = table.lengths
    start = 0
    while start < len(order):
        size = max(1, budget // int(lengths[order[start]]))
        yield order[start : start + size]
        start += size


def autocast(precision: Precision, device: str) -> contextlib.AbstractContextManager[Any]:
    """Compute matrix products in that number format within a block."""
    import torch

    if precision == "fp32":
        return contextlib.nullcontext()
    return torch.autocast(device, dtype=torch.bfloat16)

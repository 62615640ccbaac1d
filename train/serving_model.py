"""The model behind the server: its number format chosen and checked, its batches computed."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from augment.errors import InputError
from augment.extras import require
from augment.train.encoder import longest_input
from augment.train.passes import PASS_COST, PREDICTION_TOKENS, length_groups, probabilities_of
from augment.train.precision import Device, choose_device, choose_precision
from augment.train.saved_model import SavedModel
from augment.train.tokens import TokenTable, tokenise

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Sides = tuple[str, ...]
Format = Literal["fp32", "bf16", "int8"]

#: A faster format may move no probability of a sample text by more than this.
MOST_SHIFT: Final = 0.02
#: ... and must save at least this part of the time to be worth another rounding.
LEAST_GAIN: Final = 0.1
SAMPLES: Final = 24


class Answer(NamedTuple):
    """One row's class probabilities, shape ``(n_classes,)``, and whether its end was cut off."""

    probabilities: FloatArray
    cut: bool


@dataclass(frozen=True)
class FormatTrial:
    """How one number format did on the sample texts, beside fp32.

    Parameters
    ----------
    name
        The format.
    seconds
        Best time of a pass over the samples.
    labels_kept
        Samples that got the label that fp32 gave them, in every batch they were part of.
    most_shift
        Largest difference of a probability, 0..1.
    """

    name: Format
    seconds: float
    labels_kept: int
    most_shift: float

    @property
    def same(self) -> bool:
        """Whether it may stand in for fp32."""
        return self.labels_kept == SAMPLES and self.most_shift <= MOST_SHIFT


class ServedModel:
    """Computes rows of texts in the number format that suits the machine; for one thread.

    Parameters
    ----------
    saved
        The trained model.
    device, precision, max_tokens
        See `augment.train.serve_config.ServeConfig`.

    Attributes
    ----------
    format
        The number format chosen.
    trials
        What the choice rests on; empty where there was none to make.

    Raises
    ------
    InputError
        When `max_tokens` is beyond what the model takes, or int8 is asked for on a GPU.
    """

    def __init__(
        self,
        saved: SavedModel,
        *,
        device: Literal["auto", "cpu", "cuda"] = "auto",
        precision: Literal["auto", "fp32", "bf16", "int8"] = "auto",
        max_tokens: int | None = None,
    ) -> None:
        longest = longest_input(saved.model.config, saved.tokenizer)
        if max_tokens is not None and max_tokens > longest:
            raise InputError(
                f"max_tokens={max_tokens}: {saved.name} takes at most {longest} tokens"
            )
        self.device: Device = choose_device(device)
        if precision == "int8" and self.device == "cuda":
            raise InputError("precision='int8' is for the CPU; give bf16, or device='cpu'")
        self.name, self.labels = saved.name, saved.labels
        self.text_columns = saved.text_columns
        self.max_tokens = max_tokens or saved.max_tokens
        self._tokenizer = saved.tokenizer
        plain = saved.model.to(self.device).eval()
        self.format, self._model, self.trials = self._choose(plain, precision)

    @property
    def sides(self) -> int:
        """Texts of one row: 1, 2, or 0 where the model's training is not known."""
        return len(self.text_columns)

    def __call__(self, rows: Sequence[Sides]) -> list[Answer]:
        """Give the answers of rows, which all are single texts or all pairs."""
        table = tokenise(rows, self._tokenizer, max_tokens=self.max_tokens)
        found = self._compute(table, np.arange(len(rows)), self._model, self.format)
        cut = self._cut_rows(rows, table)
        return [Answer(p, at in cut) for at, p in enumerate(found)]

    def _cut_rows(self, rows: Sequence[Sides], table: TokenTable) -> set[int]:
        if not table.n_cut:
            return set()
        full = np.flatnonzero(table.lengths >= self.max_tokens).tolist()
        if table.n_cut == len(full):
            return set(full)
        return {
            at
            for at in full
            if tokenise([rows[at]], self._tokenizer, max_tokens=self.max_tokens).n_cut
        }

    def _compute(
        self,
        table: TokenTable,
        rows: IntArray,
        model: Any,
        number_format: Format,  # noqa: ANN401
    ) -> FloatArray:
        """Class probabilities of rows, computed in groups of like length."""
        found = np.zeros((len(rows), len(self.labels)))
        precision = "bf16" if number_format == "bf16" else "fp32"
        for group in length_groups(table.lengths[rows], PASS_COST[self.device]):
            longest = int(table.lengths[rows[group[0]]])
            size = max(1, PREDICTION_TOKENS[self.device] // longest)
            for start in range(0, len(group), size):
                part = group[start : start + size]
                found[part] = probabilities_of(model, table, rows[part], precision, self.device)
        return found

    def _choose(
        self,
        plain: Any,
        wanted: Literal["auto", "fp32", "bf16", "int8"],  # noqa: ANN401
    ) -> tuple[Format, Any, tuple[FormatTrial, ...]]:
        """Pick the format: the one asked for, or the fastest that keeps the labels."""
        if wanted != "auto":
            return wanted, int8_model(plain) if wanted == "int8" else plain, ()
        models: dict[Format, Any] = {"fp32": plain}
        if choose_precision("auto", self.device) == "bf16":
            models["bf16"] = plain
        if self.device == "cpu":
            models["int8"] = int8_model(plain)
        if len(models) == 1:
            return "fp32", plain, ()
        trials = self._try(models)
        slow = trials[0].seconds
        able = [t for t in trials if t.same and t.seconds <= slow * (1 - LEAST_GAIN)]
        best = min(able, key=lambda trial: trial.seconds, default=trials[0])
        return best.name, models[best.name], tuple(trials)

    def _try(self, models: dict[Format, Any]) -> list[FormatTrial]:
        """Time the formats on sample texts, in batches of several compositions."""
        table = tokenise(self._samples(), self._tokenizer, max_tokens=self.max_tokens)
        whole = np.arange(SAMPLES)
        # int8 rounds by the largest value of a batch: what else is in it must not matter.
        compositions = [whole, whole[::3], whole[1::3], whole[2::3]]
        wanted, trials = np.empty(0), []
        for name, model in models.items():
            seconds, kept, shift = np.inf, np.ones(SAMPLES, dtype=bool), 0.0
            self._compute(table, whole, model, name)  # the first pass prepares kernels
            for rows in compositions:
                start = time.perf_counter()
                found = self._compute(table, rows, model, name)
                if len(rows) == SAMPLES:
                    seconds = time.perf_counter() - start
                if name == "fp32" and len(rows) == SAMPLES:
                    wanted = found
                kept[rows] &= found.argmax(axis=1) == wanted[rows].argmax(axis=1)
                shift = max(shift, float(np.abs(found - wanted[rows]).max()))
            trials.append(FormatTrial(name, seconds, int(kept.sum()), shift))
        return trials

    def _samples(self) -> list[Sides]:
        """Texts of many lengths out of the model's own vocabulary, always the same."""
        generator = np.random.default_rng(0)
        special = set(self._tokenizer.all_special_ids)
        known = [n for n in range(len(self._tokenizer)) if n not in special]

        def text(length: int) -> str:
            ids = generator.choice(known, length).tolist()
            return str(self._tokenizer.decode(ids)) or "a"

        longest = max(4, min(48, self.max_tokens // 2))
        lengths = np.geomspace(3, longest, SAMPLES).astype(int).tolist()
        return [tuple(text(length) for _ in range(self.sides or 1)) for length in lengths]


def int8_model(model: Any) -> Any:  # noqa: ANN401 - what torch gives
    """Give a copy of a model whose linear layers compute in int8 (dynamic quantisation)."""
    torch = require("torch", extra="train", purpose="augment serve")
    with warnings.catch_warnings():
        # torch announces a successor of this interface, which is not part of it.
        warnings.filterwarnings("ignore", message=".*torch.ao.quantization is deprecated.*")
        warnings.filterwarnings("ignore", message=".*quantized tensor creation functions.*")
        return torch.ao.quantization.quantize_dynamic(
            model, {torch.nn.Linear}, dtype=torch.qint8
        ).eval()


def usable_processors() -> int:
    """Processors that this process may use: its mask, and the quota of its container."""
    try:
        n = len(os.sched_getaffinity(0))
    except AttributeError:  # not on macOS and Windows
        n = os.cpu_count() or 1
    try:
        with open("/sys/fs/cgroup/cpu.max", encoding="ascii") as file:
            quota, period = file.read().split()
        return max(1, min(n, round(int(quota) / int(period))))
    except (OSError, ValueError):  # no such limit, or "max"
        return n

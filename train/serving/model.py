"""The model behind the server: its number format chosen and checked, its batches computed."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from augment.errors import InputError
from augment.train.encoder import longest_input
from augment.train.passes import (
    PASS_COST,
    PREDICTION_TOKENS,
    Precision,
    length_groups,
    probabilities_of,
)
from augment.train.precision import Device, choose_device, choose_precision
from augment.train.saved_model import SavedModel
from augment.train.tokens import TokenTable, tokenise

if TYPE_CHECKING:
    import torch

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
    """One row's class probabilities, shape ``(n_classes,)``, and whether a part was not read."""

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
        Best time of a pass over the longest third of the samples.
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

    def gains(self, plain: FormatTrial) -> bool:
        """Whether it is so much faster than fp32 that another rounding is worth it."""
        return self.seconds <= plain.seconds * (1 - LEAST_GAIN)


class ServedModel:
    """Computes rows of texts in the number format that suits the machine; for one thread.

    Parameters
    ----------
    saved
        The trained model.
    device, precision, max_tokens
        See `augment.train.serving.config.ServeConfig`.

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
        longest = longest_input(saved.name, saved.model, saved.tokenizer)
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
        self.truncation = saved.truncation
        self._tokenizer = saved.tokenizer
        plain = saved.model.to(self.device).eval()
        self.format, self._model, self.trials = self._choose(plain, precision)

    @property
    def sides(self) -> int:
        """Texts of one row: 1, 2, or 0 where the model's training is not known."""
        return len(self.text_columns)

    def __call__(self, rows: Sequence[Sides]) -> list[Answer]:
        """Give the answers of rows, which all are single texts or all pairs."""
        table = self._tokens(rows)
        found = self._compute(table, np.arange(len(rows)), self._model, self.format)
        return [Answer(p, bool(cut)) for p, cut in zip(found, table.cut, strict=True)]

    def _tokens(self, rows: Sequence[Sides]) -> TokenTable:
        return tokenise(
            rows, self._tokenizer, max_tokens=self.max_tokens, truncation=self.truncation
        )

    def _compute(
        self,
        table: TokenTable,
        rows: IntArray,
        model: torch.nn.Module,
        number_format: Format,
    ) -> FloatArray:
        """Class probabilities of rows, computed in groups of like length."""
        found = np.zeros((len(rows), len(self.labels)))
        precision: Precision = "bf16" if number_format == "bf16" else "fp32"
        for group in length_groups(table.lengths[rows], PASS_COST[self.device]):
            longest = int(table.lengths[rows[group[0]]])
            size = max(1, PREDICTION_TOKENS[self.device] // longest)
            for start in range(0, len(group), size):
                part = group[start : start + size]
                found[part] = probabilities_of(model, table, rows[part], precision, self.device)
        return found

    def _choose(
        self,
        plain: torch.nn.Module,
        wanted: Literal["auto", "fp32", "bf16", "int8"],
    ) -> tuple[Format, torch.nn.Module, tuple[FormatTrial, ...]]:
        """Pick the format: the one asked for, or the faster one where it keeps the labels."""
        if wanted != "auto":
            return wanted, int8_model(plain) if wanted == "int8" else plain, ()
        faster: Format = "bf16"
        if choose_precision("auto", self.device) != "bf16":
            # Rounds more coarsely, and by what else is in the batch: only where nothing else helps.
            faster = "int8"
        if self.device == "cuda" and faster == "int8":
            return "fp32", plain, ()
        models: dict[Format, torch.nn.Module]
        models = {"fp32": plain, faster: int8_model(plain) if faster == "int8" else plain}
        trials = self._try(models)
        best = trials[1] if trials[1].same and trials[1].gains(trials[0]) else trials[0]
        return best.name, models[best.name], trials

    def _try(self, models: Mapping[Format, torch.nn.Module]) -> tuple[FormatTrial, ...]:
        """Time the formats on sample texts, and compare what they answer with what fp32 does."""
        table = self._tokens(self._samples())
        whole = np.arange(SAMPLES)
        thirds = [whole[at::3] for at in range(3)]
        wanted = self._compute(table, whole, models["fp32"], "fp32")
        seconds = dict.fromkeys(models, np.inf)
        kept = {name: np.ones(SAMPLES, dtype=bool) for name in models}
        shift = dict.fromkeys(models, 0.0)
        other = next(name for name in models if name != "fp32")
        for rows in (whole, *thirds):  # in several batches: what else is in one must not matter
            found = self._compute(table, rows, models[other], other)
            kept[other][rows] &= found.argmax(axis=1) == wanted[rows].argmax(axis=1)
            shift[other] = max(shift[other], float(np.abs(found - wanted[rows]).max()))
        # A third, because the server waits for it; the longest, because batches are large when many
        # ask, and what a format gains on few tokens says nothing of that.
        longest = whole[-SAMPLES // 3 :]
        for _ in range(2):  # in turns, so that what else the machine does is the same for both
            for name, model in models.items():
                start = time.perf_counter()
                self._compute(table, longest, model, name)
                seconds[name] = min(seconds[name], time.perf_counter() - start)
        return tuple(
            FormatTrial(name, seconds[name], int(kept[name].sum()), shift[name]) for name in models
        )

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


def int8_model(model: torch.nn.Module) -> torch.nn.Module:
    """Give a copy of a model whose linear layers compute in int8 (dynamic quantisation)."""
    import torch

    with warnings.catch_warnings():
        # torch announces a successor of this interface, which is not part of it.
        warnings.filterwarnings("ignore", message=".*torch.ao.quantization is deprecated.*")
        warnings.filterwarnings("ignore", message=".*quantized tensor creation functions.*")
        quantize: Callable[..., torch.nn.Module] = torch.ao.quantization.quantize_dynamic
        made = quantize(model, {torch.nn.Linear}, dtype=torch.qint8)
    return made.eval()

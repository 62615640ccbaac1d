"""One fine-tuning run: a model, a plan of batches, and predictions for the test rows.

A loop of its own rather than a general trainer, because a K-fold run is many short runs: what a
general trainer sets up once per run is a good part of the time here.

References
----------
M. Mosbach, M. Andriushchenko and D. Klakow, On the Stability of Fine-tuning BERT, ICLR 2021
(warm-up, bias correction, enough steps).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from augment.errors import AugmentError, DivergedError
from augment.train.losses import class_weights, summed_loss
from augment.train.optimizer import Descent, adamw, rate, step_clipped
from augment.train.passes import (
    PASS_COST,
    autocast,
    give_memory_back,
    length_groups,
    out_of_memory,
    predict,
    probabilities_of,
)
from augment.train.recipe import Recipe
from augment.train.tokens import TokenTable

if TYPE_CHECKING:
    import torch

__all__ = ["FineTuning", "Recipe", "fine_tune", "predict"]

IntArray = npt.NDArray[np.int64]

#: Steps between two looks at the loss; on a GPU each look waits for the device.
LOOK_EVERY = {"cpu": 1, "cuda": 25}
#: Rows that a model is tried on behind its last step.
LOOKED_AT = 8


class FineTuning:
    """A run that can stop after any step, be written down, and go on as if it had not.

    Parameters
    ----------
    model
        A sequence classifier; moved to the recipe's device and trained in place.
    table, labels
        Tokens and class number of every row.
    batches
        Rows of every optimizer step, shape ``(steps, batch_size)``.
    recipe
        How to train.
    seed
        Of the dropout; the global random state is left as it was.
    on_note
        Told once when the device's memory is too small for a batch.

    Attributes
    ----------
    done
        Steps taken.
    parts
        Parts that a batch is computed in.
    """

    def __init__(
        self,
        model: torch.nn.Module,
        table: TokenTable,
        labels: IntArray,
        batches: IntArray,
        recipe: Recipe,
        *,
        seed: int,
        on_note: Callable[[str], None] = lambda message: None,
    ) -> None:
        import torch

        self.model, self.table, self.batches, self.recipe = model, table, batches, recipe
        self.seed, self.on_note = seed, on_note
        self.done, self.parts = 0, min(recipe.accumulation, batches.shape[1])
        model.to(recipe.device)
        self.trained = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = adamw(
            model,
            lr=recipe.lr,
            weight_decay=recipe.weight_decay,
            layer_decay=recipe.layer_decay,
        )
        self._peaks = [float(group["lr"]) for group in self.optimizer.param_groups]
        self._targets = torch.from_numpy(labels).to(recipe.device)
        seen = labels[batches.ravel()]
        weights = None
        if recipe.weights is not None:
            weights = np.array(recipe.weights) / np.array(recipe.weights)[seen].mean()
        elif recipe.loss == "weighted":
            weights = class_weights(seen, int(labels.max()) + 1)
        self._weights = (
            None
            if weights is None
            else torch.tensor(weights, dtype=torch.float32, device=recipe.device)
        )
        self._random: dict[str, torch.Tensor] = {}
        self._packs = False
        self._descent: Descent | None = None

    def advance(
        self, until: int | None = None, on_step: Callable[[], None] = lambda: None
    ) -> float:
        """Train up to a step, the last one by default; give the mean loss of the steps taken.

        Raises
        ------
        DivergedError
            When the loss stops being a finite number.
        AugmentError
            When the memory does not suffice for a single row.
        """
        import torch

        until = len(self.batches) if until is None else until
        first = self.done
        gpus = [torch.cuda.current_device()] if self.recipe.device == "cuda" else []
        total = torch.zeros((), device=self.recipe.device)
        self.model.train()
        with torch.random.fork_rng(devices=gpus), self._fast():
            self._go_on_drawing()
            while self.done < until:
                total += self._step(self.batches[self.done])
                self.done += 1
                look = self.done == until or self.done % LOOK_EVERY[self.recipe.device] == 0
                if look and not torch.isfinite(total):
                    raise self._diverged()
                on_step()
            self._random = self._drawn_so_far()
        return float(total) / max(1, until - first)

    def check(self) -> None:
        """Look at what the last step made of the model: its loss was computed before that.

        Raises
        ------
        DivergedError
            When the model gives no numbers any more.
        """
        rows = self.batches[max(0, self.done - 1)][:LOOKED_AT]
        recipe = self.recipe
        try:
            probabilities_of(self.model.eval(), self.table, rows, recipe.precision, recipe.device)
        except DivergedError:
            raise self._diverged() from None

    def _diverged(self) -> DivergedError:
        return DivergedError(
            f"training diverged by step {self.done}: the loss is no number at "
            f"lr={self.recipe.lr:g}; give a smaller lr"
        )

    def lr(self) -> float:
        """Learning rate of the head at the next step."""
        share = rate(
            min(self.done, len(self.batches) - 1),
            len(self.batches),
            schedule=self.recipe.schedule,
            warm_up=self.recipe.warm_up,
        )
        return self.recipe.lr * share

    def state(self) -> dict[str, torch.Tensor]:
        """Give everything that a run needs to go on from here, by name."""
        found = {f"random/{name}": value for name, value in self._random.items()}
        for number, parameter in enumerate(self.trained):
            found[f"weight/{number}"] = parameter.detach()
            for name, value in self.optimizer.state.get(parameter, {}).items():
                found[f"{name}/{number}"] = value
        return {name: value.contiguous() for name, value in found.items()}

    def restore(self, state: dict[str, torch.Tensor], done: int) -> None:
        """Go on from a state that lies `done` steps into the same run."""
        import torch

        self.done = done
        self._random = {
            name.partition("/")[2]: value
            for name, value in state.items()
            if name.startswith("random/")
        }
        with torch.no_grad():
            for number, parameter in enumerate(self.trained):
                parameter.copy_(state[f"weight/{number}"])
                for name in ("step", "exp_avg", "exp_avg_sq"):
                    if f"{name}/{number}" in state:
                        self.optimizer.state[parameter][name] = state[f"{name}/{number}"].to(
                            parameter.device
                        )

    def weights(self) -> list[torch.Tensor]:
        """Give a copy of all trained weights."""
        return [parameter.detach().cpu().clone() for parameter in self.trained]

    def set_weights(self, weights: list[torch.Tensor]) -> None:
        """Put back what `weights` gave."""
        import torch

        with torch.no_grad():
            for parameter, value in zip(self.trained, weights, strict=True):
                parameter.copy_(value)

    @contextlib.contextmanager
    def _fast(self) -> Iterator[None]:
        """Compute what can be with the passes made for a CPU, within the block and on one."""
        if self.recipe.device != "cpu":
            yield
            return
        from augment.train.fast.fast_model import fast_model

        with fast_model(self.model, halves=self.recipe.precision == "bf16") as taken:
            self._packs, self._descent = taken.packs, Descent(self.optimizer, taken.halves)
            try:
                yield
            finally:
                self._packs, self._descent = False, None

    def _go_on_drawing(self) -> None:
        import torch

        if not self._random:
            torch.manual_seed(self.seed)
            return
        torch.set_rng_state(self._random["cpu"])
        if "cuda" in self._random:
            torch.cuda.set_rng_state(self._random["cuda"])

    def _drawn_so_far(self) -> dict[str, torch.Tensor]:
        import torch

        found = {"cpu": torch.get_rng_state()}
        if self.recipe.device == "cuda":
            found["cuda"] = torch.cuda.get_rng_state()
        return found

    def _step(self, rows: IntArray) -> torch.Tensor:
        """Take one optimizer step; where the memory is too small, in more and smaller parts."""
        share = self.lr() / self.recipe.lr
        for group, peak in zip(self.optimizer.param_groups, self._peaks, strict=True):
            group["lr"] = peak * share
        while (loss := self._gradients(rows)) is None:
            self._forget()
            self._smaller_parts(len(rows))
        if self._descent is not None:
            self._descent.step(self.recipe.max_norm)
        else:
            step_clipped(self.optimizer, self.trained, self.recipe.max_norm)
            self._forget()
        return loss

    def _forget(self) -> None:
        """Forget the gradients."""
        if self._descent is not None:
            self._descent.forget()
        else:
            self.optimizer.zero_grad(set_to_none=True)

    def _gradients(self, rows: IntArray) -> torch.Tensor | None:
        """Add up the gradients of a batch; its loss, or None when the memory did not suffice."""
        import torch

        loss = torch.zeros((), device=self.recipe.device)
        passes = [np.arange(len(rows))]
        if not self._packs:
            passes = length_groups(self.table.lengths[rows], PASS_COST[self.recipe.device])
        try:
            if self.parts == 1:
                # One context for all passes keeps the bf16 copies of the weights between them.
                with autocast(self.recipe.precision, self.recipe.device):
                    for group in passes:
                        loss = loss + self._loss(rows[group], len(rows))
                loss.backward()  # type: ignore[no-untyped-call]
                return loss.detach()
            size = -(-len(rows) // self.parts)
            for group in passes:
                for start in range(0, len(group), size):
                    with autocast(self.recipe.precision, self.recipe.device):
                        part = self._loss(rows[group[start : start + size]], len(rows))
                    part.backward()  # type: ignore[no-untyped-call]
                    loss += part.detach()
            return loss
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
        return None

    def _loss(self, rows: IntArray, batch_size: int) -> torch.Tensor:
        import torch

        recipe = self.recipe
        logits = self.model(**self.table.batch(rows, recipe.device)).logits
        goal = self._targets[torch.from_numpy(rows).to(recipe.device)]
        summed = summed_loss(
            logits.float(),
            goal,
            recipe.loss,
            self._weights,
            smoothing=recipe.smoothing,
            gamma=recipe.gamma,
        )
        return summed / batch_size

    def _smaller_parts(self, batch_size: int) -> None:
        if self.parts >= batch_size:
            raise AugmentError(
                "out of memory with a single row at a time; give a smaller max_tokens, a smaller "
                "model, or gradient_checkpointing"
            )
        if self.parts == self.recipe.accumulation:
            self.on_note(
                f"out of memory with batches in parts of {-(-batch_size // self.parts)} rows: the "
                "parts are halved and their number doubled (--accumulation) until they fit; the "
                "batches stay the same, what dropout drops does not"
            )
        self.parts = min(batch_size, 2 * self.parts)
        give_memory_back(self.recipe.device)


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
    """Train a model in place over planned batches; see `FineTuning` for the parameters.

    Raises
    ------
    DivergedError
        When the loss stops being a finite number.
    """
    tuning = FineTuning(model, table, labels, batches, recipe, seed=seed)
    tuning.advance(on_step=on_step)
    tuning.check()

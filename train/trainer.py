"""Trains one model on one material: epochs, judges, checkpoints, the best and the last."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from augment.errors import DivergedError, WriteError
from augment.progress import SILENT, Progress
from augment.train.assessment import Assessment, assess
from augment.train.assessment_text import class_report
from augment.train.encoder import Encoder
from augment.train.experiment_log import SeveralLogs
from augment.train.finetune import FineTuning
from augment.train.layers import compute_twice
from augment.train.material import Material, batches_of, epoch_ends
from augment.train.metrics import score
from augment.train.passes import predict
from augment.train.recipe import fresh_model, recipe_of
from augment.train.tokens import TokenTable, cut_vocabulary, tokenise, whole_vocabulary
from augment.train.train_config import TrainConfig

if TYPE_CHECKING:
    import torch

    from augment.train.checkpoint import Checkpoint

#: Steps between two entries in the logs.
CHUNK: Final = 50
#: A state is written when the last is older: at the end of an epoch, and within one (seconds).
EPOCH_AGE, STEP_AGE = 10.0, 120.0
#: Up to so many epochs each has its own report.
MOST_REPORTS, MOST_LINES = 10, 20


@dataclass(frozen=True, slots=True)
class Epoch:
    """What an epoch came to.

    Parameters
    ----------
    number
        1-based.
    step
        Optimizer steps taken by its end.
    loss
        Mean loss over its batches.
    inner
        Score of the rows that judge epochs, None where there are none.
    valid
        Accuracy, macro F1, Matthews correlation and log loss of the validation part, or None.
    """

    number: int
    step: int
    loss: float
    inner: float | None = None
    valid: dict[str, float] | None = None


@dataclass
class _State:
    """What a training knows beside its weights; goes into the checkpoint as JSON."""

    history: list[Epoch] = field(default_factory=list)
    best: float | None = None
    best_epoch: int = 0
    lost: float = 0.0
    since: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> _State:
        history = [Epoch(**one) for one in values["history"]]
        return cls(**{**values, "history": history})


@dataclass(frozen=True)
class Fitted:
    """A trained model.

    Parameters
    ----------
    model
        With its whole vocabulary, and merged where that was asked for.
    history
        Its epochs.
    epoch
        Number of the epoch whose model it is.
    steps
        Steps taken.
    diverged
        Why the training stopped early when its loss was no number any more, else None.
    """

    model: torch.nn.Module
    history: tuple[Epoch, ...]
    epoch: int
    steps: int
    diverged: str | None


class Trainer:
    """One training, ready to run.

    Parameters
    ----------
    config
        How to train.
    material
        On what.
    encoder
        The encoder; it is used up.
    """

    def __init__(self, config: TrainConfig, material: Material, encoder: Encoder) -> None:
        self.config, self.material, self.encoder = config, material, encoder
        self.max_tokens = encoder.tokens_read(config.max_tokens)
        table = tokenise(
            material.texts,
            encoder.tokenizer,
            max_tokens=self.max_tokens,
            truncation=config.truncation,
        )
        plain: Any = encoder.model
        self._embedding: torch.Tensor = plain.get_input_embeddings().weight.detach()
        self.table: TokenTable = cut_vocabulary(encoder.model, table)
        self.recipe = recipe_of(config, encoder, material.classes)
        self.batches = batches_of(material, config)
        self.ends = epoch_ends(material.n_train, config.batch_size, len(self.batches))
        seeds = np.random.SeedSequence([config.seed]).generate_state(2)
        self._seeds = [int(seed) for seed in seeds]  # of the head and of the dropout
        self._model = self._fresh()

    def run(
        self,
        *,
        progress: Progress = SILENT,
        checkpoint: Checkpoint | None = None,
        resume: bool = False,
        logs: SeveralLogs | None = None,
    ) -> Fitted:
        """Train; with a checkpoint, go on where it stopped and keep it up to date.

        Raises
        ------
        DivergedError
            When the loss is no number before the first epoch is over. Later on the last good
            model is given, and `Fitted.diverged` says why.
        """
        logs = logs or SeveralLogs(())
        state = _State()
        tuning = FineTuning(
            self._model,
            self.table,
            self.material.labels,
            self.batches,
            self.recipe,
            seed=self._seeds[1],
            on_note=progress.note,
        )
        good: dict[str, list[torch.Tensor]] = {}
        if checkpoint is not None and resume:
            good, state = self._go_on(tuning, checkpoint)
            progress.note(f"going on from step {tuning.done:,} of {len(self.batches):,}")
        diverged = None
        saved = time.monotonic()
        with progress.stage("training", len(self.batches) - tuning.done, "step") as stage:
            while tuning.done < len(self.batches) and not self._is_enough(state):
                end = next(end for end in self.ends if end > tuning.done)
                until = min(end, (tuning.done // CHUNK + 1) * CHUNK)
                steps = until - tuning.done
                try:
                    loss = tuning.advance(until, stage.advance)
                    if until == end:
                        tuning.check()
                except DivergedError as error:
                    if not good:
                        raise
                    diverged = str(error)
                    break
                state.lost, state.since = state.lost + loss * steps, state.since + steps
                logs.numbers(tuning.done, {"train/loss": loss, "train/lr": tuning.lr()})
                if tuning.done == end:
                    self._judge(tuning, state, good, progress, logs)
                age = time.monotonic() - saved
                if checkpoint is not None and age >= (
                    EPOCH_AGE if tuning.done == end else STEP_AGE
                ):
                    try:
                        checkpoint.save(_tensors(tuning, good), _meta(tuning, state))
                    except WriteError as error:
                        progress.warn(f"{error}; the training goes on without a new checkpoint")
                    saved = time.monotonic()
        return self._finish(tuning, state, good, diverged)

    def _fresh(self) -> torch.nn.Module:
        """Give the model to train, its head drawn and its frozen parts frozen."""
        import torch

        generator = torch.Generator().manual_seed(self._seeds[0])
        return fresh_model(self.encoder, self.config, generator)

    def _go_on(
        self, tuning: FineTuning, checkpoint: Checkpoint
    ) -> tuple[dict[str, list[torch.Tensor]], _State]:
        tensors, meta = checkpoint.load()
        tuning.restore(tensors, meta["done"])
        good: dict[str, list[torch.Tensor]] = {}
        for which in ("last", "best"):
            if f"{which}/0" in tensors:
                good[which] = [tensors[f"{which}/{n}"] for n in range(len(tuning.trained))]
        return good, _State.of(meta["state"])

    def _is_enough(self, state: _State) -> bool:
        """Whether too many epochs have passed since the best."""
        patience = self.config.patience
        return patience is not None and len(state.history) - state.best_epoch >= patience

    def _judge(
        self,
        tuning: FineTuning,
        state: _State,
        good: dict[str, list[torch.Tensor]],
        progress: Progress,
        logs: SeveralLogs,
    ) -> None:
        """Close an epoch: scores, best weights, a line for the user."""
        material, config = self.material, self.config
        number = len(state.history) + 1
        inner = None
        good["last"] = tuning.weights()
        if len(material.inner):
            found = predict(tuning.model, self.table, material.inner, self.recipe)
            inner = float(getattr(score(material.labels[material.inner], found), config.metric))
            better = -inner if config.metric == "log_loss" else inner
            if state.best is None or better > state.best:
                state.best, state.best_epoch = better, number
                good["best"] = good["last"]
        valid = self._assess(tuning.model) if len(material.valid) else None
        epoch = Epoch(
            number=number,
            step=tuning.done,
            loss=round(state.lost / max(1, state.since), 6),
            inner=None if inner is None else round(inner, 6),
            valid=None if valid is None else _rounded(asdict(valid.scores)),
        )
        state.history.append(epoch)
        state.lost, state.since = 0.0, 0
        values = {"train/epoch_loss": epoch.loss}
        if inner is not None:
            values[f"inner/{config.metric}"] = inner
        values |= {f"valid/{name}": value for name, value in (epoch.valid or {}).items()}
        logs.numbers(tuning.done, values)
        self._say(epoch, valid, progress)

    def _say(self, epoch: Epoch, valid: Assessment | None, progress: Progress) -> None:
        every = -(-len(self.ends) // MOST_LINES)
        last = epoch.step == self.ends[-1]
        if epoch.number % every and not last:
            return
        line = f"epoch {epoch.number}/{len(self.ends)}: loss {epoch.loss:.4f}"
        if epoch.inner is not None:
            line += f", inner {self.config.metric} {epoch.inner:.3f}"
        if valid is not None:
            line += f", accuracy {valid.accuracy:.3f}, macro F1 {valid.macro_f1:.3f}"
            if len(self.ends) <= MOST_REPORTS and not last:
                line += "\n" + class_report(valid)
        progress.note(line)

    def _assess(self, model: torch.nn.Module) -> Assessment:
        material = self.material
        found = predict(model, self.table, material.valid, self.recipe)
        texts = [material.texts[row] for row in material.valid.tolist()]
        return assess(material.labels[material.valid], found, material.classes, texts)

    def _finish(
        self,
        tuning: FineTuning,
        state: _State,
        good: dict[str, list[torch.Tensor]],
        diverged: str | None,
    ) -> Fitted:
        from augment.train.adapters import merged

        which = "best" if "best" in good else "last"
        epoch = state.best_epoch if which == "best" else len(state.history)
        if which == "best" or diverged is not None:
            tuning.set_weights(good[which])
        whole_vocabulary(tuning.model, self.table, self._embedding)
        model: Any = tuning.model
        if self.config.gradient_checkpointing:
            compute_twice(model, False)
        if self.config.merge:
            model = merged(model)
        return Fitted(
            model=model.cpu().eval(),
            history=tuple(state.history),
            epoch=epoch,
            steps=tuning.done,
            diverged=diverged,
        )


def _tensors(
    tuning: FineTuning, good: Mapping[str, Sequence[torch.Tensor]]
) -> dict[str, torch.Tensor]:
    tensors = tuning.state()
    for which, weights in good.items():
        if which == "last" or weights is not good["last"]:
            tensors |= {f"{which}/{n}": tensor for n, tensor in enumerate(weights)}
        else:  # safetensors does not hold one tensor under two names
            tensors |= {f"{which}/{n}": tensor.clone() for n, tensor in enumerate(weights)}
    return tensors


def _meta(tuning: FineTuning, state: _State) -> dict[str, Any]:
    return {"done": tuning.done, "state": state.as_dict()}


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 6) for name, value in values.items()}

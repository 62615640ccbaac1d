"""One run of a K-fold experiment: an arm trained on one fold, and its test rows predicted."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from augment.errors import DivergedError
from augment.train.kfold.units import Key, Unit, rounded

if TYPE_CHECKING:
    from augment.datasets.folds import Fold
    from augment.train.encoder import Encoder
    from augment.train.kfold.arms import ArmPlan
    from augment.train.kfold.config import KFoldConfig
    from augment.train.recipe import Recipe
    from augment.train.tokens import IntArray, TokenTable


@dataclass(frozen=True, slots=True)
class Job:
    """What one run trains and tests on."""

    split: Fold
    arm: str
    plan: ArmPlan
    part: str = ""

    @property
    def key(self) -> Key:
        """Repeat, fold, arm and part."""
        return self.split.repeat, self.split.fold, self.arm, self.part


@dataclass(frozen=True, eq=False)
class RunSetup:
    """What all runs of an experiment share; it can be sent to another process.

    Parameters
    ----------
    config
        Options of the experiment. Its seed with repeat and fold decides head and dropout, alike
        in every arm.
    classes
        Names of the classes.
    table, labels
        Tokens, by the encoder's own numbers, and class of every row.
    recipe
        How to train; each run takes the loss of its plan.
    """

    config: KFoldConfig
    classes: tuple[str, ...]
    table: TokenTable
    labels: IntArray
    recipe: Recipe

    def run(self, job: Job, on_step: Callable[[], None] = lambda: None) -> Unit:
        """Train and test once.

        On a CPU one thread does it, whatever the machine has: how sums are split among threads
        changes their last bits, and so a result would depend on the number of processes. Cores are
        kept busy by runs side by side (`augment.train.kfold.processes`).
        """
        import torch

        from augment.train.finetune import fine_tune, predict
        from augment.train.passes import give_memory_back, older_objects_apart
        from augment.train.recipe import fresh_model

        started = time.perf_counter()
        split, plan = job.split, job.plan
        encoder, table = _loaded(self)
        seeds = np.random.SeedSequence([self.config.seed, split.repeat, split.fold])
        head, dropout = (int(s) for s in seeds.generate_state(2))
        generator = torch.Generator().manual_seed(head)
        recipe = self.recipe
        if plan.loss != recipe.loss:  # the arm that weighs every class alike, whatever is given
            recipe = dataclasses.replace(recipe, loss=plan.loss, weights=None)
        with older_objects_apart(), one_thread():
            model = fresh_model(encoder, self.config, generator)
            try:
                fine_tune(
                    model, table, self.labels, plan.batches, recipe, seed=dropout, on_step=on_step
                )
            except DivergedError as error:
                where = f"arm {job.arm!r}, repeat {split.repeat}, fold {split.fold}"
                raise DivergedError(f"{where}: {error} (--lr)") from error
            probabilities = predict(model, table, split.test, recipe)
            del model
            give_memory_back(recipe.device)
        return Unit(
            repeat=split.repeat,
            fold=split.fold,
            arm=job.arm,
            n_train=plan.n_train,
            n_train_originals=len(split.train),
            steps=len(plan.batches),
            share_seen=plan.share_seen,
            seconds=round(time.perf_counter() - started, 3),
            test=tuple(split.test.tolist()),
            probabilities=rounded(probabilities),
            part=job.part,
            label_refused=plan.label_refused,
        )


@lru_cache(maxsize=1)
def _loaded(setup: RunSetup) -> tuple[Encoder, TokenTable]:
    """Load the encoder once in this process, cut down to the tokens that occur."""
    from augment.train.encoder import load_encoder
    from augment.train.tokens import cut_vocabulary

    encoder = load_encoder(
        setup.config.model,
        labels=setup.classes,
        dropout=setup.config.dropout,
        offline=setup.config.offline,
    )
    return encoder, cut_vocabulary(encoder.model, setup.table)


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread for the time of a block."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)

"""What a K-fold experiment trains: its runs, planned before the first and done in any order."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from augment.datasets.folds import Fold
from augment.errors import InputError
from augment.progress import Progress
from augment.train.encoder import Encoder
from augment.train.kfold.arms import ArmPlans
from augment.train.kfold.config import (
    AUGMENTED,
    FLOORS,
    ORIGINAL,
    OVERSAMPLED,
    SETFIT,
    KFoldConfig,
)
from augment.train.kfold.contrastive import BATCH
from augment.train.kfold.floor import FloorJob, FloorSetup
from augment.train.kfold.label_check import LabelCheck
from augment.train.kfold.labelled import LabelledRows
from augment.train.kfold.parts import LEAKING, WHOLE, leaking_splits, smaller_splits, usable_points
from augment.train.kfold.processes import fitting_processes, run_jobs
from augment.train.kfold.runs import Job, RunSetup
from augment.train.kfold.units import Unit, UnitStore
from augment.train.recipe import fresh_model, recipe_of

IntArray = npt.NDArray[np.int64]


class Experiment:
    """What is trained: rows, runs, and what all runs share."""

    def __init__(
        self,
        config: KFoldConfig,
        main: LabelledRows,
        rows: LabelledRows,
        owned: dict[str, IntArray],
        arms: tuple[str, ...],
        splits: list[Fold],
        encoder: Encoder,
        check: LabelCheck | None,
    ) -> None:
        import torch

        from augment.train.tokens import tokenise

        self.config, self.rows, self.check = config, rows, check
        self.model_revision = encoder.revision
        self.max_tokens = encoder.tokens_read(config.max_tokens)
        self.table = tokenise(
            rows.texts,
            encoder.tokenizer,
            max_tokens=self.max_tokens,
            truncation=config.truncation,
        )
        self.recipe = recipe_of(config, encoder, rows.classes)
        if config.freeze_layers or config.gradient_checkpointing:  # what cannot be, is told now
            fresh_model(encoder, config, torch.Generator())
        plans = ArmPlans(rows, owned, config, check)
        self.matched = plans.with_controls(arms, splits)
        self.arms = tuple(self.matched)
        trained = [arm for arm in self.arms if arm not in FLOORS]
        compared = {OVERSAMPLED: self.matched.get(OVERSAMPLED, "")} | {
            arm: owner for arm, owner in self.matched.items() if owner and arm in owned
        }
        if len(compared) == 1:
            compared = {ORIGINAL: "", OVERSAMPLED: ""}
        compared |= {a: o for a, o in self.matched.items() if a.startswith(f"{OVERSAMPLED}-")}
        self.jobs = [
            Job(split, arm, plans.plan(arm, self.matched[arm], split))
            for split in splits
            for arm in trained
        ]
        points = usable_points(rows, splits, config.curve_points)
        self.left_out_points = tuple(p for p in config.curve_points if p not in points)
        for point in points:
            self.jobs += [
                Job(split, arm, plans.plan(arm, owner, split), str(point))
                for split in smaller_splits(rows, splits, point, seed=config.seed)
                for arm, owner in compared.items()
            ]
        if config.leak_gap:
            leaky = leaking_splits(
                main, folds=config.folds, repeats=config.repeats, seed=config.seed
            )
            arm = next((a for a in (AUGMENTED, OVERSAMPLED, *trained) if a in trained), "")
            if not arm:
                raise InputError(
                    f"leak_gap: the arms ({', '.join(self.arms)}) are floors, and the gap is "
                    "measured on a fine-tuned one; add one, such as 'oversampled'"
                )
            self.jobs += [Job(split, arm, plans.leaking(split), LEAKING) for split in leaky]
        self.floors = [FloorJob(split, arm) for split in splits for arm in arms if arm in FLOORS]
        self.floor_setup = FloorSetup(
            texts=tuple(rows.text(row) for row in range(rows.n_originals)),
            labels=rows.labels[: rows.n_originals],
            model=config.model,
            max_tokens=self.max_tokens,
            device=self.recipe.device,
            offline=config.offline,
            steps=config.steps,
            seed=config.seed,
        )
        tuning = sum(map(self.floor_setup.steps_of, self.floors))
        texts = max(config.batch_size, 2 * BATCH if tuning else 0)
        longest = texts * min(self.max_tokens, int(self.table.lengths.max()))
        steps = tuning + sum(len(job.plan.batches) for job in self.jobs)
        fitting = config.workers or fitting_processes(encoder, longest, steps)
        n_runs = len(self.jobs) + len(self.floors)
        self.processes = 1 if self.recipe.device != "cpu" else min(fitting, n_runs)

    def label_refused(self) -> dict[str, list[int]]:
        """Arm of new rows -> how many of them the label check keeps out of each training part."""
        if self.check is None:
            return {}
        found: dict[str, list[int]] = {a: [] for a, owner in self.matched.items() if a == owner}
        for job in self.jobs:
            if job.part == WHOLE and job.arm in found:
                found[job.arm].append(job.plan.label_refused)
        return found

    def units(self, store: UnitStore, progress: Progress) -> list[Unit]:
        """Train what is not in the store yet; all units, by repeat, fold and arm."""
        planned: list[Job | FloorJob] = [*self.jobs, *self.floors]
        for one in planned:
            store.check(one.key, one.split.test, n_classes=len(self.rows.classes))
        jobs = [job for job in self.jobs if job.key not in store]
        # The longest first: at the end no process waits for another for long.
        jobs.sort(key=lambda job: -len(job.plan.batches))
        setup = RunSetup(
            config=self.config,
            classes=self.rows.classes,
            table=self.table,
            labels=self.rows.labels,
            recipe=self.recipe,
        )
        if jobs:
            total = sum(len(job.plan.batches) for job in jobs)
            processes = min(self.processes, len(jobs))
            with progress.stage("fine-tuning", total, "step") as stage:
                for unit in run_jobs(setup, jobs, processes=processes, on_step=stage.advance):
                    store.add(unit)
        self._add_floors(store, progress)
        keys = [*(job.key for job in self.jobs), *(job.key for job in self.floors)]
        return [store[key] for key in keys]

    def _add_floors(self, store: UnitStore, progress: Progress) -> None:
        """Fit the floors that are not in the store yet."""
        setup = self.floor_setup
        jobs = [job for job in self.floors if job.key not in store]
        tuned = [job for job in jobs if job.arm == SETFIT]
        for job in jobs:
            if job not in tuned:
                store.add(setup.run(job))
        if tuned:
            total = sum(map(setup.steps_of, tuned))
            processes = min(self.processes, len(tuned))
            with progress.stage("tuning on pairs", total, "step") as stage:
                for unit in run_jobs(
                    setup, tuned, processes=processes, on_step=stage.advance, apart=True
                ):
                    store.add(unit)

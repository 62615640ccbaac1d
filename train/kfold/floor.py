"""The floors: what other methods reach on the same originals, without any new row.

TF-IDF with logistic regression takes a second; SetFit tunes the encoder on pairs of originals
(`augment.train.kfold.contrastive`) and can take longer than the other arms. Either is fitted in the
training part alone. An arm of new rows is shown beside them and need not beat them: they differ
from it in the method, and not only in the rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from augment.datasets.folds import Fold
from augment.extras import require
from augment.train.kfold.config import SETFIT
from augment.train.kfold.contrastive import contrastive_steps, setfit_probabilities
from augment.train.kfold.units import Key, Unit, rounded

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FloorJob:
    """A floor on one fold."""

    split: Fold
    arm: str
    part: str = ""

    @property
    def key(self) -> Key:
        """Repeat, fold, arm and part."""
        return self.split.repeat, self.split.fold, self.arm, self.part


@dataclass(frozen=True, eq=False)
class FloorSetup:
    """What all floors of an experiment share; it can be sent to another process.

    Parameters
    ----------
    texts
        Text of every original; both sides of a pair in one.
    labels
        Class number of every original.
    model, max_tokens, device, offline
        As for `augment.train.kfold.contrastive.setfit_probabilities`.
    steps
        Optimizer steps where the user gave them.
    seed
        With repeat and fold it decides what is drawn.
    """

    texts: tuple[str, ...]
    labels: IntArray
    model: str
    max_tokens: int
    device: str
    offline: bool
    steps: int | None
    seed: int

    def steps_of(self, job: FloorJob) -> int:
        """Optimizer steps that a floor takes."""
        return contrastive_steps(len(job.split.train), self.steps) if job.arm == SETFIT else 0

    def run(self, job: FloorJob, on_step: Callable[[], None] = lambda: None) -> Unit:
        """Fit once on the training part, and read the test part."""
        started = time.perf_counter()
        split, steps = job.split, self.steps_of(job)
        if job.arm == SETFIT:
            p = setfit_probabilities(
                self.texts,
                self.labels,
                split.train,
                split.test,
                model=self.model,
                max_tokens=self.max_tokens,
                steps=steps,
                device=self.device,
                offline=self.offline,
                seed=(self.seed, split.repeat, split.fold),
                on_step=on_step,
            )
        else:
            p = self._tfidf(split)
        return Unit(
            repeat=split.repeat,
            fold=split.fold,
            arm=job.arm,
            n_train=len(split.train),
            n_train_originals=len(split.train),
            steps=steps,
            share_seen=0.0,
            seconds=round(time.perf_counter() - started, 3),
            test=tuple(split.test.tolist()),
            probabilities=rounded(p),
            part=job.part,
        )

    def _tfidf(self, split: Fold) -> FloatArray:
        """Fit TF-IDF of words and word pairs, and logistic regression with class weights.

        The vocabulary and the weights of words come from the training part alone.
        """
        text = require("sklearn.feature_extraction.text", extra="train", purpose="the arm tfidf")
        linear = require("sklearn.linear_model", extra="train", purpose="the arm tfidf")
        texts, labels = self.texts, self.labels
        words = text.TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, token_pattern=r"\w+")  # noqa: S106
        try:
            known = words.fit_transform([texts[row] for row in split.train])
        except ValueError:  # scripts and signs without a single word: letters then
            words = text.TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
            known = words.fit_transform([texts[row] for row in split.train])
        model = linear.LogisticRegression(
            C=10.0, class_weight="balanced", solver="newton-cg", tol=1e-5, max_iter=2000
        )
        model.fit(known, labels[split.train])
        p: FloatArray = model.predict_proba(words.transform([texts[row] for row in split.test]))
        return p

"""The arm `setfit`: a sentence encoder tuned on pairs of originals, and logistic regression on it.

A leaf: the package setfit is loaded here, and only in a process of its own (see
`augment.train.kfold.floor`), because it and the trainer beneath it print, log and seed as if the
process were theirs.
"""

from __future__ import annotations

import importlib.util
import logging
import math
import os
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from augment.errors import MissingExtraError
from augment.extras import require
from augment.loading import loading
from augment.minilm import NAME, minilm_folder
from augment.offline import no_network
from augment.train.encoder import model_folder
from augment.train.kfold.runs import one_thread

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

#: Pairs of one class, and as many of two: R of the paper, counted per text as the package does.
PAIRS_PER_TEXT: Final = 20
#: Pairs per optimizer step, and the peak learning rate: the package's defaults.
BATCH: Final = 16
LR: Final = 2e-5
#: Optimizer steps after which the tuning ends, however many texts there are.
MOST_STEPS: Final = 500
#: Texts that pairs are drawn from; the package lists all their pairs in memory.
MOST_TEXTS: Final = 2_000
_EXTRA: Final = {"extra": "setfit", "purpose": "the arm setfit"}


def check_installed() -> None:
    """Refuse in time: loading the package takes seconds, and other arms would be trained before.

    Raises
    ------
    MissingExtraError
        When setfit, or what it measures with, is not installed.
    """
    for package in ("setfit", "evaluate", "sentence_transformers"):
        if importlib.util.find_spec(package) is None:
            raise MissingExtraError(
                f'the arm setfit needs the package {package!r}; pip install "augment-text[setfit]"'
            )


def contrastive_steps(n_texts: int, wanted: int | None) -> int:
    """Optimizer steps of the tuning: those wanted, else one pass over the pairs up to a limit.

    Examples
    --------
    >>> contrastive_steps(16, None), contrastive_steps(5000, None), contrastive_steps(16, 7)
    (40, 500, 7)
    """
    pairs = 2 * PAIRS_PER_TEXT * min(n_texts, MOST_TEXTS)
    return wanted or min(math.ceil(pairs / BATCH), MOST_STEPS)


def paired_rows(labels: IntArray, train: IntArray, *, seed: Sequence[int]) -> IntArray:
    """Rows whose texts are paired, in the order that decides the pairs.

    The package draws pairs by a seed that is a constant in its code, so what differs between
    seeds is the order of the texts. Of more than `MOST_TEXTS` the classes give equally many, as
    far as they have them.
    """
    order = np.random.default_rng(seed).permutation(train)
    turn = np.zeros(len(order), dtype=np.int64)
    for c in np.unique(labels[order]):
        places = np.flatnonzero(labels[order] == c)
        turn[places] = np.arange(len(places))
    first = np.sort(np.argsort(turn, kind="stable")[:MOST_TEXTS])
    return order[first]


def setfit_probabilities(
    texts: Sequence[str],
    labels: IntArray,
    train: IntArray,
    test: IntArray,
    *,
    model: str,
    max_tokens: int,
    steps: int,
    device: str,
    offline: bool,
    seed: Sequence[int],
    on_step: Callable[[], None],
) -> FloatArray:
    """Tune on pairs of the training part, fit the head on all of it, and read the test part.

    Parameters
    ----------
    texts, labels
        Text and class number of every original.
    train, test
        Rows of the two parts.
    model
        As for `augment.train.encoder.load_encoder`. An encoder that does not say how it makes one
        vector of a text is mean-pooled.
    max_tokens
        Longer texts lose their end.
    steps
        Optimizer steps of the tuning.
    device
        ``"cpu"`` or ``"cuda"``.
    offline
        Open no connection; without it a hub model may be fetched, and nothing else.
    seed
        Decides pairs, their order and dropout.
    on_step
        Called after every optimizer step.

    Returns
    -------
    ndarray of shape (n_test, n_classes)
        Class probabilities.

    References
    ----------
    L. Tunstall et al., Efficient Few-Shot Learning Without Prompts, arXiv:2209.11055, 2022.
    """
    if device == "cpu":  # the trainer would take a GPU that is there
        os.environ["ACCELERATE_USE_CPU"] = "true"
    transformers = require("transformers", **_EXTRA)
    setfit = require("setfit", **_EXTRA)
    linear = require("sklearn.linear_model", **_EXTRA)
    body = _body(model, max_tokens=max_tokens, device=device, offline=offline)

    class Steps(transformers.TrainerCallback):  # type: ignore[misc, name-defined]
        def on_step_end(self, *_: object, **__: object) -> None:
            on_step()

    whole = setfit.SetFitModel(
        model_body=body,
        # Weighted as in the arm tfidf: a plain head is no floor for macro F1 on uneven classes.
        model_head=linear.LogisticRegression(class_weight="balanced", max_iter=2000),
    )
    pairs = paired_rows(labels, train, seed=seed)
    with tempfile.TemporaryDirectory() as folder, no_network(), one_thread():
        arguments = setfit.TrainingArguments(
            output_dir=folder,
            batch_size=BATCH,
            num_epochs=1,
            max_steps=steps,
            num_iterations=PAIRS_PER_TEXT,
            body_learning_rate=LR,
            seed=int(np.random.SeedSequence(seed).generate_state(1)[0] >> 1),
            report_to="none",
            save_strategy="no",
            logging_strategy="no",
            show_progress_bar=False,
        )
        trainer = setfit.Trainer(model=whole, args=arguments, callbacks=[Steps()])
        _silence(trainer)
        trainer.train_embeddings([texts[row] for row in pairs], labels[pairs].tolist())
        whole.fit([texts[row] for row in train], labels[train].tolist(), num_epochs=0)
        found: FloatArray = whole.predict_proba(
            [texts[row] for row in test], as_numpy=True, show_progress_bar=False
        )
    return found


def _body(model: str, *, max_tokens: int, device: str, offline: bool) -> Any:  # noqa: ANN401
    """Load the encoder as the other arms do: safetensors, float32, and none of its code."""
    logging.getLogger("sentence_transformers").setLevel(logging.ERROR)
    library = require("sentence_transformers", **_EXTRA)
    require("setfit.logging", **_EXTRA).set_verbosity_error()
    messages: Any = require("transformers.utils.logging", **_EXTRA)
    messages.set_verbosity_error()
    messages.disable_progress_bar()
    folder: Path | None = minilm_folder() if model == NAME else model_folder(model)
    with loading(folder or model, offline=offline) as options:
        body = library.SentenceTransformer(
            str(folder or model),
            device=device,
            model_kwargs={"use_safetensors": True, "dtype": "float32"},
            **options,
        )
    body.max_seq_length = max_tokens
    return body


def _silence(trainer: Any) -> None:  # noqa: ANN401
    """Take out what prints and what describes the model for a hub."""
    transformers = require("transformers", **_EXTRA)
    for callback in (transformers.ProgressCallback, transformers.PrinterCallback):
        trainer.pop_callback(callback)
    trainer.pop_callback(require("setfit.model_card", **_EXTRA).ModelCardCallback)
    trainer.st_trainer.args.dataloader_pin_memory = False

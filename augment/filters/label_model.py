"""A light classifier of texts, cross-fitted so that no row is read by a model that saw it.

A leaf: scikit-learn is loaded here, and nothing imports this at its top.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from augment.extras import require
from augment.filters.duplicate import key_of
from augment.tokens import folded_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

FOLDS: Final = 5
_FEATURES: Final = 2**15
#: Of the norm of the gradient. The library's default solver took twelve times as long and ended
#: further from the optimum: its history of steps is heavier than the data.
_TOLERANCE: Final = 1e-5


class LabelModel:
    """Five logistic regressions on hashed words and word pairs, one without each fifth of the rows.

    Parameters
    ----------
    rows
        Of each row the key of its text, the text and its label; in an order that depends on
        nothing but the rows, since the solver's last digits do.

    Attributes
    ----------
    labels
        Classes, sorted.
    skill
        Cross-fitted balanced accuracy above chance, -1..1.

    Raises
    ------
    MissingExtraError
        When scikit-learn is not installed.
    """

    def __init__(self, rows: Sequence[tuple[bytes, str, str]]) -> None:
        linear = require("sklearn.linear_model", extra="train", purpose="the label check")
        text = require("sklearn.feature_extraction.text", extra="train", purpose="the label check")
        self.labels = sorted({label for _, _, label in rows})
        self._vectors: Any = text.HashingVectorizer(
            n_features=_FEATURES,
            analyzer=_words_and_pairs,
            alternate_sign=False,
            norm="l2",
            dtype=np.float32,
        )
        place = {label: at for at, label in enumerate(self.labels)}
        targets = np.array([place[label] for _, _, label in rows])
        folds = np.array([_fold(key) for key, _, _ in rows])
        features = self._vectors.transform([text for _, text, _ in rows])
        self._models: list[Any] = []
        read = np.zeros(len(rows), dtype=np.int64)
        for fold in range(FOLDS):
            inside = folds != fold
            model = linear.LogisticRegression(
                C=10.0, class_weight="balanced", solver="newton-cg", tol=_TOLERANCE
            )
            if len(np.unique(targets[inside])) < 2:
                self._models.append(None)
                continue
            model.fit(features[inside], targets[inside])
            self._models.append(model)
            if not inside.all():
                read[~inside] = model.predict(features[~inside])
        right = [float(np.mean(read[targets == at] == at)) for at in range(len(self.labels))]
        self.skill = float(np.mean(right)) - 1 / len(self.labels)

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, float]]:
        """Most probable label of texts, each by the model that did not see the text beside it.

        Parameters
        ----------
        pairs
            Each a text to read, and the original that its model must not know.

        Returns
        -------
        list of (str, float)
            The label and its probability, rounded to four digits.
        """
        if not pairs:
            return []
        features = self._vectors.transform([text for text, _ in pairs])
        folds = np.array([_fold(key_of(original)) for _, original in pairs])
        odds: NDArray[np.float64] = np.zeros((len(pairs), len(self.labels)))
        for fold, model in enumerate(self._models):
            at = np.flatnonzero(folds == fold)
            if model is not None and len(at):
                odds[np.ix_(at, model.classes_)] = model.predict_proba(features[at])
        best = odds.argmax(axis=1)
        return [
            (self.labels[label], round(float(odds[row, label]), 4))
            for row, label in enumerate(best.tolist())
        ]


def _fold(key: bytes) -> int:
    return key[0] % FOLDS


def _words_and_pairs(text: str) -> list[str]:
    words = folded_words(text)
    return [*words, *map(" ".join, pairwise(words))]

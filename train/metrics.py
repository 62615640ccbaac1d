"""Scores of predictions against labels, with class numbers throughout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
#: Names of the scores of one fold; all but log_loss are better when larger.
SCORES = ("accuracy", "macro_f1", "mcc", "log_loss")


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of one set of predictions (see `score`)."""

    accuracy: float
    macro_f1: float
    mcc: float
    log_loss: float


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Precision, recall and F1 (0..1) of one class, and its number of rows."""

    precision: float
    recall: float
    f1: float
    support: int


def confusion(labels: IntArray, predicted: IntArray, n_classes: int) -> IntArray:
    """Count rows by label (first axis) and prediction (second), shape ``(n, n)``.

    Examples
    --------
    >>> confusion(np.array([0, 0, 1]), np.array([0, 1, 1]), 2).tolist()
    [[1, 1], [0, 1]]
    """
    pairs = np.asarray(labels) * n_classes + np.asarray(predicted)
    return np.bincount(pairs, minlength=n_classes**2).reshape(n_classes, n_classes)


def unpredicted(table: IntArray) -> list[int]:
    """Give the classes of a confusion table that occur and were never predicted.

    Examples
    --------
    >>> unpredicted(np.array([[9, 0, 0], [1, 0, 0], [0, 0, 0]]))
    [1]
    """
    return np.flatnonzero((table.sum(axis=0) == 0) & (table.sum(axis=1) > 0)).tolist()


def class_scores(table: IntArray) -> list[ClassScores]:
    """Precision, recall and F1 of each class of a confusion table; 0 where undefined."""
    hits = np.diag(table).astype(float)
    predicted, support = table.sum(axis=0), table.sum(axis=1)
    precision = np.divide(hits, predicted, out=np.zeros_like(hits), where=predicted > 0)
    recall = np.divide(hits, support, out=np.zeros_like(hits), where=support > 0)
    both = predicted + support
    f1 = np.divide(2 * hits, both, out=np.zeros_like(hits), where=both > 0)
    return [
        ClassScores(float(p), float(r), float(f), int(n))
        for p, r, f, n in zip(precision, recall, f1, support, strict=True)
    ]


def matthews(table: IntArray) -> float:
    """Matthews correlation of a confusion table, -1..1; 0 when either side is constant.

    References
    ----------
    J. Gorodkin, Comparing two K-category assignments by a K-category correlation coefficient,
    Computational Biology and Chemistry 28, 2004.
    """
    t, p = table.sum(axis=1).astype(float), table.sum(axis=0).astype(float)
    n, hits = float(table.sum()), float(np.trace(table))
    spread = (n * n - p @ p) * (n * n - t @ t)
    return float((hits * n - t @ p) / np.sqrt(spread)) if spread > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Constant:
    """What always answering one class, the most frequent one, would reach."""

    label: int
    accuracy: float
    macro_f1: float

    @classmethod
    def of(cls, table: IntArray) -> Constant:
        """Give it for the labels of a confusion table.

        Examples
        --------
        >>> Constant.of(np.array([[0, 3], [0, 1]]))
        Constant(label=0, accuracy=0.75, macro_f1=0.42857142857142855)
        """
        support = table.sum(axis=1)
        label = int(support.argmax())
        accuracy = float(support[label] / support.sum())
        f1 = 2 * accuracy / (1 + accuracy)
        return cls(label, accuracy, f1 / int((support > 0).sum()))


#: Quantile of the normal distribution: above it a z value is one of chance in 5 of 100 cases.
_ONE_SIDED = 1.6449


def beats_guessing(table: IntArray, *, repeats: int = 1) -> bool:
    """Whether predictions are right more often than the same answers in any order would be.

    Given how often each class is the label and how often it is the answer, the number of right
    answers has a known mean and variance over all orders of the answers; more than 1.64 standard
    deviations above the mean come by chance in 5 % of the cases.

    Parameters
    ----------
    table
        Confusion table, shape ``(n_classes, n_classes)``.
    repeats
        How often each row is counted in it. Predictions for one row are taken to say the same.

    References
    ----------
    W. Hoeffding, A Combinatorial Central Limit Theorem, Annals of Mathematical Statistics 22, 1951.

    Examples
    --------
    >>> beats_guessing(np.array([[40, 10], [10, 40]])), beats_guessing(np.array([[60, 30], [6, 4]]))
    (True, False)
    """
    n = int(table.sum())
    label, answer = table.sum(axis=1) / max(n, 1), table.sum(axis=0) / max(n, 1)
    expected = float(label @ answer)
    # How much an answer at a row adds beyond what the row and the answer add at any place.
    beyond = np.eye(len(table)) - answer[:, None] - label[None, :] + expected
    variance = float(label @ np.square(beyond) @ answer) * n * n / max(n - 1, 1)
    z = (np.trace(table) - expected * n) / np.sqrt(variance) if variance > 0 else 0.0
    return bool(z > _ONE_SIDED * np.sqrt(repeats))


def score(labels: IntArray, probabilities: FloatArray) -> Scores:
    """Score class probabilities against labels.

    Parameters
    ----------
    labels
        Class numbers, shape ``(n_rows,)``.
    probabilities
        One row of class probabilities per row, shape ``(n_rows, n_classes)``.

    Returns
    -------
    Scores
        Accuracy, F1 averaged over the classes that occur in labels or predictions, Matthews
        correlation, and mean negative log-likelihood in nats.

    Examples
    --------
    >>> score(np.array([0, 1]), np.array([[0.9, 0.1], [0.2, 0.8]])).accuracy
    1.0
    """
    p = np.asarray(probabilities, float)
    table = confusion(labels, p.argmax(axis=1), p.shape[1])
    seen = (table.sum(axis=0) + table.sum(axis=1)) > 0
    f1 = np.array([c.f1 for c in class_scores(table)])
    right = np.clip(p[np.arange(len(p)), labels], np.finfo(float).eps, 1.0)
    return Scores(
        accuracy=float(np.trace(table) / table.sum()),
        macro_f1=float(f1[seen].mean()),
        mcc=matthews(table),
        log_loss=float(-np.log(right).mean()),
    )


def calibration_error(labels: IntArray, probabilities: FloatArray, *, bins: int = 15) -> float:
    """How far the probability of the predicted class is from how often it is right, 0..1.

    The mean over equally wide bins of the distance between confidence and accuracy, weighted by
    the rows in each (ECE).

    References
    ----------
    C. Guo et al., On Calibration of Modern Neural Networks, ICML 2017.

    Examples
    --------
    >>> sure = np.array([[0.9, 0.1]] * 10)
    >>> round(calibration_error(np.array([0] * 9 + [1]), sure), 6)
    0.0
    >>> round(calibration_error(np.array([0] * 5 + [1] * 5), sure), 6)
    0.4
    """
    p = np.asarray(probabilities, float)
    sure, right = p.max(axis=1), p.argmax(axis=1) == np.asarray(labels)
    bin_of = np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1)
    gaps = np.bincount(bin_of, weights=sure - right, minlength=bins)
    return float(np.abs(gaps).sum() / max(1, len(p)))


#: Square of the normal distribution's 97.5 % point.
_WILSON: Final = 3.8414588


def bootstrap_intervals(
    table: IntArray, *, seed: int = 0, draws: int = 2000
) -> dict[str, tuple[float, float]]:
    """95 % intervals of accuracy and macro F1, from the confusion table alone.

    Both come from the bootstrap over rows. It knows nothing of errors that a rare class has not
    made yet, or not in these rows; so for macro F1, where every class counts alike, rates of error
    are also drawn class by class from their distribution given the table, with a weak prior of two
    rows over all classes, and the wider end of the two stands. Where every row, or none, is right,
    all bootstrap draws are alike: accuracy then takes the end of Wilson's interval of a share.

    Both scores are functions of the confusion table, and to draw rows with replacement is to draw
    its cells from a multinomial distribution: exact, and as fast for a million rows as for ten.

    Parameters
    ----------
    table
        Confusion table, shape ``(n_classes, n_classes)``.
    seed
        Seed of the draws.
    draws
        Tables drawn.

    References
    ----------
    B. Efron, Bootstrap Methods: Another Look at the Jackknife, Annals of Statistics 7, 1979.
    E. B. Wilson, Probable Inference, the Law of Succession, and Statistical Inference, Journal of
    the American Statistical Association 22, 1927. D. Rubin, The Bayesian Bootstrap, Annals of
    Statistics 9, 1981.

    Examples
    --------
    >>> low, high = bootstrap_intervals(np.array([[45, 5], [5, 45]]))["accuracy"]
    >>> 0.83 <= low < 0.9 < high <= 0.96
    True
    >>> low, high = bootstrap_intervals(np.array([[97, 0], [0, 3]]))["macro_f1"]
    >>> low < 0.85, high
    (True, 1.0)
    """
    rng = np.random.default_rng(seed)
    accuracy, macro = _redrawn(table, rng, draws)
    posterior = _inner(_plausible(table, rng, draws))
    rows = _inner(macro)
    n, right = int(table.sum()), int(np.trace(table))
    unlikely = _WILSON / (n + _WILSON)
    ends = {0: (0.0, unlikely), n: (1 - unlikely, 1.0)}.get(right) or _inner(accuracy)
    return {
        "accuracy": ends,
        "macro_f1": (min(rows[0], posterior[0]), max(rows[1], posterior[1])),
    }


def _inner(draws: FloatArray) -> tuple[float, float]:
    return float(np.quantile(draws, 0.025)), float(np.quantile(draws, 0.975))


def _redrawn(
    table: IntArray, rng: np.random.Generator, draws: int
) -> tuple[FloatArray, FloatArray]:
    """Accuracy and macro F1 of tables of rows drawn with replacement."""
    n, classes = int(table.sum()), len(table)
    label, predicted = np.nonzero(table)  # with many classes, few of the cells hold rows
    right = np.zeros((len(label), classes))
    right[label == predicted, label[label == predicted]] = 1.0
    either = np.zeros((len(label), classes))
    np.add.at(either, (np.arange(len(label)), label), 1.0)
    np.add.at(either, (np.arange(len(label)), predicted), 1.0)
    accuracy, macro = np.empty(draws), np.empty(draws)
    for start in range(0, draws, 100):
        part = slice(start, min(start + 100, draws))
        drawn = rng.multinomial(n, table[label, predicted] / n, size=part.stop - part.start).astype(
            float
        )
        hits, both = drawn @ right, drawn @ either
        f1 = np.divide(2 * hits, both, out=np.zeros_like(hits), where=both > 0)
        accuracy[part] = hits.sum(axis=1) / n
        macro[part] = f1.sum(axis=1) / np.maximum((both > 0).sum(axis=1), 1)
    return accuracy, macro


def _plausible(table: IntArray, rng: np.random.Generator, draws: int) -> FloatArray:
    """Macro F1 of rates that the table may have come from (Dirichlet, class by class).

    The prior gives every class that occurs, ``n`` in all, ``1 / n`` rows that are right and as
    many that are wrong, the latter spread over all other classes.
    """
    seen = (table.sum(axis=0) + table.sum(axis=1)) > 0
    table = table[np.ix_(seen, seen)]
    classes = len(table)
    prior = 1.0 / classes
    right, rows = np.diag(table) + prior, table.sum(axis=1)
    label, predicted = np.nonzero(table * (1 - np.eye(classes, dtype=table.dtype)))
    of_label, to = np.eye(classes)[label], np.eye(classes)[predicted]
    macro = np.empty(draws)
    for start in range(0, draws, 100):
        part = slice(start, min(start + 100, draws))
        size = part.stop - part.start
        hits = rng.gamma(right, size=(size, classes))
        spread = rng.gamma(prior, size=(size, classes))
        errors = rng.gamma(table[label, predicted], size=(size, len(label)))
        share = rng.gamma(np.maximum(rows, 1e-9), size=(size, classes))
        share /= share.sum(axis=1, keepdims=True)
        # Of a class that is only predicted all draws may be too small to be told from nothing.
        whole = hits + spread + errors @ of_label
        share = np.divide(share, whole, out=np.zeros_like(share), where=whole > 0)
        hits, spread = hits * share, spread * share
        got = hits + (errors * share[:, label]) @ to
        got += (spread.sum(axis=1, keepdims=True) - spread) / max(classes - 1, 1)
        own = hits + spread + (errors * share[:, label]) @ of_label
        macro[part] = (2 * hits / (own + got)).mean(axis=1)
    return macro

"""Over-sampling with new texts, after imbalanced-learn's conventions.

As a step of imbalanced-learn's ``Pipeline`` it runs when the pipeline is fitted and not when it
predicts: under scikit-learn's ``cross_validate`` each fold augments its own training part, and no
paraphrase of a tested row is trained on. A leaf: scikit-learn is loaded when this module is.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from augment.datasets.augmentation.recipe import (
    AugmentationConfig,
    BacktranslateConfig,
    WordsConfig,
)
from augment.datasets.backtranslate import Augmented, run_recipe
from augment.datasets.formats.cell_text import is_missing
from augment.datasets.sampling_strategy import Strategy, new_rows
from augment.errors import InputError
from augment.extras import require
from augment.text_list import listed

_Base: Any = require("sklearn.base", extra="train", purpose="a sampler").BaseEstimator

_TEXT, _CLASS = "text", "class"


class ShortfallWarning(UserWarning):
    """A class did not reach its rows: no more paraphrases passed the checks."""


class _TextSampler(_Base):  # type: ignore[misc]
    """What both samplers do with texts and classes."""

    _sampling_type = "over-sampling"
    _estimator_type = "sampler"

    def _recipe(self) -> AugmentationConfig:
        raise NotImplementedError

    def fit(self, X: Any, y: Any) -> Any:  # noqa: ANN401 - the names are the convention's
        """Check the input and find what each class needs; nothing is made."""
        texts, labels = _texts(X, self.text), _labels(y)
        if len(texts) != len(labels):
            raise InputError(f"X has {len(texts)} rows and y {len(labels)}; as many are wanted")
        self.sampling_strategy_ = new_rows(self.sampling_strategy, labels)
        return self

    def fit_resample(self, X: Any, y: Any) -> tuple[Any, Any]:  # noqa: ANN401
        """Add new texts to the classes that need them.

        Parameters
        ----------
        X
            Texts, (n_rows,): a list, a Series, an object array, (n_rows, 1) too, or a DataFrame;
            of several columns the one named `text` is rewritten, the others are copied.
        y
            Classes, (n_rows,): a list, a Series or an array.

        Returns
        -------
        X_resampled, y_resampled
            Of the same types: the originals as they were, then the new rows.
        """
        self.fit(X, y)
        texts, labels = _texts(X, self.text), _labels(y)
        names = {label: str(number) for number, label in enumerate(dict.fromkeys(labels))}
        frame = pd.DataFrame({_TEXT: texts, _CLASS: [names[label] for label in labels]})
        counts = Counter(labels)
        targets = {
            names[label]: counts[label] + self.sampling_strategy_.get(label, 0) for label in names
        }
        done = run_recipe(frame, self._recipe(), targets=targets)
        self.augmented_: Augmented = done
        new = done.frame.iloc[len(texts) :]
        sources = new["aug_source_id"].to_numpy(dtype=np.intp)
        self.sample_indices_ = np.concatenate([np.arange(len(texts), dtype=np.intp), sources])
        self.methods_ = done.frame["aug_method"].to_numpy(dtype=object)
        self._warn(done, {name: label for label, name in names.items()})
        return (
            _with_texts(X, self.text, self.sample_indices_, list(new[_TEXT])),
            _taken(y, self.sample_indices_),
        )

    def _warn(self, done: Augmented, labels: Mapping[str, Any]) -> None:
        short = {
            labels[name]: int(about["shortfall"] or 0)
            for name, about in done.manifest.classes.items()
            if about["shortfall"]
        }
        if short:
            listed = ", ".join(f"{label!r} by {count:,}" for label, count in short.items())
            warnings.warn(
                f"classes stay short of their rows: {listed}; more pivots or methods, or a larger "
                "per_row, would give more",
                ShortfallWarning,
                stacklevel=3,
            )

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.two_d_array = False
        tags.input_tags.one_d_array = True
        return tags


class BackTranslationSampler(_TextSampler):
    """Over-samples texts by back-translation.

    Parameters
    ----------
    pivot
        Languages to go through, ``"es,ca"``; by default up to three that this machine reaches.
    sampling_strategy
        As in imbalanced-learn's over-samplers: ``"auto"`` (all classes but the largest up to its
        rows), ``"minority"``, ``"not minority"``, ``"not majority"``, ``"all"``; a float for two
        classes, the rows of the smaller over those of the larger; ``{class: rows}``; or a
        function of y that gives such a dict.
    source
        Language of the texts; recognised when left out.
    text
        Column of a DataFrame with several.
    translator, per_row, min_similarity, min_change, max_change, no_filter, store, offline
        As the options of ``augment backtranslate``. The default store lets the folds of a
        cross-validation share their translations.
    random_state
        Seed of the choices; the same data and seed give the same rows.

    Attributes
    ----------
    sampling_strategy_ : dict
        New rows wanted per class.
    sample_indices_ : ndarray, int, (n_resampled,)
        For every row of the result the row of X that it is, or was made from.
    methods_ : ndarray, object, (n_resampled,)
        ``original`` or how the row was made.
    augmented_ : Augmented
        The whole result: frame with every column, refusals, manifest.

    Examples
    --------
    >>> texts = ["The film was very good.", "A bad book.", "The music was awful."]
    >>> sampler = BackTranslationSampler("es", source="en", sampling_strategy={1: 1, 0: 2},
    ...                                  store="none")
    >>> X, y = sampler.fit_resample(texts, [1, 0, 0])
    >>> len(X), [int(row) for row in sampler.sample_indices_]
    (3, [0, 1, 2])
    """

    def __init__(
        self,
        pivot: str | Sequence[str] = (),
        *,
        sampling_strategy: Strategy = "auto",
        source: str | None = None,
        text: str | None = None,
        translator: str = "auto",
        per_row: int | None = None,
        min_similarity: float | None = None,
        min_change: float | None = None,
        max_change: float = 1.0,
        no_filter: str | Sequence[str] = (),
        store: str | None = None,
        offline: bool = False,
        random_state: int = 0,
    ) -> None:
        self.pivot = pivot
        self.sampling_strategy = sampling_strategy
        self.source = source
        self.text = text
        self.translator = translator
        self.per_row = per_row
        self.min_similarity = min_similarity
        self.min_change = min_change
        self.max_change = max_change
        self.no_filter = no_filter
        self.store = store
        self.offline = offline
        self.random_state = random_state

    def _recipe(self) -> AugmentationConfig:
        return BacktranslateConfig(
            pivot=_names(self.pivot), translator=self.translator, **_shared(self)
        )


class WordsSampler(_TextSampler):
    """Over-samples texts with the methods of ``augment words``.

    Parameters
    ----------
    method
        Methods, tried in turn: ``"eda"``, ``"keyboard,swap"``.
    strength, model, url, prompt, temperature
        As the options of ``augment words``.
    sampling_strategy, source, text, per_row, min_similarity, min_change, max_change, no_filter
        As in `BackTranslationSampler`, whose attributes this one has too.
    store, offline
        As in `BackTranslationSampler`, whose attributes this one has too.
    random_state
        Seed of every draw.

    Examples
    --------
    >>> texts = ["The film was really very good.", "A bad book.", "The music was awful."]
    >>> sampler = WordsSampler("swap", source="en", store="none", no_filter="similarity")
    >>> X, y = sampler.fit_resample(texts, ["good", "bad", "bad"])
    >>> y, [int(row) for row in sampler.sample_indices_]
    (['good', 'bad', 'bad', 'good'], [0, 1, 2, 0])
    """

    def __init__(
        self,
        method: str | Sequence[str] = "eda",
        *,
        sampling_strategy: Strategy = "auto",
        source: str | None = None,
        text: str | None = None,
        strength: float | None = None,
        model: str | None = None,
        url: str | None = None,
        prompt: str | None = None,
        temperature: float = 1.0,
        per_row: int | None = None,
        min_similarity: float | None = None,
        min_change: float | None = None,
        max_change: float = 1.0,
        no_filter: str | Sequence[str] = (),
        store: str | None = None,
        offline: bool = False,
        random_state: int = 0,
    ) -> None:
        self.method = method
        self.sampling_strategy = sampling_strategy
        self.source = source
        self.text = text
        self.strength = strength
        self.model = model
        self.url = url
        self.prompt = prompt
        self.temperature = temperature
        self.per_row = per_row
        self.min_similarity = min_similarity
        self.min_change = min_change
        self.max_change = max_change
        self.no_filter = no_filter
        self.store = store
        self.offline = offline
        self.random_state = random_state

    def _recipe(self) -> AugmentationConfig:
        return WordsConfig(
            method=_names(self.method),
            strength=self.strength,
            model=self.model,
            url=self.url,
            prompt=self.prompt,
            temperature=self.temperature,
            **_shared(self),
        )


def _shared(sampler: Any) -> dict[str, Any]:  # noqa: ANN401 - either sampler
    seed = sampler.random_state
    if seed is None or isinstance(seed, bool) or not isinstance(seed, int | np.integer):
        raise InputError(f"random_state is {seed!r}; a whole number is wanted")
    return {
        "text": _TEXT,
        "label": _CLASS,
        "source": sampler.source,
        "per_row": sampler.per_row,
        "min_similarity": sampler.min_similarity,
        "min_change": sampler.min_change,
        "max_change": sampler.max_change,
        "no_filter": _names(sampler.no_filter),
        "store": sampler.store,
        "offline": sampler.offline,
        "seed": int(seed),
    }


def _names(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _column(X: Any, text: str | None) -> Any:  # noqa: ANN401
    """Name the text column of a DataFrame."""
    if text is None and len(X.columns) == 1:
        return X.columns[0]
    if text is None or text not in X.columns:
        columns = ", ".join(map(repr, X.columns))
        raise InputError(f"X has the columns {columns}; name the one with the texts with text=...")
    if (count := [*X.columns].count(text)) > 1:
        raise InputError(f"X has {count} columns named {text!r}; give each a name of its own")
    return text


def _texts(X: Any, text: str | None) -> list[str]:  # noqa: ANN401
    _refuse_once_only(X, "X")
    if isinstance(X, pd.DataFrame):
        X = X[_column(X, text)]
    if isinstance(X, np.ndarray):
        if X.ndim == 2 and X.shape[1] == 1:
            X = X[:, 0]
        if X.ndim != 1:
            raise InputError(f"X has the shape {X.shape}; (n_rows,) or (n_rows, 1) is wanted")
    texts = listed(X)
    for row, cell in enumerate(texts):
        if not isinstance(cell, str):
            raise InputError(
                f"X holds {type(cell).__name__} {cell!r} in row {row}; texts are wanted: put the "
                "sampler before the step that makes numbers of them"
            )
    return [str(cell) for cell in texts]


def _labels(y: Any) -> list[Any]:  # noqa: ANN401
    _refuse_once_only(y, "y")
    if not isinstance(y, np.ndarray):  # an array of a list would write numbers and NaN as text
        y = np.array(y, dtype=object)
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1:
        raise InputError(f"y has the shape {y.shape}; one class per row is wanted")
    found = [label.item() if isinstance(label, np.generic) else label for label in y.tolist()]
    for row, label in enumerate(found):
        if is_missing(label) or (isinstance(label, str) and not label.strip()):
            raise InputError(f"y has no class in row {row}; leave such rows out")
        if not isinstance(label, Hashable):
            raise InputError(
                f"y holds {type(label).__name__} {label!r:.60} in row {row}; one class per row is "
                "wanted"
            )
    return found


def _refuse_once_only(given: Any, name: str) -> None:  # noqa: ANN401
    """Refuse what can be passed over once, since it is needed for the result again."""
    if not hasattr(given, "__len__"):
        raise InputError(f"{name} is a {type(given).__name__}; give a list of it")


def _with_texts(X: Any, text: str | None, rows: Any, new: list[str]) -> Any:  # noqa: ANN401
    """Take rows of X, and put the new texts into the last ones."""
    if isinstance(X, pd.DataFrame):
        name = _column(X, text)
        out = X.iloc[rows].reset_index(drop=True)
        column = out[name].astype(object)
        column.iloc[len(X) :] = new
        out[name] = column.astype(_open_kind(X[name].dtype))
        return out
    texts = [*X, *new]
    if isinstance(X, pd.Series):
        return pd.Series(texts, dtype=_open_kind(X.dtype), name=X.name)
    if isinstance(X, np.ndarray):
        flat = [*X.ravel().tolist(), *new]
        array = np.array(flat, dtype=object if X.dtype == object else None)
        return array.reshape(-1, 1) if X.ndim == 2 else array
    return texts


def _open_kind(dtype: Any) -> Any:  # noqa: ANN401
    """Give a type that takes any text: new ones are no categories of a column."""
    return object if isinstance(dtype, pd.CategoricalDtype) else dtype


def _taken(y: Any, rows: Any) -> Any:  # noqa: ANN401
    if isinstance(y, pd.Series | pd.DataFrame):
        return y.iloc[rows].reset_index(drop=True)
    if isinstance(y, np.ndarray):
        return y[rows]
    return [y[row] for row in rows]

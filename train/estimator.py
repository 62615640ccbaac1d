"""A scikit-learn estimator: the trainer inside pipelines, cross-validation and grid search."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d

from augment.blank import is_blank
from augment.config import check_types
from augment.datasets.formats.cell_text import is_missing
from augment.errors import AugmentWarning, DivergedError, InputError
from augment.train.predictor import Predictor, as_sides

if TYPE_CHECKING:
    from augment.train.material import Material
    from augment.train.train_config import TrainConfig

FloatArray = npt.NDArray[np.float64]


class TextClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A fine-tuned encoder as a scikit-learn classifier of texts or text pairs.

    Parameters
    ----------
    model : str
        ``minilm``, a hub name, or a folder.
    epochs, steps, batch_size, accumulation, lr, schedule, warm_up, weight_decay, layer_decay
        As in `augment.train.train_config.TrainConfig`.
    dropout, max_norm, loss, gamma, label_smoothing, sampler
        As there.
    class_weights : dict, "balanced" or None
        Class -> weight; or weights by the inverse class frequency, as the loss ``weighted``.
    freeze_embeddings, freeze_layers, lora, lora_rank, merge
        As there.
    keep, patience, inner_share, metric
        Which epoch's model to take, judged by an inner part of the training rows; as there.
    max_tokens, truncation, gradient_checkpointing, seed, precision, device, offline
        As there.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels seen in `fit`, sorted.
    feature_names_in_ : ndarray of shape (1 or 2,)
        Names of the columns of the frame that `fit` got, where they are text; other columns, or
        the same in another order, are refused afterwards.
    predictor_ : Predictor
        The trained model.
    history_ : tuple of Epoch
        Its epochs.

    Notes
    -----
    A pickle holds the files of a model folder and no pickled weights. `cross_validate` parts
    rows and knows nothing of paraphrases: to judge an augmented table, use `kfold_train`, which
    keeps every paraphrase with its original.

    Examples
    --------
    >>> from sklearn.base import clone
    >>> clone(TextClassifier(epochs=3)).get_params()["epochs"]
    3
    """

    def __init__(
        self,
        model: str = "minilm",
        *,
        epochs: float | None = None,
        steps: int | None = None,
        batch_size: int = 16,
        accumulation: int = 1,
        lr: float | None = None,
        schedule: Literal["linear", "cosine", "constant"] = "linear",
        warm_up: float = 0.1,
        weight_decay: float = 0.01,
        layer_decay: float = 1.0,
        dropout: float | None = None,
        max_norm: float = 1.0,
        loss: Literal["plain", "weighted", "focal"] = "plain",
        class_weights: Mapping[Any, float] | Literal["balanced"] | None = None,
        gamma: float = 2.0,
        label_smoothing: float = 0.0,
        sampler: Literal["uniform", "balanced"] = "uniform",
        freeze_embeddings: bool = False,
        freeze_layers: int = 0,
        lora: bool = False,
        lora_rank: int = 8,
        merge: bool = False,
        keep: Literal["last", "best"] = "last",
        patience: int | None = None,
        inner_share: float = 0.1,
        metric: Literal["macro_f1", "accuracy", "mcc", "log_loss"] = "macro_f1",
        max_tokens: int | None = None,
        truncation: Literal["middle", "end"] = "middle",
        gradient_checkpointing: bool = False,
        seed: int = 0,
        precision: Literal["auto", "fp32", "bf16"] = "auto",
        device: Literal["auto", "cpu", "cuda"] = "auto",
        offline: bool = False,
    ) -> None:
        self.model = model
        self.epochs = epochs
        self.steps = steps
        self.batch_size = batch_size
        self.accumulation = accumulation
        self.lr = lr
        self.schedule = schedule
        self.warm_up = warm_up
        self.weight_decay = weight_decay
        self.layer_decay = layer_decay
        self.dropout = dropout
        self.max_norm = max_norm
        self.loss = loss
        self.class_weights = class_weights
        self.gamma = gamma
        self.label_smoothing = label_smoothing
        self.sampler = sampler
        self.freeze_embeddings = freeze_embeddings
        self.freeze_layers = freeze_layers
        self.lora = lora
        self.lora_rank = lora_rank
        self.merge = merge
        self.keep = keep
        self.patience = patience
        self.inner_share = inner_share
        self.metric = metric
        self.max_tokens = max_tokens
        self.truncation = truncation
        self.gradient_checkpointing = gradient_checkpointing
        self.seed = seed
        self.precision = precision
        self.device = device
        self.offline = offline

    def fit(self, X: Any, y: Any) -> TextClassifier:  # noqa: ANN401
        """Train on texts and labels.

        Parameters
        ----------
        X : sequence of str, of pairs of str, or array or frame of shape (n_rows, 1 or 2)
            Texts, or text pairs.
        y : array-like of shape (n_rows,)
            Labels of at least two classes: text, whole numbers or booleans, of any dtype.

        Raises
        ------
        InputError
            For something else than texts, for empty ones, one class only, unequal lengths, or
            labels that scikit-learn takes for no classes (numbers such as 0.5, dates).
        """
        from augment.train.encoder import load_encoder
        from augment.train.saved_model import SavedModel, base_name
        from augment.train.trained_texts import keys_of, trained_keys
        from augment.train.trainer import Trainer

        texts = _texts(X)
        self._warn_of_known(texts)
        labels = _labels(y)
        if len(texts) != len(labels):
            raise InputError(
                f"{len(texts)} texts and {len(labels)} labels: one label each is wanted"
            )
        if empty := [row for row, sides in enumerate(texts) if any(map(is_blank, sides))]:
            raise InputError(f"row {empty[0]}: an empty text; leave such rows out")
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        names = tuple(str(label) for label in self.classes_)
        if len(names) < 2 or len(set(names)) < len(names):
            raise InputError(
                f"at least two classes with names of their own are wanted, got {names}"
            )
        config = self._config()
        material = _material(texts, numbers.astype(np.int64), names, config)
        encoder = load_encoder(
            self.model,
            labels=names,
            dropout=self.dropout,
            offline=self.offline,
        )
        trainer = Trainer(config, material, encoder)
        fitted = trainer.run()
        if fitted.diverged is not None:
            raise DivergedError(fitted.diverged)
        adapters = self.lora and not self.merge
        columns = ("text",) if len(texts[0]) == 1 else ("text", "text_2")
        saved = SavedModel(
            name=f"TextClassifier({self.model!r})",
            model=fitted.model,
            tokenizer=encoder.tokenizer,
            labels=names,
            max_tokens=trainer.max_tokens,
            text_columns=columns,
            label_column=None,
            label_names={},
            record={
                "base_model": base_name(self.model, adapters=adapters),
                "base_revision": encoder.revision,
                "adapters": adapters,
                "classes": list(names),
                "text_columns": list(columns),
                "max_tokens": trainer.max_tokens,
                "truncation": config.truncation,
            },
            trained=np.union1d(trained_keys(texts), keys_of(self.model)),
        )
        self.predictor_ = Predictor(saved, device=self.device, precision=self.precision)
        self.history_ = fitted.history
        self._keep_columns(X)
        return self

    def predict_proba(self, X: Any) -> FloatArray:  # noqa: ANN401
        """Class probabilities, shape ``(n_rows, n_classes)``, columns as in `classes_`."""
        check_is_fitted(self, "predictor_")
        if hasattr(X, "columns") and self._columns not in (None, [*X.columns]):
            raise InputError(
                f"the columns are {[*X.columns]}; those that the model was fitted on are "
                f"{self._columns}, in this order"
            )
        return self.predictor_.predict_proba(_texts(X))

    def predict(self, X: Any) -> npt.NDArray[Any]:  # noqa: ANN401
        """Most probable label of each row, shape ``(n_rows,)``."""
        best = self.predict_proba(X).argmax(axis=1)
        found: npt.NDArray[Any] = self.classes_[best]
        return found

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:  # noqa: ANN401
        """Accuracy; warns where the model that was trained on, `model`, knows the texts."""
        self._warn_of_known(_texts(X))
        return float(super().score(X, _labels(y), sample_weight))

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write the model as a folder for ``augment predict`` and the transformers library."""
        check_is_fitted(self, "predictor_")
        return self.predictor_.save(folder, force=force)

    def _warn_of_known(self, texts: Sequence[tuple[str, ...]]) -> None:
        """Say that the base model was trained on texts: folds part them in vain."""
        from augment.train.trained_texts import keys_of, text_keys

        if known := int(np.isin(text_keys(texts), keys_of(self.model)).sum()):
            warnings.warn(
                f"model={self.model!r} was trained on {known:,} of these {len(texts):,} texts "
                "before: scores of texts that it knows are too good, in cross-validation too; "
                "give the encoder that it was made from",
                AugmentWarning,
                stacklevel=3,
            )

    def _keep_columns(self, X: Any) -> None:  # noqa: ANN401
        """Keep the names of a frame's columns: pairs whose sides are swapped answer wrongly."""
        self._columns = [*X.columns] if hasattr(X, "columns") else None
        self.__dict__.pop("feature_names_in_", None)
        if self._columns is not None and all(isinstance(name, str) for name in self._columns):
            self.feature_names_in_ = np.array(self._columns, dtype=object)

    def __sklearn_tags__(self) -> Any:  # noqa: ANN401
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.input_tags.one_d_array = True
        tags.input_tags.two_d_array = False
        return tags

    def _config(self) -> TrainConfig:
        from augment.train.train_config import TrainConfig

        options = self.get_params()
        weights = options.pop("class_weights")
        options = check_types(TrainConfig, options, type(self).__name__)
        if weights is not None and not isinstance(weights, Mapping):
            if weights != "balanced" or self.loss != "plain":
                raise InputError(
                    f"class_weights={weights!r} and loss={self.loss!r}: wanted are a dictionary of "
                    "class and weight, or 'balanced' with the loss 'plain'"
                )
            return TrainConfig(**{**options, "loss": "weighted"})
        name_of = {label: str(label) for label in self.classes_.tolist()}  # 1 is the class 1.0
        named = {name_of.get(label, label): weight for label, weight in (weights or {}).items()}
        return TrainConfig(class_weights=named, **options)  # type: ignore[arg-type]


def _labels(y: Any) -> npt.NDArray[Any]:  # noqa: ANN401
    """Bring labels to one flat array of the type that they are, whatever holds them."""
    # Before numpy makes words of what is missing: of pandas' own types floats, of lists "nan".
    own = hasattr(y, "dtype") and not isinstance(y.dtype, np.dtype)
    if own or isinstance(y, list | tuple):
        _check_labels(list(y))
        y = np.array(list(y))
    labels: npt.NDArray[Any]
    try:
        labels = column_or_1d(y, warn=True)
    except ValueError as error:
        raise InputError(f"one label for each text is wanted: {error}") from error
    _check_labels(labels.tolist())
    if labels.dtype == object:  # as pandas keeps what it read: the values say what they are
        labels = np.array(labels.tolist())
    try:
        check_classification_targets(labels)
    except ValueError as error:
        odd = next((one for one in labels.tolist() if one not in (0, 1)), labels[0])
        raise InputError(
            f"labels such as {odd!r} ({type(odd).__name__}): scikit-learn takes text, whole "
            "numbers and booleans for classes, and others for measurements; give them as text: "
            "[str(label) for label in y]"
        ) from error
    return labels


def _check_labels(labels: Sequence[Any]) -> None:
    """Refuse rows without a label: a class of its own would be made of them."""
    for row, label in enumerate(labels):
        if is_missing(label) or (isinstance(label, str) and not label.strip()):
            raise InputError(f"row {row}: no label; leave such rows out")


def _texts(X: Any) -> list[tuple[str, ...]]:  # noqa: ANN401
    """Bring lists, arrays, series and frames to tuples of texts."""
    if hasattr(X, "iloc") and hasattr(X, "columns"):  # a frame iterates over its columns
        X = list(zip(*(X.iloc[:, at] for at in range(X.shape[1])), strict=True))
    return as_sides(X)


def _material(
    texts: list[tuple[str, ...]],
    labels: npt.NDArray[np.int64],
    classes: tuple[str, ...],
    config: TrainConfig,
) -> Material:
    from augment.datasets.groups import source_groups
    from augment.train.kfold.labelled import LabelledRows
    from augment.train.material import gather

    everything = np.arange(len(texts))
    rows = LabelledRows(
        texts=tuple(texts),
        labels=labels,
        classes=classes,
        source=everything,
        source_ids=everything,
        places=everything,
        groups=source_groups(texts) if config.judges_epochs else everything,
        left_out={},
        text_columns=("text",),
        label_column="label",
    )
    return gather(rows, None, config)

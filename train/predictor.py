"""A trained model at work: texts in, class probabilities out."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from augment.datasets.survey import label_string
from augment.errors import InputError
from augment.outputs import replacing_folder
from augment.text_list import listed
from augment.tokens import composed
from augment.train.explanation import MAX_TEXTS, Explanation, explain
from augment.train.precision import choose_device, choose_precision
from augment.train.saved_model import SavedModel, check_model_place, load_saved, save_model
from augment.train.trained_texts import side_known, text_keys

if TYPE_CHECKING:
    from augment.train.passes import Precision

FloatArray = npt.NDArray[np.float64]
Text = str | tuple[str, ...] | list[str]


@dataclass(frozen=True, slots=True)
class Prediction:
    """One text's class, its probability, and those of all classes by name."""

    label: str
    score: float
    scores: dict[str, float]


class Predictor:
    """Gives the class probabilities of texts; may be shared by threads.

    Parameters
    ----------
    model
        A folder that `augment train` or the transformers library wrote, a hub name, or a model
        that was read already.
    device, precision
        As in training; ``auto`` takes the GPU where there is one and bf16 where it is computed.
    max_tokens
        Cut texts there rather than where the training did.
    labels
        Class names, for a model that has none.
    offline
        Open no connection.

    Attributes
    ----------
    labels
        Class names, in the order of the columns of `predict_proba`.
    text_columns, label_column
        Columns that the model was trained on; empty and None where that is not known.
    label_kind
        What the labels of the training data were: text, boolean, integer or number.
    label_names
        Encoded label -> name, where the training data had codes.

    Raises
    ------
    InputError
        For a model that cannot be used (see `augment.train.saved_model.load_saved`), and for
        `max_tokens` beyond what it takes.

    Examples
    --------
    >>> Predictor("reviews.model").predict(["a fine film"])[0].label  # doctest: +SKIP
    'pos'
    """

    def __init__(
        self,
        model: str | Path | SavedModel,
        *,
        device: Literal["auto", "cpu", "cuda"] = "auto",
        precision: Literal["auto", "fp32", "bf16"] = "auto",
        max_tokens: int | None = None,
        labels: Sequence[str] | None = None,
        offline: bool = False,
    ) -> None:
        from augment.train.encoder import longest_input

        if not isinstance(model, SavedModel):
            model = load_saved(model, labels=labels, offline=offline)
        self.name = model.name
        self.labels = model.labels
        self.text_columns, self.label_column = model.text_columns, model.label_column
        self.label_kind: str = model.record.get("label_kind", "text")
        self.label_names = dict(model.label_names)
        self.device = choose_device(device)
        self.precision: Precision = choose_precision(precision, self.device)
        longest = longest_input(model.name, model.model, model.tokenizer)
        if max_tokens is not None and max_tokens > longest:
            raise InputError(
                f"max_tokens={max_tokens}: {model.name} takes at most {longest} tokens"
            )
        self.max_tokens = max_tokens or model.max_tokens
        self.truncation = model.truncation
        self._saved = model
        self._model = model.model.to(self.device).eval()
        self._tokenizer = model.tokenizer
        # A fast tokenizer changes its settings at every call and must not be shared meanwhile.
        self._tokenizing = threading.Lock()

    def save(self, folder: str | Path, *, force: bool = False) -> Path:
        """Write the model as a Hugging Face folder.

        Raises
        ------
        OutputError
            When something lies there and `force` is not given.
        """
        path = Path(folder)
        check_model_place(path, force=force)
        with replacing_folder(path) as part:
            self._write(part)
        return path

    def _write(self, folder: Path) -> None:
        saved = self._saved
        save_model(folder, saved.model, self._tokenizer, saved.record, saved.trained)

    def __getstate__(self) -> dict[str, Any]:
        """Give the settings and the files of the model's folder: no pickled weights."""
        with tempfile.TemporaryDirectory() as folder:
            self._write(Path(folder))
            files = {file.name: file.read_bytes() for file in sorted(Path(folder).iterdir())}
        return {
            "name": self.name,
            "device": self.device,
            "precision": self.precision,
            "max_tokens": self.max_tokens,
            "labels": self.labels,
            "files": files,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name, content in state["files"].items():
                (Path(folder) / name).write_bytes(content)
            saved = load_saved(folder, labels=state["labels"])
        # Pickled on a GPU, read on a machine without: "auto" there.
        device = "cpu" if state["device"] == "cpu" else "auto"
        self.__init__(  # type: ignore[misc]
            replace(saved, name=state["name"]),
            device=device,
            precision=state["precision"],
            max_tokens=state["max_tokens"],
        )

    def predict_proba(self, texts: Sequence[Text]) -> FloatArray:
        """Class probabilities of texts, or of text pairs, in their order.

        Parameters
        ----------
        texts
            Strings, or pairs of strings.

        Returns
        -------
        ndarray of shape (n_texts, n_classes)
            Rows that add up to 1; computed in batches of like length.

        Raises
        ------
        InputError
            For something else than texts, or texts and pairs mixed.
        """
        from augment.train.passes import predict
        from augment.train.tokens import tokenise

        rows = as_sides(texts)
        if not rows:
            return np.zeros((0, len(self.labels)))
        wanted = len(self.text_columns)
        if wanted and len(rows[0]) != wanted:
            raise InputError(
                f"{self.name} was trained on {'pairs of texts' if wanted == 2 else 'single texts'} "
                f"({', '.join(self.text_columns)}); got {len(rows[0])} text"
                f"{'s' if len(rows[0]) > 1 else ''} a row"
            )
        with self._tokenizing:
            table = tokenise(
                rows, self._tokenizer, max_tokens=self.max_tokens, truncation=self.truncation
            )
        return predict(self._model, table, np.arange(len(rows)), self)

    def predict(self, texts: Sequence[Text]) -> list[Prediction]:
        """Class, probability, and all probabilities of each text."""
        return [prediction_of(self.labels, row) for row in self.predict_proba(texts)]

    def explain(
        self, text: Text, *, label: str | None = None, max_texts: int = MAX_TEXTS
    ) -> Explanation:
        """Say which words of a text mattered for its class; see `augment.train.explanation`.

        Parameters
        ----------
        text
            A text, or both sides of a pair.
        label
            The class to explain; the predicted one by default.
        max_texts
            Most texts that the model is asked about beside the text itself, 1 or more: the text
            without each of its words, or without stretches of words where there are more.

        Returns
        -------
        Explanation
            The prediction, and for every word how far the log-odds of the class fall without it.

        Raises
        ------
        InputError
            For something else than a text or a pair, as the model was trained, for an unknown
            class, and for `max_texts` below 1.
        """
        return explain(self, text, label=label, max_texts=max_texts)

    def unread(self, text: Text) -> tuple[tuple[int, int], ...]:
        """Where the part begins and ends that is not read, of a text or each side of a pair.

        Both are the end of a text that is read whole.
        """
        from augment.train.tokens import kept_places

        [sides] = as_sides([text])
        gaps = [(len(side), len(side)) for side in sides]
        if not self._tokenizer.is_fast:  # knows no places
            return tuple(gaps)
        with self._tokenizing:
            coded = self._tokenizer(
                *([side] for side in sides),
                return_offsets_mapping=True,
                return_special_tokens_mask=True,
                verbose=False,
            )
        read = kept_places(coded["special_tokens_mask"][0], self.max_tokens, self.truncation)
        owners, offsets = coded.sequence_ids(0), coded["offset_mapping"][0]
        for number, side in enumerate(sides):
            places = [at for at, owner in enumerate(owners) if owner == number]
            gone = sorted(set(places).difference(read.tolist()))
            if gone:
                begin = offsets[gone[0] - 1][1] if gone[0] > places[0] else 0
                end = offsets[gone[-1] + 1][0] if gone[-1] < places[-1] else len(side)
                gaps[number] = (begin, end)
        return tuple(gaps)

    def trained_on(self, texts: Sequence[tuple[str, ...]]) -> npt.NDArray[np.bool_]:
        """Whether the model was trained on each text, as far as its folder says."""
        return np.isin(text_keys(texts), self._saved.trained)

    def side_trained_on(self, texts: Sequence[tuple[str, ...]]) -> npt.NDArray[np.bool_]:
        """Whether the model was trained on one side of each pair, and not on the pair."""
        return side_known(texts, self._saved.trained)

    def class_number(self, label: str) -> int | None:
        """Give the number of a class by its name, or by its code in the training data.

        Names are compared as `label_string` writes them, unless one is there as it was given.
        """
        name = self.label_names.get(label, label)
        if name in self.labels:
            return self.labels.index(name)
        names = [*map(label_string, self.labels)]
        return names.index(label_string(name)) if label_string(name) in names else None


def prediction_of(labels: Sequence[str], probabilities: FloatArray) -> Prediction:
    """Name the classes of one row of probabilities, shape ``(n_classes,)``."""
    return Prediction(
        label=labels[int(probabilities.argmax())],
        score=float(probabilities.max()),
        scores=dict(zip(labels, probabilities.tolist(), strict=True)),
    )


def as_sides(texts: Sequence[Text]) -> list[tuple[str, ...]]:
    """Bring texts or pairs of texts to one form: a tuple of one or two strings each.

    Raises
    ------
    InputError
        For what is no list of rows, and for rows that are neither texts nor pairs.

    Examples
    --------
    >>> as_sides(["a", "b"]), as_sides([("a", "x")])
    ([('a',), ('b',)], [('a', 'x')])
    """
    rows = [
        tuple(text) if isinstance(text, (tuple, list, np.ndarray)) else (text,)
        for text in listed(texts)
    ]
    sizes = {len(row) for row in rows}
    if len(sizes) > 1 or not sizes <= {1, 2}:
        raise InputError(f"texts, or pairs of texts, are wanted; got rows of {sorted(sizes)} texts")
    for at, row in enumerate(rows):
        for side in row:
            if not isinstance(side, str):
                raise InputError(f"row {at}: {side!r:.60} is no text ({type(side).__name__})")
    return [tuple(map(composed, row)) for row in rows]

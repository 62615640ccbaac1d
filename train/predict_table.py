"""``augment predict``: a trained model labels the rows of a table, in windows, in their order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from augment.blank import is_blank
from augment.config import build
from augment.datasets.formats.table_writer import SUFFIXES, TableWriter, output_kind
from augment.datasets.table import Table, say_unread_rows
from augment.datasets.table_options import default_output
from augment.errors import InputError
from augment.outputs import check_outputs
from augment.progress import SILENT, Progress
from augment.train.apply_config import PredictConfig
from augment.train.label_values import kind_of_values, values_of
from augment.train.model_input import WINDOW, sides_of, text_columns, windows
from augment.train.predictor import Prediction, Predictor

if TYPE_CHECKING:
    import os

    import pandas as pd

__all__ = ["PredictConfig", "PredictedTable", "predict_table"]

PREDICTED: Final = "predicted"
SCORE: Final = "score"

#: Likeness of a suffix to a known one from which it is taken for that one, mistyped.
_MISTYPED: Final = 0.75
#: Other files that people have; most are no table, which is then said.
_OTHERS: Final = (".json", ".xlsx", ".xls", ".ods", ".txt", ".gz", ".bz2", ".xz", ".zip")


@dataclass(frozen=True)
class PredictedTable:
    """What came of labelling a table.

    Parameters
    ----------
    rows
        Rows of the table.
    counts
        Class -> rows put into it.
    empty
        Rows without a text; their cells stay empty.
    path
        The table written, None for a data frame.
    frame
        For a data frame without an output: the frame with the new columns.
    """

    rows: int
    counts: dict[str, int]
    empty: int
    path: Path | None
    frame: pd.DataFrame | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give plain values, for JSON."""
        path = None if self.path is None else str(self.path)
        return {"rows": self.rows, "counts": self.counts, "empty_texts": self.empty, "out": path}


def predict_table(
    model: str | os.PathLike[str] | Predictor | None = None,
    data: str | os.PathLike[str] | pd.DataFrame | None = None,
    config: PredictConfig | None = None,
    *,
    progress: Progress = SILENT,
    **overrides: Any,  # noqa: ANN401
) -> PredictedTable:
    """Label the rows of a table.

    Parameters
    ----------
    model
        A folder that `augment train` or the transformers library wrote, a hub name, or a
        `Predictor`. None: what `config` names.
    data
        A table's path, or a data frame; labels are not looked at.
    config
        Options; see `PredictConfig`.
    progress
        Told of the rows done.
    **overrides
        Single options, over those of `config`.

    Returns
    -------
    PredictedTable
        For a path, or with `PredictConfig.out`, the table is written; for a data frame it comes
        back as `PredictedTable.frame`. Added columns: ``predicted``, ``score`` and one
        ``prob_LABEL`` for each class, 0..1, to six digits. What is predicted is of the kind of the
        labels beside it or, where there are none, of those trained on: the class 4 is the number
        4 where they are numbers (in a CSV, where pandas would read numbers).

    Raises
    ------
    InputError
        For a model or a table that cannot be used.
    OutputError
        When the output exists and `force` is not given.
    """
    config = build(config, PredictConfig, overrides)
    model = model if model is not None else config.model
    if data is None and len(config.inputs) == 1:
        data = config.inputs[0]
    if model is None or data is None:
        raise InputError("a model and a table are wanted: augment predict MODEL IN.csv")
    out = config.out
    path = Path(data) if isinstance(data, str) or hasattr(data, "__fspath__") else None  # type: ignore[arg-type]
    if path is not None:
        out = out or default_output(path, "predicted")
    if out is not None:
        output_kind(out)
    table = config.table(data)
    predictor = open_predictor(model, config)
    if out is not None:  # a model that is not there goes before an output that is
        check_outputs([out], force=config.force, inputs=[path] if path is not None else [])
    names = [PREDICTED, SCORE, *(f"prob_{label}" for label in predictor.labels)]
    if taken := [name for name in names if name in table.columns]:
        raise InputError(
            f"{table.name}: there is a column {taken[0]!r} already, which the predictions would "
            "be written to; rename it or take it out"
        )
    columns = text_columns(table, predictor, config.text)
    values = values_of(predictor.labels, _label_kind(table, predictor))
    at = tuple(table.columns.index(name) for name in columns)
    progress.note(f"text column {' + '.join(map(repr, columns))} (--text to change)")
    counts: Counter[str] = Counter()
    rows = empty = 0
    collected: list[tuple[object, ...]] = []
    writer = (
        nullcontext()
        if out is None
        else TableWriter(out, (*table.columns, *names), types=table.types)
    )
    with writer as sink, progress.stage("predicting", None) as stage:
        for row, found in _predictions(table, at, predictor, stage.advance):
            rows += 1
            if found is None:
                empty += 1
                nothing = "" if values == predictor.labels else None
                cells: tuple[object, ...] = (nothing,) + (None,) * (len(names) - 1)
            else:
                best, shares = found
                counts[predictor.labels[best]] += 1
                cells = (values[best], shares[best], *shares)
            if sink is None:
                collected.append(cells)
            else:
                sink.write((*row, *cells))
    say_unread_rows(table, progress)
    counted = {label: counts[label] for label in predictor.labels}
    frame = None
    if out is None:
        frame = _with_columns(data, names, collected)
    return PredictedTable(rows, counted, empty, out, frame)


def predict_texts(
    model: str | os.PathLike[str] | Predictor, texts: list[str], config: PredictConfig
) -> list[Prediction]:
    """Label texts given one by one; for a model of pairs, two by two.

    Raises
    ------
    InputError
        For an odd number of texts where pairs are wanted, and for an empty text.
    """
    predictor = open_predictor(model, config)
    if any(map(is_blank, texts)):
        raise InputError("an empty text is given; a text is wanted")
    if len(predictor.text_columns) == 2:
        if len(texts) % 2:
            raise InputError(
                f"{predictor.name} was trained on pairs ({' + '.join(predictor.text_columns)}); "
                f"got {len(texts)} texts; give both sides of each pair"
            )
        return predictor.predict(list(zip(texts[::2], texts[1::2], strict=True)))
    return predictor.predict(texts)


def predict_lines(
    model: str | os.PathLike[str] | Predictor, lines: Iterable[str], config: PredictConfig
) -> Iterator[Prediction | None]:
    """Label texts that come a line each; of pairs, the sides are separated by a tab.

    Yields
    ------
    Prediction or None
        One for each line, in order; None for a line without a text.

    Raises
    ------
    InputError
        For a line that is no pair where pairs are wanted.
    """
    predictor = open_predictor(model, config)
    pairs = len(predictor.text_columns) == 2
    start, lines = 1, iter(lines)
    while window := [line.rstrip("\r\n") for line in islice(lines, WINDOW)]:
        at = [number for number, line in enumerate(window) if not is_blank(line)]
        texts = [tuple(window[number].split("\t")) if pairs else (window[number],) for number in at]
        for number, sides in zip(at, texts, strict=True):
            if pairs and (len(sides) != 2 or any(map(is_blank, sides))):
                raise InputError(
                    f"line {start + number}: {predictor.name} was trained on pairs "
                    f"({' + '.join(predictor.text_columns)}); wanted: two texts, a tab between"
                )
        done: list[Prediction | None] = [None] * len(window)
        for number, prediction in zip(at, predictor.predict(texts) if at else [], strict=True):
            done[number] = prediction
        yield from done
        start += len(window)


def open_predictor(model: str | os.PathLike[str] | Predictor, config: PredictConfig) -> Predictor:
    """Load the model that a config names, unless it is loaded."""
    if isinstance(model, Predictor):
        return model
    return Predictor(
        str(model),
        device=config.device,
        precision=config.precision,
        max_tokens=config.max_tokens,
        offline=config.offline,
    )


def lies_there(text: str) -> bool:
    """Whether a text is the name of a file or folder that there is."""
    try:
        return Path(text).exists()
    except (OSError, ValueError):  # too long for a file name
        return False


def names_a_table(inputs: tuple[str, ...]) -> bool:
    """Whether the inputs of ``augment predict`` are a table rather than texts.

    A mistyped name is one of a table too: no one is told that ``reviews.cvs`` is negative. So are
    names of files that no table is read from, which is then said.

    >>> names_a_table(("reviews.csv",)), names_a_table(("a fine film",)), names_a_table(("a", "b"))
    (True, False, False)
    >>> names_a_table(("reviews.cvs",)), names_a_table(("Nice.But...",)), names_a_table(("Hm.",))
    (True, False, False)
    >>> names_a_table(("reviews.xlsx",)), names_a_table(("./reviews/",)), names_a_table(("",))
    (True, True, False)
    """
    if len(inputs) != 1 or is_blank(inputs[0]):
        return False
    [one] = inputs
    there, suffix = lies_there(one), Path(one).suffix.lower()
    meant = bool(get_close_matches(suffix, (*SUFFIXES, *_OTHERS), n=1, cutoff=_MISTYPED))
    meant = meant or one.startswith(("./", "../", "/")) or one.endswith("/")
    return there or (meant and len(one.split()) == 1)


def _label_kind(table: Table, predictor: Predictor) -> str:
    """Tell what the table's own labels are, or else those that the model was trained on."""
    if predictor.label_column in table.columns:
        at = table.columns.index(predictor.label_column)
        found = kind_of_values(row[at] for row in islice(iter(table), WINDOW))
        if found is not None:
            return found
    return predictor.label_kind


def _predictions(
    table: Table,
    at: tuple[int, ...],
    predictor: Predictor,
    advance: Any,  # noqa: ANN401
) -> Iterator[tuple[tuple[object, ...], tuple[int, list[float]] | None]]:
    """Rows with their class and all shares, in their order; None for a row without text."""
    for window in windows(table):
        texts = [sides_of(row, at) for row in window]
        filled = [place for place, sides in enumerate(texts) if not any(map(is_blank, sides))]
        found = dict(
            zip(filled, predictor.predict_proba([texts[place] for place in filled]), strict=True)
        )
        for place, row in enumerate(window):
            p = found.get(place)
            if p is None:
                yield row, None
                continue
            yield row, (int(p.argmax()), [round(float(share), 6) for share in p])
        advance(len(window))


def _with_columns(data: Any, names: list[str], cells: list[tuple[object, ...]]) -> pd.DataFrame:  # noqa: ANN401
    import pandas as pd

    added = pd.DataFrame(cells, columns=names, index=data.index)
    if not all(isinstance(value, str) for value, *_ in cells):  # whole numbers stay whole
        values = pd.array([value for value, *_ in cells])
        added[PREDICTED] = values if values.isna().any() else values.to_numpy()
    found: pd.DataFrame = pd.concat([data, added], axis=1)
    return found

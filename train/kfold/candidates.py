"""Tables of new rows beside the main one: each is an arm of its own, matched to the originals."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from augment.datasets.frames import read_frame
from augment.enumeration import counted
from augment.errors import InputError
from augment.train.kfold.labelled import METHOD, SOURCE, LabelledRows, labelled_rows

if TYPE_CHECKING:
    import pandas as pd

IntArray = npt.NDArray[np.int64]


def read_candidate(path: Path, rows: LabelledRows, *, near: float | None = None) -> LabelledRows:
    """Read a table whose originals are those of `rows`, grouped as `near` says.

    Raises
    ------
    InputError
        When the file has no new rows, or other originals than the main table.
    """
    return matched(read_frame(path), rows, name=str(path), near=near)


def matched(
    frame: pd.DataFrame, rows: LabelledRows, *, name: str, near: float | None = None
) -> LabelledRows:
    """Pick the new rows out of a table and check that its originals are those of `rows`."""
    found = labelled_rows(
        frame, name=name, text=rows.text_columns, label=rows.label_column, near=near
    )
    theirs, ours = _originals(found), _originals(rows)
    for source, (texts, label) in theirs.items():
        if source not in ours:
            raise InputError(
                f"{name}: original {source} ({texts[0]!r}) is none of the main table; give a "
                "table that was made from the same originals"
            )
        if ours[source] != (texts, label):
            raise InputError(
                f"{name}: original {source} is {texts[0]!r} labelled {label!r}, in the main table "
                f"{ours[source][0][0]!r} labelled {ours[source][1]!r}; give a table that was made "
                "from the same originals"
            )
    if missing := [source for source in ours if source not in theirs]:
        are = "is" if len(missing) == 1 else "are"
        raise InputError(
            f"{name}: {counted(len(missing), 'original')} of the main table {are} not in it, the "
            f"first is {missing[0]}; give a table that was made from the same originals"
        )
    if not found.n_paraphrases:
        raise InputError(f"{name}: no new rows in this table, so there is nothing to compare")
    return found


def words_candidate(rows: LabelledRows, *, seed: int, near: float | None = None) -> LabelledRows:
    """Make the arm `words`: what `augment words` makes of every original, by its default method.

    A new row depends on its own original and the seed alone: no target is counted over the table,
    and checks that learn from it are left out. So to make all rows here and to give a training
    part those of its own originals is the same as to make them inside every training part, but
    that no new row is the text of a row tested on.
    """
    import pandas as pd

    from augment.datasets.words import augment_words

    names = [*rows.text_columns, rows.label_column]
    n = rows.n_originals
    cells = [(*rows.texts[row], rows.classes[rows.labels[row]]) for row in range(n)]
    done = augment_words(
        pd.DataFrame(cells, columns=names),
        text=",".join(rows.text_columns),
        label=rows.label_column,
        balance="none",
        per_row=max(1, round(rows.n_paraphrases / n)),
        seed=seed,
        store="none",
        no_filter="similarity,names,fluency",
    )
    frame = done.frame.copy()
    frame[SOURCE] = [str(rows.source_ids[int(value)]) for value in frame[SOURCE]]
    frame[METHOD] = frame[METHOD].astype(str)
    return matched(frame, rows, name="words", near=near)


def joined(
    rows: LabelledRows, others: Mapping[str, LabelledRows]
) -> tuple[LabelledRows, dict[str, IntArray]]:
    """Put all tables into one, the originals once.

    Returns
    -------
    rows
        The main table's rows, then the new rows of the others.
    owned
        Name of each other table -> positions of its new rows.
    """
    place = {int(source): at for at, source in enumerate(rows.source_ids)}
    texts, labels, source = list(rows.texts), [rows.labels], [rows.source]
    left_out = dict(rows.left_out)
    owned = {}
    for name, other in others.items():
        n = other.n_originals
        owned[name] = np.arange(len(texts), len(texts) + other.n_paraphrases)
        left_out |= {
            f"{reason} (arm {name})": count
            for reason, count in other.left_out.items()
            if not reason.startswith("original")
        }
        texts += other.texts[n:]
        labels.append(other.labels[n:])
        own = [place[int(other.source_ids[at])] for at in other.source[n:]]
        source.append(np.array(own, dtype=np.int64))
    enlarged = dataclasses.replace(
        rows,
        texts=tuple(texts),
        labels=np.concatenate(labels),
        source=np.concatenate(source),
        left_out=left_out,
    )
    return enlarged, owned


def _originals(rows: LabelledRows) -> dict[int, tuple[tuple[str, ...], str]]:
    return {
        int(source): (rows.texts[at], rows.classes[rows.labels[at]])
        for at, source in enumerate(rows.source_ids)
    }

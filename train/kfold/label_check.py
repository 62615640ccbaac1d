"""The label check of a K-fold run: fitted anew in every training part, on its originals alone.

A new row that a light classifier confidently gives another label is not trained on
(`augment.filters.label`). Fitted on a whole table the check would have seen the labels of test
rows, and which rows are trained on would depend on them; here no label but those of the training
part has a say.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from augment.datasets.augmentation.manifest import read_manifest, refused_by_label
from augment.errors import InputError
from augment.filters import FilterSettings, Original
from augment.filters.label import judge_labels
from augment.records import Candidate

if TYPE_CHECKING:
    import pandas as pd

    from augment.train.kfold.config import KFoldConfig
    from augment.train.kfold.labelled import LabelledRows

IntArray = npt.NDArray[np.int64]


class LabelCheck:
    """Says for a training part which new rows it refuses.

    Parameters
    ----------
    rows
        Originals, then the new rows of all tables.
    min_odds
        Least probability of another label for a refusal; by default that of the filter.
    """

    def __init__(self, rows: LabelledRows, *, min_odds: float | None = None) -> None:
        self._rows = rows
        # The language has no part in this check.
        self._settings = FilterSettings(language="en", min_label_odds=min_odds)  # type: ignore[arg-type]
        self.min_odds = self._settings.min_label_odds
        self._refused: dict[bytes, IntArray] = {}
        #: Why the check stood aside -> in how many training parts.
        self.aside: dict[str, int] = {}

    @property
    def parts(self) -> int:
        """Number of training parts that it was fitted in."""
        return len(self._refused)

    def refused(self, train: IntArray) -> IntArray:
        """Positions of new rows that may not be trained on beside these rows, ascending.

        Parameters
        ----------
        train
            Rows of a training part; its originals are learned from, and their new rows judged.
        """
        key = train.tobytes()
        if key not in self._refused:
            self._refused[key] = self._judge(train)
        return self._refused[key]

    def _judge(self, train: IntArray) -> IntArray:
        rows, n = self._rows, self._rows.n_originals
        new = np.arange(n, len(rows.source))
        new = new[np.isin(rows.source[new], train)]
        originals = [
            Original(row, rows.text(row), rows.classes[rows.labels[row]])
            for row in train[train < n].tolist()
        ]
        candidates = [
            Candidate(source, rows.text(source), rows.text(row))
            for row, source in zip(new.tolist(), rows.source[new].tolist(), strict=True)
        ]
        judged = judge_labels(originals, candidates, self._settings)
        if judged.aside:
            why = judged.aside.partition(" (")[0]  # without the number, which differs by part
            self.aside[why] = self.aside.get(why, 0) + 1
        passed = np.array([finding.passed for finding in judged.findings], dtype=bool)
        refused: IntArray = new[~passed]
        return refused


def tables_checked(tables: Mapping[str, Path | pd.DataFrame]) -> dict[str, int]:
    """Find the tables whose new rows passed a label check fitted on the whole table.

    Parameters
    ----------
    tables
        Arm -> its table; the manifest beside a file tells, and of a frame what it carries of one.

    Returns
    -------
    dict
        ``ARM (TABLE)`` -> how many candidates that check refused. Where it refused none, no label
        had a say in which rows there are.
    """
    found = {}
    for name, table in tables.items():
        if isinstance(table, Path):
            found[f"{name} ({table})"] = refused_by_label(read_manifest(table))
        else:
            found[f"{name} (<frame>)"] = refused_by_label(table.attrs.get("augment", {}))
    return {name: refused for name, refused in found.items() if refused is not None}


def label_check(
    config: KFoldConfig, rows: LabelledRows, checked: Mapping[str, int]
) -> LabelCheck | None:
    """Make the check where it was asked for, or where a table has been through one; else None.

    Raises
    ------
    InputError
        When it was asked for and there are no new rows.
    """
    if config.label_check == "on" and not rows.n_paraphrases:
        raise InputError(
            "label_check='on': there are no new rows to check; give a table that `augment "
            "backtranslate` wrote, or an arm such as 'words'"
        )
    wanted = config.label_check == "on" or (config.label_check == "auto" and bool(checked))
    return LabelCheck(rows) if wanted else None


def told(check: LabelCheck | None, checked: Mapping[str, int]) -> dict[str, Any]:
    """Give what ``run.json`` says of the check."""
    return {
        "min_label_odds": check.min_odds if check else None,
        "training_parts": check.parts if check else 0,
        "stood_aside": check.aside if check else {},
        "refused_before_with_all_labels": dict(checked),
    }

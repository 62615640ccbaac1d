"""The options of the main job that reach the paraphrase filter."""

from __future__ import annotations

import pytest

from augment.datasets.augmentation.recipe import BacktranslateConfig
from augment.datasets.columns import find_columns
from augment.datasets.survey import originals, survey
from augment.datasets.table import open_table
from augment.errors import InputError
from augment.filters import FilterSettings, Original


def test_rows_for_checks_that_learn(tmp_path):
    path = tmp_path / "in.csv"
    path.write_text("text,label\na good film,pos\n,neg\na dull film,neg\n", encoding="utf-8")
    table = open_table(path)
    columns = find_columns(table, text="text", label="label", want_label=True)
    found = survey(table, columns)
    with_labels = list(originals(table, "text", found, labels=True))
    assert with_labels == [
        Original(0, "a good film", "pos"),
        Original(1, "", ""),
        Original(2, "a dull film", "neg"),
    ]
    assert {row.label for row in originals(table, "text", found, labels=False)} == {""}


def test_presets_are_options():
    assert BacktranslateConfig(filter="strict").as_dict()["filter"] == "strict"
    with pytest.raises(InputError, match="no filter preset 'severe'.*loose, normal, strict"):
        FilterSettings(language="en", strictness="severe")

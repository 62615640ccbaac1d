"""Every example in a docstring does what it says, under the name that users import."""

import doctest
import importlib
import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {"augment": "augment", "datasets": "augment.datasets", "train": "augment.train"}
#: Runs the command when it is imported.
LEFT_OUT = {"augment.__main__"}


def module_names():
    for folder, package in PACKAGES.items():
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT / folder).with_suffix("").parts
            yield ".".join([package, *(part for part in parts if part != "__init__")])


NAMES = [name for name in module_names() if name not in LEFT_OUT]


@pytest.mark.parametrize("name", NAMES)
def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = doctest.testmod(importlib.import_module(name))
    assert done.failed == 0
    assert os.listdir(tmp_path) == [], "an example leaves files behind"


def test_there_are_examples():
    finder = doctest.DocTestFinder()
    modules = [importlib.import_module(name) for name in NAMES]
    assert sum(bool(test.examples) for one in modules for test in finder.find(one)) > 150

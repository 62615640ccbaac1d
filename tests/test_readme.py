"""The README is true: its commands run as written, its outputs are what they print."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from augment.cli import COMMANDS
from augment.cli.running import parse

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.M | re.S)
COMMAND_LINES = [
    line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines() if line.strip()
]

needs_apertium = pytest.mark.skipif(
    shutil.which("lt-proc") is None, reason="Apertium is not installed"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readme")
    (folder / "examples").symlink_to(ROOT / "examples")
    return folder


def run(line: str, folder: Path) -> subprocess.CompletedProcess:
    words = shlex.split(line)
    assert words[0] == "augment"
    return subprocess.run(
        [sys.executable, "-m", "augment", *words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "COLUMNS": "100"},
    )


def shown_after(line: str) -> str:
    """The first plain block behind a command: what the README says that it prints."""
    behind = README[README.index(line) :]
    behind = behind[behind.index("```") + 3 :]
    return re.findall(r"^```\n(.*?)^```$", behind, re.M | re.S)[0]


def test_the_first_screen_holds_the_two_commands():
    first = README[: README.index("## What you get")]
    assert "make demo" in first
    assert "make test" in first
    assert "make test" in (ROOT / ".ci" / "run").read_text()


@needs_apertium
@pytest.mark.parametrize("line", [c for c in COMMAND_LINES if "backtranslate" in c])
def test_back_translation_commands_run_as_written(line, folder):
    done = run(line, folder)
    assert done.returncode == 0, done.stderr
    if "reviews_en" in line:
        # Counts may move by a row or two with the versions of Apertium and of the encoder.
        shown = [row.split()[:2] for row in shown_after(line).splitlines() if row.strip()]
        printed = [row.split()[:2] for row in done.stdout.splitlines() if row.strip()]
        assert [row for row in shown if row[0] in ("class", "positive", "negative", "mixed")] == [
            row for row in printed if row[0] in ("class", "positive", "negative", "mixed")
        ]


@pytest.mark.slow
@needs_apertium
def test_the_k_fold_command_runs_as_written(folder):
    (line,) = [command for command in COMMAND_LINES if "kfold-train" in command]
    if not (folder / "reviews_en.augmented.csv").exists():
        run(next(command for command in COMMAND_LINES if "reviews_en" in command), folder)
    done = run(line, folder)
    assert done.returncode == 0, done.stderr
    assert (folder / "reviews_en.augmented.kfold" / "report.html").exists()


@pytest.mark.parametrize("line", COMMAND_LINES)
def test_every_command_parses(line):
    words = shlex.split(line)
    import importlib

    config = importlib.import_module(COMMANDS[words[1]][0]).Config
    parse(words[1], config, words[2:])


@needs_apertium
def test_python_blocks_run(folder):
    for kind, text in BLOCKS:
        if kind == "python":
            done = subprocess.run(
                [sys.executable, "-c", text], cwd=folder, capture_output=True, text=True
            )
            assert done.returncode == 0, done.stderr


def test_toml_blocks_are_valid(tmp_path, monkeypatch):
    from augment.config import toml_options
    from augment.datasets.recipe import BacktranslateConfig

    (block,) = [text for kind, text in BLOCKS if kind == "toml"]
    assert list(tomllib.loads(block)) == ["backtranslate"]
    (tmp_path / "augment.toml").write_text(block)
    monkeypatch.chdir(tmp_path)
    assert toml_options("backtranslate", BacktranslateConfig)["min_similarity"] == 0.6


def test_every_file_it_links_to_is_there():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / target).exists(), target


def test_every_flag_it_names_exists():
    import dataclasses
    import importlib

    known = {
        "--" + field.name.rstrip("_").replace("_", "-")
        for module, _ in COMMANDS.values()
        for field in dataclasses.fields(importlib.import_module(module).Config)
    } | {"--help", "--version", "--debug"}
    assert set(re.findall(r"(?<!\w)--[a-z][a-z-]+", README)) <= known

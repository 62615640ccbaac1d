"""README.md and the pages under docs/ are true: commands run as written and print what is shown.

A document is a story: its `sh` lines run one after the other in one folder, its `python` blocks
there too. What several documents say is run once. Lines that need a network, a browser or a
model of elsewhere stand in `console` blocks behind a `$`; they must parse.
"""

import dataclasses
import importlib
import itertools
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest

from augment.cli import COMMANDS
from augment.cli.running import parse
from augment.datasets.augmentation.production import FAILED
from augment.datasets.filter_pairs import NO_ORIGINAL
from augment.datasets.review.apply import REFUSED
from augment.filters import FILTERS

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGES = sorted((ROOT / "docs").rglob("*.md"))
DOCUMENTS = [README, *PAGES]
#: What these print depends on the table alone, down to the last letter.
EXACT = ("inspect", "split", "balance", "convert")
#: Translations differ a little from one version of Apertium to the next: of these, the class table.
COUNTED = ("backtranslate", "words")
#: They train, or need a model that was trained.
SLOW = ("kfold-train", "train", "predict", "evaluate")

needs_apertium = pytest.mark.skipif(
    shutil.which("lt-proc") is None, reason="Apertium is not installed"
)
each_document = pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT))
)


def blocks(document: Path) -> list[tuple[str, str]]:
    """(kind, text) of every fenced block, also of those inside a list."""
    text = document.read_text(encoding="utf-8")
    return [
        (kind, textwrap.dedent(body))
        for _, kind, body in re.findall(r"^( *)```(\w*)\n(.*?)^\1```$", text, re.M | re.S)
    ]


def shell_lines(document: Path) -> list[tuple[str, str | None]]:
    """Every line to run, and what is shown behind it (behind the last line of a block alone)."""
    found: list[tuple[str, str | None]] = []
    parts = blocks(document)
    for (kind, body), (next_kind, behind) in itertools.pairwise([*parts, ("end", "")]):
        if kind == "sh":
            lines = [line for line in body.splitlines() if line.strip()]
            found += [(line, None) for line in lines[:-1]]
            found.append((lines[-1], behind if next_kind == "" else None))
    return found


def console_lines(document: Path) -> list[str]:
    return [
        line.removeprefix("$ ")
        for kind, body in blocks(document)
        if kind == "console"
        for line in body.splitlines()
        if line.startswith("$ augment ")
    ]


def command_of(line: str) -> str:
    words = shlex.split(line)
    assert words[0] == "augment"
    return words[1]


class Reader:
    """Does what the documents say, in one folder, each thing once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.printed: dict[tuple[str, ...], str] = {}

    def run(self, *command: str) -> str:
        if command not in self.printed:
            done = subprocess.run(
                [sys.executable, *command],
                cwd=self.folder,
                capture_output=True,
                text=True,
                env={**os.environ, "COLUMNS": "100"},
            )
            assert done.returncode == 0, f"{command}\n{done.stderr}"
            self.printed[command] = done.stdout
        return self.printed[command]

    def type(self, line: str) -> str:
        return self.run("-m", "augment", *shlex.split(line)[1:])


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reader")
    (folder / "examples").symlink_to(ROOT / "examples")
    return Reader(folder)


def class_table(printed: str) -> list[list[str]]:
    """Class and number of rows before, of the first table printed."""
    first = printed.strip().split("\n\n")[0]
    assert first.startswith("class")
    return [line.split()[:2] for line in first.splitlines()]


def tell(line: str, shown: str | None, printed: str) -> None:
    """Compare what a command printed with what its document shows."""
    if shown is None:
        return
    if command_of(line) in EXACT:
        assert shown.strip() == printed.strip(), line
    elif command_of(line) in COUNTED:
        assert class_table(shown) == class_table(printed), line


@needs_apertium
@each_document
def test_quick_commands_run_as_written(document, reader):
    for line, shown in shell_lines(document):
        if command_of(line) not in SLOW:
            tell(line, shown, reader.type(line))


@pytest.mark.slow
@needs_apertium
@pytest.mark.parametrize(
    "document",
    [
        document
        for document in DOCUMENTS
        if any(command_of(line) in SLOW for line, _ in shell_lines(document))
    ],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_slow_commands_run_as_written(document, reader):
    for line, shown in shell_lines(document):
        printed = reader.type(line)
        if command_of(line) == "kfold-train" and shown is not None:
            assert printed.split()[:5] == shown.split()[:5]
        tell(line, shown, printed)


@each_document
def test_every_command_parses(document):
    for line in [*(line for line, _ in shell_lines(document)), *console_lines(document)]:
        words = shlex.split(line)
        parse(words[1], importlib.import_module(COMMANDS[words[1]][0]).Config, words[2:])


@needs_apertium
@each_document
def test_python_blocks_run(document, reader):
    for kind, body in blocks(document):
        if kind == "python":
            reader.run("-c", body)


@each_document
def test_toml_blocks_are_valid(document, tmp_path, monkeypatch):
    from augment.config import toml_options

    monkeypatch.chdir(tmp_path)
    for kind, body in blocks(document):
        if kind == "toml":
            (tmp_path / "augment.toml").write_text(body)
            for command, options in tomllib.loads(body).items():
                config = importlib.import_module(COMMANDS[command][0]).Config
                assert len(toml_options(command, config)) == len(options) > 0


def shown_behind(start: str, kind: str) -> dict[str, str]:
    """Document -> what it shows of a command: below it in its block, or in the block behind."""
    found = {}
    for document in DOCUMENTS:
        for (own, body), (next_kind, behind) in itertools.pairwise([*blocks(document), ("", "")]):
            line, _, below = body.removeprefix("$ ").partition("\n")
            if own == kind and line.startswith(start) and (below or next_kind == ""):
                found[str(document.relative_to(ROOT))] = below if kind == "console" else behind
    return found


def test_a_review_is_shown_of_the_run_that_is_shown():
    tutorial = shown_behind("augment backtranslate examples/reviews_en.csv --pivot es,ca,eo", "sh")
    run = tutorial["docs/tutorial.md"]
    review = shown_behind("augment review reviews_en.augmented.csv --apply", "console")
    assert review
    made = {name: after for name, _, after, *_ in map(str.split, run.split("\n\n")[0].splitlines())}
    refused = sum(
        map(int, re.findall(r"[a-z] (\d+)", run[run.index("refused: ") :].split("\n")[0]))
    )
    candidates = int(re.search(r"\+ (\d+) new rows", run)[1]) + refused
    for shown in review.values():
        rows = [line.split()[:2] for line in shown.split("\n\n")[0].splitlines()[1:]]
        assert {name: before for name, before in rows} == {name: made[name] for name, _ in rows}
        assert (
            sum(map(int, re.findall(r"(?:confirmed|refused|undecided) (\d+)", shown))) == candidates
        )


def test_a_server_is_shown_to_answer_as_predict_does():
    """Both with the model of the line before, the same in every document."""
    predicted = set()
    served = set()
    for document in DOCUMENTS:
        for _, body in blocks(document):
            predicted |= set(re.findall(r"^(\w+ \(0\.\d\d\)\n\w+ \(0\.\d\d\))$", body, re.M))
            for label, score in re.findall(r'^\{"label": "(\w+)", "score": ([\d.]+)', body, re.M):
                served.add(f"{label} ({float(score):.2f})")
    assert len(predicted) == len(served) == 1
    assert predicted.pop().endswith("\n" + served.pop())


def test_the_documents_hold_what_is_tested_here():
    kinds = [kind for document in DOCUMENTS for kind, _ in blocks(document)]
    assert {"sh", "console", "python", "toml", ""} <= set(kinds)
    assert len(PAGES) >= 16
    shown = [one for document in DOCUMENTS for one in shell_lines(document) if one[1]]
    assert {command_of(line) for line, _ in shown} >= {*COUNTED, "inspect", "split", "kfold-train"}


def test_the_first_screen_holds_the_two_commands():
    text = README.read_text(encoding="utf-8")
    first = text[: text.index("## What you get")]
    assert "make demo" in first
    assert "make test" in first
    assert "make test" in (ROOT / ".ci" / "run").read_text()


@each_document
def test_every_file_it_links_to_is_there(document):
    """In the checkout: the site leads some links elsewhere."""
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
        assert (document.parent / target).exists(), target


@each_document
def test_every_flag_it_names_exists(document):
    known = {
        "--" + field.name.rstrip("_").replace("_", "-")
        for module, _ in COMMANDS.values()
        for field in dataclasses.fields(importlib.import_module(module).Config)
    } | {"--help", "--version", "--debug"}
    text = document.read_text(encoding="utf-8")
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", text)) <= known


@pytest.mark.parametrize("picture", sorted((ROOT / "docs" / "pictures").iterdir()), ids=str)
def test_pictures_are_light_and_load_nothing(picture):
    assert picture.stat().st_size < 300_000
    if picture.suffix == ".svg":
        text = picture.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not re.search(r'(?:href|src)="https?:|url\(\s*["\']?https?:|@import', text)


def test_every_reason_of_a_refusal_is_told():
    text = (ROOT / "docs" / "reference" / "files.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `([a-z]+)` \|", text.partition("## Reasons of a refusal")[2], re.M)
    assert told == list(FILTERS)
    assert all(f"`{reason}` (" in text for reason in (FAILED, NO_ORIGINAL, REFUSED))

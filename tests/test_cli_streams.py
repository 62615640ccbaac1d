"""Standard streams that nobody reads, or that lack letters; what interrupted runs promise."""

import io
import json
import os
import sys

import pytest

from augment.cli import main

WORDS = ["words", "in.csv", "--method", "swap", "--no-filter", "all"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"We saw the old garden number {n} today.,{'ab'[n % 2]}−😀\n" for n in range(8))
    (tmp_path / "in.csv").write_text(f"text,label\n{rows}", encoding="utf-8")
    return tmp_path


def unread():
    """Open a pipe that its reader has left."""
    reader, writer = os.pipe()
    os.close(reader)
    return os.fdopen(writer, "w", encoding="utf-8")


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_work_is_done_whoever_stops_reading(name, here, monkeypatch):
    with unread() as stream:
        monkeypatch.setattr(sys, name, stream)
        assert main(WORDS) == 0
    assert (here / "in.words.csv").is_file()


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_a_closed_stream_is_none(name, here, monkeypatch):
    monkeypatch.setattr(sys, name, None)
    assert main(WORDS) == 0
    assert (here / "in.words.csv").is_file()


def test_a_pipe_that_breaks_elsewhere_is_an_error(here, monkeypatch, capsys):
    def breaks(**options):
        raise BrokenPipeError("a worker is gone")

    monkeypatch.setattr("augment.cli.inspect.inspect_table", breaks)
    assert main(["inspect", "in.csv"]) == 1
    assert "BrokenPipeError: a worker is gone" in capsys.readouterr().err


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1", "ascii", "utf-8"])
def test_letters_that_the_output_lacks_are_escaped(encoding, here, monkeypatch):
    texts = {}
    for kind in ("--json", "--quiet"):
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
        assert main(["inspect", "in.csv", "--model", "none", kind]) == 0
        texts[kind] = raw.getvalue().decode(encoding)
    assert json.loads(texts["--json"])["classes"].keys() == {"a−😀", "b−😀"}
    assert ("a−😀" if encoding == "utf-8" else r"a\u2212\ud83d\ude00") in texts["--quiet"]


GO_ON = "what is finished is kept: run the same command to go on"
AGAIN = "run the same command again"


@pytest.mark.parametrize(
    ("command", "work", "promise"),
    [
        (["inspect", "in.csv"], "inspect.inspect_table", AGAIN),
        (["predict", "model", "in.csv"], "predict.for_stderr", AGAIN),
        (["train", "in.csv"], "train.for_stderr", AGAIN),
        (["backtranslate", "in.csv"], "backtranslate.back_translate", GO_ON),
        (["backtranslate", "in.csv", "--store", "none"], "backtranslate.back_translate", AGAIN),
        (["words", "in.csv"], "words.augment_words", GO_ON),
        (["models", "fetch", "en-fr"], "models._fetch", GO_ON),
        (["models", "list"], "models.installed", AGAIN),
    ],
)
def test_an_interrupted_run_promises_what_holds(command, work, promise, here, monkeypatch, capsys):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(f"augment.cli.{work}", interrupted)
    assert main(command) == 130
    assert capsys.readouterr().err == f"augment: interrupted; {promise}\n"

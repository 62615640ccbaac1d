import json
import shutil
import sqlite3
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from augment.cli import COMMANDS, main
from augment.cli.running import parse
from augment.config import toml_options
from augment.datasets.augmentation.recipe import BacktranslateConfig, WordsConfig
from augment.errors import WriteError
from augment.records import AUG_COLUMNS, REJECTION_COLUMNS
from augment.store import FORMAT

needs_apertium = pytest.mark.skipif(
    shutil.which("lt-proc") is None, reason="Apertium is not installed"
)
FAST = ["--pivot", "es", "--no-filter", "similarity,reworded,proofreading"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def table(path: Path, rows: int = 30, *, labels: str = "aab") -> Path:
    """Write a table of English sentences, no two alike."""
    lines = ["text,label"]
    things = ["house", "garden", "film", "book", "train"]
    lines += [
        f"I saw the old {things[n % 5]} number {n} and it was very good.,{labels[n % len(labels)]}"
        for n in range(rows)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def read(path: Path):
    import pandas as pd

    return pd.read_csv(path, dtype=str, keep_default_na=False)


@needs_apertium
def test_the_main_job(here, capsys):
    table(here / "in.csv")
    assert main(["backtranslate", "in.csv", *FAST, "--label", "label"]) == 0
    out, err = capsys.readouterr()
    assert "text column: 'text'" in err
    assert "language: English (en)" in err
    assert "in.augmented.csv" in out
    frame = read(here / "in.augmented.csv")
    assert list(frame.columns) == ["text", "label", *AUG_COLUMNS]
    originals = frame[frame["aug_method"] == "original"]
    assert originals[["text", "label"]].equals(read(here / "in.csv"))
    assert list(originals["aug_source_id"]) == [str(n) for n in range(30)]
    new = frame[frame["aug_method"] == "backtranslation"]
    assert set(new["label"]) == {"b"}
    assert set(new["aug_pivot"]) == {"es"}
    assert set(new["aug_engine"]) == {"apertium"}
    assert frame["aug_id"].is_unique
    rejected = read(here / "in.augmented.rejected.csv")
    assert list(rejected.columns) == ["text", "label", *AUG_COLUMNS, *REJECTION_COLUMNS]
    manifest = json.loads((here / "in.augmented.manifest.json").read_text())
    counts = manifest["pivots"]["es"]
    assert counts["asked"] == counts["failed"] + counts["produced"]
    assert counts["produced"] == (
        sum(counts["rejected"].values()) + counts["surplus"] + counts["kept"]
    )
    assert counts["kept"] == len(new)
    assert sum(counts["rejected"].values()) + counts["failed"] == len(rejected)
    assert (here / ".augment" / "last_augmented").read_text().strip() == "in.augmented.csv"


@needs_apertium
def test_json_goes_to_stdout_alone(here, capsys):
    table(here / "in.csv")
    assert main(["backtranslate", "in.csv", *FAST, "--json"]) == 0
    out, _ = capsys.readouterr()
    assert json.loads(out)["classes"]["b"]["before"] == 10


@needs_apertium
def test_quiet_says_nothing_on_stderr(here, capsys):
    table(here / "in.csv")
    assert main(["backtranslate", "in.csv", *FAST, "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_switches_and_numbers_of_the_toml_keep_their_flags(here, capsys):
    def parsed(*args):
        return parse("words", WordsConfig, ["in.csv", *args])

    (here / "augment.toml").write_text(
        "[words]\nforce = true\noffline = true\nper-row = 3\nmin_change = 0.1\n"
    )
    for args in ([], ["--force"], ["--offline", "--force", "--quiet"]):
        assert (parsed(*args).force, parsed(*args).offline, parsed(*args).per_row) == (
            True,
            True,
            3,
        )
    assert (parsed("--no-force").force, parsed("--no-offline").offline) == (False, False)
    assert parsed("--no-force", "--force").force
    assert (parsed("--per-row", "none").per_row, parsed("--per-row", "2").per_row) == (None, 2)
    assert (parsed("--min-change=none").min_change, parsed().min_change) == (None, 0.1)
    assert parsed("--label", "none").label == "none"
    assert main(["words", "--help"]) == 0
    told = capsys.readouterr().out
    assert "--force" in told
    assert "--no-force" not in told
    (here / "augment.toml").unlink()
    assert main(["words", "in.csv", "--no-force"]) == 2


def test_a_toml_table_names_an_option_once(here, capsys):
    (here / "augment.toml").write_text("[words]\nper-row = 3\nper_row = 4\n")
    assert main(["words", "in.csv"]) == 2
    assert "per-row and per_row are one option" in capsys.readouterr().err


@needs_apertium
def test_toml_may_start_with_a_byte_order_mark(here):
    (here / "augment.toml").write_text("[backtranslate]\nseed = 3\n", encoding="utf-8-sig")
    assert toml_options("backtranslate", BacktranslateConfig) == {"seed": 3}


def test_toml_gives_defaults_and_flags_go_before_it(here, capsys):
    table(here / "in.csv")
    (here / "augment.toml").write_text(
        '[backtranslate]\npivot = ["ca"]\nno-filter = ["similarity"]\nbalance = "none"\n'
        'out = "from_toml.csv"\n'
    )
    assert main(["backtranslate", "in.csv", "--json"]) == 0
    manifest = json.loads(capsys.readouterr().out)
    assert manifest["resolved"]["pivots"] == ["ca"]
    assert (here / "from_toml.csv").exists()
    assert main(["backtranslate", "in.csv", "--json", "--pivot", "es", "-o", "o.csv"]) == 0
    manifest = json.loads(capsys.readouterr().out)
    assert manifest["resolved"]["pivots"] == ["es"]
    assert manifest["resolved"]["balance"] == "none"


def damaged_store(here):
    (here / ".augment").mkdir()
    db = sqlite3.connect(here / ".augment" / "store.sqlite")
    db.execute(f"PRAGMA user_version = {FORMAT + 7}")
    db.execute("PRAGMA application_id = 1096107860")
    db.commit()
    db.close()


BAD = [
    # what is prepared, arguments behind `backtranslate`, what the line must say
    (None, [], ["no table was given", "IN.csv"]),
    (None, ["nothere.csv"], ["nothere.csv"]),
    (lambda here: (here / "e.csv").write_text(""), ["e.csv"], ["e.csv", "empty"]),
    (lambda here: (here / "h.csv").write_text("text,label\n"), ["h.csv"], ["h.csv", "rows"]),
    (
        lambda here: (here / "n.csv").write_text("id,price\n1,2.5\n2,3.5\n3,7\n"),
        ["n.csv"],
        ["text", "id", "price", "--text"],
    ),
    (lambda here: table(here / "in.csv"), ["in.csv", "--text", "txet"], ["txet", "text", "label"]),
    (lambda here: table(here / "in.csv"), ["in.csv", "--label", "lable"], ["lable", "label"]),
    (lambda here: table(here / "in.csv"), ["in.csv", "--pivot", "qqq"], ["qqq"]),
    (
        lambda here: table(here / "in.csv"),
        ["in.csv", "--pivot", "en"],
        ["'en'", "source language", "--source"],
    ),
    (
        lambda here: table(here / "in.csv"),
        ["in.csv", "--pivot", "is"],
        ["Icelandic", "sudo apt-get install apertium apertium-isl-eng"],
    ),
    (lambda here: table(here / "in.csv"), ["in.csv", "--translator", "gogle"], ["gogle", "google"]),
    (lambda here: table(here / "in.csv"), ["in.csv", "--balance", "most"], ["most", "median"]),
    (lambda here: table(here / "in.csv"), ["in.csv", "--per-row", "0"], ["per_row", "at least 1"]),
    (
        lambda here: table(here / "in.csv"),
        ["in.csv", "--no-filter", "lenght"],
        ["lenght", "length"],
    ),
    (
        lambda here: table(here / "in.csv"),
        ["in.csv", "--pivot", "es", "--min-similarity", "1.5"],
        ["1.5"],
    ),
    (
        lambda here: (table(here / "in.csv"), (here / "in.augmented.csv").write_text("mine")),
        ["in.csv", "--pivot", "es"],
        ["in.augmented.csv", "exists", "--force"],
    ),
    (
        lambda here: (
            table(here / "in.csv"),
            (here / "in.augmented.rejected.csv").write_text("mine"),
        ),
        ["in.csv", "--pivot", "es"],
        ["in.augmented.rejected.csv", "exists"],
    ),
    (
        lambda here: table(here / "in.csv"),
        ["in.csv", "--pivot", "es", "--out", "in.csv", "--force"],
        ["is the input"],
    ),
    (
        lambda here: table(here / "in.csv"),
        ["in.csv", "--pivot", "es", "--out", "no/such/out.csv"],
        ["no/such", "no folder"],
    ),
    (
        lambda here: (table(here / "in.csv"), damaged_store(here)),
        ["in.csv", "--pivot", "es"],
        ["store.sqlite", "newer version"],
    ),
    (
        lambda here: (here / "r.csv").write_text("text,label\na b c,x\na,b,c\nd e f,y\n"),
        ["r.csv"],
        ["r.csv", "line 3", "--on-bad-row"],
    ),
    (
        lambda here: (
            table(here / "in.csv"),
            (here / "augment.toml").write_text("[backtranslate]\npivto='es'"),
        ),
        ["in.csv"],
        ["augment.toml", "pivto", "pivot"],
    ),
    (
        lambda here: (
            table(here / "in.csv"),
            (here / "augment.toml").write_text("[backtranslate]\nforce = 'no'"),
        ),
        ["in.csv"],
        ["augment.toml", "force", "'no'", "true or false"],
    ),
    (
        lambda here: (
            table(here / "in.csv"),
            (here / "augment.toml").write_text("[backtranslat]\nforce = true"),
        ),
        ["in.csv"],
        ["augment.toml", "backtranslat", "did you mean [backtranslate]"],
    ),
    (
        lambda here: (table(here / "in.csv"), (here / "augment.toml").write_text("[backtranslate")),
        ["in.csv"],
        ["augment.toml", "TOML"],
    ),
    (
        lambda here: (here / "a.csv").write_text(
            "text,aug_id,aug_method\nA text of words,1,original\n"
        ),
        ["a.csv"],
        ["augmented table already"],
    ),
    (
        lambda here: (here / "x.csv").write_text("text,label\n,a\n,b\n"),
        ["x.csv", "--text", "text", "--label", "label"],
        ["no row has both"],
    ),
]


@pytest.mark.parametrize(("prepare", "arguments", "wanted"), BAD)
def test_bad_input_gets_one_line_exit_2_and_nothing_written(
    prepare, arguments, wanted, here, capsys
):
    if prepare:
        prepare(here)
    before = {path: path.stat().st_mtime_ns for path in here.rglob("*") if path.is_file()}
    code = main(["backtranslate", *arguments])
    out, err = capsys.readouterr()
    assert code == 2, err
    assert out == ""
    last = err.strip().splitlines()[-1]
    assert last.startswith("augment: ")
    for part in wanted:
        assert part in last, last
    assert "Traceback" not in err
    after = {path: path.stat().st_mtime_ns for path in here.rglob("*") if path.is_file()}
    assert after == before


@pytest.mark.skipif(shutil.which("lt-proc") is None, reason="needs Apertium")
def test_a_folder_that_cannot_be_written(here, capsys, monkeypatch):
    table(here / "in.csv")
    monkeypatch.setattr("os.access", lambda *_: False)  # tests may run as root, who may anything
    assert main(["backtranslate", "in.csv", "--pivot", "es"]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], ["help"]])
def test_help_lists_every_command(arguments, capsys):
    assert main(arguments) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_documented(command, capsys):
    import dataclasses
    import importlib

    assert main([command, "--help"]) == 0
    shown = capsys.readouterr().out
    config = importlib.import_module(COMMANDS[command][0]).Config
    assert (config.__doc__ or "").strip().split("\n")[0][:40] in " ".join(shown.split())
    for field in dataclasses.fields(config):
        flag = "--" + field.name.rstrip("_").replace("_", "-")
        assert flag in shown or "Positional" in str(field.type), flag
    assert "{None}" not in shown


@pytest.mark.parametrize(
    "arguments",
    [[], ["nonsense"], ["backtranslat"], ["doctor", "--jso"], ["backtranslate", "a", "b"]],
)
def test_bad_usage_is_exit_2(arguments, capsys):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["backtranslate", "in.csv", "--min-similarity", "0,6"], "point: --min-similarity 0.6"),
        (["backtranslate", "in.csv", "--pivot", "es", "ca"], "commas: --pivot es,ca"),
        (["backtranslate", "in.csv", "--pivot", "es,", "ca"], "commas: --pivot es,ca"),
        (["backtranslate", "in.csv", "--min_change=0,1"], "point: --min-change 0.1"),
        (["kfold-train", "in.csv", "--curve", "5", "10"], "commas: --curve 5,10"),
        (["train", "in.csv", "--class-weights", "a=1", "b=2"], "commas: --class-weights a=1,b=2"),
        (["kfold-train", "in.csv", "--n_splits", "4"], "--n_splits is --folds here"),
        (["backtranslate", "in.csv", "--output=out.csv"], "--output is --out here"),
    ],
)
def test_options_written_in_another_way(arguments, message, capsys):
    assert main(arguments) == 2
    assert message in capsys.readouterr().err


def test_a_close_command_is_suggested(capsys):
    main(["backtranslat"])
    assert "did you mean 'backtranslate'?" in capsys.readouterr().err


def test_version_and_module(capsys):
    done = subprocess.run(
        [sys.executable, "-m", "augment", "--version"], capture_output=True, text=True, check=True
    )
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
    assert project["project"]["name"] == "augment-text"
    assert done.stdout.startswith("augment 0.")


def test_doctor_tells_what_is_there(capsys):
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"engines", "routes", "devices", "missing"} <= found.keys()
    assert main(["doctor"]) == 0
    assert "round trips on this machine" in capsys.readouterr().out


def test_doctor_names_the_line_for_what_is_missing(capsys, monkeypatch):
    monkeypatch.setattr("augment.translators.apertium.installed_modes", dict)
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert main(["doctor", "--json"]) == 0
    missing = json.loads(capsys.readouterr().out)["missing"]
    assert missing["a translator for fr"].startswith("sudo apt-get install apertium apertium-")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_knows_commands_and_options(shell, capsys):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert "backtranslate" in script
    assert "per-row" in script
    if shell == "bash":
        checked = subprocess.run(["bash", "-n"], input=script, text=True, capture_output=True)
        assert checked.returncode == 0, checked.stderr


def test_the_lines_that_install_a_completion_stay_lines(capsys):
    assert main(["completion", "--help"]) == 0
    lines = [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()]
    assert {"bash", "zsh", "fish"} <= set(lines)


def test_debug_shows_where(here, capsys):
    assert main(["--debug", "backtranslate", "nothere.csv"]) == 2
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    "error", [ValueError("I/O operation on closed file"), WriteError("f", OSError("x"))]
)
@pytest.mark.parametrize("said", ["", "3 of 4 are kept"])
def test_what_a_second_ctrl_c_breaks_is_an_interruption(monkeypatch, capsys, tmp_path, error, said):
    def torn(**options):
        try:
            raise KeyboardInterrupt(said)
        finally:
            try:
                raise KeyboardInterrupt
            except KeyboardInterrupt:
                raise error from None

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("augment.cli.backtranslate.back_translate", torn)
    assert main(["backtranslate", "in.csv"]) == 130
    told = capsys.readouterr().err
    assert told.startswith("augment: interrupted; ")
    assert "fault of this program" not in told
    assert (said or "run the same command to go on") in told

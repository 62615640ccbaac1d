"""SIGKILL at random moments: the same command goes on and ends with the same bytes."""

import csv
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
ARGUMENTS = ["backtranslate", "in.csv", "--pivot", "es,ca", "--balance", "x2", "--seed", "3"]
OUTPUTS = ("in.augmented.csv", "in.augmented.rejected.csv", "in.augmented.report.html")
TRIALS = 20

pytestmark = pytest.mark.skipif(shutil.which("lt-proc") is None, reason="Apertium is not installed")


def start(folder: Path) -> subprocess.Popen:
    return subprocess.Popen(
        # Every check but the one that would load a model: this is about files, not about torch.
        [sys.executable, "-m", "augment", *ARGUMENTS, "--no-filter", "similarity"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A background job without job control (CI) starts its children with Ctrl-C ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def finish(folder: Path) -> dict[str, bytes]:
    process = start(folder)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert not list(folder.glob(".*.part"))
    return {name: (folder / name).read_bytes() for name in OUTPUTS}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    """The English example twice over, the second time with other words in front."""
    path = tmp_path_factory.mktemp("table") / "in.csv"
    with (EXAMPLES / "reviews_en.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    again = [
        {**row, "id": f"b{n}", "text": f"My friend says: {row['text']}"}
        for n, row in enumerate(rows)
    ]
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows + again)
    return path


@pytest.fixture(scope="module")
def uninterrupted(table, tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    shutil.copy(table, folder / "in.csv")
    begin = time.monotonic()
    outputs = finish(folder)
    return outputs, time.monotonic() - begin


@pytest.mark.parametrize("trial", range(TRIALS))
def test_a_killed_run_goes_on_to_the_same_bytes(trial, table, uninterrupted, tmp_path):
    outputs, seconds = uninterrupted
    shutil.copy(table, tmp_path / "in.csv")
    draw = random.Random(trial)
    for _ in range(2):  # killed, killed again on the way, then left alone
        process = start(tmp_path)
        time.sleep(draw.uniform(0.1, seconds))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if (tmp_path / OUTPUTS[0]).exists():  # it was done before the signal
            break
    if (tmp_path / OUTPUTS[0]).exists():
        got = {name: (tmp_path / name).read_bytes() for name in OUTPUTS}
    else:
        got = finish(tmp_path)
    assert got == outputs


def test_ctrl_c_says_how_to_go_on(table, uninterrupted, tmp_path):
    outputs, _ = uninterrupted
    shutil.copy(table, tmp_path / "in.csv")
    process = start(tmp_path)
    while "balance" not in (line := process.stderr.readline()):
        assert line, "the run ended before it could be interrupted"
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run the same command to go on" in said
    assert "Traceback" not in said
    assert finish(tmp_path) == outputs

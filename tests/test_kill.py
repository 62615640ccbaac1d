"""SIGKILL at random moments: the same command goes on and ends with the same bytes."""

import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TABLE = Path(__file__).resolve().parents[1] / "examples" / "reviews_en.csv"
ARGUMENTS = ["backtranslate", "in.csv", "--pivot", "es,ca", "--balance", "x2", "--seed", "3"]
OUTPUTS = ("in.augmented.csv", "in.augmented.rejected.csv", "in.augmented.report.html")
#: Each kills twice; the first ones always run.
TRIALS = [*range(8), *(pytest.param(trial, marks=pytest.mark.slow) for trial in range(8, 20))]

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


def finish(folder: Path, process: subprocess.Popen | None = None) -> dict[str, bytes]:
    process = process or start(folder)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert not list(folder.glob(".*.part"))
    return {name: (folder / name).read_bytes() for name in OUTPUTS}


def begun(process: subprocess.Popen, at: str) -> None:
    """Wait for the line of a run that has these words: what is before it loads libraries."""
    while at not in (line := process.stderr.readline()):
        assert line, "the run ended before it could be interrupted"


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    """What a run writes, and for how long it is at work after its first line."""
    folder = tmp_path_factory.mktemp("whole")
    shutil.copy(TABLE, folder / "in.csv")
    process = start(folder)
    begun(process, "in.csv: ")
    begin = time.monotonic()
    outputs = finish(folder, process)
    return outputs, time.monotonic() - begin


@pytest.mark.parametrize("trial", TRIALS)
def test_a_killed_run_goes_on_to_the_same_bytes(trial, uninterrupted, tmp_path):
    outputs, seconds = uninterrupted
    shutil.copy(TABLE, tmp_path / "in.csv")
    draw = random.Random(trial)
    for _ in range(2):  # killed, killed again on the way, then left alone
        process = start(tmp_path)
        begun(process, "in.csv: ")
        time.sleep(draw.uniform(0, seconds))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if (tmp_path / OUTPUTS[0]).exists():  # it was done before the signal
            break
    if (tmp_path / OUTPUTS[0]).exists():
        got = {name: (tmp_path / name).read_bytes() for name in OUTPUTS}
    else:
        got = finish(tmp_path)
    assert got == outputs


def test_ctrl_c_says_how_to_go_on(uninterrupted, tmp_path):
    outputs, _ = uninterrupted
    shutil.copy(TABLE, tmp_path / "in.csv")
    process = start(tmp_path)
    begun(process, "balance")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "run the same command to go on" in said
    assert "Traceback" not in said
    assert finish(tmp_path) == outputs

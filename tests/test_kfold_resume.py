"""Every kind of run at once, killed in the middle: resumed, it ends as if nothing had happened."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("nlpaug")

from augment.cli import main
from augment.train.testing import tiny_encoder

THINGS = ("film", "plot", "actor", "music", "story", "score")
MOODS = {"neg": ("bad", "awful", "dull"), "pos": ("good", "great", "fine")}
ARMS = "original,original_matched,oversampled,augmented,weighted,words,twice=twice.csv,tfidf"
#: Two folds of eight arms and the control of `twice`; of the curve, new rows and controls; the gap.
N_UNITS = 2 * 9 + 2 * 5 + 2


def table(copies: int) -> pd.DataFrame:
    rows = [
        (f"the {thing} number {n} was {mood}", label)
        for n, thing in enumerate(THINGS)
        for label, moods in MOODS.items()
        for mood in moods[: 3 if label == "neg" else 2]
    ]
    n, copy = len(rows), range(copies)
    new = [(f"{'rather ' * (at + 1)}{text}", label) for at in copy for text, label in rows]
    frame = pd.DataFrame(rows + new, columns=["text", "label"])
    frame["aug_source_id"] = [*range(n)] * (1 + copies)
    frame["aug_method"] = ["original"] * n + ["backtranslation"] * (n * copies)
    return frame


def start(folder: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "augment", "kfold-train", "in.csv", "--model", "tiny"]
    command += ["--arms", ARMS, "--curve", "4", "--leak-gap", "--folds", "2", "--epochs", "3"]
    command += ["--batch-size", "4", "--device", "cpu", "--precision", "fp32", "--workers", "2"]
    command += ["--label-check", "on", "--out", "run", *more]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, cwd=folder, env=environment, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )  # fmt: skip


def units(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "run" / "units").glob("*.json")}


def results(folder: Path) -> dict[str, object]:
    """Every file of a run, without the times that it took."""
    run = folder / "run"
    metrics = json.loads((run / "metrics.json").read_text())
    for arm in metrics["arms"].values():
        assert len(arm.pop("seconds")) == 2
    page = (run / "report.html").read_text()
    return {
        "files": sorted(str(path.relative_to(run)) for path in run.rglob("*")),
        "metrics": metrics,
        "folds": pd.read_csv(run / "folds.csv").drop(columns="seconds").to_csv(),
        "oof": (run / "oof.csv").read_bytes(),
        "run": (run / "run.json").read_bytes(),
        "report": re.sub(r"<td>\d+ s</td>", "", page),
        "figures": {path.name: path.read_bytes() for path in (run / "figures").iterdir()},
        "units": {
            name: re.sub(rb'"seconds": [\d.]+', b"", content)
            for name, content in units(folder).items()
        },
    }


def place(folder: Path) -> Path:
    folder.mkdir()
    table(1).to_csv(folder / "in.csv", index=False)
    table(3).to_csv(folder / "twice.csv", index=False)
    words = [*THINGS, *(mood for moods in MOODS.values() for mood in moods), "the", "was", "number"]
    tiny_encoder(folder / "tiny", [*words, "rather", *map(str, range(6))])
    return folder


@pytest.mark.slow
def test_killed_with_every_kind_of_arm_and_part_it_ends_the_same(tmp_path):
    whole = place(tmp_path / "whole")
    process = start(whole)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert len(units(whole)) == N_UNITS

    killed = place(tmp_path / "killed")
    finished: dict[str, bytes] = {}
    # In the folds, in the curve, and among the last; each time on top of what was done before.
    for at in np.array([0.15, 0.5, 0.9]) * N_UNITS:
        process = start(killed, *(["--resume"] if finished else []))
        while process.poll() is None and len(units(killed)) < at:
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        now = units(killed)
        assert len(finished) < len(now) < N_UNITS
        assert {name: now[name] for name in finished} == finished
        assert not (killed / "run" / "metrics.json").exists()
        finished = now
    process = start(killed, "--resume")  # killed once more, while the results are written
    while process.poll() is None and not (killed / "run" / "metrics.json").exists():
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert not (killed / "run" / "report.html").exists()
    process = start(killed, "--resume")
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    now = units(killed)
    assert {name: now[name] for name in finished} == finished  # nothing was trained twice
    assert results(killed) == results(whole)


QUICK = {"model": "tiny", "folds": 2, "arms": "original,tfidf", "epochs": 1, "batch_size": 8,
         "device": "cpu", "workers": 1, "out": "run"}  # fmt: skip
COMMAND = ["kfold-train", "in.csv"]
for _name, _value in QUICK.items():
    COMMAND += [f"--{_name.replace('_', '-')}", str(_value)]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(place(tmp_path / "here"))


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ("augment.outputs.Path.write_text", 0),
        ("augment.train.kfold.figures.draw_figures", 4),
    ],
)
@pytest.mark.parametrize("stop", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt()])
def test_what_breaks_off_says_what_is_kept_and_goes_on(
    here, monkeypatch, capsys, where, kept, stop
):
    def breaks_off(*args, **options):
        raise stop

    with monkeypatch.context() as patch:
        patch.setattr(where, breaks_off)
        assert main(COMMAND) == (130 if isinstance(stop, KeyboardInterrupt) else 1)
    said = capsys.readouterr().err
    assert f"{kept} of 4 runs are finished and kept in run/units: run the same command with" in said
    assert "a fault of this program" not in said
    assert main([*COMMAND, "--resume"]) == 0
    assert Path("run/report.html").exists()


def without_rows(unit):
    for name in ("test", "probabilities"):
        del unit[name][-5:]


def of_other_rows(unit):
    unit["test"][0] += 1


def without_a_class(unit):
    unit["probabilities"][0].pop()


def no_number(unit):
    unit["probabilities"][0][0] = float("nan")


@pytest.mark.parametrize("damage", [without_rows, of_other_rows, without_a_class, no_number])
@pytest.mark.parametrize("arm", ["original", "tfidf"])
def test_a_unit_that_is_not_whole_is_named(here, capsys, damage, arm):
    assert main(COMMAND) == 0
    path = Path(f"run/units/repeat0-fold0-{arm}.json")
    whole = path.read_text()
    unit = json.loads(whole)
    damage(unit)
    path.write_text(json.dumps(unit))
    assert main([*COMMAND, "--resume"]) == 2
    assert f"{path}: no unit of a K-fold run" in capsys.readouterr().err
    path.unlink()
    assert main([*COMMAND, "--resume"]) == 0
    assert json.loads(path.read_text())["probabilities"] == json.loads(whole)["probabilities"]

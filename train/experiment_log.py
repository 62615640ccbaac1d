"""Metrics where people look: TensorBoard, MLflow and Weights & Biases, through their own APIs.

Each is an extra of its name and is loaded only when asked for. What they are told is the same: of
a training the configuration, numbers by step and the scores at the end; of a K-fold experiment the
configuration, the scores of every arm by test round, and the gains.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from augment.extras import require

if TYPE_CHECKING:
    from augment.train.kfold.results import KFoldResult

#: name -> class of this module
_KNOWN: Final = {"tensorboard": "TensorBoardLog", "mlflow": "MlflowLog", "wandb": "WandbLog"}


class ExperimentLog(Protocol):
    """What a training tells a log."""

    def numbers(self, step: int, values: Mapping[str, float]) -> None:
        """Note numbers, by name, at an optimizer step."""

    def close(self) -> None:
        """Finish the run."""


class TensorBoardLog:
    """Event files in a folder, for ``tensorboard --logdir FOLDER``."""

    def __init__(self, name: str, folder: Path, config: Mapping[str, Any], offline: bool) -> None:
        require("tensorboard", extra="tensorboard", purpose="--log tensorboard")
        module = require("torch.utils.tensorboard", extra="tensorboard", purpose="--log")
        self._writer: Any = module.SummaryWriter(str(folder))
        lines = [f"| {key} | {value} |" for key, value in config.items()]
        self._writer.add_text("config", "\n".join(["| option | value |", "|---|---|", *lines]))

    def numbers(self, step: int, values: Mapping[str, float]) -> None:
        """Note numbers, by name, at an optimizer step."""
        for name, value in values.items():
            self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        """Finish the run."""
        self._writer.close()


class MlflowLog:
    """A run in MLflow's tracking store: the one its own settings name, else a local one."""

    def __init__(self, name: str, folder: Path, config: Mapping[str, Any], offline: bool) -> None:
        self._mlflow: Any = require("mlflow", extra="mlflow", purpose="--log mlflow")
        self._run = self._mlflow.start_run(run_name=name)
        self._mlflow.log_params({key: str(value)[:500] for key, value in config.items()})

    def numbers(self, step: int, values: Mapping[str, float]) -> None:
        """Note numbers, by name, at an optimizer step."""
        self._mlflow.log_metrics(dict(values), step=step)

    def close(self) -> None:
        """Finish the run."""
        self._mlflow.end_run()


class WandbLog:
    """A run of Weights & Biases; with `offline` it stays on this machine."""

    def __init__(self, name: str, folder: Path, config: Mapping[str, Any], offline: bool) -> None:
        wandb: Any = require("wandb", extra="wandb", purpose="--log wandb")
        folder.mkdir(parents=True, exist_ok=True)
        self._run = wandb.init(
            project="augment",
            name=name,
            dir=str(folder),
            config=dict(config),
            mode="offline" if offline else None,
        )

    def numbers(self, step: int, values: Mapping[str, float]) -> None:
        """Note numbers, by name, at an optimizer step."""
        self._run.log(dict(values), step=step)

    def close(self) -> None:
        """Finish the run."""
        self._run.finish()


class SeveralLogs:
    """Tells several logs the same; none of them where the list is empty."""

    def __init__(self, logs: Sequence[ExperimentLog]) -> None:
        self._logs = logs

    def numbers(self, step: int, values: Mapping[str, float]) -> None:
        """Note numbers, by name, at an optimizer step."""
        for log in self._logs:
            log.numbers(step, values)

    def close(self) -> None:
        """Finish the runs."""
        for log in self._logs:
            log.close()


def check_logs(names: Sequence[str]) -> None:
    """Refuse in time, before anything is made, logs whose library is not installed.

    Raises
    ------
    MissingExtraError
        With the line that installs it.
    """
    for name in names:
        require(name, extra=name, purpose=f"--log {name}")


def sent_away(names: Sequence[str], *, offline: bool) -> str:
    """Say what leaves this machine for a log; nothing where nothing does."""
    if "wandb" not in names or offline:
        return ""
    return (
        "wandb: options and metrics go to the server that its settings name; --offline keeps them "
        "on this machine"
    )


def open_logs(
    names: Sequence[str],
    place: Path,
    *,
    config: Mapping[str, Any],
    offline: bool = False,
) -> SeveralLogs:
    """Start a run in each of the logs.

    Parameters
    ----------
    names
        Of ``tensorboard``, ``mlflow``, ``wandb``.
    place
        What is written: the run is named after it, and logs that are files go into a folder beside
        it, ``NAME.logs``.
    config
        Options of the run.
    offline
        Send nothing to another machine.

    Raises
    ------
    MissingExtraError
        When a library is not installed; the message holds the line that installs it.
    """
    folder = place.with_name(f"{place.name}.logs")
    logs = [globals()[_KNOWN[name]](place.name, folder, config, offline) for name in names]
    return SeveralLogs(logs)


def log_folds(logs: ExperimentLog, result: KFoldResult) -> None:
    """Tell a log what a K-fold experiment found.

    Scores are named ``macro_f1/augmented`` and have the number of the test round as step, 1 first,
    repeat by repeat. Behind the last stand ``gain/augmented``, ``gain_low/...``, ``gain_high/...``
    and ``p/...`` of every arm of new rows against its control.
    """
    rounds = max(len(arm.folds) for arm in result.arms.values())
    for at in range(rounds):
        logs.numbers(
            at + 1,
            {
                f"{metric}/{name}": value
                for name, arm in result.arms.items()
                if at < len(arm.folds)
                for metric, value in asdict(arm.folds[at]).items()
            },
        )
    for one in result.candidates:
        low, high = one.ci95
        found = {"gain": one.gain, "gain_low": low, "gain_high": high, "p": one.p_adjusted}
        logs.numbers(rounds, {f"{key}/{one.candidate}": value for key, value in found.items()})

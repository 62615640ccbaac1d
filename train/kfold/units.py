"""Finished units of a K-fold run: one small file per repeat, fold, arm and part.

A unit is written beside its place and renamed, so after a kill it is there whole or not at all.
Everything that the run reports is computed from the units alone; a run that was interrupted and
resumed therefore ends with the very numbers of one that was not.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from augment.errors import InputError
from augment.outputs import write_text

FloatArray = npt.NDArray[np.float64]
#: Repeat, fold, arm and part.
Key = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True)
class Unit:
    """What one arm did in one fold.

    Parameters
    ----------
    repeat, fold, arm
        Which one.
    n_train
        Rows of the arm's training set: originals, and paraphrases or repeats.
    n_train_originals
        Different originals among them.
    steps
        Optimizer steps taken.
    share_seen
        Part of the rows in all batches that were paraphrases.
    seconds
        Time for training and prediction.
    test
        Positions of the test rows among the originals.
    probabilities
        Class probabilities of each test row, to seven digits.
    part
        Of the run: empty for all rows, a number of originals a class, or ``leaking``; in the
        latter `test` counts paraphrases as well (see `augment.train.kfold.parts`).
    label_refused
        New rows of the training part that the label check kept out.
    """

    repeat: int
    fold: int
    arm: str
    n_train: int
    n_train_originals: int
    steps: int
    share_seen: float
    seconds: float
    test: tuple[int, ...]
    probabilities: tuple[tuple[float, ...], ...]
    part: str = ""
    label_refused: int = 0

    @property
    def key(self) -> Key:
        """Repeat, fold, arm and part."""
        return self.repeat, self.fold, self.arm, self.part


def rounded(probabilities: FloatArray) -> tuple[tuple[float, ...], ...]:
    """Probabilities as they are kept: seven significant digits."""
    return tuple(tuple(float(f"{p:.7g}") for p in row) for row in probabilities.tolist())


class UnitStore:
    """Units in a folder, or in memory where no folder is given."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._units: dict[Key, Unit] = {}
        if folder is not None and folder.is_dir():
            for path in sorted(folder.glob("*.json")):
                unit = _read(path)
                self._units[unit.key] = unit

    def __contains__(self, key: Key) -> bool:
        return key in self._units

    def __getitem__(self, key: Key) -> Unit:
        return self._units[key]

    def add(self, unit: Unit) -> None:
        """Keep a unit; on return it is on the disk.

        Raises
        ------
        WriteError
            When it cannot be written, as where the disk is full.
        """
        if self._folder is not None:
            write_text(self._folder / _file_name(unit.key), json.dumps(asdict(unit)) + "\n")
        self._units[unit.key] = unit

    def check(self, key: Key, test: npt.NDArray[np.int64], *, n_classes: int) -> None:
        """Refuse a unit that is not whole; none is there yet, and nothing is refused.

        Parameters
        ----------
        key, test
            Of the run, and its test rows.
        n_classes
            Probabilities of each of them.

        Raises
        ------
        InputError
            Naming its file.
        """
        unit = self._units.get(key)
        if unit is None or self._folder is None:
            return
        path = self._folder / _file_name(key)
        if unit.test != tuple(test.tolist()):
            raise _refused(path, f"its {len(unit.test):,} test rows are not the {len(test):,} here")
        try:
            shares = np.array(unit.probabilities, dtype=np.float64)
        except (ValueError, TypeError) as error:
            raise _refused(path, error) from error
        if shares.shape != (len(test), n_classes) or not np.isfinite(shares).all():
            raise _refused(path, f"not {n_classes} probabilities of each of {len(test):,} rows")


def _file_name(key: Key) -> str:
    repeat, fold, arm, part = key
    return f"repeat{repeat}-fold{fold}-{arm}{f'@{part}' if part else ''}.json"


def _read(path: Path) -> Unit:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        values["test"] = tuple(values["test"])
        values["probabilities"] = tuple(map(tuple, values["probabilities"]))
        return Unit(**values)
    except (ValueError, KeyError, TypeError) as error:
        raise _refused(path, error) from error


def _refused(path: Path, why: object) -> InputError:
    return InputError(
        f"{path}: no unit of a K-fold run ({why}); delete that file and run with --resume"
    )

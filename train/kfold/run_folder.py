"""The folder of a K-fold run: what lies in it, when it may be written, and how a run goes on."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augment.errors import InputError, OutputError, WriteError, no_space
from augment.output_parts import reserved
from augment.outputs import holds_files, refuse_stream, replacing, write_text

if TYPE_CHECKING:
    from augment.train.kfold.results import KFoldResult

RUN, METRICS, FOLDS, OOF, REPORT = (
    "run.json",
    "metrics.json",
    "folds.csv",
    "oof.csv",
    "report.html",
)
UNITS, FIGURES = "units", "figures"


class RunFolder:
    """The files of one run.

    Parameters
    ----------
    path
        The folder; its parent must exist.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def units(self) -> Path:
        """Folder of the finished units."""
        return self.path / UNITS

    @property
    def figures(self) -> Path:
        """Folder of the figures."""
        return self.path / FIGURES

    def check(self, *, resume: bool, force: bool) -> None:
        """Refuse, before any work, a folder that cannot be used; write nothing.

        Raises
        ------
        OutputError
            When the folder exists and neither `resume` nor `force` is given, when it is no
            K-fold run, or when it cannot be written.
        """
        refuse_stream(self.path)
        if self.path.exists() and not self.path.is_dir():
            raise OutputError(f"{self.path} is a file; give another folder with --out")
        if self.path.is_dir() and holds_files(self.path):
            if not (self.path / RUN).is_file():
                raise OutputError(
                    f"{self.path} exists and holds no K-fold run; give another folder with --out"
                )
            if not (resume or force):
                raise OutputError(
                    f"{self.path} exists already; --resume goes on with it, --force replaces it, "
                    "or give another folder with --out"
                )
        place = self.path if self.path.is_dir() else self.path.parent
        if not place.is_dir():
            raise OutputError(f"{place} is no folder; make it first, or give another --out")
        if not os.access(place, os.W_OK):
            raise OutputError(f"{place} cannot be written by this user; give another --out")

    @contextmanager
    def held(self, *, resume: bool, force: bool) -> Iterator[None]:
        """Keep other runs from this folder until the block ends.

        Raises
        ------
        OutputError
            As `check` does, and when another run is writing it.
        """
        self.check(resume=resume, force=force)
        with reserved(self.path, folder=True):
            self.check(resume=resume, force=force)  # a run may have ended just now
            yield

    def earlier(self) -> dict[str, Any] | None:
        """Read the ``run.json`` of an earlier run, None where there is none."""
        file = self.path / RUN
        if not file.is_file():
            return None
        try:
            return dict(json.loads(file.read_text(encoding="utf-8")))
        except ValueError as error:
            raise InputError(f"{file}: no valid JSON ({error}); run anew with --force") from error

    def begin(self, run: Mapping[str, Any], *, keep_units: bool) -> None:
        """Make the folder and write ``run.json``; without `keep_units`, clear an earlier run."""
        self.path.mkdir(exist_ok=True)
        if not keep_units:
            self._clear()
        write_json(self.path / RUN, run)
        self.units.mkdir(exist_ok=True)
        self.figures.mkdir(exist_ok=True)

    @contextmanager
    def resumable(self, runs: int) -> Iterator[None]:
        """Say of what breaks off in the block how many of its `runs` are kept, and how to go on."""
        try:
            yield
        except KeyboardInterrupt:
            raise KeyboardInterrupt(self._kept(runs)) from None
        except WriteError as error:
            error.saying(self._kept(runs))
            raise
        except OSError as error:
            if no_space(error):
                raise WriteError(self.path, error).saying(self._kept(runs)) from error
            raise

    def _kept(self, runs: int) -> str:
        kept = len(list(self.units.glob("*.json")))
        return (
            f"{kept:,} of {runs:,} runs are finished and kept in {self.units}: run the same "
            "command with --resume to go on"
        )

    def finish(self, result: KFoldResult) -> None:
        """Write the results, the figures and, last, the report."""
        from augment.train.kfold.figures import draw_figures
        from augment.train.kfold.report import render_report

        write_json(self.path / METRICS, result.metrics())
        for name, frame in ((FOLDS, result.folds), (OOF, result.oof)):
            with replacing(self.path / name) as part:
                frame.to_csv(part, index=False, lineterminator="\n")
        pictures = draw_figures(result)
        for name, png in pictures.items():
            with replacing(self.figures / f"{name}.png") as part:
                part.write_bytes(png)
        write_text(self.path / REPORT, render_report(result, pictures))

    def _clear(self) -> None:
        """Remove the files that a run writes, and no others."""
        for name in (METRICS, FOLDS, OOF, REPORT):
            (self.path / name).unlink(missing_ok=True)
        for pattern in (f"{UNITS}/*.json", f"{FIGURES}/*.png"):
            for file in self.path.glob(pattern):
                file.unlink()


def differences(earlier: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """List what differs between two runs' identities, each as ``name: before, now``.

    Examples
    --------
    >>> differences({"folds": 5, "seed": 0}, {"folds": 10, "seed": 0})
    ['folds: 5 before, 10 now']
    """
    keys = [*now, *(key for key in earlier if key not in now)]
    changed = [key for key in keys if earlier.get(key) != now.get(key)]
    return [
        "other rows: a table was changed or is another one"
        if key == "rows_sha256"
        else f"{key}: {earlier.get(key)!r} before, {now.get(key)!r} now"
        for key in changed
    ]


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write JSON beside its place and rename it."""
    write_text(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n")

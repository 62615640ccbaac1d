"""The main job: a labelled table in, a larger and balanced one out.

`back_translate` works on a file or a data frame. Either is passed over several times as a stream:
once to count, once per pivot and wave for the texts that are wanted, twice to write.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from augment.config import build
from augment.datasets.augmentation import Augmentation
from augment.datasets.manifest import Manifest, file_sha256
from augment.datasets.recipe import BacktranslateConfig
from augment.datasets.table import frame_table, open_table, read_frame
from augment.datasets.table_writer import SUFFIXES, TableWriter, output_kind
from augment.errors import InputError
from augment.offline import no_network
from augment.outputs import check_outputs, part_of, replacing
from augment.progress import SILENT, Progress
from augment.records import AUG_COLUMNS, REJECTION_COLUMNS

if TYPE_CHECKING:
    import os

    import pandas as pd

__all__ = ["Augmented", "BacktranslateConfig", "back_translate", "output_paths"]

#: Names the augmented table that the last run in this folder wrote, for `kfold-train`.
LAST: Final = Path(".augment") / "last_augmented"


@dataclass(frozen=True)
class Augmented:
    """What an augmentation run gives.

    Attributes
    ----------
    manifest
        What was done and what came of it.
    paths
        The files written: ``out``, ``rejected``, ``manifest``; empty for a data frame.
    """

    manifest: Manifest
    paths: Mapping[str, Path] = field(default_factory=dict)
    _frames: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def frame(self) -> pd.DataFrame:
        """The augmented table: originals first, then the new rows."""
        return self._frame("out")

    @property
    def rejected(self) -> pd.DataFrame:
        """Every refused candidate with its reason."""
        return self._frame("rejected")

    @property
    def report(self) -> dict[str, Any]:
        """The manifest as plain JSON values."""
        return self.manifest.as_dict()

    def _frame(self, name: str) -> pd.DataFrame:
        if name in self._frames:
            return self._frames[name]  # type: ignore[no-any-return]
        return read_frame(self.paths[name])


def output_paths(config: BacktranslateConfig) -> dict[str, Path]:
    """Say which files a run on ``config.input`` writes.

    >>> output_paths(BacktranslateConfig(input=Path("data/in.csv")))["rejected"].name
    'in.augmented.rejected.csv'
    """
    source = config.input or Path("table.csv")
    suffix = source.suffix if source.suffix.lower() in SUFFIXES else ".csv"
    out = config.out or Path(f"{source.stem}.augmented{suffix}")
    return {
        "out": out,
        "rejected": out.with_name(f"{out.stem}.rejected{out.suffix}"),
        "manifest": out.with_name(f"{out.stem}.manifest.json"),
    }


def back_translate(
    data: pd.DataFrame | str | os.PathLike[str] | None = None,
    config: BacktranslateConfig | None = None,
    *,
    progress: Progress = SILENT,
    **options: Any,  # noqa: ANN401
) -> Augmented:
    """Make a larger, class-balanced table by back-translation.

    Parameters
    ----------
    data
        A data frame: nothing is written, the result holds the frames. A path: files are written
        as ``augment backtranslate`` does. Left out: ``config.input``.
    config
        The recipe; `options` are its fields by name and go before it.
    progress
        Gets notes and stages; silent by default.

    Returns
    -------
    Augmented
        The manifest, and the tables as `frame` and `rejected`.

    Raises
    ------
    InputError
        For options or a table that cannot be used; nothing was written.
    PairError
        When no engine at hand reaches a pivot.
    TranslatorError, StoreError
        When the run broke off; every finished translation is in the store, and the same call
        goes on from there.

    Examples
    --------
    >>> import pandas as pd, augment
    >>> frame = pd.DataFrame({"text": ["The film was very good.", "A bad book."], "label": "ab"})
    >>> done = augment.back_translate(frame.iloc[:1], pivot="es", source="en", label="none",
    ...                               store="none", no_filter="similarity")
    >>> list(done.frame["aug_method"])[0]
    'original'
    """
    recipe = build(config, BacktranslateConfig, options)
    with no_network(recipe.offline):
        if data is None or isinstance(data, str) or hasattr(data, "__fspath__"):
            return _on_file(_with_input(recipe, data), progress)
        return _on_frame(data, recipe, progress)


def _with_input(recipe: BacktranslateConfig, data: Any) -> BacktranslateConfig:  # noqa: ANN401
    path = recipe.input if data is None else Path(data)
    if path is None:
        raise InputError("no table was given; wanted: augment backtranslate IN.csv")
    return build(recipe, BacktranslateConfig, {"input": path})


def _on_file(recipe: BacktranslateConfig, progress: Progress) -> Augmented:
    path = recipe.input
    assert path is not None  # _with_input saw to it
    table = open_table(
        path,
        on_bad_row=recipe.on_bad_row,
        delimiter=recipe.delimiter,
        encoding=recipe.encoding,
    )
    paths = output_paths(recipe)
    if path.resolve() in {out.resolve() for out in paths.values()}:
        raise InputError(f"{path} is the input; an output cannot be written over it")
    output_kind(paths["out"])  # a suffix that says nothing is refused now, not at the end
    # The main file is renamed last: where its part lies, a run was killed among the renames, and
    # the files that it had renamed already are its own.
    killed = part_of(paths["out"]).exists() and not paths["out"].exists()
    check_outputs([paths["out"]], force=recipe.force)
    check_outputs(paths.values(), force=recipe.force or killed)
    with Augmentation(table, recipe, progress) as run:
        kept = run.run()
        columns = (*table.columns, *AUG_COLUMNS)
        with TableWriter(paths["out"], columns, schema=table.schema) as out:
            for row in run.rows(kept):
                out.write(row)
            with TableWriter(
                paths["rejected"], (*columns, *REJECTION_COLUMNS), schema=table.schema
            ) as rejected:
                for row in run.rejected_rows():
                    rejected.write(row)
            manifest = run.manifest({"sha256": file_sha256(path)})
            with replacing(paths["manifest"]) as part:
                text = json.dumps(manifest.as_dict(), ensure_ascii=False, indent=2)
                part.write_text(text + "\n", encoding="utf-8")
    LAST.parent.mkdir(exist_ok=True)
    LAST.write_text(str(paths["out"]) + "\n", encoding="utf-8")
    return Augmented(manifest, paths)


def _on_frame(frame: pd.DataFrame, recipe: BacktranslateConfig, progress: Progress) -> Augmented:
    import pandas as pd

    with Augmentation(frame_table(frame), recipe, progress) as run:
        kept = run.run()
        columns = [*frame.columns, *AUG_COLUMNS]
        frames = {
            "out": pd.DataFrame(list(run.rows(kept)), columns=columns),
            "rejected": pd.DataFrame(
                list(run.rejected_rows()), columns=[*columns, *REJECTION_COLUMNS]
            ),
        }
        for name in frame.columns:  # a column of numbers stays one
            frames["out"][name] = frames["out"][name].astype(frame[name].dtype)
        return Augmented(run.manifest({}), {}, frames)

"""The main job: a labelled table in, a larger and balanced one out.

`back_translate` works on a file or a data frame. Either is passed over several times as a stream:
once to count, once per pivot and wave for the texts that are wanted, twice to write.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augment.config import build
from augment.datasets.augmentation.augmentation import Augmentation
from augment.datasets.augmentation.manifest import Manifest, refuse_manifest_of_another
from augment.datasets.augmentation.output_rows import augmented_rows, new_texts, rejected_rows
from augment.datasets.augmentation.recipe import AugmentationConfig, BacktranslateConfig
from augment.datasets.augmentation.report import render_run_report
from augment.datasets.augmentation.sample import RunSample
from augment.datasets.formats.content_hash import content_sha256
from augment.datasets.formats.table_writer import TableWriter, output_kind
from augment.datasets.frames import frame_table, read_frame
from augment.datasets.last_table import LAST, remember
from augment.datasets.table import open_table
from augment.datasets.table_options import Unchanged, default_output
from augment.errors import InputError
from augment.offline import no_network
from augment.output_parts import left_by_a_kill, reserved
from augment.outputs import OutputSet, beside, check_outputs, refuse_inputs
from augment.progress import SILENT, Progress, checked_progress
from augment.records import AUG_COLUMNS, COLUMN_TYPES, REJECTION_COLUMNS

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Augmented", "BacktranslateConfig", "back_translate", "output_paths", "run_recipe"]


@dataclass(frozen=True, repr=False)
class Augmented:
    """What an augmentation run gives.

    Attributes
    ----------
    manifest
        What was done and what came of it.
    paths
        The files written: ``out``, ``rejected``, ``manifest``, ``report``; empty for a data frame.
    sample
        What the report shows of the rows.
    """

    manifest: Manifest
    paths: Mapping[str, Path] = field(default_factory=dict)
    sample: RunSample = field(default_factory=lambda: RunSample(0), repr=False)
    _frames: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __repr__(self) -> str:
        rows, kept = self.manifest.input["rows"], self.manifest.totals["kept"]
        out = f", {str(self.paths['out'])!r}" if self.paths else ""
        return f"<Augmented: {rows:,} originals, {kept:,} new rows{out}>"

    @property
    def frame(self) -> pd.DataFrame:
        """The augmented table: originals first, then the new rows.

        ``attrs["augment"]`` says, as the manifest does, what labels had a say in: `kfold_train`
        asks for it.
        """
        frame, config = self._frame("out"), self.manifest.config
        frame.attrs["augment"] = {
            "config": {
                "label_check": bool(config.get("label_check")),
                "no_filter": [*config.get("no_filter", ())],
            },
            "totals": {"rejected": dict(self.manifest.totals["rejected"])},
        }
        return frame

    @property
    def rejected(self) -> pd.DataFrame:
        """Every refused candidate with its reason."""
        return self._frame("rejected")

    @property
    def report(self) -> dict[str, Any]:
        """The manifest as plain JSON values."""
        return self.manifest.as_dict()

    @property
    def report_html(self) -> str:
        """The report of the run: one self-contained page, which for files is ``OUT.report.html``.

        In a notebook: ``IPython.display.IFrame(done.paths["report"], 900, 600)``.
        """
        return render_run_report(self.manifest, self.sample, self.paths)

    def _frame(self, name: str) -> pd.DataFrame:
        if name in self._frames:
            return self._frames[name]  # type: ignore[no-any-return]
        import pandas as pd

        frame = read_frame(self.paths[name], allow_empty=True)
        for column, kind in COLUMN_TYPES.items():
            numbers = pd.to_numeric(frame[column].replace("", None))
            frame[column] = pd.Series(numbers, dtype=kind)
        return frame


def output_paths(config: AugmentationConfig) -> dict[str, Path]:
    """Say which files a run on ``config.input`` writes.

    >>> output_paths(BacktranslateConfig(input=Path("data/in.csv")))["rejected"].name
    'in.augmented.rejected.csv'
    """
    out = config.out or default_output(config.input or Path("table.csv"), config.added)
    return {
        "out": out,
        "rejected": beside(out, "rejected"),
        "manifest": beside(out, "manifest", ".json"),
        "report": beside(out, "report", ".html"),
    }


def back_translate(
    data: pd.DataFrame | str | PathLike[str] | None = None,
    config: BacktranslateConfig | None = None,
    *,
    progress: Progress = SILENT,
    **options: Any,  # noqa: ANN401
) -> Augmented:
    """Make a larger, class-balanced table by back-translation.

    Parameters
    ----------
    data
        A data frame: the result holds the frames, and nothing is written but the translation store
        (``store="none"`` keeps none). New rows have the index of their originals; where that is a
        plain count of rows, it goes on. A path: files are written as ``augment backtranslate``
        does. Left out: ``config.input``.
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
    return run_recipe(data, build(config, BacktranslateConfig, options), progress)


def run_recipe(
    data: pd.DataFrame | str | PathLike[str] | None,
    recipe: AugmentationConfig,
    progress: Progress = SILENT,
    *,
    targets: Mapping[str, int] | None = None,
) -> Augmented:
    """Run any recipe on a frame or a file; errors as `back_translate`.

    Parameters
    ----------
    data, recipe, progress
        As there.
    targets
        For a frame: the rows that each class aims at, in the place of the recipe's balance.
    """
    checked_progress(progress)
    with no_network(recipe.offline):
        if data is None or isinstance(data, str | PathLike):
            path = recipe.input if data is None else Path(data)
            if path is None:
                raise InputError(f"no table was given; wanted: augment {recipe.command} IN.csv")
            return _on_file(path, build(recipe, type(recipe), {"input": path}), progress)
        if recipe.out is not None:
            raise InputError("out is for files; write the result's `frame` where you want it")
        return _on_frame(data, recipe, progress, targets)


def _on_file(path: Path, recipe: AugmentationConfig, progress: Progress) -> Augmented:
    table = open_table(
        path,
        on_bad_row=recipe.on_bad_row,
        delimiter=recipe.delimiter,
        encoding=recipe.encoding,
    )
    paths = output_paths(recipe)
    refuse_inputs(paths.values(), [path])
    output_kind(paths["out"])  # a suffix that says nothing is refused now, not at the end
    unchanged = Unchanged(path)
    digest = content_sha256(path)

    def check_places() -> None:
        killed = left_by_a_kill(paths["out"])
        check_outputs([paths["out"]], force=recipe.force)
        refuse_manifest_of_another(paths["out"])
        held.enter_context(reserved(paths["out"]))
        check_outputs(paths.values(), force=recipe.force or killed)

    with (
        unchanged.watched(),
        ExitStack() as held,
        Augmentation(table, recipe, progress, before_writing=check_places) as run,
    ):
        kept = run.run()
        unchanged.check()
        columns = (*table.columns, *AUG_COLUMNS)
        types = table.types
        for name in run.sides_named():
            types = types and types.plain(name)  # new texts are no categories of the column
        with OutputSet() as outputs:
            with TableWriter(paths["out"], columns, types=types, outputs=outputs) as out:
                for row in augmented_rows(run, kept):
                    out.write(row)
            extra = (*columns, *REJECTION_COLUMNS)
            with TableWriter(paths["rejected"], extra, types=types, outputs=outputs) as rejected:
                for row in rejected_rows(run):
                    rejected.write(row)
            manifest = replace(
                run.manifest({"sha256": digest}),
                out={name: str(path) for name, path in paths.items()},
            )
            text = json.dumps(manifest.as_dict(), ensure_ascii=False, indent=2)
            outputs.write_text(paths["manifest"], text + "\n")
            done = Augmented(manifest, paths, run.sample)
            outputs.write_text(paths["report"], done.report_html)
    try:
        remember(paths["out"])
    except OSError as error:  # a convenience: the run itself is done
        progress.note(f"{LAST} was not written ({error}); give kfold-train the table by name")
    return done


def _on_frame(
    frame: pd.DataFrame,
    recipe: AugmentationConfig,
    progress: Progress,
    targets: Mapping[str, int] | None,
) -> Augmented:
    import pandas as pd

    with Augmentation(frame_table(frame), recipe, progress, targets=targets) as run:
        # Attributes are put back at the end: pandas compares those of frames that it joins, which
        # arrays and frames among them do not bear.
        attrs, frame = frame.attrs, frame.copy(deep=False)
        frame.attrs = {}
        kept = run.run()
        n_columns = len(frame.columns)
        texts_at = [run.table.columns.index(name) for name in run.sides_named()]
        for at in texts_at:
            if isinstance(frame.dtypes.iloc[at], pd.CategoricalDtype):
                # New texts are no categories of the column; its values stay what they are.
                plain: Any = frame.iloc[:, at].astype(object)
                frame.isetitem(at, plain)
        added = [row[n_columns:] for row in augmented_rows(run, kept)]
        refused = list(rejected_rows(run))

        def rows(numbers: Iterable[tuple[int, int]]) -> pd.DataFrame:
            sources = [row for row, _ in numbers]
            texts = [new_texts(run.spool[number].candidate, run.sides) for _, number in numbers]
            return _with_texts(frame, sources, texts, texts_at)

        new = rows(kept)
        # Originals are taken over as they are; going through Python's values would change some.
        out = pd.concat([frame, new], ignore_index=True)
        numbers = list(run.production.rejections())
        rejected = rows(numbers)
        _append(out, AUG_COLUMNS, added)
        extra = (*AUG_COLUMNS, *REJECTION_COLUMNS)
        _append(rejected, extra, [row[n_columns:] for row in refused])
        out.attrs, rejected.attrs = deepcopy(attrs), deepcopy(attrs)
        if _counts_rows(frame.index):
            out.index.name = rejected.index.name = frame.index.name
        else:
            out.index = frame.index.append(frame.index[[row for row, _ in kept]])
            rejected.index = frame.index[[row for row, _ in numbers]]
        frames = {"out": out, "rejected": rejected}
        return Augmented(run.manifest({}), {}, run.sample, frames)


def _counts_rows(index: pd.Index[Any]) -> bool:
    """Whether an index is a plain count of rows, which can go on; that of a slice cannot."""
    import pandas as pd

    return isinstance(index, pd.RangeIndex) and index.start == 0 and index.step == 1


def _with_texts(
    frame: pd.DataFrame, sources: list[int], texts: list[tuple[str, ...]], texts_at: list[int]
) -> pd.DataFrame:
    """Copy rows of a frame and put other texts into them."""
    import pandas as pd

    rows = frame.iloc[sources].reset_index(drop=True)
    for side, at in enumerate(texts_at):
        cells = [row[side] for row in texts]
        column: Any = pd.Series(cells, dtype=frame.dtypes.iloc[at], index=rows.index)
        rows.isetitem(at, column)
    return rows


def _append(frame: pd.DataFrame, names: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    """Append the added columns, each with its type."""
    import pandas as pd

    for at, name in enumerate(names):
        values = [row[at] for row in rows]
        frame[name] = pd.Series(values, dtype=COLUMN_TYPES.get(name, "object"), index=frame.index)

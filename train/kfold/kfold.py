"""The K-fold experiment: every arm on every fold, and whether the new rows helped."""

from __future__ import annotations

import dataclasses
import platform
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from augment.config import TOML_NAME, build, toml_options
from augment.datasets.augmentation.manifest import manifest_of_run, recorded_columns, versions
from augment.datasets.folds import Fold, grouped_folds
from augment.datasets.last_table import last_table
from augment.datasets.table_options import READING
from augment.enumeration import counted
from augment.errors import InputError
from augment.extras import require
from augment.offline import no_network
from augment.progress import SILENT, Progress
from augment.train.encoder import language_note, load_encoder
from augment.train.experiment_log import check_logs, log_folds, open_logs, sent_away
from augment.train.kfold.arms import chosen_arms
from augment.train.kfold.candidates import joined, read_candidate, words_candidate
from augment.train.kfold.config import AUGMENTED, SETFIT, WORDS, KFoldConfig, with_earlier_arms
from augment.train.kfold.contrastive import check_installed
from augment.train.kfold.doubts import doubtful_rows, known_sentence, near_sentence
from augment.train.kfold.experiment import Experiment
from augment.train.kfold.label_check import label_check, tables_checked, told
from augment.train.kfold.labelled import LabelledRows, labelled_rows
from augment.train.kfold.results import KFoldResult, collect
from augment.train.kfold.run_folder import RunFolder, differences
from augment.train.kfold.summary import label_sentence
from augment.train.kfold.units import UnitStore
from augment.train.tokens import cut_note
from augment.train.training_options import named_values

if TYPE_CHECKING:
    import os

    import pandas as pd

IntArray = npt.NDArray[np.int64]

__all__ = ["KFoldConfig", "KFoldResult", "kfold_train"]

#: Options that say where and how to write, and not what is measured.
OUTWARD = (*READING, "data", "out", "resume", "force", "offline", "quiet", "json", "workers", "log")
#: Options that add runs and change none: a finished run can be resumed with more of them.
ADDITIONS = ("curve", "leak_gap", "repeats")


def kfold_train(
    data: str | os.PathLike[str] | pd.DataFrame | None = None,
    config: KFoldConfig | None = None,
    *,
    progress: Progress = SILENT,
    **overrides: Any,  # noqa: ANN401
) -> KFoldResult:
    """Fine-tune every arm on every fold and compare them.

    Parameters
    ----------
    data
        A table's path, or a data frame: plain, or with the columns of an augmented table.
        None: what `config` names, else the table that the last back-translation in this folder
        wrote.
    config
        Options; see `KFoldConfig`.
    progress
        Told of choices and of every optimizer step.
    **overrides
        Single options, over those of `config`.

    Returns
    -------
    KFoldResult
        Scores of every arm, the verdict, out-of-fold predictions. For a path they are also
        written to ``NAME.kfold`` in the current folder, or to `KFoldConfig.out`; for a data
        frame only where `out` is given.

    Raises
    ------
    InputError
        For data or options that cannot be used. Nothing has been written then.
    OutputError
        When the folder exists and neither `resume` nor `force` was given.
    DamagedFileError
        When the model's weights cannot be read.

    Notes
    -----
    No row is tested by a model that has seen it, its text in another row, or a paraphrase of it.
    Tests are on originals only. `augment.train.kfold.schedule` tells how the arms are kept
    comparable, `augment.train.kfold.comparison` how they are compared.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"text": ["good film", "bad film"] * 4, "label": ["pos", "neg"] * 4})
    >>> kfold_train(frame, folds=2)
    Traceback (most recent call last):
        ...
    augment.errors.InputError: class 'neg' has 4 rows of 1 different texts, fewer than folds=2; \
add rows of that class, merge it with another, or leave it out
    """
    config = build(config, KFoldConfig, overrides)
    with no_network(config.offline), ExitStack() as held:
        return _run(data, config, progress, held)


def _run(
    data: str | os.PathLike[str] | pd.DataFrame | None,
    config: KFoldConfig,
    progress: Progress,
    held: ExitStack,
) -> KFoldResult:
    manifest: dict[str, Any] = {}
    if data is None or isinstance(data, str) or hasattr(data, "__fspath__"):
        path = Path(data) if data is not None else _default_data(config)  # type: ignore[arg-type]
        frame, name = config.frame(path, progress), str(path)
        table: Path | pd.DataFrame = path
        manifest = manifest_of_run(path.resolve())
        out: Path | None = config.out or Path(f"{path.resolve().stem}.kfold")
    else:
        frame, name = data, "<frame>"  # type: ignore[assignment]
        table, out = frame, config.out
    folder = RunFolder(out) if out is not None else None
    earlier = folder.earlier() if folder is not None and config.resume else None
    added = earlier.get("added", {}) if earlier else {}
    config = config.with_earlier(added)
    text, label = recorded_columns(manifest, frame.columns)
    rows = labelled_rows(
        frame, name=name, text=config.text or text, label=config.label or label, near=config.near
    )
    arms = with_earlier_arms(chosen_arms(config, rows), added.get("arms", ()))
    enlarged, owned = _tables(config, rows, arms)
    rows = dataclasses.replace(rows, left_out=enlarged.left_out)
    tables = {AUGMENTED: table, **config.arm_files}
    checked = tables_checked(
        {arm: one for arm, one in tables.items() if arm in owned and arm in arms}
    )
    check = label_check(config, enlarged, checked)
    splits = grouped_folds(
        rows.labels[: rows.n_originals],
        rows.groups,
        folds=config.folds,
        repeats=config.repeats,
        seed=config.seed,
        names=rows.classes,
    )
    if folder is not None:
        held.enter_context(folder.held(resume=config.resume, force=config.force))
        for module in ("jinja2", "matplotlib"):
            require(module, extra="train", purpose="kfold-train")
    require("scipy", extra="train", purpose="kfold-train")
    check_logs(config.log)
    if SETFIT in arms:
        check_installed()
    encoder = load_encoder(
        config.model, labels=rows.classes, dropout=config.dropout, offline=config.offline
    )
    experiment = Experiment(config, rows, enlarged, owned, arms, splits, encoder, check)
    run = _run_record(config, rows, experiment, name, checked)
    if earlier is not None:
        _go_on(out, earlier, run, progress)
    _announce(rows, splits, experiment, run, progress)
    n_runs = len(experiment.jobs) + len(experiment.floors)
    with folder.resumable(n_runs) if folder is not None else nullcontext():
        if folder is not None:
            folder.begin(run, keep_units=earlier is not None)
        store = UnitStore(folder.units if folder is not None else None)
        result = collect(
            rows,
            experiment.units(store, progress),
            name=name,
            metric=config.metric,
            matched=experiment.matched,
            run=run,
            folder=folder.path if folder is not None else None,
        )
        if folder is not None:
            folder.finish(result)
    if config.log:
        _log(config, result)
    return result


def _log(config: KFoldConfig, result: KFoldResult) -> None:
    """Tell the logs that were asked for."""
    given = {**result.run["identity"], **result.run["added"]}
    place = result.folder or Path("kfold")
    logs = open_logs(config.log, place, config=given, offline=config.offline)
    try:
        log_folds(logs, result)
    finally:
        logs.close()


def _tables(
    config: KFoldConfig, rows: LabelledRows, arms: tuple[str, ...]
) -> tuple[LabelledRows, dict[str, IntArray]]:
    """Rows of all tables, and which new rows are whose; the main table's paraphrases first."""
    others = {
        name: read_candidate(path, rows, near=config.near)
        for name, path in config.arm_files.items()
    }
    if WORDS in arms and WORDS not in others:
        others[WORDS] = words_candidate(rows, seed=config.seed, near=config.near)
    enlarged, owned = joined(rows, others)
    if rows.n_paraphrases:
        main = np.arange(rows.n_originals, rows.n_originals + rows.n_paraphrases)
        owned = {AUGMENTED: main, **owned}
    return enlarged, owned


def _default_data(config: KFoldConfig) -> Path:
    """Find the table to use when none was given."""
    if config.data is not None:
        return config.data
    named = toml_options("kfold-train", KFoldConfig).get("data")
    if named:
        return Path(named)
    return last_table(f"augment kfold-train DATA.csv, or data = ... in {TOML_NAME}")


def _go_on(
    folder: Path | None, earlier: Mapping[str, Any], run: dict[str, Any], progress: Progress
) -> None:
    """Refuse to mix two experiments, and say which libraries have changed since."""
    before, now = earlier.get("identity", {}), run["identity"]
    if found := differences(before, now):
        raise InputError(
            f"{folder} holds a run of another configuration ({'; '.join(found)}); give the "
            "same options to resume it, another --out, or --force to replace it"
        )
    others = [*earlier.get("versions_before", []), earlier.get("versions")]
    run["versions_before"] = [one for one in others if one and _changed(one, run["versions"])]
    if run["versions_before"]:
        changed = _changed(run["versions_before"][-1], run["versions"])
        progress.warn(
            f"finished runs of other versions are kept ({'; '.join(changed)}); arms of one fold "
            "may differ by that: --force runs all of them anew"
        )


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """List the libraries of both runs that are of another version; an arm may bring more."""
    return differences(*({key: one[key] for key in before if key in now} for one in (before, now)))


def _run_record(
    config: KFoldConfig,
    rows: LabelledRows,
    experiment: Experiment,
    name: str,
    checked: Mapping[str, int],
) -> dict[str, Any]:
    """Make the content of ``run.json``.

    `identity` is what a resumed run must share; of what it `added` it may have more, and keeps what
    was there. Arms of originals alone are added too: no other arm depends on them.
    """
    given = dataclasses.asdict(config)
    options = {key: value for key, value in given.items() if key not in (*OUTWARD, *ADDITIONS)}
    identity = {
        **options,
        "label_check": experiment.check.min_odds if experiment.check else None,
        "class_weights": named_values("class_weights", config.class_weights),
        "arms": [arm for arm, owner in experiment.matched.items() if arm == owner],
        "text": list(rows.text_columns),
        "label": rows.label_column,
        "lr": experiment.recipe.lr,
        "max_tokens": experiment.max_tokens,
        "precision": experiment.recipe.precision,
        "device": experiment.recipe.device,
        "rows_sha256": experiment.rows.sha256(),
        "model_revision": experiment.model_revision,
    }
    return {
        "data": name,
        "identity": identity,
        "added": {"arms": list(experiment.arms), **{key: given[key] for key in ADDITIONS}},
        "rows": {
            "originals": rows.n_originals,
            "paraphrases": rows.n_paraphrases,
            "groups": int(rows.groups.max()) + 1,
            "cut_off": experiment.table.n_cut,
            **doubtful_rows(config, rows),
        },
        "label_check": told(experiment.check, checked),
        "versions": versions(
            *(("sentence-transformers", "setfit") if SETFIT in experiment.arms else ())
        ),
        "machine": {"system": platform.platform(), "processor": platform.machine()},
    }


def _absent(rows: LabelledRows, splits: Sequence[Fold]) -> Iterator[str]:
    """Say which classes have no row in some test parts."""
    tested = np.array(
        [np.bincount(rows.labels[one.test], minlength=len(rows.classes)) for one in splits]
    )
    for name, n_absent in zip(rows.classes, (tested == 0).sum(axis=0).tolist(), strict=True):
        if n_absent:
            yield (
                f"class {name!r} has no original in {n_absent} of {len(splits)} test parts: macro "
                "F1 is there the mean over the other classes; fewer --folds, or more rows of it, "
                "would test it everywhere"
            )


def _announce(
    rows: LabelledRows,
    splits: Sequence[Fold],
    experiment: Experiment,
    run: Mapping[str, Any],
    progress: Progress,
) -> None:
    """Say what was found and chosen."""
    config, recipe = experiment.config, experiment.recipe
    texts = " + ".join(map(repr, rows.text_columns))
    progress.note(
        f"text column {texts}, label column {rows.label_column!r}: "
        f"{counted(rows.n_originals, 'original')} in {counted(len(rows.classes), 'class')}, "
        f"{counted(rows.n_paraphrases, 'paraphrase')}"
    )
    for note in rows.notes():
        progress.note(note)
    if sentence := known_sentence(run):
        progress.warn(sentence)
    if sentence := near_sentence(run):
        progress.note(sentence)
    for note in _absent(rows, splits):
        progress.note(note)
    if experiment.table.n_cut:
        progress.note(cut_note(experiment.table.n_cut, experiment.max_tokens, config.truncation))
    progress.note(
        f"model {config.model} ({recipe.precision} on {recipe.device}, lr {recipe.lr:g}); "
        f"{config.repeats} x {config.folds} folds x {counted(len(experiment.arms), 'arm')} "
        f"({', '.join(experiment.arms)}), "
        f"{counted(len(experiment.jobs) + len(experiment.floors), 'run')}"
        + (f", {experiment.processes} at a time" if experiment.processes > 1 else "")
    )
    if sentence := language_note(config.model, rows.texts):
        progress.note(sentence)
    if sentence := label_sentence(run["label_check"], experiment.label_refused()):
        progress.note(sentence)
    if experiment.left_out_points:
        points = ", ".join(map(str, experiment.left_out_points))
        progress.note(f"curve: no class has more than {points} originals to train on; left out")
    if sentence := sent_away(config.log, offline=config.offline):
        progress.warn(sentence)
    if not rows.n_paraphrases:
        progress.note(
            "no paraphrases in this table: `augment backtranslate` writes a table with some, "
            "which adds the arm 'augmented'"
        )

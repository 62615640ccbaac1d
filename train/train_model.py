"""``augment train``: one model from a table, as a folder with its scores and its card."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from augment.config import build
from augment.datasets.augmentation.manifest import manifest_of_run, recorded_columns
from augment.datasets.visible import visible_name
from augment.enumeration import counted, enumerated
from augment.errors import DivergedError, InputError, WriteError
from augment.offline import no_network
from augment.output_parts import reserved
from augment.outputs import replacing_folder
from augment.progress import SILENT, Progress
from augment.train.assessment import Assessment, assess
from augment.train.checkpoint import Checkpoint
from augment.train.encoder import Encoder, language_note, load_encoder
from augment.train.experiment_log import SeveralLogs, check_logs, open_logs, sent_away
from augment.train.kfold.labelled import LabelledRows, labelled_rows
from augment.train.label_values import kind_of_names
from augment.train.material import Material, gather
from augment.train.model_card import model_card
from augment.train.predictor import Predictor
from augment.train.saved_model import CARD, SavedModel, check_model_place, save_model, write_record
from augment.train.tokens import cut_note
from augment.train.train_config import TrainConfig
from augment.train.trained_texts import keys_of, side_known, text_keys, trained_keys
from augment.train.trainer import Epoch, Fitted, Trainer
from augment.train.training_options import named_values
from augment.train.training_record import identity, training_record

if TYPE_CHECKING:
    import os

    import pandas as pd

__all__ = ["TrainConfig", "TrainedModel", "train_model"]


@dataclass(frozen=True, repr=False)
class TrainedModel:
    """What a training came to.

    Parameters
    ----------
    predictor
        The model at work.
    validation
        Scores of the part held out, None where there is none.
    history
        Its epochs.
    record
        Content of ``training.json``: data, options, versions, history, signature.
    folder
        Where it lies; None when nothing was written.
    """

    predictor: Predictor
    validation: Assessment | None
    history: tuple[Epoch, ...]
    record: Mapping[str, Any]
    folder: Path | None

    def __repr__(self) -> str:
        held = self.validation
        scored = f", accuracy {held.accuracy:.3f} of {counted(held.rows, 'row')}" if held else ""
        where = f", {str(self.folder)!r}" if self.folder else ""
        return f"<TrainedModel: {len(self.predictor.labels)} classes{scored}{where}>"

    def as_dict(self) -> dict[str, Any]:
        """Give plain values, for JSON."""
        return {
            "model": None if self.folder is None else str(self.folder),
            **self.record,
            "validation": None if self.validation is None else self.validation.as_dict(),
        }


def train_model(
    data: str | os.PathLike[str] | pd.DataFrame | None = None,
    config: TrainConfig | None = None,
    *,
    progress: Progress = SILENT,
    **overrides: Any,  # noqa: ANN401
) -> TrainedModel:
    """Fine-tune one model.

    Parameters
    ----------
    data
        A table's path, or a data frame: plain, or with the columns of an augmented table.
        None: what `config` names.
    config
        Options; see `TrainConfig`.
    progress
        Told of choices, epochs and every optimizer step.
    **overrides
        Single options, over those of `config`.

    Returns
    -------
    TrainedModel
        For a path the model is also written, to ``NAME.model`` in the current folder or to
        `TrainConfig.out`; for a data frame only where `out` is given.

    Raises
    ------
    InputError
        For data or options that cannot be used. Nothing has been written then.
    OutputError
        When a model lies there already, or an interrupted training beside it.
    DivergedError
        When the loss stopped being a number. When an epoch was over by then, the folder holds
        the model of the last one.

    Notes
    -----
    The rows that score the model, and those that judge its epochs, are originals whose texts and
    paraphrases are not trained on.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"text": ["good film", "bad film"] * 4, "label": ["pos", "neg"] * 4})
    >>> train_model(frame, valid_share=0.5)
    Traceback (most recent call last):
        ...
    augment.errors.InputError: valid_share=0.5 of 8 originals: no class has two different texts \
to part; add rows, or leave valid_share out
    """
    config = build(config, TrainConfig, overrides)
    if data is None:
        data = config.data
    if data is None:
        raise InputError("no table given; give one: augment train DATA.csv --out MODEL")
    out = config.out
    manifest: dict[str, Any] = {}
    if isinstance(data, str) or hasattr(data, "__fspath__"):
        path = Path(data)  # type: ignore[arg-type]
        frame, name = config.frame(path, progress), str(path)
        whole = path.resolve()  # "." has no name
        out = out or Path(f"{whole.stem}.model")
        manifest = manifest_of_run(whole)
    else:
        frame, name = data, "<frame>"  # type: ignore[assignment]
    checkpoint = Checkpoint(out) if out is not None else None
    if out is not None and checkpoint is not None:
        check_model_place(out, force=config.force, resume=config.resume)
        checkpoint.check(resume=config.resume, force=config.force)
    text, label = recorded_columns(manifest, frame.columns)
    rows = labelled_rows(
        frame, name=name, text=config.text or text, label=config.label or label, near=config.near
    )
    if frame is not data and rows.label_kind == "text":  # as every cell of a CSV is
        rows = dataclasses.replace(rows, label_kind=kind_of_names(rows.classes))
    rows = _named(rows, config)
    valid = _validation_rows(config, rows, progress)
    material = gather(rows, valid, config, name=str(config.valid or ""))
    alone = reserved(out, folder=True) if out is not None else nullcontext()
    with alone, no_network(config.offline):
        check_logs(config.log)
        encoder = load_encoder(
            config.model,
            labels=rows.classes,
            dropout=config.dropout,
            offline=config.offline,
        )
        job = _Job(config, rows, valid, material, encoder, name, manifest.get("signature"))
        return job.run(out, checkpoint, progress)


class _Job:
    """One training with the names of what goes in and out."""

    def __init__(
        self,
        config: TrainConfig,
        rows: LabelledRows,
        valid: LabelledRows | None,
        material: Material,
        encoder: Encoder,
        name: str,
        recipe: str | None,
    ) -> None:
        self.config, self.rows, self.valid = config, rows, valid
        self.material, self.encoder = material, encoder
        self.name, self.data_recipe = name, recipe
        self.trainer = Trainer(config, material, encoder)
        #: Texts that the model to train on was trained on before.
        self.known = keys_of(config.model)
        self.identity = identity(config, rows, valid, self.trainer)

    def run(
        self, out: Path | None, checkpoint: Checkpoint | None, progress: Progress
    ) -> TrainedModel:
        config = self.config
        self._announce(progress)
        place, resume = out or Path("training"), False
        if checkpoint is not None:
            resume = checkpoint.begin(self.identity, resume=config.resume)
            if config.resume and not resume:
                progress.warn(
                    f"no state was saved in {checkpoint.path}: nothing to go on from; started anew"
                )
        logs = SeveralLogs(())
        try:
            logs = open_logs(config.log, place, config=self.identity, offline=config.offline)
            fitted = self.trainer.run(
                progress=progress, checkpoint=checkpoint, resume=resume, logs=logs
            )
            trained = self._result(fitted, out)
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_kept(checkpoint)) from None
        except WriteError as error:
            error.saying(_kept(checkpoint))
            raise
        finally:
            logs.close()
            if checkpoint is not None and not checkpoint.has_state:  # nothing to go on from
                checkpoint.remove()
        if checkpoint is not None:
            checkpoint.remove()
        if fitted.diverged is not None:
            kept = f"{out} holds" if out is not None else "kept is"
            raise DivergedError(
                f"{fitted.diverged}; {kept} the model of epoch {fitted.epoch}, the last good one"
            )
        return trained

    def _result(self, fitted: Fitted, out: Path | None) -> TrainedModel:
        """Score the finished model as a reader of its folder will see it, and write it."""
        material = self.material
        record = training_record(
            self.config, self.rows, self.trainer, fitted, self.identity, name=self.name
        )
        record["data"]["recipe"] = self.data_recipe
        saved = SavedModel(
            name=str(out) if out is not None else "<model>",
            model=fitted.model,
            tokenizer=self.encoder.tokenizer,
            labels=material.classes,
            max_tokens=self.trainer.max_tokens,
            text_columns=self.rows.text_columns,
            label_column=self.rows.label_column,
            label_names=record["label_names"],
            record=record,
            trained=np.union1d(trained_keys(material.trained_texts), self.known),
        )
        with replacing_folder(out) if out is not None else nullcontext() as part:
            if part is not None:  # before the model moves to a device or into another format
                save_model(part, fitted.model, self.encoder.tokenizer, record, saved.trained)
            predictor = Predictor(saved, device=self.config.device, precision=self.config.precision)
            validation = None
            if len(material.valid):
                held = material.valid.tolist()
                texts = [material.texts[row] for row in held]
                known = int(np.isin(text_keys(texts), self.known).sum())
                validation = assess(
                    material.labels[held],
                    predictor.predict_proba(texts),
                    material.classes,
                    texts,
                    rows=self._table_rows(held),
                    left_out=self.valid.left_out if self.valid is not None else None,
                    trained_on=known,
                    side_trained_on=int(side_known(texts, self.known).sum()),
                    near_trained_on=material.near_trained_on,
                )
                record["validation"] = {
                    **validation.as_dict(),
                    "hardest_errors": [],  # the texts of others stay out of a model
                }
            if part is not None and out is not None:
                card = model_card(out.name, record, validation)
                (part / CARD).write_text(card, encoding="utf-8")
                write_record(part, record)
        return TrainedModel(predictor, validation, fitted.history, record, out)

    def _table_rows(self, positions: list[int]) -> list[int]:
        """Row numbers, in their table, of rows of the material."""
        rows, before = self.rows, 0
        if self.valid is not None:
            rows, before = self.valid, int(self.material.valid[0])
        return [int(rows.places[row - before]) for row in positions]

    def _announce(self, progress: Progress) -> None:
        """Say what was found and chosen."""
        material, rows, trainer = self.material, self.rows, self.trainer
        texts = " + ".join(map(repr, rows.text_columns))
        which = "text columns" if len(rows.text_columns) > 1 else "text column"
        progress.note(
            f"{which} {texts}, label column {rows.label_column!r}: {len(rows.classes)} "
            f"classes ({enumerated([*map(visible_name, rows.classes)], 10)})"
        )
        for note in rows.notes():
            progress.note(note)
        for note in self.valid.notes() if self.valid is not None else ():
            progress.note(f"{self.config.valid}: {note}")
        for note in material.notes:
            progress.note(note)
        parts = [counted(len(material.train), "original")]
        if material.n_train > len(material.train):
            parts.append(counted(material.n_train - len(material.train), "paraphrase"))
        held = [f"{len(material.inner):,} to judge epochs"] if len(material.inner) else []
        held += [f"{len(material.valid):,} to score the model"] if len(material.valid) else []
        progress.note(
            f"training on {' and '.join(parts)}"
            + (f"; held out: {', '.join(held)}" if held else "")
        )
        if trainer.table.n_cut:
            progress.note(cut_note(trainer.table.n_cut, trainer.max_tokens, self.config.truncation))
        if sentence := language_note(self.config.model, rows.texts):
            progress.note(sentence)
        if sentence := sent_away(self.config.log, offline=self.config.offline):
            progress.warn(sentence)
        recipe = trainer.recipe
        progress.note(
            f"model {self.config.model} ({recipe.precision} on {recipe.device}, lr "
            f"{recipe.lr:g}); {counted(len(trainer.batches), 'step')} of "
            f"{counted(self.config.batch_size, 'row')}"
        )


def _kept(checkpoint: Checkpoint | None) -> str:
    """Say what is left of a training that broke off, and how it goes on."""
    if checkpoint is None or not checkpoint.has_state:
        return "no state was saved yet: there is nothing to go on from; run the command again"
    return (
        f"what was learnt is kept in {checkpoint.path}: run the same command with --resume to go on"
    )


def _validation_rows(
    config: TrainConfig, rows: LabelledRows, progress: Progress
) -> LabelledRows | None:
    """Read the validation file by the columns of the training table."""
    if config.valid is None:
        return None
    found = labelled_rows(
        config.frame(config.valid, progress),
        name=str(config.valid),
        text=list(rows.text_columns),
        label=rows.label_column,
    )
    return _named(found, config, partly=True)


def _named(rows: LabelledRows, config: TrainConfig, *, partly: bool = False) -> LabelledRows:
    """Give encoded classes the names that the user has for them."""
    names = named_values("label_names", config.label_names)
    unknown = [code for code in names if code not in rows.classes]
    if unknown and not partly:
        raise InputError(
            f"label_names: no class {unknown[0]!r} (classes: {', '.join(rows.classes)})"
        )
    classes = tuple(names.get(label, label) for label in rows.classes)
    if len(set(classes)) < len(classes):
        raise InputError(
            f"label_names: two classes get one name ({', '.join(classes)}); each needs its own"
        )
    kind = rows.label_kind if classes == rows.classes else "text"
    return dataclasses.replace(rows, classes=classes, label_kind=kind)

"""A model folder: weights, tokenizer, label names, and what this package adds to them."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from augment.errors import AugmentError, DamagedFileError, InputError, OutputError
from augment.extras import require
from augment.loading import loading, quiet_loading
from augment.minilm import NAME
from augment.outputs import refuse_stream
from augment.train.adapters import ADAPTERS, load_adapters
from augment.train.encoder import (
    explained,
    load_encoder,
    longest_input,
    model_folder,
)
from augment.train.model_json import read_object, read_record
from augment.train.trained_texts import NO_KEYS, Keys, read_keys, write_keys

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedTokenizerBase

    from augment.train.tokens import Truncation

    #: Model, tokenizer, class names.
    _Loaded = tuple[torch.nn.Module, PreTrainedTokenizerBase, tuple[str, ...]]

#: What this package knows of a model, beside what the transformers library keeps of it.
TRAINING: Final = "training.json"
CARD: Final = "README.md"
#: Names that a model gets when nobody names its classes.
_NAMELESS: Final = re.compile(r"LABEL_\d+")
#: How names stand in a config.json.
_EXAMPLE: Final = '{"0": "negative", "1": "positive"}'


@dataclass(frozen=True)
class SavedModel:
    """A trained classifier, as it was read.

    Parameters
    ----------
    name
        Folder or hub name.
    model, tokenizer
        On the CPU.
    labels
        Class names, in the order of the outputs.
    max_tokens
        Texts were cut there in training; for a model of other origin, what it takes, up to 512.
    text_columns, label_column
        Columns it was trained on; empty and None where that is not known.
    label_names
        Encoded label -> name, where the training data had codes.
    record
        The whole ``training.json``, empty for a model of other origin.
    trained
        Keys of the texts it was trained on (see `augment.train.trained_texts`).
    """

    name: str
    model: torch.nn.Module
    tokenizer: PreTrainedTokenizerBase
    labels: tuple[str, ...]
    max_tokens: int
    text_columns: tuple[str, ...]
    label_column: str | None
    label_names: Mapping[str, str]
    record: Mapping[str, Any]
    trained: Keys = field(default_factory=lambda: NO_KEYS)

    @property
    def truncation(self) -> Truncation:
        """What longer texts lost in training; for a model of other origin, their end."""
        found: Truncation = self.record.get("truncation", "end")
        return found


def load_saved(
    name: str | Path, *, labels: Sequence[str] | None = None, offline: bool = False
) -> SavedModel:
    """Read a trained classifier from a folder, or from the hub by its name.

    Parameters
    ----------
    name
        A folder that `augment train` or the transformers library wrote, or a hub name.
    labels
        Class names, for a model that has none.
    offline
        Open no connection.

    Raises
    ------
    InputError
        When there is no such model, it lacks its tokenizer or label names, or it is an encoder
        without a trained head.
    DamagedFileError
        When its files cannot be read.
    """
    name = str(name)
    folder = model_folder(name)
    if folder is None and ("/" not in name or name.startswith((".", "/"))):
        raise InputError(
            f"model={name!r}: no such folder; give the folder that `augment train` wrote"
        )
    record: dict[str, Any] = {}
    if folder is not None:
        _check_numbers(folder)
        if (folder / TRAINING).is_file():
            record = read_record(folder / TRAINING)
    if folder is not None and (folder / ADAPTERS).is_file():
        model, tokenizer, named = _with_base(folder, record, labels, offline)
    else:
        model, tokenizer, named = _whole(name, folder, record, labels, offline)
    check_finite(name, model)
    return SavedModel(
        name=name,
        model=model.eval(),
        tokenizer=tokenizer,
        labels=named,
        max_tokens=_max_tokens(record, longest_input(name, model, tokenizer)),
        text_columns=tuple(record.get("text_columns", ())),
        label_column=record.get("label_column"),
        label_names=record.get("label_names", {}),
        record=record,
        trained=NO_KEYS if folder is None else read_keys(folder),
    )


def check_finite(name: str | Path, model: torch.nn.Module) -> None:
    """Refuse weights that are no numbers, as a training that diverged leaves them.

    Raises
    ------
    DamagedFileError
        Naming the first such tensor.
    """
    for key, tensor in model.state_dict().items():
        if tensor.is_floating_point() and not bool(tensor.isfinite().all()):
            raise DamagedFileError(
                f"{name}: {key} holds NaN or infinite numbers, as a training that diverged leaves "
                "them; take an earlier checkpoint, or train anew"
            )


def _check_numbers(folder: Path) -> None:
    """Refuse class names that the library cannot read: they go by number, from 0 on."""
    file = folder / "config.json"
    found = read_object(file, "save the model anew").get("id2label")
    if found is None:
        return
    if found and isinstance(found, dict) and {*found} == {*map(str, range(len(found)))}:
        return
    raise InputError(
        f"{file}: id2label is {json.dumps(found, ensure_ascii=False):.60}; a name for each number "
        f"of a class, counted from 0, is wanted: {_EXAMPLE}"
    )


def _whole(
    name: str,
    folder: Path | None,
    record: Mapping[str, Any],
    labels: Sequence[str] | None,
    offline: bool,
) -> _Loaded:
    transformers = require("transformers", extra="train", purpose="a trained model")
    require("torch", extra="train", purpose="a trained model")
    where = str(folder) if folder is not None else name
    try:
        with loading(where, offline=offline) as options:
            config = transformers.AutoConfig.from_pretrained(where, **options)
            if labels is not None:
                config.num_labels = len(labels)
            tokenizer = transformers.AutoTokenizer.from_pretrained(where, use_fast=True, **options)
            model, info = transformers.AutoModelForSequenceClassification.from_pretrained(
                where,
                config=config,
                ignore_mismatched_sizes=True,  # named below, in our words
                use_safetensors=True,
                output_loading_info=True,
                dtype="float32",
                **options,
            )
    except AugmentError:
        raise
    except Exception as error:
        raise explained(name, folder, offline, error) from error
    if missing := sorted(info["missing_keys"]):
        raise InputError(
            f"model={name!r}: an encoder whose head was never trained (no {missing[0]!r} among "
            f"its weights); train it first: augment train DATA.csv --model {shlex.quote(str(name))}"
        )
    classes = config.num_labels
    for key, saved, wanted in sorted(info["mismatched_keys"]):
        if wanted[0] != config.num_labels:
            raise DamagedFileError(
                f"model={name!r}: {key} is of size {list(saved)}, and its config.json makes it "
                f"{list(wanted)}; fetch or save the model anew"
            )
        classes = saved[0]
    _check_task(name, config, classes, record)
    return model, tokenizer, _labels(name, config, classes, record, labels)


def _check_task(
    name: str,
    config: Any,  # noqa: ANN401
    classes: int,
    record: Mapping[str, Any],
) -> None:
    """Refuse a head whose outputs are something else than the shares of one choice."""
    if record:  # what this package wrote chooses one class, whatever its base was made for
        config.problem_type = None
    if classes == 1:
        found = "has one output, a score"
    elif config.problem_type == "regression":
        found = f"gives {classes} scores (its config.json says problem_type regression)"
    elif config.problem_type == "multi_label_classification":
        found = (
            "gives a text any number of its classes (its config.json says problem_type "
            "multi_label_classification)"
        )
    else:
        return
    raise InputError(
        f"model={name!r}: {found}, and a classifier that gives each text one of two or more "
        "classes is wanted; use it with the transformers library, or train one from it: "
        f"augment train DATA.csv --model {shlex.quote(name)}"
    )


def _with_base(
    folder: Path, record: Mapping[str, Any], labels: Sequence[str] | None, offline: bool
) -> _Loaded:
    """Read adapters, and the base model that they belong to."""
    transformers = require("transformers", extra="train", purpose="a trained model")
    try:
        config = transformers.AutoConfig.from_pretrained(str(folder), local_files_only=True)
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    except Exception as error:
        raise explained(str(folder), folder, True, error) from error
    base = record.get("base_model")
    if base is None:
        settings = read_object(folder / ADAPTERS, "train or copy the model anew")
        base = settings.get("base_model_name_or_path")
    classes = len(record.get("classes", config.id2label))
    named = _labels(str(folder), config, classes, record, labels)
    try:
        encoder = load_encoder(str(base), labels=named, offline=offline)
    except InputError as error:
        raise InputError(
            f"{folder} holds adapters alone, and their base model is missing: {error}; bring it "
            "back there, or train anew with --merge"
        ) from error
    wanted = record.get("base_revision")
    if wanted and encoder.revision != wanted:
        raise DamagedFileError(
            f"{folder}: its adapters belong to {base!r} with weights {wanted}, and those found "
            f"are {encoder.revision}; get the same base model, or train anew with --merge"
        )
    with quiet_loading():
        try:
            model = load_adapters(encoder.model, folder)
        except AugmentError:
            raise
        except Exception as error:  # which one a damaged file gets is the library's affair
            raise explained(str(folder), folder, True, error) from error
    return model, tokenizer, named


def _labels(
    name: str,
    config: Any,  # noqa: ANN401
    classes: int,
    record: Mapping[str, Any],
    labels: Sequence[str] | None,
) -> tuple[str, ...]:
    """Give the names of a head's classes: those asked for, else those of its config."""
    if labels is not None:
        if len(labels) != classes or len(set(labels)) != classes:
            raise InputError(
                f"model={name!r} has {classes} classes; {classes} different names are wanted, "
                f"got {', '.join(labels)}"
            )
        return tuple(labels)
    own = tuple(str(config.id2label[number]) for number in range(config.num_labels))
    # A record says that the classes of the data were called so.
    if all(_NAMELESS.fullmatch(label) for label in own) and own != tuple(record.get("classes", ())):
        raise InputError(
            f"model={name!r}: its {classes} classes have no names ({own[0]}, ...); write them "
            f'into its config.json, as "id2label": {_EXAMPLE}'
        )
    if len(own) != classes:
        raise InputError(
            f"model={name!r}: its head has {classes} classes, and its config.json has "
            f'{len(own)} names; name each class there, as "id2label": {_EXAMPLE}'
        )
    if len(set(own)) < classes:
        twice = next(label for label in own if own.count(label) > 1)
        raise InputError(
            f"model={name!r}: two of its classes have the same name, {twice!r}; give each its own "
            f'in its config.json, as "id2label": {_EXAMPLE}'
        )
    return own


def _max_tokens(record: Mapping[str, Any], longest: int) -> int:
    found = record.get("max_tokens")
    if found is None:
        return min(longest, 512)
    return min(int(found), longest)


def base_name(model: str, *, adapters: bool) -> str:
    """Name the base of a trained model; of adapters, so that it is found from any folder."""
    folder = Path(model).expanduser()
    return str(folder.resolve()) if adapters and model != NAME and folder.is_dir() else model


def save_model(
    folder: Path,
    model: torch.nn.Module,
    tokenizer: PreTrainedTokenizerBase,
    record: Mapping[str, Any],
    trained: Keys = NO_KEYS,
) -> None:
    """Write weights (safetensors), tokenizer and ``training.json`` into an empty folder.

    Of a model with adapters, only these, its head and its config are written.
    """
    plain: Any = model
    with quiet_loading():
        if hasattr(plain, "peft_config"):
            for settings in plain.peft_config.values():
                settings.base_model_name_or_path = record["base_model"]
            plain.save_pretrained(str(folder), save_embedding_layers=False)
            plain.base_model.model.config.save_pretrained(str(folder))
            (folder / CARD).unlink(missing_ok=True)
        else:
            plain.save_pretrained(str(folder))
        tokenizer.save_pretrained(str(folder))
    write_record(folder, record)
    write_keys(folder, trained)
    # Weights are made readable by their owner alone, whatever the user's own rule is.
    for file in folder.glob("*.safetensors"):
        file.chmod((folder / TRAINING).stat().st_mode)


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write ``training.json``."""
    text = json.dumps(record, indent=2, ensure_ascii=False)
    (folder / TRAINING).write_text(text + "\n", encoding="utf-8")


def check_model_place(path: Path, *, force: bool, resume: bool = False) -> None:
    """Refuse, before any work, a place where no model folder may be put.

    Raises
    ------
    OutputError
        When something lies there and `force` is not given, or when it is no model of this
        package: such a folder is never replaced.
    """
    refuse_stream(path)
    if path.exists() and not path.is_dir():
        raise OutputError(f"{path} is a file; give a folder name with --out")
    if path.is_dir() and any(path.iterdir()):
        if not (path / TRAINING).is_file():
            raise OutputError(
                f"{path} exists and holds no model that `augment train` wrote; give another name "
                "with --out"
            )
        if resume:
            raise OutputError(
                f"{path} is finished: there is nothing to go on with; --force trains anew"
            )
        if not force:
            raise OutputError(
                f"{path} exists already; give another name with --out, or --force to replace it"
            )
    if not path.parent.is_dir():
        raise OutputError(f"{path.parent} is no folder; make it first, or give another --out")
    if not os.access(path.parent, os.W_OK):
        raise OutputError(f"{path.parent} cannot be written by this user; give another --out")

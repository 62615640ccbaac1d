"""``augment convert-checkpoint``: a ``.pt`` state dict becomes a model folder.

A pickle can run any code when it is read. The file is therefore read with torch's
``weights_only``, which takes tensors and plain containers and refuses all else.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import tyro

from augment.config import build, shown_as, split_commas
from augment.datasets.visible import visible_name
from augment.enumeration import enumerated
from augment.errors import AugmentError, DamagedFileError, InputError
from augment.extras import require
from augment.loading import loading
from augment.minilm import NAME, minilm_folder, sha256
from augment.outputs import replacing_folder
from augment.progress import SILENT, Progress
from augment.train.assessment_text import NAMED
from augment.train.encoder import DEFAULT_MAX_TOKENS, explained, longest_input
from augment.train.layers import depth_of
from augment.train.model_card import code
from augment.train.saved_model import (
    CARD,
    check_finite,
    check_model_place,
    save_model,
)

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

__all__ = ["ConvertConfig", "convert_checkpoint"]

#: Keys under which training scripts put the state dict beside the epoch and the optimizer.
WRAPPERS: Final = ("model_state_dict", "state_dict", "model")
#: What has no part in an answer: numbers of places, of earlier libraries; class weights of a loss,
#: in it or beside it.
PLACES: Final = re.compile(r"(^|\.)(position_ids|token_type_ids)$")
LOSS: Final = re.compile(
    r"(^|\.)((criterion|\w*loss\w*)\.((ce|nll|bce)\.)?(pos_|class_)?weights?"
    r"|(class|label|pos|loss)_?weights?)$"
)


@dataclass(frozen=True)
class ConvertConfig:
    """Turn a .pt or .pth state dict into a model folder, running none of its code.

    Read are the state dict of a model of the transformers library, and that of an own class made
    of an encoder, dropout and one linear layer (`bert.*` and `classifier.*`, `fc.*`, `linear.*`,
    `out.*` or any other name). The linear layer is taken to work on the encoder's pooled output,
    as in BertForSequenceClassification; check the result with augment evaluate. A layer of one
    output, as trained with a binary cross-entropy, becomes one of two: --labels neg,pos.
    """

    checkpoint: Annotated[Path | None, tyro.conf.Positional, shown_as("FILE.pt")] = None
    """The file."""
    base: str = ""
    """Encoder that it was trained from, for config and tokenizer: minilm, a hub name, a folder."""
    labels: Annotated[tuple[str, ...], shown_as("NAME")] = ()
    """Class names in the order of the outputs, such as neg,pos; of one output that of 0 first."""
    out: Annotated[Path | None, shown_as("MODEL", "-o")] = None
    """Folder for the model. Default: NAME.model in the current folder."""
    max_tokens: Annotated[int | None, shown_as("N")] = None
    """Where texts were cut off in its training. Default 256, or what the model takes."""
    force: bool = False
    """Replace an earlier model of that name."""
    offline: bool = False
    """Open no connection, not even to fetch config and tokenizer."""

    def __post_init__(self) -> None:
        for name in ("checkpoint", "out"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, Path(getattr(self, name)))
        object.__setattr__(self, "labels", split_commas(self.labels))


def convert_checkpoint(
    checkpoint: str | Path | None = None,
    config: ConvertConfig | None = None,
    *,
    progress: Progress = SILENT,
    **overrides: Any,  # noqa: ANN401
) -> Path:
    """Turn a state dict into a model folder.

    Parameters
    ----------
    checkpoint
        The ``.pt``, ``.pth`` or ``.bin`` file.
    config
        Options; see `ConvertConfig`.
    progress
        Told what was taken for what.
    **overrides
        Single options, over those of `config`.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    InputError
        For a file that needs its own code to be read, weights that do not fit the base, missing
        class names.
    OutputError
        When something lies at the folder's place and `force` is not given.
    """
    config = build(config, ConvertConfig, overrides)
    file = Path(checkpoint) if checkpoint is not None else config.checkpoint
    if file is None:
        raise InputError("no file given: augment convert-checkpoint FILE.pt --base MODEL")
    if not file.is_file():
        raise InputError(f"no such file: {file}")
    base = config.base or _beside(file)
    out = config.out or Path(f"{file.stem}.model")
    check_model_place(out, force=config.force)
    weights = read_state(file)
    outputs = _outputs(weights, file)
    single = outputs == 1
    if single:
        weights, outputs = _of_two(weights), 2
    transformers = require("transformers", extra="train", purpose="convert-checkpoint")
    where = str(minilm_folder()) if base == NAME else base
    try:
        with loading(where, offline=config.offline) as options:
            settings = transformers.AutoConfig.from_pretrained(where, **options)
            tokenizer = transformers.AutoTokenizer.from_pretrained(where, **options)
            settings.num_labels = outputs
            settings.problem_type = None
            model = transformers.AutoModelForSequenceClassification.from_config(settings)
    except AugmentError:
        raise
    except (OSError, ValueError) as error:
        folder = Path(where) if Path(where).is_dir() else None
        raise explained(base, folder, config.offline, error) from error
    labels = _labels(config, settings, outputs, file, single=single)
    settings.id2label = dict(enumerate(labels))
    settings.label2id = {label: number for number, label in enumerate(labels)}
    model.config.id2label, model.config.label2id = settings.id2label, settings.label2id
    head = _fill(model, weights, file, base)
    check_finite(file, model)
    one = f"; its one output speaks for {labels[1]}" if single else ""
    named = enumerated([*map(visible_name, labels)], NAMED)
    progress.note(f"head: {head} -> {outputs} classes ({named}){one}")
    longest = longest_input(base, model, tokenizer)
    record = {
        "converted_from": file.name,
        "converted_sha256": sha256(file),
        "base_model": base,
        "adapters": False,
        "classes": list(labels),
        "label_names": {},
        "text_columns": [],
        "label_column": None,
        "max_tokens": min(config.max_tokens or DEFAULT_MAX_TOKENS, longest),
        "truncation": "end",
    }
    with replacing_folder(out) as part:
        save_model(part, model, tokenizer, record)
        (part / CARD).write_text(_card(out.name, record), encoding="utf-8")
    return out


def read_state(file: Path) -> dict[str, torch.Tensor]:
    """Read the tensors of a state dict, alone or among other things, by name.

    Raises
    ------
    InputError
        When the file holds a pickled program, or no state dict.
    DamagedFileError
        When it is not whole.
    """
    import pickle

    torch = require("torch", extra="train", purpose="convert-checkpoint")
    try:
        found = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise InputError(
            f"{file}: holds more than weights, and reading that would run code of its own; in the "
            "program that wrote it: torch.save(model.state_dict(), FILE)"
        ) from error
    except Exception as error:  # the reader fails in many ways on what is no checkpoint
        first = str(error).strip().splitlines()[0] if str(error).strip() else ""
        # Some errors of the reader are a number alone.
        first = first if len(first.split()) > 2 else "no file that torch.save wrote"
        raise DamagedFileError(f"{file}: cannot be read as a checkpoint ({first})") from error
    for key in WRAPPERS:
        if isinstance(found, Mapping) and isinstance(found.get(key), Mapping):
            found = found[key]
    tensors = {
        str(key): value
        for key, value in (found.items() if isinstance(found, Mapping) else ())
        if isinstance(value, torch.Tensor)
    }
    if not tensors:
        raise InputError(f"{file}: no state dict; tensors by name are wanted")
    # Before the shell is looked for: the loss may stand beside the model.
    tensors = {
        key: value for key, value in tensors.items() if value.ndim > 1 or not LOSS.search(key)
    }
    # Whatever name the model had in a larger object (Lightning, DataParallel, torch.compile), it is
    # in front of every key; a classifier has an encoder and a head, so no more can be cut off.
    while tensors and len({key.partition(".")[0] for key in tensors}) == 1:
        inner = {key.partition(".")[2]: value for key, value in tensors.items()}
        if "" in inner:
            break
        tensors = inner
    renamed = {".gamma": ".weight", ".beta": ".bias"}  # norms of early checkpoints
    for old, new in renamed.items():
        tensors = {
            (key.removesuffix(old) + new if key.endswith(old) else key): value
            for key, value in tensors.items()
        }
    return tensors


def _beside(file: Path) -> str:
    """Take the folder of the file where it holds a config."""
    if (file.parent / "config.json").is_file():
        return str(file.parent)
    raise InputError(
        f"{file}: which encoder was it trained from? give --base with its hub name or folder; the "
        "file holds neither config nor tokenizer"
    )


def _head_keys(weights: Mapping[str, torch.Tensor]) -> list[str]:
    """Names of the linear layers that stand outside the encoder: those with one dot."""
    return [
        key.removesuffix(".weight")
        for key, value in weights.items()
        if key.endswith(".weight")
        and value.ndim == 2
        and key.count(".") <= 2
        and key.removesuffix(".weight") + ".bias" in weights
        and "pooler" not in key
        and "embed" not in key
        and "pre_classifier" not in key
        and not key.endswith("dense.weight")
    ]


def _outputs(weights: Mapping[str, torch.Tensor], file: Path) -> int:
    heads = _head_keys(weights)
    if len(heads) != 1:
        found = f"{len(heads)} ({', '.join(heads)})" if heads else "none"
        raise InputError(
            f"{file}: one linear layer on top of the encoder is wanted, found {found}; outermost "
            f"names: {', '.join(sorted({key.split('.')[0] for key in weights}))}"
        )
    return int(weights[heads[0] + ".weight"].shape[0])


def _of_two(weights: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """Give a head of one output a second one: the softmax of [0, z] is the sigmoid of z."""
    import torch

    [head] = _head_keys(weights)
    both = {
        key: torch.cat([torch.zeros_like(weights[key]), weights[key]])
        for key in (f"{head}.weight", f"{head}.bias")
    }
    return {**weights, **both}


def _size(weights: Mapping[str, torch.Tensor]) -> str:
    """Describe an encoder by its weights."""
    layers = max((depth_of(key) or 0 for key in weights), default=0)
    found = f"{layers} layer{'s' if layers != 1 else ''}"
    table = next((key for key in weights if key.endswith("word_embeddings.weight")), None)
    if table is not None:
        words, width = weights[table].shape
        found += f" over {words:,} word pieces, {width} wide"
    return found


def _fill(
    model: PreTrainedModel, weights: Mapping[str, torch.Tensor], file: Path, base: str
) -> str:
    """Put the weights into the model; give the name that the head had."""
    import torch

    wanted = model.state_dict()
    [head] = _head_keys(weights)
    found = {
        key: value for key, value in weights.items() if key in wanted or not PLACES.search(key)
    }
    if not set(wanted) <= set(found):
        given, own_layers = ({key.partition(".")[2] for key in keys} for keys in (found, wanted))
        if not any(".layer" in key or "layers." in key for key in given & own_layers):
            raise InputError(
                f"{file}: the layers are not named as those of {base} "
                f"({model.config.model_type}); give the encoder it was trained from with --base"
            )
        heads = {
            key.rpartition(".")[0]
            for key in wanted
            if not key.startswith(f"{model.base_model_prefix}.")
        }
        if len(heads) != 1:
            raise InputError(
                f"{file}: a {model.config.model_type} classifier of the transformers library has "
                f"more than one linear layer on top ({', '.join(sorted(heads))}), and this file "
                "has one; only encoders with a pooled output (BERT) can be converted from it"
            )
        inside = {key.split(".")[0] for key in found} - {head.split(".")[0]}
        if len(inside) != 1:
            parts = f"parts {', '.join(sorted(inside))}" if inside else f"a head {head!r} alone"
            raise InputError(f"{file}: {parts}; one encoder with a linear layer on top is wanted")
        [prefix] = inside
        [own] = heads
        found = {
            (
                key.replace(head, own, 1)
                if key.startswith(f"{head}.")
                else key.replace(prefix, model.base_model_prefix, 1)
            ): value
            for key, value in found.items()
        }
    sizes = f"the file holds {_size(found)}, {base} {_size(wanted)}"
    other = f"{sizes}; give the encoder that it was trained from with --base"
    if missing := sorted(set(wanted) - set(found)):
        n = len(missing)
        raise InputError(
            f"{file}: {n} weights of {base} are missing, such as {missing[0]!r}: {other}"
        )
    ignored = model._keys_to_ignore_on_load_unexpected or ()
    if extra := sorted(
        key
        for key in set(found) - set(wanted)
        if not any(re.search(pattern, key) for pattern in ignored)
    ):
        raise InputError(
            f"{file}: {len(extra)} weights have no place in {base} and a linear layer on top, "
            f"such as {extra[0]!r}, and without them it would answer otherwise; {sizes}: give the "
            "encoder that it was trained from with --base, or merge its adapters first; other "
            "layers cannot be converted"
        )
    for key, value in wanted.items():
        if value.shape != found[key].shape:
            raise InputError(
                f"{file}: {key} has shape {tuple(found[key].shape)}, that of {base} is "
                f"{tuple(value.shape)}: {other}"
            )
    with torch.no_grad():
        model.load_state_dict({key: found[key].to(value.dtype) for key, value in wanted.items()})
    return head


def _labels(
    config: ConvertConfig,
    settings: Any,  # noqa: ANN401
    outputs: int,
    file: Path,
    *,
    single: bool,
) -> tuple[str, ...]:
    labels = config.labels
    if not labels and settings.num_labels == outputs:
        known = tuple(str(settings.id2label[number]) for number in range(outputs))
        labels = () if any(name.startswith("LABEL_") for name in known) else known
    if len(labels) != outputs or len(set(labels)) != outputs:
        given = f"got {', '.join(labels)}" if labels else "none is known"
        if single:
            raise InputError(
                f"{file}: the model has one output, which chooses between two classes, and both "
                f"need names of their own, {given}; give them, that of 0 first: --labels neg,pos"
            )
        raise InputError(
            f"{file}: the model has {outputs} outputs and needs as many different class names, "
            f"{given}; give them in the order of the outputs: --labels neg,pos"
        )
    return labels


def _card(name: str, record: Mapping[str, Any]) -> str:
    return (
        "---\nlibrary_name: transformers\npipeline_tag: text-classification\n---\n\n"
        f"# {name}\n\nConverted from `{record['converted_from']}` (sha256 "
        f"{record['converted_sha256']}) with `augment convert-checkpoint`, on the encoder "
        f"`{Path(str(record['base_model'])).name}`. Classes: "
        + enumerated([*map(code, record["classes"])], NAMED)
        + ".\n\nWhat it was trained on is not known here. Score it before use: "
        f"`augment evaluate {shlex.quote(name)} LABELLED.csv`.\n"
    )

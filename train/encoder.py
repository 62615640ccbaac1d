"""The encoder to fine-tune: found, checked, loaded once, and copied for every run."""

from __future__ import annotations

import copy
import json
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from augment.errors import AugmentError, DamagedFileError, InputError, MissingExtraError
from augment.extras import require
from augment.minilm import NAME, minilm_folder, sha256
from augment.offline import no_network

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "spiece.model", "sentencepiece.bpe.model")
#: What a hub name may look like; anything else was meant as a folder.
HUB_NAME = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)?")


@dataclass(frozen=True)
class Encoder:
    """A pre-trained encoder with a fresh classification head.

    Parameters
    ----------
    name
        As the user gave it.
    revision
        What pins the weights: ``sha256:...`` of a folder's, the commit of a hub model.
    model
        The loaded model, on the CPU; never trained itself, see `fresh`.
    tokenizer
        Its tokenizer.
    new_parameters
        Names of the parameters that were not in the checkpoint: the head.
    max_tokens
        The longest input that the model takes.
    """

    name: str
    revision: str
    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    new_parameters: frozenset[str]
    max_tokens: int

    @property
    def width(self) -> int:
        """Length of the hidden vectors."""
        return int(getattr(self.model.config, "hidden_size", 768))

    @cached_property
    def _working_copy(self) -> PreTrainedModel:
        return copy.deepcopy(self.model)

    def fresh(self, *, generator: torch.Generator, lora: bool = False) -> torch.nn.Module:
        """Give a model with the pre-trained weights and a newly drawn head.

        Without adapters it is the same object every time, set back: what a K-fold run holds in
        memory does not grow from fold to fold.

        Parameters
        ----------
        generator
            Source of the head's weights.
        lora
            Add low-rank adapters and freeze all else but the head.
        """
        import torch

        if lora:
            model = copy.deepcopy(self.model)
        else:
            model = self._working_copy
            model.load_state_dict(self.model.state_dict())
            model.zero_grad(set_to_none=True)
        scale = float(getattr(model.config, "initializer_range", None) or 0.02)
        with torch.no_grad():
            for key, parameter in model.named_parameters():
                if key not in self.new_parameters:
                    continue
                if parameter.ndim > 1:  # drawn on the CPU: the same head on every device
                    drawn = torch.empty(parameter.shape).normal_(0.0, scale, generator=generator)
                    parameter.copy_(drawn)
                else:
                    parameter.fill_(0.0 if key.endswith("bias") else 1.0)
        return _with_adapters(model, generator) if lora else model


def load_encoder(name: str, *, n_classes: int, offline: bool = False) -> Encoder:
    """Load an encoder and its tokenizer, or say in one line why not.

    Parameters
    ----------
    name
        ``minilm``, a folder, or a name on the model hub. Only safetensors weights are read, and
        no code that comes with a model is run.
    n_classes
        Size of the head.
    offline
        Open no connection; hub models must be in the local cache.

    Raises
    ------
    InputError
        When there is no such folder or name, the folder lacks a config, a tokenizer or
        safetensors weights, the hub cannot be reached, or the model is no text encoder.
    DamagedFileError
        When the weights cannot be read or are not what they should be.
    MissingExtraError
        When torch, transformers or the packaged MiniLM is not installed.
    """
    transformers = require("transformers", extra="train", purpose="kfold-train")
    require("torch", extra="train", purpose="kfold-train")
    folder = minilm_folder() if name == NAME else _folder(name)
    where = str(folder) if folder is not None else name
    options: dict[str, Any] = {
        "trust_remote_code": False,
        "local_files_only": offline or folder is not None,
    }
    with _quiet(), no_network(offline or folder is not None):
        try:
            config = transformers.AutoConfig.from_pretrained(where, **options)
            tokenizer = transformers.AutoTokenizer.from_pretrained(where, use_fast=True, **options)
            model, info = transformers.AutoModelForSequenceClassification.from_pretrained(
                where,
                num_labels=n_classes,
                ignore_mismatched_sizes=True,
                use_safetensors=True,
                output_loading_info=True,
                dtype="float32",
                **options,
            )
        except AugmentError:
            raise
        except Exception as error:
            raise _explained(name, folder, offline, error) from error
    if folder is not None and (weights := sorted(folder.glob("*.safetensors"))):
        revision = "sha256:" + sha256(weights[0])
    else:
        revision = str(getattr(config, "_commit_hash", None) or "unknown")
    new = {*info["missing_keys"], *(key for key, *_ in info["mismatched_keys"])}
    return Encoder(
        name=name,
        revision=revision,
        model=model.eval(),
        tokenizer=tokenizer,
        new_parameters=frozenset(new),
        max_tokens=_longest_input(config, tokenizer),
    )


def _folder(name: str) -> Path | None:
    """Give the folder that `name` means, checked; None when it can only be a hub name."""
    folder = Path(name).expanduser()
    if not folder.is_dir():
        if folder.exists():
            raise InputError(f"model={name!r} is a file; a model folder or a hub name is wanted")
        if HUB_NAME.fullmatch(name):
            return None
        raise InputError(
            f"model={name!r}: no such folder, and no name of a hub model; give 'minilm', a folder "
            "with config.json, tokenizer and model.safetensors, or a name such as "
            "'google-bert/bert-base-uncased'"
        )
    config = folder / "config.json"
    if not config.is_file():
        raise InputError(f"model={name!r}: the folder has no config.json; a saved model is wanted")
    try:
        json.loads(config.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DamagedFileError(f"{config}: no valid JSON ({error}); save the model anew") from error
    if not any((folder / file).is_file() for file in TOKENIZER_FILES):
        raise InputError(
            f"model={name!r}: the folder has no tokenizer ({', '.join(TOKENIZER_FILES)}); save it "
            "beside the model with tokenizer.save_pretrained(folder)"
        )
    if not any(folder.glob("*.safetensors")):
        raise InputError(
            f"model={name!r}: the folder has no safetensors weights; save the model with "
            "model.save_pretrained(folder)"
        )
    return folder


def _explained(name: str, folder: Path | None, offline: bool, error: Exception) -> AugmentError:
    """One line for what a library below made of a model that it cannot load."""
    said = str(error).strip().splitlines()
    first = said[0] if said else type(error).__name__
    if isinstance(error, ImportError):
        return MissingExtraError(f"model={name!r} needs another package: {first}")
    if folder is not None:
        return DamagedFileError(
            f"model={name!r}: {folder} cannot be loaded as a text classifier "
            f"({type(error).__name__}: {first}); fetch or save the model anew"
        )
    if offline:
        return InputError(
            f"model={name!r} is no folder and not in the local model cache, and --offline forbids "
            "fetching it; give 'minilm' or a folder"
        )
    return InputError(
        f"model={name!r}: no such folder, and the model hub gave no such model or cannot be "
        f"reached from here ({type(error).__name__}: {first}); give 'minilm' or a folder"
    )


def _longest_input(config: Any, tokenizer: PreTrainedTokenizerBase) -> int:  # noqa: ANN401
    """How many tokens fit, by position table and tokenizer; no limit known is a large number."""
    positions = getattr(config, "max_position_embeddings", None) or 10**6
    if getattr(config, "model_type", "") in ("roberta", "xlm-roberta", "camembert", "mpnet"):
        positions -= 2  # their positions are counted from behind the padding index
    return int(min(positions, tokenizer.model_max_length, 10**6))


def _with_adapters(model: torch.nn.Module, generator: torch.Generator) -> torch.nn.Module:
    """Wrap a model with LoRA adapters whose first halves come from `generator`."""
    import torch

    peft = require("peft", extra="lora", purpose="--lora")
    config = peft.LoraConfig(
        task_type="SEQ_CLS", r=8, lora_alpha=16, lora_dropout=0.05, target_modules="all-linear"
    )
    with warnings.catch_warnings():  # peft asks transformers for a name that it deprecates
        warnings.filterwarnings(
            "ignore", message=".*gradient_checkpointing", category=FutureWarning
        )
        wrapped: torch.nn.Module = peft.get_peft_model(model, config)
    with torch.no_grad():
        for key, parameter in wrapped.named_parameters():
            if ".lora_A." in key:
                bound = parameter.shape[1] ** -0.5
                parameter.uniform_(-bound, bound, generator=generator)
    return wrapped


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the loading bars and notes of transformers off stderr, and restore them after."""
    logging: Any = require("transformers.utils.logging", extra="train", purpose="kfold-train")
    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if bars:
            logging.enable_progress_bar()

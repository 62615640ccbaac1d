"""The encoder to fine-tune: found, checked, loaded once, and copied for every run."""

from __future__ import annotations

import copy
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from augment.errors import AugmentError, DamagedFileError, InputError, MissingExtraError
from augment.extras import require
from augment.languages import detect_language, language_name
from augment.loading import loading
from augment.minilm import NAME, minilm_folder, sha256
from augment.token_limits import token_limits
from augment.train.adapters import ADAPTERS, RANK, with_adapters
from augment.train.model_json import read_object
from augment.train.trained_texts import FILE as TRAINED_TEXTS

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

#: Tokens of a text that are read where nothing else is asked for.
DEFAULT_MAX_TOKENS: Final = 256
#: Fewer hold no word: the marks around a pair of texts take so many, or one less.
LEAST_TOKENS: Final = 4
#: Tokens that a model takes that has no limit.
UNLIMITED: Final = 10**6
TOKENIZER_FILES = ("tokenizer.json", "vocab.txt", "spiece.model", "sentencepiece.bpe.model")
#: What a hub name may look like; anything else was meant as a folder.
HUB_NAME = re.compile(r"[\w][\w.-]*(/[\w][\w.-]*)?")

#: Encoders on the hub that were made for a language, and one for a hundred of them.
_READERS: Final = {"fr": "camembert-base"}
_ANY: Final = "FacebookAI/xlm-roberta-base"
#: Texts whose language is looked at.
_LOOKED_AT: Final = 200


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

    def tokens_read(self, asked: int | None) -> int:
        """Say how many tokens of a text are read: as many as asked for, else by default.

        Raises
        ------
        InputError
            When the model does not take so many.
        """
        if asked is None:
            return min(DEFAULT_MAX_TOKENS, self.max_tokens)
        if asked > self.max_tokens:
            raise InputError(
                f"max_tokens={asked}: {self.name} takes at most {self.max_tokens} tokens; give "
                "that or less, or a model for longer texts"
            )
        return asked

    @cached_property
    def _working_copy(self) -> PreTrainedModel:
        return copy.deepcopy(self.model)

    def fresh(
        self, *, generator: torch.Generator, lora: bool = False, rank: int = RANK
    ) -> torch.nn.Module:
        """Give a model with the pre-trained weights and a newly drawn head.

        Without adapters it is the same object every time, set back: what a K-fold run holds in
        memory does not grow from fold to fold.

        Parameters
        ----------
        generator
            Source of the head's weights.
        lora
            Add low-rank adapters and freeze all else but the head.
        rank
            Inner width of the adapters.
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
        if not lora:
            return model
        return with_adapters(model, generator, new_parameters=self.new_parameters, rank=rank)


def load_encoder(
    name: str,
    *,
    labels: Sequence[str],
    dropout: float | None = None,
    offline: bool = False,
) -> Encoder:
    """Load an encoder and its tokenizer, or say in one line why not.

    Parameters
    ----------
    name
        ``minilm``, a folder, or a name on the model hub. Only safetensors weights are read, and
        no code that comes with a model is run.
    labels
        Names of the classes, kept in the model; the head has an output for each. A head that the
        checkpoint has for classes of other names is not used.
    dropout
        Dropout before the last layer, 0..1; by default what the checkpoint says.
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
    transformers = require("transformers", extra="train", purpose="fine-tuning")
    require("torch", extra="train", purpose="fine-tuning")
    folder = minilm_folder() if name == NAME else model_folder(name)
    if folder is not None and (folder / ADAPTERS).is_file():
        raise InputError(
            f"model={name!r}: the folder holds LoRA adapters and no whole model; train it with "
            "merge (--merge) to train on from it"
        )
    where = str(folder) if folder is not None else name
    try:
        with loading(where, offline=offline) as options:
            config = transformers.AutoConfig.from_pretrained(where, **options)
            known = tuple(str(label) for label in config.id2label.values())
            config.num_labels = len(labels)
            config.problem_type = None  # what its own head did, such as regression
            config.id2label = dict(enumerate(labels))
            config.label2id = {label: number for number, label in enumerate(labels)}
            if dropout is not None:
                _set_dropout(config, dropout)
            tokenizer = transformers.AutoTokenizer.from_pretrained(where, use_fast=True, **options)
            if getattr(config, "pad_token_id", None) is None:  # some find a row's end by it
                config.pad_token_id = tokenizer.pad_token_id
            model, info = transformers.AutoModelForSequenceClassification.from_pretrained(
                where,
                config=config,
                ignore_mismatched_sizes=True,
                use_safetensors=True,
                output_loading_info=True,
                dtype="float32",
                **options,
            )
    except AugmentError:
        raise
    except Exception as error:
        raise explained(name, folder, offline, error) from error
    if folder is not None:
        revision = "sha256:" + sha256(min(folder.glob("*.safetensors")))
    else:
        revision = options["revision"]
    new = {*info["missing_keys"], *(key for key, *_ in info["mismatched_keys"])}
    if known != tuple(labels):
        inside = f"{model.base_model_prefix}."
        new |= {key for key, _ in model.named_parameters() if not key.startswith(inside)}
    return Encoder(
        name=name,
        revision=revision,
        model=model.eval(),
        tokenizer=tokenizer,
        new_parameters=frozenset(new),
        max_tokens=longest_input(name, model, tokenizer),
    )


def language_note(name: str, rows: Sequence[tuple[str, ...]]) -> str:
    """Say that an encoder was made for another language than that of the texts; else nothing.

    Only of the packaged one it is known which that is.

    Examples
    --------
    >>> rows = [("Une belle histoire.",), ("Je me suis ennuyé du début à la fin.",)]
    >>> language_note("minilm", rows)[:50]
    'minilm was made for English, and these texts look '
    >>> language_note("camembert-base", rows)
    ''
    """
    if name != NAME:
        return ""
    sample = rows[:: max(1, len(rows) // _LOOKED_AT)]
    guess = detect_language([side for row in sample for side in row])
    if not guess.sure or guess.language == "en":
        return ""
    return (
        f"minilm was made for English, and these texts look {language_name(guess.language)}; an "
        f"encoder that reads them learns more: --model {_READERS.get(guess.language, _ANY)}"
    )


def model_folder(name: str) -> Path | None:
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
    read_object(config, "save the model anew")
    if not any((folder / file).is_file() for file in TOKENIZER_FILES):
        raise InputError(
            f"model={name!r}: the folder has no tokenizer ({', '.join(TOKENIZER_FILES)}); save it "
            "beside the model with tokenizer.save_pretrained(folder)"
        )
    if not any(folder.glob("*.safetensors")):
        found = [*folder.glob("*.bin"), *folder.glob("*.pt"), *folder.glob("*.pth")]
        pickled = [file for file in found if file.name != TRAINED_TEXTS]
        hint = (
            f"{pickled[0].name} can run code when it is read; a classifier is converted by: "
            f"augment convert-checkpoint {shlex.quote(str(pickled[0]))}; an encoder without a head "
            "by its library: load it there, and model.save_pretrained(folder)"
            if pickled
            else "copy them back, or train anew"
            if found
            else "save the model with model.save_pretrained(folder)"
        )
        raise InputError(f"model={name!r}: the folder has no safetensors weights; {hint}")
    return folder


def explained(name: str, folder: Path | None, offline: bool, error: Exception) -> AugmentError:
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


def longest_input(
    name: str | Path, model: torch.nn.Module, tokenizer: PreTrainedTokenizerBase
) -> int:
    """How many tokens fit, by position table and tokenizer; no limit known is a large number.

    Raises
    ------
    InputError
        When no text fits: a pair of texts has four tokens before its first word.
    """
    limits = token_limits(model, tokenizer)
    for file, limit in limits.items():
        if limit < LEAST_TOKENS:
            raise InputError(
                f"model={str(name)!r}: its {file} leaves room for {max(0, limit)} tokens, and at "
                f"least {LEAST_TOKENS} are wanted; correct it there, or get the model anew"
            )
    return int(min(UNLIMITED, *limits.values()))


def _set_dropout(config: Any, dropout: float) -> None:  # noqa: ANN401
    """Set the dropout in front of the last layer, under the name that the architecture has."""
    for key in ("classifier_dropout", "seq_classif_dropout", "cls_dropout", "hidden_dropout_prob"):
        if hasattr(config, key):
            setattr(config, key, dropout)
            return
    raise InputError(
        f"dropout={dropout!r}: a model of type {config.model_type!r} has no dropout before its "
        "last layer; leave it out"
    )


def default_lr(width: int, *, lora: bool) -> float:
    """Peak learning rate for an encoder's width: small encoders take, and need, larger steps.

    For MiniLM twice and half of it were tried: twice gives less on long texts (IMDB), half too
    little where there are a few hundred rows (TREC). Adapters take ten times as much and more.

    Examples
    --------
    >>> default_lr(768, lora=False), default_lr(384, lora=False)
    (5e-05, 0.0001)
    >>> default_lr(768, lora=True), default_lr(384, lora=True)
    (0.0005, 0.002)
    """
    if width <= 512:
        return 2e-3 if lora else 1e-4
    if width <= 768:
        return 5e-4 if lora else 5e-5
    return 2e-4 if lora else 2e-5

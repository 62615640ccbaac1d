"""Loads a model for an augmenter, by folder or hub name: safetensors only, no code of others."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from augment.errors import AugmentError, InputError, one_line
from augment.extras import require
from augment.loading import loading
from augment.minilm import sha256

#: Class of transformers -> what it is, for messages.
_WANTED: Final = {
    "AutoModelForMaskedLM": "a masked language model",
    "AutoModelForSeq2SeqLM": "a sequence-to-sequence model",
}

#: Endings of files in a model's folder that decide none of its answers: what is written about it,
#: and weights in formats that are not read.
_UNREAD: Final = frozenset(
    [".md", ".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".onnx", ".ot", ".gguf"]
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model with its tokenizer, and the name that says which one exactly it is."""

    model: Any
    tokenizer: Any
    torch: Any
    name: str


def load_model(where: str, kind: str, method: str) -> Loaded:
    """Load a model.

    Parameters
    ----------
    where
        A folder or a hub name.
    kind
        Class of transformers: ``AutoModelForSeq2SeqLM``, ``AutoModelForMaskedLM``.
    method
        The method that wants it.

    Raises
    ------
    InputError
        When there is no such model, or it is of another kind: an encoder that was saved without
        the head that gives words, or with the head of a classifier.
    """
    torch = require("torch", extra="train", purpose=f"--method {method}")
    transformers = require("transformers", extra="train", purpose=f"--method {method}")
    wanted = _WANTED[kind]
    try:
        with loading(where) as options:
            tokenizer = transformers.AutoTokenizer.from_pretrained(where, **options)
            model, info = getattr(transformers, kind).from_pretrained(
                where,
                use_safetensors=True,
                output_loading_info=True,
                dtype=torch.float32,
                **options,
            )
    except AugmentError:
        raise
    except Exception as error:  # which library's it is depends on what is wrong with the files
        raise InputError(
            f"method {method!r}: no model {where!r}: {one_line(error)}; wanted: {wanted} as a hub "
            "name or a folder, its weights as safetensors"
        ) from error
    # Weights that are tied to others are not among them: they are there under the others' name.
    if missing := sorted(info["missing_keys"]):
        raise InputError(
            f"method {method!r}: model {where!r} is no {wanted.partition(' ')[2]}: "
            f"{len(missing)} of the weights that one has are not among its own (such as "
            f"{missing[0]!r}), and without them it would write at random; give {wanted} that was "
            "trained as one"
        )
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if "revision" in options:
        name = f"{where}@{options['revision'][:12]}"
    else:
        folder = Path(where).resolve()
        name = f"{folder.name}@{_digest(folder)[:12]}"
    return Loaded(model.eval().to(device), tokenizer, torch, name)


def _digest(folder: Path) -> str:
    """Hash what a model writes by: every shard of its weights, its settings and its tokenizer."""
    files = sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and path.suffix not in _UNREAD and not path.name.startswith(".")
    )
    lines = "".join(f"{sha256(path)}  {path.name}\n" for path in files)
    return hashlib.sha256(lines.encode("utf-8", "surrogateescape")).hexdigest()


def model_input(tokens: Mapping[str, Any]) -> dict[str, Any]:
    """Take of a tokenizer's answer what every model takes: some give the type of each token too.

    >>> model_input({"input_ids": [5], "token_type_ids": [0], "attention_mask": [1]})
    {'input_ids': [5], 'attention_mask': [1]}
    """
    return {name: tokens[name] for name in ("input_ids", "attention_mask") if name in tokens}

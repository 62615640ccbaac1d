"""Loads a model for an augmenter, by folder or hub name: safetensors only, no code of others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from augment.errors import InputError
from augment.extras import require
from augment.loading import loading
from augment.minilm import sha256


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
        When there is no such model, or it is of another kind.
    """
    torch = require("torch", extra="train", purpose=f"--method {method}")
    transformers = require("transformers", extra="train", purpose=f"--method {method}")
    try:
        with loading(where) as options:
            tokenizer = transformers.AutoTokenizer.from_pretrained(where, **options)
            model = getattr(transformers, kind).from_pretrained(
                where, use_safetensors=True, dtype=torch.float32, **options
            )
    except (OSError, ValueError) as error:
        line = " ".join(str(error).split())[:300]
        wanted = "a masked language model" if "Masked" in kind else "a sequence-to-sequence model"
        raise InputError(
            f"method {method!r}: no model {where!r}: {line}; wanted: {wanted} as a hub name or a "
            "folder, its weights as safetensors"
        ) from error
    device = "cuda" if torch.cuda.is_available() else "cpu"
    if "revision" in options:
        name = f"{where}@{options['revision'][:12]}"
    else:
        weights = min(Path(where).glob("*.safetensors"))
        name = f"{Path(where).resolve().name}@{sha256(weights)[:12]}"
    return Loaded(model.eval().to(device), tokenizer, torch, name)

"""Low-rank adapters: what is frozen, what is trained and what must be saved with them.

References
----------
E. Hu et al., LoRA: Low-Rank Adaptation of Large Language Models, ICLR 2022.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from augment.errors import InputError
from augment.extras import require

if TYPE_CHECKING:
    from pathlib import Path

    import torch
    from transformers import PreTrainedModel

ADAPTERS: Final = "adapter_config.json"
RANK: Final = 8


def with_adapters(
    model: PreTrainedModel,
    generator: torch.Generator,
    *,
    new_parameters: Collection[str],
    rank: int = RANK,
) -> torch.nn.Module:
    """Wrap a classifier with adapters in all its layers; only they and its head are trained.

    Parameters
    ----------
    model
        The classifier, its head already drawn.
    generator
        Source of the adapters' first halves; the second halves are zero.
    new_parameters
        Names of the parameters that no checkpoint holds. The modules around them are trained
        whole and saved: a head that is drawn, frozen and not saved is drawn anew at the next
        load, and the model answers at random.
    rank
        Inner width of the adapters.
    """
    import torch

    peft = require("peft", extra="lora", purpose="--lora")
    prefix = model.base_model_prefix
    heads = {
        name
        for name, child in model.named_children()
        if name != prefix and any(True for _ in child.parameters())
    }
    # A head inside the encoder (BERT's pooler) counts where the checkpoint had none.
    heads |= {key.split(".")[1] for key in new_parameters if key.startswith(f"{prefix}.")}
    linear = [
        name
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and not heads & set(name.split("."))
    ]
    if not linear:
        raise InputError("lora: this model has no linear layers to adapt; train it without")
    config = peft.LoraConfig(
        task_type="SEQ_CLS",
        r=rank,
        lora_alpha=2 * rank,
        lora_dropout=0.05,
        target_modules=linear,
        modules_to_save=sorted(heads),
    )
    with _quiet_peft():
        wrapped: torch.nn.Module = peft.get_peft_model(model, config)
    with torch.no_grad():
        for key, parameter in wrapped.named_parameters():
            if ".lora_A." in key:
                bound = parameter.shape[1] ** -0.5
                parameter.uniform_(-bound, bound, generator=generator)
    return wrapped


def merged(model: torch.nn.Module) -> torch.nn.Module:
    """Add the adapters into the weights and give the plain model."""
    with _quiet_peft():
        plain: Any = model
        found: torch.nn.Module = plain.merge_and_unload()
    return found


def load_adapters(model: torch.nn.Module, folder: Path) -> torch.nn.Module:
    """Wrap a base model with the adapters and the head that a folder holds."""
    peft = require("peft", extra="lora", purpose="a model of LoRA adapters")
    with _quiet_peft():
        wrapped: torch.nn.Module = peft.PeftModel.from_pretrained(model, str(folder))
    return wrapped


@contextmanager
def _quiet_peft() -> Iterator[None]:
    with warnings.catch_warnings():  # peft asks transformers for a name that it deprecates
        warnings.filterwarnings(
            "ignore", message=".*gradient_checkpointing", category=FutureWarning
        )
        yield

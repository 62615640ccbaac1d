"""Lets a model of transformers train on a CPU through this package's own passes.

Attention with dropout, dropout, GELU and the "drop, add, normalise" at the end of each half of a
layer are taken over for the time of the training, where a model has them in the form known here;
all else stays as it is, and so does every model that is built another way.

A leaf: torch is loaded here, and nothing imports this at its top.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from weakref import WeakKeyDictionary

import torch

from augment.train.fast.attention import attention, packed_attention
from augment.train.fast.elementwise import dropped, gelu, joined
from augment.train.fast.linear import Half, mapped
from augment.train.fast.packing import Layout

NAME: Final = "augment_dropout"
#: What other models hand over to their attention beside the four tensors, and ours does not know.
UNKNOWN: Final = ("position_bias", "softcap", "cache", "s_aux")

Forward = Callable[..., torch.Tensor]
Halves = dict[torch.nn.Parameter, Half]


@dataclass
class Taken:
    """What of a model is computed here.

    Attributes
    ----------
    halves
        Weight -> its copy in bf16, and its gradient, which is then not in the parameter.
    packs
        Whether rows of unlike length cost no padding.
    """

    halves: Halves = field(default_factory=dict)
    packs: bool = False


@contextlib.contextmanager
def fast_model(model: torch.nn.Module, *, halves: bool) -> Iterator[Taken]:
    """Take over what is known of a model on the CPU within the block.

    Parameters
    ----------
    model
        In fp32.
    halves
        Keep the weights of linear maps in bf16, too.
    """
    with contextlib.ExitStack() as stack:
        taken = Taken(packs=stack.enter_context(_fast_attention(model)))
        for module in model.modules():
            forward = _forward_of(module)
            if halves and type(module) is torch.nn.Linear:
                linear: Any = module
                if linear.weight not in taken.halves:  # two maps may share one
                    taken.halves[linear.weight] = Half(linear.weight)
                forward = partial(_mapped, linear, linear.forward, taken.halves[linear.weight])
            if forward is not None:
                stack.enter_context(_computed_by(module, forward))
        yield taken


@contextlib.contextmanager
def _computed_by(module: torch.nn.Module, forward: Callable[..., Any]) -> Iterator[None]:
    """Let a function compute a module within the block."""
    module.forward = forward
    try:
        yield
    finally:
        del module.forward


def _mapped(module: torch.nn.Linear, plain: Forward, half: Half, x: torch.Tensor) -> torch.Tensor:
    return mapped(x, module.bias, half) if _ours(module, x) else plain(x)


def _forward_of(module: torch.nn.Module) -> Forward | None:
    """Give what to compute in place of a module, or None where it is to do so itself."""
    from transformers.activations import GELUActivation

    plain: Any = module
    if type(module) is torch.nn.Dropout and plain.p < 1.0:
        return partial(_dropped, module, plain.forward)
    if type(module) is GELUActivation and plain.act is torch.nn.functional.gelu:
        return partial(_gelu, module, plain.forward)
    if _joins(module):
        return partial(_joined, module, plain.forward)
    return None


def _ours(module: torch.nn.Module, x: torch.Tensor) -> bool:
    """Whether numbers are where, and of the kind that, the passes here take, in training."""
    return module.training and x.device.type == "cpu" and x.dtype in (torch.float32, torch.bfloat16)


def _dropped(module: torch.nn.Dropout, plain: Forward, x: torch.Tensor) -> torch.Tensor:
    if not _ours(module, x) or module.p == 0.0:
        return plain(x)
    return dropped(x, module.p)


def _gelu(module: torch.nn.Module, plain: Forward, x: torch.Tensor) -> torch.Tensor:
    return gelu(x) if _ours(module, x) else plain(x)


def _joined(module: Any, plain: Forward, x: torch.Tensor, residual: torch.Tensor) -> torch.Tensor:  # noqa: ANN401
    if not _ours(module, x):
        return plain(x, residual)
    return joined(module.dense(x), residual, module.LayerNorm, module.dropout.p)


def _joins(module: torch.nn.Module) -> bool:
    """Whether a module is ``LayerNorm(dropout(dense(x)) + residual)``: it is watched at work."""
    parts = dict(module.named_children())
    if parts.keys() != {"dense", "dropout", "LayerNorm"}:
        return False
    dense, norm, dropout = parts["dense"], parts["LayerNorm"], parts["dropout"]
    width = getattr(dense, "in_features", None)
    if type(norm) is not torch.nn.LayerNorm or type(dropout) is not torch.nn.Dropout:
        return False
    if width is None or norm.bias is None or len(norm.normalized_shape) != 1 or dropout.p >= 1.0:
        return False
    seen: dict[torch.nn.Module, tuple[torch.Tensor, torch.Tensor]] = {}

    def watch(part: torch.nn.Module, given: Any, out: torch.Tensor) -> None:  # noqa: ANN401
        seen[part] = given[0], out

    watching = [part.register_forward_hook(watch) for part in parts.values()]
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            x, residual = torch.randn(1, 2, width), torch.randn(1, 2, *norm.normalized_shape)
            out = module(x, residual)
    except Exception:  # whatever it is, it is something else
        return False
    finally:
        for one in watching:
            one.remove()
    if len(seen) < len(parts):
        return False
    return (
        torch.equal(seen[dense][0], x)
        and torch.equal(seen[dropout][0], seen[dense][1])
        and torch.equal(seen[norm][0], seen[dropout][1] + residual)
        and torch.equal(out, seen[norm][1])
    )


class _Packing:
    """What the attention of an encoder is told while that works on packed rows."""

    layout: Layout | None = None

    def encode(
        self,
        plain: Callable[..., Any],
        hidden_states: torch.Tensor,
        attention_mask: Any = None,  # noqa: ANN401
        **given: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Answer in place of an encoder's own `forward`."""
        layout = _layout_of(attention_mask)
        if layout is None:
            return plain(hidden_states, attention_mask, **given)
        self.layout = layout
        try:
            out = plain(layout.pack(hidden_states), None, **given)
        finally:
            self.layout = None
        out.last_hidden_state = layout.unpack(out.last_hidden_state)
        return out


#: The attention of encoders that work on packed rows now; trainings may run in several threads.
_packings: WeakKeyDictionary[torch.nn.Module, _Packing] = WeakKeyDictionary()


def _layout_of(mask: Any) -> Layout | None:  # noqa: ANN401
    """Give the layout of a batch by what an encoder is given as its mask."""
    if not isinstance(mask, torch.Tensor) or mask.ndim != 4 or mask.dtype != torch.bool:
        return None
    return Layout.of(mask[:, 0, 0])


@contextlib.contextmanager
def _fast_attention(model: torch.nn.Module) -> Iterator[bool]:
    """Let a model that goes through torch's own attention go through ours; yield if it packs."""
    from transformers import AttentionInterface, PreTrainedModel
    from transformers.masking_utils import AttentionMaskInterface, sdpa_mask

    inner: Any = next((m for m in model.modules() if isinstance(m, PreTrainedModel)), None)
    if inner is None or inner.config._attn_implementation != "sdpa":
        yield False
        return
    AttentionInterface.register(NAME, _attended)
    AttentionMaskInterface.register(NAME, sdpa_mask)
    inner.set_attn_implementation(NAME)
    base = getattr(inner, inner.base_model_prefix, inner)
    encoder = getattr(base, "encoder", None) or getattr(base, "transformer", None)
    packing = _Packing()
    try:
        width = getattr(inner.config, "hidden_size", None)
        if encoder is None or width is None or not _packs(encoder, width, packing):
            yield False
            return
        with _computed_by(encoder, partial(packing.encode, encoder.forward)):
            yield True
    finally:
        for module in [module for module, one in _packings.items() if one is packing]:
            del _packings[module]
        inner.set_attn_implementation("sdpa")


def _packs(encoder: torch.nn.Module, width: int, packing: _Packing) -> bool:
    """Whether an encoder gives the same for packed rows as for padded ones: it is tried."""
    if any(getattr(module, "gradient_checkpointing", False) for module in encoder.modules()):
        return False  # its layers are computed again when the layout is forgotten
    _packings.update(dict.fromkeys(encoder.modules(), packing))
    drawn = torch.Generator().manual_seed(0)
    seen = torch.arange(40) < torch.tensor([[5], [40], [17]])
    hidden = torch.randn(3, 40, width, generator=drawn)
    mask = seen[:, None, None, :].expand(3, 1, 40, 40)
    training = encoder.training
    encoder.eval()
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]):
            padded = encoder(hidden, mask).last_hidden_state
            packed = packing.encode(encoder.forward, hidden, mask).last_hidden_state
    except Exception:  # whatever it is, it is made in another way
        return False
    finally:
        encoder.train(training)
    return torch.allclose(padded[seen], packed[seen], rtol=1e-4, atol=1e-4)


def _attended(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    dropout: float = 0.0,
    scaling: float | None = None,
    is_causal: bool | None = None,
    **others: Any,  # noqa: ANN401 - what a model of any kind hands over
) -> tuple[torch.Tensor, None]:
    """Answer as a function of transformers' attention interface does."""
    from transformers.integrations.sdpa_attention import sdpa_attention_forward

    known = (
        query.shape[:2] == key.shape[:2] == value.shape[:2]
        and not (getattr(module, "is_causal", False) if is_causal is None else is_causal)
        and not any(others.get(name) is not None for name in UNKNOWN)
    )
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    packing = _packings.get(module)
    if packing is not None and packing.layout is not None:
        if not known or attention_mask is not None or dropout >= 1.0:
            raise RuntimeError("packed rows in an attention that is not known")
        out = packed_attention(query, key, value, packing.layout, dropout=dropout, scale=scale)
        return out.transpose(1, 2), None
    if not known or not _ours(module, query) or not 0.0 < dropout < 1.0:
        found: tuple[torch.Tensor, None] = sdpa_attention_forward(
            module,
            query,
            key,
            value,
            attention_mask,
            dropout=dropout,
            scaling=scaling,
            is_causal=is_causal,
            **others,
        )
        return found
    out = attention(query, key, value, attention_mask, dropout=dropout, scale=scale)
    return out.transpose(1, 2), None

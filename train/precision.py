"""Which device to train on, and whether it computes bf16 rather than imitating it."""

from __future__ import annotations

from typing import Literal

from augment.errors import InputError
from augment.extras import require

Device = Literal["cpu", "cuda"]


def choose_device(wanted: Literal["auto", "cpu", "cuda"]) -> Device:
    """Resolve ``auto``: the GPU where torch sees one.

    Raises
    ------
    InputError
        When ``cuda`` is asked for and there is none.
    """
    torch = require("torch", extra="train", purpose="fine-tuning")
    there = bool(torch.cuda.is_available())
    if wanted == "cuda" and not there:
        raise InputError("device='cuda': torch sees no CUDA device here; give 'cpu' or 'auto'")
    if wanted == "auto":
        return "cuda" if there else "cpu"
    return wanted


def choose_precision(
    wanted: Literal["auto", "fp32", "bf16"], device: Device
) -> Literal["fp32", "bf16"]:
    """Resolve ``auto``: bf16 where the device has instructions for it, else fp32.

    A CPU without them still runs bf16, but several times slower than fp32.
    """
    if wanted != "auto":
        return wanted
    torch = require("torch", extra="train", purpose="fine-tuning")
    if device == "cuda":
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp32"
    # torch keeps these tests under private names; a version without them gets the safe answer.
    tests = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    has = any(bool(getattr(torch.cpu, test, lambda: False)()) for test in tests)
    return "bf16" if has else "fp32"

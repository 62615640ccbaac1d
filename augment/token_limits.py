"""How many tokens a model reads at once, by its table of positions and its tokenizer."""

from __future__ import annotations

from typing import Any


def token_limits(model: Any, tokenizer: Any) -> dict[str, int]:  # noqa: ANN401
    """Say how many tokens fit, by what each file of a model says of it; empty for no limit known.

    Parameters
    ----------
    model, tokenizer
        Of transformers.

    Returns
    -------
    dict
        File and key, for messages -> number of tokens; the least of them is what fits.
    """
    limits: dict[str, int] = {}
    positions = int(getattr(model.config, "max_position_embeddings", None) or 0)
    if positions > 0:  # XLNet says -1 for no limit
        fit = positions - _positions_before_text(model)
        limits["config.json (max_position_embeddings)"] = fit
    if tokenizer.model_max_length > 0:
        limits["tokenizer_config.json (model_max_length)"] = tokenizer.model_max_length
    return limits


def _positions_before_text(model: Any) -> int:  # noqa: ANN401
    """Count the places of the position table that no token takes.

    RoBERTa and its kin number their tokens from behind the place of the padding.
    """
    for key, module in model.named_modules():
        if key.endswith("embeddings.position_embeddings"):
            padding = getattr(module, "padding_idx", None)
            return 0 if padding is None else int(padding) + 1
    return 0

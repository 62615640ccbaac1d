"""Attention with dropout: the sums are those of the formula, and the mask is a fair one."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from augment.train import attention as module  # noqa: E402  (torch is loaded at its top)
from augment.train.attention import attention, fast_attention  # noqa: E402

P, SCALE = 0.3, 0.4


def tensors(rows=3, heads=2, tokens=5, width=4, dtype=torch.float64):
    """Query, key and value as a model gives them: heads behind the tokens in memory."""
    drawn = torch.Generator().manual_seed(0)
    return [
        torch.randn(rows, tokens, heads, width, generator=drawn, dtype=torch.float64)
        .to(dtype)
        .transpose(1, 2)
        .requires_grad_()
        for _ in range(3)
    ]


def padding(rows, tokens, of):
    """Hide the last two keys of every second row."""
    bias = torch.zeros(rows, 1, tokens, tokens, dtype=of)
    bias[1::2, :, :, -2:] = torch.finfo(of).min
    return bias


def dropped_weights(query, key, bias):
    """What the values are multiplied with, read off by giving the unit vectors as values."""
    rows, heads, _, _ = query.shape
    tokens = key.shape[2]
    values = torch.eye(tokens, dtype=query.dtype).expand(rows, heads, tokens, tokens)
    return attention(query, key, values, bias, dropout=P, scale=SCALE)


def plain_weights(query, key, bias):
    scores = query @ key.transpose(2, 3) * SCALE
    return torch.softmax(scores if bias is None else scores + bias, dim=-1)


@pytest.mark.parametrize("tile", [1, 500, 2 << 20])
@pytest.mark.parametrize("padded", [False, True])
def test_output_is_the_formula_with_the_mask_that_was_drawn(tile, padded, monkeypatch):
    monkeypatch.setattr(module, "TILE", tile)
    query, key, value = tensors()
    bias = padding(3, 5, torch.float64) if padded else None
    torch.manual_seed(1)
    weights = dropped_weights(query, key, bias)
    kept = weights != 0
    share = plain_weights(query, key, bias)
    torch.testing.assert_close(weights[kept], (share / (1 - P))[kept])
    if padded:
        assert not weights[1, :, :, -2:].any()
    torch.manual_seed(1)
    out = attention(query, key, value, bias, dropout=P, scale=SCALE)
    torch.testing.assert_close(out, weights @ value)


@pytest.mark.parametrize("tile", [1, 500, 2 << 20])
@pytest.mark.parametrize("padded", [False, True])
def test_gradients_are_those_of_the_formula(tile, padded, monkeypatch):
    monkeypatch.setattr(module, "TILE", tile)
    bias = padding(3, 5, torch.float64) if padded else None

    def seeded(*given):
        torch.manual_seed(2)
        return attention(*given, bias, dropout=P, scale=SCALE)

    assert torch.autograd.gradcheck(seeded, tensors())


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_short_numbers_come_close_to_long_ones(dtype):
    """The mask of a short number is another one, so that the formula is applied to it anew."""
    query, key, value = tensors(tokens=40, width=16, dtype=dtype)
    torch.manual_seed(3)
    weights = dropped_weights(query, key, None)
    share = plain_weights(query.double(), key.double(), None)
    wanted = torch.where(weights != 0, share / (1 - P), 0.0)
    close = 1e-5 if dtype == torch.float32 else 0.03
    torch.testing.assert_close(weights.double(), wanted, rtol=close, atol=1e-6)

    torch.manual_seed(3)
    out = attention(query, key, value, None, dropout=P, scale=SCALE)
    gradient = torch.randn(out.shape, generator=torch.Generator().manual_seed(4)).to(dtype)
    ours = torch.autograd.grad(out, (query, key, value), gradient)
    long = [x.detach().double().requires_grad_() for x in (query, key, value)]
    mask = (weights != 0).double() / (1 - P)
    theirs = torch.autograd.grad(
        (plain_weights(*long[:2], None) * mask) @ long[2], long, gradient.double()
    )
    for mine, right in zip(ours, theirs, strict=True):
        error = (mine.double() - right).norm() / right.norm()
        assert error < (1e-5 if dtype == torch.float32 else 0.02)


def test_every_weight_is_dropped_as_often_as_every_other():
    query, key, _ = tensors(rows=2, heads=3, tokens=6)
    torch.manual_seed(5)
    draws = 2000
    dropped = torch.stack([dropped_weights(query, key, None) == 0 for _ in range(draws)]).double()
    deviation = (P * (1 - P) / draws) ** 0.5
    assert dropped.mean().item() == pytest.approx(P, abs=4 * deviation / 216**0.5)
    assert (dropped.mean(0) - P).abs().max().item() < 5 * deviation
    flat = dropped.flatten(1) - P
    together = (flat.T @ flat) / draws / (P * (1 - P))
    together.fill_diagonal_(0.0)
    assert together.abs().max().item() < 5.5 / draws**0.5


SMALL = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 50}
WIDE = {**SMALL, "intermediate_size": 32, "attention_probs_dropout_prob": P}
CONFIGS = {
    "bert": lambda: transformers.BertConfig(**WIDE),
    "electra": lambda: transformers.ElectraConfig(**WIDE, embedding_size=16),
    "roberta": lambda: transformers.RobertaConfig(**WIDE),
    "camembert": lambda: transformers.CamembertConfig(**WIDE),
    "xlm-roberta": lambda: transformers.XLMRobertaConfig(**WIDE),
    "distilbert": lambda: transformers.DistilBertConfig(
        dim=16, hidden_dim=32, n_layers=2, n_heads=2, vocab_size=50, attention_dropout=P
    ),
    "modernbert": lambda: transformers.ModernBertConfig(
        **SMALL, intermediate_size=32, attention_dropout=P, pad_token_id=0, local_attention=4
    ),
}


@pytest.fixture
def batch():
    ids = np.random.default_rng(0).integers(5, 50, size=(4, 9))
    mask = np.ones_like(ids)
    mask[1, 4:] = mask[3, 7:] = 0
    return {
        "input_ids": torch.tensor(ids * mask + (1 - mask)),
        "attention_mask": torch.tensor(mask),
    }


@pytest.mark.parametrize("kind", CONFIGS)
def test_models_learn_through_it_what_they_learn_without(kind, batch, monkeypatch):
    """Over many masks, the mean of the outputs is the one that torch's attention gives."""
    torch.manual_seed(0)
    config = CONFIGS[kind]()
    model = transformers.AutoModel.from_config(config, attn_implementation="sdpa").train()
    seen = []
    plain = module.attention
    monkeypatch.setattr(module, "attention", lambda *a, **k: seen.append(1) or plain(*a, **k))

    def outputs(times):
        with torch.no_grad():
            found = torch.stack([model(**batch).last_hidden_state for _ in range(times)])
        return found[:, batch["attention_mask"].bool()]

    times = 400
    theirs = outputs(times)
    assert not seen
    with fast_attention(model):
        ours = outputs(times)
        loss = model(**batch).last_hidden_state[:, 0].square().sum()
    loss.backward()
    assert len(seen) == 2 * (times + 1)  # both layers, each time
    assert all(p.grad is None or p.grad.isfinite().all() for p in model.parameters())
    noise = (ours.var(0) / times + theirs.var(0) / times).sqrt()
    apart = (ours.mean(0) - theirs.mean(0)) / noise.clamp_min(1e-6)
    assert apart.abs().max().item() < 6
    assert apart.square().mean().sqrt().item() < 1.3
    spread = ours.std(0).mean() / theirs.std(0).mean()
    assert spread.item() == pytest.approx(1.0, abs=0.08)


def test_outside_training_and_outside_the_block_nothing_changes(batch, monkeypatch):
    model = transformers.AutoModel.from_config(CONFIGS["bert"](), attn_implementation="sdpa")
    monkeypatch.setattr(module, "attention", lambda *a, **k: pytest.fail("no dropout here"))
    model.eval()
    before = model(**batch).last_hidden_state
    with fast_attention(model):
        within = model(**batch).last_hidden_state
    assert torch.equal(before, within)
    with pytest.raises(KeyError), fast_attention(model):
        raise KeyError
    assert model.config._attn_implementation == "sdpa"


def test_models_with_an_attention_of_their_own_are_left_alone(batch):
    model = transformers.AutoModel.from_config(CONFIGS["bert"](), attn_implementation="eager")
    with fast_attention(model.train()):
        assert model.config._attn_implementation == "eager"
    with fast_attention(torch.nn.Linear(2, 2)):
        pass


def test_what_it_does_not_know_goes_to_torch(monkeypatch):
    """A position bias, or causal attention: computed by torch, not left out."""
    query, key, value = tensors(dtype=torch.float32)
    layer = torch.nn.Module().train()
    monkeypatch.setattr(module, "attention", lambda *a, **k: pytest.fail("not for this"))
    bias = torch.randn(1, 2, 5, 5)
    for given in ({"position_bias": bias}, {"is_causal": True}):
        out, _ = module._forward(layer, query, key, value, None, dropout=P, **given)
        assert out.shape == (3, 5, 2, 4)

"""Models of many kinds learn through our passes what they learn through torch's."""

from __future__ import annotations

import threading

import numpy as np
import pytest

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from augment.train.fast import fast_model as module  # noqa: E402  (torch is loaded at its top)
from augment.train.fast.fast_model import fast_model  # noqa: E402
from augment.train.layers import compute_twice  # noqa: E402

P = 0.3

SMALL = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "vocab_size": 50}
WIDE = {**SMALL, "intermediate_size": 32, "attention_probs_dropout_prob": P}
NONE = {
    name: 0.0
    for name in (
        *("attention_probs_dropout_prob", "hidden_dropout_prob", "dropout", "attention_dropout"),
        *("embedding_dropout", "mlp_dropout", "seq_classif_dropout"),
    )
}
CONFIGS = {
    "bert": lambda **given: transformers.BertConfig(**{**WIDE, **given}),
    "electra": lambda **given: transformers.ElectraConfig(**{**WIDE, **given}, embedding_size=16),
    "roberta": lambda **given: transformers.RobertaConfig(**{**WIDE, **given}),
    "camembert": lambda **given: transformers.CamembertConfig(**{**WIDE, **given}),
    "xlm-roberta": lambda **given: transformers.XLMRobertaConfig(**{**WIDE, **given}),
    "distilbert": lambda **given: transformers.DistilBertConfig(
        **{"attention_dropout": P, **given},
        dim=16,
        hidden_dim=32,
        n_layers=2,
        n_heads=2,
        vocab_size=50,
    ),
    "modernbert": lambda **given: transformers.ModernBertConfig(
        **{**SMALL, "attention_dropout": P, **given},
        intermediate_size=32,
        pad_token_id=0,
        local_attention=4,
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


#: What packs: the others' layers are told of positions, or of neighbours, in ways of their own.
PACK = ("bert", "electra", "roberta", "camembert", "xlm-roberta", "distilbert")


def model_of(kind, **given):
    torch.manual_seed(0)
    config = CONFIGS[kind](num_labels=3, **given)
    return transformers.AutoModelForSequenceClassification.from_config(
        config, attn_implementation="sdpa"
    ).train()


def gradients(model, batch, halves=None):
    model.zero_grad()
    labels = torch.tensor([0, 1, 2, 0])
    loss = model(**batch, labels=labels).loss
    loss.backward()
    found = {}
    for name, parameter in model.named_parameters():
        half = (halves or {}).get(parameter)
        grad = parameter.grad if half is None else half.grad
        found[name] = None if grad is None else grad.double()
    return loss.detach(), found


@pytest.mark.parametrize("kind", CONFIGS)
def test_without_dropout_gradients_are_those_of_torch(kind, batch):
    model = model_of(kind, **NONE)
    wanted = gradients(model, batch)
    with fast_model(model, halves=False) as taken:
        found = gradients(model, batch)
    assert taken.packs == (kind in PACK)
    torch.testing.assert_close(found[0], wanted[0], rtol=1e-5, atol=1e-6)
    for name, right in wanted[1].items():
        if right is None:
            assert found[1][name] is None or not found[1][name].any()
            continue
        torch.testing.assert_close(found[1][name], right, rtol=1e-3, atol=1e-6, msg=name)


@pytest.mark.parametrize("kind", CONFIGS)
def test_in_bf16_they_are_as_close_as_those_of_autocast(kind, batch):
    model = model_of(kind, **NONE)
    _, right = gradients(model, batch)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        _, plain = gradients(model, batch)
    with fast_model(model, halves=True) as taken, torch.autocast("cpu", dtype=torch.bfloat16):
        _, ours = gradients(model, batch, taken.halves)
        assert taken.halves
        assert all(half.grad is not None for half in taken.halves.values())

    def error(found):
        apart = [found[n] - g for n, g in right.items() if g is not None and g.any()]
        whole = [g for g in right.values() if g is not None]
        return (sum(a.square().sum() for a in apart) / sum(g.square().sum() for g in whole)).sqrt()

    assert error(ours) < max(1.5 * error(plain), 0.01)


@pytest.mark.parametrize("kind", CONFIGS)
def test_with_dropout_outputs_are_the_same_on_average(kind, batch):
    """Over many masks, mean and spread of the outputs are those that torch gives."""
    model = model_of(kind)

    def outputs(times):
        with torch.no_grad():
            return torch.stack([model(**batch).logits for _ in range(times)])

    times = 500
    theirs = outputs(times)
    with fast_model(model, halves=False):
        ours = outputs(times)
    noise = (ours.var(0) / times + theirs.var(0) / times).sqrt()
    apart = (ours.mean(0) - theirs.mean(0)) / noise.clamp_min(1e-6)
    assert apart.abs().max().item() < 5
    spread = ours.std(0).mean() / theirs.std(0).mean()
    assert spread.item() == pytest.approx(1.0, abs=0.1)


def test_parts_known_are_taken_over_and_given_back(batch):
    model = model_of("bert")
    with fast_model(model, halves=True):
        taken = [name for name, one in model.named_modules() if "forward" in vars(one)]
    assert sum(name.endswith((".attention.output", ".output")) for name in taken) == 4
    assert sum(name.endswith(".intermediate_act_fn") for name in taken) >= 1
    assert sum(name.endswith("query") for name in taken) == 2
    assert "bert.encoder" in taken
    with pytest.raises(KeyError), fast_model(model, halves=True):
        raise KeyError
    assert not [name for name, one in model.named_modules() if "forward" in vars(one)]
    assert model.config._attn_implementation == "sdpa"
    assert not len(module._packings)


def test_outside_training_nothing_changes(batch):
    model = model_of("bert").eval()
    before = model(**batch).logits
    with fast_model(model, halves=True):
        within = model(**batch).logits
    torch.testing.assert_close(before, within, rtol=1e-5, atol=1e-6)


class Lookalike(torch.nn.Module):
    """The parts of a half layer, put together in another way."""

    def __init__(self, how):
        super().__init__()
        self.dense, self.LayerNorm = torch.nn.Linear(6, 6), torch.nn.LayerNorm(6)
        self.dropout, self.how = torch.nn.Dropout(0.2), how

    def forward(self, x, residual):
        if self.how == "before":
            return self.dense(self.LayerNorm(x)) + self.dropout(residual)
        if self.how == "scaled":
            return self.LayerNorm(self.dropout(self.dense(x)) + 0.5 * residual)
        if self.how == "after":
            return self.LayerNorm(self.dropout(self.dense(x)) + residual) * 2.0
        if self.how == "three":
            raise TypeError("two given, three wanted")
        return self.LayerNorm(self.dropout(self.dense(x)) + residual)


@pytest.mark.parametrize("how", ["known", "before", "scaled", "after", "three"])
def test_only_what_computes_it_is_taken_for_a_half_layer(how):
    layer = Lookalike(how).train()
    state = torch.get_rng_state()
    assert module._joins(layer) is (how == "known")
    assert torch.equal(torch.get_rng_state(), state)


def test_models_with_an_attention_of_their_own_keep_it(batch):
    model = transformers.AutoModel.from_config(CONFIGS["bert"](), attn_implementation="eager")
    with fast_model(model.train(), halves=False) as taken:
        assert model.config._attn_implementation == "eager"
        assert not taken.packs
    with fast_model(torch.nn.Linear(2, 2), halves=False):
        pass


def test_what_it_does_not_know_goes_to_torch(monkeypatch):
    """A position bias, or causal attention: computed by torch, not left out."""
    query, key, value = (torch.randn(3, 2, 5, 4) for _ in range(3))
    layer = torch.nn.Module().train()
    monkeypatch.setattr(module, "attention", lambda *a, **k: pytest.fail("not for this"))
    bias = torch.randn(1, 2, 5, 5)
    for given in ({"position_bias": bias}, {"is_causal": True}):
        out, _ = module._attended(layer, query, key, value, None, dropout=P, **given)
        assert out.shape == (3, 5, 2, 4)


def test_layers_computed_twice_are_not_packed(batch):
    model = model_of("bert", **NONE)
    wanted = gradients(model, batch)[1]
    compute_twice(model, True)
    with fast_model(model, halves=False) as taken:
        found = gradients(model, batch)[1]
    assert not taken.packs
    for name, right in wanted.items():
        if right is not None:
            torch.testing.assert_close(found[name], right, rtol=1e-3, atol=1e-6)


def test_two_trainings_in_two_threads_do_not_mix(batch):
    models = [model_of("bert", **NONE) for _ in range(2)]
    other = {name: tensor[:, :7].clone() for name, tensor in batch.items()}
    batches = [batch, other]
    wanted = [gradients(model, given)[0] for model, given in zip(models, batches)]
    found = [[], []]

    def train(at):
        for _ in range(30):
            with fast_model(models[at], halves=False):
                found[at].append(gradients(models[at], batches[at])[0])

    threads = [threading.Thread(target=train, args=(at,)) for at in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for right, losses in zip(wanted, found):
        assert len(losses) == 30
        for loss in losses:
            torch.testing.assert_close(loss, right, rtol=1e-5, atol=1e-6)

"""Speed-ups must not change what is learnt: each is compared with doing without it."""

from __future__ import annotations

import copy
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.errors import AugmentError, InputError
from augment.train import passes
from augment.train.encoder import Encoder
from augment.train.finetune import fine_tune, predict
from augment.train.losses import class_weights
from augment.train.optimizer import step_clipped
from augment.train.passes import length_groups
from augment.train.precision import choose_device, choose_precision
from augment.train.recipe import Recipe
from augment.train.tokens import cut_note, cut_vocabulary, kept_places, tokenise

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"w{n}" for n in range(200))]
RECIPE = Recipe(lr=1e-3, loss="plain", precision="fp32", device="cpu")


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory):
    from transformers import BertTokenizerFast

    file = tmp_path_factory.mktemp("vocabulary") / "vocab.txt"
    file.write_text("\n".join(WORDS), encoding="utf-8")
    return BertTokenizerFast(str(file), model_max_length=64)


@pytest.fixture
def model():
    """Without dropout, so that two ways to the same step can be compared."""
    from transformers import BertConfig, BertForSequenceClassification

    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        num_labels=3,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return BertForSequenceClassification(config).eval()


@pytest.fixture
def texts():
    rng = np.random.default_rng(0)
    return [
        (" ".join(f"w{n}" for n in rng.integers(60, size=size)),) for size in [2, 30, 3, 28] * 6
    ]


LABELS = np.arange(24) % 3
BATCHES = np.random.default_rng(1).integers(24, size=(5, 8))


def weights(model):
    return {name: p.detach().clone() for name, p in model.named_parameters()}


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(1, 300), min_size=1, max_size=7), st.integers(0, 300))
def test_length_groups_are_the_cheapest_split(lengths, pass_cost):
    lengths = np.array(lengths)
    groups = length_groups(lengths, pass_cost)
    assert sorted(np.concatenate(groups).tolist()) == list(range(len(lengths)))

    def cost(parts):
        return sum(max(part) * len(part) + pass_cost for part in parts)

    ordered = sorted(lengths.tolist(), reverse=True)
    cheapest = min(
        cost([ordered[a:b] for a, b in itertools.pairwise([0, *cuts, len(ordered)])])
        for k in range(len(ordered))
        for cuts in itertools.combinations(range(1, len(ordered)), k)
    )
    assert cost([lengths[group].tolist() for group in groups]) == cheapest


@pytest.mark.parametrize("loss", ["plain", "weighted", "focal"])
def test_passes_by_length_make_the_same_step_as_one_pass(
    model, texts, tokenizer, monkeypatch, loss
):
    table = tokenise(texts, tokenizer, max_tokens=64)
    recipe = Recipe(lr=1e-3, loss=loss, precision="fp32", device="cpu")
    trained = []
    for pass_cost in (0, 10**6):
        monkeypatch.setitem(passes.PASS_COST, "cpu", pass_cost)
        one = copy.deepcopy(model)
        fine_tune(one, table, LABELS, BATCHES, recipe, seed=0)
        trained.append(weights(one))
    for name, value in trained[0].items():
        assert torch.allclose(value, trained[1][name], atol=2e-5), name


def test_cut_vocabulary_learns_the_same_model(model, texts, tokenizer):
    table = tokenise(texts, tokenizer, max_tokens=64)
    whole, small = copy.deepcopy(model), copy.deepcopy(model)
    cut = cut_vocabulary(small, table)
    assert small.get_input_embeddings().num_embeddings < len(WORDS) / 2
    rows = np.arange(len(texts))
    assert np.allclose(predict(whole, table, rows, RECIPE), predict(small, cut, rows, RECIPE))
    for one, tokens in ((whole, table), (small, cut)):
        fine_tune(one, tokens, LABELS, BATCHES, RECIPE, seed=0)
    for name, value in weights(small).items():
        if "word_embeddings" not in name:
            assert torch.allclose(value, weights(whole)[name], atol=1e-6), name
    assert np.allclose(
        predict(whole, table, rows, RECIPE), predict(small, cut, rows, RECIPE), atol=1e-5
    )


def test_batches_are_what_the_tokenizer_would_pad(texts, tokenizer):
    pairs = [(a, b) for (a,), (b,) in itertools.pairwise(texts)]
    for rows_texts, sides in ((texts, 1), (pairs, 2)):
        table = tokenise(rows_texts, tokenizer, max_tokens=20, truncation="end")
        rows = np.arange(len(rows_texts))
        ours = table.batch(rows)
        chosen = [rows_texts[row] for row in rows]
        theirs = tokenizer(
            *[[row[side] for row in chosen] for side in range(sides)],
            padding=True,
            truncation=True,
            max_length=20,
            return_tensors="pt",
        )
        for key, value in theirs.items():
            assert torch.equal(ours[key], value), key
    assert table.n_cut == sum(len(tokenizer(a, b)["input_ids"]) > 20 for a, b in pairs) > 0


@pytest.mark.parametrize(
    ("long", "told"),
    [(1, "1 text is longer than 4 tokens and loses its middle (--"), (2, "2 texts are longer")],
)
def test_texts_that_lose_something_are_counted(tokenizer, long, told):
    rows = [("w1 w2",), *[("w1 w2 w3 w4 w5",)] * long]
    table = tokenise(rows, tokenizer, max_tokens=4, truncation="middle")
    assert cut_note(table.n_cut, 4, "middle").startswith(told)


def test_long_texts_lose_their_middle(tokenizer):
    words = [f"w{n}" for n in range(60)]
    sides = [("w1 w2", " ".join(words)), ("w1 w2", "w3")]
    table = tokenise(sides, tokenizer, max_tokens=25)
    assert table.cut.tolist() == [True, False]
    whole = tokenizer(*sides[0])
    # [CLS] w1 w2 [SEP] and [SEP] stay, and of the 20 other places a quarter are from the start.
    places = [*range(9), *range(len(whole["input_ids"]) - 16, len(whole["input_ids"]))]
    row = table.batch(np.array([0]))
    assert row["input_ids"][0].tolist() == [whole["input_ids"][at] for at in places]
    assert row["token_type_ids"][0].tolist() == [whole["token_type_ids"][at] for at in places]


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 40), min_size=1, max_size=2),
    st.integers(4, 60),
    st.sampled_from(["middle", "end"]),
)
def test_what_is_left_of_a_row(lengths, max_tokens, truncation):
    special = [1]
    for length in lengths:
        special += [0] * length + [1]
    kept = kept_places(special, max_tokens, truncation)
    assert len(kept) == min(len(special), max_tokens)
    assert set(np.flatnonzero(special)) <= set(kept.tolist())
    left = [
        sum(1 for at in kept if start < at <= start + length)
        for start, length in zip(np.flatnonzero(special), lengths, strict=False)
    ]
    # The longer side gives first: one that is cut is as long as the others are, but for one.
    for one, length in zip(left, lengths, strict=True):
        assert one == length or one >= max(left) - 1
    assert np.all(np.diff(kept) > 0)


def test_predictions_keep_the_order_of_the_rows(model, texts, tokenizer, monkeypatch):
    table = tokenise(texts, tokenizer, max_tokens=64)
    rows = np.random.default_rng(0).permutation(len(texts))
    monkeypatch.setitem(passes.PREDICTION_TOKENS, "cpu", 40)
    found = predict(model, table, rows, RECIPE)
    alone = np.concatenate([predict(model, table, rows[n : n + 1], RECIPE) for n in range(24)])
    assert np.allclose(found, alone, atol=1e-6)
    assert np.allclose(found.sum(axis=1), 1)


def test_leaves_the_global_random_state_alone(model, texts, tokenizer):
    table = tokenise(texts, tokenizer, max_tokens=64)
    before = torch.random.get_rng_state()
    fine_tune(model, table, LABELS, BATCHES, RECIPE, seed=3)
    assert torch.equal(before, torch.random.get_rng_state())


def test_divergence_is_an_error_not_a_score(model, texts, tokenizer):
    table = tokenise(texts, tokenizer, max_tokens=64)
    with torch.no_grad():
        model.classifier.bias.fill_(float("nan"))
    with pytest.raises(AugmentError, match="smaller lr"):
        fine_tune(model, table, LABELS, BATCHES, RECIPE, seed=0)


def test_every_run_starts_from_the_same_weights(model, texts, tokenizer):
    encoder = Encoder(
        name="tiny",
        revision="",
        model=model,
        tokenizer=tokenizer,
        new_parameters=frozenset({"classifier.weight", "classifier.bias"}),
        max_tokens=64,
    )
    table = tokenise(texts, tokenizer, max_tokens=64)

    def start(seed):
        return encoder.fresh(generator=torch.Generator().manual_seed(seed))

    first = weights(start(1))
    fine_tune(start(1), table, LABELS, BATCHES, RECIPE, seed=0)
    again = start(1)
    assert all(torch.equal(value, first[name]) for name, value in weights(again).items())
    other = weights(start(2))
    changed = {name for name, value in other.items() if not torch.equal(value, first[name])}
    assert changed == {"classifier.weight"}


def test_class_weights_average_to_one():
    labels = np.array([0] * 6 + [1] * 3 + [2])
    found = class_weights(labels, 3)
    assert found[labels].mean() == pytest.approx(1.0)
    assert found[2] == pytest.approx(6 * found[0])


def test_precision_and_device():
    assert choose_precision("fp32", "cpu") == "fp32"
    assert choose_precision("bf16", "cpu") == "bf16"
    assert choose_precision("auto", "cpu") in ("fp32", "bf16")
    assert choose_device("cpu") == "cpu"
    if not torch.cuda.is_available():
        assert choose_device("auto") == "cpu"
        with pytest.raises(InputError, match="no CUDA device"):
            choose_device("cuda")


def test_clipping_within_the_optimizer_is_clipping():
    """One step equals torch's own clip and step, for long gradients and short ones."""
    model = torch.nn.Linear(6, 3)
    other = torch.nn.Linear(6, 3)
    other.load_state_dict(model.state_dict())
    ours, theirs = (torch.optim.AdamW(m.parameters(), lr=0.1, fused=True) for m in (model, other))
    for scale in (0.01, 50.0):
        gradients = [torch.randn(p.shape) * scale for p in model.parameters()]
        for p, q, g in zip(model.parameters(), other.parameters(), gradients, strict=True):
            p.grad, q.grad = g.clone(), g.clone()
        step_clipped(ours, list(model.parameters()), 1.0)
        torch.nn.utils.clip_grad_norm_(other.parameters(), 1.0)
        theirs.step()
    for p, q in zip(model.parameters(), other.parameters(), strict=True):
        torch.testing.assert_close(p, q)

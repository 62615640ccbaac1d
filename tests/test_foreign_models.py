"""Classifiers of other origin: what each architecture takes, and heads that choose no one class."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
import transformers

from augment.errors import InputError
from augment.train.encoder import load_encoder, longest_input
from augment.train.optimizer import adamw
from augment.train.predictor import Predictor
from augment.train.saved_model import load_saved
from augment.train.testing import tiny_encoder
from augment.train.train_model import train_model

WORDS = ["the", "film", "was", "good", "bad"]
TEXTS = ["the film was good", "bad", "good good film", "the the bad"]
WIDE = {
    "hidden_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "vocab_size": 10,
    "type_vocab_size": 2,
}
#: Their tokens are numbered from behind the place of the padding.
NUMBERED_BEHIND_PADDING = {
    "Roberta": {},
    "XLMRoberta": {},
    "Camembert": {},
    "MPNet": {},
    "Longformer": {"attention_window": 8},
    "Data2VecText": {},
    "XLMRobertaXL": {},
}


@pytest.fixture(scope="module")
def encoder(tmp_path_factory):
    torch.set_num_threads(1)
    return tiny_encoder(tmp_path_factory.mktemp("foreign") / "bert", WORDS)


def classifier(folder, encoder, **settings):
    """A finished classifier of the transformers library, around that encoder."""
    torch.manual_seed(0)
    model = transformers.AutoModelForSequenceClassification.from_pretrained(encoder, **settings)
    model.save_pretrained(folder)
    transformers.AutoTokenizer.from_pretrained(encoder).save_pretrained(folder)
    return str(folder)


def edit(folder, name, **fields):
    file = folder / name
    file.write_text(json.dumps({**json.loads(file.read_text()), **fields}))


@pytest.fixture
def xlnet(tmp_path):
    """A classifier without a limit, which answers by the last place of a row."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    words = ["<pad>", "<unk>", "<cls>", "<sep>", *WORDS]
    inside = Tokenizer(models.WordLevel({word: n for n, word in enumerate(words)}, "<unk>"))
    inside.pre_tokenizer = pre_tokenizers.Whitespace()
    inside.post_processor = processors.TemplateProcessing(
        single="$A <sep> <cls>", special_tokens=[("<sep>", 3), ("<cls>", 2)]
    )
    marks = {f"{name}_token": f"<{name}>" for name in ("pad", "unk", "cls", "sep")}
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=inside, padding_side="left", **marks
    )
    config = transformers.XLNetConfig(
        **{"vocab_size": 9, "d_model": 32, "n_layer": 1, "n_head": 2, "d_inner": 32},
        **{"pad_token_id": 0, "initializer_range": 0.3, "id2label": {0: "neg", 1: "pos"}},
    )
    torch.manual_seed(0)
    model = transformers.XLNetForSequenceClassification(config).eval()
    model.save_pretrained(tmp_path / "xlnet")
    tokenizer.save_pretrained(tmp_path / "xlnet")
    return model, tokenizer, tmp_path / "xlnet"


def test_a_model_without_a_limit_reads_its_texts_in_any_company(xlnet):
    model, tokenizer, folder = xlnet
    found = Predictor(folder, device="cpu", precision="fp32")
    assert found.max_tokens == 512
    for text, row in zip(TEXTS, found.predict_proba(TEXTS), strict=True):
        with torch.no_grad():
            wanted = model(**tokenizer(text, return_tensors="pt")).logits.softmax(-1).numpy()
        assert np.allclose(row, wanted[0], atol=1e-5)
    assert load_encoder(str(folder), labels=("neg", "pos")).tokens_read(None) == 256


@pytest.mark.parametrize("kind", ["Bert", "Electra", *NUMBERED_BEHIND_PADDING])
def test_texts_of_the_full_length_fit_the_position_table(encoder, kind):
    behind = kind in NUMBERED_BEHIND_PADDING
    options = {**WIDE, "max_position_embeddings": 40, "pad_token_id": 1 if behind else 0}
    options |= NUMBERED_BEHIND_PADDING.get(kind, {})
    config = getattr(transformers, f"{kind}Config")(**options)
    model = transformers.AutoModelForSequenceClassification.from_config(config).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(encoder)
    longest = longest_input("m", model, tokenizer)
    assert longest == (38 if behind else 40)
    ids = torch.full((1, longest), 6)
    with torch.no_grad():
        assert model(input_ids=ids, attention_mask=torch.ones_like(ids)).logits.isfinite().all()


def test_rates_that_fall_by_layers_want_layers_that_can_be_told_apart():
    config = transformers.AlbertConfig(**WIDE, embedding_size=16)
    model = transformers.AutoModelForSequenceClassification.from_config(config)
    assert adamw(model, lr=0.1, weight_decay=0.0).param_groups
    with pytest.raises(InputError, match=r"layer_decay=0\.9: .*no layers that can be told apart"):
        adamw(model, lr=0.1, weight_decay=0.0, layer_decay=0.9)


@pytest.mark.parametrize(
    ("name", "field", "value", "room"),
    [
        ("tokenizer_config.json", "model_max_length", 3, 3),
        ("config.json", "max_position_embeddings", 2, 2),
    ],
)
def test_a_model_that_no_text_fits_is_refused(encoder, tmp_path, name, field, value, room):
    folder = tmp_path / "m"
    if name == "config.json":
        folder = tiny_encoder(folder, WORDS)
        config = transformers.AutoConfig.from_pretrained(folder, max_position_embeddings=value)
        transformers.AutoModel.from_config(config).save_pretrained(folder)
    else:
        classifier(folder, encoder, num_labels=2)
        edit(folder, name, **{field: value})
    with pytest.raises(InputError, match=rf"{field}\) leaves room for {room} tokens") as error:
        load_encoder(str(folder), labels=("neg", "pos"))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"num_labels": 3, "problem_type": "multi_label_classification"},
            "any number of its classes",
        ),
        ({"num_labels": 3, "problem_type": "regression"}, "gives 3 scores"),
        ({"num_labels": 1}, "one output, a score"),
    ],
)
def test_heads_that_choose_no_one_class_are_refused(encoder, tmp_path, settings, message):
    names = ["toxic", "obscene", "insult"][: settings["num_labels"]]
    folder = classifier(tmp_path / "m", encoder, **settings, id2label=dict(enumerate(names)))
    for labels in (None, names, ["no", "yes"]):
        with pytest.raises(InputError, match=rf"{message}.*augment train DATA.csv") as error:
            load_saved(folder, labels=labels)
        assert "\n" not in str(error.value)


def test_a_model_trained_from_such_a_head_says_what_it_does_now(encoder, tmp_path):
    base = classifier(
        tmp_path / "base", encoder, num_labels=3, problem_type="multi_label_classification"
    )
    rows = pd.DataFrame(
        {"text": [f"{text} {n}" for n in range(10) for text in TEXTS], "label": ["a", "b"] * 20}
    )
    options = {"model": base, "steps": 3, "batch_size": 8, "device": "cpu", "precision": "fp32"}
    folder = tmp_path / "out"
    train_model(rows, **options, out=folder)
    assert json.loads((folder / "config.json").read_text()).get("problem_type") is None
    found = Predictor(folder, device="cpu", precision="fp32").predict_proba(TEXTS)
    pipeline = transformers.pipeline("text-classification", str(folder), top_k=None)
    for text, row in zip(TEXTS, found, strict=True):
        wanted = {one["label"]: one["score"] for one in pipeline([text])[0]}
        assert np.allclose(row, [wanted["a"], wanted["b"]], atol=1e-5)

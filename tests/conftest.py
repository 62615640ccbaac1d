"""Small translation models made on the spot, once per session: nothing is downloaded.

The made-up language ("eo" here) replaces every English word by one of its own, puts adjectives
behind their noun and the verb at the end, so a translation can be checked word by word. Two
English adjectives share a word in it: on the way back there are several right answers.

Also what several files about the paraphrase filter ask alike.
"""

import itertools
import json
import os
import random
import shutil
import warnings
from contextlib import contextmanager
from types import SimpleNamespace

import pytest

from augment.filters import FilterSettings, build_filters
from augment.models.lock import alone
from augment.pipeline import Pipeline
from augment.records import Candidate

# The workers of a parallel run share the processors: one thread each, also in what they start.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")

#: Files that take longest. They come first (`--no-loadscope-reorder` keeps the order): begun at the
#: end, where files of few tests would be, one of them is what all other workers wait for.
LONGEST = (
    "test_documents", "test_kfold", "test_kill", "test_train_model", "test_models",
    "test_label_check", "test_kfold_options", "test_demo", "test_train_fast_model",
    "test_notebooks", "test_founding_examples", "test_text_classifier", "test_train_kernels",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    place = {name: at for at, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.stem, len(LONGEST)))


NOUNS = {"house": "domo", "film": "kino", "book": "libro", "train": "vagono", "garden": "parko"}
ADJECTIVES = {
    "big": "granda", "large": "granda", "old": "maljuna", "ancient": "maljuna",
    "good": "bona", "fine": "bona", "red": "ruga", "quiet": "kvieta",
}  # fmt: skip
VERBS = {"shows": "montras", "hides": "kasas", "likes": "amas"}
ARTICLES = {"the": "la", "a": "unu"}


def phrases():
    """(words in English, words in the made-up language), all that there are."""
    for article, adjective, noun in itertools.product(ARTICLES, ADJECTIVES, NOUNS):
        yield (
            [article, adjective, noun],
            [ARTICLES[article], NOUNS[noun], ADJECTIVES[adjective]],
        )


def made_up(words):
    """Translate an English sentence "article adjective noun verb article adjective noun"."""
    (a1, j1, n1), verb, (a2, j2, n2) = words[:3], words[3], words[4:]
    return [
        ARTICLES[a1], NOUNS[n1], ADJECTIVES[j1], ARTICLES[a2], NOUNS[n2], ADJECTIVES[j2],
        VERBS[verb],
    ]  # fmt: skip


def sentences(count, seed=0):
    """Different English sentences of the made-up grammar."""
    parts = [english for english, _ in phrases()]
    draw = random.Random(seed)
    found = {}
    while len(found) < count:
        words = [*draw.choice(parts), draw.choice(list(VERBS)), *draw.choice(parts)]
        found[" ".join(words)] = None
    return list(found)


def pairs(count, seed=0):
    return [(text, " ".join(made_up(text.split()))) for text in sentences(count, seed)]


def write_pieces(path, texts, kind="unigram"):
    """Train a sentencepiece model that knows every word as one piece, and its letters."""
    import sentencepiece

    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts * 3),
        model_prefix=str(path.with_suffix("")),
        vocab_size=600,
        hard_vocab_limit=False,
        model_type=kind,
        character_coverage=1.0,
        minloglevel=2,
    )
    path.with_suffix(".model").rename(path)
    path.with_suffix(".vocab").unlink()
    model = sentencepiece.SentencePieceProcessor(model_file=str(path))
    return [model.id_to_piece(n) for n in range(model.get_piece_size())]


def marian_folder(
    folder, source, target, tokens=(), *, width=64, seed=1, kind="unigram", pair="en-eo"
):
    """An untrained Marian model with its tokenizer, as the hub has them."""
    import torch
    from transformers import MarianConfig, MarianMTModel

    folder.mkdir(parents=True)
    left = write_pieces(folder / "source.spm", source, kind)
    right = write_pieces(folder / "target.spm", target, kind)
    special = ("<s>", "</s>", "<unk>")
    pieces = [p for p in dict.fromkeys([*left, *right]) if p not in special]
    vocabulary = ["</s>", "<unk>", *tokens, *pieces, "<pad>"]
    (folder / "vocab.json").write_text(
        json.dumps({piece: n for n, piece in enumerate(vocabulary)}), encoding="utf-8"
    )
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"source_lang": pair[:2], "target_lang": pair[3:], "model_max_length": 512,
                    "tokenizer_class": "MarianTokenizer"})
    )  # fmt: skip
    pad = len(vocabulary) - 1
    config = MarianConfig(
        vocab_size=len(vocabulary), d_model=width, encoder_layers=2, decoder_layers=2,
        encoder_attention_heads=4, decoder_attention_heads=4, encoder_ffn_dim=2 * width,
        decoder_ffn_dim=2 * width, max_position_embeddings=128, pad_token_id=pad, eos_token_id=0,
        decoder_start_token_id=pad, forced_eos_token_id=None, scale_embedding=True, dropout=0.0,
        activation_function="swish", bad_words_ids=[[pad]], static_position_embeddings=True,
    )  # fmt: skip
    torch.manual_seed(seed)
    model = MarianMTModel(config).eval()
    model.save_pretrained(folder)
    return folder


def train(folder, examples, *, token="", steps=600, rows=48):
    """Train a Marian folder on (source, target) texts until it knows them, on one thread.

    With several, sums are added up in another order on every machine, and what such a small model
    ends up knowing is not quite the same.
    """
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        return _train(folder, examples, token, steps, rows)
    finally:
        torch.set_num_threads(threads)


def _train(folder, examples, token, steps, rows):
    import torch
    from transformers import MarianMTModel, MarianTokenizer

    model = MarianMTModel.from_pretrained(folder).train()
    tokenizer = MarianTokenizer.from_pretrained(folder)
    pad = model.config.pad_token_id
    left = tokenizer([token + s for s, _ in examples])["input_ids"]
    right = tokenizer(text_target=[t for _, t in examples])["input_ids"]
    draw = random.Random(0)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003, weight_decay=0.01)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.002, total_steps=steps)

    def padded(rows, fill):
        longest = max(map(len, rows))
        return torch.tensor([row + [fill] * (longest - len(row)) for row in rows])

    losses = []
    for _ in range(steps):
        at = draw.sample(range(len(examples)), rows)
        ids = padded([left[n] for n in at], pad)
        labels = padded([right[n] for n in at], -100)
        loss = model(input_ids=ids, attention_mask=(ids != pad).long(), labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        rate.step()
        with torch.no_grad():  # as in published models: the decoder starts from a vector of zeros
            model.get_input_embeddings().weight[pad] = 0
        losses.append(loss.item())
    model.eval().save_pretrained(folder)
    return losses


@pytest.fixture(scope="session")
def taught(tmp_path_factory):
    """Two trained models, there and back, as folders of the hub: taught / "en-eo", "eo-en".

    Read only: the workers of a parallel run share them, and the first that wants them makes them.
    """
    base = tmp_path_factory.getbasetemp()
    root = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "taught"
    examples = pairs(1500)
    back = [(target, source) for source, target in examples]
    with alone(root.with_suffix(".lock")):
        for name, texts in (("en-eo", examples), ("eo-en", back)):
            if not (root / name).exists():
                left, right = ([text[n] for text in texts] for n in (0, 1))
                with quiet():
                    teach(root / f"{name}.made" / name, left, right, texts)
                (root / f"{name}.made" / name).rename(root / name)
    return root


def teach(folder, left, right, texts):
    """Train until the model knows the language: how many steps that takes differs by processor."""
    unseen = [pair for pair in pairs(1600) if pair[0] not in {*left, *right}]
    backwards = folder.name == "eo-en"
    for steps in (300, 600):
        shutil.rmtree(folder, ignore_errors=True)
        marian_folder(folder, left, right, kind="word", width=128, pair=folder.name)
        train(folder, texts, steps=steps)
        asked = [pair[backwards] for pair in unseen]
        answers = translated(folder, asked)
        if backwards:
            right_ones = sum(
                valid(text) and " ".join(made_up(text.split())) == source
                for text, source in zip(answers, asked, strict=True)
            )
        else:
            right_ones = sum(a == pair[1] for a, pair in zip(answers, unseen, strict=True))
        if right_ones == len(unseen):
            return
    pytest.fail(f"{folder.name}: {right_ones} of {len(unseen)} right after {steps} steps")


def valid(text):
    """Whether a text is a sentence of the English that is translated."""
    words = text.split()
    kinds = (ARTICLES, ADJECTIVES, NOUNS, VERBS, ARTICLES, ADJECTIVES, NOUNS)
    return len(words) == 7 and all(w in kind for w, kind in zip(words, kinds, strict=True))


def translated(folder, texts):
    """Greedy translations by transformers."""
    import torch
    from transformers import MarianMTModel, MarianTokenizer

    model = MarianMTModel.from_pretrained(folder).eval()
    tokenizer = MarianTokenizer.from_pretrained(folder)
    with torch.inference_mode():
        inputs = tokenizer(texts, return_tensors="pt", padding=True)
        made = model.generate(**inputs, num_beams=1, do_sample=False, max_length=40)
    return tokenizer.batch_decode(made, skip_special_tokens=True)


@contextmanager
def quiet():
    """Keep bars and advice of the libraries out of the way while models are made."""
    from transformers.utils import logging

    logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.enable_progress_bar()


@pytest.fixture(scope="session")
def model_shelf(taught, tmp_path_factory):
    """A home with both trained models."""
    from augment.models.fetch import FetchOptions, fetch_model

    home = tmp_path_factory.mktemp("shelf") / "models"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUGMENT_MODELS", str(home))
        for name in ("en-eo", "eo-en"):
            fetch_model(name, FetchOptions(folder=taught / name))
    return home


@pytest.fixture
def models(model_shelf, monkeypatch):
    """The home with both trained models, for this test to use, not to change."""
    monkeypatch.setenv("AUGMENT_MODELS", str(model_shelf))
    return model_shelf


def many_language_folder(folder, texts, family):
    """An untrained M2M100 or NLLB model with its tokenizer, as the hub has them."""
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration

    folder.mkdir(parents=True)
    pieces = write_pieces(folder / "sentencepiece.bpe.model", texts, "bpe")
    words = ["<s>", "<pad>", "</s>", "<unk>", *pieces[3:]]
    if family == "m2m100":
        (folder / "vocab.json").write_text(
            json.dumps({piece: n for n, piece in enumerate(words)}), encoding="utf-8"
        )
        size = len(words) + 100 + 8
    else:
        size = len(words) + 202 + 1 + 2
    config = M2M100Config(
        vocab_size=size, d_model=32, encoder_layers=2, decoder_layers=2, encoder_ffn_dim=64,
        encoder_attention_heads=4, decoder_attention_heads=4, decoder_ffn_dim=64,
        max_position_embeddings=128, decoder_start_token_id=2, scale_embedding=True,
    )  # fmt: skip
    torch.manual_seed(4)
    with quiet():
        M2M100ForConditionalGeneration(config).eval().save_pretrained(folder)
        if family == "nllb":
            write_nllb_tokenizer(folder, len(words))
    return folder


def write_nllb_tokenizer(folder, first):
    """Write tokenizer.json as the hub has it: the languages behind the pieces, then the mask."""
    from transformers import NllbTokenizer
    from transformers.models.nllb.tokenization_nllb import FAIRSEQ_LANGUAGE_CODES as CODES

    NllbTokenizer.from_pretrained(folder).save_pretrained(folder)
    path = folder / "tokenizer.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    mask = next(one for one in whole["added_tokens"] if one["content"] == "<mask>")
    plain = {**mask, "lstrip": False, "normalized": False}
    whole["added_tokens"].remove(mask)
    whole["added_tokens"] += [
        {**plain, "content": code, "id": first + n} for n, code in enumerate(CODES)
    ]
    whole["added_tokens"].append({**mask, "id": first + len(CODES)})
    whole["model"]["vocab"].pop("<mask>", None)
    path.write_text(json.dumps(whole), encoding="utf-8")


@pytest.fixture(scope="session")
def world():
    """The functions above, for tests."""
    return SimpleNamespace(
        pairs=pairs, sentences=sentences, made_up=made_up, marian_folder=marian_folder,
        many_language_folder=many_language_folder, quiet=quiet, write_pieces=write_pieces,
        adjectives=ADJECTIVES,
    )  # fmt: skip


@pytest.fixture
def untaught(tmp_path):
    """A folder with an untrained Marian model, en to eo."""
    examples = pairs(200)
    with quiet():
        return marian_folder(
            tmp_path / "untaught", [a for a, _ in examples], [b for _, b in examples]
        )


@pytest.fixture(scope="session")
def refusal():
    """Why one check by itself refuses a pair; "" where it passes."""

    def told(name, original, text, language="en", *, marks=(), **more):
        checks = build_filters(FilterSettings(language=language, **more), disabled=["similarity"])
        [check] = [one for one in checks if one.name == name]
        [finding] = check.check([Candidate(0, original, text, marks=marks)])
        return finding.detail

    return told


@pytest.fixture
def renamed(tmp_path):
    """Copy a model folder, with other names of its two classes."""

    def copied(model, *names):
        folder = tmp_path / "renamed"
        shutil.copytree(model, folder)
        config = json.loads((folder / "config.json").read_text())
        config["id2label"] = {str(number): name for number, name in enumerate(names)}
        (folder / "config.json").write_text(json.dumps(config))
        return str(folder)

    return copied


@pytest.fixture
def deadly_poison(monkeypatch):
    """Programs die of a text that has the word in it."""
    real = Pipeline.run

    def fragile(self, pieces):
        if any("poison" in piece for piece in pieces):
            for program in self._programs:
                program.kill()
        return real(self, pieces)

    monkeypatch.setattr(Pipeline, "run", fragile)

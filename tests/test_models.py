"""Models on disk: names, fetch from a folder, verify, damage, remove."""

import json
import os
import pickle
import re
import shutil
from pathlib import Path

import pytest

from augment.cli import main
from augment.errors import DamagedFileError, InputError
from augment.models import check
from augment.models.fetch import FetchOptions, fetch_model
from augment.models.home import WORKSHOP, damage, find_installed, installed, model_home, read_record
from augment.models.names import KNOWN, candidates, published, resolve, source_languages


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AUGMENT_MODELS", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def copies(model_shelf, home):
    """A home with copies of the trained models, to be changed."""
    shutil.copytree(model_shelf, home)
    return home


@pytest.mark.parametrize(
    ("name", "repo", "pair"),
    [
        ("en-fr", "Helsinki-NLP/opus-mt-en-fr", ("en", "fr")),
        ("English>French", "Helsinki-NLP/opus-mt-en-fr", ("en", "fr")),
        ("eng-fra", "Helsinki-NLP/opus-mt-en-fr", ("en", "fr")),
        ("en → fr", "Helsinki-NLP/opus-mt-en-fr", ("en", "fr")),
        ("en-ja", "Helsinki-NLP/opus-mt-en-jap", ("en", "ja")),
        ("en-pt", "Helsinki-NLP/opus-mt-tc-big-en-pt", ("en", "pt")),
        ("pt_BR-en", "Helsinki-NLP/opus-mt-pt-en", ("pt", "en")),
        ("opus-mt-en-jap", "Helsinki-NLP/opus-mt-en-jap", ("en", "ja")),
        ("Helsinki-NLP/opus-mt-tc-big-en-pt", "Helsinki-NLP/opus-mt-tc-big-en-pt", ("en", "pt")),
        ("Helsinki-NLP/opus-mt-en-ROMANCE", "Helsinki-NLP/opus-mt-en-ROMANCE", ()),
        ("nllb", "facebook/nllb-200-distilled-600M", ()),
        ("M2M100", "facebook/m2m100_418M", ()),
        ("someone/else", "someone/else", ()),
    ],
)
def test_a_name_means_a_model(name, repo, pair):
    wanted = resolve(name)
    assert (wanted.repos[0], wanted.pair) == (repo, pair)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("en-xqx", "unknown language 'xqx'"),
        ("en-frenche", "French"),
        ("nlbb", "did you mean 'nllb'"),
        ("en-en", "to itself"),
        ("model", "a directed pair of languages such as en-fr"),
        ("", "a directed pair"),
    ],
)
def test_a_name_that_means_none(name, said):
    with pytest.raises(InputError, match=said):
        resolve(name)


def test_pairs_without_a_model_of_their_own_go_to_a_group():
    assert "Helsinki-NLP/opus-mt-en-ROMANCE" in candidates("en", "pt")
    assert "Helsinki-NLP/opus-mt-gmq-en" in candidates("no", "en")
    assert "Helsinki-NLP/opus-mt-itc-itc" in candidates("fr", "it")
    assert source_languages("Helsinki-NLP/opus-mt-ROMANCE-en")[:3] == ("fr", "es", "pt")
    assert published("en", "no")
    assert not published("fr", "ko")


def test_where_models_lie(monkeypatch):
    monkeypatch.delenv("AUGMENT_MODELS", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/c")
    assert model_home() == Path("/c/augment/models")
    monkeypatch.setenv("AUGMENT_MODELS", "/m")
    assert model_home() == Path("/m")


def test_a_folder_becomes_a_model(models, taught):
    model = read_record(find_installed("en-eo")[0])
    assert model.name == "local/en-eo"
    assert model.pairs == {("en", "eo")}
    assert model.quantization == "int8"
    assert model.reference["agreement"] > 0.95
    assert len(model.reference["outputs"]) == len(model.reference["sentences"]) == 6
    assert set(model.files) == {
        "config.json", "model.bin", "shared_vocabulary.json", "source.spm", "target.spm",
        "vocab.json",
    }  # fmt: skip
    assert not [p for p in (models / WORKSHOP).iterdir()]
    # 8-bit weights: a quarter of the original's size, and a little for what stays in 32 bits
    assert (
        model.files["model.bin"]["size"]
        < 0.4 * (taught / "en-eo" / "model.safetensors").stat().st_size
    )


def test_verify_says_whole(models, capsys):
    assert main(["models", "verify"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"local/en-eo: whole; (9\d|100)% of the words of 6 sentences", out)
    assert main(["models", "verify", "eo-en", "--json"]) == 0
    (about,) = json.loads(capsys.readouterr().out)
    assert about["wrong"] == []
    assert about["drift"] < 0.05


def shorten(path):
    path.write_bytes(path.read_bytes()[:-7])


def flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("name", "harm", "said"),
    [
        ("model.bin", shorten, "recorded:"),
        ("model.bin", flip, "sha256"),
        ("target.spm", Path.unlink, "missing"),
        ("augment.json", Path.unlink, "no record"),
        ("augment.json", lambda path: path.write_text('{"format": 99}'), "newer version"),
        ("augment.json", lambda path: path.write_text("[]"), "no record"),
    ],
)
def test_damage_is_named_and_the_model_not_used(copies, capsys, name, harm, said):
    folder = copies / "local--en-eo"
    harm(folder / name)
    assert main(["models", "verify", "local/en-eo"]) == 1
    out = capsys.readouterr().out
    assert name in out
    assert said in out
    assert damage(folder)
    from augment.errors import PairError
    from augment.translators.neural import marian

    with pytest.raises((DamagedFileError, PairError, RuntimeError, OSError), match="en-eo|en → eo"):
        marian().open("en", "eo").translate(["the big house shows a red film"])


def test_remove_and_list(copies, capsys):
    assert main(["models", "list", "--json"]) == 0
    assert [one["name"] for one in json.loads(capsys.readouterr().out)] == [
        "local/en-eo",
        "local/eo-en",
    ]
    assert main(["models", "remove", "en-eo"]) == 0
    assert "removed local--en-eo" in capsys.readouterr().out
    assert [model.name for model in installed()] == ["local/eo-en"]
    assert main(["models", "remove", "en-eo"]) == 2
    assert "no model 'en-eo' on this machine" in capsys.readouterr().err


def test_a_model_that_is_here_is_not_replaced_unasked(copies, taught):
    before = (copies / "local--en-eo" / "model.bin").stat().st_mtime_ns
    with pytest.raises(InputError, match="here already.*--force"):
        fetch_model("en-eo", FetchOptions(folder=taught / "en-eo"))
    assert (copies / "local--en-eo" / "model.bin").stat().st_mtime_ns == before
    model = fetch_model("en-eo", FetchOptions(folder=taught / "en-eo", force=True))
    assert model.folder == copies / "local--en-eo"
    assert not damage(model.folder)


def test_a_conversion_that_says_other_things_is_not_taken(home, untaught, monkeypatch):
    """The decoder of a published model starts from zeros; where it does not, words change."""
    import torch
    from safetensors.torch import load_file, save_file

    path = untaught / "model.safetensors"
    weights = load_file(path)
    torch.manual_seed(0)
    for tensor in weights.values():  # larger numbers: an untrained model says nothing much
        if tensor.dim() > 1:
            tensor.mul_(8)
    start = json.loads((untaught / "config.json").read_text())["decoder_start_token_id"]
    weights["model.shared.weight"][start] = torch.randn_like(weights["model.shared.weight"][0]) * 5
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(DamagedFileError, match="not taken.*says other things than the original"):
        fetch_model("en-eo", FetchOptions(folder=untaught, quantization="float32"))
    assert installed() == []
    assert list((home / WORKSHOP).iterdir()) == []


def test_a_shifted_vocabulary_is_noticed(home, untaught):
    table = json.loads((untaught / "vocab.json").read_text())
    words = sorted(table, key=table.__getitem__)
    del words[5]
    (untaught / "vocab.json").write_text(json.dumps({w: n for n, w in enumerate(words)}))
    with pytest.raises(InputError, match="files of two models were mixed"):
        fetch_model("en-eo", FetchOptions(folder=untaught))


def test_other_pieces_than_the_original_are_noticed(home, untaught, monkeypatch):
    from augment.translators.subwords import Subwords

    whole = Subwords.cut
    monkeypatch.setattr(Subwords, "cut", lambda self, texts: [p[1:] for p in whole(self, texts)])
    with pytest.raises(DamagedFileError, match="cuts .* into"):
        fetch_model("en-eo", FetchOptions(folder=untaught))


class Loud:
    def __reduce__(self):
        return (os.mkdir, ("pickle_was_run",))


def test_nothing_in_a_pickle_is_run(home, untaught, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (untaught / "model.safetensors").unlink()
    (untaught / "pytorch_model.bin").write_bytes(pickle.dumps({"weight": Loud()}))
    with pytest.raises(InputError, match="could not be converted"):
        fetch_model("en-eo", FetchOptions(folder=untaught))
    assert not (tmp_path / "pickle_was_run").exists()


def test_weights_in_a_pickle_of_plain_tensors_are_read(home, untaught):
    import torch
    from safetensors.torch import load_file

    torch.save(load_file(untaught / "model.safetensors"), untaught / "pytorch_model.bin")
    (untaught / "model.safetensors").unlink()
    assert fetch_model("en-eo", FetchOptions(folder=untaught)).pairs == {("en", "eo")}


def test_target_tokens_of_a_group_model_are_read_from_its_vocabulary(home, world, tmp_path):
    examples = world.pairs(100)
    folder = tmp_path / "group"
    with world.quiet():
        world.marian_folder(
            folder,
            [a for a, _ in examples],
            [b for _, b in examples],
            tokens=(">>fra<<", ">>spa<<", ">>pt_BR<<", ">>xxx<<"),
        )
    model = fetch_model("Helsinki-NLP/opus-mt-en-ROMANCE", FetchOptions(folder=folder))
    assert model.sources == {"en": ""}
    assert model.targets == {"fr": ">>fra<<", "es": ">>spa<<", "pt": ">>pt_BR<<"}
    with pytest.raises(InputError, match="does not translate into it; it knows: es, fr, pt"):
        fetch_model("en-it", FetchOptions(folder=folder))


@pytest.mark.parametrize("family", ["m2m100", "nllb"])
def test_many_languages(home, world, tmp_path, family):
    texts = [*world.sentences(100), *check.fixed_sentences("en"), *check.fixed_sentences("fr")]
    folder = world.many_language_folder(tmp_path / family, texts, family)
    model = fetch_model(family, FetchOptions(folder=folder, accept_licence=True))
    assert model.family == family
    assert model.name == f"local/{family}"
    assert model.licence == {"m2m100": "unknown", "nllb": "CC-BY-NC-4.0"}[family]
    assert KNOWN[family] == set(model.sources)
    assert model.targets["fr"] == {"m2m100": "__fr__", "nllb": "fra_Latn"}[family]
    assert model.targets["zh"] == {"m2m100": "__zh__", "nllb": "zho_Hans"}[family]
    assert check.verify(model.folder).whole


def test_a_folder_of_another_pair_is_refused(home, untaught):
    told = "translates into eo, as its tokenizer_config.json says, and en-fr translates into fr"
    with pytest.raises(InputError, match=told):
        fetch_model("en-fr", FetchOptions(folder=untaught))
    with pytest.raises(InputError, match=r"translates from en, .* and fr-eo translates from fr"):
        fetch_model("fr-eo", FetchOptions(folder=untaught))


def test_a_licence_against_commercial_use_is_asked_for_before_the_download(home, capsys, tmp_path):
    assert main(["models", "fetch", "nllb"]) == 2
    said = capsys.readouterr().err
    assert "CC-BY-NC-4.0" in said
    assert "--accept-licence" in said
    assert "2.5 GB" in said
    assert not home.exists()


BAD = [
    (["fetch"], "fetch what?"),
    (["fetch", "en-fr", "fr-en", "--from", "x"], "--from goes with fetch and one name"),
    (["list", "en-fr"], "takes no name"),
    (["fetch", "en-fr", "--quantization", "int4"], "int8_float16"),
    (["fetch", "en-fr", "--from", "nowhere"], "nowhere is no folder"),
    (["fetch", "en-fr", "--from", "empty"], "config.json cannot be read"),
    (["fetch", "en-fr", "--from", "bert"], "model of type 'bert'"),
    (["fetch", "en-fr", "--from", "bare"], "lacks source.spm, target.spm, vocab.json"),
    (["fetch", "nllb", "--from", "bare"], "lacks source.spm"),
    (["verify", "en-fr"], "no model 'en-fr' on this machine (here: none yet)"),
    (["fetch", "en-qxq"], "unknown language 'qxq'"),
    (["fetch", "en-fr", "--sentences", "nope.txt"], "--sentences nope.txt cannot be read"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD)
def test_bad_input(home, tmp_path, monkeypatch, capsys, arguments, said):
    monkeypatch.chdir(tmp_path)
    for name, kind in (("bert", "bert"), ("bare", "marian")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text(json.dumps({"model_type": kind}))
    (tmp_path / "empty").mkdir()
    if arguments[:2] == ["fetch", "nllb"]:
        arguments = [*arguments, "--accept-licence"]
    assert main(["models", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_no_room_on_the_disk(home, untaught, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(9, 9, 9))
    with pytest.raises(InputError, match="GB are needed .* AUGMENT_MODELS"):
        fetch_model("en-eo", FetchOptions(folder=untaught))


def test_a_home_that_cannot_be_written(tmp_path, untaught, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("AUGMENT_MODELS", str(tmp_path / "file" / "models"))
    with pytest.raises(InputError, match="AUGMENT_MODELS"):
        fetch_model("en-eo", FetchOptions(folder=untaught))


def test_a_missing_extra_names_the_line_that_installs_it(home, untaught, monkeypatch, capsys):
    import sys

    monkeypatch.setitem(sys.modules, "ctranslate2", None)
    monkeypatch.setitem(sys.modules, "ctranslate2.converters", None)
    assert main(["models", "fetch", "en-eo", "--from", str(untaught)]) == 2
    assert 'pip install "augment-text[local]"' in capsys.readouterr().err

"""State dicts of home-made scripts become model folders; pickled programs are not run."""

from __future__ import annotations

import shlex

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch
from torch import nn

from augment.cli import main
from augment.errors import DamagedFileError, InputError
from augment.train.convert_checkpoint import convert_checkpoint
from augment.train.predictor import Predictor
from augment.train.testing import tiny_encoder

WORDS = ["the", "film", "was", "good", "bad"]
TEXTS = ["the film was good", "bad", "good good film"]


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("bases")
    kinds = ("bert", "electra", "distilbert")
    return {kind: str(tiny_encoder(folder / kind, WORDS, kind=kind)) for kind in kinds}


class Founding(nn.Module):
    """An encoder, dropout and a linear layer, as training scripts write it."""

    def __init__(self, base, *, encoder="bert", head="fc", classes=3):
        super().__init__()
        from transformers import AutoModel

        self.names = encoder, head
        setattr(self, encoder, AutoModel.from_pretrained(base))
        self.dropout = nn.Dropout(0.3)
        setattr(self, head, nn.Linear(32, classes))

    def forward(self, **inputs):
        encoder, head = self.names
        pooled = getattr(self, encoder)(**inputs).pooler_output
        return getattr(self, head)(self.dropout(pooled))


def answers(model, base):
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(base)
    model.eval()
    with torch.no_grad():
        logits = model(**tokenizer(TEXTS, padding=True, return_tensors="pt"))
    return torch.softmax(getattr(logits, "logits", logits).double(), dim=-1).numpy()


@pytest.mark.parametrize(
    ("encoder", "head"),
    [("bert", "classifier"), ("bert", "fc"), ("encoder", "linear"), ("backbone", "out")],
)
@pytest.mark.parametrize(
    "wrap", ["plain", "wrapped", "parallel", "compiled", "lightning", "attribute", "weighted"]
)
def test_the_founding_kind_gives_the_same_answers(
    bases, tmp_path, monkeypatch, capsys, encoder, head, wrap
):
    monkeypatch.chdir(tmp_path)
    model = Founding(bases["bert"], encoder=encoder, head=head)
    state = model.state_dict()
    if wrap == "wrapped":
        state = {"epoch": 3, "model_state_dict": state, "loss": 0.4}
    shells = {"parallel": "module.", "compiled": "module._orig_mod.", "lightning": "model."}
    shells |= {"attribute": "net._orig_mod.", "weighted": "classifier_model."}
    if wrap in shells:
        state = {f"{shells[wrap]}{key}": value for key, value in state.items()}
    if wrap == "weighted":
        state |= {"criterion.weight": torch.ones(3), "class_weights": torch.ones(3)}
    if wrap in ("lightning", "attribute", "weighted"):
        state = {"state_dict": state, "epoch": 3}
    torch.save(state, "film.pt")
    arguments = ["film.pt", "--base", bases["bert"], "--labels", "uk,us,fr"]
    assert main(["convert-checkpoint", *arguments]) == 0
    assert "film.model" in capsys.readouterr().out
    found = Predictor("film.model", device="cpu", precision="fp32")
    assert found.labels == ("uk", "us", "fr")
    assert np.allclose(found.predict_proba(TEXTS), answers(model, bases["bert"]), atol=1e-6)


@pytest.mark.parametrize("shell", ["", "model.", "net.", "bert."])
@pytest.mark.parametrize("kind", ["bert", "electra", "distilbert"])
def test_a_state_dict_of_the_library_itself(bases, tmp_path, kind, shell):
    from transformers import AutoModelForSequenceClassification

    model = AutoModelForSequenceClassification.from_pretrained(bases[kind], num_labels=2)
    state = {f"{shell}{key}": value for key, value in model.state_dict().items()}
    if shell == "net.":
        state["criterion.weight"] = torch.ones(2)
    torch.save(state, tmp_path / "m.pth")
    out = convert_checkpoint(
        tmp_path / "m.pth", base=bases[kind], labels=("no", "yes"), out=tmp_path / "d's model"
    )
    card = (out / "README.md").read_text(encoding="utf-8")
    assert f"augment evaluate {shlex.quote(out.name)} LABELLED.csv" in card
    found = Predictor(out, device="cpu", precision="fp32").predict_proba(TEXTS)
    assert np.allclose(found, answers(model, bases[kind]), atol=1e-6)


def test_one_output_chooses_between_two_classes(bases, tmp_path):
    """As trained with a binary cross-entropy: the sigmoid is the probability of the second."""
    from transformers import AutoTokenizer

    model = Founding(bases["bert"], classes=1).eval()
    nn.init.normal_(model.fc.weight)
    torch.save(model.state_dict(), tmp_path / "m.pt")
    given = {"base": bases["bert"], "out": tmp_path / "m"}
    for labels in ((), ("pos",), ("a", "b", "c"), ("pos", "pos")):
        with pytest.raises(InputError, match=r"one output.*that of 0 first: --labels neg,pos"):
            convert_checkpoint(tmp_path / "m.pt", labels=labels, **given)
    out = convert_checkpoint(tmp_path / "m.pt", labels=("neg", "pos"), **given)
    tokenizer = AutoTokenizer.from_pretrained(bases["bert"])
    with torch.no_grad():
        wanted = model(**tokenizer(TEXTS, padding=True, return_tensors="pt")).sigmoid()[:, 0]
    found = Predictor(out, device="cpu", precision="fp32")
    assert found.labels == ("neg", "pos")
    assert np.allclose(found.predict_proba(TEXTS)[:, 1], wanted, atol=1e-6)


LAYER = "bert.encoder.layer."


@pytest.mark.parametrize(
    "more",
    [
        {"lstm.weight_ih_l0": (16, 32), "lstm.bias_ih_l0": (16,)},
        {f"{LAYER}{n}.output.dense.weight": (32, 64) for n in (2, 3)},
        {f"{LAYER}0.attention.self.query.lora_A": (4, 32)},
    ],
    ids=["layers beside", "more layers", "adapters"],
)
def test_weights_that_would_be_left_out_are_refused(bases, tmp_path, more):
    state = Founding(bases["bert"], head="classifier").state_dict()
    torch.save({**state, **{k: torch.ones(s) for k, s in more.items()}}, tmp_path / "m.pt")
    with pytest.raises(InputError, match=rf"{len(more)} weights have no place.*{min(more)}"):
        convert_checkpoint(
            tmp_path / "m.pt", base=bases["bert"], labels=("a", "b", "c"), out=tmp_path / "m"
        )
    assert not (tmp_path / "m").exists()


@pytest.mark.parametrize("head", ["classifier", "fc"])
def test_what_takes_no_part_in_an_answer_may_be_left_out(bases, tmp_path, head):
    model = Founding(bases["bert"], head=head)
    idle = {
        "bert.embeddings.position_ids": torch.arange(64)[None],
        "criterion.weight": torch.ones(3),
        "loss_fn.pos_weight": torch.ones(3),
        "train_loss.ce.weight": torch.ones(3),
        "class_weights": torch.ones(3),
    }
    torch.save({**model.state_dict(), **idle}, tmp_path / "m.pt")
    out = convert_checkpoint(
        tmp_path / "m.pt", base=bases["bert"], labels=("a", "b", "c"), out=tmp_path / "m"
    )
    found = Predictor(out, device="cpu", precision="fp32").predict_proba(TEXTS)
    assert np.allclose(found, answers(model, bases["bert"]), atol=1e-6)


class Evil:
    def __reduce__(self):
        import pathlib

        return pathlib.Path.touch, (pathlib.Path("pwned"),)


def test_code_in_a_checkpoint_is_not_run(bases, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"state_dict": Evil()}, "evil.pt")
    with pytest.raises(InputError, match="would run code of its own"):
        convert_checkpoint("evil.pt", base=bases["bert"])
    torch.save(Founding(bases["bert"]), "whole.pt")
    with pytest.raises(InputError, match=r"torch.save\(model.state_dict\(\)"):
        convert_checkpoint("whole.pt", base=bases["bert"])
    assert not (tmp_path / "pwned").exists()


@pytest.mark.parametrize(
    ("change", "options", "kind", "message"),
    [
        (lambda s: s, {"labels": ()}, InputError, "3 outputs.*--labels"),
        (lambda s: s, {"labels": ("a", "b")}, InputError, "3 outputs.*got a, b"),
        (lambda s: s, {"base": ""}, InputError, "give --base"),
        (lambda s: s, {"base": "electra"}, InputError, "only encoders with a pooled output"),
        (lambda s: s, {"base": "distilbert"}, InputError, "layers are not named as those of"),
        (lambda s: {"epoch": 3}, {}, InputError, "no state dict"),
        (lambda s: {k: v for k, v in s.items() if k[:2] != "fc"}, {}, InputError, "found none"),
        (
            lambda s: {**s, "top.weight": s["fc.weight"], "top.bias": s["fc.bias"]},
            {},
            InputError,
            "2",
        ),
        (
            lambda s: {k: v for k, v in s.items() if "layer.1" not in k},
            *(
                {},
                InputError,
                r"are missing.*: the file holds 1 layer over [\d,]+ word pieces, \d+ wide",
            ),
        ),
        (
            lambda s: {k: v[:3] if "word_embed" in k else v for k, v in s.items()},
            *({}, InputError, "has shape"),
        ),
    ],
)
def test_what_cannot_be_converted(bases, tmp_path, change, options, kind, message):
    state = change(Founding(bases["bert"]).state_dict())
    torch.save(state, tmp_path / "m.pt")
    settings = {"base": bases["bert"], "labels": ("a", "b", "c"), **options}
    settings["base"] = bases.get(settings["base"], settings["base"])
    with pytest.raises(kind, match=message) as error:
        convert_checkpoint(tmp_path / "m.pt", out=tmp_path / "m", **settings)
    assert "\n" not in str(error.value)
    assert not (tmp_path / "m").exists()


def test_files_that_are_no_checkpoint(bases, tmp_path):
    with pytest.raises(InputError, match="no such file"):
        convert_checkpoint(tmp_path / "none.pt", base=bases["bert"])
    (tmp_path / "text.pt").write_text("hello")
    with pytest.raises(DamagedFileError, match=r"cannot be read as a checkpoint \(no file that"):
        convert_checkpoint(tmp_path / "text.pt", base=bases["bert"])
    (tmp_path / "empty.pt").write_bytes(b"")
    with pytest.raises(DamagedFileError):
        convert_checkpoint(tmp_path / "empty.pt", base=bases["bert"])

"""The parts of a recipe: rates, layers, losses, parts that cannot leak, and the logs."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from augment.errors import MissingExtraError
from augment.train.experiment_log import open_logs
from augment.train.layers import depth_of, freeze, n_layers
from augment.train.losses import summed_loss
from augment.train.material import epoch_ends, grouped_part
from augment.train.optimizer import adamw, rate
from augment.train.testing import ARCHITECTURES, tiny_encoder

WORDS = ["the", "film", "was", "good", "bad"]


@pytest.fixture(scope="module")
def classifier(tmp_path_factory):
    from transformers import AutoModelForSequenceClassification

    folder = tmp_path_factory.mktemp("encoders")

    def of(kind):
        path = folder / kind
        if not path.is_dir():
            tiny_encoder(path, WORDS, kind=kind)
        return AutoModelForSequenceClassification.from_pretrained(path, num_labels=3)

    return of


@pytest.mark.parametrize("warm_up", [0.0, 0.1, 0.5, 1.0])
def test_rates_climb_fall_or_stay(warm_up):
    steps = 40
    shares = {
        name: [rate(step, steps, schedule=name, warm_up=warm_up) for step in range(steps)]
        for name in ("linear", "cosine", "constant")
    }
    warm = round(warm_up * steps)
    for name, found in shares.items():
        assert all(0 < share <= 1 for share in found), name
        assert found[:warm] == sorted(found[:warm])
        assert max(found) == 1.0
    after = slice(max(warm, 1), None)
    assert shares["linear"][after] == sorted(shares["linear"][after], reverse=True)
    assert shares["cosine"][after] == sorted(shares["cosine"][after], reverse=True)
    assert set(shares["constant"][warm:]) <= {1.0}


@pytest.mark.parametrize("kind", ARCHITECTURES)
def test_every_architecture_has_its_layers_in_order(classifier, kind):
    model = classifier(kind)
    assert n_layers(model) == 2
    depths = [depth_of(name) for name, _ in model.named_parameters()]
    assert {0, 1, 2, None} == set(depths)
    freeze(model, embeddings=False, layers=1)
    for name, parameter in model.named_parameters():
        assert parameter.requires_grad == (depth_of(name) in (2, None)), name


def test_rates_by_layer_and_no_decay_for_norms_and_biases(classifier):
    model = classifier("bert")
    optimizer = adamw(model, lr=1.0, weight_decay=0.1, layer_decay=0.5)
    of = {
        id(parameter): (group["lr"], group["weight_decay"])
        for group in optimizer.param_groups
        for parameter in group["params"]
    }
    assert len(of) == len(list(model.parameters()))
    for name, parameter in model.named_parameters():
        lr, decay = of[id(parameter)]
        depth = depth_of(name)
        assert lr == pytest.approx(0.5 ** (3 - (3 if depth is None else depth))), name
        assert decay == (0.0 if "bias" in name or "LayerNorm" in name else 0.1), name


def test_losses_are_what_their_papers_say():
    logits = torch.tensor([[2.0, 0.0, -1.0], [0.1, 0.2, 0.3]])
    goal = torch.tensor([0, 1])
    p = torch.softmax(logits, dim=1)[torch.arange(2), goal]
    assert torch.allclose(summed_loss(logits, goal, "plain", None), -torch.log(p).sum())
    focal = -((1 - p) ** 2 * torch.log(p)).sum()
    assert torch.allclose(summed_loss(logits, goal, "focal", None), focal)
    assert torch.allclose(summed_loss(logits, goal, "focal", None, gamma=0.0), -torch.log(p).sum())
    log_p = torch.log_softmax(logits, dim=1)
    smooth = -(0.8 * log_p[torch.arange(2), goal] + 0.2 * log_p.mean(dim=1)).sum()
    assert torch.allclose(summed_loss(logits, goal, "plain", None, smoothing=0.2), smooth)
    weights = torch.tensor([1.0, 3.0, 1.0])
    heavy = -(torch.tensor([1.0, 3.0]) * torch.log(p)).sum()
    assert torch.allclose(summed_loss(logits, goal, "weighted", weights), heavy)


@settings(deadline=None, max_examples=150)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 25)), min_size=1, max_size=80),
    st.floats(0.05, 0.9),
    st.integers(0, 5),
)
def test_a_part_shares_no_group_and_leaves_every_class(pairs, share, seed):
    labels = np.unique([a for a, _ in pairs], return_inverse=True)[1]
    groups = np.array([b for _, b in pairs])
    part = grouped_part(labels, groups, share, np.random.default_rng(seed))
    rest = np.setdiff1d(np.arange(len(labels)), part)
    assert not set(groups[part]) & set(groups[rest])
    assert set(labels[rest]) == set(labels)
    drawn, whole = np.bincount(labels[part], minlength=4), np.bincount(labels, minlength=4)
    assert (drawn <= np.maximum(np.round(whole * share), 1)).all()


def test_a_part_without_groups_has_the_share_of_every_class():
    labels = np.repeat([0, 1, 2], [200, 50, 3])
    part = grouped_part(labels, np.arange(253), 0.2, np.random.default_rng(0))
    assert np.bincount(labels[part]).tolist() == [40, 10, 1]


@given(st.integers(1, 200), st.integers(1, 40), st.integers(1, 100))
def test_epochs_end_when_every_row_was_seen(n_rows, batch_size, steps):
    ends = epoch_ends(n_rows, batch_size, steps)
    assert ends == sorted(set(ends))
    assert ends[-1] == steps
    for number, end in enumerate(ends[:-1], 1):
        assert (end - 1) * batch_size < number * n_rows <= end * batch_size or len(ends) > 1


def told(logs):
    logs.numbers(1, {"train/loss": 0.5})
    logs.numbers(2, {"train/loss": 0.25, "valid/accuracy": 0.75})
    logs.close()


def test_tensorboard_reads_what_was_logged(tmp_path):
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    told(open_logs(["tensorboard"], tmp_path / "m", config={"lr": 0.1}))
    events = EventAccumulator(str(tmp_path / "m.logs"))
    events.Reload()
    assert [(e.step, e.value) for e in events.Scalars("train/loss")] == [(1, 0.5), (2, 0.25)]
    assert events.Scalars("valid/accuracy")[0].value == 0.75


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_mlflow_reads_what_was_logged(tmp_path, monkeypatch):
    mlflow = pytest.importorskip("mlflow")
    mlflow.set_tracking_uri(f"file:{tmp_path / 'runs'}")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    told(open_logs(["mlflow"], tmp_path / "m", config={"lr": 0.1}))
    [run] = mlflow.MlflowClient().search_runs(["0"])
    assert run.data.params == {"lr": "0.1"}
    assert run.data.metrics == {"train/loss": 0.25, "valid/accuracy": 0.75}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_wandb_offline_writes_a_run_and_opens_no_connection(tmp_path, monkeypatch):
    pytest.importorskip("wandb")
    monkeypatch.chdir(tmp_path)
    told(open_logs(["wandb"], tmp_path / "m", config={"lr": 0.1}, offline=True))
    assert list((tmp_path / "m.logs").glob("wandb/offline-run-*/*.wandb"))


@pytest.mark.parametrize("name", ["mlflow", "wandb"])
def test_what_each_library_is_told(monkeypatch, tmp_path, name):
    """By a double that knows the calls; the slow tests ask the libraries themselves."""
    calls = []

    class Recorder(types.ModuleType):
        def __getattr__(self, attribute):
            def call(*args, **kwargs):
                calls.append((attribute, args, kwargs))
                return self

            return call

    monkeypatch.setitem(sys.modules, name, Recorder(name))
    told(open_logs([name], tmp_path / "m", config={"lr": 0.1}, offline=True))
    numbers = [(args[0], more["step"]) for word, args, more in calls if "step" in more]
    assert numbers == [
        ({"train/loss": 0.5}, 1),
        ({"train/loss": 0.25, "valid/accuracy": 0.75}, 2),
    ]
    if name == "wandb":
        assert calls[0][2]["mode"] == "offline"
    assert calls[-1][0] in ("end_run", "finish")


def test_a_log_that_is_not_installed_is_named_with_its_extra(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "wandb", None)
    with pytest.raises(MissingExtraError, match=r"augment-text\[wandb\]"):
        open_logs(["wandb"], tmp_path / "m", config={})

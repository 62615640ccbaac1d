"""Fetching a model when things go wrong: two at once, killed, damaged folders, a full disk."""

import errno
import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from augment.cli import main
from augment.errors import InputError
from augment.models import fetch
from augment.models.fetch import FetchOptions, fetch_model
from augment.models.home import WORKSHOP, Model, folder_name, read_record
from augment.models.lock import alone
from augment.models.names import KNOWN
from augment.progress import SILENT


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AUGMENT_MODELS", str(tmp_path / "home"))
    return tmp_path / "home"


class Notes:
    """A progress that keeps what it is told."""

    def __init__(self):
        self.lines = []

    def note(self, message):
        self.lines.append(message)

    def __getattr__(self, name):
        return getattr(SILENT, name)


def test_of_two_fetches_of_one_model_one_waits_and_finds_it(home, taught, monkeypatch):
    converting, go_on = threading.Event(), threading.Event()
    convert = fetch.convert
    calls = []

    def slow(*args, **options):
        calls.append(args)
        converting.set()
        assert go_on.wait(30)
        return convert(*args, **options)

    monkeypatch.setattr(fetch, "convert", slow)
    second = Notes()
    options = FetchOptions(folder=taught / "en-eo", sentences=("the big house",))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(fetch_model, "en-eo", options)
        assert converting.wait(30)
        other = pool.submit(fetch_model, "en-eo", options, progress=second)
        for _ in range(300):
            if second.lines:
                break
            threading.Event().wait(0.1)
        go_on.set()
        assert first.result(60).name == "local/en-eo"
        with pytest.raises(InputError, match="is here already"):
            other.result(60)
    assert second.lines == ["another process fetches local/en-eo; waiting for it"]
    assert len(calls) == 1
    assert not list((home / WORKSHOP).iterdir())


def test_the_lock_lets_one_in_at_a_time(tmp_path):
    inside, most, entered = 0, 0, 0
    guard = threading.Lock()

    def enter(_):
        nonlocal inside, most, entered
        with alone(tmp_path / "x.lock"):
            with guard:
                inside += 1
                most = max(most, inside)
                entered += 1
            threading.Event().wait(0.005)
            with guard:
                inside -= 1

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(enter, range(30)))
    assert (most, entered) == (1, 30)
    assert not (tmp_path / "x.lock").exists()


def test_what_a_killed_fetch_left_is_taken_away(home, taught):
    left = home / WORKSHOP / f"{folder_name('local/en-eo')}.building" / "model"
    left.mkdir(parents=True)
    (left / "model.bin").write_bytes(b"half of it")
    (home / WORKSHOP / f"{folder_name('local/en-eo')}.lock").touch()
    model = fetch_model(
        "en-eo", FetchOptions(folder=taught / "en-eo", sentences=("the big house",))
    )
    assert read_record(model.folder) == model
    assert not list((home / WORKSHOP).iterdir())


def _cut_short(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES = {
    "model.safetensors": (_cut_short, "could not be converted"),
    "vocab.json": (_cut_short, "its vocabulary cannot be read"),
    "config.json": (_cut_short, "config.json cannot be read"),
    "source.spm": (_cut_short, "cannot be read"),
    "target.spm": (_cut_short, "cannot be read"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_folder_is_refused_in_one_line(home, untaught, tmp_path, capsys, name):
    harm, said = DAMAGES[name]
    folder = tmp_path / "damaged"
    shutil.copytree(untaught, folder)
    harm(folder / name)
    assert main(["models", "fetch", "en-eo", "--from", str(folder), "--quiet"]) == 2
    err = capsys.readouterr().err
    assert said in err
    assert str(folder) in err
    assert "Traceback" not in err
    assert not list(home.glob("[!.]*"))
    assert not list((home / WORKSHOP).iterdir())


def test_weights_of_nothing_in_a_pickle_are_refused(home, untaught, tmp_path, capsys):
    folder = tmp_path / "empty"
    shutil.copytree(untaught, folder)
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(b"")
    assert main(["models", "fetch", "en-eo", "--from", str(folder), "--quiet"]) == 2
    assert "could not be converted" in capsys.readouterr().err


def test_a_config_without_the_size_of_the_vocabulary(home, untaught, tmp_path, capsys):
    folder = tmp_path / "nameless"
    shutil.copytree(untaught, folder)
    config = json.loads((folder / "config.json").read_text())
    del config["vocab_size"]
    (folder / "config.json").write_text(json.dumps(config))
    assert main(["models", "fetch", "en-eo", "--from", str(folder), "--quiet"]) == 2
    assert "vocab_size in config.json is None" in capsys.readouterr().err


def test_a_disk_that_fills_up_while_converting(home, untaught, monkeypatch):
    from ctranslate2.converters import TransformersConverter

    def full(self, out, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(TransformersConverter, "convert", full)
    with pytest.raises(InputError, match="the disk is full; .* AUGMENT_MODELS"):
        fetch_model("en-eo", FetchOptions(folder=untaught))
    assert not list((home / WORKSHOP).iterdir())


def test_doctor_stays_short_with_a_model_of_two_hundred_languages(home, capsys):
    languages = dict.fromkeys(sorted(KNOWN["nllb"]), "")
    model = Model(
        name="facebook/nllb-200-distilled-600M", family="nllb", revision="r",
        licence="CC-BY-NC-4.0", quantization="int8", sources=languages, targets=languages,
        positions=1024,
    )  # fmt: skip
    model.folder.mkdir(parents=True)
    (model.folder / "augment.json").write_text(json.dumps(model.as_dict()))
    assert main(["doctor"]) == 0
    text = capsys.readouterr().out
    n = len(languages)
    assert f"nllb        this machine, {n * (n - 1):,} pairs: all between {n} languages" in text
    assert len(text.splitlines()) < 110
    assert "  English (en):\n" in text
    assert "more languages (--json)" in text
    assert main(["doctor", "--json"]) == 0
    said = capsys.readouterr().out
    about = json.loads(said)["engines"]["nllb"]
    assert about == {"between_all_of": sorted(languages), "n_pairs": n * (n - 1)}
    assert len(said) < 100_000
    assert not any(name.startswith("nllb ") for name in json.loads(said)["missing"])

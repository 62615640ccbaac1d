"""The language identifier's tables in the cache: the same answers, and never half a model."""

import os
from pathlib import Path

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from augment.cache_folder import cache_folder
from augment.language_model import load_identifier

TEXTS = ["The house is big.", "Une maison très grande.", "La casa es grande.", "Дом", "", "1 2 3 !"]


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("AUGMENT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def shipped():
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def answers(identifier):
    return [identifier.classify(text) for text in TEXTS]


def unpacked(monkeypatch):
    """Count how often the compressed model is read."""
    calls = []
    real = LanguageIdentifier.from_model_file

    def counted(*args, **options):
        calls.append(args)
        return real(*args, **options)

    monkeypatch.setattr(LanguageIdentifier, "from_model_file", counted)
    return calls


def test_the_second_process_unpacks_nothing_and_answers_alike(cache, shipped, monkeypatch):
    calls = unpacked(monkeypatch)
    first, second = load_identifier(), load_identifier()
    assert len(calls) == 1
    assert answers(first) == answers(second) == answers(shipped)
    second.set_languages(["fr", "en"])
    shipped_two = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    shipped_two.set_languages(["fr", "en"])
    assert answers(second) == answers(shipped_two)


@pytest.mark.parametrize("name", ["classes.json", "tk_nextmove.npy", "nb_ptc.npy"])
def test_a_damaged_cache_is_not_used_and_made_anew(cache, shipped, monkeypatch, name):
    load_identifier()
    (folder,) = cache.iterdir()
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: len(whole) // 2])
    calls = unpacked(monkeypatch)
    assert answers(load_identifier()) == answers(load_identifier()) == answers(shipped)
    assert len(calls) == 1


def test_models_of_other_releases_are_cleared_away_and_parts_of_other_processes_left(cache):
    (cache / "language-model-000000000000").mkdir(parents=True)
    (cache / "language-model-abc.part").mkdir()
    load_identifier()
    names = sorted(path.name for path in cache.iterdir())
    assert "language-model-000000000000" not in names
    assert "language-model-abc.part" in names
    assert len(names) == 2


def test_without_a_place_to_write_it_works_all_the_same(tmp_path, shipped, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("AUGMENT_CACHE", str(tmp_path / "file" / "inside"))
    assert answers(load_identifier()) == answers(shipped)


def test_the_folder_follows_the_systems_custom(monkeypatch):
    monkeypatch.delenv("AUGMENT_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", os.path.join("somewhere", "cache"))
    monkeypatch.setattr("sys.platform", "linux")
    assert cache_folder() == Path("somewhere/cache/augment")
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_folder().parts[-3:] == ("Library", "Caches", "augment")

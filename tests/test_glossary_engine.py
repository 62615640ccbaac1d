"""An engine of another package, installed beside this one as users would."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "glossary_engine"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Install a copy: a build leaves traces in its folder."""
    folder = tmp_path_factory.mktemp("glossary")
    copy = folder / "source"
    copy.mkdir()
    for path in EXAMPLE.iterdir():
        if path.is_file():
            (copy / path.name).write_bytes(path.read_bytes())
    install = ["pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target"]
    done = subprocess.run(
        [sys.executable, "-m", *install, str(folder / "site"), str(copy)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return folder / "site"


def augment(installed, here, *arguments, glossary=True):
    root = str(EXAMPLE.parents[1])
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(installed), root])}
    env.pop("AUGMENT_GLOSSARY", None)
    if glossary:
        env["AUGMENT_GLOSSARY"] = str(EXAMPLE / "glossary.csv")
    return subprocess.run(
        [sys.executable, "-m", "augment", *arguments],
        cwd=here,
        env=env,
        capture_output=True,
        text=True,
    )


def table(here):
    texts = [
        "The film was very good and the music was beautiful.",
        "It was a long and boring story with a sad start.",
        "This book is big, but it begins too slow.",
        "I liked the old house in the small street.",
        "The actor speaks quick, and the scene is funny.",
        "We saw a bad film in the new town.",
    ]
    rows = "".join(f'"{text}",{"ab"[n > 3]}\n' for n, text in enumerate(texts))
    (here / "in.csv").write_text("text,label\n" + rows)


def test_it_does_the_main_job(installed, tmp_path):
    import pandas as pd

    table(tmp_path)
    arguments = ["backtranslate", "in.csv", "--translator", "glossary", "--pivot", "es"]
    done = augment(installed, tmp_path, *arguments, "--no-filter", "similarity", "--json")
    assert done.returncode == 0, done.stderr
    assert "pivot es: en → es → en (glossary)" in done.stderr
    frame = pd.read_csv(tmp_path / "in.augmented.csv")
    new = frame[frame["aug_method"] == "backtranslation"]
    assert set(new["aug_engine"]) == {"glossary"}
    assert list(new["text"]) == [
        "The performer talks fast, and the scene is comical.",
        "We watched a poor movie in the new city.",
    ]
    translators = json.loads(done.stdout)["pivots"]["es"]["translators"]
    assert [one.split("@")[0] for one in translators] == ["glossary:en-es", "glossary:es-en"]


def test_it_can_stand_behind_or_before_another_engine(installed, tmp_path):
    table(tmp_path)
    arguments = ["backtranslate", "in.csv", "--translator", "glossary,google", "--pivot", "es"]
    done = augment(installed, tmp_path, *arguments, "--no-filter", "similarity")
    assert done.returncode == 0, done.stderr
    assert "(glossary, else google)" in done.stderr
    assert "only texts that the translators before it fail at" in done.stderr


def test_it_is_known_by_name_and_to_doctor(installed, tmp_path):
    found = json.loads(augment(installed, tmp_path, "doctor", "--json").stdout)
    assert found["engines"]["glossary"] == {"pairs": ["en-es", "es-en"]}
    table(tmp_path)
    done = augment(installed, tmp_path, "backtranslate", "in.csv", "--translator", "glosary")
    assert done.returncode == 2
    assert "did you mean 'glossary'?" in done.stderr


def test_without_a_glossary_it_says_what_to_set(installed, tmp_path):
    table(tmp_path)
    arguments = ["backtranslate", "in.csv", "--translator", "glossary", "--pivot", "es"]
    done = augment(installed, tmp_path, *arguments, glossary=False)
    assert done.returncode == 2
    assert "export AUGMENT_GLOSSARY=FILE.csv (with columns en and es)" in done.stderr
    assert not list(tmp_path.glob("in.augmented*"))

"""The documentation site: no warning, every option in it, and nothing loaded from afar."""

import dataclasses
import importlib
import os
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

import augment
from augment.cli import COMMANDS

pytest.importorskip("mkdocs")
pytest.importorskip("material")
pytest.importorskip("mkdocstrings")

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stderr
    return folder


def words_of(page: Path) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.read_text(encoding="utf-8"))).split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_has_its_line(site, command):
    text = words_of(site / "reference" / "commands" / f"{command}.html")
    config = importlib.import_module(COMMANDS[command][0]).Config
    for field in dataclasses.fields(config):
        flag = "--" + field.name.rstrip("_").replace("_", "-")
        assert flag in text or "Positional" in str(field.type), flag
    assert COMMANDS[command][1] in text


def test_links_into_the_checkout_lead_to_pages(site):
    wanted = {
        "how-to/train": "../reference/commands/train.html",
        "index": "reference/commands/index.html",
        "how-to/review": "../reference/checks.html",
        "explanation/gains": "../results/real_data.html",
    }
    for page, target in wanted.items():
        text = (site / f"{page}.html").read_text(encoding="utf-8")
        assert re.search(f'href="?{re.escape(target)}', text.split("<article")[1]), page


def test_the_texts_of_options_come_from_the_dataclass(site):
    text = words_of(site / "reference" / "commands" / "backtranslate.html")
    assert "--beam-size N 4 Width of a neural engine's search, 1 to 32" in text
    assert "--seed N 0 Decides the order of the originals" in text
    assert "--filter loose|normal|strict normal How strict the checks are" in text


def test_every_public_name_is_described(site):
    page = (site / "reference" / "python.html").read_text(encoding="utf-8")
    shown = set(re.findall(r'id="augment\.(\w+)"', page))
    configs = {name for name in augment.__all__ if name.endswith("Config")}  # flags, told above
    assert set(augment.__all__) - configs - {"__version__"} <= shown


def test_every_measured_result_has_its_page(site):
    for result in (ROOT / "benchmarks" / "results").glob("*.md"):
        title = result.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        assert title in words_of(site / "results" / f"{result.stem}.html")


def test_nothing_is_loaded_from_afar(site):
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        loaded = re.findall(r'<(?:script|img|iframe)[^>]*\ssrc="?(https?:[^">\s]+)', text)
        loaded += re.findall(r'<link[^>]*rel="?stylesheet[^>]*href="?(https?:[^">\s]+)', text)
        assert loaded == [], page

"""The notebooks run from top to bottom, and what they show stays small and names no folder."""

import re
import shutil
from pathlib import Path

import pytest

nbformat = pytest.importorskip("nbformat", reason="nbformat is not installed (extra `dev`)")
nbclient = pytest.importorskip("nbclient", reason="nbclient is not installed (extra `dev`)")
pytest.importorskip("ipykernel", reason="ipykernel is not installed (extra `dev`)")
pytest.importorskip("imblearn", reason="imbalanced-learn is not installed (extra `dev`)")
pytest.importorskip("torch")

from augment.train.testing import tiny_encoder  # noqa: E402

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
NOTEBOOKS = sorted((EXAMPLES / "notebooks").glob("*.ipynb"))
pytestmark = [
    pytest.mark.skipif(shutil.which("lt-proc") is None, reason="Apertium is not installed"),
    # The kernel's client opens sockets and an event loop of its own.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def read(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def shown(notebook):
    """Everything that the cells printed or returned."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            yield output.output_type, output.get("text") or output.get("data", {}).get("text/plain")


def execute(path, folder, **changes):
    """Run a copy beside copies of the tables, with some source lines replaced."""
    notebook = read(path)
    for old, new in changes.items():
        (cell,) = (cell for cell in notebook.cells if re.search(rf"^{old} = ", cell.source, re.M))
        cell.source = re.sub(rf"^{old} = .*$", f"{old} = {new!r}", cell.source, flags=re.M)
    (folder / "notebooks").mkdir()
    for table in EXAMPLES.glob("*.csv"):
        shutil.copy(table, folder)
    where = {"metadata": {"path": str(folder / "notebooks")}}
    return nbclient.NotebookClient(notebook, timeout=None, resources=where).execute()


def test_there_are_two():
    assert [path.stem for path in NOTEBOOKS] == ["french_reviews", "imbalanced_pipeline"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_shown_is_small_and_names_no_folder(path):
    notebook = read(path)
    assert path.stat().st_size < 60_000
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    for kind, text in shown(notebook):
        assert kind in ("stream", "execute_result")
        assert not re.search(r"(?<![\w.])/(?:\w+/)+\w+|[A-Z]:\\", text)
        assert "Warning" not in text


def test_french_reviews(tmp_path):
    encoder = tiny_encoder(tmp_path / "encoder", ["le", "la", "très", "bon", "pas", "film"])
    (path,) = (path for path in NOTEBOOKS if path.stem == "french_reviews")
    notebook = execute(path, tmp_path, MODEL=str(encoder), STEPS=2)
    printed = "\n".join(text for _, text in shown(notebook))
    assert "117 rows in fr" in printed
    assert "verdict: augmented − oversampled" in printed


@pytest.mark.slow
def test_imbalanced_pipeline(tmp_path):
    (path,) = (path for path in NOTEBOOKS if path.stem == "imbalanced_pipeline")
    counts, larger, _, scores = (text for _, text in shown(execute(path, tmp_path)))
    assert next(text for _, text in shown(read(path))) == counts
    sizes = dict(re.findall(r"^(\w+) +(\d+)$", larger, re.M))
    assert sizes["positive"] == sizes["negative"] == "122"
    assert 60 < int(sizes["mixed"]) <= 122
    found = re.findall(r"^(\S+) +(0\.\d+) +0\.\d+$", scores, re.M)
    assert [name for name, _ in found] == ["original", "repeated", "back-translated"]
    # Above guessing the largest class, and not so high that a fold must have leaked.
    assert all(0.25 < float(mean) < 0.6 for _, mean in found)


@pytest.mark.slow
def test_french_reviews_as_it_stands(tmp_path):
    (path,) = (path for path in NOTEBOOKS if path.stem == "french_reviews")
    again = execute(path, tmp_path)
    assert "117 rows in fr" in "\n".join(text for _, text in shown(again))

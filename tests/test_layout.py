"""The house: folders, the direction of imports, what loads what, and the installed wheel."""

import ast
import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import augment

ROOT = Path(__file__).resolve().parents[1]
#: Lower floors first: a module may import from its own floor and from those before it.
FLOORS = ("augment", "augment.datasets", "augment.train", "augment.cli")
FOLDERS = {
    "augment": ROOT / "augment",
    "augment.datasets": ROOT / "datasets",
    "augment.train": ROOT / "train",
    "augment.cli": ROOT / "augment" / "cli",
}
HEAVY = ("torch", "transformers", "pandas", "numpy", "sklearn", "ctranslate2", "matplotlib", "tyro")


def floor_of(module: str) -> int:
    return max(n for n, floor in enumerate(FLOORS) if f"{module}.".startswith(f"{floor}."))


def modules() -> list[tuple[str, Path]]:
    found = []
    for package, folder in FOLDERS.items():
        for path in sorted(folder.rglob("*.py")):
            if package == "augment" and path.is_relative_to(FOLDERS["augment.cli"]):
                continue
            inside = path.relative_to(folder).with_suffix("")
            found.append((".".join([package, *inside.parts]).removesuffix(".__init__"), path))
    return found


def imported(path: Path, everywhere: bool = True) -> set[str]:
    """Modules that a file imports; with `everywhere` also those inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = ast.walk(tree) if everywhere else iter(tree.body)
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
    return names


@pytest.mark.parametrize(("module", "path"), modules(), ids=lambda value: str(value)[-40:])
def test_imports_point_downwards(module, path):
    if module in ("augment", "augment.__main__"):  # the face of the package names all floors
        return
    for name in imported(path):
        if name == "augment" or name.startswith("augment."):
            assert floor_of(name) <= floor_of(module), f"{module} imports {name}"


@pytest.mark.parametrize("folder", ["datasets", "train"])
def test_the_top_folders_do_not_shadow_other_packages(folder):
    assert not (ROOT / folder / "__init__.py").exists()
    assert not (ROOT / "conftest.py").exists()


def test_packages_are_listed_by_hand_and_complete():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    listed = set(project["tool"]["setuptools"]["packages"])
    folders = {
        module if path.name == "__init__.py" else module.rpartition(".")[0]
        for module, path in modules()
    }
    assert listed == folders - {""}


def run(code: str, cwd: Path = ROOT) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=cwd
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "code",
    [
        "import augment",
        "from augment.cli import main; assert main(['--help']) == 0",
        "from augment.cli import main; assert main(['--version']) == 0",
    ],
)
def test_the_first_touch_loads_nothing_heavy(code):
    loaded = run(f"{code}\nimport sys; print('LOADED', *sys.modules)").split("LOADED")[1].split()
    assert set(loaded).isdisjoint(HEAVY)


def test_nothing_happens_at_import():
    before = set(os.environ)
    run(
        "import os, warnings, logging\n"
        "env, filters = dict(os.environ), list(warnings.filters)\n"
        "import augment, augment.datasets.backtranslate, augment.filters, augment.translators\n"
        "assert dict(os.environ) == env\n"
        "assert logging.getLogger().level == logging.WARNING and not logging.getLogger().handlers"
    )
    assert set(os.environ) == before


def test_the_other_datasets_library_is_not_shadowed_from_the_root(tmp_path):
    where = "import importlib.util as u; print(getattr(u.find_spec('datasets'), 'origin', None))"
    elsewhere = run(where, tmp_path).strip()
    if elsewhere == "None":
        pytest.skip("the library is not installed")
    assert run(where).strip() == elsewhere


def test_every_public_name_is_there_and_documented():
    for name in augment.__all__:
        value = getattr(augment, name)
        assert name.startswith("__") or (value.__doc__ or "").strip(), name
    assert set(augment.__all__) <= set(dir(augment))
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        augment.nonsense  # noqa: B018


def test_files_stay_small_and_clean():
    for module, path in modules():
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 400, f"{module} is too long: one concept, one file?"
        assert not re.search(r"^\s*print\(", text, re.M), f"{module} prints"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            str(folder),
            str(ROOT),
        ],
        capture_output=True,
        text=True,
        cwd=folder,
    )
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_every_module(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    for module, path in modules():
        stem = module.replace(".", "/")
        wanted = f"{stem}/__init__.py" if path.name == "__init__.py" else f"{stem}.py"
        assert wanted in names
    assert "augment/py.typed" in names
    for package, folder in FOLDERS.items():  # pages, style sheets and scripts go with their code
        for path in (path for kind in ("html", "css", "js") for path in folder.glob(f"*.{kind}")):
            assert f"{package.replace('.', '/')}/{path.name}" in names
    assert not any(name.split("/")[0] in ("datasets", "train", "tests") for name in names)


def test_the_installed_wheel_works_elsewhere(wheel, tmp_path):
    """In an environment of its own that sees this one's libraries, but not the clone."""
    venv.create(tmp_path / "env", with_pip=False)
    python = tmp_path / "env" / "bin" / "python"
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = tmp_path / "env" / "lib" / version / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    libraries = [name for name in sys.path if name.endswith("site-packages")]
    # Plain paths, no .pth files of those folders: the editable install stays out of sight.
    (site / "libraries.pth").write_text("\n".join(libraries) + "\n")
    (tmp_path / "in.csv").write_text(
        "text,label\n"
        + "".join(
            f"The house number {n} is very big and old.,{'ab'[n % 3 == 0]}\n" for n in range(12)
        ),
    )
    code = (
        "import augment, augment.datasets.table, augment.train.kfold.kfold, sys\n"
        f"assert augment.__file__.startswith({str(site)!r}), augment.__file__\n"
        "from augment.cli import main\n"
        "sys.exit(main(['backtranslate', 'in.csv', '--pivot', 'es', '--quiet']))"
    )
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "in.augmented.csv").exists()

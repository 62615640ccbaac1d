"""The folder of the models, and the record that lies in each of them.

A model is a folder ``HOME/OWNER--NAME`` with the converted weights, the tokenizer's files and
``augment.json``, which names where it came from and the sha256 of every file. The record is written
last and the folder renamed into place, so a folder in HOME is a whole model.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from augment.cache_folder import cache_folder
from augment.errors import DamagedFileError, InputError
from augment.minilm import sha256

RECORD: Final = "augment.json"
#: Raised when the record's layout changes.
FORMAT: Final = 1
#: In front of the name of a model that came from a folder.
LOCAL: Final = "local/"
#: Where models lie while they are fetched.
WORKSHOP: Final = ".fetch"


def model_home() -> Path:
    """Folder of the models: ``$AUGMENT_MODELS``, else in the cache folder.

    Nothing is made; `augment.models.fetch` makes it when there is something to put there.
    """
    if chosen := os.environ.get("AUGMENT_MODELS"):
        return Path(chosen).expanduser()
    return cache_folder() / "models"


@dataclass(frozen=True, kw_only=True)
class Model:
    """One model on this machine, as its record has it.

    Parameters
    ----------
    name
        ``Helsinki-NLP/opus-mt-en-fr``; ``local/en-fr`` for one that came from a folder.
    family
        ``marian``, ``m2m100`` or ``nllb``.
    revision
        Commit on the hub, or the hash of the weights for one from a folder.
    licence
        As far as it is known.
    quantization
        Number format of the weights on disk.
    sources, targets
        Language -> token that names it to the model, empty where it needs none.
    positions
        Longest input and output, in tokens.
    files
        File name -> its sha256 and size in bytes.
    reference
        What the original makes of fixed sentences, see `augment.models.check`.
    made_with
        Versions of the libraries that converted it.
    """

    name: str
    family: str
    revision: str
    licence: str
    quantization: str
    sources: Mapping[str, str]
    targets: Mapping[str, str]
    positions: int
    files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    reference: Mapping[str, Any] = field(default_factory=dict)
    made_with: Mapping[str, str] = field(default_factory=dict)
    format: int = FORMAT

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return model_home() / folder_name(self.name)

    @property
    def pairs(self) -> frozenset[tuple[str, str]]:
        """Directed pairs of languages that it translates."""
        return frozenset((s, t) for s in self.sources for t in self.targets if s != t)

    @property
    def version(self) -> str:
        """Short hash of the content: another conversion or quantization has another one."""
        text = json.dumps({name: one["sha256"] for name, one in self.files.items()}, sort_keys=True)
        return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return sum(int(one["size"]) for one in self.files.values())

    def as_dict(self) -> dict[str, Any]:
        """Give plain JSON values."""
        return asdict(self)


def folder_name(name: str) -> str:
    """Name of a model's folder.

    >>> folder_name("Helsinki-NLP/opus-mt-en-fr")
    'Helsinki-NLP--opus-mt-en-fr'
    """
    return name.replace("/", "--")


def read_record(folder: Path) -> Model:
    """Read the record of a model's folder.

    Raises
    ------
    DamagedFileError
        When it is missing or no record; the message says how to get the model again.
    """
    path = folder / RECORD
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values.get("format", 0) > FORMAT:
            raise DamagedFileError(
                f"{path} has format {values['format']}, written by a newer version of augment; "
                "upgrade augment"
            )
        return Model(**values)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise DamagedFileError(
            f"{path} is no record of a model ({error}); remove the folder {folder} and fetch the "
            "model again"
        ) from error


def installed(family: str | None = None) -> list[Model]:
    """Models on this machine, by name; damaged records are left out, `verify` names them."""
    found: list[Model] = []
    for folder in model_folders():
        try:
            model = read_record(folder)
        except DamagedFileError:
            continue
        if family is None or model.family == family:
            found.append(model)
    return found


def model_folders() -> list[Path]:
    """Folders in the home, whole or damaged."""
    home = model_home()
    if not home.is_dir():
        return []
    return sorted(p for p in home.iterdir() if p.is_dir() and not p.name.startswith("."))


def find_installed(name: str) -> list[Path]:
    """Folders of the models that a user's name means: a pair, a family, a name or its end.

    Raises
    ------
    InputError
        When no model here is meant; the message lists those that are.
    """
    folders = model_folders()
    by_name = {folder.name.replace("--", "/", 1): folder for folder in folders}
    exact = [path for full, path in by_name.items() if name in (full, full.rpartition("/")[2])]
    if exact:
        return exact
    models = installed()
    source, dash, target = name.partition("-")
    fitting = [m.folder for m in models if m.family == name or name == m.name]
    if not fitting and dash:
        fitting = [m.folder for m in models if (source, target) in m.pairs]
    if fitting:
        return fitting
    known = [full for full in by_name] + [full.rpartition("/")[2] for full in by_name]
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    here = ", ".join(by_name) or "none yet"
    raise InputError(
        f"no model {name!r} on this machine{hint} (here: {here}); to get it: "
        f"augment models fetch {name}"
    )


def damage(folder: Path, *, hashes: bool = True) -> list[str]:
    """Say what is wrong with a model's files, one line each; empty when nothing is.

    Parameters
    ----------
    folder
        The model's folder.
    hashes
        False: look at presence and size only.
    """
    try:
        model = read_record(folder)
    except DamagedFileError as error:
        return [str(error)]
    found: list[str] = []
    for name, wanted in model.files.items():
        path = folder / name
        if not path.is_file():
            found.append(f"{path} is missing")
        elif path.stat().st_size != wanted["size"]:
            found.append(f"{path} has {path.stat().st_size:,} bytes; recorded: {wanted['size']:,}")
        elif hashes and sha256(path) != wanted["sha256"]:
            found.append(f"{path} does not have its recorded sha256 {wanted['sha256'][:12]}...")
    return found


def check_files(model: Model) -> None:
    """Refuse a model whose files are not the recorded ones; each state is hashed once a process.

    Raises
    ------
    DamagedFileError
        Naming the file.
    """
    folder = model.folder
    state = tuple(
        (name, path.stat().st_size, path.stat().st_mtime_ns)
        for name in model.files
        if (path := folder / name).is_file()
    )
    wrong = _damage_of_state(folder, model.version, state)
    if wrong:
        raise DamagedFileError(
            f"model {model.name}: {wrong[0]}; {_again(model.name)} gets it again"
        )


def _again(name: str) -> str:
    if name.startswith(LOCAL):
        return f"augment models fetch {name.removeprefix(LOCAL)} --from FOLDER --force"
    return f"augment models fetch {name} --force"


@lru_cache(maxsize=64)
def _damage_of_state(
    folder: Path, version: str, state: tuple[tuple[str, int, int], ...]
) -> tuple[str, ...]:
    return tuple(damage(folder))


def remove(folder: Path) -> int:
    """Remove a model; gives the bytes that are free again.

    The record goes first: a removal that is cut short leaves no folder that passes for a model.
    """
    size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    (folder / RECORD).unlink(missing_ok=True)
    shutil.rmtree(folder)
    return size

"""The model hub: which of the possible names exists, and its files, pinned to one revision."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from augment.errors import AugmentError, DamagedFileError, InputError, one_line
from augment.extras import require
from augment.minilm import sha256
from augment.models.convert import WEIGHTS
from augment.models.home import WORKSHOP, folder_name, model_home
from augment.models.names import Wanted
from augment.translators.subwords import FILES

#: What is taken besides the weights; no code is among it.
_SMALL: Final = frozenset(
    {
        "config.json",
        "generation_config.json",
        "tokenizer_config.json",
        "tokenizer.json",
        "special_tokens_map.json",
        "added_tokens.json",
    }
).union(*FILES.values())


@dataclass(frozen=True, slots=True)
class Download:
    """A model on the hub, at one revision.

    Parameters
    ----------
    repo, revision
        Name and commit.
    files
        Files that are wanted -> their size in bytes.
    hashes
        sha256 of the large ones, as the hub has it.
    licence
        As the model's card says it; empty where it does not.
    """

    repo: str
    revision: str
    files: Mapping[str, int]
    hashes: Mapping[str, str]
    licence: str

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(self.files.values())

    @property
    def workshop(self) -> Path:
        """Where the files lie until the model is ready."""
        return model_home() / WORKSHOP / folder_name(self.repo)


def find(wanted: Wanted, revision: str | None = None) -> Download:
    """Find the first of the possible names that the hub has.

    A fetch that was cut short is gone on with at the revision with which it was begun.

    Raises
    ------
    InputError
        When the hub has none of the names, or not the revision.
    AugmentError
        When the hub cannot be reached.
    """
    hub: Any = require("huggingface_hub", extra="local", purpose="fetching a model")
    errors: Any = require("huggingface_hub.errors", extra="local", purpose="fetching a model")
    api = hub.HfApi()
    for repo in wanted.repos:
        begun = model_home() / WORKSHOP / folder_name(repo) / "revision"
        pinned = revision or (begun.read_text().strip() if begun.is_file() else None)
        try:
            info = api.model_info(repo, revision=pinned, files_metadata=True)
        except errors.RevisionNotFoundError as error:
            raise InputError(f"{repo} has no revision {pinned!r} on the hub") from error
        except errors.RepositoryNotFoundError:
            continue
        except Exception as error:
            if not _is_trouble(error):
                raise
            raise _unreachable(wanted, error) from error
        begun.parent.mkdir(parents=True, exist_ok=True)
        begun.write_text(f"{info.sha}\n")
        return _wanted_files(repo, info)
    raise InputError(
        f"no model for {wanted.name!r} on the hub (looked for {', '.join(wanted.repos)}); models "
        "for many languages: m2m100, nllb; a folder of your own: --from FOLDER"
    )


def _wanted_files(repo: str, info: Any) -> Download:  # noqa: ANN401
    """Choose the weights, safe ones first, and the files beside them."""
    sizes = {one.rfilename: one.size or 0 for one in info.siblings}
    weights = next((name for name in WEIGHTS if name in sizes), None)
    if weights is None:
        raise InputError(f"{repo} has neither model.safetensors nor pytorch_model.bin on the hub")
    stem, kind = weights.removesuffix(".index.json").split(".")
    files = {
        name: size
        for name, size in sizes.items()
        if name in _SMALL
        or name == weights
        or (weights.endswith(".index.json") and name.startswith(f"{stem}-") and kind in name)
    }
    hashes = {one.rfilename: one.lfs.sha256 for one in info.siblings if one.lfs}
    licences = (tag.removeprefix("license:") for tag in info.tags or [] if "license:" in tag)
    return Download(repo, info.sha, files, hashes, next(licences, "").upper())


def download(what: Download, wanted: Wanted) -> Path:
    """Bring the files here, those that are missing, and compare the large ones with their hashes.

    Returns
    -------
    Path
        The folder with the files.

    Raises
    ------
    DamagedFileError
        When a file has another hash than the hub has of it; it is removed.
    AugmentError
        When the hub cannot be reached; what came before is kept.
    """
    hub: Any = require("huggingface_hub", extra="local", purpose="fetching a model")
    folder = what.workshop / "original"
    for name in sorted(what.files, key=lambda name: (what.files[name], name)):
        try:
            hub.hf_hub_download(what.repo, name, revision=what.revision, local_dir=folder)
        except Exception as error:
            if not _is_trouble(error):
                raise
            raise _unreachable(wanted, error, "what was downloaded is kept, and ") from error
    for name in what.files:
        if name in what.hashes and sha256(folder / name) != what.hashes[name]:
            (folder / name).unlink()
            raise DamagedFileError(
                f"{folder / name} came with another sha256 than the hub has of it; it was removed, "
                "and the same command fetches it again"
            )
    return folder


def _is_trouble(error: Exception) -> bool:
    """Whether an error is one of the hub or of the way there, and none of this disk or program."""
    if isinstance(error, AugmentError):
        return False
    if isinstance(error, OSError) and error.errno in (
        errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS, errno.EPERM,
    ):  # fmt: skip
        return False
    libraries = ("huggingface_hub", "httpx", "httpcore", "requests", "urllib3")
    return isinstance(error, OSError) or type(error).__module__.startswith(libraries)


def _unreachable(wanted: Wanted, error: BaseException, kept: str = "") -> AugmentError:
    return AugmentError(
        f"{wanted.name}: the model hub cannot be used ({one_line(error)}); {kept}the "
        "same command goes on when it can. On a machine without a hub: augment models fetch "
        f"{wanted.name} --from FOLDER, with a folder that was downloaded elsewhere"
    )

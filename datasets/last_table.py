"""Which table this folder's last back-translation or review wrote: taken where none is named."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from augment.errors import InputError

LAST: Final = Path(".augment") / "last_augmented"


def remember(table: Path) -> None:
    """Note a table as the last one.

    Raises
    ------
    OSError
        When the note cannot be written.
    """
    LAST.parent.mkdir(exist_ok=True)
    LAST.write_text(f"{table}\n", encoding="utf-8")


def last_table(instead: str) -> Path:
    """Give the table that was written last.

    Parameters
    ----------
    instead
        The command that names a table, for messages.

    Raises
    ------
    InputError
        When there was none in this folder, or it is gone.
    """
    if not LAST.is_file():
        raise InputError(
            f"no table was given, and none was augmented in this folder; wanted: {instead}"
        )
    path = Path(LAST.read_text(encoding="utf-8").strip())
    if not path.is_file():
        raise InputError(
            f"{path}, which the last augmentation here wrote, is gone; wanted: {instead}"
        )
    return path

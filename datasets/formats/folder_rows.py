"""Reads texts that lie in a folder of classes, one file a text, as the IMDB reviews come.

::

    aclImdb/train/pos/0_9.txt        text, label "pos", rating "9", split "train", id "0"
    mails/spam/0003.txt              text, label "spam", id "0003"
    reviews/0_9.txt                  text, rating "9", id "0"
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from augment.datasets.formats.bad_rows import ReadLog
from augment.datasets.formats.encoding import find_encoding
from augment.enumeration import counted
from augment.errors import TableError

#: Names of the folders of a split, in the order of reading, and of the folder without labels.
_SPLITS: Final = ("train", "training", "dev", "valid", "validation", "val", "test")
_UNLABELLED: Final = ("unsup", "unlabeled", "unlabelled")
_ID_RATING: Final = re.compile(r"(\d+)_(\d+)")
_NUMBER: Final = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class _ClassFolder:
    """One class in one part of a split; `split` is empty where there is none."""

    path: Path
    label: str
    split: str

    def files(self) -> list[Path]:
        """Texts in the order of the numbers in their names."""
        with os.scandir(self.path) as entries:
            names = [entry.name for entry in entries if _is_text(entry.name) and entry.is_file()]
        return [self.path / name for name in sorted(names, key=_natural)]


@dataclass(frozen=True, slots=True)
class FolderRows:
    """The rows of one folder; each call of `rows` reads its files anew.

    The names of the files are read when it is made by `folder_rows`, their texts never kept.
    """

    path: Path
    folders: tuple[_ClassFolder, ...]
    columns: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    def rows(self, log: ReadLog) -> Iterator[tuple[object, ...]]:
        """Give each file as a row.

        Raises
        ------
        TableError
            At a file that is no text, unless `log` collects such rows.
        """
        number = 0
        for folder in self.folders:
            for file in folder.files():
                number += 1
                try:
                    text = _read(file)
                except TableError as error:
                    log.refuse(number, str(error))
                    continue
                yield tuple(_cells(folder, file, text)[name] for name in self.columns)
        log.notes += self.left_out


def folder_rows(path: Path) -> FolderRows:
    """Look at the names in a folder of classes.

    Raises
    ------
    TableError
        When it holds no folders with text files.
    """
    folders = _class_folders(path)
    flat = _ClassFolder(path, "", "")
    files = [] if folders else flat.files()
    others = [file.name for file in files if not _rated(file)]
    if files and not others:
        return FolderRows(path, (flat,), ("text", "rating", "id"), _left_out(path, [flat]))
    if len(others) < len(files):
        rest = counted(len(files) - len(others), "file")
        raise TableError(
            f"{path}: {rest} with the rating in their names (like 0_9.txt), and "
            f"{len(others):,} without, the first of them {others[0]}; rename or move what has none"
        )
    if not folders and (path / "config.json").is_file():
        raise TableError(
            f"{path} is a model, and no table; a model's folder stands before the table"
        )
    if not folders:
        raise TableError(
            f"{path} is a folder without classes; wanted: folders named after the classes with a "
            ".txt file for each text (like pos/0_9.txt, or train/pos/0_9.txt), a folder of files "
            "with the rating in their names (like 0_9.txt), a folder saved by the library "
            "datasets, or a table file"
        )
    rated = all(_rated(file) for folder in folders for file in folder.files())
    split = any(folder.split for folder in folders)
    columns = (
        "text",
        "label",
        *(("rating",) if rated else ()),
        *(("split",) if split else ()),
        "id",
    )
    return FolderRows(path, tuple(folders), columns, _left_out(path, folders))


def _class_folders(path: Path) -> list[_ClassFolder]:
    below = _folders(path)
    parts = [one for one in below if one.name.lower() in _SPLITS]
    if parts and len(parts) == len([one for one in below if one.name.lower() not in _UNLABELLED]):
        found = [
            _ClassFolder(one, _label(one), part.name)
            for part in sorted(parts, key=lambda one: _SPLITS.index(one.name.lower()))
            for one in _folders(part)
        ]
    else:
        found = [_ClassFolder(one, _label(one), "") for one in below]
    found = [one for one in found if one.files()]
    # Rows without a label last, so that the first rows show the classes.
    return sorted(found, key=lambda one: not one.label)


def _left_out(path: Path, folders: Sequence[_ClassFolder]) -> tuple[str, ...]:
    """Say which files below a folder are no rows, in a sentence, if there are any."""
    read = {folder.path for folder in folders}
    others: list[Path] = []
    elsewhere: list[Path] = []
    for place, below, names in os.walk(path):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            if not _is_text(name) and not name.startswith("."):
                others.append(Path(place, name))
            elif _is_text(name) and Path(place) not in read:
                elsewhere.append(Path(place, name))
    found = [
        f"{counted(len(files), 'file')} {where} (like {str(files[0].relative_to(path))!r})"
        for files, where in (
            (others, "without the suffix .txt"),
            (elsewhere, "outside of the class folders, or in folders below them"),
        )
        if files
    ]
    return (f"not read: {'; '.join(found)}",) if found else ()


def _folders(path: Path) -> list[Path]:
    return sorted(one for one in path.iterdir() if one.is_dir() and not one.name.startswith("."))


def _label(folder: Path) -> str:
    return "" if folder.name.lower() in _UNLABELLED else folder.name


def _is_text(name: str) -> bool:
    return name.lower().endswith(".txt") and not name.startswith(".")


def _rated(file: Path) -> bool:
    return _ID_RATING.fullmatch(file.stem) is not None


def _natural(name: str) -> list[tuple[int, str]]:
    """Order 2_1.txt before 10_1.txt."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _NUMBER.split(name)]


def _read(file: Path) -> str:
    data = file.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode(find_encoding(file))
    except (UnicodeDecodeError, LookupError) as error:
        raise TableError(f"{file} is no text: {error}") from error


def _cells(folder: _ClassFolder, file: Path, text: str) -> dict[str, str]:
    named = _ID_RATING.fullmatch(file.stem)
    return {
        "text": text,
        "label": folder.label,
        "rating": named[2] if named else "",
        "split": folder.split,
        "id": named[1] if named else file.stem,
    }

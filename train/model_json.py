"""The JSON files of a model folder, read; and ``training.json`` checked field by field."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, get_args

from augment.errors import DamagedFileError
from augment.train.label_values import KINDS
from augment.train.tokens import Truncation


def _names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


#: Field of ``training.json`` that is used -> what is wanted of it, and the test of that.
_FIELDS: Final[Mapping[str, tuple[str, Callable[[Any], bool]]]] = {
    "text_columns": ("a list of at most two names", lambda v: _names(v) and len(v) <= 2),
    "label_column": ("a name or null", lambda v: v is None or isinstance(v, str)),
    "label_kind": (f"one of {', '.join(KINDS)}", lambda v: v in KINDS),
    "label_names": (
        "an object of names",
        lambda v: isinstance(v, dict) and _names([*v.values()]),
    ),
    "classes": ("a list of names", _names),
    "max_tokens": ("a whole number from 1", lambda v: type(v) is int and v >= 1),
    "truncation": (
        f"one of {', '.join(get_args(Truncation))}",
        lambda v: v in get_args(Truncation),
    ),
    "adapters": ("true or false", lambda v: isinstance(v, bool)),
    "base_model": ("a folder or a name", lambda v: isinstance(v, str)),
    "base_revision": ("a text", lambda v: isinstance(v, str)),
}


def read_object(file: Path, mend: str) -> dict[str, Any]:
    """Read a file that holds one JSON object.

    Parameters
    ----------
    file
        Its path.
    mend
        What to do when it is damaged, for the message.

    Raises
    ------
    DamagedFileError
        For what is no JSON, and for JSON that is no object.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise DamagedFileError(f"{file}: no valid JSON ({error}); {mend}") from error
    if not isinstance(found, dict):
        raise DamagedFileError(f"{file}: no JSON object; {mend}")
    return found


def read_record(file: Path) -> dict[str, Any]:
    """Read a ``training.json``, and check the fields that are used wherever they are there.

    Raises
    ------
    DamagedFileError
        For what is no JSON object, and for a field of another kind.
    """
    mend = "train or copy the model anew"
    record = read_object(file, mend)
    for name, (wanted, fits) in _FIELDS.items():
        if name in record and not fits(record[name]):
            shown = json.dumps(record[name], ensure_ascii=False)
            raise DamagedFileError(f"{file}: {name} is {shown:.60}; {wanted} is wanted; {mend}")
    return record

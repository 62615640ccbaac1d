"""Maps labels to other names: a JSON file of pairs, or ``neg=0,pos=1``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from augment.enumeration import enumerated
from augment.errors import InputError


def read_label_map(given: str) -> dict[str, str]:
    """Read a map from label to label.

    Parameters
    ----------
    given
        A path to a JSON object, or pairs ``old=new`` with commas between them. In a JSON file the
        keys are the labels as they stand in the table; numbers are taken as written.

    Raises
    ------
    InputError
        For no such file, no JSON object, or a pair without ``=``.

    Examples
    --------
    >>> read_label_map("neg=0, pos=1")
    {'neg': '0', 'pos': '1'}
    """
    if "=" not in given or given.endswith(".json"):
        return _from_file(Path(given))
    found: dict[str, str] = {}
    for pair in filter(str.strip, given.split(",")):
        old, equals, new = (part.strip() for part in pair.partition("="))
        if not equals or not old:
            raise InputError(f"label map: {pair!r} is no pair; wanted: old=new, like neg=0,pos=1")
        if found.setdefault(old, new) != new:
            raise InputError(f"label map: {old!r} stands for both {found[old]!r} and {new!r}")
    return found


def _from_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise InputError(f"label map: no file {str(path)!r}; give one, or pairs like neg=0,pos=1")
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise InputError(f"label map {path}: no valid JSON: {error}") from error
    if not isinstance(value, dict) or any(isinstance(new, (dict, list)) for new in value.values()):
        raise InputError(f'label map {path}: an object like {{"neg": 0, "pos": 1}} is wanted')
    return {old: "" if new is None else str(new) for old, new in value.items()}


def check_label_map(mapping: Mapping[str, str], labels: Iterable[str], name: str) -> None:
    """Refuse a map that does not cover the labels.

    Raises
    ------
    InputError
        With the labels that are missing.
    """
    missing = [label for label in labels if label not in mapping]
    if missing:
        same = ",".join(f"{label}={label}" for label in missing[:20])
        raise InputError(
            f"{name}: the label map does not cover {len(missing)} of the labels: "
            f"{enumerated([*map(repr, missing)], 20)} "
            f"(it has {', '.join(map(repr, mapping)) or 'none'}); add them, those that are to stay "
            f"as {same}"
        )

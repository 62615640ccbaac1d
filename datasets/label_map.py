"""Maps labels to other names: ``neg=0,pos=1``, a JSON object, or a file that holds one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from augment.enumeration import enumerated
from augment.errors import InputError


def pairs(given: Any) -> Any:  # noqa: ANN401 - text, several, or a mapping
    """Part ``"a=1,b=2"`` at its commas, but not within a name that has one: ``"a, b=2"``.

    >>> pairs("a=1,b, c=2")
    ('a=1', 'b, c=2')
    """
    if isinstance(given, Mapping):
        return dict(given)
    found: list[str] = []
    begun = ""
    for part in ",".join((given,) if isinstance(given, str) else given).split(","):
        begun = f"{begun},{part}" if begun else part
        if "=" in part:
            found.append(begun.strip())
            begun = ""
    return tuple([*found, *([begun.strip()] if begun.strip() else [])])


def read_label_map(given: str) -> dict[str, str]:
    """Read a map from label to label.

    Parameters
    ----------
    given
        Pairs ``old=new`` with commas between them, a JSON object, or the path of a file that holds
        one. In JSON the keys are the labels as they stand in the table; numbers are taken as
        written.

    Raises
    ------
    InputError
        For no such file, no JSON object, or a pair without ``=``.

    Examples
    --------
    >>> read_label_map("neg=0, pos=1"), read_label_map('{"neg, clearly": 0}')
    ({'neg': '0', 'pos': '1'}, {'neg, clearly': '0'})
    """
    if given.lstrip().startswith("{"):
        return _from_json(given, "label map")
    if "=" not in given or given.endswith(".json"):
        return _from_file(Path(given))
    found: dict[str, str] = {}
    for pair in filter(None, pairs(given)):
        old, equals, new = (part.strip() for part in pair.partition("="))
        if not equals or not old:
            raise InputError(f"label map: {pair!r} is no pair; wanted: old=new, like neg=0,pos=1")
        if found.setdefault(old, new) != new:
            raise InputError(f"label map: {old!r} stands for both {found[old]!r} and {new!r}")
    return found


def write_label_map(mapping: Mapping[str, str]) -> str:
    """Write a map as `read_label_map` reads it: pairs, or JSON where these would be misread.

    >>> write_label_map({"neg": "0", "pos, so-so": "1"}), write_label_map({"a=b": "neg"})
    ('neg=0,pos, so-so=1', '{"a=b": "neg"}')
    """
    pairs = ",".join(f"{old}={new}" for old, new in mapping.items())
    try:
        read = read_label_map(pairs) == mapping
    except InputError:
        read = False
    return pairs if read else json.dumps(mapping, ensure_ascii=False)


def _from_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise InputError(f"label map: no file {str(path)!r}; give one, or pairs like neg=0,pos=1")
    try:
        text = path.read_text(encoding="utf-8")
    except (ValueError, OSError) as error:
        raise InputError(f"label map {path}: no valid JSON: {error}") from error
    return _from_json(text, f"label map {path}")


def _from_json(text: str, name: str) -> dict[str, str]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise InputError(f"{name}: no valid JSON: {error}") from error
    if not isinstance(value, dict) or any(isinstance(new, (dict, list)) for new in value.values()):
        raise InputError(f'{name}: an object like {{"neg": 0, "pos": 1}} is wanted')
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
        same = write_label_map({label: label for label in missing[:20]})
        raise InputError(
            f"{name}: the label map does not cover {len(missing)} of the labels: "
            f"{enumerated([*map(repr, missing)], 20)} "
            f"(it has {', '.join(map(repr, mapping)) or 'none'}); add them, those that are to stay "
            f"as {same}"
        )

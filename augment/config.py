"""Config dataclasses: one class serves Python keywords, flags, TOML and documentation."""

from __future__ import annotations

import dataclasses
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import tyro

from augment.errors import InputError

T = TypeVar("T")
TOML_NAME = "augment.toml"


def shown_as(metavar: str) -> Any:  # noqa: ANN401 - a marker for `Annotated`
    """Mark an option that may be left out: how its value is shown, and no "default: None"."""
    return tyro.conf.arg(metavar=metavar, help_behavior_hint="")


def split_commas(values: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Flatten ``("es,ca", "eo")`` to ``("es", "ca", "eo")``; a bare string is one value.

    >>> split_commas(("es, ca", "eo"))
    ('es', 'ca', 'eo')
    """
    parts = (values,) if isinstance(values, str) else values
    return tuple(item.strip() for part in parts for item in part.split(",") if item.strip())


def check_keys(cls: type, keys: object, where: str) -> None:
    """Refuse keys that are no field of the dataclass `cls`.

    Raises
    ------
    InputError
        Naming the unknown key, where it stands, and the closest known one.
    """
    known = [field.name for field in dataclasses.fields(cls)]
    for key in keys:  # type: ignore[attr-defined]
        if key not in known:
            close = get_close_matches(str(key), known, n=1)
            hint = f"; did you mean {close[0]!r}?" if close else f" (known: {', '.join(known)})"
            raise InputError(f"{where}: unknown option {key!r}{hint}")


def build(config: T | None, cls: type[T], overrides: dict[str, Any]) -> T:
    """Make a config from an optional config and keyword overrides.

    Raises
    ------
    InputError
        For a keyword that is no option, or a value that the config refuses.
    """
    check_keys(cls, overrides, f"{cls.__name__}")
    if config is None:
        return cls(**overrides)
    return dataclasses.replace(config, **overrides)  # type: ignore[type-var]


def toml_options(command: str, cls: type, folder: Path | None = None) -> dict[str, Any]:
    """Read a command's table of ``augment.toml`` in `folder` (the current one by default).

    Keys may be written with hyphens or underscores.

    Raises
    ------
    InputError
        When the file is no TOML, or holds an unknown key.
    """
    path = (folder or Path()) / TOML_NAME
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: no valid TOML: {error}") from error
    table = tables.get(command, {})
    if not isinstance(table, dict):
        raise InputError(f"{path}: [{command}] must be a table of options")
    options = {key.replace("-", "_"): value for key, value in table.items()}
    check_keys(cls, options, f"{path} [{command}]")
    return {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}

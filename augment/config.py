"""Config dataclasses: one class serves Python keywords, flags, TOML and documentation."""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import tyro

from augment.errors import InputError

T = TypeVar("T")
TOML_NAME = "augment.toml"


def shown_as(metavar: str, *short: str) -> Any:  # noqa: ANN401 - a marker for `Annotated`
    """Mark an option that may be left out: how its value is shown, and no "default: None".

    `short` are other names of the option, like "-o".
    """
    return tyro.conf.arg(metavar=metavar, help_behavior_hint="", aliases=short or None)


def own_options_first(config: type[T]) -> type[T]:
    """Put the fields that a dataclass adds before those that it takes over, class by class.

    So help, manual and manifest begin with what a command is about. All fields that it takes over
    must be for keywords only.

    >>> @dataclasses.dataclass(kw_only=True)
    ... class Read:
    ...     delimiter: str = ","
    >>> @own_options_first
    ... @dataclasses.dataclass
    ... class Split(Read):
    ...     share: float = 0.2
    >>> [field.name for field in dataclasses.fields(Split)]
    ['share', 'delimiter']
    """
    known: dict[str, Any] = config.__dataclass_fields__  # type: ignore[attr-defined]
    order = [name for one in config.__mro__ for name in vars(one).get("__annotations__", ())]
    config.__dataclass_fields__ = {  # type: ignore[attr-defined]
        name: known[name] for name in dict.fromkeys(order) if name in known
    }
    return config


def split_commas(values: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Flatten ``("es,ca", "eo")`` to ``("es", "ca", "eo")``; a bare string is one value.

    >>> split_commas(("es, ca", "eo"))
    ('es', 'ca', 'eo')
    """
    parts = (values,) if isinstance(values, str) else values
    return tuple(item.strip() for part in parts for item in part.split(",") if item.strip())


def _plain(value: Any) -> Any:  # noqa: ANN401 - any option's value
    """Give a number of numpy as Python's, and all else as it is."""
    if not hasattr(value, "dtype") or value.shape != ():
        return value
    if value.dtype.kind == "f":  # the shortest that is this number: 0.1, not 0.10000000149011612
        return float(str(value))
    return value.item()


def _listed(value: Any) -> Any:  # noqa: ANN401 - any option's value
    """Give a list, an array or a series as a tuple, and all else as `_plain` does."""
    if isinstance(value, list) or (hasattr(value, "dtype") and len(value.shape) == 1):
        return tuple(map(_plain, value))
    return _plain(value)


def plain_numbers(options: Any) -> None:  # noqa: ANN401 - a dataclass instance
    """Turn numbers of numpy among a frozen dataclass's values into Python's, in place."""
    for field in dataclasses.fields(options):
        object.__setattr__(options, field.name, _plain(getattr(options, field.name)))


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


def check_types(cls: type, values: dict[str, Any], where: str) -> dict[str, Any]:
    """Bring values to the types of a dataclass's fields, or refuse them.

    A number or a path may stand for text (``balance = 300``), a whole number for a float, a string
    for a path or for a list of one, a list or an array for text joined by commas, a mapping for a
    list of ``KEY=VALUE``; nothing else is converted: ``"no"`` is no truth value.

    Raises
    ------
    InputError
        Naming the option, the value and the type that is wanted.
    """
    hints = get_type_hints(cls)
    out: dict[str, Any] = {}
    for name, value in values.items():
        hint = hints[name]
        kinds = get_args(hint) if get_origin(hint) in (UnionType, Union) else (hint,)
        # What the items of a list must be; None where no list is wanted.
        listed = next((get_args(kind)[0] for kind in kinds if get_origin(kind) is tuple), None)
        value = _listed(value)
        if isinstance(value, Mapping) and (listed or str in kinds) and _are_plain(value.values()):
            value = tuple(f"{key}={_text(_plain(item))}" for key, item in value.items())
        if isinstance(value, str) and listed:
            value = (value,)
        if isinstance(value, tuple) and str in (listed, *kinds):
            value = tuple(_text(item) for item in value)
        if isinstance(value, tuple) and str in kinds and all(isinstance(v, str) for v in value):
            value = ",".join(value)
        if str in kinds:
            value = _text(value)
        if not any(_fits(value, kind) for kind in kinds):
            wanted = " or ".join(_type_name(kind) for kind in kinds)
            raise InputError(f"{where}: {name} is {_shown(value)}; wanted: {wanted}")
        out[name] = value
    return out


def check_fields(options: Any) -> None:  # noqa: ANN401 - a dataclass instance
    """Bring a frozen dataclass's values to the types of its fields, in place, or refuse them.

    Raises
    ------
    InputError
        As `check_types`.
    """
    cls = type(options)
    given = {field.name: getattr(options, field.name) for field in dataclasses.fields(cls)}
    for name, value in check_types(cls, given, cls.__name__).items():
        object.__setattr__(options, name, value)


def _text(value: Any) -> Any:  # noqa: ANN401
    """Give a number or a path as text, and all else as it is."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    # A float of a whole number is what a count may be given as: 300.0, 1e6.
    return (
        str(int(value)) if isinstance(value, int) or value.is_integer() else float.__repr__(value)
    )


def _are_plain(values: Iterable[object]) -> bool:
    return all(isinstance(_text(_plain(value)), str | bool) for value in values)


def _shown(value: object) -> str:
    """Show a value in a message: a table, or what else is long, by its type."""
    said = repr(value)
    return said if len(said) <= 100 and "\n" not in said else f"a {type(value).__name__}"


def _fits(value: object, kind: Any) -> bool:  # noqa: ANN401 - any type hint
    if get_origin(kind) is Literal:
        return value in get_args(kind)
    if get_origin(kind) is tuple:
        return isinstance(value, tuple) and all(_fits(item, get_args(kind)[0]) for item in value)
    if kind in (int, float) and isinstance(value, bool):
        return False
    accepted = {float: (int, float), Path: (str, Path)}.get(kind, kind)
    return isinstance(value, accepted)


def _type_name(kind: Any) -> str:  # noqa: ANN401 - any type hint
    if get_origin(kind) is Literal:
        return ", ".join(map(repr, get_args(kind)))
    if get_origin(kind) is tuple:
        return "a list"
    names = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "text",
        Path: "a path",
        type(None): "nothing",
    }
    return names.get(kind, str(kind))


def build(config: T | None, cls: type[T], overrides: dict[str, Any]) -> T:
    """Make a config from an optional config and keyword overrides.

    Raises
    ------
    InputError
        For a config of another kind, a keyword that is no option, or a value that it refuses.
    """
    if config is not None and not isinstance(config, cls):
        raise InputError(
            f"config is a {type(config).__name__}; wanted: a {cls.__name__}, or its fields as "
            "keywords"
        )
    check_keys(cls, overrides, cls.__name__)
    overrides = check_types(cls, overrides, cls.__name__)
    if config is None:
        return cls(**overrides)
    return dataclasses.replace(config, **overrides)  # type: ignore[type-var]


def toml_options(
    command: str, cls: type, *, commands: Collection[str] = (), folder: Path | None = None
) -> dict[str, Any]:
    """Read a command's table of ``augment.toml`` in `folder` (the current one by default).

    Keys may be written with hyphens or underscores. With `commands`, a table that is named after
    none of them is refused.

    Raises
    ------
    InputError
        When the file is no TOML, or holds an unknown key or a value of another type.
    """
    path = (folder or Path()) / TOML_NAME
    if not path.is_file():
        return {}
    try:
        # Some editors put a byte-order mark before it, which TOML does not know.
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: no valid TOML: {error}") from error
    for name in tables:
        if commands and name not in commands:
            close = get_close_matches(name, commands, n=1)
            hint = f"; did you mean [{close[0]}]?" if close else ""
            raise InputError(f"{path}: [{name}] is no command{hint} ({', '.join(commands)})")
    table = tables.get(command, {})
    if not isinstance(table, dict):
        raise InputError(f"{path}: [{command}] must be a table of options")
    options: dict[str, Any] = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name in options:
            both = f"{name.replace('_', '-')} and {name}"
            raise InputError(f"{path} [{command}]: {both} are one option; keep one of them")
        options[name] = value
    check_keys(cls, options, f"{path} [{command}]")
    return check_types(cls, options, f"{path} [{command}]")


def check_at_least(name: str, value: object, least: int) -> None:
    """Refuse what is no whole number of at least `least`."""
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise InputError(f"{name}={value!r}: a whole number of at least {least} is wanted")


def check_one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    """Refuse a value that is not among those known."""
    if value not in known:
        raise InputError(f"{name}={value!r}: one of {', '.join(known)} is wanted")


def check_within(name: str, value: object, least: float, most: float) -> None:
    """Refuse what is no number from `least` to `most`."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not least <= float(value) <= most:  # type: ignore[arg-type]
        raise InputError(f"{name}={value!r}: a number from {least:g} to {most:g} is wanted")

"""Class names as the values that labels are in the table: 4 is found again as 4, and not as "4"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from augment.datasets.formats.cell_text import is_missing
from augment.datasets.survey import label_string

#: Kind of labels -> how a class name becomes one of them.
_MADE: Final[dict[str, Callable[[str], object]]] = {
    "text": str,
    "boolean": {"True": True, "False": False}.__getitem__,
    "integer": int,
    "number": float,
}
#: What labels are, as the table of a training had them.
KINDS: Final = tuple(_MADE)


def kind_of_values(values: Iterable[object]) -> str | None:
    """Tell what labels are by those of a table: text, boolean, integer or number.

    Returns
    -------
    str or None
        "text" where they are of several kinds, None where there is none.

    Examples
    --------
    >>> kind_of_values([1, None, 2]), kind_of_values([True]), kind_of_values(["1"])
    ('integer', 'boolean', 'text')
    """
    found = {_kind(value) for value in values if not is_missing(value)}
    if len(found) > 1:
        return "text"
    return next(iter(found), None)


def kind_of_names(names: Sequence[str]) -> str:
    """Tell what labels are where a file cannot: as pandas takes a column of such cells.

    >>> kind_of_names(["1", "10"]), kind_of_names(["01", "10"]), kind_of_names(["4", "0.5"])
    ('integer', 'text', 'number')
    """
    kinds = ("boolean", "integer", "number")
    return next((kind for kind in kinds if values_of(names, kind) != tuple(names)), "text")


def values_of(names: Sequence[str], kind: str) -> tuple[object, ...]:
    """Give class names as labels of a kind, or as they are where one is no such label's name.

    >>> values_of(["1", "10"], "integer"), values_of(["01", "10"], "integer")
    ((1, 10), ('01', '10'))
    """
    try:
        found = tuple(_MADE[kind](name) for name in names)
    except (KeyError, ValueError):
        return tuple(names)
    return found if [*map(label_string, found)] == [*names] else tuple(names)


def _kind(value: Any) -> str:  # noqa: ANN401
    """Kind of one label; numpy's own types and pandas' go by their ``dtype``."""
    letter = getattr(getattr(value, "dtype", None), "kind", "")
    if isinstance(value, bool) or letter == "b":
        return "boolean"
    if isinstance(value, int) or letter in ("i", "u"):
        return "integer"
    return "number" if isinstance(value, float) or letter == "f" else "text"

r"""Cells as the text of a delimited file, written so that every reader gives the same cell back."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Final

#: What must stand in quotes. More than CSV asks for: every usual delimiter, so that no reader can
#: take another one for the real one; blank edges, which some readers strip; a lone carriage
#: return, which ends a row; a byte-order mark or ``sep=`` in front, which would vanish.
_QUOTED: Final = re.compile(
    '[",;\t|\r\n\0\U0010ffff]|\\A[\\s\ufeff\x1a]|[\\s\x1a]\\Z|\\Asep=', re.IGNORECASE
)


def quoted(text: str) -> str:
    r"""Give a cell's text as it stands in the file.

    >>> quoted("plain"), quoted('a "b" c'), quoted("a;b")
    ('plain', '"a ""b"" c"', '"a;b"')
    """
    if _QUOTED.search(text) is None:
        return text
    return '"' + text.replace('"', '""') + '"'


def row_text(cells: Sequence[object], delimiter: str) -> str:
    """Give a row with its line end; the empty cell of a single column is ``""``."""
    line = delimiter.join([quoted(c if type(c) is str else cell_text(c)) for c in cells])
    # Readers pass over empty lines.
    return line + "\n" if line else '""\n'


def cell_text(value: object) -> str:
    """Give a typed value as text: empty for a missing one, JSON for a list or dict.

    Bytes are read as UTF-8; others raise UnicodeDecodeError.

    >>> [cell_text(value) for value in (None, float("nan"), 7, 0.5, True, ["a", 1])]
    ['', '', '7', '0.5', 'True', '["a", 1]']
    """
    if isinstance(value, str):
        return str(value)
    if is_missing(value):
        return ""
    if isinstance(value, float):  # also numpy's, whose repr names its type
        return float.__repr__(value)
    if isinstance(value, (list, dict)) or _is_array(value):
        return json.dumps(_listed(value), ensure_ascii=False, default=_listed)
    if isinstance(value, bytes):
        return value.decode()
    return str(value)


def shortest_float(value: object) -> float:
    """Give a number of numpy with few digits as the float that is written as it is.

    >>> import numpy
    >>> float(numpy.float32(0.1)), shortest_float(numpy.float32(0.1))
    (0.10000000149011612, 0.1)
    """
    return float(str(value))


def _is_array(value: object) -> bool:
    return hasattr(value, "tolist") and bool(getattr(value, "shape", ()))


def _listed(value: object) -> object:
    """Give an array as a list, for JSON, and whatever else JSON does not know as text."""
    if isinstance(value, (list, dict)):
        return value
    return value.tolist() if hasattr(value, "tolist") else cell_text(value)


def is_missing(value: object) -> bool:
    """Whether a value stands for nothing: None, NaN, NaT or NA."""
    if value is None:
        return True
    if type(value).__name__ in ("NAType", "NaTType"):  # of pandas, which is not loaded for this
        return True
    number = isinstance(value, float) or type(value).__name__.startswith("float")
    return number and bool(value != value)

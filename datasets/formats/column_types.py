"""What a Parquet file says of its columns beside their values: an output keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class ColumnTypes:
    """Types of the columns of a Parquet file.

    Parameters
    ----------
    schema
        The ``pyarrow.Schema``.
    categories
        For each column that is stored as categories, all of these as a ``pyarrow.Array``: their
        order may mean something ("low", "mid", "high"), and some may be in no row.
    """

    schema: Any
    categories: Mapping[str, Any] = field(default_factory=dict)

    def plain(self, name: str) -> ColumnTypes:
        """Store a column that is stored as categories as what these are: it gets new values."""
        if name not in self.categories:
            return self
        at = self.schema.get_field_index(name)
        column = self.schema.field(at)
        return replace(self, schema=self.schema.set(at, column.with_type(column.type.value_type)))

    def without(self, name: str) -> ColumnTypes:
        """Forget a column, where it is known: it gets values of another type."""
        if name not in self.schema.names:
            return self
        return replace(self, schema=self.schema.remove(self.schema.get_field_index(name)))

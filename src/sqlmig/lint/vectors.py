"""What rules ask of pgvector's types and indexes, as version 0.8 has them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from sqlmig.lint.context import Context
from sqlmig.sql.definitions import IndexElement, TypeName
from sqlmig.sql.operations.indexes import CreateIndex

METHODS: Final = ("hnsw", "ivfflat")
MOST_DIMENSIONS: Final = {"vector": 2000, "halfvec": 4000}
"""What their indexes take."""
TYPES: Final = ("vector", "halfvec", "sparsevec")


@dataclass(frozen=True, slots=True)
class Vector:
    """The type of a column or of an indexed expression."""

    type: str
    """`vector`, `halfvec`, `sparsevec` or `bit`."""
    dimensions: int | None
    """None where none are written."""


def is_vector_index(operation: CreateIndex) -> bool:
    """Whether it is an index for nearest neighbours."""
    return operation.method in METHODS


def vector_of(type_name: TypeName | None) -> Vector | None:
    """A type as a vector; None for other types, and when it is not known."""
    if type_name is None or type_name.name not in (*TYPES, "bit") or type_name.dimensions:
        return None
    dimensions = type_name.modifiers[0] if type_name.modifiers else ""
    return Vector(type_name.name, int(dimensions) if dimensions.isdigit() else None)


def indexed(element: IndexElement, operation: CreateIndex, context: Context) -> Vector | None:
    """What an element of an index is; None when it is not known."""
    if element.column is not None:
        return vector_of(context.column_type(operation.table, element.column))
    cast = _CAST.search(element.expression.text) if element.expression is not None else None
    return Vector(cast[1].lower(), int(cast[2])) if cast is not None else None


_CAST: Final = re.compile(r"::\s*(?:\w+\.)?(vector|halfvec|sparsevec|bit)\s*\(\s*(\d+)\s*\)[\s)]*$", re.IGNORECASE)

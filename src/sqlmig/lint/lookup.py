"""Objects by kind and name."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.operations.base import Kind
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.state import SchemaState

READABLE: Final = (Kind.TABLE, Kind.FOREIGN_TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW)
"""What stands behind FROM."""
RELATIONS: Final = (*READABLE, Kind.SEQUENCE)
TYPES: Final = (Kind.TYPE, Kind.DOMAIN)
ROUTINES: Final = (Kind.FUNCTION, Kind.PROCEDURE, Kind.ROUTINE, Kind.AGGREGATE)


def full_name(kind: Kind, name: Name, state: SchemaState) -> Name:
    """A name with its schema, for what is in one."""
    if kind in RELATIONS:
        return state.resolve(name)
    if kind in TYPES:
        return state.resolve_type(name)
    return state.resolve_routine(name) if kind in ROUTINES else name


def find(kind: Kind, name: Name, state: SchemaState) -> object | None:
    """An object; of a routine its first overload. None when no migration made or changed it."""
    if kind in RELATIONS:
        return state.relation(name)
    if kind in TYPES:
        return state.type(name)
    if kind in ROUTINES:
        return next(iter(state.routine(name)), None)
    return state.extension(name.name) if kind is Kind.EXTENSION else state.object(kind, name)

"""What an operation makes, alters or drops in another schema than the tenant's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.access import Grant
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.indexes import (
    CreateMaterializedView,
    CreateView,
    DropIndex,
    RefreshMaterializedView,
    Reindex,
)
from sqlmig.sql.operations.objects import (
    AlterObject,
    ChangeOwner,
    CommentOn,
    CreateObject,
    DropObject,
    Rename,
    SecurityLabel,
    SetSchema,
)
from sqlmig.sql.operations.routines import AlterRoutine, CreateRoutine, DropRoutine
from sqlmig.sql.operations.session import Cluster
from sqlmig.sql.operations.tables import AlterTable, CreateTable, CreateTableAs, DropTable, Persistence
from sqlmig.sql.operations.types import (
    AddEnumValue,
    AlterAttribute,
    AlterDomain,
    AlterSequence,
    CreateCompositeType,
    CreateDomain,
    CreateEnum,
    CreateSequence,
    RenameEnumValue,
)
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.state import TEMPORARY, SchemaState
from sqlmig.sql.sharing.wide import WITHOUT_SCHEMA, named


def is_elsewhere(name: Name, home: str) -> bool:
    """Whether a full name is of an object in another schema; temporary objects are nobody else's."""
    return name.schema is not None and name.schema not in (home, TEMPORARY)


def about(operation: Operation, state: SchemaState) -> Iterator[str]:
    """What an operation says by name of things in another schema."""
    home = state.home
    if isinstance(operation, Grant):
        yield from _granted(operation, state)
    if isinstance(operation, SetSchema) and operation.schema != home:
        yield f"{operation.kind.value} {operation.name} is moved to {named(Kind.SCHEMA, operation.schema)}"
    if isinstance(operation, CreateTable) and operation.partition_of is not None:
        parent = state.resolve(operation.partition_of)
        yield from (f"partition of {parent}",) if is_elsewhere(parent, home) else ()
    name = subject(operation, state)
    if name is None or not is_elsewhere(name, home):
        return
    if isinstance(operation, CommentOn | SecurityLabel):
        verb = "COMMENT" if isinstance(operation, CommentOn) else "SECURITY LABEL"
        yield f"{verb} ON {_kind(operation)} {name}"
    else:
        yield f"{_kind(operation)} {name} is {_done_to(operation)}"


def subject(operation: Operation, state: SchemaState) -> Name | None:
    """The full name of what an operation makes, alters or drops.

    None for what has no schema, and for what is about rows or about something that belongs to a table: those are told
    by the locks.
    """
    match operation:
        case CreateTable(table=name, persistence=persistence) | CreateTableAs(table=name, persistence=persistence):
            return state.resolve_new(name, temporary=persistence is Persistence.TEMPORARY)
        case CreateView(view=name, temporary=temporary) | CreateSequence(sequence=name, temporary=temporary):
            return state.resolve_new(name, temporary=temporary)
        case CreateMaterializedView(view=name) | CreateRoutine(name=name) | CreateDomain(domain=name):
            return state.resolve_new(name)
        case CreateEnum(type=name) | CreateCompositeType(type=name):
            return state.resolve_new(name)
        case AlterRoutine(name=name) | DropRoutine(name=name):
            return state.resolve_routine(name)
        case AddEnumValue(type=name) | RenameEnumValue(type=name) | AlterAttribute(type=name):
            return state.resolve_type(name)
        case AlterDomain(domain=name):
            return state.resolve_type(name)
        case AlterSequence(sequence=name) | RefreshMaterializedView(view=name) | DropTable(table=name):
            return state.resolve(name)
        case AlterTable(table=name) | DropIndex(index=name) | Cluster(table=Name() as name):
            return state.resolve(name)
        case Reindex(kind=Kind.TABLE | Kind.INDEX, name=Name() as name):
            return state.resolve(name)
        case _:
            return _generic_subject(operation, state)


def _generic_subject(operation: Operation, state: SchemaState) -> Name | None:
    match operation:
        case CreateObject(kind=kind, name=Name() as name) if kind not in WITHOUT_SCHEMA:
            return state.resolve_new(name)
        case DropObject() | Rename() | CommentOn() | SecurityLabel() if operation.table is not None:
            return _full(
                Kind.DOMAIN if operation.kind is Kind.DOMAIN_CONSTRAINT else Kind.TABLE, operation.table, state
            )
        case AlterObject() | DropObject() | Rename() | SetSchema() | ChangeOwner() | CommentOn() | SecurityLabel():
            kind, generic = operation.kind, operation.name
            return _full(kind, generic, state) if generic is not None and kind not in WITHOUT_SCHEMA else None
        case _:
            return None


def _granted(operation: Grant, state: SchemaState) -> Iterator[str]:
    verb, kind = "REVOKE" if operation.revoke else "GRANT", operation.kind
    for schema in operation.all_in_schemas:
        if schema != state.home:
            yield f"{verb} on all {kind.value}s in {named(Kind.SCHEMA, schema)}"
    for name in operation.objects if kind not in WITHOUT_SCHEMA else ():
        full = _full(kind, name, state)
        if is_elsewhere(full, state.home):
            yield f"{verb} on {kind.value} {full}"


def _full(kind: Kind, name: Name, state: SchemaState) -> Name:
    if kind in (Kind.FUNCTION, Kind.PROCEDURE, Kind.ROUTINE, Kind.AGGREGATE):
        return state.resolve_routine(name)
    return state.resolve_type(name) if kind in (Kind.TYPE, Kind.DOMAIN) else state.resolve(name)


def _done_to(operation: Operation) -> str:
    match operation:
        case CreateRoutine(or_replace=True) | CreateView(or_replace=True) | CreateObject(or_replace=True):
            return "replaced"
        case DropObject() | DropTable() | DropIndex() | DropRoutine():
            return "dropped"
        case Rename():
            return "renamed"
        case RefreshMaterializedView():
            return "refreshed"
        case Reindex():
            return "built again"
        case Cluster():
            return "clustered"
        case _:
            return "made" if type(operation).__name__.startswith("Create") else "altered"


def _kind(operation: Operation) -> str:
    if isinstance(operation, DropObject | Rename | CommentOn | SecurityLabel) and operation.table is not None:
        return f"{operation.kind.value} {quote_ident(operation.name.name)} of" if operation.name else "something of"
    if isinstance(operation, AlterDomain):
        return Kind.DOMAIN.value
    found = _KINDS.get(type(operation)) or getattr(operation, "kind", None)
    return found.value if isinstance(found, Kind) else Kind.TABLE.value


_KINDS: Final[dict[type, Kind]] = {
    CreateView: Kind.VIEW,
    CreateMaterializedView: Kind.MATERIALIZED_VIEW,
    RefreshMaterializedView: Kind.MATERIALIZED_VIEW,
    CreateSequence: Kind.SEQUENCE,
    AlterSequence: Kind.SEQUENCE,
    CreateEnum: Kind.TYPE,
    CreateCompositeType: Kind.TYPE,
    AddEnumValue: Kind.TYPE,
    RenameEnumValue: Kind.TYPE,
    AlterAttribute: Kind.TYPE,
    CreateDomain: Kind.DOMAIN,
    DropIndex: Kind.INDEX,
}

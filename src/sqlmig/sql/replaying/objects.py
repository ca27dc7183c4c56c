"""What every kind of object knows: DROP, RENAME TO, SET SCHEMA; schemas, extensions, and kinds without operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from sqlmig.sql.operations.access import (
    CreateExtension,
    CreateRole,
    CreateSchema,
    DropOwned,
    DropSchema,
)
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.objects import CreateObject, DropObject, Rename, SetSchema
from sqlmig.sql.reader import Name
from sqlmig.sql.replaying import policies, removal
from sqlmig.sql.replaying.constraints import rename_in
from sqlmig.sql.replaying.draft import Draft, Handler
from sqlmig.sql.replaying.renaming import Renaming, rename, rename_relations
from sqlmig.sql.schema.objects import CompositeType, Domain, Extension, OtherType

_RELATIONS: Final = frozenset(
    {Kind.TABLE, Kind.FOREIGN_TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW, Kind.SEQUENCE, Kind.INDEX}
)
_TYPES: Final = frozenset({Kind.TYPE, Kind.DOMAIN})
_ROUTINES: Final = frozenset({Kind.FUNCTION, Kind.PROCEDURE, Kind.ROUTINE, Kind.AGGREGATE})
_UNQUALIFIED: Final = frozenset(
    {
        Kind.ACCESS_METHOD,
        Kind.DATABASE,
        Kind.EVENT_TRIGGER,
        Kind.FOREIGN_DATA_WRAPPER,
        Kind.LANGUAGE,
        Kind.PUBLICATION,
        Kind.ROLE,
        Kind.SCHEMA,
        Kind.SERVER,
        Kind.SUBSCRIPTION,
        Kind.TABLESPACE,
    }
)
"""Kinds whose objects are in no schema."""


def create_object(draft: Draft, operation: CreateObject) -> None:
    """CREATE of a kind without an operation of its own."""
    if operation.name is None:
        return
    if operation.kind is Kind.TYPE:
        draft.put_type(OtherType(name=draft.state.resolve_new(operation.name), made_by=draft.origin))
        return
    table = None if operation.table is None else draft.state.resolve(operation.table)
    draft.put_object(operation.kind, _full(draft, operation.kind, operation.name), table=table)


def _full(draft: Draft, kind: Kind, name: Name) -> Name:
    return Name(None, name.name) if kind in _UNQUALIFIED else draft.state.resolve_new(name)


def drop_object(draft: Draft, operation: DropObject) -> None:
    """DROP of a kind without an operation of its own; views, types and sequences are among them."""
    kind, name = operation.kind, operation.name
    if name is None:
        return
    if kind in (Kind.VIEW, Kind.MATERIALIZED_VIEW):
        removal.drop_view(draft, draft.state.resolve(name), kind, cascade=operation.cascade)
    elif kind is Kind.SEQUENCE:
        removal.drop_sequence(draft, draft.state.resolve(name), cascade=operation.cascade)
    elif kind in _TYPES:
        removal.drop_type(draft, draft.state.resolve_type(name), kind, cascade=operation.cascade)
    elif kind is Kind.EXTENSION:
        draft.take("extensions", name.name)
        draft.drop(kind, name)
    elif kind is Kind.RULE and operation.table is not None:
        policies.drop_rule(draft, operation.table, name.name)
    else:
        draft.take("objects", (kind, _full(draft, kind, name)))
        draft.drop(kind, _full(draft, kind, name))


# --- RENAME TO ---


def rename_object(draft: Draft, operation: Rename) -> None:
    """RENAME TO."""
    kind, name, new = operation.kind, operation.name, operation.new
    if kind in _RELATIONS:
        _rename_relation(draft, name, new)
    elif kind in _TYPES:
        _rename_type(draft, name, new)
    elif kind in _ROUTINES:
        _move_routines(draft, operation, lambda old: Name(old.schema, new))
    elif kind is Kind.SCHEMA:
        _rename_schema(draft, name.name, new)
    elif operation.table is not None and kind in _PARTS:
        _PARTS[kind](draft, operation.table, name.name, new)
    else:
        old = _full(draft, kind, name)
        if (kind, old) in draft.state.objects:
            found = draft.state.objects[kind, old]
            draft.take("objects", (kind, old))
            renamed = Name(old.schema, new)
            draft.put("objects", (kind, renamed), found.replaced(name=renamed))


def _rename_relation(draft: Draft, name: Name, new: str) -> None:
    resolved = draft.state.resolve(name)
    if draft.state.relation(resolved) is None:
        return
    index = draft.state.indexes.get(resolved)
    table = draft.state.tables.get(index.table) if index is not None else None
    if index is not None and index.constraint is not None and table is not None:
        rename_in(draft, table, index.constraint, new)
    else:
        rename_relations(draft, {resolved: Name(resolved.schema, new)})


def _rename_type(draft: Draft, name: Name, new: str) -> None:
    resolved = draft.state.resolve_type(name)
    if resolved in draft.state.types:
        rename(draft, Renaming(types={resolved: Name(resolved.schema, new)}))


def _move_routines(draft: Draft, operation: Rename | SetSchema, moved: Callable[[Name], Name]) -> None:
    """Rename the routines of a name. Overloads go together: which of them is meant, the operation does not say."""
    old = draft.state.resolve_routine(operation.name)
    if old in draft.state.routines:
        rename(draft, Renaming(routines={old: moved(old)}))


def _rename_attribute(draft: Draft, type_name: Name, name: str, new: str) -> None:
    composite = draft.state.type(type_name)
    if isinstance(composite, CompositeType) and composite.attributes is not None:
        attributes = (found.replaced(name=new) if found.name == name else found for found in composite.attributes)
        draft.put_type(composite.replaced(attributes=tuple(attributes)))


def _rename_domain_constraint(draft: Draft, domain_name: Name, name: str, new: str) -> None:
    domain = draft.state.type(domain_name)
    if isinstance(domain, Domain):
        constraints = (found.replaced(name=new) if found.name == name else found for found in domain.constraints)
        draft.put_type(domain.replaced(constraints=tuple(constraints)))


_PARTS: Final[dict[Kind, Callable[[Draft, Name, str, str], None]]] = {
    Kind.POLICY: policies.rename_policy,
    Kind.TRIGGER: policies.rename_trigger,
    Kind.RULE: policies.rename_rule,
    Kind.COLUMN: _rename_attribute,
    Kind.DOMAIN_CONSTRAINT: _rename_domain_constraint,
}


def _rename_schema(draft: Draft, schema: str, new: str) -> None:
    state = draft.state

    def moved(names: Iterable[Name]) -> dict[Name, Name]:
        return {name: Name(new, name.name) for name in names if name.schema == schema}

    rename(
        draft,
        Renaming(
            relations=moved((*state.tables, *state.indexes, *state.views, *state.sequences)),
            types=moved(state.types),
            routines=moved(state.routines),
        ),
    )
    for (kind, name), found in list(draft.state.objects.items()):
        if name.schema == schema:
            draft.take("objects", (kind, name))
            draft.put("objects", (kind, Name(new, name.name)), found.replaced(name=Name(new, name.name)))
    old = Name(None, schema)
    if (Kind.SCHEMA, old) in draft.state.objects:
        found = draft.state.objects[Kind.SCHEMA, old]
        draft.take("objects", (Kind.SCHEMA, old))
        draft.put("objects", (Kind.SCHEMA, Name(None, new)), found.replaced(name=Name(None, new)))


# --- SET SCHEMA ---


def set_schema(draft: Draft, operation: SetSchema) -> None:
    """SET SCHEMA: a table takes its indexes and its sequences along."""
    kind, schema = operation.kind, operation.schema
    if kind in _RELATIONS:
        name = draft.state.resolve(operation.name)
        if draft.state.relation(name) is None:
            return
        names = [name, *(index.name for index in draft.state.indexes_on(name)), *removal.owned_sequences(draft, name)]
        rename_relations(draft, {old: Name(schema, old.name) for old in names})
    elif kind in _TYPES:
        type_name = draft.state.resolve_type(operation.name)
        if type_name in draft.state.types:
            rename(draft, Renaming(types={type_name: Name(schema, type_name.name)}))
    elif kind in _ROUTINES:
        _move_routines(draft, operation, lambda old: Name(schema, old.name))
    elif kind is Kind.EXTENSION:
        extension = draft.state.extension(operation.name.name)
        if extension is not None:
            draft.put("extensions", extension.name, extension.replaced(schema=schema))


# --- schemas, extensions, roles ---


def create_schema(draft: Draft, operation: CreateSchema) -> None:
    """CREATE SCHEMA."""
    name = Name(None, operation.schema)
    if not (operation.if_not_exists and (Kind.SCHEMA, name) in draft.state.objects):
        draft.put_object(Kind.SCHEMA, name)


def drop_schema(draft: Draft, operation: DropSchema) -> None:
    """DROP SCHEMA; with CASCADE all that is in it."""
    removal.drop_schema(draft, operation.schema)


def create_extension(draft: Draft, operation: CreateExtension) -> None:
    """CREATE EXTENSION."""
    name = operation.extension
    if not (operation.if_not_exists and name in draft.state.extensions):
        made = Extension(name=name, schema=operation.schema, made_by=draft.origin)
        draft.put("extensions", name, made)


def create_role(draft: Draft, operation: CreateRole) -> None:
    """CREATE ROLE."""
    draft.put_object(Kind.ROLE, Name(None, operation.role))


def drop_owned(draft: Draft, _: DropOwned) -> None:
    """DROP OWNED: owners are not known."""
    draft.be_uncertain()


HANDLERS: Final[dict[type, Handler]] = {
    CreateObject: create_object,
    DropObject: drop_object,
    Rename: rename_object,
    SetSchema: set_schema,
    CreateSchema: create_schema,
    DropSchema: drop_schema,
    CreateExtension: create_extension,
    CreateRole: create_role,
    DropOwned: drop_owned,
}

"""CREATE SCHEMA, with what it makes inside of the schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlmig.sql.operations.access import CreateSchema, GrantRole
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.indexes import CreateIndex, CreateView
from sqlmig.sql.operations.policies import CreateTrigger
from sqlmig.sql.operations.tables import CreateTable, CreateTableAs
from sqlmig.sql.operations.types import CreateSequence
from sqlmig.sql.parse.grants import grant
from sqlmig.sql.parse.indexes import create_index
from sqlmig.sql.parse.pieces import NotUnderstood, expect, expect_end, identifier, if_not_exists, refuse, role
from sqlmig.sql.parse.policies import create_trigger
from sqlmig.sql.parse.tables import create_table
from sqlmig.sql.parse.types_and_domains import create_sequence
from sqlmig.sql.parse.views import create_view
from sqlmig.sql.reader import Name, Reader

Operations = tuple[Operation, ...]


def create_schema(r: Reader) -> Operations:
    """Read CREATE SCHEMA: the schema's own operation, then those of what stands inside, with the schema's name."""
    at = r.at
    expect(r, "create", "schema")
    unless_there = if_not_exists(r)
    named = r.word != "authorization"
    schema = identifier(r) if named else ""
    owner = role(r) if r.accept("authorization") else None
    created = CreateSchema(schema=schema or owner or "", authorization=owner, if_not_exists=unless_there, at=at)
    if unless_there and r.next is not None:
        raise NotUnderstood("IF NOT EXISTS allows nothing inside of the schema", r.at)
    inside: list[Operation] = []
    while r.next is not None:
        inside.append(_element(r, created.schema))
    return (created, *inside)


def _element(r: Reader, schema: str) -> Operation:
    """Read one statement inside of the schema; it ends where the next CREATE or GRANT begins."""
    first = r.index
    if r.word not in _BEGINNINGS:
        refuse(r, "CREATE or GRANT")
    r.step()
    while r.next is not None and (r.word not in _BEGINNINGS or _belongs(r)):
        if not r.pair():
            r.step()
    part = r.part(first, r.index)
    *_, operation = _reader(part)(part)
    expect_end(part)
    if isinstance(operation, CreateTableAs | GrantRole):
        raise NotUnderstood("this cannot stand inside of CREATE SCHEMA", operation.at)
    return _qualified(operation, schema)


_BEGINNINGS: Final = ("create", "grant")


def _belongs(r: Reader) -> bool:
    """Whether CREATE or GRANT is a privilege, part of WITH GRANT OPTION, or a name."""
    return r.last.text in (".", ",") or r.last.word in ("grant", "with", "as")


def _reader(r: Reader) -> Callable[[Reader], Operations]:
    if r.word == "grant":
        return grant
    count = 1
    while r.word_ahead(count) in _MODIFIERS:
        count += 1
    return _ELEMENTS.get(r.word_ahead(count)) or refuse(r, "what a schema can have inside")


_MODIFIERS: Final = frozenset(
    "or replace temp temporary global local unlogged unique constraint recursive".split()  # noqa: SIM905
)
_ELEMENTS: Final[dict[str, Callable[[Reader], Operations]]] = {
    "table": create_table,
    "view": create_view,
    "index": create_index,
    "sequence": create_sequence,
    "trigger": create_trigger,
}


def _qualified(operation: Operation, schema: str) -> Operation:
    """The operation with the new schema, where it is made: PostgreSQL lets nothing else stand there."""
    match operation:
        case CreateTable() | CreateIndex() | CreateTrigger():
            return operation.replaced(table=_inside(operation.table, schema))
        case CreateView():
            return operation.replaced(view=_inside(operation.view, schema))
        case CreateSequence():
            return operation.replaced(sequence=_inside(operation.sequence, schema))
        case _:
            return operation


def _inside(name: Name, schema: str) -> Name:
    return name if name.schema is not None else Name(schema, name.name, name.at)

"""CREATE INDEX, DROP INDEX, REINDEX."""

from __future__ import annotations

from typing import Final

from sqlmig.sql.definitions import IndexElement
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.indexes import CreateIndex, DropIndex, Reindex
from sqlmig.sql.parse.constraints import nulls_not_distinct
from sqlmig.sql.parse.elements import index_element, index_elements
from sqlmig.sql.parse.expressions import expression
from sqlmig.sql.parse.maintenance import is_on, utility_options
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    cascade,
    expect,
    expect_one_of,
    identifier,
    if_exists,
    if_not_exists,
    in_parentheses,
    name,
    names,
    options,
)
from sqlmig.sql.parse.targets import target
from sqlmig.sql.reader import Name, Reader


def create_index(r: Reader) -> tuple[Operation, ...]:
    """Read CREATE INDEX."""
    at = r.at
    expect(r, "create")
    unique = r.accept("unique")
    expect(r, "index")
    concurrently = r.accept("concurrently")
    unless_there = if_not_exists(r)
    index = identifier(r) if unless_there or r.word != "on" else None
    expect(r, "on")
    found = target(r)
    method = identifier(r) if r.accept("using") else None
    elements = index_elements(r)
    include = in_parentheses(r, _included) if r.accept("include") else ()
    not_distinct = nulls_not_distinct(r)
    given = options(r) if r.accept("with") else ()
    tablespace = identifier(r) if r.accept("tablespace") else None
    where = expression(r) if r.accept("where") else None
    return (
        CreateIndex(
            name=index,
            table=found.table,
            elements=elements,
            unique=unique,
            concurrently=concurrently,
            if_not_exists=unless_there,
            only=found.only,
            method=method,
            include=include,
            nulls_not_distinct=not_distinct,
            where=where,
            options=given,
            tablespace=tablespace,
            at=at,
        ),
    )


def _included(r: Reader) -> str:
    at = r.at
    element = index_element(r)
    if element.column is None or element != IndexElement(column=element.column):
        raise NotUnderstood("INCLUDE takes plain columns", at)
    return element.column


def drop_index(r: Reader) -> tuple[Operation, ...]:
    """Read DROP INDEX: an operation for each index."""
    at = r.at
    expect(r, "drop", "index")
    concurrently = r.accept("concurrently")
    missing_ok, indexes = if_exists(r), names(r)
    cascades = cascade(r)
    return tuple(
        DropIndex(index=index, concurrently=concurrently, if_exists=missing_ok, cascade=cascades, at=at)
        for index in indexes
    )


def reindex(r: Reader) -> tuple[Operation, ...]:
    """Read REINDEX."""
    at = r.at
    expect(r, "reindex")
    concurrently = r.is_symbol("(") and is_on(utility_options(r), "concurrently")
    kind = _REINDEXED[expect_one_of(r, *_REINDEXED)]
    concurrently = r.accept("concurrently") or concurrently
    found: Name | None = None
    if kind in (Kind.INDEX, Kind.TABLE):
        found = name(r)
    elif kind is Kind.SCHEMA or r.next is not None:
        at_name = r.at
        found = Name(None, identifier(r), at_name)
    return (Reindex(kind=kind, name=found, concurrently=concurrently, at=at),)


_REINDEXED: Final = {
    "index": Kind.INDEX,
    "table": Kind.TABLE,
    "schema": Kind.SCHEMA,
    "database": Kind.DATABASE,
    "system": Kind.DATABASE,
}

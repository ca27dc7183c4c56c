"""Statements on rows.

What a data-modifying WITH does comes first, as operations of its own, and the statement itself last.
"""

from __future__ import annotations

from typing import Final

from sqlmig.sql.definitions import Expression
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.rows import Copy, CopyEnd, Insert, OnConflict, Select, Truncate
from sqlmig.sql.operations.tables import CreateTableAs
from sqlmig.sql.parse.changes import (
    assigned_column,
    assignments,
    overriding,
    read_delete,
    read_merge,
    read_update,
    returning,
)
from sqlmig.sql.parse.copy_options import copy_options
from sqlmig.sql.parse.elements import index_elements
from sqlmig.sql.parse.expressions import between, expression, parenthesised
from sqlmig.sql.parse.pieces import (
    NotUnderstood,
    cascade,
    column_list,
    expect,
    expect_end,
    expect_one_of,
    identifier,
    in_parentheses,
    name,
    string,
)
from sqlmig.sql.parse.queries import common_tables, into_target, query, starts_query, step_to_into
from sqlmig.sql.parse.targets import tables
from sqlmig.sql.reader import Reader

Operations = tuple[Operation, ...]


def with_(r: Reader) -> Operations:
    """Read a query, INSERT, UPDATE, DELETE or MERGE, each with WITH in front of it or without (PreparableStmt)."""
    first, wrapped = r.index, r.is_symbol("(")
    inner = _modifying_with(r)
    if wrapped:
        r.back(first)
    return *inner, _statement(r, first)


select: Final = with_
insert: Final = with_
update: Final = with_
delete: Final = with_
merge: Final = with_


def source(r: Reader) -> tuple[Operations, Expression]:
    """Read the query that CREATE TABLE AS takes its rows from: what its data-modifying WITH does, and the query."""
    first = r.index
    inner = _modifying_with(r)
    r.back(first)
    return inner, query(r)


def _modifying_with(r: Reader) -> Operations:
    """Step over WITH, also behind opening parentheses: what its statements do, other than read."""
    while r.symbol("("):
        pass
    if r.word != "with":
        return ()
    return tuple(found for statement in common_tables(r) for found in _modifying(statement))


def _modifying(r: Reader) -> Operations:
    """What a statement in parentheses does, other than read. PostgreSQL refuses a data-modifying WITH inside of it."""
    if r.word == "with":
        common_tables(r)
    found = _statement(r, 0)
    expect_end(r)
    return () if isinstance(found, Select) else (found,)


def _statement(r: Reader, first: int) -> Operation:
    """Read what follows WITH; the statement begins, with its WITH, at the token `first`."""
    match r.word:
        case "insert":
            return _insert(r, first)
        case "update":
            return read_update(r, first)
        case "delete":
            return read_delete(r, first)
        case "merge":
            return read_merge(r, first)
        case _:
            return _select(r, first)


# --- SELECT ---


def _select(r: Reader, first: int) -> Operation:
    start = r.index
    query(r)
    end = r.index
    whole = between(r, first, end)
    r.back(start)
    into = into_target(r) if step_to_into(r) else None
    r.back(end)
    if into is None:
        return Select(query=whole, at=whole.start)
    table, persistence = into
    return CreateTableAs(table=table, query=whole, persistence=persistence, at=whole.start)


# --- INSERT ---


def _insert(r: Reader, first: int) -> Operation:
    at = r.at
    expect(r, "insert", "into")
    table = name(r)
    if r.accept("as"):
        identifier(r)
    columns = in_parentheses(r, assigned_column) if r.is_symbol("(") and not starts_query(r) else ()
    rows = None
    if columns or not r.accept("default", "values"):
        overriding(r)
        rows = query(r)
    conflict = _on_conflict(r) if r.accept("on", "conflict") else None
    returning(r)
    statement = between(r, first, r.index)
    return Insert(table=table, columns=columns, source=rows, on_conflict=conflict, statement=statement, at=at)


def _on_conflict(r: Reader) -> OnConflict:
    constraint = predicate = None
    columns: tuple[str, ...] = ()
    if r.accept("on", "constraint"):
        constraint = identifier(r)
    elif r.is_symbol("("):
        columns = tuple(element.column for element in index_elements(r) if element.column is not None)
        predicate = expression(r) if r.accept("where") else None
    expect(r, "do")
    if r.accept("nothing"):
        return OnConflict(columns=columns, predicate=predicate, constraint=constraint)
    expect(r, "update", "set")
    assigned = assignments(r)
    where = expression(r) if r.accept("where") else None
    return OnConflict(
        columns=columns, predicate=predicate, constraint=constraint, updates=True, assigned=assigned, where=where
    )


# --- TRUNCATE and COPY ---


def truncate(r: Reader) -> Operations:
    """Read TRUNCATE."""
    at = r.at
    expect(r, "truncate")
    r.accept("table")
    truncated = tables(r)
    identity = r.one_of("restart", "continue")
    if identity:
        expect(r, "identity")
    return (Truncate(tables=truncated, restart_identity=identity == "restart", cascade=cascade(r), at=at),)


def copy(r: Reader) -> Operations:
    """Read COPY."""
    at = r.at
    expect(r, "copy")
    if r.is_symbol("("):
        return _copy_query(r, at)
    r.accept("binary")
    table = name(r)
    if r.is_symbol("("):
        column_list(r)
    reads = expect_one_of(r, "from", "to") == "from"
    end = _copy_end(r)
    if r.word == "delimiters" or (r.word == "using" and r.word_ahead(1) == "delimiters"):
        r.accept("using")
        r.step()
        string(r)
    r.accept("with")
    copy_options(r)
    if r.word == "where" and not reads:
        raise NotUnderstood("COPY TO has no WHERE", r.at)
    if r.accept("where"):
        expression(r)
    return (Copy(table=table, reads=reads, end=end, at=at),)


def _copy_query(r: Reader, at: int) -> Operations:
    start = r.index
    copied = parenthesised(r)
    part = r.part(start + 1, r.index - 1)
    inner = tuple(operation for operation in with_(part) if not isinstance(operation, Select))
    expect_end(part)
    expect(r, "to")
    end = _copy_end(r)
    r.accept("with")
    copy_options(r)
    return *inner, Copy(table=None, query=copied, reads=False, end=end, at=at)


def _copy_end(r: Reader) -> CopyEnd:
    if r.accept("program"):
        string(r)
        return CopyEnd.PROGRAM
    if r.one_of("stdin", "stdout"):
        return CopyEnd.CLIENT
    string(r)
    return CopyEnd.FILE

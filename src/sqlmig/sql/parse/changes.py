"""UPDATE, DELETE and MERGE, and the clauses that INSERT shares with them."""

from __future__ import annotations

from sqlmig.sql.definitions import Expression
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.rows import Delete, Merge, Update
from sqlmig.sql.parse.expressions import between, expression
from sqlmig.sql.parse.pieces import (
    attributes,
    comma_list,
    expect,
    expect_one_of,
    expect_symbol,
    identifier,
    in_parentheses,
)
from sqlmig.sql.parse.queries import result_column
from sqlmig.sql.parse.targets import aliased_target, joined_tables, tables_read
from sqlmig.sql.reader import Reader


def read_update(r: Reader, first: int) -> Operation:
    """Read UPDATE; the statement begins, with its WITH, at the token `first`."""
    at = r.at
    expect(r, "update")
    found = aliased_target(r)
    expect(r, "set")
    assigned = assignments(r)
    sources = tables_read(r) if r.accept("from") else None
    where, current_of = _where(r)
    returning(r)
    return Update(
        table=found.table,
        alias=found.alias,
        only=found.only,
        assigned=assigned,
        sources=sources,
        where=where,
        current_of=current_of,
        statement=between(r, first, r.index),
        at=at,
    )


def read_delete(r: Reader, first: int) -> Operation:
    """Read DELETE; the statement begins, with its WITH, at the token `first`."""
    at = r.at
    expect(r, "delete", "from")
    found = aliased_target(r)
    sources = tables_read(r) if r.accept("using") else None
    where, current_of = _where(r)
    returning(r)
    return Delete(
        table=found.table,
        alias=found.alias,
        only=found.only,
        sources=sources,
        where=where,
        current_of=current_of,
        statement=between(r, first, r.index),
        at=at,
    )


def read_merge(r: Reader, first: int) -> Operation:
    """Read MERGE; the statement begins, with its WITH, at the token `first`."""
    at = r.at
    expect(r, "merge", "into")
    found = aliased_target(r)
    expect(r, "using")
    source = joined_tables(r)
    expect(r, "on")
    on = expression(r)
    actions = {_merge_action(r)}
    while r.word == "when":
        actions.add(_merge_action(r))
    returning(r)
    return Merge(
        table=found.table,
        alias=found.alias,
        source=source,
        on=on,
        actions=frozenset(actions - {""}),
        statement=between(r, first, r.index),
        at=at,
    )


def _merge_action(r: Reader) -> str:
    """Read WHEN ... THEN ... (merge_when_clause): what is done, or '' for nothing."""
    expect(r, "when")
    inserts = r.accept("not")
    expect(r, "matched")
    if inserts and r.accept("by"):
        inserts = expect_one_of(r, "source", "target") == "target"
    if r.accept("and"):
        expression(r)
    expect(r, "then")
    if r.accept("do", "nothing"):
        return ""
    if inserts:
        _merge_insert(r)
        return "insert"
    if r.accept("delete"):
        return "delete"
    expect(r, "update", "set")
    assignments(r)
    return "update"


def _merge_insert(r: Reader) -> None:
    expect(r, "insert")
    if r.accept("default", "values"):
        return
    if r.is_symbol("("):
        in_parentheses(r, assigned_column)
    overriding(r)
    expect(r, "values")
    in_parentheses(r, expression)


# --- clauses ---


def assignments(r: Reader) -> tuple[str, ...]:
    """Read `a = 1, (b, c) = (2, 3)` (set_clause_list): the columns."""
    return tuple(column for columns in comma_list(r, _assignment) for column in columns)


def _assignment(r: Reader) -> tuple[str, ...]:
    columns = in_parentheses(r, assigned_column) if r.is_symbol("(") else (assigned_column(r),)
    expect_symbol(r, "=")
    expression(r)
    return columns


def assigned_column(r: Reader) -> str:
    """Read a column that gets a value, of which perhaps a part only: `a`, `a.b`, `a[1]` (set_target)."""
    column = identifier(r)
    while r.is_symbol(".") or r.is_symbol("["):
        if not r.pair():
            attributes(r, column)
    return column


def overriding(r: Reader) -> None:
    """Read OVERRIDING, if it is there."""
    if r.accept("overriding"):
        expect_one_of(r, "user", "system")
        expect(r, "value")


def returning(r: Reader) -> None:
    """Read RETURNING, if it is there."""
    if r.accept("returning"):
        if r.accept("with"):
            in_parentheses(r, _returning_option)
        comma_list(r, result_column)


def _returning_option(r: Reader) -> None:
    expect_one_of(r, "old", "new")
    expect(r, "as")
    identifier(r)


def _where(r: Reader) -> tuple[Expression | None, bool]:
    """Read WHERE: its condition, and whether it is CURRENT OF."""
    if not r.accept("where"):
        return None, False
    if r.accept("current", "of"):
        identifier(r)
        return None, True
    return expression(r), False

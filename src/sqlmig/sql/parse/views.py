"""CREATE VIEW, CREATE and REFRESH MATERIALIZED VIEW."""

from __future__ import annotations

from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.indexes import CreateMaterializedView, CreateView, RefreshMaterializedView
from sqlmig.sql.operations.tables import Persistence
from sqlmig.sql.parse.pieces import column_list, expect, identifier, if_not_exists, name, options
from sqlmig.sql.parse.queries import query
from sqlmig.sql.parse.tables import persistence, with_data
from sqlmig.sql.reader import Reader


def create_view(r: Reader) -> tuple[Operation, ...]:
    """Read CREATE VIEW or CREATE MATERIALIZED VIEW."""
    at = r.at
    expect(r, "create")
    if r.word == "materialized" or (r.word == "unlogged" and r.word_ahead(1) == "materialized"):
        return (_materialized(r, at),)
    or_replace = r.accept("or", "replace")
    temporary = persistence(r) is Persistence.TEMPORARY
    recursive = r.accept("recursive")
    expect(r, "view")
    view = name(r)
    columns = column_list(r) if recursive or r.is_symbol("(") else ()
    given = options(r) if r.accept("with") else ()
    expect(r, "as")
    rows = query(r)
    return (
        CreateView(
            view=view,
            query=rows,
            columns=columns,
            or_replace=or_replace,
            temporary=temporary,
            recursive=recursive,
            options=given,
            check_option=None if recursive else _check_option(r),
            at=at,
        ),
    )


def _check_option(r: Reader) -> str | None:
    """Read WITH [LOCAL | CASCADED] CHECK OPTION: without either word it is CASCADED."""
    if not r.accept("with"):
        return None
    found = r.one_of("local", "cascaded") or "cascaded"
    expect(r, "check", "option")
    return found


def _materialized(r: Reader, at: int) -> Operation:
    r.accept("unlogged")
    expect(r, "materialized", "view")
    unless_there = if_not_exists(r)
    view = name(r)
    columns = column_list(r) if r.is_symbol("(") else ()
    if r.accept("using"):
        identifier(r)
    given = options(r) if r.accept("with") else ()
    if r.accept("tablespace"):
        identifier(r)
    expect(r, "as")
    rows = query(r)
    return CreateMaterializedView(
        view=view,
        query=rows,
        columns=columns,
        if_not_exists=unless_there,
        options=given,
        with_data=with_data(r),
        at=at,
    )


def refresh(r: Reader) -> tuple[Operation, ...]:
    """Read REFRESH MATERIALIZED VIEW."""
    at = r.at
    expect(r, "refresh", "materialized", "view")
    concurrently = r.accept("concurrently")
    view = name(r)
    return (RefreshMaterializedView(view=view, concurrently=concurrently, with_data=with_data(r), at=at),)

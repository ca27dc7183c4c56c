"""Columns that may be NULL from now on."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, is_down, is_spared
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import DropNotNull


@rule(DropNotNull, severity=Severity.WARNING, pack=Pack.STRICT)
def drop_not_null(operation: DropNotNull, context: Context) -> Iterator[Flag]:
    """DROP NOT NULL of a column that was there before this migration.

    Effect: code that runs now has never met a NULL there; it may fail on the first that it reads, and conditions on the
    column leave such rows out.

    Instead: deploy code that reads NULLs first, and code that writes them last.

    Unless: the table or the column is made by the same migration, or the column is nullable already. A down file may
    take NOT NULL back.
    """
    table = context.before.table(operation.table)
    column = table.column(operation.column) if table is not None else None
    if is_down(context.file) or is_spared(table, context, if_exists=operation.if_exists):
        return
    if column is not None and (is_spared(column, context) or (column.known_from_creation and not column.not_null)):
        return
    name = f"{context.shown(operation.table)}.{quote_ident(operation.column)}"
    yield Flag(
        f"Code that reads {name} may find NULL there from now on{everywhere(context, operation.table)}; it never was.",
        "Deploy code that reads NULL before any that writes it.",
    )

"""Columns that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import contracts, everywhere, is_spared, removal
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import DropColumn


@rule(DropColumn)
def drop_column(operation: DropColumn, context: Context) -> Iterator[Flag]:
    """DROP COLUMN of a column that was there before this migration.

    Effect: its values are gone for good. Code that reads or writes it fails, and so do prepared statements that return
    all columns of the table, in every session that has one.

    Instead: deploy code that no longer uses the column, and drop it then, in a migration of its own that says
    `-- sqlmig: phase contract`. There it is an info.

    Unless: the table or the column is made by the same migration (in a down file: by its up file), or temporary; or the
    file says both `phase contract` and `irreversible`: its author knows that no code uses the column, and what is lost.
    """
    if contracts(context.file) and context.file.directives.irreversible is not None:
        return
    table = context.before.table(operation.table)
    column = table.column(operation.column) if table is not None else None
    missing_ok = operation.if_column_exists or operation.if_exists
    if is_spared(column, context, if_exists=missing_ok) or (table is not None and is_spared(table, context)):
        return
    shown, where = context.shown(operation.table), everywhere(context, operation.table)
    name = f"{shown}.{quote_ident(operation.column)}"
    computed = column is not None and column.generated is not None
    lost = f"the values of {name} are gone for good{where}"
    prepared = f"sessions with a prepared `SELECT *` of {shown} get an error until they prepare it anew"
    if not _is_made_again(operation, context):
        message = f"Code that still reads or writes {name} fails from now on{where if computed else f', and {lost}'}."
    elif computed:
        return
    else:
        message = f"T{lost[1:]}; the column that this migration adds by its name begins empty."
    yield removal(
        context,
        message,
        f"ALTER TABLE {shown} DROP COLUMN {quote_ident(operation.column)}",
        still=f"S{prepared[1:]}{where}." if computed else f"T{lost[1:]}; {prepared}.",
    )


def _is_made_again(operation: DropColumn, context: Context) -> bool:
    after = context.end.tables.get(context.before.resolve(operation.table))
    return after is not None and after.column(operation.column) is not None

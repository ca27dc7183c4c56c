"""Generated columns that are computed anew."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import Generated
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import SetExpression


@rule(SetExpression)
def set_expression(operation: SetExpression, context: Context) -> Iterator[Flag]:
    """ALTER COLUMN ... SET EXPRESSION, of a generated column that is stored.

    Effect: an ACCESS EXCLUSIVE lock on the table while every row is computed and written anew. Nobody can read or write
    it until that is done.

    Instead: add another generated column or a plain one that a trigger fills, and let the code change over.

    Unless: the table is made by the same migration, or the column is VIRTUAL.

    Since: PostgreSQL 17 has the form.
    """
    table = context.before.table(operation.table)
    column = table.column(operation.column) if table is not None else None
    if context.is_new(operation.table) or (column is not None and column.generated is Generated.VIRTUAL):
        return
    shown = context.shown(operation.table)
    yield Flag(
        f"Every row of {shown} is computed and written anew, while nobody can read or write it.",
        "Add a column with the new expression under another name, and let the code change over:",
        f"ALTER TABLE {shown} ADD COLUMN {quote_ident(operation.column + '_new')} <type>;",
        severity=context.severity(),
    )

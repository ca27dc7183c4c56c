"""NOT NULL for columns of tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import not_null_in_steps
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import SetNotNull


@rule(SetNotNull)
def set_not_null(operation: SetNotNull, context: Context) -> Iterator[Flag]:
    """SET NOT NULL on a column for which no valid constraint proves that it holds no NULL.

    Effect: an ACCESS EXCLUSIVE lock on the table. Nobody can read or write it until every row has been looked at.

    Instead: add CHECK (column IS NOT NULL) NOT VALID, validate it in the next migration, and set NOT NULL in the one
    after that: PostgreSQL then knows already, and reads no row.

    Unless: the table is made by the same migration, or such a CHECK has been validated before.

    Since: PostgreSQL 18 has NOT NULL constraints that can be added NOT VALID and validated later; no CHECK is needed.
    """
    table = context.before.table(operation.table)
    if context.is_new(operation.table) or (table is not None and table.proves_not_null(operation.column)):
        return
    shown = context.shown(operation.table)
    column = quote_ident(operation.column)
    yield Flag(
        f"No valid constraint proves that {shown}.{column} holds no NULL: while every row is looked at,"
        f" nobody can read or write {shown}.",
        "Prove it first, in migrations that leave the table in use:",
        not_null_in_steps(context, operation.table, operation.column),
        severity=context.severity(),
    )

"""NOT NULL constraints on tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import added_in_two, not_valid
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import NotNull
from sqlmig.sql.identifiers import quote_ident, truncate
from sqlmig.sql.operations.tables import AddConstraint


@rule(AddConstraint)
def add_not_null_constraint(operation: AddConstraint, context: Context) -> Iterator[Flag]:
    """ADD CONSTRAINT ... NOT NULL without NOT VALID, on a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the table. Nobody can read or write it until every row has been looked at.

    Instead: add it NOT VALID, and validate it in the next migration.

    Unless: the table is made by the same migration, or a valid CHECK proves it already.

    Since: the form is new in PostgreSQL 18.
    """
    constraint = operation.constraint
    if not isinstance(constraint, NotNull) or constraint.not_valid or context.is_new(operation.table):
        return
    table = context.before.table(operation.table)
    if table is not None and table.proves_not_null(constraint.column):
        return
    shown = context.shown(operation.table)
    name = constraint.name or truncate(f"{constraint.column}_not_null")
    yield Flag(
        f"While every row of {shown} is looked at, nobody can read or write it.",
        "Add it first, and validate it in the next migration:",
        added_in_two(shown, name, f"NOT NULL {quote_ident(constraint.column)}"),
        severity=context.severity(),
        fix=not_valid(context),
    )

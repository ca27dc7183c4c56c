"""CHECK constraints on tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import added_in_two, free_name, not_valid
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import Check
from sqlmig.sql.operations.tables import AddConstraint


@rule(AddConstraint)
def check_not_validated(operation: AddConstraint, context: Context) -> Iterator[Flag]:
    """ADD CHECK without NOT VALID, on a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the table. Nobody can read or write it until every row has been checked.

    Instead: add it NOT VALID, which takes a moment and counts for all new rows; validate it in the next migration,
    which reads the table under a lock that lets reads and writes go on.

    Unless: the table is made by the same migration, or the constraint is NOT ENFORCED.
    """
    constraint = operation.constraint
    if not isinstance(constraint, Check) or constraint.not_valid or not constraint.enforced:
        return
    if context.is_new(operation.table):
        return
    table = context.shown(operation.table)
    name = constraint.name or free_name(f"{operation.table.name}_check", context.before.table(operation.table))
    yield Flag(
        f"While every row of {table} is checked, nobody can read or write it.",
        "Add the constraint first, and validate it in the next migration, while the table stays in use:",
        added_in_two(table, name, f"CHECK ({constraint.expression.text}){' NO INHERIT' * constraint.no_inherit}"),
        severity=context.severity(),
        fix=not_valid(context),
    )

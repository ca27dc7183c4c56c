"""Columns that bring their CHECK with them."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import added_in_two, column_alone
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.definitions import Check
from sqlmig.sql.identifiers import truncate
from sqlmig.sql.operations.tables import AddColumn


@rule(AddColumn, severity=Severity.WARNING)
def add_column_inline_check(operation: AddColumn, context: Context) -> Iterator[Flag]:
    """ADD COLUMN ... CHECK (...), on a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the table. Every row is checked under it, also when the column is empty and
    has no default; nobody can read or write the table meanwhile.

    Instead: add the column alone, then the CHECK with NOT VALID, and validate that in the next migration.

    Unless: the table is made by the same migration.
    """
    if context.is_new(operation.table):
        return
    table = context.shown(operation.table)
    for check in operation.column.constraints:
        if isinstance(check, Check) and check.enforced:
            name = check.name or truncate(f"{operation.table.name}_{operation.column.name}_check")
            yield Flag(
                f"Every row of {table} is checked, while nobody can read or write it, although the column is new.",
                "Add the column without the CHECK, and the CHECK by itself:",
                f"ALTER TABLE {table} ADD COLUMN {column_alone(operation.column)};\n"
                + added_in_two(table, name, f"CHECK ({check.expression.text})"),
                at=check.at,
                severity=context.severity(),
            )

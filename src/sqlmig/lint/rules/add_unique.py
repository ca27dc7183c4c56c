"""Unique constraints on tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import column_alone, key_by_index
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import Unique
from sqlmig.sql.identifiers import truncate
from sqlmig.sql.operations.tables import AddColumn, AddConstraint


@rule(AddConstraint, AddColumn)
def add_unique(operation: AddConstraint | AddColumn, context: Context) -> Iterator[Flag]:
    """ADD UNIQUE, or ADD COLUMN ... UNIQUE, on a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the table. Nobody can read or write it until the index is built.

    Instead: build a unique index concurrently, and make it the constraint in the next migration, which takes a moment.

    Unless: the table is made by the same migration.
    """
    added = (operation.constraint,) if isinstance(operation, AddConstraint) else operation.column.constraints
    for constraint in added:
        if not isinstance(constraint, Unique) or constraint.primary or constraint.using_index is not None:
            continue
        known = context.before.table(operation.table)
        empty = operation.only and known is not None and known.partition_by is not None
        if context.is_new(operation.table) or empty:
            continue
        table = context.shown(operation.table)
        name = constraint.name or truncate("_".join([operation.table.name, *constraint.columns, "key"]))
        yield Flag(
            f"While the index of this constraint is built, nobody can read or write {table}.",
            *_steps(operation, constraint, name, context),
            severity=context.severity(),
        )


def _steps(operation: AddConstraint | AddColumn, key: Unique, name: str, context: Context) -> tuple[str, str]:
    if key.without_overlaps:
        return "Copy the rows in batches into a new table that has the constraint, and swap the two.", ""
    table, by_index = context.shown(operation.table), key_by_index(context, operation.table, name, key)
    if isinstance(operation, AddConstraint):
        return "Build the index first, while the table stays in use:", by_index
    return (
        "Add the column without UNIQUE, then build the index, while the table stays in use:",
        f"ALTER TABLE {table} ADD COLUMN {column_alone(operation.column)};\n-- in a migration of its own:\n{by_index}",
    )

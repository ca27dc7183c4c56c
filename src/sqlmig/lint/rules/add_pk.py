"""Primary keys on tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import column_alone, key_by_index, not_null_in_steps
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import Unique
from sqlmig.sql.identifiers import truncate
from sqlmig.sql.operations.tables import AddColumn, AddConstraint


@rule(AddConstraint, AddColumn)
def add_pk(operation: AddConstraint | AddColumn, context: Context) -> Iterator[Flag]:
    """ADD PRIMARY KEY, or ADD COLUMN ... PRIMARY KEY, on a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the table. Nobody can read or write it until the index is built and every row
    has been looked at for NULLs.

    Instead: make sure that the columns are NOT NULL, build a unique index concurrently, and make it the primary key in
    the next migration, which takes a moment.

    Unless: the table is made by the same migration.
    """
    added = (operation.constraint,) if isinstance(operation, AddConstraint) else operation.column.constraints
    for constraint in added:
        if not isinstance(constraint, Unique) or not constraint.primary or constraint.using_index is not None:
            continue
        known = context.before.table(operation.table)
        empty = operation.only and known is not None and known.partition_by is not None
        if context.is_new(operation.table) or empty:
            continue
        table = context.shown(operation.table)
        name = constraint.name or truncate(f"{operation.table.name}_pkey")
        yield Flag(
            f"While the index of the primary key is built, nobody can read or write {table}.",
            *_steps(operation, constraint, name, context),
            severity=context.severity(),
        )


def _steps(operation: AddConstraint | AddColumn, key: Unique, name: str, context: Context) -> tuple[str, str]:
    if key.without_overlaps:
        return "Copy the rows in batches into a new table that has the key, and swap the two.", ""
    table, by_index = context.shown(operation.table), key_by_index(context, operation.table, name, key)
    if isinstance(operation, AddColumn):
        # What an identity numbers, rows that are there get by hand: see add-column-serial-identity.
        alone = column_alone(operation.column)
        filled = "-- when all rows have a value, and the column is NOT NULL, in a migration of its own:"
        return (
            "Add the column without the key, fill it, and set it NOT NULL (see set-not-null); the key comes last:",
            f"ALTER TABLE {table} ADD COLUMN {alone};\n{filled}\n{by_index}",
        )
    known = context.before.table(operation.table)
    nullable = [column for column in key.columns if known is not None and not known.proves_not_null(column)]
    if not nullable:
        return "Build the index first, while the table stays in use:", by_index
    steps = [not_null_in_steps(context, operation.table, column) for column in nullable]
    return (
        "Set it NOT NULL and build the index first, in migrations that leave the table in use:",
        "\n-- in a migration of its own:\n".join([*steps, by_index]),
    )

"""Exclusion constraints on tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import Exclude
from sqlmig.sql.operations.tables import AddConstraint


@rule(AddConstraint)
def add_exclusion(operation: AddConstraint, context: Context) -> Iterator[Flag]:
    """ADD EXCLUDE on a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the table. Nobody can read or write it until the index is built and every row
    has been compared. There is no form of it that leaves the table in use.

    Instead: make a new table with the constraint, copy the rows in batches, and swap the names. Or accept it for a
    small table, at a quiet hour.

    Unless: the table is made by the same migration.
    """
    if isinstance(operation.constraint, Exclude) and not context.is_new(operation.table):
        yield Flag(
            f"While the index is built and all rows are compared, nobody can read or write"
            f" {context.shown(operation.table)}; PostgreSQL knows no milder way.",
            "Copy the rows in batches into a new table that has the constraint, and swap the two.",
            severity=context.severity(),
        )

"""Foreign keys on tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import added_in_two, foreign_key, free_name, not_valid
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import ForeignKey
from sqlmig.sql.operations.tables import AddConstraint


@rule(AddConstraint)
def fk_not_validated(operation: AddConstraint, context: Context) -> Iterator[Flag]:
    """ADD FOREIGN KEY without NOT VALID, on a table that was there before this migration.

    Effect: a SHARE ROW EXCLUSIVE lock on both tables. Nobody can write to either until every row has been looked up in
    the other one.

    Instead: add it NOT VALID, which takes a moment and counts for all new rows; validate it in the next migration,
    while both tables stay in use.

    Unless: the referencing table is made by the same migration, or the constraint is NOT ENFORCED.

    Since: on a partitioned table NOT VALID works from PostgreSQL 18 on; before, add the key to each partition first.
    """
    constraint = operation.constraint
    if not isinstance(constraint, ForeignKey) or constraint.not_valid or not constraint.enforced:
        return
    if context.is_new(operation.table):
        return
    known = context.before.table(operation.table)
    table, other = context.shown(operation.table), context.shown(constraint.references)
    name = constraint.name or free_name("_".join([operation.table.name, *constraint.columns, "fkey"]), known)
    message = f"While every row of {table} is looked up in {other}, nobody can write to either table."
    if known is not None and known.partition_by is not None and context.postgres < 18:
        instead = "Add it NOT VALID to each partition, validate those, and add it here last: then no row is looked up."
        yield Flag(message, instead, severity=context.severity())
        return
    yield Flag(
        message,
        "Add it NOT VALID, and validate it in the next migration, while both tables stay in use:",
        added_in_two(table, name, foreign_key(constraint, context)),
        severity=context.severity(),
        fix=not_valid(context),
    )

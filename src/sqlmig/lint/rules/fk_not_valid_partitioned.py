"""Foreign keys that a partitioned table cannot have NOT VALID."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import ForeignKey
from sqlmig.sql.operations.tables import AddConstraint


@rule(AddConstraint)
def fk_not_valid_partitioned(operation: AddConstraint, context: Context) -> Iterator[Flag]:
    """ADD FOREIGN KEY ... NOT VALID on a partitioned table, in a project that runs on servers before PostgreSQL 18.

    Effect: those servers refuse it.

    Instead: add it NOT VALID to each partition and validate it there; then add it to the partitioned table, which takes
    those keys over without reading the rows again.

    Since: PostgreSQL 18 accepts it.
    """
    constraint = operation.constraint
    table = context.before.table(operation.table)
    if not isinstance(constraint, ForeignKey) or not constraint.not_valid or context.postgres >= 18:
        return
    if table is None or table.partition_by is None:
        return
    partitions = [context.shown(one.name) for one in context.before.partitions_of(operation.table)]
    steps = [context.rewritten(context.shown(operation.table), partition) for partition in partitions]
    yield Flag(
        f"{context.shown(operation.table)} is partitioned; PostgreSQL {context.postgres} refuses NOT VALID there.",
        "Add it to each partition, validate it there, and add it to the partitioned table last:",
        "\n".join(
            [*steps, "-- in the next migration: VALIDATE CONSTRAINT on each; then, without NOT VALID, the parent"]
        )
        if steps
        else "",
    )

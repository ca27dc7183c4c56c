"""Partitions detached from tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import OFF
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.definitions import BoundKind
from sqlmig.sql.operations.tables import Detach, DetachPartition


@rule(DetachPartition)
def detach_partition(operation: DetachPartition, context: Context) -> Iterator[Flag]:
    """DETACH PARTITION without CONCURRENTLY; or with it, where a default partition makes that an error.

    Effect: an ACCESS EXCLUSIVE lock on the parent, and so on all its partitions, until the transaction ends.
    CONCURRENTLY is refused as long as the parent has a default partition.

    Instead: DETACH PARTITION ... CONCURRENTLY, in a migration of its own outside of a transaction.

    Unless: the parent is made by the same migration.

    Since: CONCURRENTLY is there from PostgreSQL 14 on.
    """
    if context.is_new(operation.table) or operation.mode is Detach.FINALIZE:
        return
    parent, partition = context.shown(operation.table), context.shown(operation.partition)
    default = next(
        (p for p in context.before.partitions_of(operation.table) if p.bound and p.bound.kind is BoundKind.DEFAULT),
        None,
    )
    if operation.mode is Detach.CONCURRENTLY:
        if default is not None:
            yield Flag(
                f"{parent} has a default partition, {context.shown(default.name)}: PostgreSQL refuses CONCURRENTLY.",
                "Detach the default partition first, or detach without CONCURRENTLY at a quiet hour.",
            )
        return
    yield Flag(
        f"This locks {parent} with all its partitions against reads and writes, to the end of the transaction.",
        "Detach it in a migration of its own:"
        if default is None
        else "Only without the default partition there is a milder way.",
        f"{OFF}\nALTER TABLE {parent} DETACH PARTITION {partition} CONCURRENTLY;" if default is None else "",
    )

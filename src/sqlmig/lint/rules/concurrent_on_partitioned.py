"""Concurrent indexes on partitioned tables."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import index_by_partition
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.operations.indexes import CreateIndex


@rule(CreateIndex)
def concurrent_on_partitioned(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """CREATE INDEX CONCURRENTLY on a partitioned table.

    Effect: the server refuses it.

    Instead: make the index ON ONLY the partitioned table, which takes a moment and leaves it INVALID; build one
    concurrently on each partition; attach those. With the last of them the index becomes valid.
    """
    table = context.before.table(operation.table)
    if not operation.concurrently or table is None or table.partition_by is None or operation.only:
        return
    parent = context.shown(operation.table)
    yield Flag(
        f"{parent} is partitioned; PostgreSQL cannot build an index on it concurrently.",
        "Build one on each partition, and attach them:",
        index_by_partition(operation, context),
    )

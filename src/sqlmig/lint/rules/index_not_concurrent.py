"""Indexes on tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import OFF, concurrently, index_built, index_by_partition
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.operations.indexes import CreateIndex

_BY_CHUNK = "timescaledb.transaction_per_chunk"


@rule(CreateIndex)
def index_not_concurrent(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """CREATE INDEX without CONCURRENTLY, on a table that was there before this migration.

    Effect: a SHARE lock on the table. Nobody can insert, update or delete until every row has been read and the index
    is built; readers go on.

    Instead: build it with CONCURRENTLY, in a migration of its own that runs outside of a transaction.

    On a partitioned table CONCURRENTLY is an error: build one on each partition and attach them.

    Unless: the table is made by the same migration, or is temporary; or the index is made ON ONLY a partitioned table.
    On a hypertable the index is built chunk by chunk, with `WITH (timescaledb.transaction_per_chunk)`.
    """
    table = context.before.table(operation.table)
    if operation.concurrently or context.is_new(operation.table):
        return
    name = context.shown(operation.table)
    if table is not None and table.hypertable is not None:
        if not any(option.name == _BY_CHUNK for option in operation.options):
            yield Flag(
                f"Building this index blocks every INSERT, UPDATE and DELETE on {name} until all chunks are read.",
                f"Build it chunk by chunk: add `WITH ({_BY_CHUNK})`, in a migration of its own, without a transaction.",
                severity=context.severity(),
            )
        return
    if table is not None and table.partition_by is not None:
        if not operation.only and context.before.partitions_of(operation.table):
            yield Flag(
                f"Building this index blocks every INSERT, UPDATE and DELETE on {name} and all of its partitions until"
                " the rows of all have been read.",
                "Build one on each partition, and attach them:",
                index_by_partition(operation, context),
                severity=context.severity(),
            )
        return
    yield Flag(
        f"Building this index blocks every INSERT, UPDATE and DELETE on {name} until all of its rows have been read.",
        "Build it in a migration of its own:",
        f"{OFF}\n{index_built(operation, context)}",
        severity=context.severity(),
        fix=concurrently(context, "index"),
    )

"""Indexes on tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import concurrently
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.operations.indexes import CreateIndex


@rule(CreateIndex)
def index_not_concurrent(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """CREATE INDEX without CONCURRENTLY, on a table that was there before this migration.

    Effect: a SHARE lock on the table. Nobody can insert, update or delete until every row has been read and the index
    is built; readers go on.

    Instead: build it with CONCURRENTLY, in a migration of its own that runs outside of a transaction.

    Unless: the table is made by the same migration, is temporary, or is partitioned (there CONCURRENTLY is an error;
    see concurrent-on-partitioned). On a hypertable the index is built chunk by chunk, with
    `WITH (timescaledb.transaction_per_chunk)`.
    """
    table = context.before.table(operation.table)
    if operation.concurrently or context.is_new(operation.table) or (table is not None and table.partition_by):
        return
    if table is not None and table.hypertable is not None and _by_chunk(operation):
        return
    name = context.shown(operation.table)
    yield Flag(
        f"Building this index blocks every INSERT, UPDATE and DELETE on {name} until all of its rows have been read.",
        "Build it in a migration of its own, with `-- sqlmig: transaction off` at its head:",
        context.rewritten("INDEX", "INDEX CONCURRENTLY"),
        severity=context.severity(),
        fix=concurrently(context, "index"),
    )


def _by_chunk(operation: CreateIndex) -> bool:
    return any(option.name == "timescaledb.transaction_per_chunk" for option in operation.options)

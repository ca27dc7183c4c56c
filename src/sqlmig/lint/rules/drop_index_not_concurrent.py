"""Indexes dropped from tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import OFF
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.indexes import DropIndex


@rule(DropIndex, severity=Severity.WARNING)
def drop_index_not_concurrent(operation: DropIndex, context: Context) -> Iterator[Flag]:
    """DROP INDEX without CONCURRENTLY, of a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the table. The drop itself is quick, but it waits for every transaction that has
    read the table, and whoever comes behind it waits too, readers included.

    Instead: DROP INDEX CONCURRENTLY, one index a statement, in a migration of its own outside of a transaction.

    Unless: the table is made by the same migration, or is partitioned (there CONCURRENTLY is an error).
    """
    index = context.before.index(operation.index)
    table = context.before.table(index.table) if index is not None else None
    if operation.concurrently or (index is not None and context.is_new(index.table)):
        return
    if table is not None and table.partition_by is not None:
        return
    name = context.shown(operation.index)
    where = context.shown(index.table) if index is not None else f"the table of {name}, which no migration here made,"
    yield Flag(
        f"This locks {where} against reads and writes, and makes both wait while it waits for running transactions.",
        "Drop it in a migration of its own:",
        f"{OFF}\nDROP INDEX CONCURRENTLY {'IF EXISTS ' if operation.if_exists else ''}{name};",
        severity=context.severity(),
    )

"""Partitions made in place."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.operations.tables import CreateTable


@rule(CreateTable)
def partition_of_live_parent(operation: CreateTable, context: Context) -> Iterator[Flag]:
    """CREATE TABLE ... PARTITION OF a table that was there before this migration.

    Effect: an ACCESS EXCLUSIVE lock on the parent: nobody can read or write any of its partitions until it is granted
    and the transaction ends. If there is a default partition, all its rows are read under it.

    Instead: make the table by itself and attach it; ATTACH lets the parent stay in use.
    """
    parent = operation.partition_of
    if parent is None or context.is_new(parent) or operation.bound is None:
        return
    table, shown = context.shown(operation.table), context.shown(parent)
    bound = f"FOR VALUES {operation.bound.text}" if operation.bound.text else "DEFAULT"
    yield Flag(
        f"This locks {shown} with all its partitions against reads and writes, to the end of the transaction.",
        f"Make the table by itself and attach it; {shown} stays in use:",
        f"CREATE TABLE {table} (LIKE {shown} INCLUDING ALL EXCLUDING IDENTITY);\n"
        f"ALTER TABLE {shown} ATTACH PARTITION {table} {bound};",
    )

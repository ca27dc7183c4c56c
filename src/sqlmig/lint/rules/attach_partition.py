"""Partitions that are read before they are attached."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.locks import locked
from sqlmig.lint.remedies import added_in_two
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.identifiers import quote_ident, truncate
from sqlmig.sql.locktable import LockMode
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.tables import AttachPartition


@rule(AttachPartition, severity=Severity.WARNING)
def attach_partition(operation: AttachPartition, context: Context) -> Iterator[Flag]:
    """ATTACH PARTITION of a table whose rows are not known to fit, or that lacks an index of its parent.

    Effect: an ACCESS EXCLUSIVE lock on the new partition, and on the default partition if there is one. All their rows
    are read under it, and indexes that are missing are built. The parent stays in use.

    Instead: give the table a CHECK that says what the bound says, NOT VALID first and validated then; build its indexes
    concurrently; attach it; drop the CHECK.

    Unless: the partition is made by the same migration, and there is no default partition.
    """
    if operation.kind is Kind.INDEX:
        return
    # Tables that the parent's foreign keys refer to are read too, but nobody has to wait to read them.
    read = [name for name in locked(context, LockMode.ACCESS_EXCLUSIVE) if name in context.effect.scans]
    if not read:
        return
    partition = context.shown(operation.partition)
    names = listed(sorted(map(context.shown, read)))
    name = truncate(f"{operation.partition.name}_fits")
    yield Flag(
        f"All rows of {names} are read while nobody can read or write there.",
        "Let a valid CHECK say beforehand that the rows fit:",
        added_in_two(partition, name, "CHECK (<what the bound says>)")
        + f"\n-- in the one after that:\n{context.written}\n"
        + f"ALTER TABLE {partition} DROP CONSTRAINT {quote_ident(name)};",
        severity=context.severity(),
    )

"""Partitions that are read before they are attached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
from sqlmig.sql.reader import Name


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
    partition = context.before.resolve(operation.partition)
    names = listed(sorted(map(context.shown, read)))
    message = f"All rows of {names} are read while nobody can read or write there."
    instead, sql = _steps(operation, context, read) if partition in read else _of_default(context, read[0])
    yield Flag(message, instead, sql, severity=context.severity())


def _steps(operation: AttachPartition, context: Context, read: Sequence[Name]) -> tuple[str, str]:
    """The rows of the partition itself are read: nothing proves that they fit, or it lacks an index of the parent."""
    partition = context.shown(operation.partition)
    name = truncate(f"{operation.partition.name}_fits")
    also = "; say the same of the default partition, with NOT in front" if len(read) > 1 else ""
    return (
        f"Let a valid CHECK say beforehand that the rows fit{also}, and build the indexes of the parent concurrently:",
        added_in_two(partition, name, "CHECK (<what the bound says>)")
        + f"\n-- in the one after that:\n{context.written}\n"
        + f"ALTER TABLE {partition} DROP CONSTRAINT {quote_ident(name)};",
    )


def _of_default(context: Context, default: Name) -> tuple[str, str]:
    """Only the default partition is read: whether it has rows that belong into the new one."""
    name = truncate(f"{default.name}_others")
    return (
        "Let a valid CHECK say beforehand that the default partition has no row for the new one:",
        added_in_two(context.shown(default), name, "CHECK (NOT (<what the bound says>))")
        + f"\n-- in the one after that:\n{context.written}",
    )

"""Indexes rebuilt under tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import OFF
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.indexes import Reindex
from sqlmig.sql.reader import Name


@rule(Reindex)
def reindex_not_concurrent(operation: Reindex, context: Context) -> Iterator[Flag]:
    """REINDEX without CONCURRENTLY.

    Effect: a SHARE lock on the table, which keeps every writer waiting, and an ACCESS EXCLUSIVE lock on the index. To
    plan a query the server opens all indexes of its tables, whether it uses them or not: so nearly all readers wait,
    too, until it is built anew.

    Instead: REINDEX ... CONCURRENTLY, outside of a transaction.
    """
    if operation.concurrently or (operation.name is not None and context.is_new(_table(operation, context))):
        return
    what = f"{operation.kind.value} {operation.name}" if operation.name is not None else f"this {operation.kind.value}"
    tables = {Kind.INDEX: "its table", Kind.TABLE: "it"}.get(operation.kind, "the table of each index in turn")
    yield Flag(
        f"Rebuilding {what} blocks all writes to {tables}, and nearly all reads: to plan a query, the server opens"
        " every index of its tables.",
        "Rebuild it in a migration of its own:",
        f"{OFF}\nREINDEX {operation.kind.value.upper()} CONCURRENTLY {operation.name or ''}".rstrip() + ";",
    )


def _table(operation: Reindex, context: Context) -> Name:
    assert operation.name is not None  # noqa: S101  the caller has looked
    index = context.before.index(operation.name) if operation.kind is Kind.INDEX else None
    return index.table if index is not None else operation.name

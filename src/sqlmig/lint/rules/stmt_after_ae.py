"""Slow work behind a strong lock."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.locks import locked
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.locktable import LockMode
from sqlmig.sql.operations.indexes import CreateIndex
from sqlmig.sql.operations.rows import Delete, Insert, Merge, Update
from sqlmig.sql.operations.tables import ValidateConstraint
from sqlmig.sql.reader import Name

_SLOW = (Update, Delete, Merge, ValidateConstraint, CreateIndex)


@file_rule(severity=Severity.WARNING)
def stmt_after_ae(file: FileContext) -> Iterator[Flag]:
    """A statement that may take long, behind one that has locked a table in use against reads and writes.

    Effect: the lock is held until the transaction ends. A change that takes a moment by itself keeps everybody out
    for as long as the slow statement takes.

    Instead: the slow statement goes into a migration of its own, before or after.

    Unless: the slow statement changes that very table (see backfill-in-ddl-tx), or works on tables that the same
    migration makes.
    """
    if not file.file.transaction:
        return
    held: dict[Name, None] = {}
    for occurrence in file.running():
        operation, context = occurrence.operation, file.context(occurrence)
        slow = isinstance(operation, _SLOW) or (isinstance(operation, Insert) and operation.from_query)
        table = getattr(operation, "table", None)
        if slow and isinstance(table, Name) and not context.is_new(table) and not context.is_small(table):
            others = [name for name in held if name != context.before.resolve(table)]
            if others:
                shown = listed([context.shown(name) for name in others])
                yield Flag(
                    f"For as long as this takes, nobody can read or write {shown}, which this transaction has locked.",
                    "Move it to a migration of its own.",
                    at=operation.at,
                )
                return
        held |= dict.fromkeys(name for name in locked(context, LockMode.ACCESS_EXCLUSIVE) if name in file.start.tables)

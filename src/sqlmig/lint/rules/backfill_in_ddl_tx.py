"""Rows changed in the transaction that changed their table."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.locks import locked
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag
from sqlmig.sql.locktable import LockMode
from sqlmig.sql.operations.rows import Delete, Insert, Merge, Update
from sqlmig.sql.reader import Name


@file_rule()
def backfill_in_ddl_tx(file: FileContext) -> Iterator[Flag]:
    """UPDATE, DELETE, MERGE or INSERT ... SELECT on a table in use, in the transaction that altered it.

    Effect: ALTER TABLE has locked the table against reads and writes until the transaction ends; for as long as the
    rows are changed, nobody gets at it. Changed in one piece, they leave as many dead rows behind.

    Instead: alter the table in one migration, and change the rows in the next, in batches.

    Unless: the table is made by the same migration, or is small.
    """
    if not file.file.transaction:
        return
    held: set[Name] = set()
    for occurrence in file.running():
        operation, context = occurrence.operation, file.context(occurrence)
        changes = isinstance(operation, Update | Delete | Merge) or (
            isinstance(operation, Insert) and operation.from_query
        )
        if changes and isinstance(operation, Update | Delete | Merge | Insert):
            name = context.before.resolve(operation.table)
            if name in held and not context.is_new(name) and not context.is_small(name):
                yield Flag(
                    f"This transaction has locked {context.shown(name)}: nobody can read or write it until all of these"
                    " rows are changed.",
                    "Change the rows in the next migration, in batches.",
                    at=operation.at,
                )
                held.discard(name)
        held |= set(locked(context, LockMode.ACCESS_EXCLUSIVE))

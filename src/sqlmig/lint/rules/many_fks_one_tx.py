"""Several tables locked for foreign keys at once."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.definitions import ForeignKey
from sqlmig.sql.operations.tables import AddColumn, AddConstraint
from sqlmig.sql.reader import Name


@file_rule(severity=Severity.WARNING)
def many_fks_one_tx(file: FileContext) -> Iterator[Flag]:
    """Foreign keys from tables in use to more than one other table, in one transaction.

    Effect: a SHARE ROW EXCLUSIVE lock on each of those tables, all held to the end of the transaction: nobody can write
    to any of them. Code that writes to them in another order runs into a deadlock.

    Instead: one foreign key a migration.

    Unless: the referencing table is made by the same migration.
    """
    if not file.file.transaction:
        return
    others: dict[Name, None] = {}
    for occurrence in file.running(AddConstraint, AddColumn):
        operation, context = occurrence.operation, file.context(occurrence)
        assert isinstance(operation, AddConstraint | AddColumn)  # noqa: S101  what running() was asked for
        added = (operation.constraint,) if isinstance(operation, AddConstraint) else operation.column.constraints
        keys = [key for key in added if isinstance(key, ForeignKey)]
        if context.is_new(operation.table):
            continue
        for key in keys:
            if not context.is_new(key.references):
                others[context.before.resolve(key.references)] = None
            if len(others) > 1:
                names = listed([context.shown(name) for name in others])
                yield Flag(
                    f"With this foreign key the transaction keeps writes from {names} at once, to its end.",
                    "Put each foreign key into a migration of its own.",
                    at=operation.at,
                )
                return

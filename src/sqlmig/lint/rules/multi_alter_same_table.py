"""One table read again and again."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.operations.tables import AlterTable
from sqlmig.sql.reader import Name


@file_rule(severity=Severity.WARNING, pack=Pack.STRICT)
def multi_alter_same_table(file: FileContext) -> Iterator[Flag]:
    """Two ALTER TABLE statements, or more, that each read or rewrite the same table in use.

    Effect: the table is read or written anew once for each, all under the same lock.

    Instead: one ALTER TABLE with several actions reads it once.
    """
    seen: dict[Name, int] = {}
    for occurrence in file.running(AlterTable):
        operation, context = occurrence.operation, file.context(occurrence)
        assert isinstance(operation, AlterTable)  # noqa: S101  what running() was asked for
        name = context.before.resolve(operation.table)
        if context.is_new(name) or not (name in context.effect.scans or name in context.effect.rewrites):
            continue
        first = seen.setdefault(name, occurrence.statement.start)
        if first != occurrence.statement.start:
            yield Flag(
                f"{context.shown(name)} is read here once more, under the same lock.",
                "Put the actions into one ALTER TABLE, separated by commas.",
                at=operation.at,
            )

"""IF NOT EXISTS where a migration should know."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.indexes import CreateIndex
from sqlmig.sql.operations.tables import AddColumn, CreateTable
from sqlmig.sql.operations.types import CreateSequence


@rule(CreateTable, AddColumn, CreateIndex, CreateSequence, severity=Severity.WARNING, pack=Pack.STRICT)
def if_not_exists_masks_drift(
    operation: CreateTable | AddColumn | CreateIndex | CreateSequence, context: Context
) -> Iterator[Flag]:
    """CREATE ... IF NOT EXISTS, or ADD COLUMN IF NOT EXISTS, in a file that runs in a transaction.

    Effect: where something of that name is there already, whatever it looks like, the statement does nothing and the
    migration counts as applied: that tenant differs from the others, and nobody knows.

    Instead: leave it out. A migration runs once, and in a transaction it leaves nothing behind when it fails.

    Unless: the file runs outside of a transaction.
    """
    assert isinstance(operation, Operation)  # noqa: S101
    if context.file.transaction and operation.if_not_exists:
        yield Flag(
            "If something of that name is there already, this does nothing, whatever that looks like.",
            "Leave IF NOT EXISTS out; an error shows the tenant that differs:",
            context.rewritten("IF NOT EXISTS ", ""),
        )

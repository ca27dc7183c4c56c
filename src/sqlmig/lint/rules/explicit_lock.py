"""Locks asked for by name."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.locktable import LockMode
from sqlmig.sql.operations.session import LockTable


@rule(LockTable, severity=Severity.WARNING)
def explicit_lock(operation: LockTable, context: Context) -> Iterator[Flag]:
    """LOCK TABLE in a mode that keeps others from writing or reading.

    Effect: others wait from here to the end of the transaction. Without IN ... MODE it is ACCESS EXCLUSIVE: reads too.

    Instead: leave it out; a statement takes the lock that it needs. Where the order of locks matters, take the weakest
    mode, with NOWAIT.

    Unless: the table is made by the same migration.
    """
    mode = LockMode[operation.mode.upper().replace(" ", "_")]
    tables = [context.shown(name) for name in operation.tables if not context.is_new(name)]
    if tables and mode >= LockMode.SHARE:
        yield Flag(
            f"This keeps {mode.blocks} of {listed(tables)} waiting, from here to the end of the transaction.",
            "Leave it out: a statement takes the lock that it needs, when it needs it.",
        )

"""Several tables locked at once."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import FileContext
from sqlmig.lint.locks import locked
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.locktable import LockMode
from sqlmig.sql.reader import Name


@file_rule(severity=Severity.WARNING)
def wide_lock_window(file: FileContext) -> Iterator[Flag]:
    """One transaction that locks two tables in use, or more, against reads and writes.

    Effect: the first stays locked while the transaction waits for the second. Code that takes them in the other order
    runs into a deadlock, and one of the two is aborted.

    Instead: one migration a table.

    Unless: one statement locks them all, the tables are made by the same migration, or are small; nor in down files,
    which cannot be cut into several.
    """
    if not file.file.transaction or is_down(file.file):
        return
    held: list[Name] = []
    for occurrence in file.running():
        context = file.context(occurrence)
        new = [name for name in locked(context, LockMode.ACCESS_EXCLUSIVE) if name not in held]
        new = [name for name in new if name in file.start.tables and not context.is_small(name)]
        if held and new:
            shown = listed([context.shown(name) for name in new])
            before = listed([context.shown(name) for name in held])
            yield Flag(
                f"While this waits for its lock on {shown}, reads and writes of {before} wait for this transaction.",
                "Put what concerns each table into a migration of its own.",
                at=occurrence.operation.at,
            )
            return
        held += new

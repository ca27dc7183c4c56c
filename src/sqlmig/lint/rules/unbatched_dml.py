"""All rows at once."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.expressions.truth import always_true
from sqlmig.sql.operations.rows import Delete, Update


@rule(Update, Delete, severity=Severity.WARNING)
def unbatched_dml(operation: Update | Delete, context: Context) -> Iterator[Flag]:
    """UPDATE or DELETE of a table in use without WHERE, or with one that is always true.

    Effect: all rows are locked at once and to the end of the transaction, and every one leaves a dead version behind.
    If a condition was forgotten, all data are gone.

    Instead: batches by ranges of the key, each a transaction of its own; and a WHERE that leaves out what is done.

    Unless: the table is made by the same migration, or is small.
    """
    if context.is_new(operation.table) or context.is_small(operation.table) or operation.current_of:
        return
    if operation.where is not None and not always_true(operation.where):
        return
    table = context.shown(operation.table)
    verb = "changes" if isinstance(operation, Update) else "deletes"
    yield Flag(
        f"This {verb} every row of {table} in one transaction.",
        "Do it in batches by ranges of the key, each in a transaction of its own, with a WHERE that leaves out what is"
        " done already.",
    )

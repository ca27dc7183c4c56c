"""Waiting for a lock without a limit."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import FileContext
from sqlmig.lint.locks import is_concurrent, locked
from sqlmig.lint.patience import is_patient, lock_timeout
from sqlmig.lint.rule import file_rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.policies import AlterPolicy, CreatePolicy, CreateRule, CreateTrigger, DropPolicy, DropTrigger
from sqlmig.sql.operations.tables import SetRowSecurity

LONG = 60_000
"""From here on a limit is none, in milliseconds: whoever waits in the queue gives up before."""
_OTHER_RULES = (CreateTrigger, DropTrigger, CreateRule, SetRowSecurity, CreatePolicy, AlterPolicy, DropPolicy)


@file_rule(severity=Severity.WARNING)
def missing_lock_timeout(file: FileContext) -> Iterator[Flag]:
    """A strong lock on a table in use without a lock_timeout, or with one of a minute and more.

    Effect: while the statement waits for a transaction that is open, everybody else waits behind it: one forgotten
    session makes an outage.

    Instead: keep `apply.lock_timeout` (3 s when nothing is said); the runner tries again, with a pause in between.

    Unless: the tables are made by the same migration. Statements with CONCURRENTLY wait in another way. trigger-ddl and
    rls-ddl-lock say it of triggers and policies.
    """
    for occurrence in file.running():
        context = file.context(occurrence)
        operation = occurrence.operation
        if isinstance(operation, _OTHER_RULES) or is_concurrent(operation):
            continue
        names = locked(context)
        if names and (is_patient(context) or lock_timeout(context) >= LONG):
            limit = "and nothing limits that" if is_patient(context) else f"for up to {lock_timeout(context) // 1000} s"
            yield Flag(
                f"While this waits for its lock on {context.shown(names[0])}, everybody else waits behind it, {limit}.",
                "Limit it at the head of the file, or with `apply.lock_timeout` in the configuration:",
                "-- sqlmig: lock_timeout 2s",
                at=operation.at,
            )
            return

"""Triggers and rules on tables that are in use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.locks import blocked
from sqlmig.lint.patience import is_patient
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.policies import CreateRule, CreateTrigger, DropTrigger


@rule(CreateTrigger, DropTrigger, CreateRule, severity=Severity.WARNING)
def trigger_ddl(operation: CreateTrigger | DropTrigger | CreateRule, context: Context) -> Iterator[Flag]:
    """CREATE TRIGGER, DROP TRIGGER, CREATE RULE on a table in use, where nothing limits how long they wait for a lock.

    Effect: CREATE TRIGGER keeps writes waiting, DROP TRIGGER and CREATE RULE reads as well. The change takes a moment;
    but while it waits for a transaction that is open, everybody else waits behind it.

    Instead: a lock_timeout: the runner sets `apply.lock_timeout` and tries again.

    Unless: the table is made by the same migration, or lock_timeout is set: by the configuration, or by the file.
    """
    if context.is_new(operation.table) or not is_patient(context):
        return
    name = context.shown(operation.table)
    yield Flag(
        f"While this waits for its lock on {name}, {blocked(context, operation.table) or 'writes'} wait behind it, and"
        " nothing limits that.",
        "Limit it at the head of the file, or with `apply.lock_timeout` in the configuration:",
        "-- sqlmig: lock_timeout 2s",
    )

"""Triggers that are switched off."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.asked import called
from sqlmig.lint.breaking import is_spared
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.expressions.calls import string_argument
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.rows import Select
from sqlmig.sql.operations.session import SetParameter
from sqlmig.sql.operations.tables import Firing, SetTrigger


@rule(SetTrigger, SetParameter, Select)
def disable_trigger(operation: SetTrigger | SetParameter | Select, context: Context) -> Iterator[Flag]:
    """DISABLE TRIGGER, and `session_replication_role = replica`, which switches off all triggers and foreign keys.

    Effect: rows are written unseen by what checks, fills in and logs them. What broke a foreign key meanwhile is never
    looked at again, and after a DISABLE TRIGGER that holds for every session.

    Instead: let the triggers run; write in batches where they make it slow.

    Unless: the table is made by the same migration, or temporary. A trigger that is not internal and is enabled again
    by the same file is a warning.
    """
    if not isinstance(operation, SetTrigger):
        if _turns_replica(operation):
            yield Flag(
                "No trigger fires and no foreign key is checked for what this session writes from here on; rows that"
                " break a foreign key stay for good.",
                "Let the triggers run; write in batches where they make it slow.",
            )
        return
    table = context.before.table(operation.table)
    if operation.firing is not Firing.DISABLE or is_spared(table, context, if_exists=operation.if_exists):
        return
    shown = context.shown(operation.table)
    if operation.trigger is None and not operation.user_only:
        yield Flag(
            f"Rows of {shown} are written without any trigger and without foreign keys being checked; those that break"
            " one stay for good, also when the triggers are enabled again.",
            "Let the triggers run; if only your own are too slow, leave out those of foreign keys:",
            f"ALTER TABLE {shown} DISABLE TRIGGER USER;",
        )
        return
    name = "its triggers" if operation.trigger is None else f"trigger {quote_ident(operation.trigger)}"
    if _enabled_again(operation, context):
        message = f"What this file writes to {shown} meanwhile goes past {name}."
        yield Flag(message, "Do in this file what they would have done.", severity=Severity.WARNING)
    else:
        yield Flag(
            f"Whatever any session writes to {shown} goes past {name} until somebody enables it again.",
            "Enable it again in the same transaction:",
            f"ALTER TABLE {shown} ENABLE TRIGGER {_written(operation)};",
        )


def _turns_replica(operation: SetParameter | Select) -> bool:
    if isinstance(operation, SetParameter):
        values = operation.setting.values or ()
        return operation.setting.name == _ROLE and "replica" in map(str.lower, values)
    return any(
        (string_argument(call, 0) or "").lower() == _ROLE and (string_argument(call, 1) or "").lower() == "replica"
        for call in called(operation, {"set_config"})
    )


_ROLE = "session_replication_role"


def _enabled_again(operation: SetTrigger, context: Context) -> bool:
    table = context.before.resolve(operation.table)
    return any(
        isinstance(later, SetTrigger)
        and later.at > operation.at
        and later.firing is not Firing.DISABLE
        and context.before.resolve(later.table) == table
        and later.trigger in (None, operation.trigger)
        for later in (occurrence.operation for occurrence in context.whole.running(SetTrigger))
    )


def _written(operation: SetTrigger) -> str:
    return "USER" if operation.trigger is None else quote_ident(operation.trigger)

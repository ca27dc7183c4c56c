"""Triggers that go."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import everywhere, is_spared, removal
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.policies import DropTrigger


@rule(DropTrigger, severity=Severity.WARNING)
def drop_trigger(operation: DropTrigger, context: Context) -> Iterator[Flag]:
    """DROP TRIGGER of a trigger that the migration does not make again, on a table that stays.

    Effect: what it checked, filled in or wrote down no longer is, and code that counts on it does not notice.

    Instead: deploy code that no longer counts on it, and drop it then, in a migration of its own that says
    `-- sqlmig: phase contract`. There it is an info.

    Unless: the table or the trigger is made by the same migration (in a down file: by its up file), or temporary.
    """
    table, resolved = context.before.table(operation.table), context.before.resolve(operation.table)
    trigger = table.trigger(operation.trigger) if table is not None else None
    after = context.end.tables.get(resolved)
    if (table is not None and after is None) or (after is not None and after.trigger(operation.trigger)):
        return
    if is_spared(trigger, context, if_exists=operation.if_exists) or (table is not None and is_spared(table, context)):
        return
    shown, name = context.shown(operation.table), quote_ident(operation.trigger)
    where = everywhere(context, operation.table)
    if trigger is None:
        message = f"What trigger {name} does to rows of {shown} no longer happens{where}."
    else:
        events = " or ".join(event.upper() for event in trigger.events)
        message = f"No {events} on {shown} calls {context.shown(trigger.function)}() any more{where}."
    yield removal(context, message, f"DROP TRIGGER {name} ON {shown}", still=message)

"""What a migration adds for code to come, and what it takes away from the code of before."""

from __future__ import annotations

from collections.abc import Callable

from sqlmig.lint.breaking import is_spared
from sqlmig.lint.context import Context, FileContext
from sqlmig.lint.lookup import RELATIONS, ROUTINES, TYPES
from sqlmig.lint.names import column_loses_name, loses_name
from sqlmig.lint.restrictions import refused
from sqlmig.lint.targets import missed
from sqlmig.sql.identifiers import quote_ident, quote_literal
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.indexes import CreateMaterializedView, CreateView
from sqlmig.sql.operations.objects import DropObject, Rename, SetSchema
from sqlmig.sql.operations.routines import CreateRoutine, DropRoutine
from sqlmig.sql.operations.tables import (
    AddColumn,
    CreateTable,
    CreateTableAs,
    DropColumn,
    DropTable,
    RenameColumn,
    SetNotNull,
)
from sqlmig.sql.operations.types import AddEnumValue, RenameEnumValue
from sqlmig.sql.reader import Name

Said = tuple[str, int]
"""What is added or taken away, in words, and where."""


def additions(file: FileContext) -> list[Said]:
    """What code to come may need: tables, columns, views, routines, values of enums that were not there before."""
    return _said(file, _addition)


def removals(file: FileContext) -> list[Said]:
    """What code of before may need: what is dropped or renamed and does not come back, and NULLs no longer taken."""
    return _said(file, _removal)


def _said(file: FileContext, says: Callable[[Operation, Context], str | None]) -> list[Said]:
    found: dict[str, int] = {}
    for occurrence in file.running():
        words = says(occurrence.operation, file.context(occurrence))
        if words is not None:
            found.setdefault(words, occurrence.operation.at)
    return list(found.items())


def _addition(operation: Operation, context: Context) -> str | None:
    before, start, end = context.before, context.whole.start, context.end
    match operation:
        case CreateTable(table=name) | CreateTableAs(table=name):
            return f"table {context.shown(name)}" if _is_new(name, context) else None
        case CreateView(view=name) | CreateMaterializedView(view=name):
            return f"view {context.shown(name)}" if _is_new(name, context) else None
        case AddColumn(table=name, column=column):
            table, resolved = before.table(name), before.resolve(name)
            earlier, later = start.tables.get(resolved), end.tables.get(resolved)
            known = earlier is not None and earlier.column(column.name) is not None
            stays = later is not None and later.column(column.name) is not None
            if known or not stays or (table is not None and is_spared(table, context)):
                return None
            return f"column {context.shown(name)}.{quote_ident(column.name)}"
        case CreateRoutine(name=name, kind=kind, returns=returns):
            full = before.resolve_new(name)
            called = returns is None or returns.name != "trigger"
            return f"{kind.value} {context.shown(name)}" if called and full not in start.routines else None
        case AddEnumValue(type=name, value=value):
            enum = before.type(name)
            own = enum is not None and is_spared(enum, context)
            return None if own else f"value {quote_literal(value)} of {context.shown(name)}"
        case _:
            return None


def _is_new(name: Name, context: Context) -> bool:
    """Whether a table or view has a name that nothing had before, and still has it at the end."""
    full = context.before.resolve_new(name)
    return context.whole.start.relation(full) is None and context.end.relation(full) is not None


def _removal(operation: Operation, context: Context) -> str | None:
    match operation:
        case DropTable() | DropColumn() | DropObject() | DropRoutine():
            gone = missed(operation, context, *_USED)
            return gone.words if gone is not None and not gone.for_triggers else None
        case RenameColumn(table=name, name=column) if column_loses_name(operation, context):
            return f"column {context.shown(name)}.{quote_ident(column)}"
        case Rename(kind=kind, name=name) | SetSchema(kind=kind, name=name) if kind in _USED:
            return f"{kind.value} {context.shown(name)}" if loses_name(operation, context) else None
        case RenameEnumValue(type=name, value=value) if not is_spared(context.before.type(name), context):
            return f"value {quote_literal(value)} of {context.shown(name)}"
        case SetNotNull(table=name, column=column) if refused(operation, context):
            table = context.before.table(name)
            known = table.column(column) if table is not None else None
            own = known is not None and is_spared(known, context)
            return None if own else f"NULL in {context.shown(name)}.{quote_ident(column)}"
        case _:
            return None


_USED = (*RELATIONS, *ROUTINES, *TYPES, Kind.COLUMN)

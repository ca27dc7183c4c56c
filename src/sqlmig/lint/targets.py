"""What a DROP is about: the object as the schema has it, and what to call it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlmig.lint.breaking import everywhere, is_own, is_spared, removal
from sqlmig.lint.context import Context
from sqlmig.lint.lookup import find, full_name
from sqlmig.lint.values import Flag, Severity
from sqlmig.lint.words import listed
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.base import Kind
from sqlmig.sql.operations.indexes import DropIndex
from sqlmig.sql.operations.objects import DropObject
from sqlmig.sql.operations.routines import DropRoutine
from sqlmig.sql.operations.tables import DropColumn, DropConstraint, DropTable
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.objects import Routine
from sqlmig.sql.schema.tables import Table
from sqlmig.sql.schema.texts import type_text

Drop = DropTable | DropColumn | DropConstraint | DropIndex | DropRoutine | DropObject


@dataclass(frozen=True, slots=True)
class Target:
    """What a DROP is about."""

    found: object | None
    """As the schema has it; of a part of a table that is the migration's own, the table. None: it is not known."""
    name: str
    """As the migration's author would write it."""
    kind: Kind
    if_exists: bool = False
    remade: bool = False
    """Whether the migration makes one of that name again."""

    @property
    def for_triggers(self) -> bool:
        """Whether it is a function that only triggers can call."""
        returns = self.found.returns if isinstance(self.found, Routine) else None
        return returns is not None and returns.name == "trigger"

    @property
    def words(self) -> str:
        """`view deal_report`."""
        return f"{self.kind.value} {self.name}"

    @property
    def statement(self) -> str:
        """`DROP VIEW deal_report`."""
        return f"DROP {self.kind.value.upper()} {self.name}"


def missed(operation: Drop, context: Context, *kinds: Kind) -> Target | None:
    """What a DROP is about, if it is of these kinds, was there before the migration and is not there after it."""
    found = target(operation, context)
    if found.kind not in kinds or found.remade or is_spared(found.found, context, if_exists=found.if_exists):
        return None
    return found


def dropped_type(operation: DropObject, context: Context, kind: Kind) -> Iterator[Flag]:
    """What to say of a type or a domain that goes."""
    if operation.kind is not kind or operation.name is None:
        return
    words = target(operation, context).words
    columns = [
        f"{context.shown(table.name)}.{quote_ident(column.name)}"
        for table, column in context.before.columns_of_type(operation.name)
    ]
    if columns and not operation.cascade:
        yield Flag(
            f"The server refuses to drop {words}: {listed(columns)} {'have' if len(columns) > 1 else 'has'} that type.",
            "Give every such column another type first.",
            severity=Severity.ERROR,
        )
    elif (dropped := missed(operation, context, kind)) is not None:
        where = everywhere(context)
        yield removal(
            context,
            f"Code that still casts to {words}, or looks it up, fails from now on{where}.",
            dropped.statement,
            still=f"Function bodies that name {words} fail when they run{where}: the server does not look there.",
        )


def target(operation: Drop, context: Context) -> Target:
    """What a DROP is about."""
    before = context.before
    match operation:
        case DropTable(table=name):
            remade = before.resolve(name) in context.end.tables
            return Target(before.table(name), context.shown(name), Kind.TABLE, operation.if_exists, remade)
        case DropColumn(table=name, column=part):
            table, after = before.table(name), context.end.tables.get(before.resolve(name))
            found = _part(table, table and table.column(part), context)
            missing_ok = operation.if_exists or operation.if_column_exists
            remade = after is not None and after.column(part) is not None
            return Target(found, f"{context.shown(name)}.{quote_ident(part)}", Kind.COLUMN, missing_ok, remade)
        case DropConstraint(table=name, name=part):
            table = before.table(name)
            found = _part(table, table and table.constraint(part), context)
            missing_ok = operation.if_exists or operation.if_constraint_exists
            return Target(found, f"{quote_ident(part)} of {context.shown(name)}", Kind.CONSTRAINT, missing_ok)
        case DropIndex(index=name):
            return Target(before.index(name), context.shown(name), Kind.INDEX, operation.if_exists)
        case DropRoutine():
            return _routine(operation, context)
        case _:
            return _object(operation, context)


def _part(table: Table | None, part: object | None, context: Context) -> object | None:
    return table if table is not None and is_spared(table, context) else part


def _routine(operation: DropRoutine, context: Context) -> Target:
    name, arguments = context.before.resolve_routine(operation.name), operation.arguments
    known = context.before.routine(name)
    meant = [one for one in known if arguments is None or len(one.argument_types) == len(arguments)]
    signature = "" if arguments is None else f"({', '.join(map(type_text, arguments))})"
    return Target(
        meant[0] if meant else None,
        f"{_shown(name, context)}{signature}",
        operation.kind,
        operation.if_exists,
        remade=any(is_own(one.made_by, context.file) for one in context.end.routine(name)),
    )


def _object(operation: DropObject, context: Context) -> Target:
    kind, name = operation.kind, operation.name
    if name is None:
        return Target(None, "", kind, operation.if_exists)
    full = full_name(kind, name, context.before)
    found, after = find(kind, full, context.before), find(kind, full, context.end)
    return Target(found, _shown(full, context), kind, operation.if_exists, remade=after is not None)


def _shown(name: Name, context: Context) -> str:
    return quote_ident(name.name) if name.schema in (None, context.file.schema) else str(name)

"""Shared tables, altered once per tenant."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.locks import blocked
from sqlmig.lint.lookup import full_name
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.project.model import Scope
from sqlmig.sql.operations.base import Kind, Operation
from sqlmig.sql.operations.indexes import (
    CreateIndex,
    CreateMaterializedView,
    CreateView,
    DropIndex,
    RefreshMaterializedView,
)
from sqlmig.sql.operations.objects import DropObject, Rename, SetSchema
from sqlmig.sql.operations.policies import AlterPolicy, CreatePolicy, CreateRule, CreateTrigger, DropPolicy, DropTrigger
from sqlmig.sql.operations.routines import AlterRoutine, CreateRoutine, DropRoutine
from sqlmig.sql.operations.tables import AlterTable, CreateTable, CreateTableAs, DropTable
from sqlmig.sql.reader import Name


@rule(Operation)
def shared_ddl_in_tenant(operation: Operation, context: Context) -> Iterator[Flag]:
    """In a migration of a tenant track, a change of the definition of something in a shared schema: of a table, an
    index, a policy, a trigger, a view, a function.

    Effect: every tenant's run does it again, on one table that all of them use, and locks it for all each time. The
    first run succeeds; the others fail, or change what was changed. sqlmig refuses to commit such a run unless the file
    declares it.

    Instead: put it into a migration of a shared track, which runs once, and write `requires` into this one.

    Unless: `-- sqlmig: touches schema.name` at the head of the file declares the table: then it is no more than a note.
    Foreign keys to a shared table are what fk-to-shared-table is about.
    """
    subject = _subject(operation, context) if context.file.scope is Scope.TENANT else None
    if subject is None or subject.schema not in context.settings.shared:
        return
    tenants = context.settings.lint.tenants
    if str(subject) in context.file.directives.touches:
        message = f"{subject} is shared, as `touches` says: {tenants} tenants do this to it, one after the other."
        yield Flag(message, "See that it may run again and again.", severity=Severity.INFO)
        return
    waiting = blocked(context, subject)
    harm = f"each run blocks {waiting} of all tenants there" if waiting else "it belongs to all of them"
    yield Flag(
        f"{subject} is shared, and this changes it {tenants} times, once per tenant: {harm}, and all but the first find"
        " the change made already. sqlmig refuses to commit such a run.",
        "Move it to a migration of a shared track, and require that one here, at the head of the file:",
        "-- sqlmig: requires <shared track> <version>",
    )


def _subject(operation: Operation, context: Context) -> Name | None:
    """What an operation defines or alters, by its full name."""
    before = context.before
    match operation:
        case CreateTable(table=name) | CreateTableAs(table=name) | CreateView(view=name):
            return before.resolve_new(name)
        case CreateMaterializedView(view=name):
            return before.resolve_new(name)
        case CreateRoutine(name=name):
            return before.resolve_new(name)
        case CreateIndex(table=name) | DropTable(table=name) | AlterTable(table=name) | CreateRule(table=name):
            return before.resolve(name)
        case CreatePolicy(table=name) | AlterPolicy(table=name) | DropPolicy(table=name):
            return before.resolve(name)
        case CreateTrigger(table=name) | DropTrigger(table=name) | RefreshMaterializedView(view=name):
            return before.resolve(name)
        case DropIndex(index=name):
            index = before.index(name)
            return index.table if index is not None else before.resolve(name)
        case AlterRoutine(name=name) | DropRoutine(name=name):
            return before.resolve_routine(name)
        case Rename(table=Name() as table):
            return before.resolve(table)
        case DropObject(table=Name() as table):
            return before.resolve(table)
        case (
            DropObject(name=Name() as name, kind=kind) | Rename(name=name, kind=kind) | SetSchema(name=name, kind=kind)
        ):
            return full_name(kind, name, before) if kind in _WITH_SCHEMA else None
        case _:
            return None


_WITH_SCHEMA = frozenset(
    {
        *(Kind.TABLE, Kind.FOREIGN_TABLE, Kind.VIEW, Kind.MATERIALIZED_VIEW, Kind.SEQUENCE, Kind.INDEX),
        *(Kind.TYPE, Kind.DOMAIN, Kind.FUNCTION, Kind.PROCEDURE, Kind.ROUTINE, Kind.AGGREGATE),
    }
)

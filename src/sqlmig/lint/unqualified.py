"""Tables without a schema in front, in the migrations of shared tracks."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.written import table_names
from sqlmig.project.model import Scope
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.indexes import CreateMaterializedView, CreateView
from sqlmig.sql.operations.routines import CreateRoutine
from sqlmig.sql.operations.tables import CreateTable, CreateTableAs
from sqlmig.sql.operations.types import CreateSequence
from sqlmig.sql.reader import Name


def bare_names(operation: Operation, context: Context) -> Iterator[Name]:
    """The relations that an operation of a shared track names without a schema, and that are there already.

    What the operation makes is made in the track's schema; temporary tables and the catalog are left out.
    """
    if context.file.scope is not Scope.SHARED or isinstance(operation, CreateRoutine):
        return
    made = _made(operation)
    seen: set[int] = set()
    for name in table_names(operation):
        if name.schema is not None or name == made or name.at in seen or name.name.startswith("pg_"):
            continue
        seen.add(name.at)
        if context.before.resolve(name).schema != "pg_temp" and name.name not in context.occurrence.variables:
            yield name


def _made(operation: Operation) -> Name | None:
    match operation:
        case CreateTable(table=name) | CreateTableAs(table=name) | CreateView(view=name):
            return name
        case CreateMaterializedView(view=name) | CreateSequence(sequence=name):
            return name
        case _:
            return None

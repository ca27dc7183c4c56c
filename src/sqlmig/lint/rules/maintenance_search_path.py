"""Functions that maintenance cannot run."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sqlmig.lint.asked import expressions
from sqlmig.lint.context import Context
from sqlmig.lint.functions import WrittenRoutine, is_own_function
from sqlmig.lint.rule import rule
from sqlmig.lint.rules.secdef_no_search_path import search_path_set
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.calls import calls
from sqlmig.sql.identifiers import fold, quote_ident
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.indexes import CreateIndex, CreateMaterializedView
from sqlmig.sql.operations.tables import AddColumn, CreateTable
from sqlmig.sql.reader import Name
from sqlmig.sql.schema.objects import Routine
from sqlmig.sql.schema.state import SchemaState
from sqlmig.sql.tokens import Kind, SqlTextError, tokenize


@rule(CreateIndex, CreateMaterializedView, CreateTable, AddColumn, severity=Severity.WARNING)
def maintenance_search_path(
    operation: CreateIndex | CreateMaterializedView | CreateTable | AddColumn, context: Context
) -> Iterator[Flag]:
    """An index, a materialized view or a generated column that calls a function which needs its caller's search_path.

    Such a function has no SET search_path, and its body names a function or a table of the project's without a schema.

    Effect: CREATE INDEX, REINDEX, REFRESH MATERIALIZED VIEW and ANALYZE run with `pg_catalog, pg_temp` as
    search_path: the function does not find what it names, and they fail. A dump is restored with an empty one.

    Instead: SET search_path of the function, or schemas in front of the names in its body.

    Unless: its body is written as RETURN or BEGIN ATOMIC.

    Since: 17.
    """
    if context.postgres < 17:
        return
    seen: set[Name] = set()
    for expression in _worked_out(operation):
        for call in calls(expression):
            routines = context.before.routine(call.name)
            if len(routines) != 1 or routines[0].name in seen:
                continue
            needed = _needs(routines[0], context.before)
            if needed is not None:
                seen.add(routines[0].name)
                written = WrittenRoutine(routines[0], context)
                yield Flag(
                    f"{_fails(operation, context)}: {written.shown} names {needed} without a schema, which is not"
                    " found then.",
                    "Fix the function's search_path before it is used here:",
                    search_path_set(written),
                    at=call.at,
                )


def _worked_out(operation: Operation) -> Iterator[Expression]:
    """The expressions that are worked out when rows are stored."""
    match operation:
        case CreateIndex(elements=elements, where=where):
            yield from (element.expression for element in elements if element.expression is not None)
            yield from () if where is None else (where,)
        case CreateMaterializedView(query=query):
            yield query
        case CreateTable(columns=columns):
            yield from (column.expression for column in columns if column.expression is not None)
        case AddColumn(column=column):
            yield from expressions(column.expression)


def _fails(operation: Operation, context: Context) -> str:
    match operation:
        case CreateIndex(table=table):
            return f"CREATE INDEX, REINDEX and ANALYZE of {context.shown(table)} fail on PostgreSQL 17 and later"
        case CreateMaterializedView(view=view):
            return f"CREATE and REFRESH MATERIALIZED VIEW {context.shown(view)} fail on PostgreSQL 17 and later"
        case CreateTable(table=table) | AddColumn(table=table):
            return f"Restoring a dump of {context.shown(table)} fails"
        case _:
            return ""


def _needs(routine: Routine, state: SchemaState) -> str | None:
    """The first thing of the project's, or of an extension's, that a body names without a schema."""
    if routine.body is None or routine.language not in ("sql", "plpgsql") or routine.setting("search_path") is not None:
        return None
    try:
        tokens = tokenize(routine.body.text).tokens
    except SqlTextError:
        return None
    if not tokens:
        return None
    for call in calls(Expression(text=routine.body.text, start=0, tokens=tokens)):
        if call.name.schema is None and is_own_function(call):
            return f"{call.name}()"
    for before, token in pairwise(tokens):
        if before.word in ("from", "join") and token.kind in (Kind.WORD, Kind.IDENTIFIER):
            name = Name(None, fold(token))
            dotted = any(other.start == token.end and other.text == "." for other in tokens)
            if not dotted and state.relation(name) is not None:
                return quote_ident(name.name)
    return None

"""Policies that call a function for each row."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.breaking import is_down
from sqlmig.lint.context import Context
from sqlmig.lint.functions import is_own_function
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Edit, Fix, Flag, Severity
from sqlmig.sql.definitions import Expression
from sqlmig.sql.expressions.calls import FunctionCall, bare_calls
from sqlmig.sql.expressions.values import columns
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.policies import AlterPolicy, CreatePolicy


@rule(CreatePolicy, AlterPolicy, severity=Severity.WARNING)
def policy_initplan(operation: CreatePolicy | AlterPolicy, context: Context) -> Iterator[Flag]:
    """A policy that calls current_setting(), or a function of the project, outside of a subquery.

    Effect: a query that reads many rows calls it for each of them, although it returns the same every time.

    Instead: put the call into a subquery, `(SELECT current_setting(...))`, which is worked out once for the query.

    Unless: the function gets a column of the row, or is IMMUTABLE and gets constants.
    """
    if is_down(context.file):
        return
    found = [
        call
        for condition in (operation.using, operation.with_check)
        if condition is not None
        for call in _outermost([one for one in bare_calls(condition) if _is_same_for_all_rows(one, context)])
    ]
    if not found:
        return
    statement = context.occurrence.statement
    edits = tuple(
        edit for call in found for edit in (Edit(call.at, call.at, "(SELECT "), Edit(_end(call), _end(call), ")"))
    )
    text, start = statement.text, statement.start
    for edit in reversed(edits):
        text = text[: edit.start - start] + edit.text + text[edit.end - start :]
    in_file = statement is context.occurrence.outer
    yield Flag(
        f"{_called(found[0])} in policy {quote_ident(operation.policy)} is called again for each row of"
        f" {context.shown(operation.table)} that a query looks at.",
        "Put it into a subquery, which is worked out once:",
        f"{text};" if in_file else f"(SELECT {found[0].name}(...))",
        fix=Fix("put the call into a subquery", edits) if in_file and _are_settings(found) else None,
    )


def _is_same_for_all_rows(call: FunctionCall, context: Context) -> bool:
    """Whether it gets no column, and its value can change only from one query to the next."""
    if any(columns(argument) != frozenset() for argument in call.arguments):
        return False
    if call.name.name == "current_setting" and call.name.schema in (None, "pg_catalog"):
        return True
    routines = context.before.routine(call.name)
    return is_own_function(call) and not (routines and all(one.volatility == "immutable" for one in routines))


def _outermost(calls: list[FunctionCall]) -> list[FunctionCall]:
    """Without those that are arguments of another one."""
    found: list[FunctionCall] = []
    for call in calls:
        if not found or call.at >= _end(found[-1]):
            found.append(call)
    return found


def _are_settings(found: list[FunctionCall]) -> bool:
    return all(call.name.name == "current_setting" for call in found)


def _end(call: FunctionCall) -> int:
    expression: Expression = call.within
    return expression.tokens[call.closing].end


def _called(call: FunctionCall) -> str:
    return f"{call.name}()"

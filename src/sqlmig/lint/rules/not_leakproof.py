"""Indexes that queries under row level security do not use."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rowsecurity import is_protected
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.expressions.calls import calls
from sqlmig.sql.operations.indexes import CreateIndex


@rule(CreateIndex, severity=Severity.INFO, pack=Pack.STRICT)
def not_leakproof(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """An index on a table with row level security whose functions or operators are not leakproof.

    Effect: a query by a role that row level security binds asks the policy first, and such a function only of the rows
    that are left: it does not look them up in the index. An index that begins with the tenant column is used for that
    column.

    Instead: compare a plain column, one with the result of the expression perhaps. Only a superuser can declare a
    function LEAKPROOF.
    """
    table = context.end.table(operation.table)
    if table is None or not is_protected(table, context.whole):
        return
    shown = context.shown(operation.table)
    for element in operation.elements:
        for call in calls(element.expression) if element.expression is not None else ():
            routines = context.before.routine(call.name)
            if call.name.name in _LEAKPROOF or (routines and all(routine.leakproof for routine in routines)):
                continue
            yield Flag(
                f"Roles that row level security of {shown} binds get nothing out of {call.name}() in this index: it is"
                " not leakproof, so it is called only for rows that passed the policy.",
                "Index a plain column that has the value, behind the tenant column.",
                at=call.at,
            )
            return
    if operation.method == "gin":
        yield Flag(
            f"Roles that row level security of {shown} binds get nothing out of this index: the operators that GIN"
            " indexes know are not leakproof, so they are asked only about rows that passed the policy.",
            "Keep it only for roles that row level security does not bind.",
        )


_LEAKPROOF = frozenset(
    {"md5", "sha224", "sha256", "sha384", "sha512", "uuid_extract_timestamp", "uuid_extract_version", "crc32", "crc32c"}
)
"""The functions of pg_catalog that people call by name and that are; the others are comparisons and casts."""

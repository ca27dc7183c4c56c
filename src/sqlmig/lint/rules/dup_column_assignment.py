"""Columns that are given two values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sqlmig.lint.context import Context
from sqlmig.lint.rule import Inside, rule
from sqlmig.lint.values import Flag
from sqlmig.sql.identifiers import fold, quote_ident
from sqlmig.sql.operations.rows import Insert, Update
from sqlmig.sql.tokens import Kind


@rule(Insert, Update, inside=Inside.ALL)
def dup_column_assignment(operation: Insert | Update, context: Context) -> Iterator[Flag]:
    """A column that is named twice in an INSERT's list of columns, or set twice by an UPDATE.

    Effect: PostgreSQL refuses the statement.

    Instead: keep one of them.

    Unless: they are parts of one value: `a[1] = 1, a[2] = 2`, or `address.street = ..., address.city = ...`.
    """
    assigned = [operation.columns] if isinstance(operation, Insert) else [operation.assigned]
    if isinstance(operation, Insert) and operation.on_conflict is not None:
        assigned.append(operation.on_conflict.assigned)
    parts = _assigned_by_parts(operation)
    for columns in assigned:
        for column in dict.fromkeys(column for column in columns if columns.count(column) > 1 and column not in parts):
            yield Flag(
                f"PostgreSQL refuses this: column {quote_ident(column)} of {context.shown(operation.table)} is given"
                " more than one value.",
                "Keep one of them.",
            )


def _assigned_by_parts(operation: Insert | Update) -> frozenset[str]:
    """The names with a subscript or a field behind them somewhere in the statement."""
    tokens = operation.statement.tokens
    return frozenset(
        fold(token)
        for token, behind in pairwise(tokens)
        if token.kind in (Kind.WORD, Kind.IDENTIFIER) and behind.text in ("[", ".")
    )

"""Statements that the linter could not read."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import Inside, rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.base import Unknown


@rule(Unknown, inside=Inside.ALL)
def unparsed_statement(operation: Unknown, context: Context) -> Iterator[Flag]:
    """A statement that the linter does not understand, or a body in a language that it does not read.

    Effect: no rule has judged it. That nothing else is said of it does not mean that it is safe.

    Instead: correct the statement. If PostgreSQL accepts it, read it with care, accept it, and report it.
    """
    body = context.occurrence.statement is not context.occurrence.outer
    yield Flag(
        f"Not understood, so no rule has judged it: {operation.reason}.",
        "Correct it; if the server accepts it as it is, review it by hand and accept it here.",
        severity=Severity.INFO if operation.foreign else Severity.WARNING if body else None,
    )

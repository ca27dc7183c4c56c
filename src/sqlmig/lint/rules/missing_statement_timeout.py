"""Statements that may run for ever, and some that are stopped half way."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.patience import limit_of
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.operations.base import Operation
from sqlmig.sql.operations.indexes import CreateIndex, Reindex
from sqlmig.sql.operations.rows import Delete, Merge, Update
from sqlmig.sql.operations.tables import ValidateConstraint

SHORT = 600_000
"""Below this, in milliseconds, building an index or validating a constraint of a large table is cut off."""


@rule(Update, Delete, Merge, CreateIndex, Reindex, ValidateConstraint, severity=Severity.WARNING, pack=Pack.STRICT)
def missing_statement_timeout(operation: Operation, context: Context) -> Iterator[Flag]:
    """A change of rows without a statement_timeout; CONCURRENTLY or VALIDATE with one below ten minutes.

    Effect: without one, a statement that was expected to take seconds may hold its locks for hours. With a short one, a
    concurrent build is stopped half way and leaves an INVALID index behind.

    Instead: `-- sqlmig: statement_timeout 5min` for changes of rows, `statement_timeout 0` for concurrent builds.
    """
    written = context.parameter("statement_timeout") or context.file.directives.statement_timeout
    limit = limit_of(written or context.settings.apply.statement_timeout)
    long = isinstance(operation, ValidateConstraint) or getattr(operation, "concurrently", False)
    if long and 0 < limit < SHORT:
        yield Flag(
            "This may take long, and the statement_timeout stops it half way.",
            "Lift the limit for this file:",
            "-- sqlmig: statement_timeout 0",
        )
    elif isinstance(operation, Update | Delete | Merge) and limit == 0 and not context.is_new(operation.table):
        yield Flag(
            f"Nothing limits how long this holds its locks on rows of {context.shown(operation.table)}.",
            "Limit it at the head of the file:",
            "-- sqlmig: statement_timeout 5min",
        )

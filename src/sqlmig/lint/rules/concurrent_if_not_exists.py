"""Broken indexes that count as built."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import index_built
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.indexes import CreateIndex


@rule(CreateIndex, severity=Severity.WARNING)
def concurrent_if_not_exists(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """CREATE INDEX CONCURRENTLY IF NOT EXISTS.

    Effect: a build that failed leaves an INVALID index of that name, which no query uses and every write pays for. IF
    NOT EXISTS finds it there, does nothing, and the migration counts as applied.

    Instead: leave IF NOT EXISTS out; after a failure sqlmig drops what its own attempt left behind. For whoever may run
    the file by hand, drop the index first.
    """
    if operation.concurrently and operation.if_not_exists and operation.name is not None:
        name = quote_ident(operation.name)
        yield Flag(
            f"If a failed build has left {name} behind, INVALID, this takes it for the finished index.",
            "Leave IF NOT EXISTS out; sqlmig removes what a failed attempt of its own leaves:",
            f"DROP INDEX CONCURRENTLY IF EXISTS {name};\n" + index_built(operation, context),
        )

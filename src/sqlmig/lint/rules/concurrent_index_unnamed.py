"""Concurrent indexes without a name."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.remedies import index_built
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.operations.indexes import CreateIndex


@rule(CreateIndex, severity=Severity.WARNING, pack=Pack.STRICT)
def concurrent_index_unnamed(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """CREATE INDEX CONCURRENTLY without a name for the index.

    Effect: PostgreSQL chooses one. After a failed build a second attempt chooses another, and nobody can tell the
    INVALID leftover from an index that is meant; `sqlmig apply` refuses it for that reason.

    Instead: name it.
    """
    if operation.concurrently and operation.name is None:
        yield Flag(
            "After a failed build nobody can tell what is left of this index from another one.",
            "Name it:",
            index_built(operation, context),
        )

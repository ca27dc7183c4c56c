"""What building an index on vectors takes."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.patience import limit_of
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.lint.vectors import is_vector_index
from sqlmig.sql.operations.indexes import CreateIndex


@rule(CreateIndex, severity=Severity.WARNING, pack=Pack.PGVECTOR)
def vec_build_cost(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """An hnsw or ivfflat index on a table in use, built with what maintenance_work_mem there is, or with a
    statement_timeout.

    Effect: once the graph of hnsw does not fit into maintenance_work_mem any more (64 MB unless somebody set it), each
    further row takes many times as long; a build of minutes becomes one of hours. A statement_timeout stops it.

    Instead: set maintenance_work_mem for the build, as large as the server can spare, and lift the limit.

    Unless: the table is made by the same migration, or small.
    """
    if not is_vector_index(operation) or context.is_new(operation.table) or context.is_small(operation.table):
        return
    name, timeout = context.shown(operation.table), _statement_timeout(context)
    if context.parameter("maintenance_work_mem") is None:
        message = (
            f"Once this index of {name} outgrows maintenance_work_mem, 64 MB by default, each row takes much longer."
        )
        if context.file.transaction:
            instead = "Give it what the server can spare, before this statement:"
            yield Flag(message, instead, "SET LOCAL maintenance_work_mem = '2GB';")
        else:
            # SET LOCAL does nothing without a transaction, and SET would outlive the file.
            instead = "Give the role that migrates what the server can spare, if it has not got it:"
            sql = "ALTER ROLE <the role that migrates> SET maintenance_work_mem = '2GB';"
            yield Flag(message, instead, sql, severity=Severity.INFO)
    if timeout:
        yield Flag(
            f"The statement_timeout of {timeout} stops this build, however far it has come.",
            "Lift the limit for this file:",
            "-- sqlmig: statement_timeout 0",
        )


def _statement_timeout(context: Context) -> str:
    """The limit in force; '' for none."""
    written = context.parameter("statement_timeout") or context.file.directives.statement_timeout
    limit = written or context.settings.apply.statement_timeout
    return limit if limit_of(limit) else ""

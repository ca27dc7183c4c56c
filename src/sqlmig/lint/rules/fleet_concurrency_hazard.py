"""Concurrent builds that wait for each other."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.project.model import Scope
from sqlmig.sql.operations.indexes import CreateIndex, Reindex


@rule(CreateIndex, Reindex, severity=Severity.WARNING, pack=Pack.STRICT)
def fleet_concurrency_hazard(operation: CreateIndex | Reindex, context: Context) -> Iterator[Flag]:
    """CREATE or REINDEX of an index CONCURRENTLY, in a tenant track whose tenants are migrated several at a time.

    Effect: before it ends, such a build waits for every transaction in the database that has an older snapshot,
    whichever tables it reads. So the tenants' builds wait for each other's transactions and for any long query, and
    the whole run takes as long as those do.

    Instead: run this migration with few workers, at a time without long queries.

    Unless: `apply.workers` is 1. DROP INDEX CONCURRENTLY waits only for those who use the table.
    """
    builds = operation.concurrently
    workers, tenants = context.settings.apply.workers, context.settings.lint.tenants
    if context.file.scope is not Scope.TENANT or not builds or workers == 1 or tenants == 1:
        return
    many = "several" if workers == "auto" else str(workers)
    yield Flag(
        f"{tenants} tenants build this index, {many} at a time, and each build waits for every older transaction in the"
        " database, other tenants' included: one long query holds up the whole run.",
        "Migrate with few workers while this one is pending, in sqlmig.yaml or one of its environments:",
        "apply: {workers: 1}",
    )

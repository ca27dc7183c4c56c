"""Background jobs for each tenant."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.asked import called
from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.project.model import Scope
from sqlmig.sql.operations.routines import Call
from sqlmig.sql.operations.rows import Select

_ADD = frozenset(
    {
        "add_retention_policy",
        "add_compression_policy",
        "add_columnstore_policy",
        "add_continuous_aggregate_policy",
        "add_reorder_policy",
        "add_job",
    }
)


@rule(Select, Call, severity=Severity.WARNING, pack=Pack.STRICT)
def ts_policy_jobs_per_tenant(operation: Select | Call, context: Context) -> Iterator[Flag]:
    """A policy or a job of TimescaleDB that each tenant's migration adds.

    Effect: a background job for each tenant. All of them share the workers of one server
    (timescaledb.max_background_workers, 16 by default), and fall behind.

    Instead: one job, made in a shared migration, that goes over the tenants; or calls from outside of the database.
    """
    if context.file.scope is not Scope.TENANT:
        return
    for call in called(operation, _ADD):
        yield Flag(
            f"Each tenant gets a background job of its own: with {context.settings.lint.tenants} tenants there are"
            f" {context.settings.lint.tenants} jobs for the workers of one server.",
            "Add one job in a shared migration that goes over all tenants.",
            at=call.at,
        )

"""Materialized views refreshed."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Severity
from sqlmig.sql.operations.indexes import RefreshMaterializedView


@rule(RefreshMaterializedView, severity=Severity.WARNING)
def refresh_matview(operation: RefreshMaterializedView, context: Context) -> Iterator[Flag]:
    """REFRESH MATERIALIZED VIEW without CONCURRENTLY.

    Effect: an ACCESS EXCLUSIVE lock on the view: nobody can read it until its query has run.

    Instead: REFRESH MATERIALIZED VIEW CONCURRENTLY; it needs a unique index on plain columns of the view.

    Unless: the view is made by the same migration, or is refreshed WITH NO DATA.
    """
    if operation.concurrently or not operation.with_data or context.is_new(operation.view):
        return
    view = context.shown(operation.view)
    unique = any(index.unique and index.where is None for index in context.before.indexes_on(operation.view))
    first = "" if unique else " It needs a unique index on the view first, and the migrations show none."
    yield Flag(
        f"Nobody can read {view} until its query has run.",
        f"Refresh it while it stays readable.{first}",
        f"REFRESH MATERIALIZED VIEW CONCURRENTLY {view};",
        severity=context.severity(),
    )

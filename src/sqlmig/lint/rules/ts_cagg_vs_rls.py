"""Continuous aggregates and row level security."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.hypertables import option
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack
from sqlmig.sql.expressions.queries import relations
from sqlmig.sql.operations.indexes import CreateMaterializedView


@rule(CreateMaterializedView, pack=Pack.TIMESCALE)
def ts_cagg_vs_rls(operation: CreateMaterializedView, context: Context) -> Iterator[Flag]:
    """A continuous aggregate over a hypertable with row level security.

    Effect: TimescaleDB refuses it.

    Instead: a schema for each tenant, or an aggregate that the application computes.
    """
    found = option(operation.options, "continuous")
    if found is None or not found.on:
        return
    for relation in relations(operation.query) or ():
        table = context.before.table(relation.name)
        if table is not None and table.row_security:
            yield Flag(
                f"TimescaleDB refuses this: {context.shown(table.name)} has row level security, and a continuous"
                " aggregate would get around it.",
                "Give each tenant a hypertable of its own, or leave the aggregate out.",
            )

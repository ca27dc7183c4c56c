"""Nearest neighbours among the rows of many tenants."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.rule import rule
from sqlmig.lint.tenancy import is_tenant_table
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.lint.vectors import is_vector_index
from sqlmig.sql.operations.indexes import CreateIndex


@rule(CreateIndex, severity=Severity.WARNING, pack=Pack.STRICT)
def vec_tenant_filter(operation: CreateIndex, context: Context) -> Iterator[Flag]:
    """One hnsw or ivfflat index over the rows of all tenants.

    Effect: the index gives the nearest rows of all tenants, 40 by default, and those of others are thrown away
    afterwards: a small tenant gets few rows or none.

    Instead: partition the table by the tenant column; or, from pgvector 0.8 on, set hnsw.iterative_scan (or
    ivfflat.iterative_scan), which goes on until there are enough.

    Unless: `lint.tenancy` is `schema`, the table is partitioned, or the index is partial.
    """
    table = context.end.tables.get(context.before.resolve(operation.table))
    if table is None or not is_vector_index(operation) or operation.where is not None:
        return
    if table.partition_by is None and table.partition_of is None and is_tenant_table(table, context.whole):
        yield Flag(
            f"This index finds the nearest rows of all tenants in {context.shown(operation.table)}; after the others'"
            " are left out, a small tenant gets few or none.",
            "Partition the table by tenant, or have the application's sessions search on until there are enough:",
            f"SET {operation.method}.iterative_scan = relaxed_order;",
        )

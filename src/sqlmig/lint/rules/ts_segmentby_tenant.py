"""How compressed rows of tenants are laid out."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.hypertables import enables_columnstore
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack, Severity
from sqlmig.sql.identifiers import quote_ident
from sqlmig.sql.operations.tables import CreateTable, SetOptions


@rule(CreateTable, SetOptions, severity=Severity.WARNING, pack=Pack.TIMESCALE)
def ts_segmentby_tenant(operation: CreateTable | SetOptions, context: Context) -> Iterator[Flag]:
    """The columnstore (compression) of a table with the tenant column, which does not segment by that column.

    Effect: rows of all tenants are compressed together: a query for one tenant decompresses those of the others.

    Instead: segment by the tenant column.

    Unless: `lint.tenancy` is `schema`.
    """
    tenant = context.settings.tenant_column
    resets = isinstance(operation, SetOptions) and operation.reset
    if not context.settings.row_level or resets or not enables_columnstore(operation.options):
        return
    table = context.end.tables.get(context.before.resolve(operation.table))
    if table is None or table.hypertable is None or table.column(tenant) is None:
        return
    if table.hypertable.columnstore and tenant not in table.hypertable.segment_by:
        name = context.shown(operation.table)
        segments = ", ".join(map(quote_ident, (tenant, *table.hypertable.segment_by)))
        yield Flag(
            f"A query for one tenant has to decompress the rows of all the others in {name}.",
            f"Segment by {quote_ident(tenant)}:",
            f"ALTER TABLE {name} SET (timescaledb.compress_segmentby = '{segments}');",
        )

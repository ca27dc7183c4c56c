"""Compressed hypertables and row level security."""

from __future__ import annotations

from collections.abc import Iterator

from sqlmig.lint.context import Context
from sqlmig.lint.hypertables import enables_columnstore, hypertable
from sqlmig.lint.rule import rule
from sqlmig.lint.values import Flag, Pack
from sqlmig.sql.operations.tables import RowSecurity, SetOptions, SetRowSecurity


@rule(SetOptions, SetRowSecurity, pack=Pack.TIMESCALE)
def ts_columnstore_vs_rls(operation: SetOptions | SetRowSecurity, context: Context) -> Iterator[Flag]:
    """The columnstore (compression) on a table with row level security, or row level security on a compressed table.

    Effect: TimescaleDB refuses it; a table has the one or the other.

    Instead: row level security without the columnstore; or a schema for each tenant, and the columnstore.
    """
    table, name = context.before.table(operation.table), context.shown(operation.table)
    advice = "Choose one of them; where each tenant has its own schema, row level security is not needed here."
    match operation:
        case SetRowSecurity(action=RowSecurity.ENABLE):
            known = hypertable(operation.table, context.before)
            if known is not None and known.columnstore:
                yield Flag(
                    f"TimescaleDB refuses this: {name} has its columnstore on, which excludes row level security.",
                    advice,
                )
        case SetOptions(reset=False) if enables_columnstore(operation.options):
            if table is not None and table.row_security:
                yield Flag(
                    f"TimescaleDB refuses this: {name} has row level security, which excludes the columnstore.", advice
                )
        case _:
            return

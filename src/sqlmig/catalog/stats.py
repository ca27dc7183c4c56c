"""Storage, index use and slow statements per tenant: a few queries over all tenants, from the catalog alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlmig.db.composing import compose, filled, text_of
from sqlmig.db.errors import ServerRefused
from sqlmig.db.session import Row, Session
from sqlmig.plan.tenantstats import (
    Figures,
    IndexStats,
    Sort,
    Statement,
    Statements,
    Stats,
    TenantStats,
    merged,
    ordered,
)
from sqlmig.project.model import Tenant


def read_stats(session: Session, tenants: Sequence[Tenant], sort: Sort, *, others: bool) -> Stats:
    """Reads the figures.

    Args:
        session: of any role; statements of others need the rights of pg_read_all_stats.
        tenants: whose schemas count.
        sort: what the tenants are ordered by.
        others: whether statements count that name no tenant's schema.

    Raises:
        ServerRefused: a table was locked for too long.
    """
    figures: dict[str, Figures] = {}
    indexes: list[IndexStats] = []
    for first in range(0, len(tenants), _CHUNK):
        if first:
            session.reopen()
        for row in _relations(session, [tenant.schema for tenant in tenants[first : first + _CHUNK]]):
            schema, table, index, *counts, invalid = row
            found = Figures(*counts)
            if schema is not None:
                figures[schema] = found
            else:
                counted = (found.indexes, found.unused_indexes, invalid, found.index_scans, found.index_bytes)
                indexes.append(IndexStats(table, index, *counted))
    since = session.value(
        "SELECT stats_reset FROM pg_catalog.pg_stat_database WHERE datname = pg_catalog.current_database()"
    )
    recorded, statements = _statements(session, tenants, others)
    times: defaultdict[str, float] = defaultdict(float)
    for one in statements:
        if one.tenant is not None:
            times[one.tenant.schema] += one.total_ms
    listed = [TenantStats(one, figures.get(one.schema, Figures()), times[one.schema]) for one in tenants]
    return Stats(ordered(listed, sort), merged(indexes), tuple(statements), recorded, since)


_CHUNK = 300
"""How many tenants one connection asks for: a server process remembers every relation whose size it was asked for."""


def _relations(session: Session, schemas: Sequence[str]) -> list[Row]:
    with session.reading():
        # The size of a table cannot be had while somebody locks it whole, as a migration does.
        session.run("SET LOCAL lock_timeout = '10s'")
        return session.rows(text_of("stats_tenants"), {"schemas": list(schemas)})


def _statements(session: Session, tenants: Sequence[Tenant], others: bool) -> tuple[Statements, list[Statement]]:
    extension = session.value(
        "SELECT n.nspname::text FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace"
        " WHERE e.extname = 'pg_stat_statements'"
    )
    if extension is None:
        return Statements.NOT_INSTALLED, []
    by_schema = {tenant.schema: tenant for tenant in tenants}
    text = compose(text_of("stats_statements"), extension=extension.replace("%", "%%")).as_string()
    try:
        with session.reading():
            rows = session.rows(filled(text, {"schemas": list(by_schema), "others": others}))
    except ServerRefused as error:
        if error.said.sqlstate != "55000":
            raise
        return Statements.NOT_LOADED, []
    return Statements.RECORDED, [Statement(by_schema.get(schema or ""), *rest) for schema, *rest in rows]

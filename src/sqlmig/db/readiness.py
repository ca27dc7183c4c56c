"""What a readiness probe asks of the database, in one message when the registry is a query."""

from __future__ import annotations

from sqlmig.db import history
from sqlmig.db.errors import ServerRefused
from sqlmig.db.registry import read_tenants, tenant_of
from sqlmig.db.session import Session
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant

Standings = dict[tuple[str, str], tuple[str, int]]
"""By track and target: digest of all that is applied, and the highest version."""

_NOT_THERE = ("42P01", "3F000")  # undefined_table, invalid_schema_name


def read_readiness(session: Session, files: ProjectFiles) -> tuple[tuple[Tenant, ...], Standings]:
    """The active tenants, and what the history says of every target; empty where neither is there yet.

    Raises:
        ConfigError: the registry cannot be used.
    """
    config = files.config
    standings = history.statement_text("read_standings", config.history_schema)
    query = config.tenants.query if config.tenants is not None else None
    if query is None:
        return read_tenants(session, files) or (), history.read_standings(session, config.history_schema)
    registry = f"SELECT pg_catalog.to_jsonb(r) FROM ({query.rstrip().rstrip(';')}\n) AS r"  # noqa: S608  the user's own query
    try:
        found, rows = session.run(f"BEGIN READ ONLY; {registry}; {standings}; COMMIT")
    except ServerRefused as error:
        session.rollback()
        if error.said.sqlstate in _NOT_THERE:
            return (), {}
        # The registry's own reading has the words for whatever is wrong with it.
        return read_tenants(session, files) or (), history.read_standings(session, config.history_schema)
    return tuple(tenant_of(config, row) for (row,) in found), history.standings_of(rows)

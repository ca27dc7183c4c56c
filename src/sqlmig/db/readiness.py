"""What a readiness probe asks of the database, in one message when the registry is a query."""

from __future__ import annotations

from sqlmig.db import history
from sqlmig.db.errors import ServerRefused
from sqlmig.db.registry import read_tenants, tenant_of
from sqlmig.db.session import Session
from sqlmig.db.tenantstates import holds_of, read_holds
from sqlmig.plan.tenantstates import Holds
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant

Standings = dict[tuple[str, str], tuple[str, int]]
"""By track and target: digest of all that is applied, and the highest version."""


def read_readiness(session: Session, files: ProjectFiles) -> tuple[tuple[Tenant, ...], Standings, Holds]:
    """The active tenants, what the history says of every target, and who is held; empty where nothing is there yet.

    Raises:
        ConfigError: the registry cannot be used.
    """
    config = files.config
    standings = history.statement_text("read_standings", config.history_schema)
    holds = history.statement_text("tenant_holds", config.history_schema)
    query = config.tenants.query if config.tenants is not None else None
    if query is None:
        return _one_by_one(session, files)
    registry = f"SELECT pg_catalog.to_jsonb(r) FROM ({query.rstrip().rstrip(';')}\n) AS r"  # noqa: S608  the user's own query
    try:
        found, rows, held = session.run(f"BEGIN READ ONLY; {registry}; {standings}; {holds}; COMMIT")
    except ServerRefused:
        session.rollback()
        # Something is not there yet, or wrong: each reading by itself knows what that means, and has the words for it.
        return _one_by_one(session, files)
    return tuple(tenant_of(config, row) for (row,) in found), history.standings_of(rows), holds_of(held)


def _one_by_one(session: Session, files: ProjectFiles) -> tuple[tuple[Tenant, ...], Standings, Holds]:
    schema = files.config.history_schema
    tenants = read_tenants(session, files) or ()
    return tenants, history.read_standings(session, schema), read_holds(session, schema)

"""Looks at one tenant and changes nothing."""

from __future__ import annotations

from sqlmig.catalog.fingerprint import fingerprints
from sqlmig.db import history
from sqlmig.db.composing import text_of
from sqlmig.db.session import Session
from sqlmig.db.tenantstates import read_backups, read_log
from sqlmig.fleet.targets import read_snapshot, tenant_target
from sqlmig.plan.planner import Up, make_plan
from sqlmig.plan.status import TargetStatus, status_of
from sqlmig.plan.tenantfacts import TenantFacts
from sqlmig.plan.tenantstates import KnownTenant
from sqlmig.project.load import ProjectFiles
from sqlmig.tenants.known import named, read_known

_LAST = 10
"""So many entries of the log, and so many backups, are shown."""


def show(session: Session, files: ProjectFiles, slug: str) -> TenantFacts:
    """All that is known of a tenant.

    Raises:
        UsageError: there is no such tenant.
        ConfigError: the registry cannot be used.
    """
    known = named(read_known(session, files), slug)
    schema, tenant = files.config.history_schema, known.tenant
    tracks = [track.name for track in files.tenant_tracks]
    exists = bool(history.existing_schemas(session, [tenant.schema]))
    found = fingerprints(session, [tenant.schema]).get(tenant.schema) if exists else None
    return TenantFacts(
        known,
        exists,
        _standings(session, files, known) if exists else (),
        read_log(session, schema, tenant.id, tracks, _LAST),
        session.value(text_of("tenant_size"), {"schema": tenant.schema}) if exists else None,
        read_backups(session, schema, tenant.id, _LAST),
        found.whole if found is not None else None,
    )


def _standings(session: Session, files: ProjectFiles, known: KnownTenant) -> tuple[TargetStatus, ...]:
    targets = [tenant_target(track, known.tenant) for track in files.tenant_tracks]
    plan = make_plan(files, targets, read_snapshot(session, files, targets, Up()), Up())
    schema = files.config.history_schema
    heads = history.read_heads(session, schema) if history.exists(session, schema) else {}
    return status_of(plan, heads, ()).targets

"""What the history knows of tenants besides what is applied to them: read, written, and moved with their schemas."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmig.db.context import RunContext
from sqlmig.db.errors import ServerRefused
from sqlmig.db.history import statement_text
from sqlmig.db.session import Row, Session
from sqlmig.plan.status import LogEntry
from sqlmig.plan.tenantfacts import BackupRow
from sqlmig.plan.tenantstates import Hold, Holds, KnownTenant, TenantState
from sqlmig.project.model import Tenant


def read_holds(session: Session, history_schema: str) -> Holds:
    """The targets that somebody holds, by track and key: they are few, and an index has them."""
    return holds_of(_rows(session, "holds", history_schema))


def holds_of(rows: Sequence[Row]) -> Holds:
    """The targets that somebody holds, from the rows of `tenant_holds.sql`."""
    return {(track, target): Hold(at, reason or "") for target, track, at, reason in rows}


def read_recorded(session: Session, history_schema: str, key: str | None = None) -> tuple[KnownTenant, ...]:
    """What is recorded of tenants, or of one, as if the registry gave none of them; nothing where sqlmig was never."""
    return tuple(_known(row) for row in _rows(session, "recorded", history_schema, {"target": key}))


def read_away(session: Session, history_schema: str, slug: str, schema: str) -> KnownTenant | None:
    """A tenant that was dropped, is not purged, and had this slug or this schema."""
    return next((_known(row) for row in _rows(session, "away", history_schema, {"slug": slug, "schema": schema})), None)


def read_target_schemas(
    session: Session, history_schema: str, tracks: Sequence[str], key: str | None = None
) -> dict[str, str]:
    """By key, the schema of every target of these tracks, or of one of them."""
    return dict(_rows(session, "targets", history_schema, {"tracks": list(tracks), "target": key}))


@dataclass(frozen=True, slots=True)
class Move:
    """From which key to which key and schema everything that is kept of a tenant goes."""

    old: str
    new: str
    schema: str


def write(session: Session, context: RunContext, one: KnownTenant, *, keep: float | None = None) -> None:
    """Records a tenant as it is now.

    Args:
        session: in the transaction that changes it.
        context: of the run; says who does it.
        one: the tenant.
        keep: seconds from now after which it may go; None leaves `drop_after` as it is.
    """
    tenant = one.tenant
    holds = {track: {"at": hold.at, "reason": hold.reason} for track, hold in one.holds.items()}
    parameters = {
        "target": tenant.id,
        "slug": tenant.slug,
        "schema_name": tenant.schema,
        "state": one.state.value,
        "hold": json.dumps(holds),
        "template": one.template,
        "former": one.former,
        "former_state": one.former_state.value if one.former_state is not None else None,
        "drop_after": one.drop_after,
        "keep": keep,
        "reason": one.reason,
        "registry": json.dumps(dict(tenant.row), default=str),
        "actor": context.origin.actor,
    }
    session.run(statement_text("tenant_write", context.history), parameters)


def move(session: Session, history_schema: str, how: Move, tracks: Sequence[str]) -> None:
    """Lets everything that is kept of a tenant follow it; in the transaction that renames its schema."""
    parameters = {"old": how.old, "new": how.new, "schema": how.schema, "tracks": list(tracks)}
    session.run(statement_text("tenant_move", history_schema), parameters)


def read_log(
    session: Session, history_schema: str, key: str, tracks: Sequence[str], limit: int
) -> tuple[LogEntry, ...]:
    """The last entries of the log of one tenant, the newest first."""
    parameters = {"target": key, "tracks": list(tracks), "limit": limit}
    return tuple(LogEntry(*row) for row in _rows(session, "log", history_schema, parameters))


def read_backups(session: Session, history_schema: str, key: str, limit: int) -> tuple[BackupRow, ...]:
    """The last backups of one tenant, the newest first."""
    rows = _rows(session, "backups", history_schema, {"target": key, "limit": limit})
    return tuple(BackupRow(*row) for row in rows)


def read_due(session: Session, history_schema: str) -> dict[str, bool]:
    """By key, the tenants that were dropped and are still there: whether their time is over."""
    return dict(_rows(session, "due", history_schema))


def read_pool(session: Session, history_schema: str) -> frozenset[str]:
    """The schemas that are ready for a tenant."""
    try:
        rows = session.rows(statement_text("reconcile_pool", history_schema))
    except ServerRefused as error:
        if error.said.sqlstate != "42P01":
            raise
        return frozenset()
    return frozenset(row[0] for row in rows)


def forget(session: Session, history_schema: str, key: str, tracks: Sequence[str]) -> object:
    """Takes everything of a tenant out of what counts as applied; returns it as JSON, for the log."""
    return session.value(statement_text("tenant_gone", history_schema), {"target": key, "tracks": list(tracks)})


def _rows(session: Session, name: str, history_schema: str, parameters: dict[str, object] | None = None) -> list[Row]:
    try:
        return session.rows(statement_text(f"tenant_{name}", history_schema), parameters)
    except ServerRefused as error:
        # Nothing was ever applied, or only by an earlier release that had no such table.
        if error.said.sqlstate not in ("42P01", "3F000") or session.in_transaction:
            raise
        return []


def _known(row: Row) -> KnownTenant:
    target, slug, schema, registry, state, hold, *rest = row
    holds = {track: Hold(held["at"], held["reason"]) for track, held in hold.items()}
    template, former, former_state, drop_after, reason, actor, changed_at = rest
    return KnownTenant(
        Tenant(target, slug, schema, registry),
        TenantState(state),
        listed=False,
        holds=holds,
        template=template,
        former=former,
        former_state=TenantState(former_state) if former_state is not None else None,
        drop_after=drop_after,
        reason=reason,
        actor=actor,
        changed_at=changed_at,
    )

"""All that is known of one tenant, for somebody who looks."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from sqlmig.plan.status import LogEntry, TargetStatus
from sqlmig.plan.tenantstates import KnownTenant


@dataclass(frozen=True, slots=True)
class BackupRow:
    """A backup of a tenant, as the history has it."""

    backup_id: str
    state: str
    url: str
    """Without secrets."""
    bytes: int | None
    started_at: datetime.datetime


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """One tenant: who it is, where it stands, what happened to it."""

    known: KnownTenant
    schema_exists: bool
    targets: tuple[TargetStatus, ...] = ()
    """Where it stands, track by track."""
    log: tuple[LogEntry, ...] = ()
    """The last entries, the newest first."""
    bytes: int | None = None
    """Of its tables with their indexes; None when there is no schema."""
    backups: tuple[BackupRow, ...] = ()
    """The newest first."""
    fingerprint: str | None = None
    """Of its schema; None when there is none."""

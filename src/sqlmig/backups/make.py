"""A backup of one tenant: its schema as pg_dump writes it, and what registry and history say of it, at one moment.

The order matters: the history says `running` before the first byte is written, the manifest is written when all parts
are stored, and the history says `done` after that. Whatever is killed in between leaves a backup without a manifest.
"""

from __future__ import annotations

import datetime
import io
import json
import secrets
from dataclasses import dataclass, replace

from sqlmig import __version__
from sqlmig.backups.beforehand import left_alone, refuse_partial
from sqlmig.backups.manifest import (
    DUMP,
    KEY,
    NAME,
    ROWS,
    Manifest,
    Part,
    TrackHead,
    Versions,
    folder_of,
    manifest_json,
    manifest_text,
    part_name,
)
from sqlmig.backups.programs import Program, Running, find_program, running
from sqlmig.backups.sealing import Source, seal
from sqlmig.backups.settings import Settings
from sqlmig.backups.stores import storage_errors, write_whole
from sqlmig.backups.telling import backup_error
from sqlmig.catalog.fingerprint import fingerprints
from sqlmig.db import backups, history
from sqlmig.db.conninfo import libpq_environment
from sqlmig.db.context import RunContext, Stop
from sqlmig.db.dump import Snapshot, snapshot
from sqlmig.db.registry import find_tenants
from sqlmig.db.session import Session
from sqlmig.db.tenantstates import read_recorded
from sqlmig.errors import Interrupted
from sqlmig.fleet.targets import tenant_target
from sqlmig.plan.backups import BackupState
from sqlmig.plan.tenantstates import TenantState
from sqlmig.plan.values import Target
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant


@dataclass(frozen=True, slots=True)
class _Backup:
    """One backup that is about to be made."""

    files: ProjectFiles
    context: RunContext
    tenant: Tenant
    settings: Settings
    program: Program
    backup_id: str
    made_at: str
    reason: str | None

    @property
    def folder(self) -> str:
        return folder_of(self.tenant.slug, self.backup_id)

    @property
    def target(self) -> Target:
        return tenant_target(self.files.tenant_tracks[0], self.tenant)

    @property
    def tracks(self) -> list[str]:
        return [track.name for track in self.files.tenant_tracks]


def back_up(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    tenant: Tenant,
    settings: Settings,
    *,
    reason: str | None = None,
    run_id: str | None = None,
) -> Manifest:
    """Makes a backup of a tenant.

    Args:
        session: outside of a transaction; it records the backup.
        files: the project.
        context: of the run.
        tenant: an active one.
        settings: where the backup goes, and how it is written.
        reason: is kept with it.
        run_id: the run before which it is made.

    Raises:
        Refused: its schema is not there, or holds an extension, or tables whose rows are elsewhere.
        LockNotObtained: a run is changing the tenant.
        Interrupted: it was asked to stop.
        BackupFailed: with what pg_dump or the store said; the backup is marked as failed.
    """
    program = find_program("pg_dump", server_major(session))
    refuse_partial(session, tenant)
    history.prepare(session, context.history)
    backup_id, made_at = _new_id(session)
    backup = _Backup(files, context, tenant, settings, program, backup_id, made_at, reason)
    row = {
        "backup_id": backup_id,
        "target": tenant.id,
        "slug": tenant.slug,
        "schema_name": tenant.schema,
        "url": f"{settings.store.url}/{backup.folder}",
        "reason": reason,
        "run_id": run_id,
    }
    with left_alone(session, context, backup.target, f"tenant {tenant.slug}"):
        backups.begin_backup(session, context, row)
        try:
            manifest = _write(session, backup)
        except Exception as error:
            told = backup_error(tenant.slug, error, stopped=context.stop.requested)
            if not session.broken:
                backups.end_backup(session, context.history, backup_id, BackupState.FAILED, message=told.message)
            raise told from error
        document = manifest_json(manifest)
        backups.end_backup(
            session, context.history, backup_id, BackupState.DONE, manifest=document, size=manifest.bytes
        )
    return manifest


def server_major(session: Session) -> int:
    """The major version of the server."""
    return int(session.value("SHOW server_version_num")) // 10000


def _write(session: Session, backup: _Backup) -> Manifest:
    """Stores all parts, and then the manifest."""
    settings, store = backup.settings, backup.settings.store
    with snapshot(session.conninfo, settings.lock_timeout) as moment:
        backup.context.stop.follow(moment.session)
        backup.context.stop.cancellable(moment.session)
        try:
            manifest = _described(moment.session, backup)
            rows = _rows(moment.session, backup)
        finally:
            backup.context.stop.cancellable(None)
        if settings.encryption is not None and settings.encryption.key is not None:
            with storage_errors(store):
                write_whole(store, f"{backup.folder}/{KEY}", settings.encryption.key)
        told = _part(backup, ROWS, io.BytesIO(rows))
        with running(backup.program, _arguments(backup, moment), libpq_environment(session.conninfo)) as dump:
            dumped = _part(backup, DUMP, _Stoppable(dump, backup.context.stop))
    manifest = replace(manifest, parts=(dumped, told))
    with storage_errors(store):
        write_whole(store, f"{backup.folder}/{NAME}", manifest_text(manifest))
    return manifest


def _arguments(backup: _Backup, moment: Snapshot) -> list[str]:
    # In quotes, a pattern is a name as it is.
    name = backup.tenant.schema.replace('"', '""')
    return [
        "--format=custom",
        "--compress=0",
        "--encoding=UTF8",
        "--no-password",
        f'--schema="{name}"',
        "--strict-names",
        f"--snapshot={moment.name}",
        f"--lock-wait-timeout={backup.settings.lock_timeout}",
    ]


def _part(backup: _Backup, name: str, source: Source) -> Part:
    settings = backup.settings
    whole = part_name(name, settings.compression, encrypted=settings.encryption is not None)
    with storage_errors(settings.store), settings.store.writer(f"{backup.folder}/{whole}") as stored:
        return seal(whole, source, stored, settings.compression, settings.encryption)


def _rows(session: Session, backup: _Backup) -> bytes:
    """The registry's row, the history's rows, and the tenant's state, as JSON."""
    tenant = backup.tenant
    found = find_tenants(session, backup.files, tenant.slug, tenant.schema) or ()
    row = next((one.row for one in found if one.id == tenant.id), tenant.row)
    rows = backups.rows_of(session, backup.context.history, tenant.id, backup.tracks)
    state = next((one.state for one in read_recorded(session, backup.context.history, tenant.id)), TenantState.ACTIVE)
    document = {"registry": row, "history": rows, "state": state.value}
    return json.dumps(document, default=str, ensure_ascii=False).encode()


def _described(session: Session, backup: _Backup) -> Manifest:
    """The manifest, its parts still to come."""
    tenant, settings = backup.tenant, backup.settings
    heads = backups.heads_of(session, backup.context.history, tenant.id, backup.tracks)
    fingerprint = fingerprints(session, [tenant.schema])[tenant.schema]
    return Manifest(
        backup.backup_id,
        backup.made_at,
        tenant.slug,
        tenant.schema,
        tenant.id,
        Versions(str(session.value("SHOW server_version")), backup.program.version, __version__, history.FORMAT),
        tuple(TrackHead(*head) for head in heads),
        fingerprint.whole,
        {aspect.value: digest for aspect, digest in fingerprint.aspects.items()},
        settings.compression,
        settings.recipients,
        settings.encryption is not None and settings.encryption.key is not None,
        (),
        backup.reason,
    )


def _new_id(session: Session) -> tuple[str, str]:
    """An id that begins with the server's time, and that time."""
    moment: datetime.datetime = session.value("SELECT pg_catalog.clock_timestamp()")
    at = moment.astimezone(datetime.UTC)
    return f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}", at.isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class _Stoppable:
    """What a program writes, until somebody asks to stop: it may be waiting for a lock, and write nothing for long."""

    program: Running
    stop: Stop

    def read(self, size: int) -> bytes:
        while not self.program.has_more(_LOOK_SECONDS):
            if self.stop.requested:
                raise Interrupted("stopped on request")
        return self.program.read(size)


_LOOK_SECONDS = 0.2

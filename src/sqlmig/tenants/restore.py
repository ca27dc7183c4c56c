"""A tenant from a backup in one transaction: the old schema renamed away, the new one made, history and registry too.

Nobody sees any of it before COMMIT. Whatever is killed on the way leaves the tenant as it was, and nothing beside it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlmig.backups.failures import BackupFailed
from sqlmig.backups.keys import Unlocking
from sqlmig.backups.loading import load_schema
from sqlmig.backups.make import server_major
from sqlmig.backups.manifest import Manifest
from sqlmig.backups.opening import Opened, Stored, check_stored, read_rows, unlock
from sqlmig.backups.programs import Program, find_program
from sqlmig.catalog.fingerprint import Aspect, Fingerprint, fingerprints
from sqlmig.db import backups, history, records
from sqlmig.db.composing import compose
from sqlmig.db.context import RunContext
from sqlmig.db.dump import LoadingSession, loading
from sqlmig.db.errors import ServerRefused
from sqlmig.db.locks import locked
from sqlmig.db.registry import find_tenants
from sqlmig.db.session import Session
from sqlmig.db.tenantschemas import try_key
from sqlmig.errors import Interrupted, LockNotObtained, Refused, SqlmigError
from sqlmig.plan.results import Outcome
from sqlmig.plan.retry import Remedy, remedy
from sqlmig.plan.tenantstates import TenantState
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant
from sqlmig.tenants.aside import aside_name, kept_name, left_behind, move_away, rename, wait_for_writers
from sqlmig.tenants.becoming import Destination, destination, kept_columns, register
from sqlmig.tenants.hooks import run_hook
from sqlmig.tenants.known import life_target
from sqlmig.tenants.rekeying import Rekey, rekey_rows, rekeyed, rename_in_functions


@dataclass(frozen=True, slots=True)
class Restored:
    """A tenant that is as it was when the backup was made."""

    tenant: Tenant
    backup_id: str
    kept: str | None
    """What the schema that was there before is called now; None when there was none."""
    notes: tuple[str, ...]
    """What is worth knowing."""
    seconds: float


@dataclass(frozen=True, slots=True)
class _Restore:
    """One restore, ready to run."""

    files: ProjectFiles
    context: RunContext
    opened: Opened
    rows: Mapping[str, Any]
    """The registry's row, the history's rows, and the state that the tenant had."""
    destination: Destination
    reason: str | None

    @property
    def manifest(self) -> Manifest:
        return self.opened.stored.manifest


def restore_tenant(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    slug: str,
    found: Stored,
    unlocking: Unlocking,
    *,
    new_slug: str | None = None,
    reason: str | None = None,
) -> Restored:
    """Brings a tenant back, or makes another one of its backup.

    Args:
        session: outside of a transaction.
        files: the project.
        context: of the run.
        slug: whose backup it is.
        found: the backup.
        unlocking: what it is decrypted with.
        new_slug: the tenant to make of it; None for the tenant itself.
        reason: is kept in the history.

    Raises:
        UsageError: the backup is another tenant's.
        Refused: the tenant's state does not allow it, or the new one is there already.
        LockNotObtained: a run holds the tenant.
        Interrupted: it was asked to stop; nothing was changed.
        BackupFailed: the backup is damaged, no key opens it, or it does not come back as it was; nothing was changed.
    """
    began = time.monotonic()
    program = find_program("pg_restore", int(found.manifest.versions.pg_dump.partition(".")[0]))
    check_stored(found)
    opened = unlock(found, unlocking)
    rows = read_rows(opened)
    history.prepare(session, context.history)
    asked = partial(destination, files=files, slug=slug, new_slug=new_slug, found=found, row=rows["registry"])
    tenant = asked(session).tenant
    label = f"tenant {tenant.slug}"
    with loading(session.conninfo) as loader:
        context.stop.follow(loader)
        try:
            keys = context.keys(life_target(files, tenant))
            with locked(loader, keys, label, context.lock_wait, context.stop):
                context.stop.cancellable(loader)
                try:
                    # Whoever held the lock may have changed it.
                    now = _same(tenant, asked(loader))
                    restored = _run(loader, _Restore(files, context, opened, rows, now, reason), program)
                finally:
                    # A COMMIT is never cancelled.
                    context.stop.cancellable(None)
        except SqlmigError as error:
            if not (loader.broken and _committed(session, context)):
                raise _told(context, label, error) from error
    return replace(restored, seconds=time.monotonic() - began)


def _same(tenant: Tenant, now: Destination) -> Destination:
    """What a backup becomes now that the lock is held; it has to be whose lock it is.

    Raises:
        Refused: it is not.
    """
    if now.tenant.id != tenant.id:
        raise Refused(
            f"tenant {tenant.slug} has become another one meanwhile: its id was {tenant.id}, and is {now.tenant.id}",
            state="nothing was changed",
            next="`sqlmig tenant list --all` shows the tenants; run the command again",
        )
    return now


def _run(session: LoadingSession, restore: _Restore, program: Program) -> Restored:
    """Does all of it in the transaction that is open."""
    context, manifest, wanted = restore.context, restore.manifest, restore.destination.tenant
    notes = left_behind(session, wanted.schema)
    kept = move_away(session, wanted.schema, kept_name(context.run_id, wanted.schema))
    aside = _make_room(session, restore) if manifest.schema != wanted.schema else None
    tenant = wanted if restore.destination.registered else register(session, restore.files, wanted)

    def loaded() -> None:
        if tenant.id != manifest.target:
            column = restore.files.config.lint.tenant_column
            notes.extend(rekey_rows(session, manifest.schema, Rekey(column, manifest.target, tenant.id)))

    load_schema(session, context, restore.opened, program, loaded=loaded)
    if manifest.schema != tenant.schema:
        rename(session, manifest.schema, tenant.schema)
        rename_in_functions(session, tenant.schema, manifest.schema)
    if aside is not None:
        rename(session, aside, manifest.schema)
    notes += _compare(session, manifest, tenant.schema)
    notes += _keep_access(session, restore, tenant)
    notes += _keep_row(restore, tenant)
    if kept is not None:
        wait_for_writers(session, context, kept)
    _write_history(session, restore, tenant)
    return Restored(tenant, manifest.backup_id, kept, tuple(notes), 0.0)


def _make_room(session: Session, restore: _Restore) -> str | None:
    """Lets another tenant's schema step aside whose name the dump has, with that tenant's lock; its name meanwhile.

    Raises:
        LockNotObtained: a run holds that tenant.
    """
    context, schema = restore.context, restore.manifest.schema
    owner = next(
        (one.id for one in find_tenants(session, restore.files, schema, schema) or ()), restore.manifest.target
    )
    if not try_key(session, context.history, owner):
        raise LockNotObtained(
            f"a run holds the tenant with schema {schema}, which has to step aside for the time of the restore",
            state=_NOTHING,
            next="wait for that run, or look with `sqlmig locks`",
        )
    return move_away(session, schema, aside_name(context.run_id, schema))


def _compare(session: Session, manifest: Manifest, schema: str) -> list[str]:
    """Compares what came back with what was backed up.

    Raises:
        BackupFailed: it differs.
    """
    server = server_major(session)
    if int(manifest.versions.server.partition(".")[0]) != server:
        made_on = manifest.versions.server
        return [f"fingerprints were not compared: PostgreSQL {made_on}, of the backup, has other words than {server}"]
    found = fingerprints(session, [schema])[schema]
    if found.whole == manifest.fingerprint:
        return []
    backed_up = Fingerprint({Aspect(aspect): digest for aspect, digest in manifest.aspects.items()})
    differing = [aspect.said for aspect in found.differing(backed_up) if aspect is not Aspect.COLUMN_ORDER]
    raise BackupFailed(
        f"backup {manifest.backup_id} does not come back as it was: {', '.join(differing)} differ",
        state=_NOTHING,
        next="a default, view or policy may have the schema's name in a string; restore it under its own name",
    )


def _keep_access(session: Session, restore: _Restore, tenant: Tenant) -> list[str]:
    """Brings the application's access to what the tenant's state says: the backup may have been made in another one.

    Raises:
        MigrationFailed: suspend.sql or activate.sql failed.
    """
    now = restore.destination.state is TenantState.SUSPENDED
    before = restore.rows.get("state") == TenantState.SUSPENDED.value
    if now == before:
        return []
    # The dump has switched these off.
    session.set_local({"row_security": "on", "check_function_bodies": "on"})
    ran = run_hook(session, restore.files, tenant, "suspend" if now else "activate")
    if ran is None:
        return []
    was, done = ("active", "suspended it again") if now else ("suspended", "gave the application its access")
    return [f"it was {was} when the backup was made; {ran} {done}"]


def _keep_row(restore: _Restore, tenant: Tenant) -> list[str]:
    """A note, where the registry's row of today is another one than it was: a restore leaves it as it is."""
    columns = kept_columns(tenant.row, restore.rows["registry"]) if restore.destination.registered else []
    return [f"the registry's row stays as it is now; other than in the backup: {', '.join(columns)}"] if columns else []


def _write_history(session: Session, restore: _Restore, tenant: Tenant) -> None:
    """Puts the backup's rows in the place of the history's, and the restore into the log."""
    context, manifest = restore.context, restore.manifest
    tracks = [track.name for track in restore.files.tenant_tracks]
    rows = restore.rows["history"]
    if (tenant.id, tenant.schema) != (manifest.target, manifest.schema):
        rows = rekeyed(rows, restore.files, tenant)
    backups.put_rows(session, context.history, tenant.id, tracks, rows)
    records.write_log(
        session,
        context,
        life_target(restore.files, tenant),
        "restore",
        version=None,
        name=manifest.backup_id,
        reason=restore.reason,
        detail={"backup": manifest.backup_id, "made_at": manifest.made_at, "fingerprint": manifest.fingerprint},
    )
    # Last of all: until the commit, no other run can begin.
    records.begin_run(session, context, f"tenant restore {tenant.slug}", [], restore.reason)
    records.finish_run(session, context, Outcome.DONE)


def _committed(session: Session, context: RunContext) -> bool:
    """Whether a COMMIT whose answer was lost has happened."""
    there = compose("SELECT true FROM {history}.log WHERE run_id = %(run_id)s", history=context.history)
    return session.value(there, {"run_id": context.run_id}) is True


def _told(context: RunContext, label: str, error: SqlmigError) -> SqlmigError:
    """What went wrong, in words."""
    if isinstance(error, Interrupted) and error.state is not None:
        return error
    if context.stop.requested:
        return Interrupted(f"the restore of {label} was stopped on request", state=_NOTHING, next="run it again")
    if not isinstance(error, ServerRefused):
        return error
    said = error.said
    if remedy(said.sqlstate, said.message) is Remedy.RETRY:
        return LockNotObtained(f"the restore of {label}: {said.message}", state=_NOTHING, next="run it again")
    outside = "what is outside of the schema is no part of its backup: roles, extensions, the platform's tables"
    advice = _ADVICE.get(said.sqlstate or "", outside)
    return BackupFailed(f"the restore of {label} failed: {said.message}", state=_NOTHING, next=advice)


_ADVICE = {
    "53100": "make room on the server: until the old schema is dropped, the tenant takes its place twice",
    "53200": "raise max_locks_per_transaction: the restore is one transaction, and locks all that it makes",
}
"""By SQLSTATE: what helps against what the backup has no part in."""

_NOTHING = "everything was rolled back: nothing was changed"

"""A tenant from a backup in one transaction: the old schema renamed away, the new one made, history and registry too.

Nobody sees any of it before COMMIT. Whatever is killed on the way leaves the tenant as it was, and nothing beside it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from sqlmig.backups.failures import BackupFailed
from sqlmig.backups.keys import Unlocking
from sqlmig.backups.loading import insisting, load_schema
from sqlmig.backups.make import server_major
from sqlmig.backups.manifest import Manifest
from sqlmig.backups.opening import Opened, Stored, check_stored, read_rows, unlock
from sqlmig.backups.programs import Program, find_program
from sqlmig.catalog.fingerprint import Aspect, Fingerprint, fingerprints
from sqlmig.db import backups, history, records
from sqlmig.db.composing import compose, text_of
from sqlmig.db.context import RunContext
from sqlmig.db.dump import LoadingSession, loading
from sqlmig.db.errors import ServerRefused
from sqlmig.db.locks import locked
from sqlmig.db.registry import find_tenants
from sqlmig.db.session import Session
from sqlmig.errors import Interrupted, LockNotObtained, Refused, SqlmigError, UsageError
from sqlmig.plan.results import Outcome
from sqlmig.plan.retry import Remedy, remedy
from sqlmig.plan.tenantstates import TenantState, find
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant
from sqlmig.project.names import MAX_NAME_BYTES
from sqlmig.sql.identifiers import quote_ident
from sqlmig.tenants.hooks import run_hook
from sqlmig.tenants.known import life_target, read_known, wrong_registry
from sqlmig.tenants.provision import lifecycle_part, run_files
from sqlmig.tenants.rekeying import rekeyed, renamed_in
from sqlmig.tenants.wanted import refuse_taken, wanted_tenant


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
class _Destination:
    """Which tenant it becomes."""

    tenant: Tenant
    registered: bool
    """Whether the registry has it; otherwise register.sql makes its row."""
    state: TenantState = TenantState.ACTIVE
    """Which it keeps."""


@dataclass(frozen=True, slots=True)
class _Restore:
    """One restore, ready to run."""

    files: ProjectFiles
    context: RunContext
    opened: Opened
    rows: Mapping[str, Any]
    """The registry's row, the history's rows, and the state that the tenant had."""
    destination: _Destination
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
    manifest = found.manifest
    program = find_program("pg_restore", int(manifest.versions.pg_dump.partition(".")[0]))
    check_stored(found)
    opened = unlock(found, unlocking)
    rows = read_rows(opened)
    history.prepare(session, context.history)
    destination = _destination(session, files, slug, new_slug, found, rows["registry"])
    restore = _Restore(files, context, opened, rows, destination, reason)
    target = life_target(files, destination.tenant)
    with loading(session.conninfo) as loader:
        context.stop.follow(loader)
        try:
            label = f"tenant {destination.tenant.slug}"
            with locked(loader, context.keys(target), label, context.lock_wait, context.stop):
                context.stop.cancellable(loader)
                try:
                    restored = _run(loader, restore, program)
                finally:
                    # A COMMIT is never cancelled.
                    context.stop.cancellable(None)
        except ServerRefused as error:
            if not (loader.broken and _committed(session, context)):
                raise _told(restore, error) from error
    return replace(restored, seconds=time.monotonic() - began)


def _destination(
    session: Session, files: ProjectFiles, slug: str, new_slug: str | None, found: Stored, row: Mapping[str, Any]
) -> _Destination:
    """Which tenant the backup becomes.

    Raises:
        UsageError: the backup is another tenant's.
        Refused: the tenant's state does not allow it, or the new one is there already.
    """
    manifest = found.manifest
    known = find(read_known(session, files), slug)
    if manifest.slug != slug and found.target not in {one.tenant.id for one in known}:
        raise UsageError(
            f"backup {manifest.backup_id} is of tenant {manifest.slug}, not of {slug}",
            state="nothing was changed",
            next=f"`sqlmig backup list` shows those of {slug}",
        )
    if new_slug is not None:
        wanted = wanted_tenant(files, new_slug, {}, None)
        refuse_taken(session, files, wanted)
        others = {name: value for name, value in row.items() if name != "id"}
        return _Destination(replace(wanted, row={**others, **wanted.row}), registered=False)
    alive = next((one for one in known if one.state is not TenantState.DROPPED), None)
    if alive is not None and alive.state in (TenantState.DROPPING, TenantState.PURGING):
        back = f"`sqlmig tenant undrop {slug}` brings it back, without a backup"
        raise Refused(
            f"tenant {slug} is being dropped: its schema is now {alive.tenant.schema}",
            state="nothing was changed",
            next=back if alive.state is TenantState.DROPPING else f"run `sqlmig tenant purge {slug}` first",
        )
    if alive is not None:
        _refuse_in_place(files, found, alive.tenant)
        return _Destination(alive.tenant, registered=True, state=alive.state)
    again = Tenant(manifest.target, slug, manifest.schema, {**row, "slug": slug, "schema": manifest.schema})
    if taken := find_tenants(session, files, slug, manifest.schema):
        raise Refused(
            f"schema {manifest.schema} belongs to tenant {taken[0].slug} now",
            state="nothing was changed",
            next="restore under another name: --as NEW",
        )
    return _Destination(again, registered=False)


def _refuse_in_place(files: ProjectFiles, found: Stored, tenant: Tenant) -> None:
    """Refuses to put a backup in the place of a tenant that is another one, or that a pattern would find twice.

    Raises:
        Refused: nothing was changed.
    """
    if tenant.id not in (found.target, tenant.schema):
        raise Refused(
            f"backup {found.manifest.backup_id} is of an earlier tenant {found.manifest.slug}, with id {found.target};"
            f" tenant {tenant.slug} of today has id {tenant.id}",
            state="nothing was changed",
            next="make another tenant of it: --as NEW; or drop and purge the one that is there first",
        )
    pattern = files.config.tenants.schemas if files.config.tenants is not None else None
    if pattern is not None and fnmatchcase(kept := _kept_name("0" * 8, tenant.schema), pattern):
        raise Refused(
            f"`tenants.schemas: {pattern}` would take the old schema, which is kept as {kept}, for a tenant",
            state="nothing was changed",
            next="narrow the pattern, such as tenant_*",
        )


def _run(session: LoadingSession, restore: _Restore, program: Program) -> Restored:
    """Does all of it in the transaction that is open."""
    context, manifest, wanted = restore.context, restore.manifest, restore.destination.tenant
    records.begin_run(session, context, f"tenant restore {wanted.slug}", [], restore.reason)
    notes = _dependents(session, wanted.schema)
    kept = _move_away(session, wanted.schema, _kept_name(context.run_id, wanted.schema))
    aside = None
    if manifest.schema != wanted.schema:
        aside = _move_away(session, manifest.schema, _fitting(f"_aside_{context.run_id[:8]}_{manifest.schema}"))
    tenant = wanted if restore.destination.registered else _register(session, restore.files, wanted)
    load_schema(session, context, restore.opened, program)
    if manifest.schema != tenant.schema:
        session.run(compose("ALTER SCHEMA {old} RENAME TO {new}", old=manifest.schema, new=tenant.schema))
        _rename_in_functions(session, tenant.schema, manifest.schema)
    if aside is not None:
        session.run(compose("ALTER SCHEMA {old} RENAME TO {new}", old=aside, new=manifest.schema))
    notes += _compare(session, manifest, tenant.schema)
    notes += _keep_access(session, restore, tenant)
    _write_history(session, restore, tenant)
    if kept is not None:
        _wait_for_writers(session, context, kept)
    records.finish_run(session, context, Outcome.DONE)
    if tenant.id != manifest.target:
        notes += _foreign_rows(session, restore.files, tenant, manifest)
    return Restored(tenant, manifest.backup_id, kept, tuple(notes), 0.0)


def _kept_name(run_id: str, schema: str) -> str:
    """What the schema that was there before is called from then on."""
    return _fitting(f"_before_restore_{run_id[:8]}_{schema}")


def _fitting(name: str) -> str:
    while len(name.encode()) > MAX_NAME_BYTES:
        name = name[:-1]
    return name


def _move_away(session: Session, schema: str, name: str) -> str | None:
    """Renames a schema, when it is there; its new name."""
    if not history.existing_schemas(session, [schema]):
        return None
    session.run(compose("ALTER SCHEMA {old} RENAME TO {new}", old=schema, new=name))
    return name


def _register(session: Session, files: ProjectFiles, wanted: Tenant) -> Tenant:
    """Makes the registry's row, before there are rows that may point to it; the tenant as the registry gives it.

    Raises:
        ConfigError: the registry does not give it.
        MigrationFailed: register.sql failed.
    """
    registry = files.config.tenants
    if registry is None or registry.query is None:
        return wanted
    part = lifecycle_part(files, "register", wanted)
    if part is not None:
        run_files(session, files.config, [part], wanted, as_tenant=False)
    found = find_tenants(session, files, wanted.slug, wanted.schema) or ()
    if len(found) != 1 or (found[0].slug, found[0].schema) != (wanted.slug, wanted.schema):
        message = f"the registry gives no active tenant with schema {wanted.schema}, though it was just registered"
        path = f"{files.config.lifecycle.path}/register.sql"
        raise wrong_registry(files, message, path, "let register.sql insert a row that the registry's query returns")
    return found[0]


def _rename_in_functions(session: Session, schema: str, former: str) -> None:
    """Writes functions anew whose text or settings have the schema's former name: that of another tenant, maybe."""
    for row in session.rows(text_of("backup_functions"), {"schema": schema, "former": former}):
        session.run(renamed_in(str(row[0]), former, schema))


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


def _wait_for_writers(session: LoadingSession, context: RunContext, kept: str) -> None:
    """Lets those finish who write to the old tables, and nobody begin: none shall write half here, half there."""
    tables = session.value(text_of("backup_tables"), {"schema": kept})
    if tables:
        session.set_local({"lock_timeout": context.config.apply.lock_timeout})
        insisting(session, context, lambda: session.run(f"LOCK TABLE {tables} IN EXCLUSIVE MODE"))


def _dependents(session: Session, schema: str) -> list[str]:
    """Notes on what goes on looking at the old schema."""
    if not history.existing_schemas(session, [schema]):
        return []
    rows = session.rows(text_of("backup_dependents"), {"schema": quote_ident(schema)})
    notes = [f"{row[0]} still looks at the old schema: make it anew" for row in rows[:_NAMED]]
    return notes + ([f"and {len(rows) - _NAMED} more"] if len(rows) > _NAMED else [])


def _foreign_rows(session: Session, files: ProjectFiles, tenant: Tenant, manifest: Manifest) -> list[str]:
    """A note, where rows say whose they are."""
    column = files.config.lint.tenant_column
    there = session.value(text_of("backup_tenant_column"), {"schema": tenant.schema, "column": column})
    if not there:
        return []
    whose = f"column {column} of the rows still says {manifest.target}, and tenant {tenant.slug} has {tenant.id}"
    return [f"{whose}: row level security may hide them from it"]


def _committed(session: Session, context: RunContext) -> bool:
    """Whether a COMMIT whose answer was lost has happened."""
    there = compose("SELECT true FROM {history}.log WHERE run_id = %(run_id)s", history=context.history)
    return session.value(there, {"run_id": context.run_id}) is True


def _told(restore: _Restore, error: ServerRefused) -> SqlmigError:
    """What the server said, in words."""
    slug, said = restore.destination.tenant.slug, error.said.message
    if restore.context.stop.requested:
        return Interrupted(f"the restore of tenant {slug} was stopped on request", state=_NOTHING, next="run it again")
    if remedy(error.said.sqlstate, said) is Remedy.RETRY:
        return LockNotObtained(f"the restore of tenant {slug}: {said}", state=_NOTHING, next="run it again")
    return BackupFailed(
        f"the restore of tenant {slug} failed: {said}",
        state=_NOTHING,
        next="what is outside of the schema is no part of its backup: roles, extensions, the platform's tables",
    )


_NAMED = 5
_NOTHING = "everything was rolled back: nothing was changed"

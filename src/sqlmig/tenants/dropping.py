"""Takes tenants away, and brings them back while there is time; `purging` drops them for good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fnmatch import fnmatchcase

from sqlmig.db import history
from sqlmig.db.context import RunContext
from sqlmig.db.session import Session
from sqlmig.db.tenantschemas import dependents, rename_schema, try_key
from sqlmig.db.tenantstates import Move, move, write
from sqlmig.errors import BackupFailed, Interrupted, LockNotObtained, Refused, UsageError
from sqlmig.plan.tenantdrop import dropped_name
from sqlmig.plan.tenantstates import Answer, Changed, KnownTenant, TenantState, Verb
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant
from sqlmig.tenants.hooks import UNCHANGED, hook_path, need_hook, run_hook
from sqlmig.tenants.known import (
    allowed,
    behind,
    changing,
    is_query,
    log,
    named,
    read_again,
    read_known,
    registered,
    wrong_registry,
)

Backup = Callable[[Tenant], str]
"""Makes a backup of a tenant, and returns its id; raises when it cannot."""


def drop(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    slug: str,
    *,
    backup: Backup | None,
    keep: float,
    reason: str | None = None,
) -> Changed:
    """Takes a tenant out of the registry and renames its schema away; until `keep` is over `undrop` brings it back.

    Args:
        session: outside of a transaction.
        files: the project.
        context: of the run.
        slug: the tenant's.
        backup: dumps it first; None when nobody wants a dump.
        keep: seconds for which it can be brought back.
        reason: is kept in the history.

    Raises:
        UsageError: there is no such tenant.
        ProjectError: deprovision.sql is needed, and is not there.
        Refused: objects of others depend on it, or it is gone already.
        MigrationFailed: deprovision.sql failed.
        ConfigError: the registry still gives the tenant afterwards.
        LockNotObtained: a run holds the tenant.
    """
    history.prepare(session, context.history)
    one = named(read_known(session, files), slug)
    if allowed(one, Verb.DROP) is Answer.ALREADY:
        return Changed(Verb.DROP, one, one, Answer.ALREADY)
    away = dropped_name(one.tenant.schema, context.run_id)
    _refuse_to_drop(session, files, one, away)
    made = _backed_up(one, backup) if backup is not None else None
    with changing(session, files, context, one, Verb.DROP, reason) as change:
        before = after = change.now
        ran = None
        if change.answer is Answer.YES:
            there = bool(history.existing_schemas(session, [before.tenant.schema]))
            if there:
                rename_schema(session, context, before.tenant.schema, away)
            # The old name: a file that still drops the schema itself finds none of that name.
            ran = run_hook(session, files, before.tenant, "deprovision") if before.listed else None
            after = _away(session, files, before, away if there else before.tenant.schema)
            tracks = [track.name for track in files.tenant_tracks]
            move(session, context.history, Move(before.tenant.id, after.tenant.id, after.tenant.schema), tracks)
            after = replace(after, reason=reason)
            write(session, context, after, keep=keep)
            detail = {"schema": before.tenant.schema, "now": after.tenant.schema, "backup": made}
            log(session, files, context, before.tenant, "drop", reason, detail)
    # With the times that the server's clock gave.
    after = read_again(session, files, after.tenant) or after
    return Changed(Verb.DROP, before, after, change.answer, ran, backup=made)


def undrop(session: Session, files: ProjectFiles, context: RunContext, slug: str) -> Changed:
    """Brings a dropped tenant back: its schema under the old name, its row by undrop.sql.

    Raises:
        UsageError: no such tenant was dropped.
        ProjectError: undrop.sql is needed, and is not there.
        Refused: it is half taken apart, or its name is taken.
        MigrationFailed: undrop.sql failed.
        ConfigError: the registry does not give the tenant afterwards.
        LockNotObtained: another run holds it.
    """
    history.prepare(session, context.history)
    one = named(read_known(session, files), slug, Verb.UNDROP)
    allowed(one, Verb.UNDROP)
    if is_query(files):
        why = f"bringing tenant {one.label} back into the registry"
        need_hook(files, "undrop", why, "write what takes deprovision.sql back: the registry's query returns it again")
    with changing(session, files, context, one, Verb.UNDROP, None) as change:
        before = change.now
        schema = before.former or before.tenant.schema
        _bring_back(session, context, before, schema)
        # Without an id of the registry's, a tenant is known by its schema's name.
        key = schema if before.tenant.id == before.tenant.schema else before.tenant.id
        tenant = Tenant(key, before.tenant.slug, schema, {**before.tenant.row, "schema": schema})
        ran = run_hook(session, files, tenant, "undrop") if is_query(files) else None
        found = registered(session, files, tenant)
        if found is None and is_query(files):
            path = hook_path(files, "undrop")
            message = f"the registry gives no tenant with id {key}, though {path} has just brought it back"
            raise wrong_registry(files, message, path, f"let it write the row as it was, id included; {UNCHANGED}")
        tracks = [track.name for track in files.tenant_tracks]
        move(session, context.history, Move(before.tenant.id, key, schema), tracks)
        state = before.former_state or TenantState.ACTIVE
        after = replace(before, tenant=found or tenant, state=state, listed=found is not None)
        after = replace(after, former=None, former_state=None, drop_after=None, reason=None)
        write(session, context, after)
        log(session, files, context, after.tenant, "undrop", None, {"schema": schema, "was": before.tenant.schema})
    return Changed(Verb.UNDROP, before, after, Answer.YES, ran, behind(session, files, after.tenant))


def _backed_up(one: KnownTenant, backup: Backup) -> str:
    """The id of the backup that is made first.

    Raises:
        SqlmigError: there is none; of what kind, the backup says.
    """
    try:
        return backup(one.tenant)
    except (BackupFailed, Interrupted, LockNotObtained, Refused) as error:
        said = f"tenant {one.label} was not dropped: {error.message}"
        raise type(error)(said, state=error.state, next=error.next) from error


def _refuse_to_drop(session: Session, files: ProjectFiles, one: KnownTenant, away: str) -> None:
    registry = files.config.tenants
    if registry is not None and registry.list is not None and one.listed:
        raise Refused(
            f"{files.config.file} still lists tenant {one.label}",
            state="nothing was changed",
            next=f"take it out of `tenants.list`, then run `sqlmig tenant drop {one.tenant.schema}`",
        )
    if registry is not None and registry.schemas is not None and fnmatchcase(away, registry.schemas):
        raise UsageError(
            f"`tenants.schemas: {registry.schemas}` would take {away} for a tenant",
            state="nothing was changed",
            next="narrow the pattern, such as tenant_*",
        )
    if is_query(files) and one.listed:
        why = f"taking tenant {one.label} out of the registry"
        need_hook(files, "deprovision", why, "write it: the registry's query no longer returns the tenant")
    refuse_dependents(session, one)


def refuse_dependents(session: Session, one: KnownTenant) -> None:
    """Lets nothing that belongs to others be dropped along.

    Raises:
        Refused: something outside of the tenant's schema depends on it.
    """
    found = dependents(session, one.tenant.schema)
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise Refused(
            f"objects outside of schema {one.tenant.schema} depend on it: {'; '.join(found[:3])}{more}",
            state="nothing was changed",
            next="drop or change those first",
        )


def _away(session: Session, files: ProjectFiles, before: KnownTenant, schema: str) -> KnownTenant:
    """The tenant under the name that it was renamed away to, the registry giving it no longer."""
    tenant = before.tenant
    if registered(session, files, tenant) is not None:
        path = hook_path(files, "deprovision")
        message = f"the registry still gives tenant {tenant.slug}, and every run would miss its schema"
        raise wrong_registry(files, message, path, f"let {path} take it out of what the query returns; {UNCHANGED}")
    # Without an id of the registry's, a tenant is known by its schema's name: another one may take that on.
    key = schema if tenant.id == tenant.schema else tenant.id
    return replace(
        before,
        tenant=replace(tenant, id=key, schema=schema),
        state=TenantState.DROPPING,
        listed=False,
        former=tenant.schema,
        former_state=before.state,
    )


def _bring_back(session: Session, context: RunContext, before: KnownTenant, schema: str) -> None:
    away = before.tenant.schema
    there = history.existing_schemas(session, [away, schema])
    if away == schema:
        return
    if schema in there:
        raise Refused(
            f"schema {schema} is there already, so tenant {before.label} cannot have it back",
            state="nothing was changed",
            next=f"rename that one first; what was dropped is in {away}",
        )
    if away not in there:
        raise Refused(
            f"schema {away} is not there: somebody has dropped it",
            state="nothing was changed",
            next=f"`sqlmig tenant show {before.label}` lists its backups",
        )
    if not try_key(session, context.history, schema):
        raise LockNotObtained(f"another run holds {schema}", state="nothing was changed", next="run the command again")
    rename_schema(session, context, away, schema)

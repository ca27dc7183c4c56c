"""Which tenant a backup becomes: the one that it is of, that one once more after a drop, or another one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from sqlmig.backups.opening import Stored
from sqlmig.db.registry import find_tenants
from sqlmig.db.session import Session
from sqlmig.errors import Refused, UsageError
from sqlmig.plan.tenantstates import TenantState, find
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant
from sqlmig.tenants.aside import kept_name
from sqlmig.tenants.known import read_known, wrong_registry
from sqlmig.tenants.provision import lifecycle_part, run_files
from sqlmig.tenants.wanted import refuse_taken, wanted_tenant


@dataclass(frozen=True, slots=True)
class Destination:
    """Which tenant it becomes."""

    tenant: Tenant
    registered: bool
    """Whether the registry has it; otherwise `register` makes its row."""
    state: TenantState = TenantState.ACTIVE
    """Which it keeps."""


def destination(
    session: Session, files: ProjectFiles, slug: str, new_slug: str | None, found: Stored, row: Mapping[str, Any]
) -> Destination:
    """Which tenant a backup becomes, as registry and history are now.

    Args:
        session: reads only.
        files: the project.
        slug: whose backup it is.
        new_slug: the tenant to make of it; None for the tenant itself.
        found: the backup.
        row: the registry's row at that time.

    Raises:
        UsageError: the backup is another tenant's.
        Refused: the tenant's state does not allow it, or the new one is there already.
    """
    manifest = found.manifest
    everybody = read_known(session, files)
    known = find(everybody, slug)
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
        return Destination(replace(wanted, row={**others, **wanted.row}), registered=False)
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
        return Destination(alive.tenant, registered=True, state=alive.state)
    called = next((one for one in everybody if one.tenant.id == found.target), None)
    # Of one that was deleted by hand the history has rows; nobody calls that a tenant.
    if called is not None and (called.listed or called.state not in (TenantState.ACTIVE, TenantState.DROPPED)):
        raise Refused(
            f"the tenant of backup {manifest.backup_id} is there, and is called {called.label} now",
            state="nothing was changed",
            next=f"sqlmig tenant restore {called.label} --from {manifest.backup_id}; or, beside it: --as NEW",
        )
    again = Tenant(manifest.target, slug, manifest.schema, {**row, "slug": slug, "schema": manifest.schema})
    if taken := find_tenants(session, files, slug, manifest.schema):
        raise Refused(
            f"schema {manifest.schema} belongs to tenant {taken[0].slug} now",
            state="nothing was changed",
            next="restore under another name: --as NEW",
        )
    return Destination(again, registered=False)


def register(session: Session, files: ProjectFiles, wanted: Tenant) -> Tenant:
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


def kept_columns(now: Mapping[str, Any], then: Mapping[str, Any]) -> list[str]:
    """The columns, names aside, in which the registry's row of today, which a restore leaves as it is, differs.

    Args:
        now: as the registry gives it.
        then: as the backup has it, from JSON.
    """
    today = json.loads(json.dumps(dict(now), default=str))
    return sorted(name for name in today.keys() & then.keys() - {"slug", "schema"} if today[name] != then[name])


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
    if pattern is not None and fnmatchcase(kept := kept_name("0" * 8, tenant.schema), pattern):
        raise Refused(
            f"`tenants.schemas: {pattern}` would take the old schema, which is kept as {kept}, for a tenant",
            state="nothing was changed",
            next="narrow the pattern, such as tenant_*",
        )

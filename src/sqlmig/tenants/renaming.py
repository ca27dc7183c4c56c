"""Gives a tenant another slug, and its schema another name: registry, schema and history in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from sqlmig.db import history
from sqlmig.db.context import RunContext
from sqlmig.db.session import Session
from sqlmig.db.tenantschemas import names_in_texts, rename_schema, repoint_routines, try_key
from sqlmig.db.tenantstates import Move, move, write
from sqlmig.errors import LockNotObtained, Refused, UsageError
from sqlmig.plan.tenantstates import Answer, Changed, KnownTenant, TenantState, Verb
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant
from sqlmig.project.names import schema_for_slug, schema_name_problem, slug_problem
from sqlmig.tenants.hooks import UNCHANGED, hook_path, need_hook, run_hook
from sqlmig.tenants.known import changing, is_query, log, named, read_known, registered, wrong_registry


@dataclass(frozen=True, slots=True)
class _Names:
    slug: str
    schema: str


def rename(
    session: Session, files: ProjectFiles, context: RunContext, slug: str, new: str, schema: str | None = None
) -> Changed:
    """Renames a tenant.

    Args:
        session: outside of a transaction.
        files: the project.
        context: of the run.
        slug: the tenant's.
        new: the slug that it gets.
        schema: the schema's new name; without it, a schema that has the name which `tenants.schema_name` gives the old
            slug gets that of the new one, and any other keeps its name.

    Returns:
        What it was and what it is; warnings name what holds the schema's old name in a text.

    Raises:
        UsageError: there is no such tenant, or a name is not usable.
        ProjectError: rename.sql is needed, and is not there.
        Refused: the tenant was dropped, or a name is taken.
        MigrationFailed: rename.sql failed.
        ConfigError: the registry does not give the tenant under its new names afterwards.
        LockNotObtained: a run holds the tenant.
    """
    history.prepare(session, context.history)
    known = read_known(session, files)
    one = named(known, slug)
    wanted = _wanted(files, one, new, schema)
    _refuse_taken(known, one, wanted)
    if is_query(files):
        why = f"renaming tenant {one.label} in the registry"
        need_hook(files, "rename", why, "write it: UPDATE the tenant's row to tenant.new_slug and tenant.new_schema")
    with changing(session, files, context, one, Verb.RENAME, None) as change:
        before = change.now
        if before.tenant.schema != wanted.schema:
            _rename_schema(session, context, before.tenant, wanted)
        values = {"new_slug": wanted.slug, "new_schema": wanted.schema}
        during = replace(before.tenant, schema=wanted.schema, row={**before.tenant.row, **values})
        ran = run_hook(session, files, during, "rename") if is_query(files) else None
        after = replace(before, tenant=_renamed(session, files, before, wanted))
        tracks = [track.name for track in files.tenant_tracks]
        move(session, context.history, Move(before.tenant.id, after.tenant.id, wanted.schema), tracks)
        if before.changed_at is not None:
            write(session, context, after)
        detail = {"from": _names(before.tenant), "to": _names(after.tenant)}
        log(session, files, context, after.tenant, "rename", None, detail)
        found = names_in_texts(session, old=before.tenant.schema, schema=wanted.schema)
    warnings = (
        f"{what} holds the name {before.tenant.schema} in a text, which a rename does not change" for what in found
    )
    return Changed(Verb.RENAME, before, after, Answer.YES, ran, 0, (*_list_to_edit(files, wanted), *warnings))


def _wanted(files: ProjectFiles, one: KnownTenant, slug: str, schema: str | None) -> _Names:
    registry, tenant = files.config.tenants, one.tenant
    if registry is not None and registry.schemas is not None:
        # There the schema's name is the slug.
        if schema not in (None, slug):
            raise UsageError("in this project a tenant's slug is its schema's name", next="leave --schema out")
        if not fnmatchcase(slug, registry.schemas):
            raise UsageError(f"schema {slug} would not match `tenants.schemas: {registry.schemas}`")
        schema = slug
    elif registry is not None:
        problem = slug_problem(slug)
        if problem is not None:
            raise UsageError(problem)
        follows = schema_for_slug(registry.schema_template, tenant.slug) == tenant.schema
        schema = schema or (schema_for_slug(registry.schema_template, slug) if follows else tenant.schema)
    wanted = _Names(slug, schema or tenant.schema)
    problem = schema_name_problem(wanted.schema, files.shared_schemas)
    if problem is not None:
        raise UsageError(f"tenant {slug}: {problem}")
    if (tenant.slug, tenant.schema) == (wanted.slug, wanted.schema):
        raise UsageError(f"tenant {slug} with schema {wanted.schema} has these names already")
    return wanted


def _refuse_taken(known: tuple[KnownTenant, ...], one: KnownTenant, wanted: _Names) -> None:
    for other in known:
        if other.state is TenantState.DROPPED or other.tenant.id == one.tenant.id:
            continue
        # What was dropped may come back, and needs its names then.
        if other.tenant.slug == wanted.slug or wanted.schema in (other.tenant.schema, other.former):
            raise _taken(f"tenant {other.label} has schema {other.former or other.tenant.schema}")


def _taken(why: str) -> Refused:
    return Refused(why, state="nothing was changed", next="choose another name")


def _rename_schema(session: Session, context: RunContext, tenant: Tenant, wanted: _Names) -> None:
    there = history.existing_schemas(session, [tenant.schema, wanted.schema])
    if wanted.schema in there:
        raise _taken(f"schema {wanted.schema} is there already")
    if tenant.schema not in there:
        raise Refused(
            f"schema {tenant.schema} of tenant {tenant.slug} is not there",
            state="nothing was changed",
            next="`sqlmig tenant reconcile` shows what belongs together",
        )
    if not try_key(session, context.history, wanted.schema):
        raise LockNotObtained(
            f"another run holds {wanted.schema}", state="nothing was changed", next="look with `sqlmig locks`"
        )
    rename_schema(session, context, tenant.schema, wanted.schema)
    repoint_routines(session, old=tenant.schema, schema=wanted.schema)


def _renamed(session: Session, files: ProjectFiles, before: KnownTenant, wanted: _Names) -> Tenant:
    """The tenant under its new names, as the registry gives it; a list in sqlmig.yaml can follow only later."""
    old = before.tenant
    # Without an id of the registry's, a tenant is known by its schema's name.
    key = wanted.schema if old.id == old.schema else old.id
    listed = files.config.tenants is not None and files.config.tenants.list is not None
    if listed or not before.listed:
        return Tenant(key, wanted.slug, wanted.schema, {**old.row, "slug": wanted.slug, "schema": wanted.schema})
    renamed = Tenant(key, wanted.slug, wanted.schema)
    found = registered(session, files, renamed) or registered(session, files, old)
    if found is None or (found.slug, found.schema) != (wanted.slug, wanted.schema):
        path = hook_path(files, "rename")
        said = f"slug {found.slug} and schema {found.schema}" if found is not None else "no such tenant"
        message = f"the registry gives {said}, where slug {wanted.slug} and schema {wanted.schema} are expected"
        raise wrong_registry(files, message, path, f"let {path} write both names; {UNCHANGED}")
    return found


def _list_to_edit(files: ProjectFiles, wanted: _Names) -> tuple[str, ...]:
    """What only a person can do."""
    registry = files.config.tenants
    if registry is None or registry.list is None:
        return ()
    now = f"slug: {wanted.slug}, schema: {wanted.schema}"
    return (f"{files.config.file} still lists the old names: write {now} under `tenants.list` before the next run",)


def _names(tenant: Tenant) -> dict[str, str]:
    return {"slug": tenant.slug, "schema": tenant.schema}

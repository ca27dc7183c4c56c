"""The tenant that shall be made, before the registry has a row for it: its names, and whether they are free."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmig.db import history
from sqlmig.db.registry import find_tenants
from sqlmig.db.session import Session
from sqlmig.db.tenantstates import read_away
from sqlmig.errors import Refused, UsageError
from sqlmig.plan.tenantstates import TenantState
from sqlmig.project.load import KIND, ProjectFiles
from sqlmig.project.model import Tenant
from sqlmig.project.names import schema_for_slug, schema_name_problem, slug_problem
from sqlmig.tenants.pool import pooled_name_problem
from sqlmig.tenants.templates import chosen_template


def wanted_tenant(files: ProjectFiles, slug: str, values: Mapping[str, str], template: str | None) -> Tenant:
    """The tenant as the lifecycle files see it; reads nothing of the database.

    Raises:
        UsageError: the slug, the schema's name or the template is not usable, or the project has no tenants.
        Refused: the tenants are a list in the configuration, and this one is not in it.
    """
    registry = files.config.tenants
    if registry is None:
        raise UsageError(
            "this project has no tenants", next="write `tenants` into sqlmig.yaml; see docs/configuration.md"
        )
    problem = slug_problem(slug)
    if problem is not None:
        raise UsageError(problem)
    schema = values.get("schema") or schema_for_slug(registry.schema_template, slug)
    problem = schema_name_problem(schema, files.shared_schemas) or pooled_name_problem(schema)
    if problem is not None:
        raise UsageError(f"tenant {slug}: {problem}")
    chosen = chosen_template(files, template)
    row: dict[str, object] = {**values, "slug": slug, "schema": schema}
    if chosen is not None:
        row[files.config.lifecycle.template_column or KIND] = chosen
    if registry.list is None:
        return Tenant(schema, slug, schema, row)
    for listed in registry.list:
        if (listed.get("slug"), listed.get("schema")) == (slug, schema):
            identity = listed.get("id")
            return Tenant(str(identity) if identity is not None else schema, slug, schema, {**row, **listed})
    raise Refused(f"tenant {slug} is not in the list of tenants", next="add it under `tenants.list` first")


def no_registry() -> Refused:
    """The error where the table is not there yet that says who the tenants are."""
    return Refused(
        "the registry's table is not there yet", state="nothing was changed", next="run `sqlmig apply --platform`"
    )


def refuse_taken(session: Session, files: ProjectFiles, wanted: Tenant) -> None:
    """Looks the names up, in the registry and in the catalog; neither look takes longer with more tenants.

    Raises:
        Refused: the tenant, or a schema of that name, is there.
    """
    registry = files.config.tenants
    known = find_tenants(session, files, wanted.slug, wanted.schema)
    if known is None:
        raise no_registry()
    if known and (registry is None or registry.list is None):
        taken = known[0]
        raise Refused(
            f"tenant {taken.slug} with schema {taken.schema} is there already",
            state="nothing was changed",
            next="choose other names; --if-not-exists compares a tenant that is there with what is wanted",
        )
    away = read_away(session, files.config.history_schema, wanted.slug, wanted.schema)
    if away is not None:
        back = f"`sqlmig tenant undrop {away.label}` brings it back; or, for good: "
        raise Refused(
            f"tenant {away.label} was dropped, and its names are kept for it: it had schema {away.former}",
            state="nothing was changed",
            next=f"{back if away.state is TenantState.DROPPING else ''}sqlmig tenant purge {away.label} --now",
        )
    if history.existing_schemas(session, [wanted.schema]):
        raise Refused(
            f"schema {wanted.schema} is there already, and belongs to no active tenant",
            state="nothing was changed",
            next="drop or rename it, or give the new tenant another one: --set schema=NAME",
        )

"""Tenants that are there, compared with what is asked for; set-based, for one or for thousands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmig.db import history
from sqlmig.db.registry import find_tenants, read_tenants
from sqlmig.db.session import Session
from sqlmig.fleet.targets import read_snapshot, tenant_target
from sqlmig.plan.planner import Up, make_plan
from sqlmig.plan.provisioning import ComparedTenant, Difference, plan_differences, row_differences
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant
from sqlmig.tenants.snapshots import objects_differing
from sqlmig.tenants.wanted import no_registry


@dataclass(frozen=True, slots=True)
class Asked:
    """A tenant that is there, and what was asked for under its slug."""

    tenant: Tenant
    schema: str
    values: Mapping[str, str]
    template: str | None


def find_there(session: Session, files: ProjectFiles, wanted: Sequence[Tenant]) -> dict[str, Tenant]:
    """By slug: the active tenants with the slugs of those that are wanted, as far as anything of them is there.

    Raises:
        Refused: the registry's table is not there.
    """
    if len(wanted) == 1:
        known = find_tenants(session, files, wanted[0].slug, wanted[0].schema)
    else:
        known = read_tenants(session, files)
    if known is None:
        raise no_registry()
    registry = files.config.tenants
    if registry is not None and registry.query is not None:
        slugs = {tenant.slug: tenant for tenant in known}
        return {one.slug: slugs[one.slug] for one in wanted if one.slug in slugs}
    # A list names tenants before they are made, and a pattern knows them by their schemas alone.
    schemas = history.existing_schemas(session, [one.schema for one in wanted])
    rows = {tenant.schema: tenant for tenant in known}
    return {one.slug: replace(rows[one.schema], slug=one.slug) for one in wanted if one.schema in schemas & rows.keys()}


def compare_tenants(session: Session, files: ProjectFiles, asked: Sequence[Asked]) -> tuple[ComparedTenant, ...]:
    """What of tenants differs from what is asked for, from the files, and from the snapshot where there is one."""
    compared = [row_differences(one.tenant, one.values, one.schema) for one in asked]
    found = [list(one.differences) for one in compared]
    for number, one in enumerate(asked):
        kind = files.kind(one.tenant)
        if one.template is not None and (kind is None or kind.name != one.template):
            found[number].append(Difference("template", one.template, kind.name if kind is not None else "none"))
    targets = [tenant_target(track, one.tenant) for one in asked for track in files.tenant_tracks]
    plan = make_plan(files, targets, read_snapshot(session, files, targets, Up()), Up())
    places = {one.tenant.schema: number for number, one in enumerate(asked)}
    for planned in plan.targets:
        number = places[planned.target.schema]
        found[number] += [one for one in plan_differences(planned) if one not in found[number]]
    # What is behind has other objects anyhow.
    current = [one.tenant for number, one in enumerate(asked) if not any(map(_of_files, found[number]))]
    for schema in objects_differing(session, files, current):
        found[places[schema]].append(Difference("objects", "what the snapshot makes", "changed since"))
    return tuple(replace(one, differences=tuple(found[number])) for number, one in enumerate(compared))


def _of_files(difference: Difference) -> bool:
    return difference.what == "schema" or difference.what.startswith("migrations of ")

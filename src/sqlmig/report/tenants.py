"""Tenants in words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.project.model import Tenant
from sqlmig.report.table import PLAIN, Style, table
from sqlmig.report.words import counted, duration


def tenants_text(tenants: Sequence[Tenant], style: Style = PLAIN) -> str:
    """A table of the active tenants, in the registry's order."""
    if not tenants:
        return "there is no active tenant\n"
    rows = [[tenant.slug, tenant.schema, tenant.id] for tenant in tenants]
    return table(["slug", "schema", "id"], rows, style) + "\n"


def tenants_json(tenants: Sequence[Tenant]) -> dict[str, object]:
    """Every column that the registry gives, for programs."""
    return {
        "format": "sqlmig.tenant-list/1",
        "tenants": [{**one.row, "id": one.id, "slug": one.slug, "schema": one.schema} for one in tenants],
    }


def created_text(tenant: Tenant, steps: int, seconds: float) -> str:
    """A tenant that is ready for use."""
    return f"tenant {tenant.slug} is there: schema {tenant.schema}, {counted(steps, 'step')}, {duration(seconds)}\n"


def created_json(tenant: Tenant, run_id: str | None, steps: int, seconds: float) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": "sqlmig.tenant-create/1",
        "tenant": {"id": tenant.id, "slug": tenant.slug, "schema": tenant.schema},
        "run_id": run_id,
        "steps": steps,
        "seconds": round(seconds, 3),
    }

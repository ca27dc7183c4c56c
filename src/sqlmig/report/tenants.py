"""Tenants in words."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.plan.provisioning import ComparedTenant, CreatedTenant, Imported, PoolFilled, RowOutcome, RowResult, Source
from sqlmig.project.model import Tenant
from sqlmig.report.table import PLAIN, Style, table
from sqlmig.report.words import counted, duration, some


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


def created_text(created: CreatedTenant) -> str:
    """A tenant that is ready for use."""
    tenant = created.tenant
    kind = f", template {created.template}" if created.template is not None else ""
    return (
        f"tenant {tenant.slug} is there: schema {tenant.schema}{kind}, {counted(created.steps, 'step')}"
        f"{_FROM[created.source]}, {duration(created.seconds)}\n"
    )


_FROM = {Source.POOL: " from the pool", Source.SNAPSHOT: " from the snapshot", Source.REPLAY: ""}


def created_json(created: CreatedTenant) -> dict[str, object]:
    """The same for programs."""
    tenant = created.tenant
    return {
        "format": "sqlmig.tenant-create/1",
        "outcome": RowOutcome.MADE.value,
        "tenant": {"id": tenant.id, "slug": tenant.slug, "schema": tenant.schema, "template": created.template},
        "run_id": created.run_id,
        "source": created.source.value,
        "steps": created.steps,
        "seconds": round(created.seconds, 3),
    }


def compared_text(compared: ComparedTenant) -> str:
    """A tenant that was there already, and what of it is not as it was asked for."""
    tenant = compared.tenant
    lead = f"tenant {tenant.slug} is there already: schema {tenant.schema}, "
    if not compared.differences:
        said = f"{lead}and as it should be\n"
    else:
        said = f"{lead}{counted(len(compared.differences), 'difference')}:\n"
        said += "".join(f"  {one.what}: {one.found}, not {one.wanted}\n" for one in compared.differences)
    if compared.not_compared:
        said += f"  not compared, for the registry does not give it: {', '.join(compared.not_compared)}\n"
    return said


def compared_json(compared: ComparedTenant) -> dict[str, object]:
    """The same for programs."""
    tenant = compared.tenant
    return {
        "format": "sqlmig.tenant-create/1",
        "outcome": (RowOutcome.DIFFERS if compared.differences else RowOutcome.THERE).value,
        "tenant": {"id": tenant.id, "slug": tenant.slug, "schema": tenant.schema},
        "differences": _differences(compared),
        "not_compared": list(compared.not_compared),
    }


def _differences(compared: ComparedTenant) -> list[dict[str, str]]:
    return [{"what": one.what, "wanted": one.wanted, "found": one.found} for one in compared.differences]


def imported_text(imported: Imported) -> str:
    """What an import came to, whatever is not as it should be in full."""
    counts = [f"{len(found)} {words}" for outcome, words in _SAID.items() if (found := imported.of(outcome))]
    lines = [f"{counted(len(imported.rows), 'tenant')}: {', '.join(counts) or 'none'}; {duration(imported.seconds)}"]
    for row in imported.of(RowOutcome.DIFFERS):
        differences = row.compared.differences if row.compared is not None else ()
        at = f"  {row.row.place}: {row.row.slug}"
        lines += [f"{at}: {one.what}: {one.found}, not {one.wanted}" for one in differences]
    if imported.causes:
        lines.append("failed, by cause:")
        lines += [f"  {cause}" for cause in imported.causes]
        lines += [f"  {row.row.place}: {_failed(row)}" for row in imported.of(RowOutcome.FAILED)[:_SHOWN]]
    if left := imported.of(RowOutcome.NOT_STARTED):
        lines.append(f"not begun: {some([row.row.slug for row in left])}; run the same command again to go on")
    return "\n".join(lines) + "\n"


_SAID = {
    RowOutcome.MADE: "made",
    RowOutcome.THERE: "there already",
    RowOutcome.DIFFERS: "there, but different",
    RowOutcome.FAILED: "failed",
    RowOutcome.NOT_STARTED: "not begun",
}
_SHOWN = 20
"""How many of the tenants that failed are named."""


def _failed(row: RowResult) -> str:
    if row.failure is None:
        return row.row.slug
    at = f"{row.failure.place}: " if row.failure.place is not None else ""
    return f"{row.row.slug}: {at}{row.failure.message}"


def row_line(row: RowResult, done: int) -> str:
    """One tenant of an import as it happens, with the number of those that are done."""
    said = _failed(row) if row.failure is not None else f"{row.row.slug}: {_SAID[row.outcome]}"
    took = f", {duration(row.created.seconds)}" if row.created is not None else ""
    return f"{done:>5}  {said}{took}"


def imported_json(imported: Imported) -> dict[str, object]:
    """Every tenant of an import, for programs."""
    return {
        "format": "sqlmig.tenant-import/1",
        "exit_status": imported.exit_status,
        "counts": {outcome.value: len(imported.of(outcome)) for outcome in RowOutcome},
        "causes": [
            {"count": cause.count, "cause": str(cause.kind), "examples": list(cause.examples)}
            for cause in imported.causes
        ],
        "seconds": round(imported.seconds, 3),
        "tenants": [_row_json(row) for row in imported.rows],
    }


def _row_json(row: RowResult) -> dict[str, object]:
    said: dict[str, object] = {"slug": row.row.slug, "line": row.row.place.line, "outcome": row.outcome.value}
    if row.created is not None:
        said |= {"schema": row.created.tenant.schema, "id": row.created.tenant.id, "run_id": row.created.run_id}
    if row.compared is not None:
        said |= {"schema": row.compared.tenant.schema, "id": row.compared.tenant.id}
        said["differences"] = _differences(row.compared)
    if row.failure is not None:
        said["error"] = {
            "message": row.failure.message,
            "place": str(row.failure.place) if row.failure.place is not None else None,
            "state": row.failure.state,
            "next": row.failure.next,
        }
    return said


def pool_text(filled: PoolFilled) -> str:
    """How the pool stands."""
    there = len(filled.kept) + len(filled.made)
    kind = f" of template {filled.template}" if filled.template is not None else ""
    said = f"the pool has {counted(there, 'schema')}{kind}: {len(filled.made)} made, {len(filled.kept)} kept"
    return said + (f"; {len(filled.dropped)} stale or surplus dropped\n" if filled.dropped else "\n")


def pool_json(filled: PoolFilled) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": "sqlmig.tenant-pool/1",
        "template": filled.template,
        "size": filled.size,
        "made": list(filled.made),
        "kept": list(filled.kept),
        "dropped": list(filled.dropped),
    }

"""What does not belong together, in words: kind by kind, each with what mends it."""

from __future__ import annotations

from itertools import groupby

from sqlmig.plan.reconcile import Finding, Reconciled
from sqlmig.report.words import counted

_SHOWN = 20
"""So many findings of one kind are shown as text."""


def reconciled_text(found: Reconciled) -> str:
    """Each finding with what mends it, and the sum."""
    groups = groupby(found.findings, key=lambda one: one.kind)
    parts = [_group(one.value, list(same)) for one, same in groups]
    total = f"{counted(found.tenants, 'tenant')} and {counted(found.schemas, 'schema')} looked at"
    verdict = counted(len(found.findings), "finding") if found.findings else "all of them belong together"
    return "\n\n".join([*parts, f"{total}: {verdict}"]) + "\n"


def reconciled_json(found: Reconciled) -> dict[str, object]:
    """Every finding, for programs."""
    return {
        "format": "sqlmig.tenant-reconcile/1",
        "clean": not found.findings,
        "tenants": found.tenants,
        "schemas": found.schemas,
        "findings": [
            {"kind": one.kind.value, "about": one.about, "message": one.message, "mend": one.mend}
            for one in found.findings
        ],
    }


def _group(kind: str, findings: list[Finding]) -> str:
    lines = [f"{kind}: {len(findings):,}"]
    for one in findings[:_SHOWN]:
        lines += [f"  {one.message}", f"    {one.mend}"]
    if len(findings) > _SHOWN:
        lines.append(f"  and {len(findings) - _SHOWN:,} more; --format json has all of them")
    return "\n".join(lines)

"""Repairs and baselines in words: changes to the history that run no migration."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.plan.repair import Baselined, Repair
from sqlmig.project.model import version_label
from sqlmig.report.words import counted, some


def repairs_text(repairs: Sequence[Repair]) -> str:
    """What would change, or has changed: what is the same in many targets is said once."""
    groups: dict[str, list[str]] = {}
    for repair in repairs:
        groups.setdefault(repair.message, []).append(repair.target.schema)
    return "\n".join(f"{_where(schemas)}: {message}" for message, schemas in groups.items())


def repairs_json(repairs: Sequence[Repair], *, done: bool) -> dict[str, object]:
    """The same for programs; `done` says whether it was written to the history."""
    return {
        "format": "sqlmig.repair/1",
        "done": done,
        "repairs": [
            {
                "track": repair.target.track,
                "schema": repair.target.schema,
                "mend": repair.mend.value,
                "version": repair.version or None,
                "name": repair.name,
                "message": repair.message,
            }
            for repair in repairs
        ],
    }


def baseline_text(marked: Sequence[Baselined]) -> str:
    """Which versions count as applied now, and that nobody has looked whether they are."""
    lines = [f"{item.target.schema}: {_versions(item.versions)} as applied" for item in marked]
    lines.append("Nothing was run, and nothing was compared: that the schemas really are there is your word for it.")
    return "\n".join(lines) + "\n"


def baseline_json(marked: Sequence[Baselined]) -> dict[str, object]:
    """The same for programs."""
    return {
        "format": "sqlmig.baseline/1",
        "compared": False,
        "targets": [
            {"track": item.target.track, "schema": item.target.schema, "versions": list(item.versions)}
            for item in marked
        ],
    }


def _where(schemas: Sequence[str]) -> str:
    return schemas[0] if len(schemas) == 1 else f"{counted(len(schemas), 'target')} ({some(schemas)})"


def _versions(versions: Sequence[int]) -> str:
    if len(versions) == 1:
        return f"version {version_label(versions[0])} counts"
    return f"versions {version_label(versions[0])} to {version_label(versions[-1])} count"

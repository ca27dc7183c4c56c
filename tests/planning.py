"""Builders of values for tests of decisions: tracks, what is applied, projects; without a disk or a server."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from sqlmig.plan.planner import Snapshot
from sqlmig.plan.resolve import digest_after
from sqlmig.plan.values import Applied, Plan, Target, TargetState
from sqlmig.project.checksums import rendered_checksum, source_checksum
from sqlmig.project.config.values import Config
from sqlmig.project.directives import FileKind, read_directives
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Migration, Repeatable, Scope, Script, Tenant, Track, version_label
from sqlmig.project.templates import Templates

TEMPLATES = Templates({})


def script(path: str, text: str) -> Script:
    """A file as it would be read."""
    directives, problems = read_directives(text, path, FileKind.REPEATABLE if "/repeatable/" in path else FileKind.UP)
    assert problems == []
    return Script(path, text, directives, source_checksum(text, {}))


def migration(
    version: int,
    up: str | None = None,
    down: str | None = "",
    *,
    name: str = "m",
    track: str = "tenant",
    verify: str | None = None,
) -> Migration:
    """A migration whose text is of its own, like that of any file; `down=None` has no down file."""
    stem = f"sql/{track}/{version_label(version)}_{name}"
    return Migration(
        track,
        version,
        name,
        script(f"{stem}.up.sql", up if up is not None else f"CREATE TABLE t{version} (id int);"),
        script(f"{stem}.down.sql", down or f"DROP TABLE t{version};") if down is not None else None,
        script(f"{stem}.verify.sql", verify) if verify is not None else None,
    )


def repeatable(name: str, text: str | None = None, down: str | None = None, *, track: str = "tenant") -> Repeatable:
    """A repeatable; `down` is what takes it away."""
    stem = f"sql/{track}/repeatable/{name}"
    up = script(f"{stem}.sql", text if text is not None else f"CREATE VIEW {name} AS SELECT 1 AS x;")
    return Repeatable(track, name, up, script(f"{stem}.down.sql", down) if down is not None else None)


def tenant_track(*migrations: Migration, repeatables: Iterable[Repeatable] = ()) -> Track:
    """A track of that many migrations that runs in each tenant."""
    return Track("tenant", Scope.TENANT, "sql/tenant", None, migrations, tuple(repeatables))


def shared_track(*migrations: Migration) -> Track:
    """A track that runs once, in schema core."""
    return Track("platform", Scope.SHARED, "sql/platform", "core", migrations)


def applied(*migrations: Migration, repeatables: Iterable[Repeatable] = ()) -> TargetState:
    """The state of a target where these ran in the form that they have."""
    rows = tuple(Applied(m.version, m.name, m.up.checksum) for m in migrations)
    state = TargetState(None, rows, {r.name: r.script.checksum for r in repeatables})
    return replace(state, digest=digest_after(state, ()))


def target(slug: str = "acme") -> Target:
    """A tenant's target."""
    schema = f"tenant_{slug}"
    return Target("tenant", Scope.TENANT, slug, schema, Tenant(slug, slug, schema, {"tier": "gold"}))


CORE = Target("platform", Scope.SHARED, "core", "core")


def project(*tracks: Track, templates: Templates = TEMPLATES) -> ProjectFiles:
    """A project of these tracks, as if it had been read."""
    return ProjectFiles(Config(Path("project"), "sqlmig.yaml", "demo"), tracks, templates)


def snapshot(states: Mapping[Target, TargetState], *ran: tuple[Target, Migration, str], **more: object) -> Snapshot:
    """What the database says: the states, every schema, and the text that migrations rendered to when they ran."""
    return replace(
        Snapshot(
            {of.identity: state for of, state in states.items()},
            frozenset(of.schema for of in states),
            {(*of.identity, m.version): rendered_checksum(text) for of, m, text in ran},
        ),
        **more,  # type: ignore[arg-type]
    )


def told(plan: Plan) -> list[str]:
    """Each refusal of a plan in one line: reason, place, message, what to do next."""
    return [f"{r.reason.value} {r.place or '-'}: {r.message} | {r.next}" for r in plan.refusals]

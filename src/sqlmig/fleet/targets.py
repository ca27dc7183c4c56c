"""Which targets there are, which of them are selected, and what the database says of them. Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from sqlmig.db import history
from sqlmig.db.registry import read_tenants
from sqlmig.db.session import Session
from sqlmig.db.tenantstates import read_holds
from sqlmig.errors import UsageError
from sqlmig.plan.heads import Heads
from sqlmig.plan.planner import Down, Goal, Snapshot, Up, changed_versions
from sqlmig.plan.values import Note, Target, TargetState
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Migration, Scope, Tenant, Track
from sqlmig.project.nearest import did_you_mean


@dataclass(frozen=True, slots=True)
class Selection:
    """What a command was asked to work on; nothing chosen means everything."""

    schemas: tuple[str, ...] = ()
    """Names or patterns (`tenant_*`) of tenant schemas."""
    platform: bool = False
    """The shared tracks."""
    track: str | None = None
    """One track only."""

    @property
    def everything(self) -> bool:
        """Whether nothing was chosen."""
        return not (self.schemas or self.platform or self.track)


@dataclass(frozen=True, slots=True)
class Selected:
    """The frozen list of targets, shared ones first, tenants in the registry's order."""

    targets: tuple[Target, ...]
    notes: tuple[Note, ...] = ()
    registry_read: bool = True
    """False when the registry's table is not there yet."""


def select_targets(session: Session, files: ProjectFiles, selection: Selection) -> Selected:
    """Resolves a selection.

    Raises:
        UsageError: a name or a pattern matches nothing.
        ConfigError: the registry cannot be used.
    """
    if selection.track is not None and selection.track not in {track.name for track in files.tracks}:
        hint = did_you_mean(selection.track, [track.name for track in files.tracks])
        raise UsageError(f"there is no track '{selection.track}'; {hint}")
    tracks = [track for track in files.tracks if selection.track in (None, track.name)]
    shared = [] if selection.schemas else [shared_target(t) for t in tracks if t.scope is Scope.SHARED]
    wants_tenants = bool(selection.schemas) or not selection.platform
    tenant_tracks = [track for track in tracks if track.scope is Scope.TENANT]
    if not (wants_tenants and tenant_tracks):
        if selection.schemas:
            raise UsageError("this project has no tenant track, so --schema selects nothing")
        return Selected(tuple(shared))
    return targets_of(files, selection, read_tenants(session, files))


def targets_of(files: ProjectFiles, selection: Selection, tenants: Sequence[Tenant] | None) -> Selected:
    """Resolves a selection among tenants that were read already; None when their table is not there yet.

    Raises:
        UsageError: a name or a pattern matches nothing.
    """
    tracks = [track for track in files.tracks if selection.track in (None, track.name)]
    shared = [] if selection.schemas else [shared_target(t) for t in tracks if t.scope is Scope.SHARED]
    tenant_tracks = [track for track in tracks if track.scope is Scope.TENANT]
    if tenants is None:
        note = Note("the registry's table is not there yet: tenants are read once the shared tracks have made it")
        if selection.schemas:
            raise UsageError(
                "the registry's table is not there yet, so no tenant can be selected",
                next="run `sqlmig apply --platform` first",
            )
        return Selected(tuple(shared), (note,), registry_read=False)
    chosen = _matching(tenants, selection.schemas)
    return Selected((*shared, *(tenant_target(track, tenant) for tenant in chosen for track in tenant_tracks)))


def shared_target(track: Track) -> Target:
    """The target of a shared track."""
    schema = track.schema or ""
    return Target(track.name, Scope.SHARED, schema, schema)


def tenant_target(track: Track, tenant: Tenant) -> Target:
    """The target of a tenant track in one tenant."""
    return Target(track.name, Scope.TENANT, tenant.id, tenant.schema, tenant)


def read_snapshot(session: Session, files: ProjectFiles, targets: Sequence[Target], goal: Goal) -> Snapshot:
    """Reads what planning needs; for a fleet that is up to date, a handful of queries however large it is."""
    schema = files.config.history_schema
    schemas = history.existing_schemas(session, (target.schema for target in targets))
    if not history.exists(session, schema):
        return Snapshot({}, schemas)
    wanted = [*targets, *(shared_target(track) for track in files.shared_tracks)]
    heads = Heads(files)
    # Where kinds of tenants differ, the digest that is one kind's goal is another's past.
    current = {target.identity: heads.of(target).digest for target in wanted} if goal == Up() else {}
    states = history.read_states(session, schema, wanted, current)
    changed = changed_versions(files, states)
    rendered = history.rendered_checksums(session, schema, changed) if changed else {}
    stored = _stored(session, files, states) if isinstance(goal, Down) else {}
    return Snapshot(states, schemas, rendered, stored, read_holds(session, schema))


def _stored(
    session: Session, files: ProjectFiles, states: Mapping[tuple[str, str], TargetState]
) -> dict[str, Sequence[Migration]]:
    """Migrations that are applied somewhere, and whose files, or whose down files, are gone."""
    stored: dict[str, Sequence[Migration]] = {}
    for track in files.tracks:
        whole = {m.version for m in track.migrations if m.down is not None or m.up.directives.irreversible is not None}
        applied = {v for (name, _), state in states.items() if name == track.name for v in state.versions}
        if applied - whole:
            schema = files.config.history_schema
            stored[track.name] = history.stored_migrations(session, schema, track.name, applied - whole)
    return stored


def _matching(tenants: Sequence[Tenant], patterns: Sequence[str]) -> list[Tenant]:
    for pattern in patterns:
        if not any(_matches(tenant.schema, pattern) for tenant in tenants):
            hint = did_you_mean(pattern, [tenant.schema for tenant in tenants])
            raise UsageError(
                f"no active tenant has schema '{pattern}'; {hint}", next="`sqlmig tenant list` shows the tenants"
            )
    return [t for t in tenants if not patterns or any(_matches(t.schema, pattern) for pattern in patterns)]


def _matches(schema: str, pattern: str) -> bool:
    return schema == pattern or fnmatchcase(schema, pattern)

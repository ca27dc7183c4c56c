"""A new tenant's objects from the snapshot of the tenant track, proved equal before anything is committed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmig.catalog.fingerprint import fingerprints
from sqlmig.catalog.snapshot import Snapshot, read_snapshot
from sqlmig.db.composing import filled
from sqlmig.db.context import RunContext
from sqlmig.db.guard import SPEAK_NOW, TIDY
from sqlmig.db.history import statement_text
from sqlmig.db.session import Session
from sqlmig.db.snapshotrows import snapshot_rows
from sqlmig.errors import Place, Refused
from sqlmig.plan.values import Step, TargetPlan
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant, Track
from sqlmig.tenants.provision import Message, Part, nothing_of, settings


def snapshot_of(session: Session, files: ProjectFiles) -> Snapshot | None:
    """The snapshot that stands for the files as they are, on this server; None when there is none that can be used.

    Without a track to stand for there is none, and with several there is none: each was proved alone. What a file does
    outside of the tenant's schema stands in no snapshot.

    Raises:
        ProjectError: the file is damaged.
    """
    tracks = [track for track in files.tenant_tracks if track.migrations or track.repeatables]
    if len(tracks) != 1 or _reaches_outside(tracks[0]):
        return None
    found = read_snapshot(files, tracks[0])
    # Another version's server may write the same objects in other words.
    return found if found is not None and found.server == session.major else None


def fitting(session: Session, files: ProjectFiles, tenant: Tenant) -> Snapshot | None:
    """The snapshot for a tenant of its kind."""
    found = snapshot_of(session, files)
    return found if found is not None and found.fits(files.scope(tenant.schema, tenant)) else None


def fill(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    tenant: Tenant,
    plans: Sequence[TargetPlan],
    snapshot: Snapshot,
) -> None:
    """Makes a tenant's objects and their history, in one message, and compares them with what the migrations make.

    Args:
        session: in the transaction that made the schema.
        files: the project.
        context: of the run.
        tenant: as the registry has it.
        plans: all that a replay would run.
        snapshot: a fitting one.

    Raises:
        MigrationFailed: a statement of the snapshot failed.
        Refused: the snapshot makes something else.
    """
    rendered = files.templates.render(snapshot.script, files.scope(tenant.schema, tenant))
    run(session, files, context, tenant, Part(rendered.text, rendered.place), plans, snapshot.path)
    found = fingerprints(session, [tenant.schema])[tenant.schema]
    if found.portable != snapshot.fingerprint:
        raise Refused(
            f"tenant {tenant.slug} was not created: what {snapshot.path} makes is not what the migrations make",
            place=Place(snapshot.path),
            state=nothing_of(tenant),
            next="make it again with `sqlmig snapshot`, or leave it out with --replay",
        )


def run(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    tenant: Tenant,
    part: Part,
    plans: Sequence[TargetPlan],
    source: str,
) -> None:
    """Runs statements of a snapshot, sees to it that they kept to their schema, and writes the history."""
    steps: dict[str, tuple[Step, ...]] = {plan.target.track: tuple(plan.steps) for plan in plans}
    held = session.value(statement_text("written_elsewhere", context.history), {"schema": tenant.schema})
    looked = {"schema": tenant.schema, "touches": [], "held": held or [], "target_key": None, "looks_at_catalog": False}
    message = Message()
    message.add(*settings(session, files.config, tenant, as_tenant=True))
    message.add_file(part)
    message.add(SPEAK_NOW, *TIDY)
    message.add("SELECT " + filled(statement_text("guard_step", context.history), looked))
    for plan in plans:
        if steps[plan.target.track]:
            rows = snapshot_rows(context, plan.target, steps[plan.target.track], plan.digest, source)
            message.add(filled(*rows))
    message.send(session, tenant)


def parted(files: ProjectFiles, plan: TargetPlan) -> tuple[TargetPlan, TargetPlan]:
    """What of a new tenant's plan a snapshot stands for, and what runs behind it: repeatables of the tenant's kind."""
    kind = files.variant(plan.target.track, plan.target.tenant)
    count = len(plan.steps) - (len(files.of_kinds[kind].repeatables) if kind is not None else 0)
    digest = plan.digests[count - 1] if count else plan.digest
    return (
        replace(plan, steps=plan.steps[:count], digests=plan.digests[:count], digest=digest),
        replace(plan, steps=plan.steps[count:], digests=plan.digests[count:]),
    )


def objects_differing(session: Session, files: ProjectFiles, tenants: Sequence[Tenant]) -> frozenset[str]:
    """The schemas of those tenants whose objects are not what the snapshot makes; none without a snapshot.

    What repeatables of a tenant's kind make besides stands in no snapshot: such tenants are not compared.
    """
    found = snapshot_of(session, files) if tenants else None
    if found is None:
        return frozenset()
    plain = [tenant for tenant in tenants if files.variant(found.track, tenant) is None]
    schemas = [tenant.schema for tenant in plain if found.fits(files.scope(tenant.schema, tenant))]
    prints = fingerprints(session, schemas)
    return frozenset(schema for schema, one in prints.items() if one.portable != found.fingerprint)


def _reaches_outside(track: Track) -> bool:
    scripts = [migration.up for migration in track.migrations] + [one.script for one in track.repeatables]
    return any(script.directives.touches for script in scripts)

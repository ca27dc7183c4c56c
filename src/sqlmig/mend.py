"""Changes what the history says without running a migration: baseline, repair, reset. The log keeps each."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.db import history, records
from sqlmig.db.composing import compose
from sqlmig.db.context import RunContext
from sqlmig.db.locks import locked
from sqlmig.db.session import Session
from sqlmig.errors import MigrationFailed, Refused, UsageError
from sqlmig.fleet.targets import Selection, read_snapshot, select_targets
from sqlmig.plan.planner import Down, Snapshot, make_plan
from sqlmig.plan.planner import Up as Upwards
from sqlmig.plan.repair import Baselined, Mend, Repair, decide_repair, decide_statement_repair
from sqlmig.plan.results import Outcome
from sqlmig.plan.resume import first_statements_checksum
from sqlmig.plan.values import Target, TargetState
from sqlmig.project.checksums import ALGORITHM, rendered_checksum, state_digest
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Migration, Scope, version_label


def baseline_preview(session: Session, files: ProjectFiles, selection: Selection, to: int) -> tuple[Baselined, ...]:
    """Which versions a baseline would mark as applied, in which targets.

    Raises:
        UsageError: there is no such version.
        Refused: something is applied already, or a schema is not there.
    """
    targets = select_targets(session, files, selection).targets
    snapshot = read_snapshot(session, files, targets, Down())
    tracks = {track.name: track for track in files.tracks}
    chosen = []
    for target in targets:
        track = tracks[target.track]
        if track.migration(to) is None:
            raise UsageError(f"track {track.name} has no version {version_label(to)}")
        if snapshot.state(target).applied:
            raise Refused(
                f"{target.schema} has migrations applied already",
                state="nothing was changed",
                next="a baseline is for schemas that sqlmig has never migrated; select those with --schema",
            )
        if target.schema not in snapshot.schemas:
            raise Refused(f"schema {target.schema} is not there", state="nothing was changed", next="create it first")
        chosen.append(Baselined(target, tuple(m.version for m in track.migrations if m.version <= to)))
    return tuple(chosen)


def baseline(
    session: Session, files: ProjectFiles, context: RunContext, selection: Selection, to: int, reason: str
) -> tuple[Baselined, ...]:
    """Marks versions as applied, after comparing nothing.

    Raises:
        UsageError: there is no such version.
        Refused: something is applied already, or a schema is not there.
        LockNotObtained: another run holds a target.
    """
    history.prepare(session, context.history)
    chosen = baseline_preview(session, files, selection, to)
    tracks = {track.name: track for track in files.tracks}
    records.begin_run(session, context, "baseline", [item.target for item in chosen], reason)
    for item in chosen:
        migrations = [m for m in tracks[item.target.track].migrations if m.version in item.versions]
        scripts = [script for m in migrations for script in (m.up, m.down) if script is not None]
        records.store_scripts(session, context.history, scripts)
        with locked(session, context.keys(item.target), item.target.schema, context.lock_wait):
            for migration in migrations:
                rendered = _rendered(files, item.target, migration)
                records.insert_baseline(session, context, item.target, migration, rendered)
            digest = state_digest(((m.version, m.up.checksum) for m in migrations), ())
            records.set_digest(session, context.history, item.target, digest)
            records.write_log(
                session, context, item.target, "baseline", version=to, name=migrations[-1].name, reason=reason
            )
    records.finish_run(session, context, Outcome.DONE)
    return chosen


def repairs(
    session: Session, files: ProjectFiles, selection: Selection, version: int | None, mend: Mend | None
) -> tuple[Repair, ...]:
    """What would put one version, or one statement of unknown outcome, right in the selected targets."""
    targets = select_targets(session, files, selection).targets
    snapshot = read_snapshot(session, files, targets, Down())
    tracks = {track.name: track for track in files.tracks}
    found = []
    for target in targets:
        state = snapshot.state(target)
        if version is not None:
            found.append(decide_repair(tracks[target.track], target, state, version))
        elif mend is not None:
            found.append(decide_statement_repair(target, state, mend))
    return tuple(repair for repair in found if repair is not None)


def repair(session: Session, files: ProjectFiles, context: RunContext, chosen: Sequence[Repair], reason: str) -> None:
    """Does what was shown, target by target; the old rows go into the log.

    Raises:
        LockNotObtained: another run holds a target.
    """
    records.begin_run(session, context, "repair", [item.target for item in chosen], reason)
    for item in chosen:
        target = item.target
        if item.migration is not None:
            scripts = [script for script in (item.migration.up, item.migration.down) if script is not None]
            records.store_scripts(session, context.history, scripts)
        with locked(session, context.keys(target), target.schema, context.lock_wait):
            old = history.applied_row(session, context.history, target, item.version)
            values = _mended_values(session, files, target, item)
            records.mend_rows(session, context.history, item, values)
            state = history.read_states(session, context.history, [target], {}).get(target.identity, TargetState())
            if state.digest is not None:
                digest = state_digest(((r.version, r.checksum) for r in state.applied), state.repeatables.items())
                records.set_digest(session, context.history, target, digest)
            action = f"repair: {item.mend.value}"
            records.write_log(
                session, context, target, action, version=item.version, name=item.name, reason=reason, detail=old
            )
    records.finish_run(session, context, Outcome.DONE)


def empty_targets(session: Session, files: ProjectFiles, context: RunContext, targets: Sequence[Target]) -> None:
    """Takes targets back to nothing: schemas empty, nothing counts as applied. For development only.

    Tenants are provisioned anew unless the registry goes as well.

    Raises:
        Refused: the environment is not marked `development: true`.
        MigrationFailed: a schema could not be dropped or made anew.
        LockNotObtained: another run holds a target.
    """
    if not files.config.development:
        name = f"environment {files.config.environment}" if files.config.environment else "this configuration"
        raise Refused(
            f"{name} is not marked `development: true`",
            state="nothing was changed",
            next="reset destroys data: mark the environment in sqlmig.yaml if its data may go",
        )
    from sqlmig.tenants.provision import provision  # baseline and repair make no tenants

    history.prepare(session, context.history)
    records.begin_run(session, context, "reset", targets, None)
    registry_goes = any(target.scope is Scope.SHARED for target in targets)
    emptied: set[str] = set()
    # Tenants go before the shared tracks that their registry is part of.
    for target in sorted(targets, key=lambda target: target.scope is Scope.SHARED):
        with locked(session, context.keys(target), target.schema, context.lock_wait):
            if target.schema not in emptied:
                session.run(compose("DROP SCHEMA IF EXISTS {schema} CASCADE", schema=target.schema))
                if target.tenant is not None and not registry_goes:
                    provision(session, files, target.tenant)
                emptied.add(target.schema)
            records.forget_target(session, context.history, target)
            records.write_log(session, context, target, "reset", version=None, name="", reason=None)
    records.finish_run(session, context, Outcome.DONE)


def _rendered(files: ProjectFiles, target: Target, migration: Migration) -> str:
    scope = files.scope(target.schema, target.tenant)
    return rendered_checksum(files.templates.render(migration.up, scope).text)


def _mended_values(session: Session, files: ProjectFiles, target: Target, item: Repair) -> dict[str, object]:
    match item.mend:
        case Mend.ACCEPT_FILE | Mend.RENUMBER if item.migration is not None:
            down = item.migration.down
            return {
                "name": item.migration.name,
                "new_version": item.migration.version,
                "algorithm": ALGORITHM,
                "checksum": bytes.fromhex(item.migration.up.checksum),
                "rendered": bytes.fromhex(_rendered(files, target, item.migration)),
                "down_checksum": bytes.fromhex(down.checksum) if down is not None else None,
            }
        case Mend.STATEMENT_DONE:
            state = history.read_states(session, files.config.history_schema, [target], {})[target.identity]
            plan = make_plan(files, [target], Snapshot({target.identity: state}, frozenset({target.schema})), Upwards())
            done = state.progress.done + 1 if state.progress is not None else 0
            if not plan.steps:
                raise MigrationFailed(f"the file of {item.name} is gone", state="nothing was changed")
            return {"rendered": bytes.fromhex(first_statements_checksum(plan.steps[0], done))}
    return {}

"""Suspends tenants, takes them back, and holds them at a version."""

from __future__ import annotations

from dataclasses import replace

from sqlmig.db import history
from sqlmig.db.context import RunContext
from sqlmig.db.session import Session
from sqlmig.db.tenantstates import write
from sqlmig.errors import UsageError
from sqlmig.plan.tenantstates import Answer, Changed, Hold, KnownTenant, TenantState, Verb
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Track, version_label
from sqlmig.project.nearest import did_you_mean
from sqlmig.tenants.hooks import hook_path, run_hook
from sqlmig.tenants.known import behind, changing, is_query, log, named, read_known, registered, wrong_registry


def suspend(session: Session, files: ProjectFiles, context: RunContext, slug: str, reason: str) -> Changed:
    """Takes the application's access away, as suspend.sql says; migrations go on while the registry gives the tenant.

    Raises:
        UsageError: there is no such tenant.
        Refused: it was dropped.
        MigrationFailed: suspend.sql failed.
        LockNotObtained: a run holds the tenant.
    """
    history.prepare(session, context.history)
    one = named(read_known(session, files), slug)
    with changing(session, files, context, one, Verb.SUSPEND, reason) as change:
        before = after = change.now
        ran = None
        if change.answer is Answer.YES:
            ran = run_hook(session, files, before.tenant, "suspend")
            after = replace(before, state=TenantState.SUSPENDED, reason=reason)
            after = replace(after, listed=registered(session, files, before.tenant) is not None)
            write(session, context, after)
            log(session, files, context, before.tenant, "suspend", reason)
    return Changed(Verb.SUSPEND, before, after, change.answer, ran)


def activate(session: Session, files: ProjectFiles, context: RunContext, slug: str, reason: str | None) -> Changed:
    """Takes a suspension back, as activate.sql says, and looks how far behind the tenant is.

    Raises:
        UsageError: there is no such tenant.
        Refused: it was dropped.
        MigrationFailed: activate.sql failed.
        ConfigError: the registry does not give the tenant afterwards.
        LockNotObtained: a run holds the tenant.
    """
    history.prepare(session, context.history)
    one = named(read_known(session, files), slug)
    with changing(session, files, context, one, Verb.ACTIVATE, reason) as change:
        before = after = change.now
        ran = None
        if change.answer is Answer.YES:
            ran = run_hook(session, files, before.tenant, "activate")
            after = _active(session, files, before, reason)
            write(session, context, after)
            log(session, files, context, after.tenant, "activate", reason)
    return Changed(Verb.ACTIVATE, before, after, change.answer, ran, behind(session, files, after.tenant))


def hold(
    session: Session, files: ProjectFiles, context: RunContext, slug: str, at: int, track: str | None, reason: str
) -> Changed:
    """Keeps a tenant from going beyond a version, whatever is applied to the others.

    Args:
        session: outside of a transaction.
        files: the project.
        context: of the run.
        slug: the tenant's.
        at: the highest version that it is taken to; 0 for none.
        track: the track; may be None where there is one tenant track only.
        reason: stands in every plan and status.

    Raises:
        UsageError: there is no such tenant, track or version.
        Refused: the tenant was dropped.
        LockNotObtained: a run holds the tenant.
    """
    of = _track(files, track)
    if at and of.migration(at) is None:
        numbers = ", ".join(version_label(one.version) for one in of.migrations[-3:]) or "none at all"
        raise UsageError(
            f"track {of.name} has no version {version_label(at)}",
            state="nothing was changed",
            next=f"its last versions are: {numbers}",
        )
    return _with_holds(session, files, context, slug, {of.name: Hold(at, reason)}, reason)


def release(
    session: Session, files: ProjectFiles, context: RunContext, slug: str, track: str | None, reason: str | None
) -> Changed:
    """Lets a tenant go on, in one track or in all, and looks how far behind it is.

    Raises:
        UsageError: there is no such tenant or track.
        Refused: the tenant was dropped.
        LockNotObtained: a run holds the tenant.
    """
    tracks = [_track(files, track)] if track is not None else files.tenant_tracks
    return _with_holds(session, files, context, slug, {one.name: None for one in tracks}, reason)


def _with_holds(
    session: Session,
    files: ProjectFiles,
    context: RunContext,
    slug: str,
    wanted: dict[str, Hold | None],
    reason: str | None,
) -> Changed:
    history.prepare(session, context.history)
    one = named(read_known(session, files), slug)
    with changing(session, files, context, one, Verb.HOLD, reason) as change:
        before = change.now
        holds = {track: found for track, found in {**before.holds, **wanted}.items() if found is not None}
        after = replace(before, holds=holds)
        if after != before:
            write(session, context, after)
            detail = {track: {"at": found.at, "reason": found.reason} for track, found in holds.items()}
            log(session, files, context, before.tenant, "hold" if any(wanted.values()) else "release", reason, detail)
    answer = Answer.YES if after != before else Answer.ALREADY
    return Changed(Verb.HOLD, before, after, answer, None, behind(session, files, after.tenant))


def _track(files: ProjectFiles, name: str | None) -> Track:
    tracks = files.tenant_tracks
    names = [track.name for track in tracks]
    if not tracks:
        raise UsageError("this project has no tenant track, so there is nothing to hold a tenant at")
    if name is None and len(tracks) > 1:
        raise UsageError(
            f"a version belongs to one track, and there are {len(tracks)}: {', '.join(names)}",
            state="nothing was changed",
            next="say which with --track NAME",
        )
    found = next((track for track in tracks if name in (None, track.name)), None)
    if found is None:
        raise UsageError(f"there is no tenant track '{name}'; {did_you_mean(str(name), names)}")
    return found


def _active(session: Session, files: ProjectFiles, before: KnownTenant, reason: str | None) -> KnownTenant:
    found = registered(session, files, before.tenant)
    if found is None:
        path = hook_path(files, "activate")
        message = f"the registry does not give tenant {before.label}, and so no run would ever come to it"
        advice = (
            f"let {path} change its row so that the registry's query returns it"
            if is_query(files)
            else "bring it back into `tenants` in sqlmig.yaml first"
        )
        raise wrong_registry(files, message, path, advice)
    return replace(before, tenant=found, listed=True, state=TenantState.ACTIVE, reason=reason)

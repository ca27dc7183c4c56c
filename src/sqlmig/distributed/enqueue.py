"""`fleet enqueue`: plans everything, applies the shared tracks, and puts one job per tenant into the queue."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum

from sqlmig import __version__
from sqlmig.api import Project
from sqlmig.database import database_url
from sqlmig.db.context import Origin, Stop, origin
from sqlmig.db.session import Session, session
from sqlmig.distributed.door import AlreadyEnqueued, App, calling, jobs_in, put, queue_of, withdraw
from sqlmig.distributed.queue import queued
from sqlmig.distributed.tables import DEFAULT_SCHEMA, check_name, prepare, turn
from sqlmig.engine import PlanRefused
from sqlmig.lint.gate import with_findings
from sqlmig.plan.queued import Enqueued, FleetJob, JobState, Manifest, QueuedJob
from sqlmig.plan.queueing import arguments_of, manifest_id, manifest_of
from sqlmig.plan.results import Outcome
from sqlmig.plan.values import Plan
from sqlmig.project.git import head_commit
from sqlmig.project.model import Scope

_AT_ONCE = 1000
"""Jobs in one message."""

_TRIES = 5
"""How often the queue may change under our eyes: a worker gives a job back while we look."""


class SharedTracks(Enum):
    """What `fleet enqueue` does about shared tracks."""

    FIRST = "first"
    """They are applied before any job is made."""
    LEFT = "left"
    """They are somebody else's business; a tenant migration that needs more of them is refused."""


def enqueue(
    project: Project,
    *,
    queue_schema: str = DEFAULT_SCHEMA,
    shared: SharedTracks = SharedTracks.FIRST,
    stop: Stop | None = None,
    reason: str | None = None,
) -> Enqueued:
    """Puts a job into the queue for every tenant that has something pending, and applies the shared tracks first.

    Safe to call again, and at the same time as others: a tenant whose job waits or is under way gets no second one.
    A waiting job that was made for other files gives way.

    Args:
        project: the files.
        queue_schema: where the queue's tables are; they are made when they are not there.
        shared: what to do about the shared tracks.
        stop: ends the run of the shared tracks; no job is made then.
        reason: why; it is kept in the history.

    Raises:
        PlanRefused: nothing was changed, and no job was made.
        UsageError: the queue cannot live in that schema.
        ConnectionFailed: the server cannot be used.
    """
    manifest = manifest_of(project.files)
    planned = _planned(project, shared)
    check_name(project.files, queue_schema, (target.target.schema for target in planned.targets))
    platform = None
    if any(target.target.scope is Scope.SHARED for target in planned.pending):
        platform = project.apply(platform=True, stop=stop, reason=reason)
        if platform.outcome is not Outcome.DONE:
            return Enqueued(manifest, platform, notes=_notes(planned))
        # The registry, or what tenants require, may be there only now.
        planned = _planned(project, SharedTracks.LEFT)
    result = Enqueued(manifest, platform, notes=_notes(planned))
    jobs = _jobs(planned, manifest, origin(f"sqlmig {__version__}", head_commit(project.config.root)), reason)
    if not jobs or (stop is not None and stop.requested):
        return result
    url = database_url(project.config)
    with session(url, application="sqlmig (enqueue)") as opened:
        prepare(opened, queue_schema)
        with calling(url, queue_schema) as app:
            return _put(opened, app, queue_schema, jobs, result)


def _planned(project: Project, shared: SharedTracks) -> Plan:
    """The plan of everything, judged as `apply` judges it.

    Raises:
        PlanRefused: it may not run.
    """
    if shared is SharedTracks.FIRST:
        planned = project.plan()
    elif project.config.tenants is not None and project.tenants():
        planned = project.plan(schemas=("*",))
    else:
        planned = Plan(())
    if not planned.refusals and planned.pending:
        planned = with_findings(project.files, planned)
    if planned.refusals:
        raise PlanRefused(planned)
    return planned


def _jobs(planned: Plan, manifest: Manifest, who: Origin, reason: str | None) -> list[FleetJob]:
    """One job per tenant that has something to do, whichever of its tracks it is in."""
    found: dict[str, FleetJob] = {}
    for one in planned.targets:
        target = one.target
        if target.scope is Scope.TENANT and (one.steps or one.relaid) and target.key not in found:
            found[target.key] = FleetJob(target.key, target.schema, manifest, who.actor, who.git_commit, reason)
    return list(found.values())


def _put(opened: Session, app: App, queue_schema: str, jobs: list[FleetJob], result: Enqueued) -> Enqueued:
    with turn(opened, queue_schema):
        present = _present(app)
        same = {one.job.key for one in present if one.job.manifest == result.manifest}
        new = [job for job in jobs if job.key not in same]
        _put_all(app, new)
        wanted = {job.key for job in jobs}
        others = [one for one in present if one.job.key in wanted - same and one.state is JobState.WAITING]
        withdrawn = sum(withdraw(app, one.id) for one in others)
    already = tuple(job.schema for job in jobs if job.key in same)
    return replace(result, queued=tuple(job.schema for job in new), already=already, withdrawn=withdrawn)


def _put_all(app: App, new: list[FleetJob]) -> None:
    missing = new
    for tries_left in reversed(range(_TRIES)):
        try:
            for first in range(0, len(missing), _AT_ONCE):
                put(
                    app,
                    queue_of(new[0].manifest),
                    {_lock(job): arguments_of(job) for job in missing[first : first + _AT_ONCE]},
                )
        except AlreadyEnqueued:
            # A worker gave a job back between our look and our message.
            if not tries_left:
                raise
            there = {_lock(one.job) for one in _present(app)}
            missing = [job for job in new if _lock(job) not in there]
        else:
            return


def _present(app: App) -> tuple[QueuedJob, ...]:
    # In this order: a job that is begun meanwhile is seen twice rather than not at all.
    return queued([*jobs_in(app, JobState.WAITING), *jobs_in(app, JobState.DOING)])


def _lock(job: FleetJob) -> str:
    """Of jobs with one such name only one can wait: one per tenant and manifest."""
    return f"{manifest_id(job.manifest)} {job.key}"


def _notes(planned: Plan) -> tuple[str, ...]:
    return tuple(dict.fromkeys(note.message for note in planned.notes))

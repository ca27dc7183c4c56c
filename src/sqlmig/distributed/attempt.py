"""One attempt at one job: an ordinary run of one tenant, and what it came to as a value."""

from __future__ import annotations

import time

from sqlmig.api import Project
from sqlmig.db.context import Stop
from sqlmig.db.errors import ServerRefused
from sqlmig.errors import ConnectionFailed, Interrupted, LockNotObtained, Refused, SqlmigError, UsageError
from sqlmig.plan.queued import Attempt, Ending, FleetJob, Manifest
from sqlmig.plan.queueing import attempt_of, differences
from sqlmig.plan.retry import remedy
from sqlmig.secret import mask_url


def attempt_job(project: Project, here: Manifest, job: FleetJob, stop: Stop) -> Attempt:
    """Brings one tenant up, if these are the files that were meant. Does nothing to a tenant that is up already.

    Args:
        project: loaded once for all jobs.
        here: its manifest.
        job: which tenant, and with which files.
        stop: ends the run where it is safe.

    Returns:
        How it ended. No error escapes but the ends of the process.
    """
    if found := differences(job.manifest, here):
        return Attempt(
            Ending.OTHER_FILES,
            f"{job.schema}: this worker's files are not those that the job was made for: not the same are"
            f" {', '.join(found)}",
            "nothing was changed",
            f"start a worker with the files of {_origin(job)}, or run `sqlmig fleet enqueue` with these",
        )
    began = time.monotonic()
    try:
        return _applied(project, job, stop)
    except SqlmigError as error:
        place = str(error.place) if error.place is not None else None
        ending, seconds = ending_of(error), time.monotonic() - began
        return Attempt(ending, error.message, error.state, error.next, place, seconds=seconds)
    except Exception as error:  # noqa: BLE001  a fault of ours belongs to this job, and must not end the others
        said = mask_url(f"{type(error).__name__}: {error}")
        return Attempt(
            Ending.FAILED,
            f"{job.schema}: sqlmig itself failed: {said}",
            "every step is in the database together with its history row, or not at all",
            f"run `sqlmig -v apply --schema {job.schema}`, and report what it prints",
        )


def ending_of(error: SqlmigError) -> Ending:
    """What an error means for a job."""
    match error:
        case ConnectionFailed():
            return Ending.LOST
        case LockNotObtained():
            return Ending.BUSY
        case Interrupted():
            return Ending.STOPPED
        case Refused():
            return Ending.REFUSED
        case ServerRefused():
            again = remedy(error.said.sqlstate, error.said.message).again
            return Ending.LOST if again else Ending.FAILED
        case _:
            return Ending.FAILED


def _applied(project: Project, job: FleetJob, stop: Stop) -> Attempt:
    reason = f"fleet job of {_origin(job)}" + (f": {job.reason}" if job.reason else "")
    try:
        return attempt_of(project.apply(schemas=[job.schema], stop=stop, reason=reason, command="fleet"))
    except UsageError:
        # No tenant has that schema: it was renamed or dropped since the job was made.
        schema = next((tenant.schema for tenant in project.tenants() if tenant.id == job.key), None)
        if schema is None:
            return Attempt(Ending.GONE, f"{job.schema}: the tenant is in the registry no longer", "nothing was changed")
        if schema == job.schema:
            raise
    return attempt_of(project.apply(schemas=[schema], stop=stop, reason=reason, command="fleet"))


def _origin(job: FleetJob) -> str:
    return f"{job.actor} at commit {job.git_commit[:12]}" if job.git_commit else job.actor

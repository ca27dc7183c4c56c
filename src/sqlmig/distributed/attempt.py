"""One attempt at one job: an ordinary run of one tenant, and what it came to as a value."""

from __future__ import annotations

import time

from sqlmig.api import Project
from sqlmig.db.context import Stop
from sqlmig.db.errors import ServerRefused
from sqlmig.errors import ConnectionFailed, Interrupted, LockNotObtained, Refused, SqlmigError
from sqlmig.fleet.launch import Rollout
from sqlmig.plan.queued import Attempt, Ending, FleetJob
from sqlmig.plan.queueing import attempt_of
from sqlmig.plan.retry import remedy
from sqlmig.secret import mask_url


def attempt_job(project: Project, job: FleetJob, stop: Stop) -> Attempt:
    """Brings one tenant up. Does nothing to a tenant that is up already.

    Args:
        project: loaded once for all jobs, with the files that the job was made for.
        job: which tenant.
        stop: ends the run where it is safe.

    Returns:
        How it ended. No error escapes but the ends of the process.
    """
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
    """A run of that tenant alone, found by its id: it may have another schema by now.

    Restricted like this the run is no other process's to join: who dies leaves nothing that others would wait for.
    """
    only = frozenset((track.name, job.key) for track in project.files.tenant_tracks)
    rollout = Rollout(together=project.config.apply.per_target_transaction, only=only)
    reason = f"fleet job of {job.asked_by}" + (f": {job.reason}" if job.reason else "")
    result = project.apply(stop=stop, reason=reason, command="fleet", rollout=rollout)
    if result.results or any(tenant.id == job.key for tenant in project.tenants()):
        return attempt_of(result)
    return Attempt(Ending.GONE, f"{job.schema}: the tenant is in the registry no longer", "nothing was changed")

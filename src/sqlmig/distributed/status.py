"""`fleet status`: how the jobs of a queue stand, and how many workers are alive. Reads only."""

from __future__ import annotations

from sqlmig.api import Project
from sqlmig.database import database_url
from sqlmig.db.session import session
from sqlmig.distributed.door import calling
from sqlmig.distributed.queue import read_jobs, workers_alive
from sqlmig.distributed.tables import DEFAULT_SCHEMA, exists
from sqlmig.plan.queued import FleetStatus
from sqlmig.plan.queueing import newest_of_each


def status(project: Project, *, queue_schema: str = DEFAULT_SCHEMA, stalled_after: float = 30.0) -> FleetStatus:
    """The newest job of every target, and the workers.

    Args:
        project: says which database.
        queue_schema: the queue's.
        stalled_after: seconds without a sign of life after which a worker counts as dead.

    Raises:
        ConnectionFailed: the server cannot be used.
    """
    url = database_url(project.config)
    with session(url) as opened:
        if not exists(opened, queue_schema):
            return FleetStatus((), 0)
        with calling(url, queue_schema) as app:
            jobs = newest_of_each(read_jobs(app, opened, queue_schema))
        return FleetStatus(jobs, workers_alive(opened, queue_schema, stalled_after))

"""The queue as values: its jobs with what became of them, and how many workers are alive."""

from __future__ import annotations

import datetime
import socket
from collections.abc import Iterable

from sqlmig.db.composing import compose
from sqlmig.db.session import Session
from sqlmig.distributed.door import STATES, App, Job, Status, jobs_in
from sqlmig.distributed.tables import query
from sqlmig.plan.queued import Attempt, Ending, QueuedJob
from sqlmig.plan.queueing import is_known, job_of


def read_jobs(app: App, session: Session, queue_schema: str) -> tuple[QueuedJob, ...]:
    """Every job of the queue; those that a newer sqlmig made in another form are left out."""
    attempts = _attempts(session, queue_schema)
    return queued(jobs_in(app), attempts)


def queued(jobs: Iterable[Job], attempts: dict[int, Attempt] | None = None) -> tuple[QueuedJob, ...]:
    """The jobs of procrastinate as ours, with the last attempts that did not end well by the job's number."""
    last = attempts or {}
    return tuple(
        QueuedJob(one.id, job_of(one.task_kwargs), STATES[Status(one.status)], one.attempts, last.get(one.id))
        for one in jobs
        if one.id is not None and is_known(one.task_kwargs)
    )


def workers_alive(session: Session, queue_schema: str, seconds: float) -> int:
    """How many workers gave a sign of life within so many seconds."""
    return int(session.value(query("workers_alive", queue_schema), {"seconds": seconds}))


def record_attempt(session: Session, queue_schema: str, job_id: int, attempt: Attempt) -> datetime.datetime:
    """Keeps an attempt that did not end well, for people to read.

    Returns:
        The server's time: the clocks of workers need not agree.
    """
    parameters = {
        "job_id": job_id,
        "ending": attempt.ending.value,
        "message": attempt.message,
        "state": attempt.state,
        "next": attempt.next,
        "place": attempt.place,
        "host": socket.gethostname(),
    }
    found: datetime.datetime = session.value(query("record_attempt", queue_schema), parameters)
    return found


def _attempts(session: Session, queue_schema: str) -> dict[int, Attempt]:
    text = "SELECT job_id, ending, message, state, next, place FROM {queue}.sqlmig_attempt"
    rows = session.rows(compose(text, queue=queue_schema))
    return {row[0]: Attempt(Ending(row[1]), row[2], row[3], row[4], row[5]) for row in rows}

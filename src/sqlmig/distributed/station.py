"""Where jobs are done: threads, each with the run of one tenant, and what they came to for procrastinate and people."""

from __future__ import annotations

import asyncio
import datetime
import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from sqlmig.api import Project
from sqlmig.database import database_url
from sqlmig.db.context import Stop
from sqlmig.db.session import session
from sqlmig.distributed.attempt import attempt_job
from sqlmig.distributed.door import Job, JobContext, NotDone
from sqlmig.distributed.queue import record_attempt
from sqlmig.errors import SqlmigError
from sqlmig.plan.queued import Attempt, Ending, FleetJob, JobBegan, JobEnded, WorkerEvent
from sqlmig.plan.queueing import job_of, manifest_of, pause_before_retry

OVER = frozenset({Ending.DONE, Ending.GONE})
"""Endings after which a job is over and well."""


@dataclass(frozen=True, slots=True)
class _Judged:
    """An attempt with what follows from it."""

    attempt: Attempt
    again_in: float | None = None
    again_at: datetime.datetime | None = None


class Station:
    """Does jobs in threads of its own; belongs to one event loop.

    Args:
        project: loaded once for all jobs.
        queue_schema: where attempts are recorded.
        concurrency: how many jobs at once.
        tell: is told of every job, on the event loop's thread.
    """

    def __init__(
        self, project: Project, queue_schema: str, concurrency: int, tell: Callable[[WorkerEvent], None]
    ) -> None:
        self.endings: Counter[Ending] = Counter()
        """How the attempts ended."""
        self.worker_id: int | None = None
        """What procrastinate calls the worker of the last job that began here."""
        self.here = manifest_of(project.files)
        """Of the project's files."""
        self._project = project
        self._queue_schema = queue_schema
        self._tell = tell
        self._threads = ThreadPoolExecutor(concurrency, thread_name_prefix="sqlmig-job")
        self._under_way: dict[int, Stop] = {}
        self._stopping = False

    @property
    def under_way(self) -> frozenset[int]:
        """The jobs that are being done."""
        return frozenset(self._under_way)

    def stop(self) -> None:
        """Ends every run where it is safe; its job goes back into the queue."""
        self._stopping = True
        for stop in self._under_way.values():
            stop.request()

    def close(self) -> None:
        """Lets go of the threads; no job may be under way."""
        self._threads.shutdown()

    async def work(self, context: JobContext) -> None:
        """Does one job: the task that procrastinate's worker calls.

        Raises:
            NotDone: the attempt did not end well.
        """
        stop, number = Stop(), context.job.id or 0
        if self._stopping:
            stop.request()
        self.worker_id = context.job.worker_id
        self._under_way[number] = stop
        job = job_of(context.job.task_kwargs)
        self._tell(JobBegan(job.schema))
        try:
            loop = asyncio.get_running_loop()
            judged = await loop.run_in_executor(self._threads, self._attempt, context.job, job, stop)
        finally:
            del self._under_way[number]
        self.endings[judged.attempt.ending] += 1
        self._tell(JobEnded(job.schema, judged.attempt, judged.again_in))
        if judged.attempt.ending not in OVER:
            raise NotDone(judged.again_at)

    def _attempt(self, row: Job, job: FleetJob, stop: Stop) -> _Judged:
        """Runs in a thread."""
        attempt = attempt_job(self._project, job, stop)
        if attempt.ending is Ending.DONE:
            return _Judged(attempt)
        pause = pause_before_retry(attempt.ending, row.attempts, random.random())  # noqa: S311  jitter is no secret
        try:
            with session(database_url(self._project.config), application="sqlmig (queue)") as opened:
                now = record_attempt(opened, self._queue_schema, row.id or 0, attempt)
        except SqlmigError:
            # The server is gone, most likely; the queue is asked to remember when it is back.
            now = datetime.datetime.now(datetime.UTC)
        if pause is None:
            return _Judged(attempt)
        return _Judged(attempt, pause, now + datetime.timedelta(seconds=pause))

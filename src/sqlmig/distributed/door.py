"""The door to procrastinate: its App on our schema, our task, its retries. Nothing else imports it.

Raises UsageError on import, with what to install, where procrastinate is missing.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from sqlmig.db.composing import quoted
from sqlmig.errors import ConnectionFailed, SqlmigError, UsageError
from sqlmig.plan.queued import JobState, Manifest
from sqlmig.plan.queueing import manifest_id
from sqlmig.secret import mask_url

try:
    from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision, SyncPsycopgConnector
    from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
    from procrastinate.jobs import Job, Status
    from procrastinate.schema import SchemaManager, migrations_path
    from psycopg_pool import PoolTimeout
except ModuleNotFoundError as error:
    raise UsageError(
        "`sqlmig fleet` needs procrastinate, which is not installed",
        next="Run: pip install 'sqlmig[distributed]'; `sqlmig apply` works on fleets without it.",
    ) from error

__all__ = ["AlreadyEnqueued", "App", "Job", "JobContext", "Status"]

_TASK: Final = "sqlmig.apply"

_CONNECTION: Final = {
    "application_name": "sqlmig (queue)",
    "client_encoding": "UTF8",
    "connect_timeout": 10,
    # A network that drops everything shall not keep a worker waiting for ever.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}

# Whoever runs us may listen; without a handler Python would print procrastinate's tracebacks into our output.
for _name in ("procrastinate", "psycopg.pool"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

LOST: Final = (ConnectorException, PoolTimeout)
"""What procrastinate raises when the server, or a connection to it, is gone."""

_LONG_AGO: Final = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
"""Due at once by any clock."""

STATES: Final = {
    Status.TODO: JobState.WAITING,
    Status.DOING: JobState.DOING,
    Status.SUCCEEDED: JobState.SUCCEEDED,
    Status.FAILED: JobState.FAILED,
    Status.CANCELLED: JobState.WITHDRAWN,
    Status.ABORTING: JobState.WITHDRAWN,
    Status.ABORTED: JobState.WITHDRAWN,
}
"""How procrastinate's words for the state of a job are ours."""


class NotDone(Exception):
    """An attempt at a job did not end well; procrastinate is told by raising.

    Args:
        again_at: when the job is tried again; None when it is not.
    """

    def __init__(self, again_at: datetime.datetime | None) -> None:
        super().__init__("the attempt did not end well")
        self.again_at = again_at


class Forgotten(ConnectorException):
    """A connection of the queue broke."""


class _AsDecided(BaseRetryStrategy):
    """Tries again what was decided to be tried again: see `plan/queueing.py`."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        if not isinstance(exception, NotDone) or exception.again_at is None:
            return None
        return RetryDecision(retry_at=exception.again_at)


@contextmanager
def calling(conninfo: str, schema: str) -> Iterator[App]:
    """An App for calls that wait for their answer, for the time of a block.

    Args:
        conninfo: as libpq reads it; secret.
        schema: the queue's.

    Raises:
        ConnectionFailed: the queue cannot be reached, or can no longer.
    """

    def configure(connection: Any) -> None:
        connection.execute(*_search_path(schema))
        connection.commit()

    pool: dict[str, Any] = {
        "conninfo": conninfo,
        "kwargs": _CONNECTION,
        "min_size": 1,
        "max_size": 1,
        "configure": configure,
    }
    try:
        with App(connector=SyncPsycopgConnector(**pool)).open() as app:
            yield app
    except LOST as error:
        raise connection_failed(error) from error


def connection_failed(error: BaseException) -> ConnectionFailed:
    """The error of ours for one of LOST."""
    cause = error.__cause__ or error
    said = mask_url(" ".join(str(cause.message if isinstance(cause, SqlmigError) else cause).split()))
    return ConnectionFailed(
        f"the queue cannot be reached: {said}",
        state="what was put into the queue stays there; a job that is done twice does nothing",
        next="run the command again when the server answers; `sqlmig wait` waits for it",
    )


def queue_of(manifest: Manifest) -> str:
    """What procrastinate calls the queue of jobs for these files: a worker listens to the one of its own files."""
    return f"sqlmig-{manifest_id(manifest)}"


def worker_app(conninfo: str, schema: str, work: Callable[[JobContext], Awaitable[None]]) -> App:
    """An App for a worker; `async with app.open_async():` opens and closes its connections.

    Args:
        conninfo: as libpq reads it; secret.
        schema: the queue's.
        work: does one job; raises NotDone when it did not end well.
    """

    async def configure(connection: Any) -> None:
        await connection.execute(*_search_path(schema))
        await connection.commit()

    app = App(
        connector=PsycopgConnector(conninfo=conninfo, kwargs=_CONNECTION, min_size=1, max_size=4, configure=configure)
    )

    @app.task(name=_TASK, pass_context=True, retry=_AsDecided())
    async def apply(context: JobContext, /, **_arguments: Any) -> None:
        await work(context)

    return app


async def run_worker(app: App, queue: str, concurrency: int, stalled_after: float, *, look: float) -> None:
    """Runs procrastinate's worker; ends when it is cancelled, once the jobs under way are over, or when it fails.

    Args:
        app: open, as `worker_app` makes it.
        queue: whose jobs are done.
        concurrency: how many jobs at once.
        stalled_after: seconds after which a worker counts as dead.
        look: seconds between two looks for jobs that nobody announces: those whose pause is over.
    """
    await app.run_worker_async(
        queues=[queue],
        concurrency=concurrency,
        install_signal_handlers=False,
        fetch_job_polling_interval=look,
        update_heartbeat_interval=stalled_after / 3,
        stalled_worker_timeout=stalled_after,
    )


@dataclass(frozen=True, slots=True)
class Left:
    """What is left to do of one queue."""

    queue: str
    waiting: int


async def left(app: App) -> list[Left]:
    """The queues in which anything is left to do."""
    rows = await app.job_manager.list_queues_async(task=_TASK)
    return [Left(row["name"], row["todo"]) for row in rows if row["todo"] or row["doing"]]


async def waiting_in(app: App, queue: str) -> list[Job]:
    """The jobs that wait in a queue."""
    return list(await app.job_manager.list_jobs_async(queue=queue, task=_TASK, status=Status.TODO.value))


async def jobs_of(app: App, worker_id: int) -> frozenset[int]:
    """The jobs that the queue says a worker is doing."""
    found = await app.job_manager.list_jobs_async(task=_TASK, status=Status.DOING.value, worker_id=worker_id)
    return frozenset(job.id for job in found if job.id is not None)


async def stalled_jobs(app: App, stalled_after: float) -> list[Job]:
    """The jobs, for whatever files, whose workers gave no sign of life for so many seconds."""
    return list(await app.job_manager.get_stalled_jobs(task_name=_TASK, seconds_since_heartbeat=stalled_after))


async def give_back(app: App, job: Job) -> None:
    """Puts a job back into the queue, for now."""
    await app.job_manager.retry_job(job, retry_at=_LONG_AGO)


async def give_up(app: App, job: Job) -> None:
    """Ends a job as failed."""
    await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)


def put(app: App, queue: str, jobs: Mapping[str, dict[str, Any]]) -> None:
    """Puts jobs into a queue, all of them or none.

    Args:
        app: as `calling` gives it.
        queue: of the files that they are for.
        jobs: the arguments of each by its queueing lock: of jobs with the same lock only one can wait in the queue.

    Raises:
        AlreadyEnqueued: a job with one of the locks waits there.
    """
    made = [
        Job(queue=queue, lock=None, queueing_lock=lock, task_name=_TASK, task_kwargs=arguments)
        for lock, arguments in jobs.items()
    ]
    app.job_manager.batch_defer_jobs(made)


def jobs_in(app: App, *states: JobState) -> list[Job]:
    """Our jobs, in the order in which they were made; without states, all of them."""
    wanted = [status.value for status, state in STATES.items() if state in states] if states else [None]
    return [job for status in wanted for job in app.job_manager.list_jobs(task=_TASK, status=status)]


def withdraw(app: App, job_id: int) -> bool:
    """Takes a job out of the queue that nobody has begun; whether it was there still."""
    return app.job_manager.cancel_job_by_id(job_id)


def schema_text() -> str:
    """The statements that make procrastinate's tables, unqualified."""
    return SchemaManager.get_schema()


def migrations() -> dict[str, str]:
    """The texts of procrastinate's own migrations by name, in order; `schema_text` has all of them."""
    folder = migrations_path
    return {file.name: file.read_text(encoding="utf-8") for file in sorted(folder.glob("*.sql"))}


def _search_path(schema: str) -> tuple[str, list[str]]:
    """Sets what unqualified names mean, which procrastinate writes: the queue's schema and nothing else."""
    return "SELECT pg_catalog.set_config('search_path', %s, false)", [quoted(schema)]

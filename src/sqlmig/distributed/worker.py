"""`fleet worker`: does the queue's jobs, several at once, until it is stopped or the queue is empty.

procrastinate's worker takes jobs, beats its heart, and ends when it loses the server. Around it stands what lives
longer: the loop that connects again, takes jobs back from workers that died, and knows when nothing is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from sqlmig.api import Project
from sqlmig.database import database_url
from sqlmig.db.context import Stop
from sqlmig.db.history import read_standings
from sqlmig.db.session import session
from sqlmig.db.tenantstates import read_holds
from sqlmig.distributed.door import (
    LOST,
    App,
    Forgotten,
    Left,
    NotDone,
    calling,
    connection_failed,
    jobs_of,
    left,
    queue_of,
    run_worker,
    waiting_in,
    worker_app,
)
from sqlmig.distributed.queue import queued, read_jobs
from sqlmig.distributed.stalled import put_back
from sqlmig.distributed.station import Station
from sqlmig.distributed.tables import DEFAULT_SCHEMA, check_name, prepare
from sqlmig.errors import UsageError
from sqlmig.fleet.readback import at_head
from sqlmig.fleet.targets import tenant_target
from sqlmig.plan.heads import Heads
from sqlmig.plan.queued import (
    JobsForOthers,
    JobsPutBack,
    Manifest,
    ReadBack,
    ServerLost,
    Worked,
    WorkerEnd,
    WorkerEvent,
)
from sqlmig.plan.queueing import differences, manifest_id, newest_of_each, read_back
from sqlmig.plan.values import Target
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Tenant


class Until(Enum):
    """How long a worker works."""

    STOPPED = "stopped"
    EMPTY = "empty"
    """Until nothing is left in the queue: jobs that others do, or that wait to be tried again, are waited for."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker works."""

    queue_schema: str = DEFAULT_SCHEMA
    concurrency: int = 1
    """How many tenants at once."""
    until: Until = Until.STOPPED
    stalled_after: float = 30.0
    """Seconds without a sign of life after which a worker counts as dead; the same for all workers of a queue."""


_POLL: Final = 0.1
"""Seconds between two looks whether to stop."""

_LOOK: Final = 1.0
"""Seconds between two looks into the queue: jobs whose pause is over, and whether anything is left."""

_LOST_CANCELLATION: Final = 2.0
"""Seconds after which a cancellation that had no effect is taken for lost."""

_MOST_LIVES: Final = 12
"""How often in a row a worker connects in vain: some minutes, then whoever supervises it shall know."""

_LONGEST_PAUSE: Final = 30.0
"""Seconds between two tries to connect."""


def work(
    project: Project,
    options: WorkerOptions | None = None,
    *,
    stop: Stop | None = None,
    tell: Callable[[WorkerEvent], None] = lambda _event: None,
) -> Worked:
    """Does jobs until it is stopped, or until nothing is left.

    Not to be called on a thread with a running event loop: hand it to another one.

    Args:
        project: its files are read once.
        options: how to work.
        stop: ends the worker; runs that are under way end where it is safe, and their jobs go back.
        tell: is told what happens, from one thread.

    Raises:
        UsageError: the queue cannot live in that schema, or a pooler stands between.
        ConnectionFailed: the server cannot be used, or was gone for minutes.
    """
    options, stop = options or WorkerOptions(), stop or Stop()
    check_name(project.files, options.queue_schema)
    if options.concurrency < 1 or options.stalled_after <= 0:
        raise UsageError("a worker needs a concurrency of at least 1, and some time to be alive in")
    url = database_url(project.config)
    with session(url) as opened:
        prepare(opened, options.queue_schema)
    station = Station(project, options.queue_schema, options.concurrency, tell)
    try:
        end = asyncio.run(_Worker(url, options, stop, tell, station).run())
    finally:
        station.close()
    found = _read_back(project, options.queue_schema, station.here) if end is WorkerEnd.EMPTY else ReadBack()
    return Worked(end, dict(station.endings), found)


class _Worker:
    """One worker, through as many lives as connections to the server last."""

    def __init__(
        self, url: str, options: WorkerOptions, stop: Stop, tell: Callable[[WorkerEvent], None], station: Station
    ) -> None:
        self._url = url
        self._options = options
        self._stop = stop
        self._tell = tell
        self._station = station
        self._queue = queue_of(station.here)
        self._told: set[str] = set()

    async def run(self) -> WorkerEnd:
        """Lives again and again until there is a reason to end.

        Raises:
            ConnectionFailed: the server was gone for minutes.
        """
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(_told_elsewhere)
        lives = 0
        while True:
            began = loop.time()
            try:
                return await self._live()
            except LOST as error:
                lost = connection_failed(error)
                lives = 1 if loop.time() - began > 2 * _LONGEST_PAUSE else lives + 1
                if lives == _MOST_LIVES:
                    raise lost from error
            self._tell(ServerLost(lost.message))
            if await self._stopped_before(asyncio.sleep(min(_LONGEST_PAUSE, 0.5 * 2.0**lives))):
                return WorkerEnd.STOPPED

    async def _live(self) -> WorkerEnd:
        """Works as long as the server can be reached; raises one of LOST when it can no longer."""
        self._station.worker_id = None
        app = worker_app(self._url, self._options.queue_schema, self._station.work)
        try:
            if await self._stopped_before(app.open_async()):
                return WorkerEnd.STOPPED
            work = run_worker(app, self._queue, self._options.concurrency, self._options.stalled_after, look=_LOOK)
            tasks = asyncio.create_task(self._watch(app)), asyncio.create_task(work)
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if self._stop.requested:
                self._station.stop()
            return _end_of(*await self._ended(tasks))
        finally:
            await app.close_async()

    async def _ended(self, tasks: Sequence[asyncio.Task[Any]]) -> list[Any]:
        """Lets tasks end; to procrastinate's worker that means: take no more jobs, and wait for those under way.

        A cancellation can get lost (in asyncio.wait_for, before Python 3.12), so it is repeated, but never while a job
        is under way: the second one would not wait for it.
        """
        for task in tasks:
            task.cancel()
        while pending := [task for task in tasks if not task.done()]:
            await asyncio.wait(pending, timeout=_LOST_CANCELLATION)
            if not self._station.under_way:
                for task in pending:
                    task.cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, app: App) -> WorkerEnd:
        """Waits for a reason to end, and meanwhile takes jobs back from workers that died."""
        clock = asyncio.get_running_loop().time
        look_at = stalled_at = clock()
        suspects: frozenset[int] = frozenset()
        while not self._stop.requested:
            if clock() >= stalled_at:
                stalled_at = clock() + self._options.stalled_after / 3
                if back := await put_back(app, self._url, self._options.queue_schema, self._options.stalled_after):
                    self._tell(JobsPutBack(back))
            if clock() >= look_at:
                look_at = clock() + _LOOK
                suspects = await self._unfinished(app, suspects)
                queues = await left(app)
                await self._tell_of_others(app, queues)
                if self._options.until is Until.EMPTY and self._queue not in {one.queue for one in queues}:
                    return WorkerEnd.EMPTY
            await asyncio.sleep(_POLL)
        return WorkerEnd.STOPPED

    async def _unfinished(self, app: App, suspects: frozenset[int]) -> frozenset[int]:
        """Jobs that are over here, and under way for the queue: the message that says so may be on its way, or lost.

        Raises:
            Forgotten: one of them was there the last time. A worker's next life takes back what the last one forgot.
        """
        if self._station.worker_id is None:
            return frozenset()
        found = await jobs_of(app, self._station.worker_id) - self._station.under_way
        if found & suspects:
            raise Forgotten
        return found

    async def _tell_of_others(self, app: App, queues: Iterable[Left]) -> None:
        """Says once of each that there are jobs for other files, and what is not the same."""
        for one in queues:
            if one.queue == self._queue or not one.waiting or one.queue in self._told:
                continue
            self._told.add(one.queue)
            if found := queued(await waiting_in(app, one.queue)):
                job = found[0].job
                different = differences(job.manifest, self._station.here)
                self._tell(JobsForOthers(len(found), manifest_id(job.manifest), different, job.asked_by))

    async def _stopped_before(self, awaitable: Awaitable[object]) -> bool:
        """Waits for something, but not beyond a request to stop; whether that came first."""
        task = asyncio.ensure_future(awaitable)
        while not task.done():
            if self._stop.requested:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
                return True
            await asyncio.wait([task], timeout=_POLL)
        task.result()
        return False


def _end_of(watch: WorkerEnd | BaseException, work: BaseException | None) -> WorkerEnd:
    """How a life ended; raises what ended it, when that was no decision."""
    if isinstance(work, BaseException) and not isinstance(work, (asyncio.CancelledError, *LOST)):
        raise work
    if isinstance(watch, WorkerEnd):
        return watch
    for error in (watch, work):
        if error is not None and not isinstance(error, asyncio.CancelledError):
            raise error
    # procrastinate's worker ends by itself, and says nothing, when its heartbeat or its listener fails.
    raise Forgotten


def _read_back(project: Project, queue_schema: str, here: Manifest) -> ReadBack:
    url, files = database_url(project.config), project.files
    with session(url) as opened, calling(url, queue_schema) as app:
        jobs = newest_of_each(read_jobs(app, opened, queue_schema))
        standings = read_standings(opened, project.config.history_schema)
        held = {key for _, key in read_holds(opened, project.config.history_schema)}
        tenants = project.tenants() if jobs else ()
        digests = {identity: digest for identity, (digest, _) in standings.items()}
        heads = Heads(files)
        targets = {target.identity: target for target in _targets(files, tenants)}
        elsewhere = (one for one in targets.values() if digests.get(one.identity) not in (None, heads.of(one).digest))
        there = at_head(opened, project.config.history_schema, heads, elsewhere)
    digests |= {identity: heads.of(targets[identity]).digest for identity in there}
    kinds = {tenant.id: kind.name if (kind := files.kind(tenant)) is not None else None for tenant in tenants}
    return read_back(jobs, here, kinds, digests, held)


def _targets(files: ProjectFiles, tenants: Iterable[Tenant]) -> Iterator[Target]:
    return (tenant_target(track, tenant) for tenant in tenants for track in files.tenant_tracks)


def _told_elsewhere(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A job whose end could not be written down is found and put back: nobody needs a traceback for it."""
    if not isinstance(context.get("exception"), (NotDone, *LOST)):
        loop.default_exception_handler(context)

"""Worker threads, each with a connection of its own. They only do; whoever hired them decides."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlmig.db import failures
from sqlmig.db.lane import Lane
from sqlmig.errors import ConnectionFailed
from sqlmig.fleet.desk import Desk
from sqlmig.fleet.stage import Assignment, StageEnded
from sqlmig.plan.adapting import in_a_row
from sqlmig.plan.events import Event
from sqlmig.plan.results import Outcome
from sqlmig.plan.retry import Remedy
from sqlmig.plan.values import Step, Target


@dataclass(frozen=True, slots=True)
class Began:
    """A worker has taken targets."""

    worker: int
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """A worker has done with an assignment."""

    worker: int
    ended: StageEnded
    heard: threading.Event | None = None
    """Where something failed: the worker begins nothing more until somebody has set this, with the last one."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A worker has not begun an assignment: the run is to stop."""

    assignment: Assignment


@dataclass(frozen=True, slots=True)
class Crashed:
    """A worker met what nobody foresaw: a fault of sqlmig's own."""

    worker: int
    error: BaseException


@dataclass(frozen=True, slots=True)
class Resigned:
    """A worker could not get a connection of its own, and others go on without it."""

    worker: int
    why: str


News = Began | tuple[Finished, ...] | GivenBack | Resigned | Crashed | Event
Serve = Callable[[int, Lane, Sequence[Assignment], Callable[[], Step | None]], Sequence[StageEnded]]
"""Runs the assignments of a worker."""


_LOOK_FOR_THE_END = 0.1
"""Seconds between two looks whether the run is at its end while a failure is judged."""


class Crew:
    """Workers that take assignments from a desk, and what they have to say."""

    def __init__(
        self,
        connect: Callable[[], Lane],
        serve: Serve,
        *,
        stopping: Callable[[], bool],
        limit: int,
        targets: int,
        rows: bool = False,
    ) -> None:
        """Hires nobody yet.

        Args:
            connect: opens a worker's lane.
            serve: runs an assignment.
            stopping: whether nothing more is to be begun.
            limit: how many workers may be at work.
            targets: how many targets a connection serves before it is opened anew.
            rows: whether a worker may take several targets at once.
        """
        self.desk: Desk[Assignment] = Desk(limit)
        self.news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._connect = connect
        self._serve = serve
        self._stopping = stopping
        self._targets = targets
        self._rows = rows
        self._hiring = threading.Lock()
        self._wanted = 0
        self._first_tried = False
        """Whether worker 0 has tried to connect: it comes first, and never goes, for it has work whatever the limit."""
        self._threads: list[threading.Thread] = []
        self._connected: set[int] = set()
        """The workers that have, or had, a connection."""

    @property
    def size(self) -> int:
        """How many workers have, or had, a connection."""
        return len(self._connected)

    def hire(self, count: int) -> None:
        """Sees to it that there are so many workers; the others follow when the first has tried to connect."""
        with self._hiring:
            self._wanted = max(self._wanted, count)
            self._start(self._wanted if self._first_tried else min(count, 1))

    def close(self) -> None:
        """Sends the workers home, and waits until they have gone."""
        self.desk.close()
        for thread in self._threads:
            thread.join()

    def _start(self, count: int) -> None:
        for number in range(len(self._threads), count):
            thread = threading.Thread(target=self._work, args=(number,), name=f"sqlmig-worker-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self, number: int) -> None:
        lane: Lane | None = None
        try:
            served, length = 0, 1
            tasks = self._next(number)
            while tasks:
                if self._stopping():
                    if lane is not None:
                        # The transaction that was opened ahead for it holds its lock.
                        lane.release()
                    self._give_back(tasks)
                    tasks = self._next(number)
                    continue
                if lane is None or lane.session.broken or served >= self._targets:
                    try:
                        lane, served = self._renewed(lane, number), 0
                    except ConnectionFailed as error:
                        self._give_back(tasks[1:])
                        if self._resigns(number, tasks[0], error):
                            return
                        tasks = self._next(number)
                        continue
                if self._rows:
                    most = min(length, self._targets - served)
                    tasks += self.desk.take_more(number, most - len(tasks))
                upcoming = _Upcoming(self.desk, number, last=served + len(tasks) >= self._targets)
                self.news.put(Began(number, tuple(one.plan.target for one in tasks)))
                began = time.monotonic()
                ended = self._serve(number, lane, tasks, upcoming)
                served += len(ended)
                length = in_a_row(len(ended), time.monotonic() - began)
                self._tell(number, ended)
                left = tasks[len(ended) :]
                tasks = left + ([upcoming.task] if upcoming.task is not None else []) or self._next(number)
        except BaseException as error:  # noqa: BLE001  told to the thread that hired, which ends the run with it
            self.news.put(Crashed(number, error))
        finally:
            if lane is not None:
                lane.close()

    def _next(self, number: int) -> list[Assignment]:
        """What the worker does next; nothing when it goes home."""
        task = self.desk.take(number)
        return [task] if task is not None else []

    def _give_back(self, tasks: Sequence[Assignment]) -> None:
        for task in tasks:
            self.news.put(GivenBack(task))

    def _tell(self, number: int, ended: Sequence[StageEnded]) -> None:
        """Tells how they ended; what has failed may be a reason to begin nothing more, so that is waited for."""
        heard = threading.Event() if any(one.outcome is Outcome.FAILED for one in ended) else None
        last = len(ended) - 1
        self.news.put(tuple(Finished(number, one, heard if at == last else None) for at, one in enumerate(ended)))
        while heard is not None and not heard.wait(_LOOK_FOR_THE_END) and not self.desk.closed:
            pass

    def _renewed(self, lane: Lane | None, number: int) -> Lane:
        try:
            if lane is None:
                lane = self._connect()
                self._connected.add(number)
            else:
                lane.renew()
            return lane
        finally:
            with self._hiring:
                self._first_tried = True
                self._start(self._wanted)

    def _resigns(self, number: int, task: Assignment, error: ConnectionFailed) -> bool:
        """Whether a worker goes that could not get a connection: one that never had any, where others have one."""
        if number > 0 and number not in self._connected and self._connected:
            self.news.put(GivenBack(task))
            self.news.put(Resigned(number, error.message))
            return True
        failure = failures.connection_lost(task.steps[0], error.message)
        ended = StageEnded(task, task.plan, task.first, Outcome.FAILED, (), failure, Remedy.RECONNECT)
        self.news.put((Finished(number, ended),))
        return False


class _Upcoming:
    """Takes a worker's next assignment when its present one comes to the end, so that both share a message."""

    def __init__(self, desk: Desk[Assignment], worker: int, *, last: bool) -> None:
        self._desk = desk
        self._worker = worker
        self._last = last
        self.task: Assignment | None = None

    def __call__(self) -> Step | None:
        if self._last:
            return None
        self.task = self.task or self._desk.take_now(self._worker)
        return self.task.steps[0] if self.task is not None else None

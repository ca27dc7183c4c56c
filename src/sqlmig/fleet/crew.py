"""Worker threads, each with a connection of its own. They only do; whoever hired them decides."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass

from sqlmig.db import failures
from sqlmig.db.lane import Lane
from sqlmig.errors import ConnectionFailed
from sqlmig.fleet.desk import Desk
from sqlmig.fleet.stage import Assignment, StageEnded
from sqlmig.plan.events import Event, TargetBegan
from sqlmig.plan.results import Outcome
from sqlmig.plan.retry import Remedy
from sqlmig.plan.values import Step


@dataclass(frozen=True, slots=True)
class Finished:
    """A worker has done with an assignment."""

    worker: int
    ended: StageEnded


@dataclass(frozen=True, slots=True)
class GivenBack:
    """A worker has not begun an assignment: the run is to stop."""

    assignment: Assignment


@dataclass(frozen=True, slots=True)
class Crashed:
    """A worker met what nobody foresaw: a fault of sqlmig's own."""

    worker: int
    error: BaseException


News = Finished | GivenBack | Crashed | Event
Serve = Callable[[int, Lane, Assignment, Callable[[], Step | None]], StageEnded]
"""Runs the assignment of a worker."""


class Crew:
    """Workers that take assignments from a desk, and what they have to say."""

    def __init__(
        self, connect: Callable[[], Lane], serve: Serve, *, stopping: Callable[[], bool], limit: int, targets: int
    ) -> None:
        """Hires nobody yet.

        Args:
            connect: opens a worker's lane.
            serve: runs an assignment.
            stopping: whether nothing more is to be begun.
            limit: how many workers may be at work.
            targets: how many targets a connection serves before it is opened anew.
        """
        self.desk: Desk[Assignment] = Desk(limit)
        self.news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._connect = connect
        self._serve = serve
        self._stopping = stopping
        self._targets = targets
        self._threads: list[threading.Thread] = []

    def hire(self, count: int) -> None:
        """Sees to it that there are so many workers."""
        for number in range(len(self._threads), count):
            thread = threading.Thread(target=self._work, args=(number,), name=f"sqlmig-worker-{number}", daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """Sends the workers home, and waits until they have gone."""
        self.desk.close()
        for thread in self._threads:
            thread.join()

    def _work(self, number: int) -> None:
        lane: Lane | None = None
        try:
            served = 0
            task = self.desk.take(number)
            while task is not None:
                if self._stopping():
                    self.news.put(GivenBack(task))
                    task = self.desk.take(number)
                    continue
                if lane is None or lane.session.broken or (served and served % self._targets == 0):
                    lane = self._renewed(lane, number, task)
                    if lane is None:
                        task = self.desk.take(number)
                        continue
                served += 1
                upcoming = _Upcoming(self.desk, number, last=served % self._targets == 0)
                self.news.put(TargetBegan(number, task.plan.target))
                self.news.put(Finished(number, self._serve(number, lane, task, upcoming)))
                task = upcoming.task or self.desk.take(number)
        except BaseException as error:  # noqa: BLE001  told to the thread that hired, which ends the run with it
            self.news.put(Crashed(number, error))
        finally:
            if lane is not None:
                lane.close()

    def _renewed(self, lane: Lane | None, number: int, task: Assignment) -> Lane | None:
        """A lane that works; None, and the assignment given back, when none can be had."""
        try:
            if lane is None:
                return self._connect()
            lane.renew()
        except ConnectionFailed as error:
            step = task.steps[0]
            failure = failures.connection_lost(step, error.message)
            ended = StageEnded(task, task.plan, task.first, Outcome.FAILED, (), failure, Remedy.RECONNECT)
            self.news.put(Finished(number, ended))
            return None
        return lane


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

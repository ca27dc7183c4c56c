"""How many workers are at work: more while all is well, fewer when the server, or the locks, say so."""

from __future__ import annotations

import time

from sqlmig.fleet.crew import Crew
from sqlmig.fleet.stage import StageEnded
from sqlmig.plan.adapting import Workers, fixed
from sqlmig.plan.budget import LockTable, budget
from sqlmig.plan.events import Observer, Told, WorkersChanged
from sqlmig.plan.results import Outcome


class Pace:
    """The number of a crew's workers, and what it learns from each target."""

    def __init__(self, workers: Workers, crew: Crew, observer: Observer, *, alone: bool) -> None:
        """Takes what the number may be, whose it is, and whether there is one target only."""
        self._workers = workers
        self._crew = crew
        self._observer = observer
        self._alone = alone
        self._locks: LockTable | None = None

    @property
    def now(self) -> int:
        """How many there may be at this moment."""
        return self._workers.now

    def look(self, locks: LockTable) -> None:
        """Takes the server's lock table as it is before this process takes anything of it."""
        self._locks = locks

    def learn(self, ended: StageEnded, busy: int) -> None:
        """Draws its conclusions from a target that a worker has let go of.

        Args:
            ended: what the worker came to.
            busy: how many targets this process has in hand.
        """
        before = self._workers.now
        well = 1 if ended.outcome is Outcome.DONE else 0
        error = ended.failure.error if ended.failure is not None else None
        errors = [error.sqlstate] if error is not None else []
        self._workers = self._workers.after(well, errors, time.monotonic())
        if self._workers.now != before:
            self._change(self._workers.why or "")
            self._crew.hire(min(self._workers.now, busy))
        self._count_locks(ended)

    def _count_locks(self, ended: StageEnded) -> None:
        """From the first target's own locks: whether the lock table has room for all workers; fewer, where not."""
        locks = max((step.locks for step in ended.steps), default=0)
        if self._locks is None or not locks:
            return
        found = budget(locks, self._workers.now, self._locks)
        self._locks = None
        if not self._alone:
            self._observer(Told(str(found)))
        if not found.fits:
            self._workers = fixed(max(found.fitting, 1))
            self._change("the lock table has no room for more")

    def _change(self, why: str) -> None:
        self._crew.desk.limit = self._workers.now
        self._observer(WorkersChanged(self._workers.now, why))

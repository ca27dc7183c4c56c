"""Trying for another run's locks: never by waiting inside the server, nor beyond patience or a request to stop."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from enum import Enum

from sqlmig.db import failures
from sqlmig.db.context import RunContext
from sqlmig.db.locks import Keys, holders, objects_key
from sqlmig.db.session import Session
from sqlmig.plan.results import Failure, Holder, Outcome
from sqlmig.plan.retry import Remedy
from sqlmig.plan.values import Step

POLL = 0.2
"""Seconds between two tries, before jitter."""
POLL_OBJECTS = 0.035
"""The same for the lock of what all targets share: it is held for one step, and many wait for it in turn."""
OBJECTS_PATIENCE = 2.0
"""Seconds to try for that one at least."""
SETTLING = 5.0
"""Seconds for which a request to stop waits for what became of a COMMIT whose answer was lost: its server process
may need a moment before it lets go of the locks."""


class Ended(Exception):
    """Carries an outcome out of an attempt, after everything was rolled back."""

    def __init__(self, outcome: Outcome, failure: Failure | None = None, remedy: Remedy | None = None) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome
        self.failure = failure
        self.remedy = remedy or _REMEDIES.get(outcome)
        """What the failure calls for."""


_REMEDIES = {Outcome.FAILED: Remedy.FAIL, Outcome.BLOCKED: Remedy.RETRY}


class Obstacle(Enum):
    """Whose lock was not to be had."""

    TARGET = "target"
    """Another run holds the target, or the shared tracks."""
    OBJECTS = "objects"
    """Another process's step changes what all targets share."""


class Polling:
    """The time between tries for the locks of one step."""

    def __init__(
        self,
        session: Session,
        step: Step,
        context: RunContext,
        patience: float | None = None,
        *,
        settling: bool = False,
    ) -> None:
        """Begins the time.

        Args:
            session: outside of a transaction whenever it pauses.
            step: whose locks they are.
            context: of the run.
            patience: seconds to try; None for the configuration's.
            settling: whether an earlier attempt's COMMIT waits to be looked up.
        """
        self._session = session
        self._step = step
        self._context = context
        self._patience = context.lock_wait if patience is None else patience
        self._began = time.monotonic()
        self._heeds_stop_after = SETTLING if settling else 0.0
        self._told = False
        self.blockers: tuple[Holder, ...] = ()
        """Who held the locks when they were last tried in vain."""

    @property
    def seconds(self) -> float:
        """Since the first try."""
        return time.monotonic() - self._began

    def pause(self, obstacle: Obstacle = Obstacle.TARGET) -> None:
        """Waits before the next try; tells once who holds the locks.

        Raises:
            Ended: the run shall stop, or the time is up.
        """
        if obstacle is Obstacle.OBJECTS:
            self.pause_for_objects()
            return
        step, context = self._step, self._context
        self._look(context.keys(step.target))
        self._unless_stopped()
        if self.seconds >= self._patience:
            raise Ended(Outcome.BLOCKED, failures.lock_not_obtained(step, self._patience, self.blockers))
        self._sleep(POLL * (0.5 + random.random()))  # noqa: S311  jitter is no secret

    def pause_for_objects(self) -> None:
        """The same for the lock of what all targets share: who has it has it for a moment, and need not be told of.

        Raises:
            Ended: the run shall stop, or the time is up.
        """
        step, context = self._step, self._context
        self._unless_stopped()
        patience = max(self._patience, OBJECTS_PATIENCE)
        if self.seconds >= patience:
            self._look(replace(context.keys(step.target), objects=objects_key(context.history)))
            raise Ended(Outcome.BLOCKED, failures.objects_not_obtained(step, patience, self.blockers))
        self._sleep(POLL_OBJECTS * (0.6 + 0.8 * random.random()))  # noqa: S311  jitter is no secret

    def _look(self, keys: Keys) -> None:
        found = tuple(holders(self._session, keys))
        self.blockers = found or self.blockers
        if found and not self._told:
            self._context.on_wait(self._step.target, list(found))
            self._told = True

    def _sleep(self, seconds: float) -> None:
        if self._context.stop.requested:
            time.sleep(seconds)
        else:
            self._context.stop.sleep(seconds)

    def _unless_stopped(self) -> None:
        if self._context.stop.requested and self.seconds >= self._heeds_stop_after:
            raise Ended(Outcome.INTERRUPTED, failures.interrupted(self._step))

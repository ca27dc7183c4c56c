"""Trying for another run's locks: never by waiting inside the server, nor beyond patience or a request to stop."""

from __future__ import annotations

import random
import time

from sqlmig.db import failures
from sqlmig.db.context import RunContext
from sqlmig.db.locks import holders
from sqlmig.db.session import Session
from sqlmig.plan.results import Failure, Holder, Outcome
from sqlmig.plan.values import Step

POLL = 0.2
"""Seconds between two tries, before jitter."""


class Ended(Exception):
    """Carries an outcome out of an attempt, after everything was rolled back."""

    def __init__(self, outcome: Outcome, failure: Failure | None = None) -> None:
        super().__init__(outcome.value)
        self.outcome = outcome
        self.failure = failure


class Polling:
    """The time between tries for the locks of one step."""

    def __init__(self, session: Session, step: Step, context: RunContext) -> None:
        self._session = session
        self._step = step
        self._context = context
        self._began = time.monotonic()
        self._told = False
        self.blockers: tuple[Holder, ...] = ()
        """Who held the locks when they were last tried in vain."""

    @property
    def seconds(self) -> float:
        """Since the first try."""
        return time.monotonic() - self._began

    def pause(self) -> None:
        """Waits before the next try; tells once who holds the locks.

        Raises:
            Ended: the run shall stop, or the time is up.
        """
        step, context = self._step, self._context
        found = tuple(holders(self._session, context.keys(step.target)))
        self.blockers = found or self.blockers
        if found and not self._told:
            context.on_wait(step.target, list(found))
            self._told = True
        if context.stop.requested:
            raise Ended(Outcome.INTERRUPTED, failures.interrupted(step))
        if self.seconds >= context.lock_wait:
            raise Ended(Outcome.BLOCKED, failures.lock_not_obtained(step, context.lock_wait, self.blockers))
        context.stop.sleep(POLL * (0.5 + random.random()))  # noqa: S311  jitter is no secret

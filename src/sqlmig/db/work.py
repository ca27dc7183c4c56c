"""Steps that share a transaction, and what they cost while they are tried."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from sqlmig.db import failures, records, riders
from sqlmig.db.messages import Guarding
from sqlmig.plan.results import Failure, Holder, Outcome, ServerError, StepResult
from sqlmig.plan.retry import Remedy
from sqlmig.plan.values import Step


@dataclass
class Work:
    """Steps of one target that share a transaction, and what they cost so far."""

    steps: tuple[Step, ...]
    digests: tuple[records.Digests, ...]
    attempts: int
    """The number of the attempt under way, from 1; earlier trials count."""
    waited: float
    """Seconds, in all of them."""
    guarding: Guarding = Guarding.EACH
    behind: tuple[riders.Link, ...] = ()
    """Steps that ride along behind the COMMIT, each in a transaction of its own."""
    rode: list[riders.Done] = field(default_factory=list)
    """Those of them that are done."""
    stuck: riders.Stuck | None = None
    """The one that an error came from."""
    began: float = field(default_factory=time.monotonic)
    """When the attempt under way began, on the client's clock."""
    at: int = 0
    """Which of the steps is under way."""
    seconds: list[float] = field(default_factory=list)
    """How long those took that have run."""
    locks: list[int] = field(default_factory=list)
    """How many lock table entries the transaction held behind each of them; 0 where nobody counted."""
    notes: list[str] = field(default_factory=list)
    """What people are told of those that have run."""
    blockers: tuple[Holder, ...] = ()
    in_file: bool = False
    """Whether the file is what the server is busy with: only then its positions are the file's."""
    committing: bool = False
    """Whether the message with COMMIT was sent in this attempt, and not answered."""
    lost: ServerError | None = None
    """How the connection broke at COMMIT; until the history has been read again, nobody knows what became of it."""
    settled: ServerError | None = None
    """The same, once the history has said that these steps are done: of those that ride along it said nothing."""

    @property
    def step(self) -> Step:
        """The one under way."""
        return self.steps[self.at]

    def begin(self) -> None:
        """The transaction is open, and nothing has run in it."""
        self.began = time.monotonic()
        self.seconds.clear()
        self.locks.clear()
        self.notes.clear()

    @property
    def leaves(self) -> frozenset[str]:
        """The digests that the target has after these steps, or after some of those that ride along."""
        key = self.steps[-1].target.identity
        riding = (link.digests.after for link in self.behind if link.step.target.identity == key)
        return frozenset((self.digests[-1].after, *riding))

    def result(self, outcome: Outcome, failure: Failure | None = None, cure: Remedy | None = None) -> StepResult:
        """What the step under way came to."""
        if failure is not None:
            failure = failures.with_those_before(failure, self.at)
        seconds = time.monotonic() - self.began
        return StepResult(self.step, outcome, seconds, self.waited, self.attempts, failure, self.blockers, cure)

    def done(self) -> tuple[StepResult, ...]:
        """What the steps came to, all of them being committed."""
        # Of the last one nothing is known but that it was done, when the answer to its COMMIT was lost.
        seconds = [*self.seconds, time.monotonic() - self.began][: len(self.steps)]
        locks = [*self.locks, 0][: len(self.steps)]
        return tuple(
            StepResult(
                step, Outcome.DONE, took, self.waited, self.attempts, None, self.blockers, None, held, notes=told
            )
            for step, took, held, told in zip(self.steps, seconds, locks, self._told(), strict=True)
        )

    def _told(self) -> list[tuple[str, ...]]:
        """The notes, with the last of the steps: most transactions have one."""
        return [*[()] * (len(self.steps) - 1), tuple(self.notes)]

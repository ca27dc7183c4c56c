"""A connection that runs steps one after the other: one message to the server for each when all is well.

    the file, as it was rendered; what puts its traces away, the guard, the history rows, COMMIT;
    and the opening of the next step's transaction

Where something is to be done between the file and COMMIT (a verify file, a look from outside), these are two messages;
the first step of all is opened by one of its own. A step and its history rows commit together, or neither does: the
answers tell how many statements of a message ran, and when the connection breaks, the next opening reads what became
of the step. Nothing is guessed.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlmig.db import failures, messages, records
from sqlmig.db.context import RunContext, Waiting
from sqlmig.db.errors import ServerRefused
from sqlmig.db.guard import OUTSIDE
from sqlmig.db.messages import Guarding, Opened, Opening
from sqlmig.db.polling import Ended, Obstacle, Polling
from sqlmig.db.riders import Link
from sqlmig.db.session import Session
from sqlmig.db.transaction import Ahead, Transaction
from sqlmig.db.work import Work
from sqlmig.errors import ConnectionFailed
from sqlmig.plan.results import Outcome, ServerError, StepResult
from sqlmig.plan.retry import Remedy, pause_before, remedy
from sqlmig.plan.values import Step

_LOOK_FOR_STOP = 0.1
"""Seconds between two looks at a request to stop while another thread's step is waited for."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How a step is tried this time; earlier trials count."""

    number: int = 1
    """Of this trial, from 1."""
    waited: float = 0.0
    """Seconds that earlier trials waited."""
    patience: float = 0.0
    """Seconds to keep trying for another run's advisory locks in place; 0: give up at once."""


class Lane:
    """One connection that runs steps one after the other, and opens the next one's transaction with the last COMMIT.

    What a file leaves behind is put away in its own transaction; nothing of a step stays with the session.
    """

    def __init__(self, session: Session, context: RunContext, waiting: Waiting, alone: threading.Lock) -> None:
        """Takes a connection that nobody else uses.

        Args:
            session: opened again when it breaks.
            context: of the run.
            waiting: sees who is in the way.
            alone: one for all lanes of a process: held by the step that changes what all targets share.
        """
        context.stop.follow(session)
        self.session = session
        self._context = context
        self._waiting = waiting
        self._alone = alone
        self._ahead: Ahead | None = None

    def run(self, step: Step, digests: records.Digests, trial: Trial, following: Step | None = None) -> StepResult:
        """Tries a step once; a lost connection is opened again, and the history asked, as often as is configured.

        Args:
            step: runs in a transaction.
            digests: the target's digest that the plan was made on, and the one that the step leaves.
            trial: how it is tried.
            following: what this lane runs next, if all goes well; its transaction may be opened with this COMMIT.

        Returns:
            BLOCKED with the remedy RETRY when somebody was in the way: everything was rolled back.
        """
        return self.run_together((step,), (digests,), trial, following)[0]

    def run_together(
        self, steps: Sequence[Step], digests: Sequence[records.Digests], trial: Trial, following: Step | None = None
    ) -> tuple[StepResult, ...]:
        """Tries steps of one target in one transaction, as `run` does one: all of them are done, or none.

        Returns:
            One result for each step when they are done; otherwise only that of the step that was not.
        """
        work = Work(tuple(steps), tuple(digests), trial.number, trial.waited, messages.guarding(steps))
        return self._tried(work, trial.patience, following)

    def run_in_a_row(self, links: Sequence[Link], trial: Trial, following: Step | None = None) -> list[StepResult]:
        """Tries steps one after the other, each in its own transaction, and all of them in one message.

        Args:
            links: the steps; all but the first `may_ride`.
            trial: how the first is tried; the others are tried for the first time.
            following: what this lane runs behind them.

        Returns:
            The results up to the first that is not good. When all are good and there are fewer than steps, the rest
            has not begun, for a reason that it will meet again.
        """
        results: list[StepResult] = []
        lost: ServerError | None = None
        for number, first in enumerate(links):
            work = Work((first.step,), (first.digests,), trial.number, trial.waited, behind=tuple(links[number + 1 :]))
            work.lost = lost
            results += self._tried(work, trial.patience, following)
            trial = Trial()
            if work.settled is None:
                if results[-1].outcome is Outcome.DONE:
                    results += self._of_riders(work)
                break
            # The connection broke on the way: the history says of each step whether it is done.
            lost = work.settled
        return results

    def release(self) -> None:
        """Rolls back what was opened ahead."""
        if self._ahead is not None:
            self._ahead = None
            self._roll_back()

    def renew(self) -> None:
        """Goes on with a fresh connection.

        Raises:
            ConnectionFailed: it cannot be had.
        """
        self.release()
        self.session.reopen()

    def close(self) -> None:
        """Closes the connection, and so rolls back what was opened ahead."""
        self._ahead = None
        self.session.close()

    def _tried(self, work: Work, patience: float, following: Step | None) -> tuple[StepResult, ...]:
        try:
            if self.session.broken:
                self._ahead = None
                self.session.reopen()
            with self._alone_where_needed(work):
                return self._run(work, patience, following)
        except ConnectionFailed as error:
            # It may have been a second connection that could not be had.
            self._roll_back()
            lost = failures.connection_lost(work.step, error.message)
            return (work.result(Outcome.FAILED, lost, Remedy.RECONNECT),)
        except Ended as ended:
            return (work.result(ended.outcome, ended.failure, ended.remedy),)

    def _of_riders(self, first: Work) -> list[StepResult]:
        """What those came to that rode along."""
        results = [StepResult(one.link.step, Outcome.DONE, one.seconds, locks=one.locks) for one in first.rode]
        stuck = first.stuck
        if stuck is None:
            return results
        work = Work((stuck.link.step,), (stuck.link.digests,), 1, 0.0, blockers=first.blockers)
        work.began = first.began + sum(first.seconds) + sum(result.duration for result in results)
        work.in_file = stuck.in_file
        try:
            self._recover(work, stuck.said)
        except Ended as ended:
            results.append(work.result(ended.outcome, ended.failure, ended.remedy))
        except ConnectionFailed as error:
            lost = failures.connection_lost(work.step, error.message)
            results.append(work.result(Outcome.FAILED, lost, Remedy.RECONNECT))
        return results

    def _run(self, work: Work, patience: float, following: Step | None) -> tuple[StepResult, ...]:
        while True:
            try:
                self._attempt(work, patience, following)
                return work.done()
            except Ended as ended:
                self._roll_back()
                error = ended.failure.error if ended.failure is not None else None
                if self._context.stop.requested and error is not None and error.sqlstate == "57014":
                    raise Ended(Outcome.INTERRUPTED, failures.interrupted(work.step)) from None
                raise
            except ServerRefused as refused:
                said = refused.said
                if work.behind and said.syntax and said.offset is not None and said.offset > len(work.step.sql.text):
                    # It is not this step's: the one that it belongs to shall be told of it.
                    work.behind = ()
                    if self._roll_back():
                        continue
                if not work.in_file:
                    if self._guard_each(work, said):
                        continue
                    said = replace(said, offset=None, completed=None)
                self._recover(work, said)

    def _guard_each(self, work: Work, said: ServerError) -> bool:
        """Whether the files shall run again, with the guard behind each: one of several was refused, and not named."""
        if said.sqlstate != OUTSIDE or work.guarding is Guarding.EACH or len(work.steps) == 1:
            return False
        work.guarding = Guarding.EACH
        return self._roll_back()

    def _attempt(self, work: Work, patience: float, following: Step | None) -> None:
        work.at, work.in_file, work.committing = 0, False, False
        opening, found = self._open(work, patience)
        lost, work.lost = work.lost, None
        if lost is not None and found.digest in work.leaves:
            # The attempt whose answer was lost had committed.
            work.settled = lost
            self._roll_back()
            return
        work.begin()
        if found.digest != work.digests[0].before:
            raise Ended(Outcome.MOVED)
        if lost is not None and work.attempts > self._context.config.apply.attempts:
            gave_up = failures.gave_up(work.step, lost, work.attempts - 1, work.blockers)
            raise Ended(Outcome.FAILED, gave_up, Remedy.RECONNECT)
        if self._context.stop.requested:
            raise Ended(Outcome.INTERRUPTED, failures.interrupted(work.step))
        transaction = Transaction(self.session, self._context, self._waiting, opening, found)
        self._ahead = transaction.run(work, following)
        if self._ahead is None:
            self._roll_back()

    def _open(self, work: Work, patience: float) -> tuple[Opening, Opened]:
        """Has the transaction open, with the locks held: by the message before, or by one sent until they are."""

        def opening() -> Opening:
            return messages.opening(self.session, work.steps, self._context)

        ahead, self._ahead = self._ahead, None
        if ahead is not None:
            if ahead.serves(work.steps, opening):
                return ahead.opening, ahead.found
            self._roll_back()
        wanted = opening()
        polling: Polling | None = None
        while True:
            found = messages.opened(self.session.ask("; ".join(wanted.statements)))
            if found.obstacle is None:
                work.waited += polling.seconds if polling is not None else 0.0
                return wanted, found
            self._roll_back()
            settling = work.lost is not None
            polling = polling or Polling(self.session, work.step, self._context, patience, settling=settling)
            self._pause(work, polling, found.obstacle)

    def _pause(self, work: Work, polling: Polling, obstacle: Obstacle) -> None:
        try:
            polling.pause(obstacle)
        except Ended as ended:
            work.waited += polling.seconds
            if work.lost is None:
                raise
            # An earlier attempt's COMMIT has not been settled: then that is what there is to say.
            raise Ended(ended.outcome, failures.unsettled(work.step, work.lost.message), ended.remedy) from None
        finally:
            work.blockers = polling.blockers or work.blockers

    def _recover(self, work: Work, said: ServerError) -> None:
        """Rolls back and decides; returns when the step shall be tried again.

        Raises:
            Ended: it shall not, not here and now.
        """
        stop, most = self._context.stop, self._context.config.apply.attempts
        cure = remedy("08006" if self.session.broken else said.sqlstate, said.message)
        if work.committing and self.session.broken:
            work.lost = said
        if not self._roll_back():
            cure = Remedy.RECONNECT
        if stop.requested and work.lost is None and (said.sqlstate == "57014" or cure.again):
            raise Ended(Outcome.INTERRUPTED, failures.interrupted(work.step))
        if not cure.again:
            failed = failures.statement_failed(work.step, said, halts=cure is Remedy.HALT)
            raise Ended(Outcome.FAILED, failed, cure)
        if work.lost is None and (cure is Remedy.RETRY or work.attempts >= most):
            outcome = Outcome.BLOCKED if cure is Remedy.RETRY else Outcome.FAILED
            raise Ended(outcome, failures.gave_up(work.step, said, work.attempts, work.blockers), cure)
        if work.lost is not None and work.attempts >= 2 * most:
            raise Ended(Outcome.FAILED, failures.unsettled(work.step, work.lost.message), Remedy.RECONNECT)
        pause = pause_before(work.attempts + 1, random.random())  # noqa: S311  jitter is no secret
        work.waited += pause
        stop.sleep(pause)
        if cure is Remedy.RECONNECT:
            try:
                self.session.reopen()
            except ConnectionFailed:
                if work.attempts + 1 >= most or stop.requested:
                    raise
        work.attempts += 1

    @contextmanager
    def _alone_where_needed(self, work: Work) -> Iterator[None]:
        """Lets no other lane of this process change what all targets share while a step of these does."""
        if not any(step.shared for step in work.steps):
            yield
            return
        # Nobody shall wait for a transaction that waits for its turn.
        self.release()
        began = time.monotonic()
        while not self._alone.acquire(timeout=_LOOK_FOR_STOP):
            if self._context.stop.requested:
                raise Ended(Outcome.INTERRUPTED, failures.interrupted(work.step))
        work.waited += time.monotonic() - began
        try:
            yield
        finally:
            self._alone.release()

    def _roll_back(self) -> bool:
        """Ends what is open; a connection on which that cannot be done is closed, and the server ends it."""
        try:
            self.session.rollback()
        except ServerRefused:
            self.session.close()
            return False
        return True

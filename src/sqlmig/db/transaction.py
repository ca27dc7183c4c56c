"""What happens inside of a transaction that is open: files, what stands behind each of them, COMMIT."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlmig.db import failures, messages, records, riders, roles, undo
from sqlmig.db.context import RunContext, Waiting
from sqlmig.db.errors import ServerRefused
from sqlmig.db.guard import check_elsewhere, verify
from sqlmig.db.messages import Guarding, Opened, Opening
from sqlmig.db.polling import Ended
from sqlmig.db.session import Answer, Session
from sqlmig.db.work import Work
from sqlmig.plan.results import Outcome
from sqlmig.plan.values import Step
from sqlmig.project.model import Scope


@dataclass(frozen=True, slots=True)
class Ahead:
    """A transaction that the last COMMIT's message has opened."""

    step: Step
    opening: Opening
    found: Opened

    def serves(self, steps: Sequence[Step], opening: Callable[[], Opening]) -> bool:
        """Whether it is what these steps need: a step may have been made anew meanwhile, or may run with others."""
        return (len(steps) == 1 and steps[0] is self.step) or self.opening == opening()


@dataclass(frozen=True, slots=True)
class _Behind:
    """What follows a file's closing in its message."""

    statements: tuple[str, ...]
    needed: int
    """How many of them must have run for the step to be good."""
    riding: Sequence[riders.Link] = ()
    ahead: Opening | None = None
    """Of the next step's transaction, which stands behind the last COMMIT."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """An open transaction that holds the locks, and what it takes to run steps in it."""

    session: Session
    context: RunContext
    waiting: Waiting
    opening: Opening
    found: Opened

    def run(self, work: Work, following: Step | None) -> Ahead | None:
        """Runs the steps, records them and commits.

        Args:
            work: the steps.
            following: whose transaction may be opened with the COMMIT.

        Raises:
            Ended: a step may not be kept; the transaction is still open.
            ServerRefused: with what the server said, or the connection broke.
            ConnectionFailed: a second connection was needed, and could not be had.
        """
        if not self.found.schema_exists:
            if work.step.target.scope is Scope.TENANT:
                raise Ended(Outcome.FAILED, failures.missing_schema(work.step.target))
            roles.make_target_schema(self.session, self.context.config, work.step.target)
        held = "{}"
        for number in range(len(work.steps) - 1):
            work.at = number
            answer, _ = self._step(work, held, self._going_on)
            if work.guarding is Guarding.EACH:
                held = answer.row(-1)[0] or held
        work.at = len(work.steps) - 1
        answer, behind = self._step(work, held, lambda done: self._committing(done, following))
        if behind.ahead is None or following is None or answer.error is not None:
            # Whatever keeps the next step from its beginning, it meets again on its own account.
            return None
        found = messages.opened(answer)
        return Ahead(following, behind.ahead, found) if found.obstacle is None else None

    def _going_on(self, work: Work) -> _Behind:
        following = work.steps[work.at + 1]
        if work.guarding is Guarding.EACH:
            statements = messages.going_on(self.session, following, self.context)
        else:
            statements = messages.settings(self.session, following, self.context)
        return _Behind(statements, len(statements))

    def _committing(self, work: Work, following: Step | None) -> _Behind:
        if self.context.stop.requested:
            return _Behind(("COMMIT",), 1)
        last = (work.behind[-1].step,) if work.behind else work.steps
        if following is None or not messages.rides_along(last, following):
            return _Behind(("COMMIT",), 1, work.behind)
        return _Behind(("COMMIT",), 1, work.behind, messages.opening(self.session, (following,), self.context))

    def _step(self, work: Work, held: str, behind: Callable[[Work], _Behind]) -> tuple[Answer, _Behind]:
        """A file and what stands behind it, in one message where that may be; otherwise in two.

        Args:
            work: what the file is of.
            held: what the guard shall not hold against it.
            behind: says what follows its closing; asked when nothing but that is left to be sent.
        """
        step, began = work.step, time.monotonic()
        in_one = messages.goes_in_one(step, self.context) and not self.session.replicates_synchronously
        if not in_one:
            self._file(work)
        duration = None if in_one else time.monotonic() - began
        closing = self._closing(work, duration, held)
        follows = behind(work)
        answer = self._send(work, closing, follows, step if in_one else None)
        if duration is None:
            last = answer.row(len(step.statements) + len(closing) - 1)
            # Where nothing was recorded yet, the client's clock is what there is.
            duration = float(last[-2] or 0) if len(last) > 1 else time.monotonic() - began
        work.seconds.append(duration)
        return answer, follows

    def _closing(self, work: Work, duration: float | None, held: str) -> tuple[str, ...]:
        context, key, digest = self.context, self.opening.keys.target, work.digests[work.at].after
        attempt = records.Attempt(context.run_id, context.origin, duration, work.waited, work.attempts)
        if work.guarding is Guarding.EACH:
            return messages.closing(self.session, work.step, context, digest, attempt, held=held, key=key)
        if work.at < len(work.steps) - 1:
            return messages.tidying(context)
        earlier = tuple(
            messages.record(step, context, digests.after, replace(attempt, duration=seconds))
            for step, digests, seconds in zip(work.steps[:-1], work.digests, work.seconds, strict=False)
        )
        return messages.closing(
            self.session, work.step, context, digest, attempt, held=held, key=key, unrecorded=earlier
        )

    def _file(self, work: Work) -> None:
        """The file, and what has to be done before it and looked at behind it."""
        step, session, config = work.step, self.session, self.context.config
        role = roles.run_as(config, step.target)
        before = roles.left_to_others(session, step, role)
        keeping = undo.keeping_of(config)
        copying = undo.statements_before(step, self.context, keeping)
        with self._watched(work):
            if copying:
                session.run("; ".join(copying))
            roles.take_on(session, config, step)
            work.in_file = True
            session.ask(step.sql.text)
            work.in_file = False
            if session.healthy:
                verify(session, step)
        if not session.healthy:
            raise Ended(Outcome.FAILED, failures.ended_transaction(step))
        check_elsewhere(session, step)
        roles.check_owners(session, step, role, before=before)
        session.speak_utf8()
        if undo.is_undoable(step, config):
            session.run(records.OWN_ROLE)
            work.notes += map(str, undo.restore_after(session, step, self.context.history))
            for statement in undo.statements_behind(step, self.context, keeping):
                session.run(statement)

    def _send(self, work: Work, closing: tuple[str, ...], behind: _Behind, file: Step | None) -> Answer:
        """What stands behind a file, and the file itself if it comes along.

        Once the message is sent, either all of it up to COMMIT happens, or nothing. What comes behind COMMIT does not
        change what became of the step.
        """
        ran = len(file.statements) if file is not None else 0
        own = ran + len(closing) + len(behind.statements)
        # A comment at the end of the file may not swallow what follows.
        text = (f"{file.sql.text}\n;" if file is not None else "") + "; ".join((*closing, *behind.statements))
        riding, placed = riders.riding(self.session, behind.riding, self.context, statements=own, characters=len(text))
        text += riding
        if behind.ahead is not None:
            text += "; " + "; ".join(behind.ahead.statements)
        work.committing = behind.statements[0] == "COMMIT"
        if file is None and not placed:
            answer = self.session.exchange(text)
        else:
            with self._watched(work):
                answer = self.session.exchange(text)
        if answer.error is not None and answer.completed < ran + len(closing) + behind.needed:
            work.in_file = answer.completed < ran
            raise ServerRefused(answer.error)
        work.committing = False
        work.locks.append(int(answer.row(ran + len(closing) - 1)[0] or 0))
        work.rode, work.stuck = riders.arrived(answer, placed)
        return answer

    @contextmanager
    def _watched(self, work: Work) -> Iterator[None]:
        """What takes time: it is seen who is in the way, and a request to stop cancels it."""
        target, context = work.step.target, self.context
        self.waiting.begin(self.found.pid, lambda holders: context.on_wait(target, holders))
        context.stop.cancellable(self.session)
        try:
            yield
        finally:
            context.stop.cancellable(None)
            work.blockers = tuple(self.waiting.end()) or work.blockers

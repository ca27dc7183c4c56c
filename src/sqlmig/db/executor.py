"""Runs one step in one transaction: three messages to the server when all is well.

    1. BEGIN, settings, locks, and what the history says now that the locks are held
    2. the file, as it was rendered
    3. the guard, the history rows, COMMIT

A step and its history rows commit together, or neither does. When the connection breaks, the next attempt's first
message reads what became of it: nothing is guessed.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, replace

from sqlmig.db import failures, history, records
from sqlmig.db.context import RunContext, Waiting
from sqlmig.db.errors import ServerRefused
from sqlmig.db.locks import transaction_locks
from sqlmig.db.polling import Ended, Polling
from sqlmig.db.session import Session, beside, make_schema, set_config, text_of
from sqlmig.errors import ConnectionFailed
from sqlmig.plan.results import Failure, Holder, Outcome, ServerError, StepResult
from sqlmig.plan.retry import Remedy, pause_before, remedy
from sqlmig.plan.values import Step
from sqlmig.project.model import Scope
from sqlmig.sql.classify import creates_other_than_relations, drops
from sqlmig.sql.statements import split


@dataclass
class _Clock:
    """What a step cost so far."""

    began: float
    attempts: int = 0
    waited: float = 0.0
    attempt_began: float = 0.0
    blockers: tuple[Holder, ...] = ()
    in_file: bool = False
    """Whether the file is what the server is busy with: only then its positions are the file's."""
    committing: bool = False
    """Whether the message with COMMIT was sent in this attempt."""
    lost: ServerError | None = None
    """How the connection broke at COMMIT; until the history has been read again, nobody knows what became of it."""


def run_in_transaction(
    session: Session, step: Step, digests: records.Digests, context: RunContext, waiting: Waiting
) -> StepResult:
    """Runs a step in a transaction, again when somebody was in the way.

    Args:
        session: the connection; opened again when it breaks.
        step: what runs.
        digests: the target's digest that the plan was made on, and the one that the step leaves.
        context: of the run.
        waiting: sees who is in the way.
    """
    clock = _Clock(time.monotonic())
    while True:
        clock.attempts += 1
        try:
            _attempt(session, step, digests, context, waiting, clock)
            return _result(step, Outcome.DONE, clock)
        except Ended as ended:
            session.rollback()
            said_no = ended.failure.error if ended.failure is not None else None
            if context.stop.requested and said_no is not None and said_no.sqlstate == "57014":
                return _result(step, Outcome.INTERRUPTED, clock, failures.interrupted(step))
            return _result(step, ended.outcome, clock, ended.failure)
        except ServerRefused as error:
            said = error.said
            if not clock.in_file:
                said = replace(said, offset=None, completed=None)
            clock.in_file = False
            gave_up = _recover(session, step, said, context, clock)
            if gave_up is not None:
                return _result(step, gave_up.outcome, clock, gave_up.failure)


def _attempt(
    session: Session, step: Step, digests: records.Digests, context: RunContext, waiting: Waiting, clock: _Clock
) -> None:
    now = _open(session, step, context, clock)
    clock.attempt_began = time.monotonic()
    if now.digest == digests.after and clock.attempts > 1:
        # The attempt whose answer was lost had committed.
        session.rollback()
        return
    if now.digest != digests.before:
        raise Ended(Outcome.MOVED)
    lost, clock.lost = clock.lost, None
    if lost is not None and clock.attempts > context.config.apply.attempts:
        raise Ended(Outcome.FAILED, failures.gave_up(step, lost, clock.attempts - 1, clock.blockers))
    if context.stop.requested:
        raise Ended(Outcome.INTERRUPTED, failures.interrupted(step))
    if not now.schema_exists:
        _make_schema(session, step)
    _run_file(session, step, context, waiting, now.pid, clock)
    check_elsewhere(session, step)
    _commit(session, step, digests, context, clock)


@dataclass(frozen=True, slots=True)
class _Now:
    """What the first message found, the locks being held."""

    pid: int
    digest: str | None
    schema_exists: bool


def _open(session: Session, step: Step, context: RunContext, clock: _Clock) -> _Now:
    """The first message, sent until both locks are obtained."""
    keys = context.keys(step.target)
    settings = context.settings(step)
    if session.checks_client:
        settings["client_connection_check_interval"] = "1s"
    query, parameters = set_config(settings, "true")
    # A snapshot taken before the lock was obtained would show the state before the other run's commit.
    begin = "BEGIN ISOLATION LEVEL READ COMMITTED"
    message = f"{begin}; {query}; {transaction_locks(keys)}; {history.now(context.history)}"
    parameters |= {"shared_key": keys.shared, "target_key": keys.target}
    parameters |= {"track": step.target.track, "target": step.target.key, "schema": step.target.schema}
    polling = Polling(session, step, context)
    while True:
        _, [(locked,)], [(pid, exists, digest)] = session.run(message, parameters)
        if locked:
            clock.waited += polling.seconds
            return _Now(pid, digest, exists)
        session.rollback()
        try:
            polling.pause()
        except Ended as ended:
            clock.waited += polling.seconds
            raise Ended(ended.outcome, _unless_lost(clock, step, ended.failure)) from None
        finally:
            clock.blockers = polling.blockers or clock.blockers


def _unless_lost(clock: _Clock, step: Step, failure: Failure | None) -> Failure | None:
    """The failure, unless an earlier attempt's COMMIT has not been settled: then that is what there is to say."""
    return failure if clock.lost is None else failures.unsettled(step, clock.lost.message)


def _make_schema(session: Session, step: Step) -> None:
    if step.target.scope is Scope.TENANT:
        raise Ended(Outcome.FAILED, failures.missing_schema(step.target))
    make_schema(session, step.target.schema)


def _run_file(session: Session, step: Step, context: RunContext, waiting: Waiting, pid: int, clock: _Clock) -> None:
    """The file and its verify file: what takes time, and so can be cancelled."""
    waiting.begin(pid, lambda found: context.on_wait(step.target, found))
    context.stop.cancellable(session)
    try:
        clock.in_file = True
        session.run(step.sql.text)
        clock.in_file = False
        if session.healthy:
            verify(session, step)
    finally:
        context.stop.cancellable(None)
        clock.blockers = tuple(waiting.end()) or clock.blockers
    if not session.healthy:
        raise Ended(Outcome.FAILED, failures.ended_transaction(step))


def verify(session: Session, step: Step) -> None:
    """Runs the verify file's statements; a row that comes back is a fault."""
    if step.verify is None:
        return
    for statement in split(step.verify.text):
        place = step.verify.place(statement.start)
        try:
            rows = session.rows(statement.text)
        except ServerRefused as error:
            said = error.said
            if remedy(said.sqlstate, said.message) is not Remedy.FAIL:
                raise
            at = step.verify.place(statement.start + (said.offset or 0))
            raise Ended(Outcome.FAILED, failures.not_verified(step, said.message, at, statement, said)) from None
        if rows:
            what = f"a row came back: {rows[0]}"
            raise Ended(Outcome.FAILED, failures.not_verified(step, what, place, statement, None))


def check_elsewhere(session: Session, step: Step) -> None:
    """What the guard's own view cannot tell: what was dropped is gone from this transaction's catalog.

    Another session still sees it, and whose it was.

    Raises:
        Ended: a tenant's step drops or alters what is not the tenant's.
    """
    telling = any(drops(statement) or creates_other_than_relations(statement) for statement in step.statements)
    if step.target.scope is Scope.SHARED or not telling:
        return
    gone = [row[0] for row in session.rows(text_of("dropped"))]
    objects = session.rows(text_of("objects"))
    if not gone and not objects:
        return
    schema = step.target.schema
    with beside(session) as observer:
        relations = observer.rows(text_of("dropped_elsewhere"), {"relations": gone, "schema": schema})
        parameters = {"classes": [row[0] for row in objects], "objects": [row[1] for row in objects], "schema": schema}
        others = observer.rows(text_of("objects_elsewhere"), parameters)
    allowed = set(step.script.directives.touches)
    names = [f"{name} (dropped)" for (name,) in relations if name not in allowed] + [name for (name,) in others]
    if names:
        raise Ended(Outcome.FAILED, failures.outside(step, ", ".join(names)))


def _commit(session: Session, step: Step, digests: records.Digests, context: RunContext, clock: _Clock) -> None:
    """The last message. It is not cancelled: either all of it arrives, or the next attempt reads what became of it."""
    duration = time.monotonic() - clock.attempt_began
    attempt = records.Attempt(context.run_id, context.origin, duration, clock.waited, clock.attempts)
    record, parameters = records.record_step(context.history, step, digests.after, attempt)
    epilogue = "; ".join((*GUARD, *TIDY, "SELECT pg_catalog.pg_advisory_unlock_all()")).replace("%", "%%")
    clock.committing = True
    session.run(f"{epilogue}; {record}; COMMIT", parameters)


TIDY = (
    # Nothing that a file set may reach the next target.
    "RESET SESSION AUTHORIZATION",
    "RESET ROLE",
    "RESET ALL",
    "DISCARD TEMP",
    "CLOSE ALL",
    "UNLISTEN *",
)
GUARD = (
    # Deferred constraints speak now, before the guard looks at the locks that their triggers take.
    "SET CONSTRAINTS ALL IMMEDIATE",
    text_of("guard").strip(),
)


def _recover(session: Session, step: Step, said: ServerError, context: RunContext, clock: _Clock) -> Ended | None:
    """Rolls back and decides: None means try again."""
    cure = remedy("08006" if session.broken else said.sqlstate, said.message)
    if clock.committing and session.broken:
        clock.lost = said
    clock.committing = False
    try:
        session.rollback()
    except ServerRefused:
        cure = Remedy.RECONNECT
    stopped = said.sqlstate == "57014" or cure in (Remedy.RETRY, Remedy.RECONNECT)
    if context.stop.requested and stopped and clock.lost is None:
        return Ended(Outcome.INTERRUPTED, failures.interrupted(step))
    if cure is Remedy.FAIL or cure is Remedy.HALT:
        return Ended(Outcome.FAILED, failures.statement_failed(step, said, halts=cure is Remedy.HALT))
    if clock.attempts >= context.config.apply.attempts and clock.lost is None:
        outcome = Outcome.BLOCKED if cure is Remedy.RETRY else Outcome.FAILED
        return Ended(outcome, failures.gave_up(step, said, clock.attempts, clock.blockers))
    pause = pause_before(clock.attempts + 1, random.random())  # noqa: S311  jitter is no secret
    clock.waited += pause
    context.stop.sleep(pause)
    if cure is Remedy.RECONNECT:
        try:
            session.reopen()
        except ConnectionFailed as error:
            if clock.attempts + 1 >= context.config.apply.attempts or context.stop.requested:
                return Ended(Outcome.FAILED, failures.connection_lost(step, error.message))
    return None


def _result(step: Step, outcome: Outcome, clock: _Clock, failure: Failure | None = None) -> StepResult:
    began = clock.attempt_began or clock.began
    return StepResult(step, outcome, time.monotonic() - began, clock.waited, clock.attempts, failure, clock.blockers)

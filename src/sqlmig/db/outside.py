"""Runs one step outside of a transaction, statement by statement, so that a crash at any point can be told.

A statement that may run in a transaction gets one of its own, which also records that it ran. One that may not, such
as CREATE INDEX CONCURRENTLY, is framed by two rows: the intent before it, the result after it. After a crash between
the two, the catalog tells what became of it.
"""

from __future__ import annotations

import random
import time

from sqlmig.db import failures, history, records
from sqlmig.db.context import RunContext, Waiting
from sqlmig.db.errors import ServerRefused
from sqlmig.db.framed import run_framed, settle
from sqlmig.db.guard import TIDY, verify
from sqlmig.db.locks import release_session_locks, try_session_locks
from sqlmig.db.polling import Ended, Polling
from sqlmig.db.roles import make_target_schema, take_on
from sqlmig.db.session import Session
from sqlmig.db.statement import run_in_its_own
from sqlmig.db.underway import Underway
from sqlmig.errors import ConnectionFailed
from sqlmig.plan.results import Outcome, ServerError, StepResult
from sqlmig.plan.retry import Remedy, pause_before, remedy
from sqlmig.plan.values import Step
from sqlmig.project.model import Scope
from sqlmig.sql.outside import outside_transaction
from sqlmig.sql.statements import Statement


def run_outside_transaction(
    session: Session,
    step: Step,
    digests: records.Digests,
    context: RunContext,
    waiting: Waiting,
    *,
    attempts_before: int = 0,
    waited_before: float = 0.0,
    patience: float | None = None,
) -> StepResult:
    """Runs a `transaction off` step, from where an earlier run left it.

    Safe in several threads, each with a session of its own.

    Args:
        session: the connection; opened again when it breaks.
        step: what runs.
        digests: the target's digest that the plan was made on, and the one that the step leaves.
        context: of the run.
        waiting: sees who is in the way.
        attempts_before: how often the step was tried before.
        waited_before: seconds that those trials waited.
        patience: seconds to wait in one place, for another run's locks or for old snapshots. When somebody is in the
            way for longer, or of a statement, that is the result, for the caller to try again. None: the
            configuration says how long to wait, and who is in the way of a statement is met by trying again here.
    """
    seconds = context.lock_wait if patience is None else patience
    run = Underway(session, step, digests, context, waiting, time.monotonic(), seconds, attempts_before, waited_before)
    while True:
        run.attempts += 1
        try:
            _attempt(run, first=run.attempts == attempts_before + 1)
            return _result(run, Ended(Outcome.DONE))
        except Ended as ended:
            return _result(run, ended)
        except ServerRefused as error:
            ended_by = _recover(run, error.said, tries_again=patience is None)
            if ended_by is not None:
                return _result(run, ended_by)
        finally:
            _let_go(run)


def _attempt(run: Underway, *, first: bool) -> None:
    if run.session.pooled:
        raise Ended(Outcome.FAILED, failures.pooled(run.step))
    _take_locks(run)
    target = run.step.target
    run.pid, exists, digest = run.session.rows(
        history.now(run.context.history), {"track": target.track, "target": target.key, "schema": target.schema}
    )[0]
    progress = history.read_progress(run.session, run.context.history, target)
    if digest == run.digests.after and progress is None and not first:
        return
    if digest != run.digests.before or not history.same_work(progress, run.step):
        raise Ended(Outcome.MOVED)
    if not exists:
        if target.scope is Scope.TENANT:
            raise Ended(Outcome.FAILED, failures.missing_schema(target))
        make_target_schema(run.session, run.context.config, target)
    _set_session(run)
    run.done = progress.done if progress is not None else 0
    if progress is not None and progress.began:
        run.done += settle(run, progress)
    for statement in run.step.statements[run.done :]:
        run.statement = statement
        if run.context.stop.requested:
            raise Ended(Outcome.INTERRUPTED, failures.interrupted_outside(run.step, run.done))
        run.hold_on_to_schema()
        _run_statement(run, statement)
        run.done = statement.number
    run.statement = None
    _finish(run)


def _take_locks(run: Underway) -> None:
    """Session locks: a transaction's would end with the first statement."""
    keys = run.context.keys(run.step.target)
    polling = Polling(run.session, run.step, run.context, run.patience)
    try:
        while not try_session_locks(run.session, keys):
            polling.pause()
    finally:
        run.blockers = polling.blockers or run.blockers
        run.waited += polling.seconds


def _set_session(run: Underway) -> None:
    """Settings for the session; what the file does not bring itself is off: a timeout kills CONCURRENTLY half way."""
    directives = run.step.script.directives
    run.session.set(
        dict(run.session.own_settings)
        | run.context.settings(run.step)
        | {"lock_timeout": directives.lock_timeout or "0", "statement_timeout": directives.statement_timeout or "0"}
    )


def _run_statement(run: Underway, statement: Statement) -> None:
    """In a transaction together with its record, unless the text says, or the server, that it cannot be."""
    if outside_transaction(statement) is None:
        try:
            run_in_its_own(run, statement, statement.text)
        except ServerRefused as error:
            if run.session.broken or error.said.sqlstate not in _NOT_IN_TRANSACTION:
                raise
            if run.step.target.scope is Scope.TENANT and error.said.sqlstate == "2D000":
                run.session.rollback()
                raise Ended(Outcome.FAILED, failures.commits_by_itself(run.step, statement)) from None
            run.session.rollback()
        else:
            return
    run_framed(run, statement)


_NOT_IN_TRANSACTION = {
    "25001",  # active_sql_transaction: what an extension adds to the statements that the text tells
    "2D000",  # invalid_transaction_termination: a procedure that commits
}


def _finish(run: Underway) -> None:
    """The history rows, when every statement has run."""
    duration = time.monotonic() - run.began
    detail = {"plain": run.plain} if run.plain else None
    attempt = records.Attempt(run.context.run_id, run.context.origin, duration, run.waited, run.attempts, detail)
    record, parameters = records.record_step(run.context.history, run.step, run.digests.after, attempt)
    forget = records.forget_progress(run.context.history)
    run.hold_on_to_schema()
    run.session.run("BEGIN")
    take_on(run.session, run.context.config, run.step)
    verify(run.session, run.step)
    run.session.run(f"{records.OWN_ROLE}; {forget}; {record}; COMMIT", parameters)


def _recover(run: Underway, said: ServerError, *, tries_again: bool) -> Ended | None:
    """Decides what a server error means; None means go on from what the history says."""
    statement, run.statement = run.statement, None
    cure = remedy("08006" if run.session.broken else said.sqlstate, said.message)
    try:
        run.session.rollback()
    except ServerRefused:
        cure = Remedy.RECONNECT
    half_way, run.half_way = run.half_way or run.session.broken, False
    ended = _give_up(run, statement, said, cure, tries_again=tries_again)
    if ended is not None:
        if half_way and statement is not None and ended.failure is not None:
            ended.failure = failures.half_way(ended.failure, statement)
        return ended
    pause = pause_before(run.attempts + 1, random.random())  # noqa: S311  jitter is no secret
    run.waited += pause
    run.context.stop.sleep(pause)
    if cure is Remedy.RECONNECT:
        try:
            run.session.reopen()
        except ConnectionFailed as failed:
            if run.attempts + 1 >= run.context.config.apply.attempts:
                return Ended(Outcome.FAILED, failures.connection_lost(run.step, failed.message), Remedy.RECONNECT)
    return None


def _give_up(
    run: Underway, statement: Statement | None, said: ServerError, cure: Remedy, *, tries_again: bool
) -> Ended | None:
    """The outcome when there is to be no other attempt."""
    if run.context.stop.requested and cure is not Remedy.HALT:
        return Ended(Outcome.INTERRUPTED, failures.interrupted_outside(run.step, run.done))
    if not cure.again:
        failure = failures.failed_outside(run.step, statement, said, run.done, halts=cure is Remedy.HALT)
        return Ended(Outcome.FAILED, failure, cure)
    if run.attempts >= run.context.config.apply.attempts or (cure is Remedy.RETRY and not tries_again):
        outcome = Outcome.BLOCKED if cure is Remedy.RETRY else Outcome.FAILED
        return Ended(outcome, failures.failed_outside(run.step, statement, said, run.done), cure)
    return None


def _let_go(run: Underway) -> None:
    """Nothing of this step stays with the session: neither settings nor locks."""
    if run.session.broken:
        return
    try:
        run.session.rollback()
        for message in TIDY:
            run.session.run(message)
        release_session_locks(run.session)
    except ServerRefused:
        # A session that cannot be tidied may not serve another target.
        run.session.close()


def _result(run: Underway, ended: Ended) -> StepResult:
    return StepResult(
        run.step,
        ended.outcome,
        time.monotonic() - run.began,
        run.waited,
        run.attempts,
        ended.failure,
        run.blockers,
        ended.remedy,
        plain=tuple(run.plain),
    )

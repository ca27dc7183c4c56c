"""Runs one step outside of a transaction, statement by statement, so that a crash at any point can be told.

A statement that may run in a transaction gets one of its own, which also records that it ran. One that may not, such
as CREATE INDEX CONCURRENTLY, is framed by two rows: the intent before it, the result after it. After a crash between
the two, the catalog tells what became of it.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlmig.db import failures, history, records
from sqlmig.db.context import RunContext, Waiting
from sqlmig.db.errors import ServerRefused
from sqlmig.db.executor import GUARD, TIDY, check_elsewhere, verify
from sqlmig.db.locks import release_session_locks, try_session_locks
from sqlmig.db.polling import Ended, Polling
from sqlmig.db.probe import Found, clean, probe
from sqlmig.db.session import Session, make_schema
from sqlmig.errors import ConnectionFailed
from sqlmig.plan.results import Failure, Holder, Outcome, ServerError, StepResult
from sqlmig.plan.retry import Remedy, pause_before, remedy
from sqlmig.plan.values import Progress, Step
from sqlmig.project.model import Scope
from sqlmig.sql.leftovers import IndexBuilt, IndexRebuilt, Leftover, PartitionDetached, leaves
from sqlmig.sql.outside import outside_transaction
from sqlmig.sql.statements import Statement


@dataclass
class _Run:
    """One step under way, and what it cost so far."""

    session: Session
    step: Step
    digests: records.Digests
    context: RunContext
    waiting: Waiting
    began: float
    attempts: int = 0
    waited: float = 0.0
    blockers: tuple[Holder, ...] = ()
    done: int = 0
    """How many statements are known to have run."""
    statement: Statement | None = None
    """The one that the server is busy with."""
    half_way: bool = False
    """Whether that one stays begun: what became of it, or of what it left, is for the next attempt to settle."""
    pid: int = 0


def run_outside_transaction(
    session: Session, step: Step, digests: records.Digests, context: RunContext, waiting: Waiting
) -> StepResult:
    """Runs a `transaction off` step, from where an earlier run left it.

    Args:
        session: the connection; opened again when it breaks.
        step: what runs.
        digests: the target's digest that the plan was made on, and the one that the step leaves.
        context: of the run.
        waiting: sees who is in the way.
    """
    run = _Run(session, step, digests, context, waiting, time.monotonic())
    while True:
        run.attempts += 1
        try:
            _attempt(run)
            return _result(run, Outcome.DONE)
        except Ended as ended:
            return _result(run, ended.outcome, ended.failure)
        except ServerRefused as error:
            ended_by = _recover(run, error.said)
            if ended_by is not None:
                return _result(run, ended_by.outcome, ended_by.failure)
        finally:
            _let_go(run)


def _attempt(run: _Run) -> None:
    if run.session.pooled:
        raise Ended(Outcome.FAILED, failures.pooled(run.step))
    _take_locks(run)
    target = run.step.target
    run.pid, exists, digest = run.session.rows(
        history.now(run.context.history), {"track": target.track, "target": target.key, "schema": target.schema}
    )[0]
    progress = history.read_progress(run.session, run.context.history, target)
    if digest == run.digests.after and progress is None and run.attempts > 1:
        return
    if digest != run.digests.before or not history.same_work(progress, run.step):
        raise Ended(Outcome.MOVED)
    if not exists:
        if target.scope is Scope.TENANT:
            raise Ended(Outcome.FAILED, failures.missing_schema(target))
        make_schema(run.session, target.schema)
    _set_session(run)
    run.done = progress.done if progress is not None else 0
    if progress is not None and progress.began:
        run.done += _settle(run, progress)
    for statement in run.step.statements[run.done :]:
        run.statement = statement
        if run.context.stop.requested:
            raise Ended(Outcome.INTERRUPTED, failures.interrupted_outside(run.step, run.done))
        _hold_on_to_schema(run)
        _run_statement(run, statement)
        run.done = statement.number
    run.statement = None
    _finish(run)


def _take_locks(run: _Run) -> None:
    """Session locks: a transaction's would end with the first statement."""
    keys = run.context.keys(run.step.target)
    polling = Polling(run.session, run.step, run.context)
    try:
        while not try_session_locks(run.session, keys):
            polling.pause()
    finally:
        run.blockers = polling.blockers or run.blockers
        run.waited += polling.seconds


def _set_session(run: _Run) -> None:
    """Settings for the session; what the file does not bring itself is off: a timeout kills CONCURRENTLY half way."""
    directives = run.step.script.directives
    check = {"client_connection_check_interval": "1s"} if run.session.checks_client else {}
    run.session.set(
        run.context.settings(run.step)
        | {"lock_timeout": directives.lock_timeout or "0", "statement_timeout": directives.statement_timeout or "0"}
        | check
    )


def _hold_on_to_schema(run: _Run) -> None:
    """Whatever the statement before set: names are looked up in the target, and the guard knows whose it is."""
    settings = run.context.settings(run.step)
    run.session.set({name: settings[name] for name in settings if name == "search_path" or name.startswith("sqlmig.")})


def _run_statement(run: _Run, statement: Statement) -> None:
    """In a transaction together with its record, unless the text says, or the server, that it cannot be."""
    if outside_transaction(statement) is None:
        try:
            _run_in_its_own(run, statement)
        except ServerRefused as error:
            if run.session.broken or error.said.sqlstate not in _NOT_IN_TRANSACTION:
                raise
            if run.step.target.scope is Scope.TENANT and error.said.sqlstate == "2D000":
                run.session.rollback()
                raise Ended(Outcome.FAILED, failures.commits_by_itself(run.step, statement)) from None
            run.session.rollback()
        else:
            return
    _run_framed(run, statement)


_NOT_IN_TRANSACTION = {
    "25001",  # active_sql_transaction: what an extension adds to the statements that the text tells
    "2D000",  # invalid_transaction_termination: a procedure that commits
}


def _run_in_its_own(run: _Run, statement: Statement) -> None:
    """A statement and the record that it ran, in one transaction."""
    lock_timeout = run.step.script.directives.lock_timeout or run.context.config.apply.lock_timeout
    run.session.run("BEGIN; SELECT pg_catalog.set_config('lock_timeout', %(v)s, true)", {"v": lock_timeout})
    _send(run, statement)
    if not run.session.healthy:
        raise Ended(Outcome.FAILED, failures.ended_transaction(run.step))
    check_elsewhere(run.session, run.step)
    record, parameters = records.progress_after(run.context, run.step, statement.number)
    guard = "; ".join(GUARD).replace("%", "%%")
    run.session.run(f"{guard}; {record}; COMMIT", parameters)


def _run_framed(run: _Run, statement: Statement) -> None:
    """A statement that cannot run in a transaction: intent, statement, result."""
    leftover = leaves(statement)
    schema = run.step.target.schema
    before = probe(run.session, leftover, schema)
    if isinstance(leftover, IndexBuilt):
        if before is Found.HALF:
            raise Ended(Outcome.FAILED, failures.foreign_leftover(run.step, statement, leftover))
        if run.step.target.scope is Scope.TENANT:
            _only_own_table(run, statement, leftover)
    existed = before is not Found.NOTHING
    records.intend(run.session, run.context, run.step, statement, existed=existed)
    run.half_way = True
    try:
        _send(run, statement)
    except ServerRefused:
        if not run.session.broken:
            _withdraw(run, statement, leftover, existed=existed)
        raise
    run.half_way = False
    if isinstance(leftover, IndexBuilt) and probe(run.session, leftover, schema) is not Found.DONE:
        raise Ended(Outcome.FAILED, failures.foreign_leftover(run.step, statement, leftover))
    records.withdraw(run.session, run.context, run.step, statement.number)


def _withdraw(run: _Run, statement: Statement, leftover: Leftover | None, *, existed: bool) -> None:
    """The statement failed: takes away what it left, as far as nobody is in the way of that.

    Whoever kept the statement waiting keeps its clean-up waiting too. The next run has the patience.
    """
    schema = run.step.target.schema
    try:
        run.session.set({"lock_timeout": run.context.config.apply.lock_timeout})
        if isinstance(leftover, IndexBuilt | IndexRebuilt) and not existed:
            clean(run.session, leftover, schema)
        if isinstance(leftover, PartitionDetached) and probe(run.session, leftover, schema) is not Found.NOTHING:
            return
        records.withdraw(run.session, run.context, run.step, statement.number - 1)
    except ServerRefused:
        return
    run.half_way = False


def _settle(run: _Run, progress: Progress) -> int:
    """Finds out what became of a statement that was begun: 1 when it is done, 0 when it must run again."""
    statement = run.step.statements[progress.done] if progress.done < len(run.step.statements) else None
    run.statement, run.half_way = statement, True
    begun = history.statement_of(progress)
    leftover = leaves(begun) if begun is not None else None
    schema = run.step.target.schema
    found = probe(run.session, leftover, schema)
    same = statement is not None and begun is not None and statement.text == begun.text
    if found is Found.UNKNOWN:
        raise Ended(Outcome.FAILED, failures.unknown_outcome(run.step, progress))
    if found is Found.HALF and not progress.existed:
        with _watched(run):
            found = clean(run.session, leftover, schema)
    run.half_way = False
    if found is Found.DONE and same and not (progress.existed and isinstance(leftover, IndexBuilt)):
        records.withdraw(run.session, run.context, run.step, progress.done + 1)
        return 1
    records.withdraw(run.session, run.context, run.step, progress.done)
    return 0


def _only_own_table(run: _Run, statement: Statement, leftover: IndexBuilt) -> None:
    """No transaction, no guard before COMMIT: the table is looked up before the statement runs."""
    home = run.session.value(
        "SELECT n.nspname || '.' || c.relname FROM pg_catalog.pg_class c "
        "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname <> %(own)s AND c.oid = "
        "pg_catalog.to_regclass(coalesce(quote_ident(%(schema)s) || '.', '') || quote_ident(%(t)s))",
        {"own": run.step.target.schema, "schema": leftover.table_schema, "t": leftover.table},
    )
    if home is not None and home not in run.step.script.directives.touches:
        raise Ended(Outcome.FAILED, failures.outside(run.step, f"{home} ({statement.text.split('(')[0].strip()})"))


def _send(run: _Run, statement: Statement) -> None:
    with _watched(run):
        run.session.run(statement.text)


@contextmanager
def _watched(run: _Run) -> Iterator[None]:
    """What takes time: it is seen who is in the way, and a request to stop cancels it."""
    run.waiting.begin(run.pid, lambda found: run.context.on_wait(run.step.target, found))
    run.context.stop.cancellable(run.session)
    try:
        yield
    finally:
        run.context.stop.cancellable(None)
        run.blockers = tuple(run.waiting.end()) or run.blockers


def _finish(run: _Run) -> None:
    """The history rows, when every statement has run."""
    duration = time.monotonic() - run.began
    attempt = records.Attempt(run.context.run_id, run.context.origin, duration, run.waited, run.attempts)
    record, parameters = records.record_step(run.context.history, run.step, run.digests.after, attempt)
    forget = records.forget_progress(run.context.history)
    _hold_on_to_schema(run)
    run.session.run("BEGIN")
    verify(run.session, run.step)
    run.session.run(f"{records.OWN_ROLE}; {forget}; {record}; COMMIT", parameters)


def _recover(run: _Run, said: ServerError) -> Ended | None:
    """Decides what a server error means; None means go on from what the history says."""
    statement, run.statement = run.statement, None
    cure = remedy("08006" if run.session.broken else said.sqlstate, said.message)
    try:
        run.session.rollback()
    except ServerRefused:
        cure = Remedy.RECONNECT
    half_way, run.half_way = run.half_way or run.session.broken, False
    ended = _give_up(run, statement, said, cure)
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
                return Ended(Outcome.FAILED, failures.connection_lost(run.step, failed.message))
    return None


def _give_up(run: _Run, statement: Statement | None, said: ServerError, cure: Remedy) -> Ended | None:
    """The outcome when there is to be no other attempt."""
    if run.context.stop.requested and cure is not Remedy.HALT:
        return Ended(Outcome.INTERRUPTED, failures.interrupted_outside(run.step, run.done))
    if cure in (Remedy.FAIL, Remedy.HALT):
        failure = failures.failed_outside(run.step, statement, said, run.done, halts=cure is Remedy.HALT)
        return Ended(Outcome.FAILED, failure)
    if run.attempts >= run.context.config.apply.attempts:
        outcome = Outcome.BLOCKED if cure is Remedy.RETRY else Outcome.FAILED
        return Ended(outcome, failures.failed_outside(run.step, statement, said, run.done))
    return None


def _let_go(run: _Run) -> None:
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


def _result(run: _Run, outcome: Outcome, failure: Failure | None = None) -> StepResult:
    duration = time.monotonic() - run.began
    return StepResult(run.step, outcome, duration, run.waited, run.attempts, failure, run.blockers)

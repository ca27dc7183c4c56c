"""The loop over targets: one after the other, each as far as it gets. What failed and what was not started is told."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlmig.db import failures, records
from sqlmig.db.context import RunContext, Waiting
from sqlmig.db.errors import ServerRefused
from sqlmig.db.executor import run_in_transaction
from sqlmig.db.outside import run_outside_transaction
from sqlmig.db.session import Session
from sqlmig.errors import ConnectionFailed
from sqlmig.plan.resolve import Work, digests_along
from sqlmig.plan.results import Failure, Outcome, StepResult, TargetResult
from sqlmig.plan.values import Plan, Step, Target, TargetPlan
from sqlmig.project.model import Scope

MOST_REPLANS = 20
"""How often a target is planned anew because other runs keep changing it."""

CONNECTION_TARGETS = 300
"""A connection serves so many targets and is opened anew: what a server process remembers grows with each schema."""


@dataclass(frozen=True, slots=True)
class Observer:
    """Who is told how a run goes on."""

    step_done: Callable[[StepResult], None] = lambda _result: None
    target_done: Callable[[TargetResult], None] = lambda _result: None


Replan = Callable[[Target], TargetPlan | Failure]


def run_targets(
    session: Session, plan: Plan, context: RunContext, waiting: Waiting, observer: Observer, replan: Replan
) -> tuple[TargetResult, ...]:
    """Runs a plan.

    A target that fails does not stop the others; a shared track that fails stops everything behind it, and so does an
    error that every target would meet.

    Args:
        session: the connection that does it.
        plan: without refusals.
        context: of the run.
        waiting: sees who is in the way.
        observer: is told of every step and target.
        replan: plans a target anew after another run changed it; a Failure when it may not go on.
    """
    results: list[TargetResult] = []
    stopped = False
    served = 0
    for target_plan in plan.targets:
        if target_plan.steps and not (stopped or context.stop.requested):
            if served and served % CONNECTION_TARGETS == 0:
                session.reopen()
            served += 1
            result = run_target(session, target_plan, context, waiting, observer, replan)
            stopped = _stops_the_rest(result)
        elif target_plan.steps and not stopped:
            result = TargetResult(target_plan, Outcome.INTERRUPTED, failure=failures.not_begun(target_plan.steps[0]))
            stopped = True
        elif target_plan.steps:
            result = TargetResult(target_plan, Outcome.NOT_STARTED)
        else:
            result = TargetResult(target_plan, Outcome.DONE)
        results.append(result)
        observer.target_done(result)
    _connect_again(session, results)
    return tuple(results)


def _connect_again(session: Session, results: Sequence[TargetResult]) -> None:
    """What the run came to is read back, and recorded, on a connection that works.

    Raises:
        ConnectionFailed: all seemed to end well, and nobody can read whether it did.
    """
    if not session.broken:
        return
    try:
        session.reopen()
    except ConnectionFailed:
        if all(result.outcome is Outcome.DONE for result in results):
            raise


def run_target(
    session: Session,
    target_plan: TargetPlan,
    context: RunContext,
    waiting: Waiting,
    observer: Observer,
    replan: Replan,
) -> TargetResult:
    """Runs the steps of one target until one does not end well."""
    done: list[StepResult] = []
    for _ in range(MOST_REPLANS):
        moved = False
        for step, digests in zip(target_plan.steps, _digests(target_plan), strict=True):
            result = _run_step(session, step, digests, context, waiting)
            if result.outcome is Outcome.MOVED:
                moved = True
                break
            done.append(result)
            observer.step_done(result)
            if result.outcome is not Outcome.DONE:
                return TargetResult(target_plan, result.outcome, tuple(done), result.failure)
        if not moved:
            return TargetResult(target_plan, Outcome.DONE, tuple(done))
        planned = _replanned(session, target_plan, replan)
        if isinstance(planned, Failure):
            return TargetResult(target_plan, Outcome.FAILED, tuple(done), planned)
        target_plan = planned
    failure = failures.kept_moving(target_plan.target, MOST_REPLANS)
    return TargetResult(target_plan, Outcome.BLOCKED, tuple(done), failure)


def _replanned(session: Session, target_plan: TargetPlan, replan: Replan) -> TargetPlan | Failure:
    try:
        if session.broken:
            session.reopen()
        return replan(target_plan.target)
    except (ConnectionFailed, ServerRefused) as error:
        return failures.connection_lost(target_plan.steps[0], error.message)


def _run_step(
    session: Session, step: Step, digests: records.Digests, context: RunContext, waiting: Waiting
) -> StepResult:
    began = time.monotonic()
    try:
        if session.broken:
            session.reopen()
        run = run_in_transaction if step.transaction else run_outside_transaction
        result = run(session, step, digests, context, waiting)
    except (ConnectionFailed, ServerRefused) as error:
        # Whatever is open is not to be committed with what comes next.
        session.close()
        lost = failures.connection_lost(step, error.message)
        result = StepResult(step, Outcome.FAILED, time.monotonic() - began, failure=lost)
    return result if result.failure is None else _recorded(session, result, result.failure, context)


def _recorded(session: Session, result: StepResult, failure: Failure, context: RunContext) -> StepResult:
    """The result, with its failure in the history; where that cannot be done, the failure says so."""
    attempt = records.Attempt(context.run_id, context.origin, result.duration, result.lock_wait, result.attempts)
    try:
        if session.broken:
            session.reopen()
        records.record_failure(
            session, context.history, result.step, attempt, result.outcome, failure.message, failure.error
        )
    except (ServerRefused, ConnectionFailed):
        state = f"{failure.state}; this failure could not be written to the history"
        return replace(result, failure=replace(failure, state=state))
    return result


def _digests(target_plan: TargetPlan) -> Sequence[records.Digests]:
    """The target's digest before and after each step."""
    after = digests_along(target_plan.before, (Work(step.unit, step.direction) for step in target_plan.steps))
    before = [target_plan.before.digest, *after]
    return [records.Digests(b, a) for b, a in zip(before, after, strict=False)]


def _stops_the_rest(result: TargetResult) -> bool:
    if result.outcome is Outcome.DONE:
        return False
    shared = result.target.scope is Scope.SHARED
    return shared or result.outcome is Outcome.INTERRUPTED or (result.failure is not None and result.failure.halts)

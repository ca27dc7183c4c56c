"""Targets that run one after the other on one connection: the shared tracks, in front of all tenants."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from sqlmig.db import failures
from sqlmig.db.lane import Lane, Trial
from sqlmig.fleet.recording import recorded
from sqlmig.fleet.stage import Assignment, Serving, serve
from sqlmig.fleet.verdict import verdict
from sqlmig.plan.events import Event, Observer, TargetBegan, TargetEnded, TargetRequeued
from sqlmig.plan.results import Outcome, StepResult, TargetResult
from sqlmig.plan.rollout import ItemState
from sqlmig.plan.values import Step, TargetPlan


def run_in_turn(
    lane: Lane, plans: Sequence[TargetPlan], serving: Serving, observer: Observer
) -> tuple[TargetResult, ...]:
    """Runs targets until one does not end well; those behind it are not started.

    Args:
        lane: the connection.
        plans: what shall run, in order.
        serving: what it is served with.
        observer: is told.
    """
    results: list[TargetResult] = []
    going = True
    for plan in plans:
        if not plan.steps:
            result = TargetResult(plan, Outcome.DONE)
        elif not going:
            result = TargetResult(plan, Outcome.NOT_STARTED)
        elif serving.context.stop.requested:
            result = TargetResult(plan, Outcome.INTERRUPTED, failure=failures.not_begun(plan.steps[0]))
        else:
            observer(TargetBegan(0, plan.target))
            result = _run(lane, plan, serving, observer)
        going = going and result.outcome is Outcome.DONE
        results.append(result)
        observer(TargetEnded(0 if plan.steps else None, result))
    return tuple(results)


def _run(lane: Lane, plan: TargetPlan, serving: Serving, observer: Callable[[Event], None]) -> TargetResult:
    context = serving.context
    steps: list[StepResult] = []
    task, times = Assignment(plan, trial=Trial(patience=context.lock_wait)), 1
    while True:
        ended = serve(lane, task, serving, _nothing)
        steps += [step for step in ended.steps if step.outcome is Outcome.DONE]
        found = verdict(
            ended,
            most_attempts=context.config.apply.attempts,
            lock_wait=context.lock_wait,
            chance=random.random(),  # noqa: S311  jitter is no secret
        )
        if found.state is not ItemState.PENDING or not found.again:
            break
        times += 1
        last = ended.steps[-1] if ended.steps else None
        why = ended.failure.message if ended.failure is not None else ""
        observer(TargetRequeued(0, plan.target, why, times, found.delay, last.blockers if last is not None else ()))
        context.stop.sleep(found.delay)
        patience = max(context.lock_wait - found.waited, 0.0)
        # After a stop the next trial says that it was interrupted.
        task = Assignment(ended.plan, ended.reached, trial=Trial(found.attempts + 1, found.waited, patience))
    failure, failed = ended.failure, ended.failed_step
    if failed is not None:
        failure = recorded(lane.session, context, failed, found.outcome)
        steps.append(failed)
    seconds = sum(step.duration for step in steps)
    ran = sum(step.outcome is Outcome.DONE for step in steps)
    return TargetResult(ended.plan, found.outcome, tuple(steps), failure, ran, seconds, times)


def _nothing() -> Step | None:
    return None

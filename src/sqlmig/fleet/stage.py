"""One target's part of a stage, on one connection: its steps in order, until one does not end well."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from sqlmig.db import failures, riders
from sqlmig.db.context import RunContext, Waiting
from sqlmig.db.errors import ServerRefused
from sqlmig.db.lane import Lane, Trial
from sqlmig.db.outside import run_outside_transaction
from sqlmig.db.records import Digests
from sqlmig.db.riders import Link
from sqlmig.db.session import Session
from sqlmig.errors import ConnectionFailed
from sqlmig.plan.results import Failure, Outcome, StepResult
from sqlmig.plan.retry import Remedy
from sqlmig.plan.values import Step, TargetPlan

MOST_REPLANS = 20
"""How often a target is planned anew because other runs keep changing it."""

Replan = Callable[[Session, TargetPlan], TargetPlan | Failure]
"""Plans what is left of a target after another run changed it; a Failure when it may not go on."""


@dataclass(slots=True)
class Assignment:
    """Steps of one target that one worker runs one after the other."""

    plan: TargetPlan
    first: int = 0
    """Which of the plan's steps is the first to run."""
    end: int | None = None
    """The one behind the last; None for all."""
    trial: Trial = field(default_factory=Trial)
    _steps: list[Step] | None = None

    @property
    def steps(self) -> list[Step]:
        """The steps that are left, made once."""
        if self._steps is None:
            self._steps = list(self.plan.steps[self.first : self.end])
        return self._steps


@dataclass(frozen=True, slots=True)
class StageEnded:
    """How far a worker got with an assignment."""

    assignment: Assignment
    plan: TargetPlan
    """The assignment's plan, or the one made when another run had changed the target."""
    reached: int
    """How many of the plan's steps are done."""
    outcome: Outcome
    steps: tuple[StepResult, ...] = ()
    failure: Failure | None = None
    remedy: Remedy | None = None

    @property
    def failed_step(self) -> StepResult | None:
        """The step that did not end well; None where all did, or the target failed before its next one."""
        last = self.steps[-1] if self.steps else None
        return last if last is not None and last.failure is not None else None


@dataclass(frozen=True)
class Serving:
    """What every assignment of a run is served with."""

    context: RunContext
    replan: Replan
    waiting: Waiting
    """Sees who is in the way."""
    together: bool = False
    """Whether all consecutive steps of a target share one transaction."""
    in_rows: bool = False
    """Whether consecutive steps share a message; nobody is told of them before they have all ended."""
    tell: Callable[[StepResult], None] = lambda _result: None
    """Where they do not."""


def serve(
    lane: Lane,
    task: Assignment,
    serving: Serving,
    following: Callable[[], Step | None],
    ran: Sequence[StepResult] = (),
) -> StageEnded:
    """Runs an assignment.

    Args:
        lane: the connection.
        task: the steps.
        serving: what they are served with.
        following: the first step of what this worker does next, asked for at the last step; None for nothing.
        ran: what became of those steps that have been tried already.
    """
    done: list[StepResult] = []
    plan, first, steps = task.plan, task.first, task.steps
    for _ in range(MOST_REPLANS):
        results = _run(lane, plan, first, steps, task.trial, serving, following, ran)
        ran = ()
        moved = bool(results) and results[-1].outcome is Outcome.MOVED
        kept = results[:-1] if moved else results
        done += kept
        reached = first + sum(result.outcome is Outcome.DONE for result in kept)
        if not moved:
            last = results[-1] if results else None
            if last is None or last.outcome is Outcome.DONE:
                return StageEnded(task, plan, reached, Outcome.DONE, tuple(done))
            return StageEnded(task, plan, reached, last.outcome, tuple(done), last.failure, last.remedy)
        planned = _replanned(lane, plan, steps[0], serving)
        if isinstance(planned, Failure):
            return StageEnded(task, plan, reached, Outcome.FAILED, tuple(done), planned, Remedy.FAIL)
        plan, first, steps = planned, 0, list(planned.steps)
    failure = failures.kept_moving(plan.target, MOST_REPLANS)
    return StageEnded(task, plan, first, Outcome.BLOCKED, tuple(done), failure, Remedy.RETRY)


def digests(plan: TargetPlan, index: int) -> Digests:
    """The target's digest before and after a step."""
    return Digests(plan.digests[index - 1] if index else plan.before.digest, plan.digests[index])


def in_rows(lane: Lane, serving: Serving) -> bool:
    """Whether consecutive steps may share a message on this connection."""
    # Where a COMMIT waits for other servers, a request to stop would end that wait.
    return serving.in_rows and not lane.session.broken and not lane.session.replicates_synchronously


def _run(
    lane: Lane,
    plan: TargetPlan,
    first: int,
    steps: Sequence[Step],
    trial: Trial,
    serving: Serving,
    following: Callable[[], Step | None],
    ran: Sequence[StepResult],
) -> list[StepResult]:
    """The results up to the first that is not good."""
    done = list(ran)
    while len(done) < len(steps) and (not done or done[-1].outcome is Outcome.DONE):
        at = len(done)
        behind = at + _length(steps[at:], lane, serving)
        part = steps[at:behind]
        comes_next = steps[behind] if behind < len(steps) else following()
        around = [digests(plan, first + at + number) for number in range(len(part))]
        results = attempt(lane, part, around, trial, serving, comes_next)
        done += results
        if done[-1].outcome is not Outcome.MOVED and not serving.in_rows:
            for result in results:
                serving.tell(result)
        # What comes next is tried for the first time, whatever the step before it had to go through.
        trial = replace(trial, number=1, waited=0.0)
    return done


def attempt(
    lane: Lane,
    part: Sequence[Step],
    around: Sequence[Digests],
    trial: Trial,
    serving: Serving,
    comes_next: Step | None,
) -> Sequence[StepResult]:
    """The results of steps that go to the server as one, up to the first that is not good."""
    step = part[0]
    try:
        if lane.session.broken:
            lane.renew()
        if len(part) > 1 and serving.together:
            return lane.run_together(part, around, trial, comes_next)
        if len(part) > 1:
            return lane.run_in_a_row(list(map(Link, part, around)), trial, comes_next)
        if step.transaction:
            return (lane.run(step, around[0], trial, comes_next),)
        lane.release()
        result = run_outside_transaction(
            lane.session,
            step,
            around[0],
            serving.context,
            serving.waiting,
            attempts_before=trial.number - 1,
            waited_before=trial.waited,
            patience=trial.patience,
        )
    except (ConnectionFailed, ServerRefused) as error:
        # Whatever is open is not to be committed with what comes next.
        lane.session.close()
        failure = failures.connection_lost(step, error.message)
        result = StepResult(step, Outcome.FAILED, 0.0, trial.waited, trial.number, failure, remedy=Remedy.RECONNECT)
    return (result,)


def _length(steps: Sequence[Step], lane: Lane, serving: Serving) -> int:
    """How many of the steps go to the server as one; a step that runs in one target at a time keeps to itself."""
    if serving.together:
        together = takewhile(lambda step: step.transaction and not step.shared, steps)
        return max(sum(1 for _ in together), 1)
    return riders.row(steps, serving.context) if in_rows(lane, serving) else 1


def _replanned(lane: Lane, plan: TargetPlan, step: Step, serving: Serving) -> TargetPlan | Failure:
    try:
        lane.release()
        if lane.session.broken:
            lane.renew()
        return serving.replan(lane.session, plan)
    except (ConnectionFailed, ServerRefused) as error:
        return failures.connection_lost(step, error.message)

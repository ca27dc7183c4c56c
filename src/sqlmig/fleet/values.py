"""What a run over many targets works with, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmig.db.context import RunContext
from sqlmig.db.lane import Lane
from sqlmig.db.session import Session
from sqlmig.fleet.stage import Serving
from sqlmig.plan.adapting import Workers
from sqlmig.plan.breaker import Breaker
from sqlmig.plan.events import Observer, TargetWaits
from sqlmig.plan.results import Failure, Holder, TargetResult
from sqlmig.plan.rollout import Identity, RunState
from sqlmig.plan.values import Target, TargetPlan

PlanLate = Callable[[Session, Collection[Identity]], Mapping[Identity, TargetPlan | Failure]]
"""Plans targets that this process did not know of; a Failure where one may not run, nothing where it is gone."""


@dataclass(frozen=True)
class Policy:
    """How a run treats its targets."""

    workers: Workers
    breaker: Breaker
    """What stops it: with the row of equal errors that the run goes on with."""
    confirm: Callable[[str], bool] | None = None
    """Asks somebody whether the next wave may begin; None when nobody is there."""


@dataclass(frozen=True)
class Fleet:
    """What a run over many targets works with."""

    session: Session
    """The control thread's own."""
    context: RunContext
    lane: Callable[[RunContext], Lane]
    """Opens a worker's connection."""
    serving: Serving
    policy: Policy
    observer: Observer
    plan_late: PlanLate
    verify: Callable[[Sequence[Target], Sequence[str]], tuple[str, ...]]
    """Runs verify files in targets; the schemas in which a row came back."""
    worker: str
    """This process's name among those that work on the run."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a run came to in this process."""

    results: Mapping[Identity, TargetResult]
    """Of the targets that this process had."""
    stopped: str | None = None
    """Why targets were left without their turn; None when none were."""
    state: RunState = RunState.RUNNING
    """How the run stood when this process left it."""


def telling_waits(context: RunContext, tell: Observer) -> RunContext:
    """The context with which a target that is kept waiting is told of as an event, too."""

    def on_wait(target: Target, blockers: list[Holder]) -> None:
        tell(TargetWaits(target, tuple(blockers)))
        context.on_wait(target, blockers)

    return replace(context, on_wait=on_wait)

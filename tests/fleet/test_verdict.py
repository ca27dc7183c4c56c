"""What the way in which a worker ended means for a target: wrong here means a target lost, or tried for ever."""

from __future__ import annotations

import pytest

import planning
from sqlmig.db.lane import Trial
from sqlmig.errors import Place
from sqlmig.fleet.stage import Assignment, StageEnded
from sqlmig.fleet.verdict import Verdict, held_by_another_run, verdict
from sqlmig.plan.planner import Up, make_plan
from sqlmig.plan.results import Failure, Outcome, ServerError, StepResult
from sqlmig.plan.retry import Remedy
from sqlmig.plan.rollout import ItemState
from sqlmig.plan.values import TargetPlan

FIRST, SECOND = planning.migration(1), planning.migration(2)


def plan() -> TargetPlan:
    target = planning.target()
    files = planning.project(planning.tenant_track(FIRST, SECOND))
    return make_plan(files, [target], planning.snapshot({target: planning.applied()}), Up()).targets[0]


def failure(sqlstate: str | None) -> Failure:
    said = ServerError(sqlstate, "said") if sqlstate is not None else None
    return Failure("failed", "rolled back", "again", Place("file.sql"), error=said)


def ended(
    outcome: Outcome,
    remedy: Remedy | None,
    sqlstate: str | None,
    *,
    attempts: int = 1,
    waited: float = 0.0,
    steps: int = 1,
) -> StageEnded:
    """How a worker ended at the first step of two."""
    of = plan()
    why = failure(sqlstate) if outcome is not Outcome.DONE else None
    last = StepResult(of.steps[0], outcome, 0.1, waited, attempts, why, remedy=remedy)
    task = Assignment(of, trial=Trial(attempts, waited))
    return StageEnded(task, of, 0, outcome, (last,) * steps, why, remedy)


def judged(of: StageEnded, *, elsewhere: bool = False) -> Verdict:
    return verdict(of, most_attempts=3, lock_wait=10.0, chance=0.5, elsewhere=elsewhere)


@pytest.mark.parametrize(("reached", "state"), [(1, ItemState.PENDING), (2, ItemState.DONE)])
def test_a_target_is_done_when_all_of_its_steps_are(reached: int, state: ItemState) -> None:
    of = plan()
    found = judged(StageEnded(Assignment(of), of, reached, Outcome.DONE))
    assert (found.state, found.outcome, found.again) == (state, Outcome.DONE, False)


@pytest.mark.parametrize(
    ("of", "state", "outcome", "again"),
    [
        (ended(Outcome.INTERRUPTED, None, None), ItemState.PENDING, Outcome.INTERRUPTED, False),
        (ended(Outcome.FAILED, Remedy.FAIL, "42703"), ItemState.FAILED, Outcome.FAILED, False),
        (ended(Outcome.FAILED, Remedy.HALT, "53100"), ItemState.FAILED, Outcome.FAILED, False),
        (ended(Outcome.FAILED, Remedy.QUARANTINE, "23502"), ItemState.QUARANTINED, Outcome.QUARANTINED, False),
        (ended(Outcome.BLOCKED, Remedy.RETRY, "55P03", attempts=2), ItemState.PENDING, Outcome.BLOCKED, True),
        (ended(Outcome.BLOCKED, Remedy.RETRY, "55P03", attempts=3), ItemState.BLOCKED, Outcome.BLOCKED, False),
        (ended(Outcome.BLOCKED, Remedy.RETRY, "40P01", attempts=1), ItemState.PENDING, Outcome.BLOCKED, True),
        (ended(Outcome.BLOCKED, Remedy.RETRY, None, waited=9.9), ItemState.PENDING, Outcome.BLOCKED, True),
        (ended(Outcome.BLOCKED, Remedy.RETRY, None, waited=10.0), ItemState.BLOCKED, Outcome.BLOCKED, False),
        (ended(Outcome.BLOCKED, Remedy.RETRY, None, attempts=99), ItemState.PENDING, Outcome.BLOCKED, True),
        (ended(Outcome.FAILED, Remedy.RECONNECT, None, steps=0), ItemState.PENDING, Outcome.BLOCKED, True),
        (ended(Outcome.FAILED, Remedy.RECONNECT, None, attempts=3, steps=0), ItemState.FAILED, Outcome.FAILED, False),
        (ended(Outcome.FAILED, Remedy.RECONNECT, None), ItemState.FAILED, Outcome.FAILED, False),
    ],
    ids=[
        "somebody stopped the run",
        "the file is wrong",
        "nobody would fare better",
        "its rows are to blame",
        "a lock timeout",
        "a lock timeout once too often",
        "a deadlock",
        "another run holds it",
        "another run has held it too long",
        "another run holds it: trials do not count",
        "no connection to begin with",
        "no connection to begin with, once too often",
        "the connection was lost in the step",
    ],
)
def test_what_comes_next(of: StageEnded, state: ItemState, outcome: Outcome, again: bool) -> None:
    found = judged(of)
    assert (found.state, found.outcome, found.again) == (state, outcome, again)


def test_what_was_in_the_way_is_waited_for_longer_each_time() -> None:
    first, second = (judged(ended(Outcome.BLOCKED, Remedy.RETRY, "55P03", attempts=n)) for n in (1, 2))
    assert 0 < first.delay < second.delay
    assert (first.attempts, second.attempts) == (1, 2)
    assert first.waited == first.delay


def test_what_another_run_holds_is_tried_soon_and_costs_no_trial() -> None:
    found = judged(ended(Outcome.BLOCKED, Remedy.RETRY, None, attempts=2, waited=1.0))
    assert found.attempts == 1
    assert 0.05 <= found.delay <= 0.5
    assert found.waited == 1.0 + found.delay


def test_what_another_process_of_the_run_has_is_left_to_it() -> None:
    found = judged(ended(Outcome.BLOCKED, Remedy.RETRY, None), elsewhere=True)
    assert (found.state, found.outcome, found.again) == (ItemState.PENDING, Outcome.BLOCKED, False)
    own = judged(ended(Outcome.BLOCKED, Remedy.RETRY, "55P03"), elsewhere=True)
    assert own.again, "here it was a table's lock, not the other process"


@pytest.mark.parametrize(
    ("of", "held"),
    [
        (ended(Outcome.BLOCKED, Remedy.RETRY, None), True),
        (ended(Outcome.BLOCKED, Remedy.RETRY, "55P03"), False),
        (ended(Outcome.FAILED, Remedy.FAIL, None), False),
    ],
    ids=["an advisory lock", "a table's lock", "a failure"],
)
def test_whose_lock_it_was(of: StageEnded, held: bool) -> None:
    assert held_by_another_run(of) is held


def test_a_target_that_fails_behind_a_step_that_was_done_has_no_failed_step() -> None:
    of = plan()
    done = StepResult(of.steps[0], Outcome.DONE, 0.1)
    assert StageEnded(Assignment(of), of, 1, Outcome.FAILED, (done,), failure(None), Remedy.FAIL).failed_step is None
    assert ended(Outcome.FAILED, Remedy.FAIL, "42703").failed_step is not None

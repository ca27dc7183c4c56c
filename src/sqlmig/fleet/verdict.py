"""What the way in which a worker ended means for the target, and how that is said: pure functions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlmig.db import failures
from sqlmig.fleet.stage import StageEnded
from sqlmig.plan.results import Outcome, StepResult
from sqlmig.plan.retry import Remedy, pause_before
from sqlmig.plan.rollout import ItemState

_SHORTEST, _LONGEST = 0.05, 0.5
"""Seconds between two tries for a lock that another run holds, before and after jitter."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a target stands after a worker has let go of it."""

    state: ItemState
    """PENDING when it has another turn."""
    outcome: Outcome
    """What it is called if nothing more happens."""
    attempts: int = 0
    """Trials of the step that comes next, so far."""
    waited: float = 0.0
    """Seconds that those waited."""
    delay: float = 0.0
    """Seconds until its next turn."""
    again: bool = False
    """Whether somebody was in the way, and the target goes to the tail of the queue."""


def verdict(
    ended: StageEnded, *, most_attempts: int, lock_wait: float, chance: float, elsewhere: bool = False
) -> Verdict:
    """Decides.

    Args:
        ended: what the worker came to.
        most_attempts: trials that a step has.
        lock_wait: seconds to try for locks that another run holds.
        chance: from 0 to 1, for jitter.
        elsewhere: whether another process of the run may be at work on the target, and has been for as long as this
            one wants to wait: then it is left to that one.
    """
    if ended.outcome is Outcome.DONE:
        over = ended.reached >= len(ended.plan.steps)
        return Verdict(ItemState.DONE if over else ItemState.PENDING, Outcome.DONE)
    if ended.outcome is Outcome.INTERRUPTED:
        return Verdict(ItemState.PENDING, Outcome.INTERRUPTED)
    last = ended.steps[-1] if ended.steps else None
    attempts = last.attempts if last is not None else ended.assignment.trial.number
    waited = last.lock_wait if last is not None else ended.assignment.trial.waited
    if held_by_another_run(ended):
        if elsewhere:
            return Verdict(ItemState.PENDING, Outcome.BLOCKED, attempts - 1, lock_wait)
        if waited < lock_wait:
            pause = _SHORTEST + (_LONGEST - _SHORTEST) * chance
            return Verdict(ItemState.PENDING, Outcome.BLOCKED, attempts - 1, waited + pause, pause, again=True)
    elif _in_the_way(ended) and attempts < most_attempts:
        pause = pause_before(attempts + 1, chance)
        return Verdict(ItemState.PENDING, Outcome.BLOCKED, attempts, waited + pause, pause, again=True)
    if ended.remedy is Remedy.RETRY:
        return Verdict(ItemState.BLOCKED, Outcome.BLOCKED, attempts, waited)
    if ended.remedy is Remedy.QUARANTINE:
        return Verdict(ItemState.QUARANTINED, Outcome.QUARANTINED, attempts, waited)
    return Verdict(ItemState.FAILED, Outcome.FAILED, attempts, waited)


def held_by_another_run(ended: StageEnded) -> bool:
    """Whether the server said nothing: a lock of sqlmig's own was tried in vain."""
    return ended.remedy is Remedy.RETRY and (ended.failure is None or ended.failure.error is None)


def _in_the_way(ended: StageEnded) -> bool:
    """Somebody held a lock, or all connections were taken before anything began."""
    return ended.remedy is Remedy.RETRY or (ended.remedy is Remedy.RECONNECT and not ended.steps)


def with_all_waits(ended: StageEnded, failed: StepResult, found: Verdict) -> StepResult:
    """The same; where another run's lock was in the way, told with the waits of all trials."""
    if not held_by_another_run(ended) or failed.step.shared or not failed.step.transaction:
        return failed
    return replace(failed, failure=failures.lock_not_obtained(failed.step, round(found.waited, 1), failed.blockers))


def said(ended: StageEnded) -> str:
    """Why somebody was in the way, in short."""
    if ended.failure is None:
        return ""
    step = ended.failed_step.step if ended.failed_step is not None else None
    if held_by_another_run(ended) and step is not None and step.transaction and not step.shared:
        return f"another run holds {ended.plan.target.schema}"
    return ended.failure.error.message if ended.failure.error is not None else ended.failure.message

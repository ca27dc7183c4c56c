"""The lines that tell how a run goes on: each says one thing, and can stand in a log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlmig.plan.events import RunBegan, TargetRequeued
from sqlmig.plan.restorepoints import RestorePoint, recovery_target
from sqlmig.plan.results import Failure, Holder, Outcome, StepResult, TargetResult
from sqlmig.plan.rollout import ErrorKind
from sqlmig.plan.values import Target
from sqlmig.report.runstate import RunProgress, WaveTally, pace, seconds_spent, steps_done
from sqlmig.report.words import counted, duration, first_line, rate, roughly

_LONGEST = 160
"""Characters of a server's message that a line shows."""

OUTCOMES = {
    Outcome.DONE: "done",
    Outcome.MOVED: "changed by another run",
    Outcome.FAILED: "failed",
    Outcome.BLOCKED: "blocked",
    Outcome.INTERRUPTED: "stopped",
    Outcome.QUARANTINED: "quarantined",
    Outcome.NOT_STARTED: "not started",
}
"""How people call them."""


def step_line(result: StepResult) -> str:
    """One step that has ended: `tenant_acme  0007_add_deal_owner  12 ms`."""
    ended = "" if result.outcome is Outcome.DONE else f"{OUTCOMES[result.outcome]} after "
    line = f"{result.step.target.schema}  {result.step.label}  {ended}{duration(result.duration)}{_patience([result])}"
    return "\n  ".join((line, *result.notes))


def target_line(result: TargetResult) -> str:
    """One target that has ended: `tenant_acme  20 steps  395 ms`."""
    took = duration(seconds_spent(result))
    ended = "" if result.outcome is Outcome.DONE else f"  {OUTCOMES[result.outcome]}"
    return f"{result.target.schema}  {counted(steps_done(result), 'step')}  {took}{_patience(result.steps)}{ended}"


def failed_line(result: TargetResult, failure: Failure, kind: ErrorKind) -> str:
    """One target of many that did not end well: `tenant_acme  failed  23502 in 0031_add_owner:2: null value ...`."""
    said = failure.message
    if kind.sqlstate is not None and failure.error is not None:
        said = f"{kind}: {failure.error.message}"
    return f"{result.target.schema}  {OUTCOMES[result.outcome]}  {first_line(said)}"[:_LONGEST]


def waiting_line(target: Target, holders: Sequence[Holder]) -> str:
    """Who keeps a target waiting."""
    return f"{target.schema}  waits for {_who(holders)}"


def requeued_line(event: TargetRequeued) -> str:
    """Why a target went to the tail of the queue."""
    by = f", blocked by {_who(event.blockers)}" if event.blockers else ""
    return f"{event.target.schema}  goes to the end of the queue, attempt {event.attempts}: {event.why}{by}"


def run_line(run: RunBegan) -> str:
    """What a run is about to do."""
    helps = "helps with a run that another process began" if run.joined else "begins"
    waves = ", ".join(f"{name} {targets:,}" for name, targets in run.waves) if len(run.waves) > 1 else ""
    in_waves = f" in {len(run.waves)} waves ({waves})" if waves else ""
    size = f"{counted(run.targets, 'target')}, {counted(run.steps, 'step')}{in_waves}, {counted(run.workers, 'worker')}"
    return f"run {run.run_id} {helps}: {size}"


def restore_point_line(point: RestorePoint) -> str:
    """Where a recovery of the whole server has to stop to undo a run."""
    return f"to recover to before this run: {recovery_target(point)}"


def wave_began_line(wave: WaveTally) -> str:
    """A wave begins."""
    return f"wave {wave.name} begins: {counted(wave.targets, 'target')}"


def wave_ended_line(wave: WaveTally) -> str:
    """A wave is over."""
    words = [f"{wave.done:,} done"]
    words += [f"{wave.failed:,} failed"] if wave.failed else []
    words += [f"{wave.blocked:,} blocked"] if wave.blocked else []
    return f"wave {wave.name} ended: {', '.join(words)}, {duration(wave.seconds)}"


def position_line(state: RunProgress, now: float) -> str:
    """How far a run is: `2,150 of 10,000 done, 3 failed, 1,480/s, about 5 s left`."""
    done = state.counts.get(Outcome.DONE, 0)
    # Tenants that came during the run are not among those that it began with.
    of = f" of {max(state.run.targets, state.over):,}" if state.run is not None else ""
    words = [f"{done:,}{of} done"]
    words += [f"{state.failed:,} failed"] if state.failed else []
    words += [f"{blocked:,} blocked"] if (blocked := state.counts.get(Outcome.BLOCKED, 0)) else []
    words += [f"{len(state.queued):,} put off"] if state.queued else []
    return ", ".join([*words, *_speed(state, now)])


def _speed(state: RunProgress, now: float) -> list[str]:
    """The pace, and what is left; steps are counted where a stage of the wave brings no target to its end."""
    found = pace(state, now)
    words = []
    if found.targets:
        words.append(rate(found.targets))
    elif found.steps:
        of = f" of {state.run.steps:,}" if state.run is not None else ""
        words += [f"{state.steps:,}{of} steps", rate(found.steps, "steps")]
    if found.left:
        words.append(f"about {roughly(found.left)} left")
    return words


def _who(holders: Sequence[Holder]) -> str:
    # A session that holds several of the locks is told once.
    who = " and ".join(str(holder) for holder in {holder.pid: holder for holder in holders}.values())
    return who or "a session that cannot be seen"


def _patience(steps: Iterable[StepResult]) -> str:
    """What it took besides the work itself; empty when everything went at once."""
    results = list(steps)
    again = sum(result.attempts - 1 for result in results)
    waited = sum(result.lock_wait for result in results)
    words = [f"tried again {counted(again, 'time')}"] if again else []
    if waited >= 0.1:
        words.append(f"waited {duration(waited)}")
    return f"  ({', '.join(words)})" if words else ""

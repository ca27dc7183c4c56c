"""A run, start to end: the shared tracks first, then the tenants, wave by wave, together with whoever helps.

begin     the run and its frozen list of targets are written down; or one for the same is under way, and is joined
shared    the shared tracks, one after the other
waves     the tenants, many at a time
collect   what became of each target, in this process or in another one
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from sqlmig.db import failures, restorepoints, runlist, runs
from sqlmig.db.context import RunContext, Waiting
from sqlmig.db.lane import Lane
from sqlmig.db.locks import blockers_of
from sqlmig.db.servers import free_connections
from sqlmig.db.session import Session, connect
from sqlmig.db.undo import purge_undo
from sqlmig.errors import ConnectionFailed, MigrationFailed, Refused
from sqlmig.fleet.alone import run_in_turn
from sqlmig.fleet.control import run_waves
from sqlmig.fleet.insisting import insist
from sqlmig.fleet.launch import Rollout
from sqlmig.fleet.share import LEASE, LONG_LEASE
from sqlmig.fleet.stage import Replan, Serving
from sqlmig.fleet.values import Fleet, PlanLate, Policy, Ran, telling_waits
from sqlmig.fleet.verifying import unverified
from sqlmig.plan.adapting import Workers, automatic, fixed
from sqlmig.plan.breaker import Breaker, breaker_for, stop_on_failure
from sqlmig.plan.events import Observer, RunBegan, StepEnded, TargetEnded
from sqlmig.plan.restorepoints import RestorePoint
from sqlmig.plan.results import Failure, Outcome, TargetResult
from sqlmig.plan.rollout import Identity, ItemState, RunItem, RunState, Wave
from sqlmig.plan.values import Plan, Target, TargetPlan
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Scope


@dataclass(frozen=True)
class Running:
    """What a run works with."""

    session: Session
    files: ProjectFiles
    context: RunContext
    observer: Observer
    replan: Replan
    plan_late: PlanLate
    rollout: Rollout
    worker: str
    """This process's name among those that work on the run."""
    restore_point: RestorePoint | None = None
    """The moment before the run; None where none was made."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the targets of a run."""

    results: tuple[TargetResult, ...]
    """In the order of the plan."""
    stopped: str | None = None
    """Why some of them had no turn; None when all had."""
    state: RunState = RunState.RUNNING


def worker_name() -> str:
    """A name for this process, the only one of its kind: host, process, and chance."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:6]}"


def begin(running: Running, new: runs.NewRun, plan: Plan) -> tuple[Running, tuple[Wave, ...], bool]:
    """Writes a run down, or joins the one that is under way for the same.

    Args:
        running: what it works with.
        new: what is written down.
        plan: what shall run.

    Returns:
        What to go on with, the run's waves, and whether it was joined.
    """
    context, session = running.context, running.session
    # While the shared tracks run, nothing renews the lease.
    lease = LONG_LEASE if any(one.target.scope is Scope.SHARED for one in plan.pending) else LEASE
    point = _restore_point(running)
    run_id = insist(session, context, lambda: runs.begin(session, context, new, worker=running.worker, lease=lease))
    if run_id != context.run_id:
        return _joined(running, run_id), _waves(running, run_id), True
    if point is not None:
        insist(session, context, lambda: restorepoints.record(session, context.history, run_id, point))
    return replace(running, restore_point=point), tuple(new.waves), False


def _restore_point(running: Running) -> RestorePoint | None:
    context, session = running.context, running.session
    if not context.config.apply.restore_point:
        return None
    return insist(session, context, lambda: restorepoints.make_restore_point(session, context.run_id))


def take_up(running: Running, run_id: str) -> tuple[Running, tuple[Wave, ...]]:
    """Lets a run go on that was interrupted, paused or halted, and joins it.

    Raises:
        Refused: nothing of it can be taken up.
    """
    context, session = running.context, running.session
    found = insist(session, context, lambda: runs.reopen(session, context.history, run_id))
    return _joined(running, run_id), found.waves


def end(running: Running, outcome: Outcome) -> None:
    """Leaves a run, and writes down how it ended unless others go on with it."""
    context = running.context
    session = running.session
    insist(session, context, lambda: runs.leave(session, context.history, context.run_id, running.worker))
    insist(session, context, lambda: runs.finish(session, context, outcome))
    insist(session, context, lambda: purge_undo(session, context.history))


def run_late(running: Running, plan: Plan) -> Outcomes:
    """Runs tenants that joined the registry meanwhile, as more waves of the same run.

    Other processes of the run may do the same at this moment, for some of them or for others: a tenant is in one wave.
    """
    session, context = running.session, running.context
    pending = [one.target for one in plan.pending if one.target.scope is Scope.TENANT]
    waves = _waves(running, context.run_id)
    while missing := _in_no_wave(pending, waves):
        late = Wave("late", tuple(target.identity for target in missing))
        number = len(waves)
        insist(session, context, partial(_add_wave, running, late, number, missing))
        waves = _waves(running, context.run_id)
    if pending:
        insist(session, context, lambda: _open_again(running))
        _joined(running, context.run_id)
    return run_plan(running, plan, waves, told=False)


def _in_no_wave(targets: Sequence[Target], waves: Sequence[Wave]) -> list[Target]:
    taken = {identity for wave in waves for identity in wave.targets}
    return [target for target in targets if target.identity not in taken]


def _add_wave(running: Running, wave: Wave, number: int, targets: Sequence[Target]) -> None:
    context = running.context
    runs.add_wave(running.session, context.history, context.run_id, wave, number, targets)


def _open_again(running: Running) -> None:
    """Where the last of the other processes has ended the run meanwhile, it goes on."""
    session, context = running.session, running.context
    summary, _ = runlist.show(session, context.history, context.run_id)
    if summary.state is RunState.FINISHED:
        with contextlib.suppress(Refused):  # they have done these, too
            runs.reopen(session, context.history, context.run_id)


def run_plan(
    running: Running, plan: Plan, waves: Sequence[Wave], *, joined: bool = False, told: bool = True
) -> Outcomes:
    """Runs a plan whose run is written down.

    A tenant that fails does not stop the others, unless the breaker says so; a shared track that fails stops everything
    behind it.

    Args:
        running: what it works with.
        plan: without refusals.
        waves: the tenants of the run, in the order in which they have their turn.
        joined: whether another process has begun the run.
        told: whether the observer hears that the run begins.

    Raises:
        ConnectionFailed: all seems to have ended well, and nobody can read whether it did.
    """
    shared = [target for target in plan.targets if target.target.scope is Scope.SHARED]
    tenants = {one.target.identity: one for one in plan.targets if one.target.scope is Scope.TENANT}
    if told:
        running.observer(_began(running, plan, waves, joined=joined))
    with _watching(running) as waiting:
        first = _shared(running, waiting, shared)
        if not all(result.outcome is Outcome.DONE for result in first) or not waves:
            rest = tuple(_untouched(one) for one in tenants.values())
            _connect_again(running, (*first, *rest))
            return Outcomes((*first, *_interrupted(running, rest, among=first)))
        ran = run_waves(_fleet(running, waiting, joined=joined), running.context.run_id, waves, tenants)
    found = _collected(running, tenants, ran)
    _connect_again(running, (*first, *found))
    return Outcomes((*first, *_interrupted(running, found, among=())), ran.stopped, ran.state)


def _joined(running: Running, run_id: str) -> Running:
    """The same, as one of a run's processes."""
    session, context = running.session, running.context
    host, pid = context.origin.host, os.getpid()
    insist(session, context, lambda: runs.join(session, context.history, run_id, running.worker, host, pid, LEASE))
    point = insist(session, context, lambda: restorepoints.recorded(session, context.history, run_id))
    return replace(running, context=replace(context, run_id=run_id), restore_point=point)


def _waves(running: Running, run_id: str) -> tuple[Wave, ...]:
    session, context = running.session, running.context
    return insist(session, context, lambda: runs.stored(session, context.history, run_id)).waves


def _began(running: Running, plan: Plan, waves: Sequence[Wave], *, joined: bool) -> RunBegan:
    sizes = tuple((wave.name, len(wave.targets)) for wave in waves)
    workers = _workers(running).now
    run_id, point = running.context.run_id, running.restore_point
    return RunBegan(run_id, len(plan.pending), plan.step_count, sizes, workers, joined, point)


@contextmanager
def _watching(running: Running) -> Iterator[Waiting]:
    """Who sees who is in the way; the session that it takes ends with the block."""
    waiting = Waiting(running.session.conninfo, blockers_of)
    try:
        yield waiting
    finally:
        waiting.close()


def _shared(running: Running, waiting: Waiting, plans: Sequence[TargetPlan]) -> tuple[TargetResult, ...]:
    """The shared tracks, on the run's own session."""
    context = telling_waits(running.context, running.observer)
    lane = Lane(running.session, context, waiting, threading.Lock())
    serving = Serving(context, running.replan, waiting, tell=lambda result: running.observer(StepEnded(0, result)))
    try:
        return run_in_turn(lane, plans, serving, running.observer)
    finally:
        lane.release()


def _fleet(running: Running, waiting: Waiting, *, joined: bool) -> Fleet:
    conninfo, alone = running.session.conninfo, threading.Lock()
    return Fleet(
        session=running.session,
        context=running.context,
        lane=lambda context: Lane(connect(conninfo, application="sqlmig (worker)"), context, waiting, alone),
        serving=Serving(running.context, running.replan, waiting, running.rollout.together),
        policy=Policy(_workers(running), _breaker(running, joined=joined), running.rollout.confirm),
        observer=running.observer,
        plan_late=running.plan_late,
        verify=partial(unverified, running.session, running.files),
        worker=running.worker,
    )


def _workers(running: Running) -> Workers:
    wanted = running.rollout.workers
    return automatic(free_connections(running.session)) if wanted == "auto" else fixed(wanted)


def _breaker(running: Running, *, joined: bool) -> Breaker:
    """Of a run that goes on, with the errors that its last targets ended with."""
    session, context = running.session, running.context
    if running.rollout.stop_on_failure:
        return stop_on_failure()
    breaker = breaker_for(context.config.apply.breaker)
    if not (joined and breaker.most_alike):
        return breaker
    ends = partial(runlist.last_ends, session, context.history, context.run_id, breaker.most_alike)
    return breaker.met(insist(session, context, ends))


def _collected(running: Running, tenants: Mapping[Identity, TargetPlan], ran: Ran) -> tuple[TargetResult, ...]:
    """The result of each tenant; of those that this process did not have, what the run's items say."""
    elsewhere: Mapping[Identity, RunItem] = {}
    if any(plan.steps and identity not in ran.results for identity, plan in tenants.items()):
        session, context = running.session, running.context
        with contextlib.suppress(MigrationFailed):  # then nobody knows what the others did
            _, items = insist(session, context, lambda: runlist.show(session, context.history, context.run_id))
            elsewhere = {(item.track, item.key): item for item in items}
    results = []
    for identity, plan in tenants.items():
        result = ran.results.get(identity) or _result_elsewhere(plan, elsewhere.get(identity))
        if result.elsewhere:
            running.observer(TargetEnded(None, result))
        results.append(result)
    return tuple(results)


def _result_elsewhere(plan: TargetPlan, item: RunItem | None) -> TargetResult:
    if not plan.steps:
        return TargetResult(plan, Outcome.DONE)
    outcome = _OUTCOMES.get(item.state) if item is not None else None
    if item is None or outcome is None:
        return TargetResult(plan, Outcome.NOT_STARTED)
    failure = None
    if item.error is not None:
        state = "another process of this run had it; what failed was rolled back, or is recorded"
        failure = Failure(item.error.message, state, f"`sqlmig history --failed --schema {item.schema}` says more")
    return TargetResult(plan, outcome, (), failure, 0, item.seconds or 0.0, item.attempts, elsewhere=True)


_OUTCOMES = {
    ItemState.DONE: Outcome.DONE,
    ItemState.FAILED: Outcome.FAILED,
    ItemState.QUARANTINED: Outcome.QUARANTINED,
    ItemState.BLOCKED: Outcome.BLOCKED,
}


def _connect_again(running: Running, results: Sequence[TargetResult]) -> None:
    """What the run came to is read back, and recorded, on a connection that works.

    Raises:
        ConnectionFailed: all seemed to end well, and nobody can read whether it did.
    """
    if not running.session.broken or running.context.stop.requested:
        return
    try:
        running.session.reopen()
    except ConnectionFailed:
        if all(result.outcome is Outcome.DONE for result in results):
            raise


def _untouched(plan: TargetPlan) -> TargetResult:
    return TargetResult(plan, Outcome.NOT_STARTED if plan.steps else Outcome.DONE)


def _interrupted(
    running: Running, results: Sequence[TargetResult], *, among: Sequence[TargetResult]
) -> tuple[TargetResult, ...]:
    """After a request to stop, the first target that had no turn says so, unless one was interrupted in its turn."""
    known = any(result.outcome is Outcome.INTERRUPTED for result in (*among, *results))
    if known or not running.context.stop.requested:
        return tuple(results)
    changed = list(results)
    for number, result in enumerate(results):
        if result.outcome is Outcome.NOT_STARTED:
            failure = failures.not_begun(result.plan.steps[0])
            changed[number] = replace(result, outcome=Outcome.INTERRUPTED, failure=failure)
            break
    return tuple(changed)

"""The main job, start to end.

select    which targets: the platform first, then every active tenant
plan      what would run where, rendered and split, with every reason to refuse; nothing is written before this is whole
check     the server's own grammar reads every statement; nothing runs unless it could all be read
lint      what is pending is judged; findings that the configuration does not let pass are refusals
run       the platform, then the tenants wave by wave, each step together with its history row
late      tenants that joined the registry meanwhile, until there are none
read back whether every target of the frozen list is where it should be
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlmig.db import history, records
from sqlmig.db.adopt import adopt_layouts
from sqlmig.db.context import RunContext
from sqlmig.db.invalid import invalid_indexes
from sqlmig.db.session import Session
from sqlmig.db.syntax import syntax_refusals
from sqlmig.errors import Interrupted, LockNotObtained, MigrationFailed, Refused
from sqlmig.fleet.known import failed, gone, refuse_beside_rollback, refuse_beside_waiting, unfinished
from sqlmig.fleet.launch import Rollout, launch, manifest_of_run
from sqlmig.fleet.readback import not_where_they_should_be, reading_back
from sqlmig.fleet.replanning import planned_anew, planned_late, step_maker
from sqlmig.fleet.run import Outcomes, Running, begin, end, run_late, run_plan, take_up, worker_name
from sqlmig.fleet.targets import Selected, Selection, read_snapshot, select_targets
from sqlmig.plan.events import Observer, RunEnded, nobody
from sqlmig.plan.leaving import leave_out
from sqlmig.plan.planner import Down, Goal, Up, make_plan
from sqlmig.plan.results import Failure, Outcome, RunResult, TargetResult
from sqlmig.plan.rollout import Identity, RunState, Wave
from sqlmig.plan.steps import distinct
from sqlmig.plan.takingback import pinned
from sqlmig.plan.values import Note, Plan, Refusal, TargetPlan
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Scope


@dataclass(frozen=True)
class Job:
    """One project, one connection, and how the run is told about."""

    files: ProjectFiles
    session: Session
    context: RunContext
    observer: Observer = nobody
    rollout: Rollout = Rollout()  # noqa: RUF009  a frozen value


_RESET = "reset"
"""The command that has just emptied the targets: of a run that waits there is nothing left to go on with."""


class PlanRefused(Refused):
    """The plan may not run; it carries the plan with its reasons."""

    def __init__(self, plan: Plan) -> None:
        first = plan.refusals[0]
        super().__init__(first.message, place=first.place, state="nothing was changed", next=first.next)
        self.plan = plan


def plan(job: Job, selection: Selection, goal: Goal) -> Plan:
    """What would run, in order, and every reason to refuse. Reads only.

    Raises:
        UsageError: the selection names what there is not.
        ConfigError: the registry cannot be used.
    """
    return _checked(job, _plan(job, select_targets(job.session, job.files, selection), goal))


Before = Callable[[Plan, Sequence[Wave]], str | None]
"""What is done between planning and running, such as a backup; what it returns is kept with the run's reason."""


def apply(
    job: Job,
    selection: Selection,
    goal: Goal,
    *,
    command: str,
    reason: str | None = None,
    before: Before | None = None,
) -> RunResult:
    """Brings the selected targets to the goal.

    Raises:
        PlanRefused: nothing was changed.
        UsageError: the selection names what there is not.
        ConfigError: the registry cannot be used.
        ConnectionFailed: the server cannot be used.
    """
    began = time.monotonic()
    selected = _only(job, select_targets(job.session, job.files, selection))
    planned, left = _left_out(job, _plan(job, selected, goal))
    planned = _linted(job, _checked(job, planned), goal)
    if planned.refusals:
        raise PlanRefused(planned)
    if planned.relaid:
        adopt_layouts(job.session, job.context, planned.relaid)
        planned = replace(_left_out(job, _plan(job, selected, goal))[0], notes=planned.notes)
    if isinstance(goal, Down):
        refuse_beside_rollback(job.session, job.context.history, goal, planned)
        goal = pinned(goal, planned)
    manifest = manifest_of_run(job.files, selection, goal, job.rollout)
    if not planned.pending and selected.registry_read:
        nothing = Outcomes((*(TargetResult(one, Outcome.DONE) for one in planned.targets), *left))
        return _finished(job, planned, nothing, began, manifest)
    history.prepare(job.session, job.context.history)
    if command != _RESET:
        refuse_beside_waiting(job.session, job.context.history, manifest)
    records.store_scripts(job.session, job.context.history, records.scripts_of(planned.works))
    launched = launch(job.session, job.files, planned, selection, goal, job.rollout, command=command, reason=reason)
    planned = replace(planned, notes=(*planned.notes, *launched.notes))
    new = launched.new
    if before is not None and (done := before(planned, new.waves)):
        new = replace(new, reason=f"{reason}; {done}" if reason else done)
    running, waves, joined = begin(_running(job, goal), new, planned)
    if joined:
        # Tenants that the run does not know, because they are younger, have their turn at its end.
        planned = _listed(planned, {identity for wave in waves for identity in wave.targets})
    outcomes = run_plan(running, planned, waves, joined=joined)
    outcomes = replace(outcomes, results=(*outcomes.results, *left))
    if isinstance(goal, Up) and job.rollout.only is None:
        planned, outcomes = _late_joiners(job, running, selection, goal, _without(planned, selected.notes), outcomes)
    return _finished(job, planned, outcomes, began, manifest, running)


def resume(job: Job, run_id: str | None) -> RunResult:
    """Takes up a run that was interrupted, paused or halted, with its frozen list.

    Args:
        job: the project.
        run_id: the beginning of the run's id; None for the last one of which something is left.

    Raises:
        PlanRefused: nothing was changed.
        Refused: nothing is left of the run, or the files are not those that it was begun with.
        UsageError: there is no such run.
    """
    began = time.monotonic()
    known = unfinished(job.session, job.files, run_id)
    job = replace(job, rollout=replace(job.rollout, together=known.together))
    selected = _restricted(select_targets(job.session, job.files, known.selection), known.targets)
    missing = gone(job.session, job.files, known, selected.targets)
    planned, left = _left_out(job, _plan(job, selected, known.goal))
    planned = _linted(job, _checked(job, planned), known.goal)
    if planned.refusals:
        raise PlanRefused(planned)
    records.store_scripts(job.session, job.context.history, records.scripts_of(planned.works))
    running, waves = take_up(_running(job, known.goal), known.run_id)
    outcomes = run_plan(running, planned, waves, joined=True)
    outcomes = replace(outcomes, results=(*outcomes.results, *left, *missing))
    return _finished(job, planned, outcomes, began, known.manifest, running)


def retry_failed(job: Job, run_id: str | None, *, reason: str | None = None, before: Before | None = None) -> RunResult:
    """Makes a new run of the targets of another one that failed, were quarantined or blocked.

    Raises:
        PlanRefused: nothing was changed.
        Refused: no target of that run failed.
        UsageError: there is no such run.
    """
    known = failed(job.session, job.files, run_id)
    rollout = replace(job.rollout, only=known.targets, rules=(), parent=known.run_id)
    return apply(
        replace(job, rollout=rollout), known.selection, known.goal, command="apply", reason=reason, before=before
    )


def raise_unless_done(result: RunResult) -> None:
    """Turns a result that is no success into the error that says why.

    Raises:
        MigrationFailed, LockNotObtained, Interrupted: by the outcome.
    """
    if result.outcome is Outcome.DONE:
        return
    failed = next((r for r in result.results if r.outcome is not Outcome.DONE and r.failure is not None), None)
    kind = {Outcome.BLOCKED: LockNotObtained, Outcome.INTERRUPTED: Interrupted}.get(result.outcome, MigrationFailed)
    if failed is None or failed.failure is None:
        raise kind(result.halted or "not every target is where it should be", next="see `sqlmig status`")
    failure = failed.failure
    raise kind(failure.message, place=failure.place, state=failure.state, next=failure.next)


def _only(job: Job, selected: Selected) -> Selected:
    """The selected targets that the run is restricted to."""
    only = job.rollout.only
    if only is None:
        return selected
    return replace(selected, targets=tuple(target for target in selected.targets if target.identity in only))


def _restricted(selected: Selected, tenants: Collection[Identity]) -> Selected:
    """The shared tracks, and of the tenants those that are named."""
    kept = (one for one in selected.targets if one.scope is Scope.SHARED or one.identity in tenants)
    return replace(selected, targets=tuple(kept))


def _listed(planned: Plan, tenants: Collection[Identity]) -> Plan:
    """The plan without tenants that have something to do and are not on a run's list."""
    kept = (
        one
        for one in planned.targets
        if one.target.scope is Scope.SHARED or one.target.identity in tenants or not one.steps
    )
    return replace(planned, targets=tuple(kept))


def _left_out(job: Job, planned: Plan) -> tuple[Plan, tuple[TargetResult, ...]]:
    """The plan without tenants whose own state refuses it, and their failures; where that is wanted."""
    return leave_out(planned) if job.rollout.skip_refused else (planned, ())


def _plan(job: Job, selected: Selected, goal: Goal) -> Plan:
    snapshot = read_snapshot(job.session, job.files, selected.targets, goal)
    planned = make_plan(job.files, selected.targets, snapshot, goal, step_maker(job.files))
    return replace(planned, notes=(*selected.notes, *planned.notes))


def _checked(job: Job, planned: Plan) -> Plan:
    """The plan with what the server's grammar has against it, unless there is something against it already."""
    if planned.refusals or not planned.pending:
        return planned
    return replace(planned, refusals=syntax_refusals(job.session, distinct(planned)))


def _linted(job: Job, planned: Plan, goal: Goal) -> Plan:
    """The plan with what the linter has against the files that are pending."""
    if planned.refusals or not planned.pending or not isinstance(goal, Up):
        return planned
    from sqlmig.lint.gate import with_findings  # a run with nothing to do needs no linter

    return with_findings(job.files, planned)


def _running(job: Job, goal: Goal) -> Running:
    replan, plan_late = partial(planned_anew, job.files, goal), partial(planned_late, job.files, goal)
    return Running(job.session, job.files, job.context, job.observer, replan, plan_late, job.rollout, worker_name())


def _late_joiners(
    job: Job,
    running: Running,
    selection: Selection,
    goal: Goal,
    planned: Plan,
    outcomes: Outcomes,
) -> tuple[Plan, Outcomes]:
    """Tenants that joined the registry while the run went on, or whose registry the run itself has made."""
    while _goes_on(job, outcomes):
        known = {result.target.identity for result in outcomes.results}
        now = select_targets(job.session, job.files, selection)
        joined = Selected(tuple(target for target in now.targets if target.identity not in known))
        if not joined.targets:
            break
        late, left = _left_out(job, _plan(job, joined, goal))
        late = _linted(job, _checked(job, late), goal)
        planned = Plan((*planned.targets, *late.targets), (), (*planned.notes, *now.notes, *late.notes))
        if late.refusals:
            # The targets before them are done: what is refused now is a failure of these.
            refused = tuple(map(partial(_refused_late, late.refusals), late.targets))
            return planned, replace(outcomes, results=(*outcomes.results, *refused))
        records.store_scripts(job.session, job.context.history, records.scripts_of(late.works))
        more = run_late(running, late)
        outcomes = replace(more, results=(*outcomes.results, *more.results, *left))
    return planned, outcomes


def _goes_on(job: Job, outcomes: Outcomes) -> bool:
    """Whether every target had its turn, so that more may come: a tenant that failed speaks for itself only."""
    if outcomes.stopped is not None or job.context.stop.requested or job.session.broken:
        return False
    shared_done = all(one.outcome is Outcome.DONE for one in outcomes.results if one.target.scope is Scope.SHARED)
    return shared_done and not any(one.outcome in _NO_TURN for one in outcomes.results)


_NO_TURN = (Outcome.NOT_STARTED, Outcome.INTERRUPTED)


def _without(planned: Plan, notes: Sequence[Note]) -> Plan:
    """The plan without what was said of a registry that was not there yet: that is settled now."""
    return replace(planned, notes=tuple(note for note in planned.notes if note not in notes))


def _refused_late(refusals: Sequence[Refusal], target: TargetPlan) -> TargetResult:
    first = next((refusal for refusal in refusals if refusal.target == target.target), None)
    if first is None:
        return TargetResult(target, Outcome.NOT_STARTED)
    failure = Failure(first.message, "nothing of this tenant was changed", first.next, first.place)
    return TargetResult(target, Outcome.FAILED, (), failure)


def _finished(
    job: Job,
    planned: Plan,
    outcomes: Outcomes,
    began: float,
    manifest: str | None,
    running: Running | None = None,
) -> RunResult:
    """Reads back where every target of the frozen list is, and writes down how the run ended.

    Raises:
        ConnectionFailed: the history could not be read, and so success cannot be claimed.
    """
    results, session = outcomes.results, job.session
    planned = replace(planned, targets=tuple(result.plan for result in results))
    done = all(result.outcome is Outcome.DONE for result in results)
    stopped = job.context.stop.requested or outcomes.state in (RunState.PAUSED, RunState.ABORTED)
    result = RunResult(
        running.context.run_id if running is not None else None,
        planned,
        results,
        stopped=stopped,
        halted=outcomes.stopped if not job.context.stop.requested else None,
        restore_point=running.restore_point if running is not None else None,
    )
    if session.broken and not done:
        result = replace(result, seconds=time.monotonic() - began)
        job.observer(RunEnded(result))
        return result
    with reading_back():
        result = replace(
            result,
            behind=not_where_they_should_be(session, job.context.history, results),
            invalid=_invalid(job, planned),
            seconds=time.monotonic() - began,
        )
        if running is not None:
            end(running, result.outcome)
        if result.outcome is Outcome.DONE and history.exists(session, job.context.history):
            records.settle_runs(session, job.context.history, [one.target for one in planned.targets], manifest)
    job.observer(RunEnded(result))
    return result


def _invalid(job: Job, planned: Plan) -> tuple[str, ...]:
    """INVALID indexes in the targets' schemas, after a run that had something to do outside of transactions."""
    if all(work.transaction for work in planned.works):
        return ()
    return invalid_indexes(job.session, {one.target.schema for one in planned.targets})

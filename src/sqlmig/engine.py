"""The main job, start to end.

select    which targets: the platform first, then every active tenant
plan      what would run where, rendered and split, with every reason to refuse; nothing is written before this is whole
check     the server's own grammar reads every statement; nothing runs unless it could all be read
lint      what is pending is judged; findings that the configuration does not let pass are refusals
run       target by target, each step together with its history row
read back whether every target of the frozen list is where it should be
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlmig.db import history, records
from sqlmig.db.adopt import adopt_layouts
from sqlmig.db.context import RunContext, Waiting
from sqlmig.db.errors import ServerRefused
from sqlmig.db.locks import blockers_of
from sqlmig.db.session import Session
from sqlmig.db.syntax import syntax_refusals
from sqlmig.errors import ConnectionFailed, Interrupted, LockNotObtained, MigrationFailed, Refused
from sqlmig.fleet.run import Observer, run_targets
from sqlmig.fleet.targets import Selected, Selection, read_snapshot, select_targets
from sqlmig.plan.planner import Goal, Up, make_plan
from sqlmig.plan.results import Failure, Outcome, RunResult, TargetResult
from sqlmig.plan.values import Plan, Refusal, Target, TargetPlan
from sqlmig.project.load import ProjectFiles


@dataclass(frozen=True)
class Job:
    """One project, one connection, and how the run is told about."""

    files: ProjectFiles
    session: Session
    context: RunContext
    observer: Observer = Observer()  # noqa: RUF009  a frozen value


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


def apply(job: Job, selection: Selection, goal: Goal, *, command: str, reason: str | None = None) -> RunResult:
    """Brings the selected targets to the goal.

    Raises:
        PlanRefused: nothing was changed.
        UsageError: the selection names what there is not.
        ConfigError: the registry cannot be used.
        ConnectionFailed: the server cannot be used.
    """
    began = time.monotonic()
    selected = select_targets(job.session, job.files, selection)
    planned = _linted(job, _checked(job, _plan(job, selected, goal)), goal)
    if planned.refusals:
        raise PlanRefused(planned)
    if planned.relaid:
        adopt_layouts(job.session, job.context, planned.relaid)
        planned = replace(_plan(job, selected, goal), notes=planned.notes)
    if not planned.steps and selected.registry_read:
        return _finished(job, planned, _nothing_done(planned), began, run_id=None)
    history.prepare(job.session, job.context.history)
    records.store_scripts(job.session, job.context.history, records.scripts_of(planned.steps))
    records.begin_run(job.session, job.context, command, [target.target for target in planned.targets], reason)
    results = _run(job, planned, goal)
    if isinstance(goal, Up) and all(result.outcome is Outcome.DONE for result in results):
        planned, results = _late_joiners(job, selection, goal, planned, results)
    return _finished(job, planned, results, began, run_id=job.context.run_id)


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
        raise kind("not every target is where it should be", next="see `sqlmig status`")
    failure = failed.failure
    raise kind(failure.message, place=failure.place, state=failure.state, next=failure.next)


def _plan(job: Job, selected: Selected, goal: Goal) -> Plan:
    snapshot = read_snapshot(job.session, job.files, selected.targets, goal)
    planned = make_plan(job.files, selected.targets, snapshot, goal)
    return replace(planned, notes=(*selected.notes, *planned.notes))


def _checked(job: Job, planned: Plan) -> Plan:
    """The plan with what the server's grammar has against it, unless there is something against it already."""
    if planned.refusals or not planned.steps:
        return planned
    return replace(planned, refusals=syntax_refusals(job.session, planned.steps))


def _linted(job: Job, planned: Plan, goal: Goal) -> Plan:
    """The plan with what the linter has against the files that are pending."""
    if planned.refusals or not planned.steps or not isinstance(goal, Up):
        return planned
    from sqlmig.lint.gate import with_findings  # a run with nothing to do needs no linter

    return with_findings(job.files, planned)


def _run(job: Job, planned: Plan, goal: Goal) -> tuple[TargetResult, ...]:
    def replan(target: Target) -> TargetPlan | Failure:
        again = _plan(job, Selected((target,)), goal)
        if again.refusals:
            first = again.refusals[0]
            return Failure(first.message, "another run changed this target meanwhile", first.next, first.place)
        return again.targets[0]

    waiting = Waiting(job.session.conninfo, blockers_of)
    try:
        return run_targets(job.session, planned, job.context, waiting, job.observer, replan)
    finally:
        waiting.close()


def _late_joiners(
    job: Job, selection: Selection, goal: Goal, planned: Plan, results: tuple[TargetResult, ...]
) -> tuple[Plan, tuple[TargetResult, ...]]:
    """Tenants that joined the registry while the run went on, or whose registry the run itself has made."""
    known = {target.target.identity for target in planned.targets}
    now = select_targets(job.session, job.files, selection)
    # What was said of a registry that was not there yet is settled now.
    planned = replace(planned, notes=tuple(note for note in planned.notes if note.target is not None) + now.notes)
    joined = Selected(tuple(target for target in now.targets if target.identity not in known))
    if not joined.targets:
        return planned, results
    late = _checked(job, _plan(job, joined, goal))
    both = Plan((*planned.targets, *late.targets), (), (*planned.notes, *late.notes))
    if late.refusals:
        # The targets before them are done: what is refused now is a failure of these.
        return both, (*results, *map(partial(_refused_late, late.refusals), late.targets))
    records.store_scripts(job.session, job.context.history, records.scripts_of(late.steps))
    return both, (*results, *_run(job, late, goal))


def _refused_late(refusals: Sequence[Refusal], target: TargetPlan) -> TargetResult:
    first = next((refusal for refusal in refusals if refusal.target == target.target), None)
    if first is None:
        return TargetResult(target, Outcome.NOT_STARTED)
    failure = Failure(first.message, "nothing of this tenant was changed", first.next, first.place)
    return TargetResult(target, Outcome.FAILED, (), failure)


def _finished(
    job: Job, planned: Plan, results: tuple[TargetResult, ...], began: float, *, run_id: str | None
) -> RunResult:
    """Reads back where every target of the frozen list is: success is what the history says, not what was intended.

    Raises:
        ConnectionFailed: the history could not be read, and so success cannot be claimed.
    """
    stopped = job.context.stop.requested
    if job.session.broken and any(result.outcome is not Outcome.DONE for result in results):
        return RunResult(run_id, planned, results, (), time.monotonic() - began, stopped)
    try:
        behind = _not_where_they_should_be(job, planned, results)
        result = RunResult(run_id, planned, results, behind, time.monotonic() - began, stopped)
        if run_id is not None:
            records.finish_run(job.session, job.context, result.outcome)
        if result.outcome is Outcome.DONE and history.exists(job.session, job.context.history):
            records.settle_runs(job.session, job.context.history, [target.target for target in planned.targets])
    except ServerRefused as error:
        raise ConnectionFailed(
            f"the history could not be read back: {error.said.message}",
            state="every step that was told as done is committed; that all targets are there was not read",
            next="run the command again: it does what is left, and reads back",
        ) from error
    return result


def _not_where_they_should_be(job: Job, planned: Plan, results: Iterable[TargetResult]) -> tuple[Target, ...]:
    expected = {result.target.identity: result.plan.digest for result in results}
    tracks = {target.target.track for target in planned.targets}
    found: dict[tuple[str, str], str] = {}
    if history.exists(job.session, job.context.history):
        found = history.read_digests(job.session, job.context.history, tracks)
    done = [result.target for result in results if result.outcome is Outcome.DONE]
    empty = {
        result.target.identity for result in results if result.plan.before.digest is None and not result.plan.steps
    }
    return tuple(t for t in done if t.identity not in empty and found.get(t.identity) != expected[t.identity])


def _nothing_done(planned: Plan) -> tuple[TargetResult, ...]:
    return tuple(TargetResult(target, Outcome.DONE) for target in planned.targets)

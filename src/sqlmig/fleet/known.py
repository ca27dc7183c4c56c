"""Runs that the database knows, as far as taking them up again needs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from sqlmig.db import runlist, runs
from sqlmig.db.history import exists
from sqlmig.db.session import Session
from sqlmig.errors import Refused
from sqlmig.fleet.launch import ROLLBACK, Rollout, manifest_of_run
from sqlmig.fleet.targets import Selection
from sqlmig.plan.planner import Down, Goal, Up
from sqlmig.plan.results import Failure, Outcome, TargetResult
from sqlmig.plan.rollout import Identity, ItemState, RunItem, RunState
from sqlmig.plan.runmoves import SHORT
from sqlmig.plan.takingback import goal_of_row, goes_further, ways_of_row
from sqlmig.plan.values import Plan, Standing, Target, TargetPlan, TargetState
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Scope, Track
from sqlmig.report.words import some


@dataclass(frozen=True, slots=True)
class KnownRun:
    """What a run was begun for."""

    run_id: str
    selection: Selection
    goal: Goal
    together: bool
    manifest: str | None
    targets: frozenset[Identity] = frozenset()
    """Those that it is to be about: its frozen list, or what is to be tried again."""


def unfinished(session: Session, files: ProjectFiles, run_id: str | None) -> KnownRun:
    """A run of which something is left.

    Args:
        session: outside of a transaction.
        files: the project.
        run_id: the beginning of its id; None for the last one, which may be no rollback: that has to be meant.

    Raises:
        Refused: there is none, or the files are no longer those that it was begun with.
        UsageError: no run's id begins like this.
    """
    history = files.config.history_schema
    found = _full_id(session, history, run_id, unfinished=True)
    if found is None:
        raise Refused(
            "there is no run of which something is left",
            state="nothing was changed",
            next="`sqlmig apply` does what is pending; `sqlmig run list` shows the last runs",
        )
    stored = runs.stored(session, history, found)
    known = _known(found, stored)
    if run_id is None and isinstance(known.goal, Down):
        raise Refused(
            f"the last run of which something is left is a rollback, {found[:SHORT]}",
            state="nothing was changed",
            next=f"`sqlmig run resume {found[:SHORT]}` takes back what is left; to go on with another run, name it",
        )
    wanted = manifest_of_run(files, known.selection, known.goal, Rollout(together=known.together))
    if stored.manifest is not None and stored.manifest != wanted:
        raise Refused(
            f"run {found[:SHORT]} was begun with other files, or other settings",
            state="nothing was changed",
            next="check out what it was begun with (`sqlmig run show` names the commit), or begin anew: `sqlmig apply`",
        )
    return replace(known, targets=frozenset(identity for wave in stored.waves for identity in wave.targets))


def gone(session: Session, files: ProjectFiles, known: KnownRun, there: Sequence[Target]) -> tuple[TargetResult, ...]:
    """A failure for each target of a run that had something coming and is not in the registry any more.

    Args:
        session: outside of a transaction.
        files: the project.
        known: the run.
        there: the targets that there are.
    """
    missing = known.targets - {target.identity for target in there}
    tracks = {track.name: track for track in files.tracks}
    if not missing:
        return ()
    _, items = runlist.show(session, files.config.history_schema, known.run_id)
    left = [item for item in items if (item.track, item.key) in missing and item.state not in _THROUGH]
    return tuple(_gone(item, tracks[item.track]) for item in left if item.track in tracks)


_THROUGH = (ItemState.DONE, ItemState.FAILED, ItemState.QUARANTINED)


def _gone(item: RunItem, track: Track) -> TargetResult:
    target = Target(item.track, Scope.TENANT, item.key, item.schema)
    plan = TargetPlan(target, track, TargetState(), (), "", Standing.MISSING)
    failure = Failure(
        f"{item.schema} is no longer in the registry",
        "nothing was done there since",
        "if that is right, there is nothing to do: `sqlmig apply` goes on without it",
    )
    return TargetResult(plan, Outcome.FAILED, (), failure)


def refuse_beside_waiting(session: Session, history_schema: str, manifest: str | None) -> None:
    """Refuses to begin anew what the last run for the same waits with: somebody, or a gate, wanted that it waits.

    A scheduler that starts the command again would otherwise go past every gate.

    Raises:
        Refused: that run is paused.
    """
    if manifest is None:
        return
    last = runlist.last_for(session, history_schema, manifest)
    if last is None or last.state is not RunState.PAUSED:
        return
    short = last.run_id[:SHORT]
    why = f": {last.reason}" if last.reason else ""
    raise Refused(
        f"run {short}, begun for the same, is paused{why}",
        state="nothing was changed",
        next=f"`sqlmig run resume {short}` goes on with it; `sqlmig run abort {short}` gives it up",
    )


def refuse_beside_rollback(session: Session, history_schema: str, goal: Goal, plan: Plan) -> None:
    """Refuses to take targets back by steps once more while an earlier rollback of them is not through.

    Whoever runs a command again after an interruption means the same by it; targets that are through would go further.

    Raises:
        Refused: such a rollback would be gone beyond.
    """
    if not isinstance(goal, Down) or goal.steps is None:
        return
    for run_id, kept in runs.unfinished_rollbacks(session, history_schema):
        found = goes_further(plan, ways_of_row(kept))
        if found is None:
            continue
        short = run_id[:SHORT]
        raise Refused(
            f"rollback {short} is not through: {_named(found.left)} still to be taken back, and --steps {goal.steps} "
            f"would take {_named(found.beyond)} further than it wants",
            state="nothing was changed",
            next=f"`sqlmig run resume {short}` takes back what is left, and nothing further; "
            "`rollback --to V` goes as far as it says, wherever the targets are",
        )


def _named(targets: Sequence[Target]) -> str:
    return some([target.schema for target in targets])


def failed(session: Session, files: ProjectFiles, run_id: str | None) -> KnownRun:
    """An apply with the targets that failed in it, were quarantined or blocked.

    Raises:
        Refused: there is no run over a fleet, nothing failed in it, or it is a rollback.
        UsageError: no run's id begins like this.
    """
    history = files.config.history_schema
    found = _full_id(session, history, run_id, unfinished=False)
    if found is None:
        raise Refused("there is no run whose failed targets could be tried again", next="`sqlmig apply` begins one")
    targets = frozenset(runs.failed_items(session, history, found))
    if not targets:
        raise Refused(
            f"no target failed in run {found[:SHORT]}",
            state="nothing was changed",
            next="`sqlmig apply` does what is pending",
        )
    known = _known(found, runs.stored(session, history, found))
    if isinstance(known.goal, Down):
        raise Refused(
            f"run {found[:SHORT]} is a rollback, which `apply` does not try again",
            state="nothing was changed",
            next=f"`sqlmig run resume {found[:SHORT]}` takes back what failed in it, and nothing further",
        )
    return replace(known, targets=targets)


def _full_id(session: Session, history_schema: str, run_id: str | None, *, unfinished: bool) -> str | None:
    if run_id is None:
        if not exists(session, history_schema):
            return None
        return runs.last_run(session, history_schema, unfinished=unfinished)
    summary, _ = runlist.show(session, history_schema, run_id)
    return summary.run_id


def _known(run_id: str, stored: runs.StoredRun) -> KnownRun:
    goal = _goal(stored)
    if goal is None:
        raise Refused(
            f"run {run_id[:SHORT]} ({stored.command}) keeps no goal that it could go on to",
            state="nothing was changed",
            next="run the command again; a rollback with --to, which never goes further than it says",
        )
    chosen = cast("Mapping[str, Any]", stored.options.get("selection", {}))
    selection = Selection(tuple(chosen.get("schemas", ())), bool(chosen.get("platform")), chosen.get("track"))
    return KnownRun(run_id, selection, goal, bool(stored.options.get("together")), stored.manifest)


def _goal(stored: runs.StoredRun) -> Goal | None:
    if stored.goal is not None:
        return Up(cast("int | None", stored.goal.get("to")))
    kept = stored.options.get(ROLLBACK)
    return goal_of_row(cast("Mapping[str, object]", kept)) if kept is not None else None

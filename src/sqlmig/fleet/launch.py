"""What is decided before a run begins: its waves, and by what another process knows that it does the same."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlmig.db import runs
from sqlmig.db.composing import text_of
from sqlmig.db.session import Session
from sqlmig.errors import ConfigError
from sqlmig.fleet.targets import Selection
from sqlmig.plan.planner import Down, Goal, Up
from sqlmig.plan.queueing import manifest_id, manifest_of
from sqlmig.plan.rollout import Identity, Wave, WaveRule
from sqlmig.plan.takingback import goal_row
from sqlmig.plan.values import Note, Plan, Target
from sqlmig.plan.waves import cut
from sqlmig.project.config.values import Config
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Scope


@dataclass(frozen=True)
class Rollout:
    """How a run reaches its targets."""

    workers: int | Literal["auto"] = 1
    rules: tuple[WaveRule, ...] = ()
    """What its waves take."""
    asked: bool = False
    """Whether its waves were asked for in this very call, rather than configured."""
    together: bool = False
    """Whether all that is pending for a target shares one transaction."""
    stop_on_failure: bool = False
    skip_refused: bool = False
    """Whether tenants are left out whose own state refuses the plan; they count as failed."""
    confirm: Callable[[str], bool] | None = None
    """Asks somebody whether the next wave may begin; None when nobody is there."""
    only: frozenset[Identity] | None = None
    """The targets that it is restricted to, of those that are selected."""
    parent: str | None = None
    """The run whose failed targets it tries again."""


@dataclass(frozen=True, slots=True)
class Launch:
    """What a run is written down as."""

    new: runs.NewRun
    waves: tuple[Wave, ...]
    notes: tuple[Note, ...] = ()


def rollout_of(config: Config) -> Rollout:
    """What the configuration says."""
    apply = config.apply
    return Rollout(apply.workers, apply.waves, apply.per_target_transaction)


def launch(
    session: Session,
    files: ProjectFiles,
    plan: Plan,
    selection: Selection,
    goal: Goal,
    rollout: Rollout,
    *,
    command: str,
    reason: str | None,
) -> Launch:
    """Cuts the tenants of a plan into waves, and puts together what is written down of the run.

    Raises:
        ConfigError: a wave asks for what there is not.
    """
    everyone = [one.target for one in plan.targets if one.target.scope is Scope.TENANT]
    pending = [one.target for one in plan.pending if one.target.scope is Scope.TENANT]
    sizes = _sizes(session, pending) if any(rule.smallest for rule in rollout.rules) else {}
    weights = _weights(session, files, pending)
    found = cut(rollout.rules, pending, sizes, weights, everyone, asked=rollout.asked)
    if found.problems:
        raise ConfigError(list(found.problems))
    by_identity = {target.identity: target for target in pending}
    items = [
        runs.NewItem(by_identity[identity], number, position)
        for number, wave in enumerate(found.waves)
        for position, identity in enumerate(wave.targets)
    ]
    new = runs.NewRun(
        command,
        reason,
        manifest_of_run(files, selection, goal, rollout),
        goal_json(goal) if isinstance(goal, Up) else None,
        found.waves,
        items,
        {"selection": dataclasses.asdict(selection), "together": rollout.together, **_rollback(goal, plan)},
        rollout.parent,
    )
    return Launch(new, found.waves, tuple(Note(text) for text in found.notes))


def manifest_of_run(files: ProjectFiles, selection: Selection, goal: Goal, rollout: Rollout) -> str | None:
    """A hash, in hex, of all that decides what a run does: processes with the same one help each other.

    None for a run that nobody can help with: "two steps back" means two from where the first process found a target.
    """
    if not isinstance(goal, Up) or rollout.only is not None:
        return None
    parts = {
        "files": manifest_id(manifest_of(files)),
        "goal": goal_json(goal),
        "selection": dataclasses.asdict(selection),
        "together": rollout.together,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def goal_json(goal: Up) -> Mapping[str, object]:
    """Where an apply leads, as the run keeps it."""
    return {"direction": "up", **dataclasses.asdict(goal)}


ROLLBACK = "rollback"
"""The option that has a rollback's goal: an older sqlmig would take whatever stands in the column for an apply's."""


def _rollback(goal: Goal, plan: Plan) -> Mapping[str, object]:
    return {ROLLBACK: goal_row(goal, plan)} if isinstance(goal, Down) else {}


def _sizes(session: Session, targets: Sequence[Target]) -> dict[str, int]:
    parameters = {"schemas": sorted({target.schema for target in targets})}
    rows = session.rows(text_of("schema_sizes"), parameters)
    return {row[0]: row[1] for row in rows}


def _weights(session: Session, files: ProjectFiles, targets: Sequence[Target]) -> dict[Identity, float]:
    """Seconds that targets took when they last had something to do; what takes long goes first."""
    if len(targets) < 2:
        return {}
    return runs.weights(session, files.config.history_schema)

"""The plan: every target's work resolved, rendered, split and examined, before anything is written anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from sqlmig.plan.build import Known, plan_target
from sqlmig.plan.heads import Head, Heads
from sqlmig.plan.requirements import SharedTracks
from sqlmig.plan.resolve import Decision, decide_down, decide_up
from sqlmig.plan.steps import StepMaker
from sqlmig.plan.tenantstates import Hold, Holds
from sqlmig.plan.values import Note, Plan, Refusal, Standing, Target, TargetPlan, TargetState
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Migration


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was read from the database before planning."""

    states: Mapping[tuple[str, str], TargetState] = field(default_factory=dict)
    """By target identity; targets with one digest may share one state."""
    schemas: AbstractSet[str] = frozenset()
    """The schemas that exist, of those that targets have."""
    rendered: Mapping[tuple[str, str, int], str] = field(default_factory=dict)
    """Rendered checksums of applied migrations whose files changed: by track, key and version."""
    stored: Mapping[str, Sequence[Migration]] = field(default_factory=dict)
    """By track: migrations as the history stored them."""
    holds: Holds = field(default_factory=dict)
    """The targets that are not taken beyond a version."""

    def state(self, target: Target) -> TargetState:
        """What is applied to a target."""
        return self.states.get(target.identity, _NEVER)


@dataclass(frozen=True, slots=True)
class Up:
    """Bring targets up, to the files' head or to a version."""

    to: int | None = None


@dataclass(frozen=True, slots=True)
class Down:
    """Take targets down, to a version or by a number of steps: one of the two."""

    to: int | None = None
    """The version that stays the highest; 0 for nothing."""
    steps: int | None = None
    ends: Mapping[tuple[str, str], int] | None = None
    """By target, the version that stays there, once that is settled: then nothing else counts. See `takingback`."""

    def of(self, target: Target, state: TargetState) -> Down:
        """What it means for one target; one that is not among those it was settled for stays as it is."""
        return self if self.ends is None else Down(to=self.ends.get(target.identity, state.head))


Goal = Up | Down

_NEVER = TargetState()

_Alike = tuple[str, str | None, str | None, int | None, int | None]
"""Track, kind, digest, the version that holds and the one that stays: what targets have in common for which one
decision is made."""


def make_plan(
    files: ProjectFiles, targets: Sequence[Target], snapshot: Snapshot, goal: Goal, maker: StepMaker | None = None
) -> Plan:
    """Plans what brings all targets to the goal.

    Args:
        files: the project on disk.
        targets: the selected targets in the order in which they shall run, shared ones first.
        snapshot: what the database says.
        goal: where to.
        maker: makes the steps; one for several plans remembers what they share.

    Returns:
        The plan; where it may not run, its refusals say why.
    """
    heads = Heads(files)
    decisions: dict[_Alike, Decision] = {}
    maker = maker or StepMaker(files)
    shared = SharedTracks(files, snapshot.states)
    plans: list[TargetPlan] = []
    refusals: list[Refusal] = []
    notes: list[Note] = []
    for target in targets:
        head, state = heads.of(target), snapshot.state(target)
        exists = target.schema in snapshot.schemas
        if exists and _nothing_to_do(state, head.digest, goal):
            plans.append(TargetPlan(target, head.track, state, (), head.digest, Standing.CURRENT))
            continue
        wanted = goal.of(target, state) if isinstance(goal, Down) else goal
        hold = snapshot.holds.get(target.identity)
        decision = _decide(decisions, head, state, wanted, snapshot, hold)
        planned = plan_target(maker, head.track, target, decision, Known(state, exists, snapshot.rendered, hold))
        plans.append(planned.plan)
        refusals += planned.refusals
        notes += planned.notes
        if hold is not None:
            notes.append(Note(str(hold), target))
        if isinstance(goal, Up):
            refusals += shared.missing(target, planned.plan.works)
        shared.follow(target, planned.plan.works)
    return Plan(tuple(plans), tuple(refusals), tuple(notes))


def changed_versions(files: ProjectFiles, states: Mapping[tuple[str, str], TargetState]) -> dict[str, set[int]]:
    """By track: the applied versions whose files differ; their rendered checksums decide whether it matters."""
    found: dict[str, set[int]] = {}
    checksums = {track.name: {m.version: m.up.checksum for m in track.migrations} for track in files.tracks}
    for (track, _), state in states.items():
        for row in state.applied:
            if checksums.get(track, {}).get(row.version, row.checksum) != row.checksum:
                found.setdefault(track, set()).add(row.version)
    return found


def _nothing_to_do(state: TargetState, head: str, goal: Goal) -> bool:
    return goal == Up() and state.digest == head and state.progress is None


def _decide(
    decisions: dict[_Alike, Decision],
    head: Head,
    state: TargetState,
    goal: Goal,
    snapshot: Snapshot,
    hold: Hold | None,
) -> Decision:
    """One decision serves all targets of a track and a kind with one digest that are held at one version, or not."""
    held_at = hold.at if hold is not None else None
    track = head.track
    key = (track.name, head.kind, state.digest, held_at, goal.to)
    if key in decisions and state.progress is None:
        return decisions[key]
    if isinstance(goal, Up):
        decision = decide_up(track, state, to=goal.to, held_at=held_at)
    else:
        stored = snapshot.stored.get(track.name, ())
        decision = decide_down(track, state, to=goal.to, steps=goal.steps, stored=stored, held_at=held_at)
    if state.progress is None:
        decisions[key] = decision
    return decision

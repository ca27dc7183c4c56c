"""The plan: every target's work resolved, rendered, split and examined, before anything is written anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from sqlmig.errors import Place, ProjectError
from sqlmig.plan.examine import examine
from sqlmig.plan.resolve import Decision, Work, decide_down, decide_up, digest_after, track_digest
from sqlmig.plan.values import (
    Note,
    Plan,
    Reason,
    Refusal,
    Standing,
    Step,
    Target,
    TargetPlan,
    TargetState,
)
from sqlmig.project.checksums import rendered_checksum
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Direction, Migration, Scope, Script, Track, version_label
from sqlmig.project.templates import Rendered


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

    def state(self, target: Target) -> TargetState:
        """What is applied to a target."""
        return self.states.get(target.identity, _NEVER)


@dataclass(frozen=True, slots=True)
class Up:
    """Bring targets up, to the files' head or to a version."""

    to: int | None = None


@dataclass(frozen=True, slots=True)
class Down:
    """Take targets down, to a version or by a number of steps."""

    to: int | None = None
    steps: int | None = None


Goal = Up | Down

_NEVER = TargetState()


def make_plan(files: ProjectFiles, targets: Sequence[Target], snapshot: Snapshot, goal: Goal) -> Plan:
    """Plans what brings all targets to the goal.

    Args:
        files: the project on disk.
        targets: the selected targets in the order in which they shall run, shared ones first.
        snapshot: what the database says.
        goal: where to.

    Returns:
        The plan; where it may not run, its refusals say why.
    """
    tracks = {track.name: track for track in files.tracks}
    decisions: dict[tuple[str, str | None], Decision] = {}
    shared = _Shared(files, snapshot)
    plans: list[TargetPlan] = []
    refusals: list[Refusal] = []
    notes: list[Note] = []
    heads = {track.name: track_digest(track) for track in files.tracks}
    for target in targets:
        track, state = tracks[target.track], snapshot.state(target)
        if _nothing_to_do(state, heads[track.name], goal) and target.schema in snapshot.schemas:
            plans.append(TargetPlan(target, track, state, (), heads[track.name], Standing.CURRENT))
            shared.note(target, ())
            continue
        decision = _decide(decisions, track, state, goal, snapshot)
        planned = _plan_target(files, track, target, state, decision, snapshot)
        plans.append(planned.plan)
        refusals += [*planned.refusals, *shared.missing(target, planned.plan.steps, goal)]
        notes += planned.notes
        shared.note(target, planned.plan.steps)
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


@dataclass(frozen=True, slots=True)
class _Planned:
    plan: TargetPlan
    refusals: tuple[Refusal, ...]
    notes: tuple[Note, ...]


def _nothing_to_do(state: TargetState, head: str, goal: Goal) -> bool:
    return isinstance(goal, Up) and goal.to is None and state.digest == head and state.progress is None


def _decide(
    decisions: dict[tuple[str, str | None], Decision], track: Track, state: TargetState, goal: Goal, snapshot: Snapshot
) -> Decision:
    """One decision serves all targets of a track with the same digest."""
    key = (track.name, state.digest)
    if key in decisions and state.progress is None:
        return decisions[key]
    if isinstance(goal, Up):
        decision = decide_up(track, state, to=goal.to)
    else:
        decision = decide_down(track, state, to=goal.to, steps=goal.steps, stored=snapshot.stored.get(track.name, ()))
    if state.progress is None:
        decisions[key] = decision
    return decision


def _plan_target(
    files: ProjectFiles, track: Track, target: Target, state: TargetState, decision: Decision, snapshot: Snapshot
) -> _Planned:
    refusals = [replace(refusal, target=target) for refusal in decision.refusals]
    edited, notes = _compare_changed(files, target, decision, snapshot)
    refusals += edited
    steps: list[Step] = []
    for work in decision.work:
        built = _build(files, target, work)
        if isinstance(built, Step):
            steps.append(built)
        else:
            refusals += built
    standing = decision.standing
    if standing is Standing.DIVERGED and not refusals:
        # Only the layout of applied files changed: what counts is what ran.
        standing = Standing.BEHIND if steps else Standing.CURRENT
    if target.schema not in snapshot.schemas and target.scope is Scope.TENANT:
        refusals.append(_missing_schema(target))
        standing = Standing.MISSING
    if state.progress is not None:
        steps, refused = _resume(target, state, steps)
        refusals += refused
    plan = TargetPlan(target, track, state, tuple(steps), digest_after(state, decision.work), standing)
    return _Planned(plan, tuple(refusals), tuple(notes))


def _compare_changed(
    files: ProjectFiles, target: Target, decision: Decision, snapshot: Snapshot
) -> tuple[list[Refusal], list[Note]]:
    refusals: list[Refusal] = []
    notes: list[Note] = []
    for changed in decision.changed:
        script = changed.migration.up
        then = snapshot.rendered.get((*target.identity, changed.applied.version))
        try:
            now = rendered_checksum(_render(files, target, script).text)
        except (ProjectError, ValueError):
            now = ""
        if now == then:
            notes.append(Note(f"{script.path} was laid out anew after it ran; it still says the same", target))
        else:
            message = f"{target.track} {changed.migration.label} was edited after it ran"
            advice = f"undo the edit (git checkout -- {script.path}) and write a new migration, or `sqlmig repair`"
            refusals.append(Refusal(Reason.EDITED, message, advice, target, Place(script.path)))
    return refusals, notes


def _build(files: ProjectFiles, target: Target, work: Work) -> Step | list[Refusal]:
    script = work.script
    if script is None:  # decide_up and decide_down leave out what has no script
        raise AssertionError(work)
    verify = work.unit.verify if isinstance(work.unit, Migration) and work.direction is Direction.UP else None
    try:
        sql = _render(files, target, script)
        check = _render(files, target, verify) if verify is not None else None
    except ProjectError as error:
        return [
            Refusal(Reason.TEMPLATE, problem.message, problem.next or "correct the template", target, problem.place)
            for problem in error.problems
        ]
    examined = examine(sql.text, transaction=script.directives.transaction)
    refusals = [
        Refusal(objection.reason, objection.message, objection.next, target, sql.place(objection.offset))
        for objection in examined.objections
    ]
    if check is not None:
        refusals += [
            Refusal(objection.reason, objection.message, objection.next, target, check.place(objection.offset))
            for objection in examine(check.text, transaction=True).objections
        ]
    return refusals or Step(target, work.unit, work.direction, sql, examined.statements, check)


def _render(files: ProjectFiles, target: Target, script: Script) -> Rendered:
    return files.templates.render(script, files.scope(target.schema, target.tenant))


def _missing_schema(target: Target) -> Refusal:
    slug = target.tenant.slug if target.tenant is not None else target.schema
    return Refusal(
        Reason.MISSING_SCHEMA,
        f"schema {target.schema} of tenant {slug} is not there",
        "create it, take the tenant out of the registry, or make it anew with `sqlmig tenant create`",
        target,
    )


def _resume(target: Target, state: TargetState, steps: list[Step]) -> tuple[list[Step], list[Refusal]]:
    """Hands what an interrupted run left to the step that goes on with it."""
    progress = state.progress
    if progress is None or not steps:
        return steps, []
    first = steps[0]
    place = Place(first.script.path)
    if (first.version, first.unit.name, first.direction) != (progress.version, progress.name, progress.direction):
        message = f"{progress.label} {progress.direction.value} was begun and not finished: {progress.done} of "
        message += f"{progress.total} statements ran"
        advice = f"run it to its end first: `sqlmig {_command(progress.direction)} --schema {target.schema}`"
        return steps, [Refusal(Reason.INTERRUPTED, message, advice, target, place)]
    if first.transaction or first_statements_checksum(first, progress.done) != progress.rendered:
        message = f"{progress.label} was begun, {progress.done} of its statements ran, and these have changed since"
        advice = "put the statements that ran back as they were; what follows them may change"
        return steps, [Refusal(Reason.INTERRUPTED, message, advice, target, place)]
    return [replace(first, resumes=progress), *steps[1:]], []


def first_statements_checksum(step: Step, count: int) -> str:
    """The checksum of the first `count` statements of a step: what must stay while the step is half done."""
    return rendered_checksum(";".join(statement.text for statement in step.statements[:count]))


def _command(direction: Direction) -> str:
    return "apply" if direction is Direction.UP else "rollback --steps 1"


class _Shared:
    """Which migrations of shared tracks are applied once the steps planned so far have run."""

    def __init__(self, files: ProjectFiles, snapshot: Snapshot) -> None:
        self._applied: dict[str, set[int]] = {}
        for track in files.shared_tracks:
            state = snapshot.states.get((track.name, track.schema or ""), _NEVER)
            self._applied[track.name] = set(state.versions)
            if state.digest == track_digest(track):
                self._applied[track.name].update(m.version for m in track.migrations)

    def note(self, target: Target, steps: Iterable[Step]) -> None:
        if target.scope is not Scope.SHARED:
            return
        for step in steps:
            if step.version is None:
                continue
            change = self._applied[target.track]
            (change.add if step.direction is Direction.UP else change.discard)(step.version)

    def missing(self, target: Target, steps: Iterable[Step], goal: Goal) -> list[Refusal]:
        if not isinstance(goal, Up):
            return []
        return [
            Refusal(
                Reason.REQUIRES,
                f"{step.label} requires {wanted.track} {version_label(wanted.version)}, which is not applied",
                "run `sqlmig apply --platform` first, or `sqlmig apply` for everything in order",
                target,
                Place(step.script.path),
            )
            for step in steps
            for wanted in step.script.directives.requires
            if wanted.version not in self._applied.get(wanted.track, set())
        ]

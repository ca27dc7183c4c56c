"""One target's part of a plan: what was decided, rendered, split and examined; and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlmig.errors import Place, ProjectError
from sqlmig.plan.examine import Objection, examine
from sqlmig.plan.resolve import Changed, Decision, Work
from sqlmig.plan.resume import resume
from sqlmig.plan.values import Note, Reason, Refusal, Standing, Step, Target, TargetPlan, TargetState
from sqlmig.project.checksums import rendered_checksum
from sqlmig.project.load import ProjectFiles
from sqlmig.project.model import Direction, Migration, Scope, Script, Track
from sqlmig.project.templates import Rendered


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says of one target."""

    state: TargetState
    schema_exists: bool
    rendered: Mapping[tuple[str, str, int], str]
    """Rendered checksums of applied migrations whose files changed: by track, key and version."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A target's plan, and what was found on the way."""

    plan: TargetPlan
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[Note, ...] = ()


def plan_target(files: ProjectFiles, track: Track, target: Target, decision: Decision, known: Known) -> Planned:
    """Renders what was decided, splits it and examines it.

    Args:
        files: the project on disk.
        track: the target's track.
        target: what it runs in.
        decision: what shall run.
        known: what the database says of the target.
    """
    state = known.state
    edited, relaid = _compare_changed(files, target, decision.changed, known)
    steps: list[Step] = []
    objections: list[Refusal] = []
    for work in decision.work:
        built = _build(files, target, work)
        if isinstance(built, Step):
            steps.append(built)
        else:
            objections += built
    if state.progress is not None and not objections:
        steps, objections = resume(target, state.progress, steps)
    refusals = [*(replace(refusal, target=target) for refusal in decision.refusals), *edited, *objections]
    standing = _standing(decision, edited, steps)
    if target.scope is Scope.TENANT and not known.schema_exists:
        refusals.append(_missing_schema(target))
        standing = Standing.MISSING
    plan = TargetPlan(target, track, state, tuple(steps), decision.digest, standing, relaid)
    return Planned(plan, tuple(refusals), tuple(_relaid_note(target, migration) for migration in relaid))


_DIVERGED = {Reason.EDITED, Reason.DELETED, Reason.RENUMBERED}


def _standing(decision: Decision, edited: list[Refusal], steps: list[Step]) -> Standing:
    """Where only the layout of applied files changed, nothing diverged: what counts is what ran."""
    reasons = {refusal.reason for refusal in (*decision.refusals, *edited)}
    if decision.standing is not Standing.DIVERGED or reasons & _DIVERGED:
        return decision.standing
    if Reason.AHEAD in reasons:
        return Standing.AHEAD
    return Standing.BEHIND if steps or reasons else Standing.CURRENT


def _compare_changed(
    files: ProjectFiles, target: Target, changes: tuple[Changed, ...], known: Known
) -> tuple[list[Refusal], tuple[Migration, ...]]:
    """Of the applied migrations whose files changed: those that were edited, and those only laid out anew."""
    refusals: list[Refusal] = []
    relaid: list[Migration] = []
    for changed in changes:
        script = changed.migration.up
        if _says_the_same(files, target, script, known.rendered.get((*target.identity, changed.applied.version))):
            relaid.append(changed.migration)
        else:
            message = f"{target.track} {changed.migration.label} was edited after it ran"
            advice = f"undo the edit (git checkout -- {script.path}) and write a new migration, or `sqlmig repair`"
            refusals.append(Refusal(Reason.EDITED, message, advice, target, Place(script.path)))
    return refusals, tuple(relaid)


def _relaid_note(target: Target, migration: Migration) -> Note:
    return Note(f"{migration.up.path} was laid out anew after it ran; it still says the same", target)


def _says_the_same(files: ProjectFiles, target: Target, script: Script, ran: str | None) -> bool:
    try:
        return rendered_checksum(_render(files, target, script).text) == ran
    except (ProjectError, ValueError):  # it cannot be rendered, or cannot be cut into tokens
        return False


def _build(files: ProjectFiles, target: Target, work: Work) -> Step | list[Refusal]:
    verify = work.unit.verify if isinstance(work.unit, Migration) and work.direction is Direction.UP else None
    try:
        sql = _render(files, target, work.script)
        check = _render(files, target, verify) if verify is not None else None
    except ProjectError as error:
        return [
            Refusal(Reason.TEMPLATE, problem.message, problem.next or "correct the template", target, problem.place)
            for problem in error.problems
        ]
    examined = examine(sql.text, transaction=sql.script.directives.transaction)
    refusals = [_refusal(objection, target, sql) for objection in examined.objections]
    if check is not None:
        refusals += [_refusal(found, target, check) for found in examine(check.text, transaction=True).objections]
    return refusals or Step(target, work.unit, work.direction, sql, examined.statements, check)


def _refusal(objection: Objection, target: Target, sql: Rendered) -> Refusal:
    return Refusal(objection.reason, objection.message, objection.next, target, sql.place(objection.offset))


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

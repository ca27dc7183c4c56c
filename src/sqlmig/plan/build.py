"""One target's part of a plan: what was decided, rendered, split and examined; and what speaks against it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmig.errors import Place, ProjectError
from sqlmig.plan.resolve import Changed, Decision, digests_along
from sqlmig.plan.resume import resume
from sqlmig.plan.steps import StepMaker
from sqlmig.plan.tenantstates import Hold
from sqlmig.plan.values import Note, Reason, Refusal, Standing, Step, Target, TargetPlan, TargetState, Work
from sqlmig.project.model import Migration, Scope, Script, Track


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says of one target."""

    state: TargetState
    schema_exists: bool
    rendered: Mapping[tuple[str, str, int], str]
    """Rendered checksums of applied migrations whose files changed: by track, key and version."""
    hold: Hold | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """A target's plan, and what was found on the way."""

    plan: TargetPlan
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[Note, ...] = ()


def plan_target(maker: StepMaker, track: Track, target: Target, decision: Decision, known: Known) -> Planned:
    """Renders what was decided, splits it and examines it.

    Args:
        maker: makes the steps.
        track: the target's track.
        target: what it runs in.
        decision: what shall run.
        known: what the database says of the target.
    """
    state = known.state
    edited, relaid = _compare_changed(maker, target, decision.changed, known)
    steps: Sequence[Step]
    steps, objections = maker.steps(target, decision.work)
    digests = decision.digests
    if state.progress is not None and not objections:
        steps, objections = resume(target, state.progress, list(steps))
        digests = tuple(digests_along(state, (Work(step.unit, step.direction) for step in steps)))
    refusals = [*(replace(refusal, target=target) for refusal in decision.refusals), *edited, *objections]
    standing = _standing(decision, edited, steps)
    if target.scope is Scope.TENANT and not known.schema_exists:
        refusals.append(_missing_schema(target))
        standing = Standing.MISSING
    plan = TargetPlan(target, track, state, steps, decision.digest, standing, relaid, digests, known.hold)
    return Planned(plan, tuple(refusals), tuple(_relaid_note(target, migration) for migration in relaid))


_DIVERGED = {Reason.EDITED, Reason.DELETED, Reason.RENUMBERED}


def _standing(decision: Decision, edited: list[Refusal], steps: Sequence[Step]) -> Standing:
    """Where only the layout of applied files changed, nothing diverged: what counts is what ran."""
    reasons = {refusal.reason for refusal in (*decision.refusals, *edited)}
    if decision.standing is not Standing.DIVERGED or reasons & _DIVERGED:
        return decision.standing
    if Reason.AHEAD in reasons:
        return Standing.AHEAD
    return Standing.BEHIND if steps or reasons else Standing.CURRENT


def _compare_changed(
    maker: StepMaker, target: Target, changes: tuple[Changed, ...], known: Known
) -> tuple[list[Refusal], tuple[Migration, ...]]:
    """Of the applied migrations whose files changed: those that were edited, and those only laid out anew."""
    refusals: list[Refusal] = []
    relaid: list[Migration] = []
    for changed in changes:
        script = changed.migration.up
        if _says_the_same(maker, target, script, known.rendered.get((*target.identity, changed.applied.version))):
            relaid.append(changed.migration)
        else:
            message = f"{target.track} {changed.migration.label} was edited after it ran"
            advice = f"undo the edit (git checkout -- {script.path}) and write a new migration, or `sqlmig repair`"
            refusals.append(Refusal(Reason.EDITED, message, advice, target, Place(script.path)))
    return refusals, tuple(relaid)


def _relaid_note(target: Target, migration: Migration) -> Note:
    return Note(f"{migration.up.path} was laid out anew after it ran; it still says the same", target)


def _says_the_same(maker: StepMaker, target: Target, script: Script, ran: str | None) -> bool:
    try:
        return maker.checksum(target, script) == ran
    except (ProjectError, ValueError):  # it cannot be rendered, or cannot be cut into tokens
        return False


def _missing_schema(target: Target) -> Refusal:
    slug = target.tenant.slug if target.tenant is not None else target.schema
    return Refusal(
        Reason.MISSING_SCHEMA,
        f"schema {target.schema} of tenant {slug} is not there",
        "create it, take the tenant out of the registry, or make it anew with `sqlmig tenant create`",
        target,
    )

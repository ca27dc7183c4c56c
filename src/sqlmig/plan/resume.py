"""A migration outside of a transaction that an earlier run left half way: whether and how a plan goes on with it."""

from __future__ import annotations

from dataclasses import replace

from sqlmig.errors import Place
from sqlmig.plan.values import Progress, Reason, Refusal, Step, Target
from sqlmig.project.checksums import rendered_checksum
from sqlmig.project.model import Direction, Scope


def resume(target: Target, progress: Progress, steps: list[Step]) -> tuple[list[Step], list[Refusal]]:
    """Hands what was left to the step that goes on with it, which is the first of all; or says why none can.

    Args:
        target: what the steps run in.
        progress: how far the earlier run got.
        steps: what the plan would run.
    """
    step = next((step for step in steps if _is_of(step, progress)), None)
    if step is None:
        message = f"{progress.label} {progress.direction.value} was begun and not finished: {progress.done} of "
        message += f"{progress.total} statements ran"
        advice = f"run it to its end first: `sqlmig {_command(progress.direction)} {_selection(target)}`"
        return steps, [Refusal(Reason.INTERRUPTED, message, advice, target)]
    if step.transaction or first_statements_checksum(step, progress.done) != progress.rendered:
        message = f"{progress.label} was begun, {progress.done} of its statements ran, and these have changed since"
        advice = "put the statements that ran back as they were; what follows them may change"
        return steps, [Refusal(Reason.INTERRUPTED, message, advice, target, Place(step.script.path))]
    return [replace(step, resumes=progress), *(other for other in steps if other is not step)], []


def first_statements_checksum(step: Step, count: int) -> str:
    """The checksum of the first `count` statements of a step: what must stay while the step is half done."""
    return rendered_checksum(";".join(statement.text for statement in step.statements[:count]))


def _is_of(step: Step, progress: Progress) -> bool:
    return (step.version, step.unit.name, step.direction) == (progress.version, progress.name, progress.direction)


def _command(direction: Direction) -> str:
    return "apply" if direction is Direction.UP else "rollback --steps 1"


def _selection(target: Target) -> str:
    return "--platform" if target.scope is Scope.SHARED else f"--schema {target.schema}"

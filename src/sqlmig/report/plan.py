"""A plan in words: what would run where. Targets with the same steps are told together, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlmig.plan.values import Note, Plan, Step, TargetPlan, Work
from sqlmig.project.model import Direction, Repeatable, Scope
from sqlmig.report.refusals import Grouped, grouped, nameless, refusal_json, refusals_text
from sqlmig.report.words import counted, indented, some

FORMAT = "sqlmig.plan/1"


@dataclass(frozen=True, slots=True)
class Group:
    """Targets of one track that have the same steps before them."""

    targets: tuple[TargetPlan, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps as the first of the targets gets them."""
        return tuple(self.targets[0].steps)

    @property
    def schemas(self) -> tuple[str, ...]:
        """Whose they are, in the plan's order."""
        return tuple(target.target.schema for target in self.targets)

    @property
    def heading(self) -> str:
        """Which targets these are, in a few words."""
        first = self.targets[0].target
        if first.scope is Scope.SHARED:
            return first.schema
        if len(self.targets) == 1:
            return f"{first.schema} (track {first.track})"
        return f"{counted(len(self.targets), 'tenant')} (track {first.track}): {some(self.schemas)}"


def groups(plan: Plan) -> tuple[Group, ...]:
    """The targets that have something to do, those with the same steps together, in the plan's order."""
    found: dict[object, list[TargetPlan]] = {}
    names: dict[int, tuple[tuple[Work, ...], tuple[tuple[str, Direction], ...]]] = {}
    for target in plan.pending:
        works = target.works
        # A fleet shares its work: what it is called is put together once.
        if id(works) not in names:
            names[id(works)] = works, tuple((work.label, work.direction) for work in works)
        resumes = target.before.progress and target.before.progress.done
        found.setdefault((target.target.track, names[id(works)][1], resumes), []).append(target)
    return tuple(Group(tuple(targets)) for targets in found.values())


def plan_text(plan: Plan) -> str:
    """The steps of each group of targets, the refusals, the notes, and the sum."""
    return _sections(plan, [_group_text(group) for group in groups(plan)])


def plan_text_with_sql(plan: Plan) -> str:
    """The same, with what the first target of each group would get for every step."""
    return _sections(plan, [_group_text_with_sql(group) for group in groups(plan)])


def plan_markdown(plan: Plan) -> str:
    """For a comment on a pull request."""
    parts = [_group_markdown(group) for group in groups(plan)]
    if plan.refusals:
        refusals = "\n".join(_refusal_markdown(group) for group in grouped(plan.refusals))
        parts.append(f"### Refused\n\n{refusals}")
    if notes := notes_of(plan.notes):
        parts.append("### Notes\n\n" + "\n".join(f"- {note}" for note in notes))
    return "\n\n".join(["## Migration plan", summary(plan), *parts]) + "\n"


def plan_json(plan: Plan) -> dict[str, object]:
    """Every target with its steps, for programs."""
    return _json(plan, [_target_json(target, [step_json(step) for step in target.steps]) for target in plan.targets])


def plan_json_with_sql(plan: Plan) -> dict[str, object]:
    """The same, with the rendered SQL of every step."""
    with_sql = ([{**step_json(step), "sql": step.sql.text} for step in target.steps] for target in plan.targets)
    return _json(plan, [_target_json(target, steps) for target, steps in zip(plan.targets, with_sql, strict=True)])


def summary(plan: Plan) -> str:
    """One sentence: how much would run, or that nothing would."""
    total, pending, steps = len(plan.targets), len(plan.pending), plan.step_count
    if plan.refusals:
        reasons = counted(len(grouped(plan.refusals)), "reason")
        return f"This plan may not run, for {reasons}; nothing was changed."
    if not steps:
        return f"Nothing to do: {counted(total, 'target')} where {'it' if total == 1 else 'they'} should be."
    rest = total - pending
    others = f"; {counted(rest, 'target')} {'has' if rest == 1 else 'have'} nothing to do" if rest else ""
    return f"{counted(steps, 'step')} in {counted(pending, 'target')}{others}."


def step_json(step: Step) -> dict[str, object]:
    """What identifies a step, and how it runs."""
    return {
        "version": step.version,
        "name": step.unit.name,
        "direction": step.direction.value,
        "path": step.script.path,
        "transaction": step.transaction,
        "statements": len(step.statements),
        "resumes_after": step.resumes.done if step.resumes is not None else None,
        "shared": list(step.shared),
    }


def notes_of(notes: Iterable[Note]) -> tuple[str, ...]:
    """What is worth knowing, each once, with the names of the targets that it is about."""
    about: dict[str, list[Note]] = {}
    for note in notes:
        about.setdefault(nameless(note.message, note.target), []).append(note)
    return tuple(_note(same) for same in about.values())


def _note(same: Sequence[Note]) -> str:
    schemas = [note.target.schema for note in same if note.target is not None]
    return f"{same[0].message} (in {some(schemas)})" if schemas else same[0].message


def _sections(plan: Plan, parts: list[str]) -> str:
    if plan.refusals:
        parts.append(refusals_text(plan.refusals))
    if notes := notes_of(plan.notes):
        parts.append("\n".join(f"note: {note}" for note in notes))
    return "\n\n".join([*parts, summary(plan)]) + "\n"


def _group_text(group: Group) -> str:
    width = max(len(step.label) for step in group.steps)
    lines = [f"  {_arrow(step)} {step.label:<{width}}  {how(step)}" for step in group.steps]
    return "\n".join([group.heading, *lines])


def _group_text_with_sql(group: Group) -> str:
    parts = [group.heading if len(group.targets) == 1 else f"{group.heading}\n  as {group.schemas[0]} gets it:"]
    for step in group.steps:
        verify = f"\n\n  verified by\n{indented(step.verify.text)}" if step.verify is not None else ""
        parts.append(f"  {_arrow(step)} {step.label}  {how(step)}\n{indented(step.sql.text)}{verify}")
    return "\n\n".join(parts)


def _group_markdown(group: Group) -> str:
    rows = [f"| {step.direction.value} | `{step.label}` | {how(step)} |" for step in group.steps]
    head = ["| direction | migration | how it runs |", "|---|---|---|"]
    return "\n".join([f"### {group.heading}", "", *head, *rows])


def _refusal_markdown(group: Grouped) -> str:
    place = f"`{group.first.place}`: " if group.first.place is not None else ""
    where = f" (in {some(group.schemas)})" if group.schemas else ""
    return f"- {place}{group.first.message}{where}  \n  next: {group.first.next}"


def _arrow(step: Step) -> str:
    return "+" if step.direction is Direction.UP else "-"


def how(step: Step) -> str:
    """How a step runs, in words: in one transaction or not, repeatable, where it goes on."""
    words = ["in one transaction" if step.transaction else "outside a transaction"]
    if isinstance(step.unit, Repeatable):
        words.append("repeatable")
    if step.verify is not None:
        words.append("verified")
    if step.resumes is not None:
        words.append(f"goes on behind statement {step.resumes.done} of {step.resumes.total}")
    if step.shared:
        words.append(f"one tenant at a time ({', '.join(step.shared)})")
    return ", ".join(words)


def _json(plan: Plan, targets: list[dict[str, object]]) -> dict[str, object]:
    return {
        "format": FORMAT,
        "steps": plan.step_count,
        "targets": targets,
        "refusals": [refusal_json(refusal) for refusal in plan.refusals],
        "notes": [
            {"message": note.message, "schema": note.target.schema if note.target is not None else None}
            for note in plan.notes
        ],
    }


def _target_json(target: TargetPlan, steps: list[dict[str, object]]) -> dict[str, object]:
    return {
        "track": target.target.track,
        "schema": target.target.schema,
        "tenant": target.target.tenant.slug if target.target.tenant is not None else None,
        "standing": target.standing.value,
        "steps": steps,
    }

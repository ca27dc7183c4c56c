"""Values for tests of what is said about them: plans and results made by hand, without files or a database."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmig.errors import Place
from sqlmig.plan.results import Failure, Outcome, RunResult, StepResult, TargetResult
from sqlmig.plan.values import Note, Plan, Progress, Refusal, Standing, Step, Target, TargetPlan, TargetState
from sqlmig.project.model import Direction, Directives, Migration, Repeatable, Scope, Script, Tenant, Track
from sqlmig.project.templates import Rendered, Templates
from sqlmig.sql.statements import split

PLATFORM = Target("platform", Scope.SHARED, "platform_core", "platform_core")


def tenant(slug: str) -> Target:
    schema = f"tenant_{slug}"
    return Target("tenant", Scope.TENANT, f"id-{slug}", schema, Tenant(f"id-{slug}", slug, schema))


def script(path: str, text: str = "SELECT 1;\n", *, transaction: bool = True) -> Script:
    return Script(path, text, Directives(transaction=transaction), checksum="00" * 32)


def step(
    target: Target,
    version: int,
    name: str,
    *,
    direction: Direction = Direction.UP,
    text: str = "SELECT 1;\n",
    transaction: bool = True,
    verify: str | None = None,
    resumes: Progress | None = None,
) -> Step:
    path = f"sql/{target.track}/{version:04d}_{name}.{direction.value}.sql"
    file = script(path, text, transaction=transaction)
    unit = Migration(target.track, version, name, file)
    return Step(target, unit, direction, rendered(file), split(text), verify and rendered(script("v", verify)), resumes)


def repeatable(target: Target, name: str) -> Step:
    file = script(f"sql/{target.track}/repeatable/{name}.sql")
    return Step(target, Repeatable(target.track, name, file), Direction.UP, rendered(file), split(file.text))


def rendered(file: Script) -> Rendered:
    return Templates({}).render(file, {})


def planned(target: Target, *steps: Step, standing: Standing = Standing.BEHIND) -> TargetPlan:
    track = Track(target.track, target.scope, f"sql/{target.track}", None)
    return TargetPlan(target, track, TargetState(), steps, "digest", standing if steps else Standing.CURRENT)


def plan(*targets: TargetPlan, refusals: Sequence[Refusal] = (), notes: Sequence[Note] = ()) -> Plan:
    return Plan(targets, tuple(refusals), tuple(notes))


def done(target: Target, *steps: Step, seconds: float = 0.01, attempts: int = 1, waited: float = 0.0) -> TargetResult:
    results = tuple(StepResult(one, Outcome.DONE, seconds, waited, attempts) for one in steps)
    return TargetResult(planned(target, *steps), Outcome.DONE, results)


def failed(one: Step, *, statement: str | None = "SELECT 1", excerpt: str = "SELECT 1;") -> TargetResult:
    """As the executor tells it: the target's name is in the message and in what to do next."""
    schema = one.target.schema
    failure = Failure(
        f"{one.label} failed in {schema}, statement 1 of 1: no",
        "the transaction was rolled back: nothing of this file is in the database",
        f"correct the file; then run `sqlmig apply --schema {schema}` again",
        Place(one.script.path, 1, 8, excerpt),
        statement,
    )
    result = StepResult(one, Outcome.FAILED, 0.002, failure=failure)
    return TargetResult(planned(one.target, one), Outcome.FAILED, (result,), failure)


def run(*results: TargetResult, behind: Sequence[Target] = (), notes: Sequence[Note] = ()) -> RunResult:
    whole = plan(*(result.plan for result in results), notes=notes)
    return RunResult("run-1", whole, results, tuple(behind), 0.25)

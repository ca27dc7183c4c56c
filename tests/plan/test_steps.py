"""Steps are made when somebody looks: what is the same for all is made once, what is not is each tenant's own."""

from __future__ import annotations

import gc
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

import planning
from sqlmig.plan.planner import Up, make_plan
from sqlmig.plan.steps import StepMaker, Steps, distinct
from sqlmig.plan.values import Plan, Reason, Step, Target, Work
from sqlmig.project.model import Direction, Migration

SAME = planning.migration(1, "CREATE TABLE a (id int);\nCREATE TABLE b (id int);")
OWN = planning.migration(2, "SELECT {{ tenant.slug | literal }};")


def plan(targets: list[Target], *migrations: Migration, maker: StepMaker | None = None) -> Plan:
    files = planning.project(planning.tenant_track(*migrations))
    new = planning.applied()
    return make_plan(files, targets, planning.snapshot(dict.fromkeys(targets, new)), Up(), maker)


def tenants(count: int) -> list[Target]:
    return [planning.target(f"t{number}") for number in range(count)]


def test_each_tenant_gets_its_own_text_and_what_is_the_same_is_shared() -> None:
    made = plan(tenants(3), SAME, OWN)
    assert [target.steps[1].sql.text for target in made.targets] == ["SELECT 't0';", "SELECT 't1';", "SELECT 't2';"]
    first, other = made.targets[0].steps[0], made.targets[2].steps[0]
    assert first.sql is other.sql
    assert first.statements is other.statements
    assert (first.target.schema, other.target.schema) == ("tenant_t0", "tenant_t2")


def test_a_look_at_a_step_leaves_nothing_behind() -> None:
    made = plan(tenants(1), OWN)
    step = made.targets[0].steps[0]
    rendered = weakref.ref(step.sql)
    assert made.targets[0].steps[0] is not step
    del step
    gc.collect()
    assert rendered() is None


def test_steps_are_a_sequence() -> None:
    made = plan(tenants(1), SAME, OWN, planning.migration(3))
    steps = made.targets[0].steps
    assert isinstance(steps, Steps)
    assert len(steps) == 3
    assert [step.version for step in steps] == [1, 2, 3]
    assert [step.version for step in steps[1:]] == [2, 3]
    assert steps[-1].version == 3
    assert list(steps) == steps
    assert steps[:0] == ()
    assert not steps[:0]
    with pytest.raises(IndexError):
        steps[3]
    with pytest.raises(TypeError):
        hash(steps)


def test_of_what_is_the_same_for_all_one_step_is_distinct() -> None:
    made = plan(tenants(4), SAME, OWN)
    assert [(step.version, step.target.schema) for step in distinct(made)] == [
        (1, "tenant_t0"),
        (2, "tenant_t0"),
        (2, "tenant_t1"),
        (2, "tenant_t2"),
        (2, "tenant_t3"),
    ]


def test_the_tenant_whose_text_cannot_be_rendered_is_named() -> None:
    only = planning.migration(1, "{% if tenant.slug == 't1' %}{{ nobody }}{% endif %}SELECT 1;")
    made = plan(tenants(3), only)
    assert [refusal.reason for refusal in made.refusals] == [Reason.TEMPLATE]
    assert made.refusals[0].target == planning.target("t1")
    assert [len(target.steps) for target in made.targets] == [1, 0, 1]


def test_what_is_wrong_for_all_is_told_for_each() -> None:
    made = plan(tenants(3), planning.migration(1, "BEGIN; SELECT 1; COMMIT;"))
    assert {refusal.reason for refusal in made.refusals} == {Reason.TRANSACTION_CONTROL}
    assert {refusal.target for refusal in made.refusals} == set(tenants(3))


def test_threads_that_look_at_once_get_their_own() -> None:
    targets = tenants(40)
    made = plan(targets, OWN)
    together = threading.Barrier(4)

    def look(number: int) -> list[str]:
        together.wait(timeout=10)
        return [made.targets[at].steps[0].sql.text for at in range(number, 40, 4)]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(look, range(4)))
    assert found == [[f"SELECT 't{at}';" for at in range(number, 40, 4)] for number in range(4)]


def test_what_all_share_is_asked_for_tenants_only_and_once_for_the_same_text() -> None:
    asked: list[str] = []

    def shared_objects(_statements: object, schema: str) -> tuple[str, ...]:
        asked.append(schema)
        return ("core.parents",)

    files = planning.project(planning.tenant_track(SAME, OWN))
    maker = StepMaker(files, shared_objects)
    made = plan(tenants(3), SAME, OWN, maker=maker)
    assert {step.shared for target in made.targets for step in target.steps} == {("core.parents",)}
    same = maker.make(planning.target("new"), Work(SAME, Direction.UP))
    assert isinstance(same, Step)
    assert "tenant_new" not in asked

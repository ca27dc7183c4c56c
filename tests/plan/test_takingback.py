"""A rollback that is called again: what stays is settled once, and no later call goes beyond it unasked."""

from __future__ import annotations

import json

import pytest

from planning import applied, migration, project, repeatable, snapshot, target, tenant_track
from sqlmig.plan.planner import Down, make_plan
from sqlmig.plan.takingback import Way, goal_of_row, goal_row, goes_further, pinned, ways, ways_of_row
from sqlmig.plan.values import Plan, TargetState

M1, M2, M3, M4 = (migration(number) for number in (1, 2, 3, 4))
TRACK = tenant_track(M1, M2, M3, M4)
ACME, BETA = target("acme"), target("beta")
ALL, THREE, TWO, ONE = applied(M1, M2, M3, M4), applied(M1, M2, M3), applied(M1, M2), applied(M1)
BOTH = (Way("tenant", "acme", 4, 2), Way("tenant", "beta", 4, 2))


def planned(goal: Down, acme: TargetState, beta: TargetState) -> Plan:
    return make_plan(project(TRACK), [ACME, BETA], snapshot({ACME: acme, BETA: beta}), goal)


@pytest.mark.parametrize(
    ("goal", "expected"),
    [
        (Down(steps=2), (Way("tenant", "acme", 4, 2), Way("tenant", "beta", 3, 1))),
        (Down(to=1), (Way("tenant", "acme", 4, 1), Way("tenant", "beta", 3, 1))),
        (Down(to=0), (Way("tenant", "acme", 4, 0), Way("tenant", "beta", 3, 0))),
        (Down(to=3), (Way("tenant", "acme", 4, 3),)),
    ],
    ids=["by steps", "to a version", "to nothing", "what is there has no way to go"],
)
def test_the_way_of_each_target_is_known_before_the_first_step(goal: Down, expected: tuple[Way, ...]) -> None:
    assert ways(planned(goal, ALL, THREE)) == expected


def test_a_pinned_goal_means_the_same_wherever_the_targets_are_by_now() -> None:
    goal = pinned(Down(steps=2), planned(Down(steps=2), ALL, ALL))
    for acme, labels in ((ALL, [4, 3]), (THREE, [3]), (TWO, []), (ONE, [])):
        again = make_plan(project(TRACK), [ACME], snapshot({ACME: acme}), goal)
        if acme is ONE:
            assert [refusal.message for refusal in again.refusals] == [
                "tenant 0002 is not applied, so nothing can be rolled back to it"
            ]
        else:
            assert ([step.version for step in again.steps], again.refusals) == (labels, ())


def test_a_target_that_a_pinned_goal_does_not_name_stays_as_it_is() -> None:
    goal = pinned(Down(steps=1), make_plan(project(TRACK), [ACME], snapshot({ACME: ALL}), Down(steps=1)))
    plan = planned(goal, ALL, ALL)
    assert [step.target for step in plan.steps] == [ACME]
    assert plan.refusals == ()


def test_repeatables_that_make_way_do_not_change_where_it_ends() -> None:
    view = repeatable("v", down="DROP VIEW v;")
    files = project(tenant_track(M1, M2, repeatables=[view]))
    plan = make_plan(files, [ACME], snapshot({ACME: applied(M1, M2, repeatables=[view])}), Down(steps=1))
    assert len(plan.steps) == 2
    assert ways(plan) == (Way("tenant", "acme", 2, 1),)


def test_a_goal_comes_back_from_json_as_it_was() -> None:
    plan = planned(Down(steps=2), ALL, THREE)
    goal = pinned(Down(steps=2), plan)
    row = json.loads(json.dumps(goal_row(goal, plan)))
    assert goal_of_row(row) == goal
    assert sorted(map(str, ways_of_row(row))) == sorted(map(str, ways(plan)))


@pytest.mark.parametrize(
    ("goal", "acme", "beta", "expected"),
    [
        (Down(steps=2), TWO, ALL, (["tenant_acme"], ["tenant_beta"])),
        (Down(steps=1), TWO, ALL, (["tenant_acme"], ["tenant_beta"])),
        (Down(steps=2), THREE, ALL, (["tenant_acme"], ["tenant_acme", "tenant_beta"])),
        (Down(steps=1), THREE, THREE, None),
        (Down(steps=2), TWO, TWO, None),
        (Down(steps=3), ALL, ALL, None),
        (Down(to=2), TWO, ALL, None),
        (Down(steps=1), applied(M1, M2, M3, M4, migration(5)), ALL, None),
    ],
    ids=[
        "one is through",
        "one is through, fewer steps",
        "one is half way",
        "no further",
        "all are through: somebody wants more",
        "all came up again: somebody begins anew",
        "a version says how far",
        "they went on since",
    ],
)
def test_a_call_that_would_go_beyond_an_earlier_rollback_is_found(
    goal: Down, acme: TargetState, beta: TargetState, expected: tuple[list[str], list[str]] | None
) -> None:
    found = goes_further(planned(goal, acme, beta), BOTH)
    assert (found and tuple([one.schema for one in part] for part in (found.beyond, found.left))) == expected

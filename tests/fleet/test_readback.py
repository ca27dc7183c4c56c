"""What another run, with newer files, has brought further is there too; books that were tampered with are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

import planning
from sqlmig.fleet.readback import gone_further
from sqlmig.plan.planner import Down, Goal, Up, make_plan
from sqlmig.plan.values import TargetPlan, TargetState

ONE, TWO, THREE = (planning.migration(number) for number in (1, 2, 3))
VIEW = planning.repeatable("view")


def plan(state: TargetState, goal: Goal = Up()) -> TargetPlan:  # noqa: B008  a frozen value
    target = planning.target()
    files = planning.project(planning.tenant_track(ONE, TWO, repeatables=[VIEW]))
    return make_plan(files, [target], planning.snapshot({target: state}), goal).targets[0]


NEW, CURRENT = planning.applied(), planning.applied(ONE, TWO, repeatables=[VIEW])
FURTHER = planning.applied(ONE, TWO, THREE, repeatables=[VIEW])


@pytest.mark.parametrize(
    ("planned", "now", "expected"),
    [
        (plan(NEW), FURTHER, True),
        (plan(CURRENT), FURTHER, True),
        (plan(planning.applied(ONE)), planning.applied(ONE, THREE, repeatables=[VIEW]), False),
        (plan(NEW), planning.applied(ONE, TWO, THREE), False),
        (plan(NEW), planning.applied(ONE), False),
        (plan(CURRENT), planning.applied(ONE), False),
        (plan(NEW), None, False),
        (plan(NEW), planning.applied(ONE, planning.migration(2, "SELECT 'other';"), THREE, repeatables=[VIEW]), False),
        (plan(NEW), replace(FURTHER, digest="00" * 32), False),
        (plan(CURRENT, Down(to=0)), FURTHER, False),
    ],
    ids=[
        "all of it, and more",
        "it had nothing to do",
        "a migration is missing",
        "a repeatable is missing",
        "it fell back",
        "it was current and fell back",
        "nothing is known of it",
        "another file under its number",
        "the digest was tampered with",
        "it was to be taken back",
    ],
)
def test_whether_a_target_is_further_than_a_plan_wanted_it(
    planned: TargetPlan, now: TargetState | None, expected: bool
) -> None:
    assert gone_further(planned, now) is expected

"""What a hold decides, as pure functions: nothing but tracks and states."""

from __future__ import annotations

import pytest

from planning import applied, migration, project, repeatable, snapshot, target, tenant_track
from sqlmig.plan.planner import Down, Goal, Up, make_plan
from sqlmig.plan.resolve import decide_down, decide_up
from sqlmig.plan.tenantstates import Hold
from sqlmig.plan.values import Standing, TargetState

ONE, TWO, THREE = (migration(number) for number in (1, 2, 3))
VIEW = repeatable("v")
TRACK = tenant_track(ONE, TWO, THREE, repeatables=[VIEW])
WHOLE = applied(ONE, TWO, THREE, repeatables=[VIEW])


@pytest.mark.parametrize(
    ("state", "to", "held_at", "wanted", "standing"),
    [
        (TargetState(), None, 0, [], Standing.HELD),
        (TargetState(), None, 2, ["0001_m", "0002_m"], Standing.NEW),
        (applied(ONE), None, 1, [], Standing.HELD),
        (applied(ONE), None, 2, ["0002_m"], Standing.BEHIND),
        (applied(ONE), 3, 2, ["0002_m"], Standing.BEHIND),
        (applied(ONE), 2, 3, ["0002_m"], Standing.BEHIND),
        (applied(ONE, TWO), 3, 2, [], Standing.BEHIND),
        (applied(ONE, TWO, THREE), None, 3, [], Standing.HELD),
        (applied(ONE, TWO), None, 1, [], Standing.HELD),
        (WHOLE, None, 1, [], Standing.CURRENT),
        (applied(ONE, TWO), None, None, ["0003_m", "v"], Standing.BEHIND),
    ],
)
def test_up_to_the_hold(
    state: TargetState, to: int | None, held_at: int | None, wanted: list[str], standing: Standing
) -> None:
    decision = decide_up(TRACK, state, to=to, held_at=held_at)
    assert ([work.label for work in decision.work], decision.standing, decision.refusals) == (wanted, standing, ())


@pytest.mark.parametrize(
    ("state", "to", "steps", "held_at", "wanted"),
    [
        (applied(ONE), 2, None, 1, []),
        (applied(ONE), None, 1, 1, []),
        (applied(ONE), 0, None, 1, ["0001_m"]),
        (applied(ONE, TWO), 1, None, 2, ["0002_m"]),
        (applied(ONE, TWO, THREE), None, 1, 1, ["0003_m"]),
    ],
    ids=["below-what-stays", "steps-of-a-release-it-did-not-get", "above-what-stays", "down", "beyond-its-hold"],
)
def test_down_past_the_hold(
    state: TargetState, to: int | None, steps: int | None, held_at: int, wanted: list[str]
) -> None:
    decision = decide_down(TRACK, state, to=to, steps=steps, held_at=held_at)
    assert ([work.label for work in decision.work], decision.refusals) == (wanted, ())


def test_an_edited_file_is_found_in_a_held_tenant_too() -> None:
    edited = migration(1, "CREATE TABLE other (id int);")
    decision = decide_up(tenant_track(edited, TWO), applied(ONE), held_at=1)
    assert decision.changed != ()


def test_a_version_that_there_is_not_is_refused_whatever_holds() -> None:
    assert decide_up(TRACK, applied(ONE), to=9, held_at=1).refusals != ()


@pytest.mark.parametrize(
    ("goal", "notes"),
    [(Up(), ["held at 0001: audit"]), (Up(2), ["held at 0001: audit"]), (Down(steps=1), ["held at 0001: audit"])],
)
def test_targets_that_stand_alike_are_decided_apart_when_one_is_held(goal: Goal, notes: list[str]) -> None:
    acme, globex = target("acme"), target("globex")
    state = applied(ONE)
    found = snapshot({acme: state, globex: state}, holds={acme.identity: Hold(1, "audit")})
    plan = make_plan(project(TRACK), [acme, globex], found, goal)
    assert [len(one.steps) > 0 for one in plan.targets] == [False, True]
    assert [(note.message, note.target) for note in plan.notes] == [(text, acme) for text in notes]
    assert [one.hold for one in plan.targets] == [Hold(1, "audit"), None]

"""Which steps of a target a stage is: one too many would run CONCURRENTLY beside open transactions."""

from __future__ import annotations

import pytest

import planning
from sqlmig.fleet.items import Item
from sqlmig.plan.planner import Up, make_plan
from sqlmig.plan.values import TargetPlan

OFF = "-- sqlmig: transaction off\nCREATE INDEX CONCURRENTLY i{0} ON t1 (id);"


def plan(*kinds: str) -> TargetPlan:
    """A step for each: `t` in a transaction, `o` outside of one."""
    target = planning.target()
    made = [planning.migration(n, OFF.format(n) if kind == "o" else None) for n, kind in enumerate(kinds, 1)]
    files = planning.project(planning.tenant_track(*made))
    return make_plan(files, [target], planning.snapshot({target: planning.applied()}), Up()).targets[0]


@pytest.mark.parametrize(
    ("kinds", "parts"),
    [
        ("tt", [(0, 2), (0, 2)]),
        ("tto", [(0, 2), (2, 3)]),
        ("ott", [(0, 0), (0, 1), (1, 3)]),
        ("toot", [(0, 1), (1, 3), (3, 4)]),
        ("", [(0, 0)]),
    ],
)
def test_the_steps_of_each_stage(kinds: str, parts: list[tuple[int, int]]) -> None:
    item = Item(plan(*kinds))
    assert [item.part(stage) for stage in range(len(parts))] == parts


def test_what_is_done_is_not_in_its_stage_any_more() -> None:
    item = Item(plan(*"ttto"), reached=2)
    assert [item.part(0), item.part(1)] == [(2, 3), (3, 4)]


def test_of_a_plan_that_was_made_anew_all_that_is_left_is_one_part() -> None:
    item = Item(plan(*"tto"), planned=False, reached=1)
    assert item.part(0) == (1, 3)


@pytest.mark.parametrize(
    ("kinds", "reached", "stage", "upcoming"),
    [("tot", 1, 0, 1), ("tot", 2, 1, 2), ("tot", 3, 2, None), ("ot", 0, 0, 1), ("tt", 2, 0, None), ("", 0, 0, None)],
)
def test_the_stage_that_comes_next(kinds: str, reached: int, stage: int, upcoming: int | None) -> None:
    assert Item(plan(*kinds), reached=reached, stage=stage).next_stage == upcoming

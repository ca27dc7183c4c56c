"""What a process without work may take from others: too early harms them, too late leaves a dead one's work undone."""

from __future__ import annotations

from typing import Any

import pytest

from sqlmig.db.runs import Claimed, Exchange, Reach
from sqlmig.fleet.idle import Idle
from sqlmig.plan.rollout import ItemState, RunState


def look(**changes: Any) -> Exchange:
    """Somebody else is at work on two targets."""
    found: dict[str, Any] = {
        "claimed": (),
        "state": RunState.RUNNING,
        "reason": None,
        "wave": 0,
        "counts": {ItemState.RUNNING: 2, ItemState.DONE: 5},
        "stage": 0,
        "next_due": None,
        "hold": 0.0,
        "slowest": 0.0,
    }
    return Exchange(**{**found, **changes})


def after(*looks: tuple[float, Exchange], busy: bool = False) -> Idle:
    idle = Idle()
    for at, found in looks:
        idle = idle.after(found, busy=busy, at=at)
    return idle


def test_nothing_is_taken_from_anybody_at_first() -> None:
    assert Idle().reach(0.0, 60.0) is Reach.DUE
    assert after((1.0, look())).reach(1.0, 0.0) is Reach.DUE


def test_after_two_looks_in_vain_what_nobody_is_at_work_on_is_taken() -> None:
    assert after((1.0, look()), (1.2, look())).reach(1.3, 60.0) is Reach.UNLOCKED


def test_who_has_waited_long_enough_looks_who_it_is() -> None:
    idle = after((1.0, look()), (1.2, look()), (30.0, look()))
    assert idle.reach(60.9, 60.0) is Reach.UNLOCKED
    assert idle.reach(61.0, 60.0) is Reach.LOCKED


def test_as_long_as_the_others_get_on_nobody_grows_impatient() -> None:
    moved = look(counts={ItemState.RUNNING: 1, ItemState.DONE: 6})
    idle = after((1.0, look()), (1.2, look()), (50.0, moved))
    assert idle.reach(70.0, 60.0) is Reach.UNLOCKED
    assert idle.reach(110.0, 60.0) is Reach.LOCKED


@pytest.mark.parametrize(
    "found",
    [
        look(claimed=(Claimed("tenant", "1", "tenant_acme", 0, 0.0),)),
        look(next_due=0.3),
        look(hold=20.0),
        look(stage=None),
    ],
    ids=["something was claimed", "something is due soon", "the wave has not begun", "the wave is over"],
)
def test_whoever_has_something_to_wait_for_is_not_idle(found: Exchange) -> None:
    assert after((1.0, look()), (1.2, look()), (1.4, found)) == Idle()


def test_whoever_is_at_work_is_not_idle() -> None:
    assert after((1.0, look()), (1.2, look()), busy=True) == Idle()

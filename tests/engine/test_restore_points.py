"""A run says where a recovery has to stop to undo it: when it begins, in its result, and when it is listed."""

from __future__ import annotations

from shop import CONFIG, Shop
from sqlmig.plan.events import Event, RunBegan
from sqlmig.plan.restorepoints import RestorePoint
from sqlmig.report.runs import run_text


def test_the_point_is_told_recorded_and_shown(shop: Shop) -> None:
    told: list[Event] = []
    result = shop.project().apply(observer=told.append)
    assert result.run_id is not None
    assert isinstance(result.restore_point, RestorePoint)
    assert [event.restore_point for event in told if isinstance(event, RunBegan)] == [result.restore_point]
    run, items = shop.project().run_show(result.run_id)
    assert run.restore_point == result.restore_point
    assert "to recover to before this run: recovery_target_" in run_text(run, items)


def test_a_run_with_nothing_to_do_makes_none(shop: Shop) -> None:
    shop.project().apply()
    assert shop.project().apply().restore_point is None


def test_a_project_that_wants_none_gets_none(shop: Shop) -> None:
    shop.write({"sqlmig.yaml": CONFIG.replace("apply: {", "apply: {restore_point: false, ")})
    assert shop.project().apply().restore_point is None

"""A rollback over a fleet that did not come to its end: what is left is taken back, and nothing further."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from fleetshop import configure, fleet, last_run, only, register
from sessions import AT_THE_GATE, at_the_gate, gate_closed, until
from shop import Shop, at_each_target
from sqlmig.db.context import Stop
from sqlmig.errors import Refused
from sqlmig.plan.events import Event, RunStopped
from sqlmig.plan.results import Outcome, RunResult

Connect = Callable[..., psycopg.Connection[Any]]


@pytest.fixture
def four(shop: Shop) -> Shop:
    """Five tenants at version 4."""
    fleet(shop, 5, workers=1)
    for number in (2, 3, 4):
        shop.pair("tenant", f"000{number}_t", f"CREATE TABLE t{number} (id int);\n", f"DROP TABLE t{number};\n")
    assert shop.apply().exit_status == 0
    return shop


def back(shop: Shop, **goal: int) -> RunResult:
    return shop.project().rollback(track="tenant", **goal)


def heads(shop: Shop) -> list[object]:
    return [shop.versions(f"tenant_t0{number}")[-1] for number in range(1, 6)]


def breaks(shop: Shop, version: int, schema: str) -> None:
    condition = f"{{% if schema == '{schema}' %}}SELECT 1 / 0;{{% endif %}}"
    shop.write({f"sql/tenant/000{version}_t.down.sql": f"{condition}DROP TABLE t{version};\n"})


def stopped_after_two(shop: Shop, **goal: int) -> RunResult:
    """A rollback that somebody interrupts when two of the five tenants are through."""
    stop, through = Stop(), []

    def count(result: Any) -> None:
        through.append(result)
        if len(through) == 2:
            stop.request()

    # Many targets share a message, unless there is a worker for each.
    configure(shop, workers=1)
    result = shop.project().rollback(track="tenant", observer=at_each_target(count), stop=stop, **goal)
    assert result.exit_status == 5
    return result


def test_steps_that_were_interrupted_are_not_taken_twice_where_they_were_taken(four: Shop) -> None:
    first = stopped_after_two(four, steps=1)
    before = heads(four)
    assert set(before) == {3, 4}
    with pytest.raises(Refused) as refused:
        back(four, steps=1)
    short = str(first.run_id)[:8]
    assert refused.value.message.startswith(f"rollback {short} is not through: tenant_t0")
    assert "and --steps 1 would take tenant_t0" in refused.value.message
    assert refused.value.state == "nothing was changed"
    assert refused.value.next is not None
    assert f"`sqlmig run resume {short}` takes back what is left, and nothing further" in refused.value.next
    assert heads(four) == before

    resumed = four.project().resume(short)
    assert (resumed.exit_status, resumed.run_id) == (0, first.run_id)
    assert heads(four) == [3] * 5
    assert back(four, steps=1).exit_status == 0, "all are through: more is meant"
    assert heads(four) == [2] * 5


def test_a_version_says_how_far_however_often_it_is_said(four: Shop) -> None:
    stopped_after_two(four, to=2)
    assert set(heads(four)) == {2, 4}
    for _ in range(2):
        assert back(four, to=2).exit_status == 0
        assert heads(four) == [2] * 5


def test_what_failed_is_taken_back_by_resuming_and_tells_so(four: Shop) -> None:
    breaks(four, 3, "tenant_t02")
    result = back(four, steps=2)
    assert only(Outcome.FAILED, result) == ["tenant_t02"]
    assert heads(four) == [2, 3, 2, 2, 2], "its first step is done"
    breaks(four, 3, "nobody")
    with pytest.raises(Refused, match="is not through: tenant_t02 still to be taken back, and --steps 2 would take"):
        back(four, steps=2)
    with pytest.raises(Refused, match="is a rollback, which `apply` does not try again"):
        four.project().retry_failed(result.run_id)
    with pytest.raises(Refused, match="the last run of which something is left is a rollback"):
        four.project().resume()
    assert heads(four) == [2, 3, 2, 2, 2]
    resumed = four.project().resume(result.run_id)
    assert (resumed.exit_status, last_states(four)) == (0, [("done",)])
    assert heads(four) == [2] * 5


def last_states(shop: Shop) -> list[tuple[object, ...]]:
    return shop.sql(
        "SELECT DISTINCT state FROM sqlmig.run_item WHERE run_id ="
        " (SELECT run_id FROM sqlmig.run WHERE command = 'rollback' ORDER BY started_at DESC LIMIT 1)"
    )


def test_one_tenant_that_failed_may_be_taken_back_by_itself(four: Shop) -> None:
    breaks(four, 3, "tenant_t02")
    result = back(four, steps=2)
    breaks(four, 3, "nobody")
    [failure] = [one.failure for one in result.results if one.failure is not None]
    assert "`sqlmig rollback --steps 1 --schema tenant_t02`" in failure.next
    assert four.project().rollback(schemas=["tenant_t02"], steps=1).exit_status == 0
    assert back(four, steps=1).exit_status == 0, "nothing of the first one is left"
    assert heads(four) == [1] * 5


def test_who_brought_all_of_them_up_again_begins_anew(four: Shop) -> None:
    stopped_after_two(four, steps=1)
    assert four.apply().exit_status == 0
    assert back(four, steps=2).exit_status == 0
    assert heads(four) == [2] * 5


def test_a_rollback_that_was_given_up_bars_nobody(four: Shop, connect: Connect) -> None:
    run_id = paused_in_the_middle(four, connect)
    four.project().abort_run(run_id)
    assert back(four, steps=1).exit_status == 0
    assert sorted(map(str, heads(four))) == ["2", "3", "3", "3", "3"]


def test_a_paused_rollback_is_resumed_with_its_list(four: Shop, connect: Connect) -> None:
    run_id = paused_in_the_middle(four, connect)
    register(four, ["young"])
    assert four.project().apply(schemas=["tenant_young"]).exit_status == 0
    resumed = four.project().resume(run_id)
    assert (resumed.exit_status, resumed.run_id) == (0, run_id)
    assert heads(four) == [3] * 5
    assert four.versions("tenant_young")[-1] == 4, "it is not on the list"


def paused_in_the_middle(shop: Shop, connect: Connect) -> str:
    """A rollback by one step that is paused while its first tenant is at work; the run's id."""
    configure(shop, workers=1)
    seen: list[Event] = []
    shop.write({"sql/tenant/0004_t.down.sql": AT_THE_GATE + "DROP TABLE t4;\n"})
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            run = pool.submit(shop.project().rollback, track="tenant", steps=1, observer=seen.append)
            until(lambda: at_the_gate(shop.connection))
            run_id = str(
                shop.one(
                    "SELECT run_id::text FROM sqlmig.run WHERE command = 'rollback' ORDER BY started_at DESC LIMIT 1"
                )
            )
            shop.project().pause_run(run_id)
            until(lambda: any(isinstance(event, RunStopped) for event in seen), what="the run knows")
        result = run.result()
    assert result.exit_status == 5
    assert sorted(map(str, heads(shop))) == ["3", "4", "4", "4", "4"]
    return run_id


def test_shared_tracks_are_taken_back_no_further_either(shop: Shop) -> None:
    for number in (2, 3):
        shop.pair("platform", f"000{number}_p", f"CREATE TABLE p{number} (id int);\n", f"DROP TABLE p{number};\n")
    shop.project().apply(platform=True)
    shop.write({"sql/platform/0002_p.down.sql": "SELECT 1 / 0;\n"})
    first = shop.project().rollback(platform=True, steps=2)
    assert first.exit_status == 3
    assert shop.versions("core") == [1, 2]
    shop.write({"sql/platform/0002_p.down.sql": "DROP TABLE p2;\n"})
    with pytest.raises(Refused, match="is not through: core still to be taken back, and --steps 2 would take core"):
        shop.project().rollback(platform=True, steps=2)
    assert shop.project().resume(first.run_id).exit_status == 0
    assert shop.versions("core") == [1]
    with pytest.raises(Refused, match="nothing of it is left"):
        shop.project().resume(first.run_id)


def test_two_that_begin_at_once_take_the_same_steps_and_not_their_sum(four: Shop, connect: Connect) -> None:
    configure(four, workers=2)
    four.write({"sql/tenant/0004_t.down.sql": AT_THE_GATE + "DROP TABLE t4;\n"})
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            runs = [pool.submit(back, four, steps=2) for _ in range(2)]
            until(lambda: four.one("SELECT count(*) FROM sqlmig.run WHERE command = 'rollback'") == 2)
            until(lambda: at_the_gate(four.connection))
        results = [run.result() for run in runs]
    assert [result.exit_status for result in results] == [0, 0]
    assert heads(four) == [2] * 5
    assert last_run(four)[1] == "finished"

"""A run that somebody pauses, gives up or interrupts in the middle: what is under way is finished, the rest waits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from fleetshop import configure, done_steps, fleet, last_run, only, register, rollout, steps_of
from sessions import AT_THE_GATE, advisory_locks, at_the_gate, gate_closed, sessions_of_sqlmig, until
from shop import Shop
from sqlmig.db.context import Stop
from sqlmig.errors import Refused, UsageError
from sqlmig.plan.events import Event, RunStopped, StepEnded
from sqlmig.plan.results import Outcome, RunResult
from sqlmig.plan.waves import rules_from_options

Connect = Callable[..., psycopg.Connection[Any]]

GATED = "{% if schema == 'tenant_t01' %}" + AT_THE_GATE + "{% endif %}CREATE TABLE kept (id int);\n"


def stopped_at_the_gate(shop: Shop, connect: Connect, act: Callable[[str], object], state: str) -> RunResult:
    """A run whose first tenant is at the gate when somebody acts; the gate opens when the run knows."""
    shop.pair("tenant", "0002_gate", GATED)
    project = shop.project()
    # The canary keeps the others from being done before somebody can act.
    wanted = rollout(project, rules=rules_from_options("2", ()))
    seen: list[Event] = []
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            run = pool.submit(project.apply, observer=seen.append, rollout=wanted)
            until(lambda: at_the_gate(shop.connection))
            act(last_run(shop)[0])
            until(lambda: [event for event in seen if isinstance(event, RunStopped)], what="the run knows")
            assert at_the_gate(shop.connection), "what is under way is left alone"
        result = run.result()
    [stopped] = [event for event in seen if isinstance(event, RunStopped)]
    assert stopped.why.startswith(f"the run is {state}")
    return result


def test_a_paused_run_finishes_what_is_under_way_and_is_resumed_with_its_list(shop: Shop, connect: Connect) -> None:
    schemas = fleet(shop, 7, workers=2)
    result = stopped_at_the_gate(shop, connect, lambda run_id: shop.project().pause_run(run_id, "lunch"), "paused")
    assert result.exit_status == 5
    assert only(Outcome.DONE, result) == schemas[:2]
    assert only(Outcome.NOT_STARTED, result) == schemas[2:]
    assert result.halted is not None
    assert result.halted.endswith(": lunch")
    run_id, state = last_run(shop)
    assert state == "paused"
    assert advisory_locks(shop.connection) == []

    register(shop, ["young"])
    resumed = shop.project().resume(run_id)
    assert resumed.exit_status == 0
    assert done_steps(shop) == steps_of(schemas, 1, 2)
    assert shop.tables("tenant_young") == [], "it is not on the list"
    assert last_run(shop) == (run_id, "finished")
    assert shop.apply().exit_status == 0
    assert shop.versions("tenant_young") == [1, 2]


def test_a_run_that_is_given_up_is_over_for_good(shop: Shop, connect: Connect) -> None:
    schemas = fleet(shop, 6, workers=2)
    result = stopped_at_the_gate(shop, connect, lambda run_id: shop.project().abort_run(run_id), "aborted")
    assert result.exit_status == 5
    assert only(Outcome.DONE, result) == schemas[:2]
    run_id, state = last_run(shop)
    assert state == "aborted"
    with pytest.raises(Refused, match="is aborted"):
        shop.project().resume(run_id)
    assert shop.apply().exit_status == 0
    assert done_steps(shop) == steps_of(schemas, 1, 2)


def test_a_signal_rolls_back_what_is_under_way_and_resume_does_the_rest(shop: Shop, connect: Connect) -> None:
    schemas = fleet(shop, 6, workers=2)
    shop.pair("tenant", "0002_gate", AT_THE_GATE + "CREATE TABLE kept (id int);\n")
    stop = Stop()
    with ThreadPoolExecutor() as pool, gate_closed(connect()):
        run = pool.submit(shop.project().apply, stop=stop)
        until(lambda: len(at_the_gate(shop.connection)) == 2)
        stop.request()
        result = run.result()
    assert result.exit_status == 5
    assert len(only(Outcome.INTERRUPTED, result)) == 2
    assert len(only(Outcome.NOT_STARTED, result)) == 4
    assert done_steps(shop) == steps_of(only(Outcome.INTERRUPTED, result), 1)
    until(lambda: not sessions_of_sqlmig(shop.connection), what="its sessions are gone")
    assert shop.sql("SELECT DISTINCT state FROM sqlmig.run_item") == [("pending",)]
    resumed = shop.project().resume()
    assert (resumed.exit_status, resumed.run_id) == (0, result.run_id)
    assert done_steps(shop) == steps_of(schemas, 1, 2)


def test_a_run_is_stopped_between_two_tenants(shop: Shop) -> None:
    schemas = fleet(shop, 6, workers=1)
    shop.apply()
    # So slow that a worker takes one at a time, and that what is told is heard before it has done them all.
    shop.pair("tenant", "0002_slow", "SELECT pg_sleep(0.3);\nCREATE TABLE kept (id int);\n")
    stop, heard = Stop(), []

    def request(event: Event) -> None:
        if isinstance(event, StepEnded):
            heard.append(event)
            if len(heard) == 3:
                stop.request()

    result = shop.project().apply(observer=request, stop=stop)
    assert result.exit_status == 5
    done = only(Outcome.DONE, result)
    assert len(done) in (3, 4)
    assert sorted(done_steps(shop)) == sorted([*steps_of(schemas, 1), *steps_of(done, 2)])
    [interrupted] = [one for one in result.results if one.outcome is Outcome.INTERRUPTED]
    assert interrupted.failure is not None
    assert interrupted.failure.message.startswith("stopped on request ")
    assert shop.apply().exit_status == 0, "a run that was interrupted bars nobody"
    assert done_steps(shop) == steps_of(schemas, 1, 2)


def test_a_pause_is_seen_by_a_process_that_waits_between_waves(shop: Shop) -> None:
    fleet(shop, 4, waves="[{name: first, count: 2, gate: {pause: 60s}}]")
    with ThreadPoolExecutor() as pool:
        run = pool.submit(shop.apply)
        until(lambda: last_run_wave(shop) == 1, what="the first wave is over")
        shop.project().pause_run(last_run(shop)[0])
        result = run.result(timeout=20)
    assert result.exit_status == 5
    assert len(done_steps(shop)) == 2
    resumed = shop.project().resume()
    assert resumed.exit_status == 0, "whoever resumes has waited enough"


def last_run_wave(shop: Shop) -> object:
    rows = shop.sql("SELECT wave FROM sqlmig.run WHERE goal IS NOT NULL ORDER BY started_at DESC LIMIT 1")
    return rows[0][0] if rows else None


def test_there_is_nothing_to_resume_before_anything_ran(shop: Shop) -> None:
    with pytest.raises(Refused) as refused:
        shop.project().resume()
    assert refused.value.message == "there is no run of which something is left"
    fleet(shop, 2)
    assert shop.apply().exit_status == 0
    with pytest.raises(Refused, match="there is no run of which something is left"):
        shop.project().resume()
    with pytest.raises(Refused, match="has finished: nothing of it is left"):
        shop.project().resume(last_run(shop)[0])
    with pytest.raises(UsageError):
        shop.project().resume("ffffffff")


def test_a_tenant_that_would_be_refused_and_is_not_on_the_list_keeps_nobody_from_resuming(
    shop: Shop, connect: Connect
) -> None:
    fleet(shop, 4, workers=2)
    stopped_at_the_gate(shop, connect, lambda run_id: shop.project().pause_run(run_id), "paused")
    shop.sql("INSERT INTO core.tenants (slug, schema_name) VALUES ('ghost', 'tenant_ghost')")
    assert shop.project().resume().exit_status == 0


def test_settings_of_the_way_there_may_change_before_a_run_is_resumed(shop: Shop, connect: Connect) -> None:
    schemas = fleet(shop, 5, workers=2)
    stopped_at_the_gate(shop, connect, lambda run_id: shop.project().pause_run(run_id), "paused")
    configure(shop, workers=1, lock_timeout="1s", attempts=5)
    assert shop.project().resume().exit_status == 0
    assert done_steps(shop) == steps_of(schemas, 1, 2)

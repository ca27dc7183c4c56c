"""What goes wrong in one tenant is its own affair; what goes wrong in many stops the run, never what is under way."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from fleetshop import done_steps, fleet, last_run, only, register, rollout, steps_of
from sessions import AT_THE_GATE, at_the_gate, gate_closed, until
from shop import Shop
from sqlmig.errors import Refused
from sqlmig.plan.events import Event, RunStopped, StepEnded, TargetRequeued
from sqlmig.plan.results import Outcome, RunResult
from sqlmig.report.failures import failed_alike
from sqlmig.report.run import failures_text

Connect = Callable[..., psycopg.Connection[Any]]


def broken_for(*schemas: str, sql: str = "SELECT 1 / 0") -> str:
    """A file that these tenants' schemas refuse."""
    return f"{{% if schema in {list(schemas)} %}}{sql};{{% else %}}CREATE TABLE fine (id int);{{% endif %}}\n"


def test_one_tenant_that_fails_stops_no_other(shop: Shop) -> None:
    schemas = fleet(shop, 12)
    shop.pair("tenant", "0002_broken", broken_for("tenant_t05"))
    shop.pair("tenant", "0003_after", "CREATE TABLE after (id int);\n")
    result = shop.apply()
    assert result.exit_status == 3
    assert only(Outcome.FAILED, result) == ["tenant_t05"]
    assert only(Outcome.DONE, result) == [schema for schema in schemas if schema != "tenant_t05"]
    assert shop.tables("tenant_t05") == ["deals"]
    assert shop.tables("tenant_t12") == ["after", "deals", "fine"]
    assert shop.sql("SELECT schema_name, sqlstate, version FROM sqlmig.log WHERE outcome = 'failed'") == [
        ("tenant_t05", "22012", 2)
    ]
    _, items = shop.project().run_show(last_run(shop)[0])
    [item] = [item for item in items if item.state.value == "failed"]
    assert item.error is not None
    assert (str(item.error.kind), item.schema) == ("22012 in 0002_broken:1", "tenant_t05")


def test_errors_are_told_once_for_all_tenants_that_met_them(shop: Shop) -> None:
    bad = ["tenant_t02", "tenant_t07", "tenant_t08", "tenant_t09"]
    fleet(shop, 20, breaker="{same_in_a_row: 0, share: 100%}")
    shop.pair("tenant", "0002_broken", broken_for(*bad, sql="SELECT nobody FROM deals"))
    result = shop.apply()
    [alike] = failed_alike(result.results)
    assert (len(alike.results), alike.kind.sqlstate, sorted(alike.schemas)) == (4, "42703", bad)
    assert "4 tenants: 42703 in 0002_broken:1" in failures_text(result)


def test_the_same_error_in_three_tenants_in_a_row_halts_the_run(shop: Shop) -> None:
    schemas = fleet(shop, 30, workers=1)
    shop.pair("tenant", "0002_broken", "SELECT nobody FROM deals;\n")
    seen: list[Event] = []
    result = shop.project().apply(observer=seen.append)
    assert result.exit_status == 3
    assert only(Outcome.FAILED, result) == schemas[:3]
    assert only(Outcome.NOT_STARTED, result) == schemas[3:]
    why = "the same error in 3 targets in a row: 42703 in 0002_broken:1, for example tenant_t03"
    assert result.halted == why
    assert [event.why for event in seen if isinstance(event, RunStopped)] == [why]
    assert last_run(shop)[1] == "halted"
    assert shop.sql("SELECT state, count(*) FROM sqlmig.run_item GROUP BY 1 ORDER BY 1") == [
        ("failed", 3),
        ("pending", 27),
    ]


def test_a_halted_run_ends_nothing_that_is_under_way(shop: Shop, connect: Connect) -> None:
    fleet(shop, 10, workers=2)
    shop.pair(
        "tenant",
        "0002_gate",
        "{% if schema == 'tenant_t01' %}" + AT_THE_GATE + "CREATE TABLE kept (id int);"
        "{% else %}SELECT nobody FROM deals;{% endif %}\n",
    )
    with ThreadPoolExecutor() as pool, gate_closed(connect()):
        run = pool.submit(shop.apply)
        [pid] = until(lambda: at_the_gate(shop.connection))
        until(lambda: last_run(shop)[1] == "halted", what="the run is halted")
        assert at_the_gate(shop.connection) == [pid]
        assert not run.done()
    result = run.result()
    assert result.exit_status == 3
    assert only(Outcome.DONE, result) == ["tenant_t01"]
    # The worker at the gate had one more in its hands.
    assert len(only(Outcome.FAILED, result)) == 3
    assert shop.tables("tenant_t01") == ["deals", "kept"]
    assert shop.versions("tenant_t01") == [1, 2]


def test_a_share_of_the_wave_halts_the_run_whatever_the_errors_are(shop: Shop) -> None:
    fleet(shop, 40, workers=1, breaker="{same_in_a_row: 0, share: 10%}")
    shop.pair("tenant", "0002_broken", broken_for(*(f"tenant_t{number:02}" for number in range(1, 41, 3))))
    result = shop.apply()
    assert result.exit_status == 3
    assert len(only(Outcome.FAILED, result)) == 5
    assert result.halted is not None
    assert result.halted.startswith("5 of 40 targets of the wave have failed, more than the 4 that may")


def test_a_tenant_whose_own_rows_are_to_blame_is_left_aside(shop: Shop) -> None:
    schemas = fleet(shop, 8, workers=1)
    shop.apply()
    for schema in schemas[:4]:
        shop.sql(f"INSERT INTO {schema}.deals VALUES (1, NULL)")
    shop.pair("tenant", "0002_title", "ALTER TABLE deals ALTER COLUMN title SET NOT NULL;\n")
    result = shop.apply()
    assert result.exit_status == 3
    assert result.halted is None, "rows of a tenant do not speak for other tenants"
    assert only(Outcome.QUARANTINED, result) == schemas[:4]
    assert only(Outcome.DONE, result) == schemas[4:]
    assert {state for (state,) in shop.sql("SELECT DISTINCT outcome FROM sqlmig.log WHERE version = 2")} == {
        "done",
        "quarantined",
    }


def test_stop_on_failure_begins_nothing_more(shop: Shop) -> None:
    schemas = fleet(shop, 6, workers=1)
    shop.pair("tenant", "0002_broken", broken_for("tenant_t02"))
    project = shop.project()
    result = project.apply(rollout=rollout(project, stop_on_failure=True))
    assert result.exit_status == 3
    assert only(Outcome.DONE, result) == schemas[:1]
    assert only(Outcome.NOT_STARTED, result) == schemas[2:]
    assert result.halted is not None
    assert result.halted.startswith("tenant_t02 has failed, and the run stops at the first failure")


def test_an_error_that_no_other_tenant_would_escape_halts_at_once(shop: Shop) -> None:
    schemas = fleet(shop, 5, workers=1)
    shop.pair("tenant", "0002_disk", "DO $$ BEGIN RAISE 'no space left on device' USING ERRCODE = '53100'; END $$;\n")
    result = shop.apply()
    assert result.exit_status == 3
    assert only(Outcome.FAILED, result) == schemas[:1]
    assert result.halted is not None
    assert result.halted.startswith("no other target would fare better than tenant_t01: 53100")


def test_only_the_failed_are_tried_again_in_a_run_of_their_own(shop: Shop) -> None:
    schemas = fleet(shop, 8)
    bad = ["tenant_t03", "tenant_t06"]
    for schema in bad:
        shop.sql(f"CREATE TABLE {schema}.fine (id int)")
    shop.pair("tenant", "0002_fine", "CREATE TABLE fine (id int);\n")
    first = shop.apply()
    assert only(Outcome.FAILED, first) == bad
    register(shop, ["young"])
    shop.sql("DROP TABLE tenant_t03.fine")
    again = shop.project().retry_failed()
    assert again.exit_status == 3
    assert [one.target.schema for one in again.results] == bad
    assert only(Outcome.FAILED, again) == ["tenant_t06"]
    assert shop.one("SELECT parent::text FROM sqlmig.run WHERE run_id = %s", again.run_id) == first.run_id
    shop.sql("DROP TABLE tenant_t06.fine")
    last = shop.project().retry_failed()
    assert (last.exit_status, [one.target.schema for one in last.results]) == (0, ["tenant_t06"])
    assert done_steps(shop) == steps_of(schemas, 1, 2)
    with pytest.raises(Refused, match="no target failed in run"):
        shop.project().retry_failed()


def test_a_failure_does_not_keep_a_late_joiner_waiting(shop: Shop) -> None:
    fleet(shop, 4, workers=1)
    shop.pair("tenant", "0002_broken", broken_for("tenant_t02"))

    def join(event: Event) -> None:
        if isinstance(event, StepEnded) and event.result.step.target.schema == "tenant_t04":
            shop.sql("CREATE SCHEMA IF NOT EXISTS tenant_young")
            shop.sql(
                "INSERT INTO core.tenants (slug, schema_name) VALUES ('young', 'tenant_young') ON CONFLICT DO NOTHING"
            )

    result = shop.project().apply(observer=join)
    assert result.exit_status == 3
    assert only(Outcome.FAILED, result) == ["tenant_t02"]
    assert shop.versions("tenant_young") == [1, 2]


# --- somebody is in the way ---


def requeues(run: RunResult, seen: list[Event]) -> list[str]:
    assert run.run_id is not None
    return [event.target.schema for event in seen if isinstance(event, TargetRequeued)]


def test_a_tenant_whose_table_is_locked_goes_to_the_tail_and_is_done_when_the_lock_goes(
    shop: Shop, connect: Connect
) -> None:
    schemas = fleet(shop, 8, workers=1, lock_timeout="50ms", attempts=20)
    shop.apply()
    shop.pair("tenant", "0002_more", "ALTER TABLE deals ADD COLUMN more int;\n")
    holder = connect(autocommit=False)
    holder.execute("LOCK TABLE tenant_t02.deals IN ACCESS SHARE MODE")
    seen: list[Event] = []
    done: list[str] = []

    def watch(event: Event) -> None:
        seen.append(event)
        if isinstance(event, StepEnded) and event.result.outcome is Outcome.DONE:
            done.append(event.result.step.target.schema)
            if len(done) == 7:
                holder.rollback()

    result = shop.project().apply(observer=watch)
    assert result.exit_status == 0
    assert done[-1] == "tenant_t02"
    assert sorted(done) == schemas
    assert set(requeues(result, seen)) == {"tenant_t02"}
    first = next(event for event in seen if isinstance(event, TargetRequeued))
    assert first.why == "canceling statement due to lock timeout"
    assert first.seconds > 0
    [late] = [one for one in result.results if one.target.schema == "tenant_t02"]
    assert late.attempts > 1
    assert shop.sql("SELECT FROM sqlmig.log WHERE outcome <> 'done'") == []


def test_a_tenant_that_stays_locked_is_blocked_and_the_blocker_is_named(shop: Shop, connect: Connect) -> None:
    schemas = fleet(shop, 4, workers=2, lock_timeout="1s", attempts=2)
    shop.apply()
    shop.pair("tenant", "0002_more", "ALTER TABLE deals ADD COLUMN more int;\n")
    holder = connect(autocommit=False, application_name="a report")
    holder.execute("SELECT 'still counting' FROM tenant_t03.deals")
    result = shop.apply()
    assert result.exit_status == 4
    assert only(Outcome.BLOCKED, result) == ["tenant_t03"]
    assert only(Outcome.DONE, result) == [schema for schema in schemas if schema != "tenant_t03"]
    [blocked] = [one for one in result.results if one.outcome is Outcome.BLOCKED]
    assert blocked.failure is not None
    assert blocked.attempts == 2
    message = blocked.failure.message
    assert message.startswith(
        "0002_more failed in tenant_t03 after 2 attempts: canceling statement due to lock timeout"
    )
    assert f"pid {holder.info.backend_pid} (postgres@local, a report, idle in transaction, since " in message
    assert "SELECT 'still counting' FROM tenant_t03.deals" in message
    holder.rollback()
    resumed = shop.project().resume()
    assert (resumed.exit_status, resumed.run_id) == (0, result.run_id)
    assert shop.versions("tenant_t03") == [1, 2]


def test_a_target_that_another_run_holds_says_how_long_it_was_waited_for(shop: Shop, connect: Connect) -> None:
    fleet(shop, 4, workers=2, lock_wait="300ms")
    holder = connect()
    from sqlmig.db.locks import key_of

    holder.execute("SELECT pg_advisory_lock(%s)", (key_of("sqlmig", "target", "2"),))
    result = shop.apply()
    assert result.exit_status == 4
    [blocked] = [one for one in result.results if one.outcome is Outcome.BLOCKED]
    assert blocked.failure is not None
    assert blocked.failure.message.startswith("another run holds tenant_t02: waited 0.")
    assert "waited 0 s" not in blocked.failure.message
    assert f"pid {holder.info.backend_pid} (" in blocked.failure.message


def test_a_deadlock_is_tried_again(shop: Shop, connect: Connect) -> None:
    fleet(shop, 3, workers=2, lock_timeout="20s")
    shop.apply()
    shop.sql("CREATE TABLE tenant_t02.other (id int)")
    shop.pair(
        "tenant",
        "0002_both",
        "-- sqlmig: lock_timeout 20s\n{% if schema == 'tenant_t02' %}LOCK TABLE deals;\n"
        "SELECT pg_advisory_xact_lock(4242);\nLOCK TABLE other;{% else %}SELECT 1;{% endif %}\n",
    )
    gate, rival = connect(), connect(autocommit=False)
    rival.execute("SET deadlock_timeout = '60s'")
    rival.execute("LOCK TABLE tenant_t02.other")
    seen: list[Event] = []
    with ThreadPoolExecutor() as pool:
        with gate_closed(gate):
            run = pool.submit(shop.project().apply, observer=seen.append)
            until(lambda: at_the_gate(shop.connection))
            waits = pool.submit(rival.execute, "LOCK TABLE tenant_t02.deals")
            until(
                lambda: shop.sql("SELECT FROM pg_locks WHERE pid = %s AND NOT granted", rival.info.backend_pid),
                what="the rival waits",
            )
        waits.result()
        rival.rollback()
        result = run.result()
    assert result.exit_status == 0
    assert [event.why for event in seen if isinstance(event, TargetRequeued)] == ["deadlock detected"]
    assert shop.versions("tenant_t02") == [1, 2]

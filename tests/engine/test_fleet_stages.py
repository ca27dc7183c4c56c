"""What shares a transaction, what runs in a stage of its own, and what runs in one target at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from commandline import Cli
from fleetshop import done_steps, fleet, only, rollout, steps_of
from sessions import AT_THE_GATE, advisory_locks, at_the_gate, gate_closed, index_is_valid, until
from shop import Shop
from sqlmig.plan.events import Event
from sqlmig.plan.results import Outcome

Connect = Callable[..., psycopg.Connection[Any]]

OFF = "-- sqlmig: transaction off\n"


def together(shop: Shop, **changes: Any) -> Any:
    project = shop.project()
    return project.apply(rollout=rollout(project, together=True, **changes))


def test_all_or_nothing_of_a_target_in_one_transaction(shop: Shop) -> None:
    schemas = fleet(shop, 6)
    shop.pair("tenant", "0002_xid", "CREATE TABLE xid AS SELECT pg_current_xact_id()::text AS id;\n")
    shop.pair("tenant", "0003_broken", "{% if schema == 'tenant_t04' %}SELECT 1 / 0;{% endif %}SELECT 1;\n")
    shop.pair("tenant", "0004_same", "INSERT INTO xid SELECT pg_current_xact_id()::text;\n")
    result = together(shop)
    assert result.exit_status == 3
    assert only(Outcome.FAILED, result) == ["tenant_t04"]
    assert shop.tables("tenant_t04") == []
    assert shop.versions("tenant_t04") == []
    [failure] = [one.failure for one in result.results if one.failure is not None]
    assert "nor of the 2 files before it in the same transaction" in failure.state
    for schema in schemas:
        if schema != "tenant_t04":
            assert shop.one(f"SELECT count(DISTINCT id) FROM {schema}.xid") == 1
            assert shop.versions(schema) == [1, 2, 3, 4]


def test_what_runs_outside_of_a_transaction_cuts_the_one_around_it(shop: Shop) -> None:
    schemas = fleet(shop, 3)
    shop.pair("tenant", "0002_xid", "CREATE TABLE xid AS SELECT pg_current_xact_id()::text AS id;\n")
    shop.pair("tenant", "0003_index", OFF + "CREATE INDEX CONCURRENTLY xid_id ON xid (id);\n")
    shop.pair("tenant", "0004_more", "INSERT INTO xid SELECT pg_current_xact_id()::text;\n")
    shop.pair("tenant", "0005_broken", "{% if schema == 'tenant_t02' %}SELECT 1 / 0;{% endif %}SELECT 1;\n")
    assert together(shop).exit_status == 3
    assert shop.versions("tenant_t02") == [1, 2, 3]
    for schema in ("tenant_t01", "tenant_t03"):
        assert shop.versions(schema) == [1, 2, 3, 4, 5]
        assert shop.one(f"SELECT count(DISTINCT id) FROM {schema}.xid") == 2
    assert all(index_is_valid(shop.connection, f"{schema}.xid_id") for schema in schemas)


@pytest.mark.parametrize("workers", [1, 3])
def test_what_runs_outside_of_transactions_comes_behind_what_does_not_in_all_targets(shop: Shop, workers: int) -> None:
    schemas = fleet(shop, 7, workers=workers)
    shop.pair("tenant", "0002_index", OFF + "CREATE INDEX CONCURRENTLY deals_title ON deals (title);\n")
    shop.pair("tenant", "0003_after", "CREATE TABLE after (id int);\n")
    result = shop.apply()
    assert result.exit_status == 0
    assert done_steps(shop) == steps_of(schemas, 1, 2, 3)
    order = [version for (version,) in shop.sql("SELECT version FROM sqlmig.log WHERE track = 'tenant' ORDER BY id")]
    assert order == [1] * 7 + [2] * 7 + [3] * 7
    assert all(index_is_valid(shop.connection, f"{schema}.deals_title") for schema in schemas)
    assert result.invalid == ()


def test_targets_with_different_work_before_them_have_the_same_stages(shop: Shop) -> None:
    fleet(shop, 6, workers=3)
    shop.pair("tenant", "0002_index", OFF + "CREATE INDEX CONCURRENTLY deals_title ON deals (title);\n")
    shop.pair("tenant", "0003_after", "CREATE TABLE after (id int);\n")
    project = shop.project()
    assert project.apply(schemas=["tenant_t01", "tenant_t02"], track="tenant", to=1).exit_status == 0
    assert project.apply(schemas=["tenant_t03"], track="tenant", to=2).exit_status == 0
    assert shop.apply("tenant_t04").exit_status == 0
    before = shop.one("SELECT max(id) FROM sqlmig.log")
    assert shop.apply().exit_status == 0
    rows = shop.sql("SELECT version, schema_name FROM sqlmig.log WHERE id > %s ORDER BY id", before)
    transactional = [version != 2 for version, _ in rows]
    first, last = transactional.index(False), len(transactional) - transactional[::-1].index(False)
    assert not any(transactional[first:last]), "one stage is over before the next begins"
    assert {schema for version, schema in rows[:first]} == {"tenant_t03", "tenant_t05", "tenant_t06"}
    assert [version for version, _ in rows[last:]] == [3] * 4
    for number in range(1, 7):
        assert shop.versions(f"tenant_t{number:02}") == [1, 2, 3]


def test_a_failure_in_one_stage_keeps_the_target_out_of_the_next(shop: Shop) -> None:
    schemas = fleet(shop, 4, workers=2)
    shop.pair("tenant", "0002_broken", "{% if schema == 'tenant_t02' %}SELECT 1 / 0;{% endif %}SELECT 1;\n")
    shop.pair("tenant", "0003_index", OFF + "CREATE INDEX CONCURRENTLY deals_title ON deals (title);\n")
    result = shop.apply()
    assert result.exit_status == 3
    assert only(Outcome.FAILED, result) == ["tenant_t02"]
    assert [index_is_valid(shop.connection, f"{schema}.deals_title") for schema in schemas] == [True, None, True, True]


def test_two_processes_build_indexes_in_stages_together(shop: Shop, cli: Cli) -> None:
    schemas = fleet(shop, 10, workers=2)
    shop.pair("tenant", "0002_index", OFF + "CREATE INDEX CONCURRENTLY deals_title ON deals (title);\n")
    shop.pair("tenant", "0003_after", "CREATE TABLE after (id int);\n")
    with cli.start("apply") as one, cli.start("apply") as other:
        answers = [process.communicate(timeout=40) for process in (one, other)]
    assert [one.returncode, other.returncode] == [0, 0], answers
    assert done_steps(shop) == steps_of(schemas, 1, 2, 3)
    assert shop.sql("SELECT FROM sqlmig.log WHERE outcome <> 'done'") == []
    assert all(index_is_valid(shop.connection, f"{schema}.deals_title") for schema in schemas)


# --- what all targets share ---

KEY = "ALTER TABLE deals ADD COLUMN {0} int REFERENCES core.{1} (id);\n"


def parents(shop: Shop) -> None:
    """Two platform tables that tenants refer to."""
    shop.pair(
        "platform",
        "0002_parents",
        "CREATE TABLE left_ (id int PRIMARY KEY);\nCREATE TABLE right_ (id int PRIMARY KEY);\n",
    )


def test_a_foreign_key_to_a_platform_table_is_made_in_one_tenant_at_a_time(shop: Shop, connect: Connect) -> None:
    schemas = fleet(shop, 6, workers=4)
    parents(shop)
    shop.pair("tenant", "0002_key", "-- sqlmig: touches core.left_\n" + AT_THE_GATE + KEY.format("a", "left_"))
    shop.pair("tenant", "0003_after", "SELECT 1;\n")
    seen: list[Event] = []
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            run = pool.submit(shop.project().apply, observer=seen.append)
            until(lambda: at_the_gate(shop.connection))
            until(lambda: len([step for step in done_steps(shop) if step[1] == 1]) == 4, what="others wait behind it")
            assert len(at_the_gate(shop.connection)) == 1
            blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype <> 'advisory'"
            assert shop.one(blocked) == 0, "nobody waits for the parent's lock"
        result = run.result()
    assert result.exit_status == 0
    assert done_steps(shop) == steps_of(schemas, 1, 2, 3)
    apart = shop.one(
        "SELECT bool_and(coalesce(began >= before, true)) FROM (SELECT at - duration AS began,"
        " lag(at) OVER (ORDER BY at) AS before FROM sqlmig.log WHERE track = 'tenant' AND version = 2) AS step"
    )
    assert apart is True
    assert advisory_locks(shop.connection) == []


def test_two_processes_and_two_parents_in_opposite_orders_meet_in_no_deadlock(shop: Shop, cli: Cli) -> None:
    schemas = fleet(shop, 10, workers=3)
    parents(shop)
    touches = "-- sqlmig: touches core.left_ core.right_\n-- sqlmig: lock_timeout 20s\n"
    keys = KEY.format("a", "left_"), KEY.format("b", "right_")
    either = f"{{% if schema <= 'tenant_t05' %}}{keys[0]}{keys[1]}{{% else %}}{keys[1]}{keys[0]}{{% endif %}}"
    shop.pair("tenant", "0002_keys", touches + either)
    with contextlib.ExitStack() as stack:
        running = [stack.enter_context(cli.start("apply")) for _ in range(2)]
        answers = [process.communicate(timeout=40) for process in running]
    assert [process.returncode for process in running] == [0, 0], answers
    assert done_steps(shop) == steps_of(schemas, 1, 2)
    assert shop.sql("SELECT FROM sqlmig.log WHERE outcome <> 'done' OR sqlstate IS NOT NULL") == []
    assert not [said for said in answers if "deadlock" in said[0] + said[1]]

"""Promise 4: a step waits for table locks for a short time only, and is tried again as a whole; who blocked is told."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from heldup import held_up
from servers import Database
from sessions import AT_THE_GATE, at_the_gate, gate_closed, index_is_valid, until, waiting_for_a_relation
from shop import CONFIG, Shop
from sqlmig.plan.results import Holder, Outcome
from sqlmig.plan.retry import pause_before
from sqlmig.plan.values import Target

Connect = Callable[..., psycopg.Connection[Any]]


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """With two tables, and a lock_timeout that lets the watching session see who is in the way."""
    shop.write({"sqlmig.yaml": CONFIG.replace("lock_timeout: 500ms", "lock_timeout: 1s")})
    shop.with_tenants()
    shop.pair("platform", "0002_tables", "CREATE TABLE a (id int);\nCREATE TABLE b (id int);\n")
    shop.apply()
    return shop


def reader_of(connection: psycopg.Connection[Any], query: str = "SELECT count(*) FROM core.a") -> None:
    """Begins a transaction that reads and then idles; not for ever, so that a run without lock_timeout ends too."""
    connection.execute("SET idle_in_transaction_session_timeout = '10s'")
    connection.execute(query)


def log_of(shop: Shop, version: int) -> list[tuple[object, ...]]:
    return shop.sql("SELECT outcome, attempts, sqlstate FROM sqlmig.log WHERE version = %s ORDER BY id", version)


def test_promise_04_the_whole_transaction_is_tried_again_until_the_reader_leaves(shop: Shop, connect: Connect) -> None:
    shop.pair("platform", "0003_alter", "INSERT INTO b VALUES (1);\nALTER TABLE a ADD COLUMN c int;\n")
    reader = connect(autocommit=False)
    reader_of(reader)
    told: list[Holder] = []

    def on_wait(_target: Target, holders: list[Holder]) -> None:
        told.extend(holders)
        if len(told) == 2:
            reader.rollback()

    result = shop.project().apply(on_wait=on_wait)
    assert result.exit_status == 0
    [step] = result.results[0].steps
    assert step.attempts == 2
    assert [holder.pid for holder in step.blockers] == [reader.info.backend_pid]
    assert log_of(shop, 3) == [("done", 2, None)]
    assert shop.one("SELECT count(*) FROM core.b") == 1
    assert told[0].state == "idle in transaction"


def test_promise_04_a_blocker_that_stays_is_named_with_what_it_does(shop: Shop, connect: Connect) -> None:
    shop.write({"sqlmig.yaml": CONFIG.replace("lock_timeout: 500ms, attempts: 3", "lock_timeout: 1s, attempts: 2")})
    shop.pair("platform", "0003_alter", "ALTER TABLE a ADD COLUMN c int;\n")
    reader = connect(autocommit=False, application_name="monthly report")
    reader_of(reader, "SELECT count(*) AS deals_of_the_month FROM core.a")
    result = shop.apply()
    assert result.exit_status == 4
    failure = result.results[0].failure
    assert failure is not None
    user = shop.one("SELECT current_user")
    assert failure.message.startswith(
        "0003_alter failed in core after 2 attempts: canceling statement due to lock timeout; "
        f"blocked by pid {reader.info.backend_pid} ({user}@"
    )
    assert "monthly report, idle in transaction, since 20" in failure.message
    assert failure.message.endswith("): SELECT count(*) AS deals_of_the_month FROM core.a")
    assert failure.state == "the transaction was rolled back: nothing of this file is in the database"
    assert failure.next == "end or wait for the blocking session, then run `sqlmig apply --platform` again"
    assert str(failure.place) == "sql/platform/0003_alter.up.sql:1:1"
    assert log_of(shop, 3) == [("blocked", 2, "55P03")]
    assert shop.versions("core") == [1, 2]
    reader.rollback()
    assert shop.apply().exit_status == 0


def test_promise_04_readers_do_not_stand_behind_a_waiting_change_for_longer_than_the_lock_timeout(
    shop: Shop, connect: Connect
) -> None:
    shop.pair("platform", "0003_alter", "ALTER TABLE a ADD COLUMN c int;\n")
    first, second = connect(autocommit=False), connect()
    reader_of(first)
    second.execute("SET statement_timeout = '5s'")
    with ThreadPoolExecutor() as pool:
        run = pool.submit(shop.apply)
        until(lambda: waiting_for_a_relation(shop.connection))
        began = time.monotonic()
        second.execute("SELECT count(*) FROM core.a")
        waited = time.monotonic() - began
        first.rollback()
    assert waited < 2
    assert run.result().exit_status == 0


def test_promise_04_the_victim_of_a_deadlock_is_tried_again(shop: Shop, connect: Connect) -> None:
    shop.pair("platform", "0003_both", "-- sqlmig: lock_timeout 60s\nLOCK a;\nINSERT INTO b VALUES (1);\nLOCK b;\n")
    other = connect()
    other.execute("SET deadlock_timeout = '60s'")
    with ThreadPoolExecutor() as pool, other.transaction():
        # The reader's lock lets INSERT pass, and not LOCK.
        other.execute("SELECT count(*) FROM core.b")
        run = pool.submit(shop.apply)
        until(lambda: waiting_for_a_relation(shop.connection))
        # Closes the circle. The run's session is the first to look for one, and is the victim.
        other.execute("SELECT count(*) FROM core.a")
    result = run.result()
    assert result.exit_status == 0
    assert result.results[0].steps[0].attempts > 1
    assert shop.one("SELECT count(*) FROM core.b") == 1


def test_promise_04_a_tuple_concurrently_updated_is_tried_again(shop: Shop, connect: Connect) -> None:
    """Two sessions that GRANT on one object: the second finds its row of the catalog changed."""
    shop.sql("CREATE FUNCTION core.f() RETURNS int LANGUAGE sql AS 'SELECT 1'")
    shop.pair("platform", "0003_grant", "GRANT EXECUTE ON FUNCTION core.f() TO pg_monitor;\n")
    other = connect()
    with ThreadPoolExecutor() as pool:
        with other.transaction():
            other.execute("GRANT EXECUTE ON FUNCTION core.f() TO pg_read_all_stats")
            run = pool.submit(shop.apply)
            until(lambda: waiting_for_a_relation(shop.connection))
        result = run.result()
    assert result.exit_status == 0
    assert result.results[0].steps[0].attempts == 2
    assert shop.one("SELECT has_function_privilege('pg_monitor', 'core.f()', 'EXECUTE')") is True


def test_promise_04_what_is_built_concurrently_waits_longer_than_the_lock_timeout(
    shop: Shop, connect: Connect, database: Database
) -> None:
    """A lock_timeout would kill it half way, and leave an INVALID index."""
    build = "CREATE INDEX CONCURRENTLY i ON a (id)"
    shop.pair("platform", "0003_index", f"-- sqlmig: transaction off\n{build};\n")
    shop.write({"sqlmig.yaml": CONFIG.replace("lock_timeout: 500ms", "lock_timeout: 100ms")})
    writer = connect()
    with ThreadPoolExecutor() as pool, held_up(database, writer, build, "INSERT INTO core.a VALUES (1)") as url:
        run = pool.submit(Shop(shop.folder, url, shop.connection).apply)
        until(lambda: waiting_for_a_relation(shop.connection))
        time.sleep(0.8)
        assert waiting_for_a_relation(shop.connection)
        writer.execute("COMMIT")
        result = run.result()
    assert result.exit_status == 0
    assert result.results[0].steps[0].attempts == 1
    assert [holder.pid for holder in result.results[0].steps[0].blockers] == [writer.info.backend_pid]
    assert index_is_valid(shop.connection, "core.i")


def test_promise_04_other_statements_outside_of_a_transaction_have_the_lock_timeout_and_are_tried_again(
    shop: Shop, connect: Connect
) -> None:
    body = "INSERT INTO b VALUES (1);\nALTER TABLE a ADD COLUMN c int;\n"
    shop.pair("platform", "0003_off", f"-- sqlmig: transaction off\n{body}")
    reader = connect(autocommit=False)
    reader_of(reader)
    told: list[Holder] = []

    def on_wait(_target: Target, holders: list[Holder]) -> None:
        told.extend(holders)
        if len(told) == 2:
            reader.rollback()

    result = shop.project().apply(on_wait=on_wait)
    assert result.exit_status == 0
    assert log_of(shop, 3) == [("done", 2, None)]
    assert shop.one("SELECT count(*) FROM core.b") == 1


def test_promise_04_a_directive_goes_before_the_configuration(shop: Shop, connect: Connect) -> None:
    shop.write({"sqlmig.yaml": CONFIG.replace("lock_timeout: 500ms, attempts: 3", "lock_timeout: 100ms, attempts: 1")})
    shop.pair("platform", "0003_gate", AT_THE_GATE)
    with ThreadPoolExecutor() as pool, gate_closed(connect()):
        run = pool.submit(shop.apply)
        until(lambda: at_the_gate(shop.connection))
        time.sleep(0.4)
        assert at_the_gate(shop.connection)
    assert run.result().outcome is Outcome.DONE


def test_promise_04_pauses_grow_up_to_a_ceiling_and_are_never_all_alike() -> None:
    longest = [pause_before(attempt, 1.0) for attempt in range(2, 12)]
    assert longest[:3] == [pytest.approx(seconds) for seconds in (0.4, 0.8, 1.6)]
    assert longest == sorted(longest)
    assert longest[-1] == 30.0
    assert pause_before(5, 0.0) == pytest.approx(0.1 * pause_before(5, 1.0))

"""Promise 9: Ctrl-C and SIGTERM roll back what is under way, record it, and say what to run next."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from subprocess import Popen, TimeoutExpired
from typing import Any

import psycopg
import pytest

from commandline import Cli
from heldup import held_up
from servers import Database
from sessions import (
    AT_THE_GATE,
    advisory_locks,
    at_the_gate,
    gate_closed,
    index_is_valid,
    sessions_of_sqlmig,
    until,
    waiting_for_a_relation,
)
from shop import Shop, at_each_step, at_each_target
from sqlmig.db.context import Stop
from sqlmig.db.locks import shared_key
from sqlmig.plan.results import Outcome, TargetResult

Connect = Callable[..., psycopg.Connection[Any]]

OFF = "-- sqlmig: transaction off\n"


def stopped(process: Popen[str], *numbers: signal.Signals) -> str:
    """Send signals; the run ends soon with status 5. What it said."""
    began = time.monotonic()
    for number in numbers:
        process.send_signal(number)
        time.sleep(0.05)
    try:
        _, said = process.communicate(timeout=10)
    except TimeoutExpired:
        process.kill()
        raise
    assert process.returncode == 5, said
    assert time.monotonic() - began < 6
    assert "Traceback" not in said
    return said


def last_run(shop: Shop) -> object:
    return shop.one("SELECT outcome FROM sqlmig.run WHERE finished_at IS NOT NULL ORDER BY started_at DESC LIMIT 1")


def unfinished(shop: Shop) -> object:
    return shop.one("SELECT count(*) FROM sqlmig.run WHERE finished_at IS NULL")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_promise_09_a_signal_in_the_middle_of_a_statement_rolls_back_and_is_recorded(
    shop: Shop, cli: Cli, connect: Connect, number: signal.Signals
) -> None:
    shop.with_tenants("acme", "globex")
    shop.pair("tenant", "0002_made", AT_THE_GATE + "CREATE TABLE made (id int);\n")
    with gate_closed(connect()), cli.start("apply") as process:
        until(lambda: at_the_gate(shop.connection))
        said = stopped(process, number)
    assert "stopped on request at 0002_made in tenant_acme" in said
    assert "state: the transaction was rolled back: nothing of this file is in the database" in said
    assert "next: run `sqlmig apply --schema tenant_acme` to go on" in said
    assert "not started: tenant_globex" in said
    assert shop.tables("tenant_acme") == ["deals"]
    assert shop.sql("SELECT schema_name, outcome FROM sqlmig.log WHERE version = 2") == [("tenant_acme", "interrupted")]
    assert last_run(shop) == "interrupted"
    assert unfinished(shop) == 0
    assert sessions_of_sqlmig(shop.connection) == []
    assert cli("apply").returncode == 0
    assert shop.versions("tenant_globex") == [1, 2]


def test_promise_09_further_signals_do_not_break_what_the_first_one_began(
    shop: Shop, cli: Cli, connect: Connect
) -> None:
    shop.with_tenants()
    shop.pair("platform", "0002_made", AT_THE_GATE + "CREATE TABLE made (id int);\n")
    with gate_closed(connect()), cli.start("apply") as process:
        until(lambda: at_the_gate(shop.connection))
        stopped(process, signal.SIGINT, signal.SIGTERM, signal.SIGINT)
    assert shop.tables("core") == ["tenants"]
    assert shop.sql("SELECT outcome FROM sqlmig.log WHERE version = 2") == [("interrupted",)]
    assert unfinished(shop) == 0


def test_promise_09_a_request_between_two_targets_leaves_the_rest_alone(shop: Shop) -> None:
    shop.with_tenants("acme", "globex")
    shop.pair("platform", "0002_made", "CREATE TABLE made (id int);\n")
    shop.pair("tenant", "0002_made", "CREATE TABLE made (id int);\n")
    stop = Stop()

    def first_is_done(result: TargetResult) -> None:
        if result.target.schema == "core":
            stop.request()

    result = shop.project().apply(stop=stop, observer=at_each_target(first_is_done))
    assert result.exit_status == 5
    assert [target.outcome for target in result.results] == [Outcome.DONE, Outcome.INTERRUPTED, Outcome.NOT_STARTED]
    failure = result.results[1].failure
    assert failure is not None
    assert failure.message == "stopped on request before 0002_made in tenant_acme"
    assert failure.state == "nothing was changed in this target"
    assert failure.next == "run the same command again to go on; `sqlmig status` shows where every target stands"
    assert [shop.versions(schema) for schema in ("core", "tenant_acme", "tenant_globex")] == [[1, 2], [1], [1]]
    assert last_run(shop) == "interrupted"
    assert unfinished(shop) == 0


def test_promise_09_a_request_between_two_steps_of_a_target_keeps_the_first(shop: Shop) -> None:
    shop.with_tenants()
    shop.pair("platform", "0002_made", "CREATE TABLE made (id int);\n")
    shop.pair("platform", "0003_more", "CREATE TABLE more (id int);\n")
    stop = Stop()
    result = shop.project().apply(stop=stop, observer=at_each_step(lambda _: stop.request()))
    assert result.exit_status == 5
    assert shop.tables("core") == ["made", "tenants"]
    assert shop.versions("core") == [1, 2]


@pytest.mark.parametrize("directive", ["", OFF], ids=["in-transaction", "outside"])
def test_promise_09_a_signal_ends_the_wait_for_another_run(
    shop: Shop, cli: Cli, connect: Connect, directive: str
) -> None:
    shop.with_tenants()
    shop.pair("platform", "0002_made", f"{directive}CREATE TABLE made (id int);\n")
    other = connect()
    other.execute("SELECT pg_advisory_lock(%s)", (shared_key("sqlmig"),))
    with cli.start("apply", "--lock-wait", "60s") as process:
        assert process.stderr is not None
        assert process.stderr.readline().startswith("to recover to before this run: ")
        assert f"waits for pid {other.info.backend_pid} " in process.stderr.readline()
        said = stopped(process, signal.SIGTERM)
    assert "stopped on request at 0002_made in core" in said
    assert shop.tables("core") == ["tenants"]
    assert last_run(shop) == "interrupted"


BUILD = "CREATE INDEX CONCURRENTLY made_idx ON tenants (tier)"


def test_promise_09_a_signal_while_an_index_is_built_leaves_no_index(
    shop: Shop, cli: Cli, connect: Connect, database: Database
) -> None:
    shop.with_tenants()
    shop.pair("platform", "0002_index", f"{OFF}SELECT 1;\n{BUILD};\n")
    with (
        held_up(database, connect(), BUILD) as url,
        cli.start("apply", env={"SQLMIG_DATABASE_URL": url}) as process,
    ):
        until(lambda: waiting_for_a_relation(shop.connection))
        said = stopped(process, signal.SIGINT)
        assert index_is_valid(shop.connection, "core.made_idx") is None
    assert "state: 1 of 2 statements ran and stay; the next run goes on behind them\n" in said
    assert "next: run `sqlmig apply --platform` to go on" in said
    assert shop.sql("SELECT outcome FROM sqlmig.log WHERE version = 2") == [("interrupted",)]
    assert cli("apply").returncode == 0
    assert index_is_valid(shop.connection, "core.made_idx")


def test_promise_09_who_keeps_the_index_waiting_does_not_keep_the_signal_waiting(
    shop: Shop, cli: Cli, connect: Connect, database: Database
) -> None:
    """The INVALID index cannot be dropped while the writer is there: that is left to the next run, and said."""
    shop.with_tenants()
    shop.pair("platform", "0002_index", f"{OFF}SELECT 1;\n{BUILD};\n")
    writes = "INSERT INTO core.tenants (slug, schema_name) VALUES ('x', 'x')"
    with held_up(database, connect(), BUILD, writes) as url:
        with cli.start("apply", env={"SQLMIG_DATABASE_URL": url}) as process:
            until(lambda: waiting_for_a_relation(shop.connection))
            said = stopped(process, signal.SIGINT)
        assert "state: 1 of 2 statements ran and stay; the next run goes on behind them; statement 2 was begun" in said
        assert index_is_valid(shop.connection, "core.made_idx") is False
    assert cli("apply").returncode == 0
    assert index_is_valid(shop.connection, "core.made_idx")


@pytest.mark.parametrize("directive", ["", OFF], ids=["in-transaction", "outside"])
def test_promise_09_the_locks_of_a_dead_client_are_free_within_three_seconds(
    shop: Shop, cli: Cli, connect: Connect, directive: str
) -> None:
    """The server notices in the middle of a statement that nobody will hear its end."""
    shop.with_tenants()
    shop.pair("platform", "0002_long", f"{directive}ALTER TABLE tenants ADD COLUMN c int;\nSELECT pg_sleep(60);\n")
    with cli.start("apply") as process:
        until(lambda: shop.sql("SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))
        process.kill()
    began = time.monotonic()
    until(lambda: not sessions_of_sqlmig(shop.connection), seconds=10)
    assert time.monotonic() - began < 3
    with shop.connection.transaction():
        shop.sql("LOCK core.tenants NOWAIT")
    assert advisory_locks(shop.connection) == []


def test_promise_09_a_long_verify_file_can_be_stopped_too(shop: Shop) -> None:
    shop.with_tenants()
    shop.pair("platform", "0002_made", "CREATE TABLE made (id int);\n")
    shop.write({"sql/platform/0002_made.verify.sql": "SELECT 1 WHERE pg_sleep(30) IS NULL;\n"})
    stop = Stop()
    with ThreadPoolExecutor() as pool:
        run = pool.submit(shop.project().apply, stop=stop)
        until(lambda: shop.sql("SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))
        stop.request()
        result = run.result(timeout=5)
    assert result.exit_status == 5
    assert shop.tables("core") == ["tenants"]

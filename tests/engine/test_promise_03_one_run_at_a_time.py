"""Promise 3: one target is never changed by two runs at once, and nobody waits inside of the server for that."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from subprocess import Popen
from typing import Any

import psycopg
import pytest

from commandline import Cli
from sessions import AT_THE_GATE, advisory_locks, at_the_gate, gate_closed, sessions_of_sqlmig, until
from shop import CONFIG, Shop, at_each_step
from sqlmig.api import Project
from sqlmig.db.locks import key_of, shared_key
from sqlmig.plan.results import Holder, Outcome, RunResult

Connect = Callable[..., psycopg.Connection[Any]]

SLOWLY = "SELECT pg_sleep(0.15);\n"
"""Long enough for another run to come by."""
SHARED, CORE = shared_key("sqlmig"), key_of("sqlmig", "target", "core")


def answer(process: Popen[str]) -> tuple[int, str]:
    _, said = process.communicate(timeout=30)
    return process.returncode, said


def steps_done(shop: Shop) -> list[tuple[object, ...]]:
    return shop.sql(
        "SELECT schema_name, version FROM sqlmig.log WHERE outcome = 'done' AND action = 'up' ORDER BY 1, 2"
    )


@contextlib.contextmanager
def held(connection: psycopg.Connection[Any], *keys: int) -> Iterator[None]:
    """Somebody else holds advisory locks, without a transaction and so without a snapshot."""
    for key in keys:
        connection.execute("SELECT pg_advisory_lock(%s)", (key,))
    try:
        yield
    finally:
        connection.execute("SELECT pg_advisory_unlock_all()")


def waiting(project: Project, seen: list[Holder]) -> Callable[[], RunResult]:
    return lambda: project.apply(on_wait=lambda _target, holders: seen.extend(holders), lock_wait="20s")


def test_promise_03_two_runs_that_start_together_on_an_empty_database_run_each_step_once(shop: Shop, cli: Cli) -> None:
    shop.write({"sqlmig.yaml": CONFIG.replace("lock_wait: 2s", "lock_wait: 20s")})
    register = "".join(
        f"CREATE SCHEMA {schema}; INSERT INTO tenants (slug, schema_name) VALUES ('{schema}', '{schema}');\n"
        for schema in ("a", "b", "c")
    )
    shop.pair("platform", "0002_slow", SLOWLY + register)
    shop.pair("tenant", "0002_slow", SLOWLY)
    with cli.start("apply") as one, cli.start("apply") as other:
        assert [answer(one)[0], answer(other)[0]] == [0, 0]
    everywhere = [(schema, version) for schema in ("a", "b", "c", "core") for version in (1, 2)]
    assert steps_done(shop) == everywhere
    assert shop.sql("SELECT FROM sqlmig.log WHERE outcome <> 'done'") == []

    shop.pair("platform", "0003_slow", SLOWLY)
    shop.pair("tenant", "0003_slow", SLOWLY)
    with cli.start("apply") as one, cli.start("apply") as other:
        assert [answer(one)[0], answer(other)[0]] == [0, 0]
    assert steps_done(shop) == sorted([*everywhere, *((schema, 3) for schema in ("a", "b", "c", "core"))])
    assert shop.sql("SELECT FROM sqlmig.log WHERE outcome <> 'done'") == []


@pytest.mark.parametrize("directive", ["", "-- sqlmig: transaction off\n"], ids=["in-transaction", "outside"])
def test_promise_03_an_index_is_built_concurrently_while_a_run_waits(
    shop: Shop, connect: Connect, directive: str
) -> None:
    """Who waits inside of pg_advisory_lock has a snapshot, and the index would wait for that."""
    shop.with_tenants()
    shop.pair("platform", "0002_made", f"{directive}CREATE TABLE made (id int);\n")
    shop.sql("CREATE TABLE elsewhere (id int)")
    builder = connect()
    builder.execute("SET statement_timeout = '5s'")
    seen: list[Holder] = []
    with ThreadPoolExecutor() as pool, held(connect(), SHARED):
        run = pool.submit(waiting(shop.project(), seen))
        until(lambda: seen, what="the run is told who holds its lock")
        builder.execute("CREATE INDEX CONCURRENTLY ON elsewhere (id)")
        waits = shop.sql(
            "SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        )
        assert waits == []
        assert not run.done()
    assert run.result().exit_status == 0
    assert shop.versions("core") == [1, 2]


def test_promise_03_a_waiting_run_never_waits_in_an_advisory_lock_nor_holds_a_snapshot_for_long(
    shop: Shop, connect: Connect
) -> None:
    shop.with_tenants()
    shop.pair("platform", "0002_made", "CREATE TABLE made (id int);\n")
    seen: list[Holder] = []
    with ThreadPoolExecutor() as pool, held(connect(), CORE):
        pool.submit(waiting(shop.project(), seen))
        until(lambda: seen)
        looks = [
            shop.sql(
                "SELECT wait_event, backend_xmin IS NULL FROM pg_stat_activity"
                " WHERE application_name LIKE 'sqlmig%%' AND datname = current_database()"
            )
            for _ in range(200)
        ]
    found = [row for look in looks for row in look]
    assert found
    assert "advisory" not in {event for event, _ in found}
    without_snapshot = [free for _, free in found if free]
    assert len(without_snapshot) > 0.9 * len(found)


def advisory_modes(shop: Shop) -> dict[int, str]:
    """By key: how the session at the gate holds it."""
    [pid] = until(lambda: at_the_gate(shop.connection))
    rows = shop.sql(
        "SELECT (classid::bigint << 32) | objid::bigint, mode FROM pg_locks"
        " WHERE locktype = 'advisory' AND granted AND pid = %s",
        pid,
    )
    return {int(str(key)): str(mode) for key, mode in rows}


@pytest.mark.parametrize("directive", ["", "-- sqlmig: transaction off\n"], ids=["in-transaction", "outside"])
def test_promise_03_a_tenant_s_run_shares_the_platform_s_key_and_the_platform_s_run_does_not(
    shop: Shop, connect: Connect, directive: str
) -> None:
    shop.with_tenants("acme")
    acme = key_of("sqlmig", "target", "1")
    shop.pair("tenant", "0002_gate", directive + AT_THE_GATE)
    with ThreadPoolExecutor() as pool, gate_closed(connect()):
        run = pool.submit(shop.apply)
        assert advisory_modes(shop) == {SHARED: "ShareLock", acme: "ExclusiveLock"}
    assert run.result().exit_status == 0
    shop.pair("platform", "0002_gate", directive + AT_THE_GATE)
    with ThreadPoolExecutor() as pool, gate_closed(connect()):
        run = pool.submit(shop.apply)
        assert advisory_modes(shop) == {SHARED: "ExclusiveLock", CORE: "ExclusiveLock"}
    assert run.result().exit_status == 0


def test_promise_03_one_tenant_s_run_keeps_neither_another_tenant_s_waiting_nor_lets_the_platform_s_in(
    shop: Shop, cli: Cli, connect: Connect
) -> None:
    shop.with_tenants("acme", "globex")
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n")
    shop.pair(
        "tenant", "0003_gate", "{% if schema == 'tenant_acme' %}" + AT_THE_GATE + "{% else %}SELECT 1;{% endif %}"
    )
    shop.pair("platform", "0002_made", "CREATE TABLE made (id int);\n")
    with ThreadPoolExecutor() as pool, gate_closed(connect()):
        run = pool.submit(shop.apply, "tenant_acme")
        [pid] = until(lambda: at_the_gate(shop.connection))
        assert shop.apply("tenant_globex").exit_status == 0
        refused = cli("apply", "--platform", "--lock-wait", "1s")
        assert refused.returncode == 4
        assert "another run holds core: waited 1 s for its lock. pid " in refused.stderr
        assert f"pid {pid} (" in refused.stderr
        assert "sqlmig tenant_acme 0003_gate" in refused.stderr
        assert "state: nothing was changed" in refused.stderr
        assert "next: wait for that run, or look with `sqlmig locks`" in refused.stderr
        assert shop.versions("core") == [1]
        assert shop.sql("SELECT outcome FROM sqlmig.log WHERE schema_name = 'core' ORDER BY id DESC LIMIT 1") == [
            ("blocked",)
        ]
    assert run.result().exit_status == 0


def test_promise_03_the_same_target_is_not_changed_by_a_second_run(shop: Shop, cli: Cli, connect: Connect) -> None:
    shop.with_tenants("acme")
    shop.pair("tenant", "0002_gate", AT_THE_GATE)
    with ThreadPoolExecutor() as pool, gate_closed(connect()):
        run = pool.submit(shop.apply)
        [pid] = until(lambda: at_the_gate(shop.connection))
        refused = cli("apply", "--lock-wait", "500ms")
        assert refused.returncode == 4
        assert f"another run holds tenant_acme: waited 0.5 s for its lock. pid {pid} (" in refused.stderr
        assert at_the_gate(shop.connection) == [pid]
    assert run.result().exit_status == 0
    assert shop.versions("tenant_acme") == [1, 2]


def test_promise_03_a_run_that_waited_plans_anew_for_what_the_other_one_did(shop: Shop, connect: Connect) -> None:
    """The state is read once the lock is held: what was planned before is neither run again nor taken for done."""
    shop.with_tenants()
    shop.pair("platform", "0002_gate", AT_THE_GATE + "CREATE TABLE made (id int);\n")
    seen: list[Holder] = []
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            first = pool.submit(shop.apply)
            until(lambda: at_the_gate(shop.connection))
            shop.pair("platform", "0003_more", "CREATE TABLE more (id int);\n")
            second = pool.submit(waiting(shop.project(), seen))
            until(lambda: seen)
        assert first.result().exit_status == 0
        assert second.result().exit_status == 0
    assert steps_done(shop) == [("core", 1), ("core", 2), ("core", 3)]
    runs = shop.one("SELECT count(DISTINCT run_id) FROM sqlmig.log WHERE version IN (2, 3)")
    assert runs == 2


def test_promise_03_what_is_up_to_date_takes_no_lock_and_waits_for_none(shop: Shop, connect: Connect) -> None:
    shop.with_tenants("acme")
    everything = (SHARED, CORE, key_of("sqlmig", "target", "1"))
    with held(connect(), *everything), ThreadPoolExecutor() as pool:
        result = pool.submit(shop.apply).result(timeout=2)
    assert result.exit_status == 0
    assert result.run_id is None


def test_promise_03_two_runs_at_once_through_a_transaction_pooler_run_each_step_once(
    shop: Shop, cli: Cli, pgbouncer: str
) -> None:
    shop.with_tenants("acme", "globex")
    shop.write({"sqlmig.yaml": CONFIG.replace("lock_wait: 2s", "lock_wait: 20s")})
    shop.pair("platform", "0002_slow", SLOWLY)
    shop.pair("tenant", "0002_slow", SLOWLY)
    through = {"SQLMIG_DATABASE_URL": pgbouncer}
    with cli.start("apply", env=through) as one, cli.start("apply", env=through) as other:
        assert [answer(one)[0], answer(other)[0]] == [0, 0]
    assert steps_done(shop) == [(s, v) for s in ("core", "tenant_acme", "tenant_globex") for v in (1, 2)]
    assert shop.sql("SELECT FROM sqlmig.log WHERE outcome <> 'done'") == []
    assert advisory_locks(shop.connection) == []


def test_promise_03_a_transaction_pooler_is_refused_for_steps_outside_of_a_transaction(
    shop: Shop, cli: Cli, pgbouncer: str
) -> None:
    shop.with_tenants()
    shop.pair("platform", "0002_off", "-- sqlmig: transaction off\nCREATE TABLE made (id int);\n")
    refused = cli("apply", env={"SQLMIG_DATABASE_URL": pgbouncer})
    assert refused.returncode == 3
    said = "0002_off runs outside a transaction, and a connection pooler stands between sqlmig and the server"
    assert said in refused.stderr
    assert "state: nothing was changed" in refused.stderr
    assert "next: connect to the server itself: such a step needs locks that outlive a transaction" in refused.stderr
    assert shop.tables("core") == ["tenants"]
    assert shop.sql("SELECT FROM sqlmig.progress") == []
    assert advisory_locks(shop.connection) == []
    assert shop.versions("core") == [1]

    assert cli("apply").returncode == 0
    assert shop.tables("core") == ["made", "tenants"]


def test_promise_03_locks_go_with_the_step_and_the_session(shop: Shop) -> None:
    shop.with_tenants("acme")
    shop.pair("platform", "0002_off", "-- sqlmig: transaction off\nCREATE TABLE made (id int);\n")
    shop.pair("tenant", "0002_t", "CREATE TABLE t (id int);\n")
    left: list[object] = []

    def look(*_: object) -> None:
        left.extend(advisory_locks(shop.connection))

    assert shop.project().apply(observer=at_each_step(look)).outcome is Outcome.DONE
    assert left == []
    # The server takes a moment to see that a client has left.
    until(lambda: not sessions_of_sqlmig(shop.connection), what="the run's sessions are gone")

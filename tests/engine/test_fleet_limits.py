"""What servers, roles and poolers limit: a run keeps to it or says what stands in the way, and nothing is half done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

import servers
from faults.strikes import own_server
from fleetshop import configure, done_steps, fleet, only, outcomes, rollout, slugs, steps_of
from servers import Database, Role, Server
from sessions import AT_THE_GATE, advisory_locks, at_the_gate, gate_closed, until
from shop import FILES, Shop
from sqlmig.embedded import THROW_AWAY
from sqlmig.plan.events import Event, TargetRequeued, Told, WorkersChanged
from sqlmig.plan.results import Outcome

Connect = Callable[..., psycopg.Connection[Any]]


@pytest.fixture(scope="module")
def cramped_server() -> Iterator[Server]:
    """A server with next to no lock table."""
    with own_server({**THROW_AWAY, "max_locks_per_transaction": "10", "max_connections": "14"}) as server:
        yield server


@pytest.fixture
def cramped(cramped_server: Server, tmp_path: Path) -> Iterator[Shop]:
    with (
        servers.fresh_database(cramped_server) as database,
        psycopg.connect(database.url, autocommit=True) as connection,
    ):
        made = Shop(tmp_path, database.url, connection)
        made.write(FILES)
        yield made


TABLES = "".join(f"CREATE TABLE t{number} (id int PRIMARY KEY);\n" for number in range(16))


def test_where_the_lock_table_has_no_room_for_all_workers_there_are_fewer(cramped: Shop) -> None:
    schemas = fleet(cramped, 6, workers=4)
    cramped.pair("tenant", "0002_many", TABLES)
    project = cramped.project()
    assert project.apply(track="tenant", to=1).exit_status == 0
    seen: list[Event] = []
    result = cramped.project().apply(observer=seen.append)
    assert result.exit_status == 0
    [told] = [event.message for event in seen if isinstance(event, Told) and event.message.startswith("lock table")]
    assert "4 workers x " in told
    assert "may not fit, room for 140 (max_locks_per_transaction 10): work with --workers " in told
    assert "or set max_locks_per_transaction to 64, which takes a restart of the server" in told
    [changed] = [event for event in seen if isinstance(event, WorkersChanged)]
    assert 1 <= changed.workers < 4
    assert changed.why == "the lock table has no room for more"
    assert done_steps(cramped) == steps_of(schemas, 1, 2)


@pytest.fixture
def poor(shop: Shop, database: Database, role: Callable[..., Role]) -> Shop:
    """The shop in the hands of a role that may have three connections."""
    who = role("CONNECTION LIMIT 3")
    shop.sql(f'GRANT CREATE ON DATABASE "{database.name}" TO {who.name}')
    theirs = Shop(shop.folder, who.url, shop.connection)
    configure(theirs, workers=4)
    assert theirs.apply().exit_status == 0
    for slug in slugs(10):
        shop.sql(f"CREATE SCHEMA tenant_{slug} AUTHORIZATION {who.name}")
        shop.sql("INSERT INTO core.tenants (slug, schema_name) VALUES (%s, %s)", slug, f"tenant_{slug}")
    return theirs


def test_a_role_with_few_connections_is_served_by_fewer_workers(poor: Shop, connect: Connect) -> None:
    """Two have a connection; the others leave without costing any target a trial."""
    poor.pair("tenant", "0002_gate", AT_THE_GATE)
    seen: list[Event] = []
    with ThreadPoolExecutor() as pool:
        with gate_closed(connect()):
            run = pool.submit(poor.project().apply, observer=seen.append)
            until(lambda: len(at_the_gate(poor.connection)) == 2)
            until(lambda: [event for event in seen if isinstance(event, WorkersChanged)], what="the others leave")
        result = run.result()
    assert result.exit_status == 0, [one.failure for one in result.results if one.failure]
    assert done_steps(poor) == steps_of([f"tenant_{slug}" for slug in slugs(10)], 1, 2)
    assert [event for event in seen if isinstance(event, TargetRequeued)] == []
    changed = [event for event in seen if isinstance(event, WorkersChanged)]
    assert {event.workers for event in changed} == {2}
    assert all("there is no connection for more: " in event.why for event in changed)
    assert all("too many connections for role" in event.why for event in changed)
    assert poor.sql("SELECT FROM sqlmig.log WHERE outcome <> 'done'") == []


def test_auto_keeps_to_what_the_role_may_have(poor: Shop) -> None:
    project = poor.project()
    seen: list[Event] = []
    result = project.apply(observer=seen.append, rollout=rollout(project, workers="auto"))
    assert result.exit_status == 0
    assert [event for event in seen if isinstance(event, WorkersChanged | TargetRequeued)] == []
    assert set(outcomes(result).values()) == {Outcome.DONE}


def test_four_workers_through_a_transaction_pooler(shop: Shop, pgbouncer: str) -> None:
    schemas = fleet(shop, 14)
    shop.pair("tenant", "0002_path", "CREATE TABLE path AS SELECT current_setting('search_path') AS path;\n")
    shop.pair(
        "tenant",
        "0003_broken",
        "SET search_path = pg_catalog; {% if schema == 'tenant_t09' %}SELECT 1 / 0;{% endif %}\n",
    )
    through = Shop(shop.folder, pgbouncer, shop.connection)
    result = through.apply()
    assert result.exit_status == 3
    assert only(Outcome.FAILED, result) == ["tenant_t09"]
    assert done_steps(shop) == sorted(
        [*steps_of(schemas, 1, 2), *steps_of([one for one in schemas if one != "tenant_t09"], 3)]
    )
    assert [shop.one(f"SELECT path FROM {schema}.path") for schema in schemas] == schemas
    assert advisory_locks(shop.connection) == []


def test_a_fleet_through_a_pooler_is_told_why_a_step_needs_a_session(shop: Shop, pgbouncer: str) -> None:
    schemas = fleet(shop, 5, workers=2)
    shop.pair("tenant", "0002_off", "-- sqlmig: transaction off\nCREATE INDEX CONCURRENTLY made ON deals (title);\n")
    through = Shop(shop.folder, pgbouncer, shop.connection)
    result = through.apply()
    assert result.exit_status == 3
    failures = [one.failure.message for one in result.results if one.failure is not None]
    assert failures
    said = "0002_off runs outside a transaction, and a connection pooler stands between sqlmig and the server"
    assert set(failures) == {said}
    assert done_steps(shop) == steps_of(schemas, 1)
    assert advisory_locks(shop.connection) == []
    assert shop.apply().exit_status == 0

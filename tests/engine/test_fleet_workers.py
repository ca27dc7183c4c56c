"""Many tenants at once: nobody is forgotten, nobody is done twice, and what is done already costs nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from fleetshop import done_steps, fleet, last_run, outcomes, register, steps_of
from proxy import Fate, Proxy, proxy_in_front_of
from servers import Database
from sessions import AT_THE_GATE, advisory_locks, at_the_gate, gate_closed, until
from shop import Shop
from sqlmig.db.locks import key_of
from sqlmig.plan.events import Event, RunBegan, TargetBegan, TargetEnded, Told
from sqlmig.plan.results import Outcome

Connect = Callable[..., psycopg.Connection[Any]]

WORKERS = (
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
    " AND (application_name LIKE 'sqlmig tenant%%' OR application_name = 'sqlmig (worker)')"
)


def test_forty_tenants_at_four_workers_are_all_brought_up_in_the_registry_s_order(shop: Shop) -> None:
    schemas = fleet(shop, 40)
    shop.pair("tenant", "0002_notes", "CREATE TABLE notes (id int);\n")
    seen: list[Event] = []
    result = shop.project().apply(observer=seen.append)
    assert (result.exit_status, result.behind) == (0, ())
    assert list(outcomes(result)) == schemas
    assert set(outcomes(result).values()) == {Outcome.DONE}
    assert [one.ran for one in result.results] == [0] + [2] * 40
    assert done_steps(shop) == steps_of(schemas, 1, 2)
    assert {event.worker for event in seen if isinstance(event, TargetBegan)} == {0, 1, 2, 3}
    assert [event.targets for event in seen if isinstance(event, RunBegan)] == [40]
    assert len([event for event in seen if isinstance(event, TargetEnded)]) == 41
    assert last_run(shop)[1] == "finished"
    assert shop.sql("SELECT pending, running, done, failed FROM sqlmig.run_wave WHERE done > 1") == [(0, 0, 40, 0)]
    assert shop.sql("SELECT FROM sqlmig.run_worker") == []
    assert advisory_locks(shop.connection) == []


def test_no_more_connections_are_at_work_than_there_are_workers(shop: Shop, connect: Connect) -> None:
    fleet(shop, 9)
    shop.pair("tenant", "0002_gate", AT_THE_GATE)
    with ThreadPoolExecutor() as pool, gate_closed(connect()):
        run = pool.submit(shop.apply)
        assert len(until(lambda: len(at_the_gate(shop.connection)) == 4 and at_the_gate(shop.connection))) == 4
        assert len(shop.sql(WORKERS)) == 4
    assert run.result().exit_status == 0


def test_a_connection_is_renewed_after_so_many_targets(shop: Shop) -> None:
    schemas = fleet(shop, 7, workers=1, connection_targets=3)
    shop.pair(
        "tenant",
        "0002_pid",
        "CREATE TABLE served AS SELECT pg_backend_pid() AS pid, current_setting('search_path') AS path;\n",
    )
    assert shop.apply().exit_status == 0
    pids = [shop.one(f"SELECT pid FROM {schema}.served") for schema in schemas]
    assert [len(set(pids[:3])), len(set(pids[3:6])), len(set(pids))] == [1, 1, 3]
    assert shop.one(f"SELECT path FROM {schemas[-1]}.served") == schemas[-1]


@pytest.fixture
def messages(database: Database) -> Iterator[tuple[Proxy, list[str]]]:
    """The texts that pass a proxy, and its URL."""
    sent: list[str] = []
    with proxy_in_front_of(database) as proxy:

        def rule(text: str) -> Fate:
            sent.append(text)
            return Fate.PASS

        proxy.rule = rule
        yield proxy, sent


def test_nothing_to_do_opens_one_connection_and_locks_nothing(shop: Shop, messages: tuple[Proxy, list[str]]) -> None:
    proxy, sent = messages
    fleet(shop, 3)
    shop.apply()
    through = Shop(shop.folder, proxy.url, shop.connection)
    result = through.apply()
    assert (result.exit_status, result.run_id) == (0, None)
    few = len(sent)
    assert len(proxy.links) == 1
    assert not [text for text in sent if "advisory" in text or "INSERT" in text or "UPDATE" in text]

    register(shop, [f"more{number}" for number in range(30)])
    shop.apply()
    sent.clear()
    assert through.apply().exit_status == 0
    assert len(sent) == few, "what it costs hangs on the number of tenants"


def test_targets_that_are_up_to_date_are_neither_locked_nor_rendered(shop: Shop, connect: Connect) -> None:
    fleet(shop, 6)
    shop.pair("tenant", "0002_tier", "{% if tenant.tier == 'poison' %}{{ nobody_knows }}{% endif %}SELECT 1;\n")
    assert shop.apply().exit_status == 0
    shop.sql("UPDATE core.tenants SET tier = 'poison'")
    register(shop, ["late"])
    holder = connect()
    for target in ("core", *(str(number) for number in range(1, 7))):
        holder.execute("SELECT pg_advisory_lock(%s)", (key_of("sqlmig", "target", target),))
    result = shop.apply()
    assert result.exit_status == 0
    assert [one.target.schema for one in result.results if one.ran] == ["tenant_late"]


def test_each_tenant_gets_its_own_text(shop: Shop) -> None:
    schemas = fleet(shop, 12)
    shop.pair("tenant", "0002_who", "CREATE TABLE who AS SELECT {{ tenant.slug | literal }}::text AS slug;\n")
    assert shop.apply().exit_status == 0
    found = {schema: shop.one(f"SELECT slug FROM {schema}.who") for schema in schemas}
    assert found == {schema: schema.removeprefix("tenant_") for schema in schemas}


def test_the_lock_budget_is_told_once(shop: Shop) -> None:
    fleet(shop, 8)
    seen: list[str] = []
    shop.project().apply(observer=lambda event: seen.append(event.message) if isinstance(event, Told) else None)
    [told] = [message for message in seen if message.startswith("lock table: ")]
    assert told.startswith("lock table: 4 workers x ")


def test_an_up_to_date_tenant_beside_pending_ones_counts_as_done(shop: Shop) -> None:
    fleet(shop, 3)
    assert shop.apply("tenant_t02").exit_status == 0
    result = shop.apply()
    assert [one.ran for one in result.results] == [0, 1, 0, 1]
    assert set(outcomes(result).values()) == {Outcome.DONE}

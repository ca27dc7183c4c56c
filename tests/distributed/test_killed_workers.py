"""Workers that die, and servers that do: all targets end where they should be, each step once."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from commandline import Cli
from queues import states, times_applied
from sessions import AT_THE_GATE, advisory_locks, at_the_gate, gate_closed, until
from shop import FILES, Shop
from sqlmig import embedded
from sqlmig.distributed.enqueue import enqueue

SLUGS = [f"t{number}" for number in range(9)]
ONCE_EACH = {f"tenant_{slug}": 1 for slug in SLUGS}


def test_three_workers_and_one_of_them_is_killed_in_mid_migration(shop: Shop, cli: Cli):
    shop.with_tenants(*SLUGS)
    shop.pair("tenant", "0002_tags", AT_THE_GATE + "CREATE TABLE tags (id int PRIMARY KEY);\n")
    shop.pair("tenant", "0003_notes", "CREATE TABLE notes (id int PRIMARY KEY);\n")
    enqueue(shop.project())
    with gate_closed(shop.connection):
        workers = [cli.start("fleet", "worker", "--until-empty", "--stalled-after", "2s") for _ in range(3)]
        until(lambda: len(at_the_gate(shop.connection)) == 3)
        workers[1].send_signal(signal.SIGKILL)
        workers[1].communicate(timeout=60)
    answers = [worker.communicate(timeout=120) for worker in (workers[0], workers[2])]
    assert [worker.returncode for worker in workers] == [0, -signal.SIGKILL, 0], answers
    for out, _ in answers:
        assert "9 of 9 targets of the queue where they should be\n" in out
    assert "back in the queue, for their workers died: tenant_t" in answers[0][1] + answers[1][1]
    assert {tuple(shop.tables(schema)) for schema in ONCE_EACH} == {("deals", "notes", "tags")}
    assert {tuple(shop.versions(schema)) for schema in ONCE_EACH} == {(1, 2, 3)}
    assert (times_applied(shop, 2), times_applied(shop, 3)) == (ONCE_EACH, ONCE_EACH)
    assert set(states(shop).values()) == {"succeeded"}
    assert advisory_locks(shop.connection) == []


def test_a_worker_that_starts_after_the_only_one_was_killed_takes_its_job(shop: Shop, cli: Cli):
    shop.with_tenants("acme")
    shop.pair("tenant", "0002_tags", AT_THE_GATE + "CREATE TABLE tags (id int PRIMARY KEY);\n")
    enqueue(shop.project())
    with gate_closed(shop.connection), cli.start("fleet", "worker") as worker:
        until(lambda: at_the_gate(shop.connection))
        worker.kill()
    assert states(shop) == {"tenant_acme": "doing"}
    answer = cli("fleet", "worker", "--until-empty", "--stalled-after", "2s")
    assert answer.returncode == 0, answer.stderr
    assert times_applied(shop, 2) == {"tenant_acme": 1}


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[embedded.Server]:
    """A server of the test's own, which it may stop."""
    data = tmp_path / "server" / "data"
    data.parent.mkdir()
    yield embedded.start(data)
    embedded.stop(data)


def test_workers_survive_a_restart_of_the_server_in_mid_migration(tmp_path: Path, own_server: embedded.Server):
    data = tmp_path / "server" / "data"
    folder = tmp_path / "shop"
    with psycopg.connect(own_server.url, autocommit=True) as connection:
        shop = Shop(folder, own_server.url, connection)
        shop.write(FILES)
        shop.with_tenants(*SLUGS)
        shop.pair("tenant", "0002_tags", AT_THE_GATE + "CREATE TABLE tags (id int PRIMARY KEY);\n")
        enqueue(shop.project())
        connection.execute("SELECT pg_advisory_lock(4242)")
        command = ("fleet", "worker", "--until-empty", "--concurrency", "2", "--stalled-after", "2s")
        workers = [Cli(folder, own_server.url).start(*command) for _ in range(2)]
        until(lambda: len(at_the_gate(connection)) == 4)
    embedded.stop(data)
    embedded.start(data)
    answers = [worker.communicate(timeout=120) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0], answers
    with psycopg.connect(own_server.url, autocommit=True) as connection:
        shop = Shop(folder, own_server.url, connection)
        assert {tuple(shop.tables(schema)) for schema in ONCE_EACH} == {("deals", "tags")}
        assert times_applied(shop, 2) == ONCE_EACH
        assert set(states(shop).values()) == {"succeeded"}
